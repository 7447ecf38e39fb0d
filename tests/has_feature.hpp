// SPDX-License-Identifier: MIT
#pragma once

// Which sanitizers a test is built with, by Clang's names; GCC has macros of its own.

#if defined(__has_feature)
#define SONDE_HAS_FEATURE(name) __has_feature(name)
#else
#define SONDE_HAS_FEATURE(name) 0
#endif
