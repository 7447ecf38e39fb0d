// SPDX-License-Identifier: MIT
#pragma once

// Counts what the calling thread asks of malloc, which operator new goes through as well. It replaces malloc by names that
// glibc alone has: for one source file of an executable of its own.

#include <cerrno>
#include <cstddef>

namespace {
constinit thread_local unsigned long allocations = 0;
}

// glibc's own names of what is replaced here.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  ++allocations;
  return __libc_realloc(old, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** made, std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  *made = __libc_memalign(alignment, size);
  return *made != nullptr ? 0 : ENOMEM;
}
}
