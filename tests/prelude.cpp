// SPDX-License-Identifier: MIT
// Empty: it carries the precompiled header that all test executables share.
