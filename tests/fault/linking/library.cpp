// SPDX-License-Identifier: MIT
// A library, and a plugin, that know nothing of sonde.
#include <stdexcept>

extern "C" void throw_in_library() { throw std::runtime_error{"in a library"}; }
extern "C" void throw_in_plugin() { throw std::runtime_error{"in a plugin"}; }
