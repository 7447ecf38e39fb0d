// SPDX-License-Identifier: MIT
#pragma once

// Counts the calling thread's allocations, whoever makes them. It replaces malloc: for the one source file of a program.

#include <cstddef>
#include <cstdint>

extern "C" void* __libc_malloc(std::size_t size);
namespace {
thread_local std::uint64_t allocations = 0;
}
extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
