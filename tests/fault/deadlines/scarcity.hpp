// SPDX-License-Identifier: MIT
#pragma once

// What a program may run out of: memory, and threads. Replaces malloc (under a sanitizer, which has its own, operator new alone)
// and pthread_create: for one source file of an executable.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>

#include "has_feature.hpp"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || SONDE_HAS_FEATURE(thread_sanitizer) || \
    SONDE_HAS_FEATURE(address_sanitizer) || !defined(__GLIBC__)
#define SONDE_OWN_MALLOC 0
#else
#define SONDE_OWN_MALLOC 1
#endif

namespace sonde::tests {

/// Of allocations: those from `first` on fail, `count` of them. OpenSSL's own do not, since it does not survive that (3.0: a null
/// pointer in EVP_MD_fetch).
class scarcity {
 public:
  static constexpr bool of_malloc = SONDE_OWN_MALLOC != 0;
  static inline constinit std::atomic<std::size_t> seen{0};
  static inline constinit std::atomic<std::size_t> first{std::numeric_limits<std::size_t>::max()};
  static inline constinit std::atomic<std::size_t> count{0};
  static inline constinit std::atomic<bool> of_threads{false};

  static inline constinit std::uintptr_t spared_from = 0;
  static inline constinit std::uintptr_t spared_to = 0;

  static void begin(std::size_t at, std::size_t how_many) noexcept {
    dl_iterate_phdr(find_spared, nullptr);
    seen = 0;
    count = how_many;
    first = at;
  }
  static void end() noexcept { first = std::numeric_limits<std::size_t>::max(); }
  [[nodiscard]] static bool strikes(const void* caller) noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(caller);
    if (at >= spared_from && at < spared_to) return false;
    const std::size_t mine = seen.fetch_add(1, std::memory_order_relaxed);
    const std::size_t from = first.load(std::memory_order_relaxed);
    return mine >= from && mine - from < count.load(std::memory_order_relaxed);
  }

 private:
  static int find_spared(dl_phdr_info* library, std::size_t, void*) noexcept {
    if (std::strstr(library->dlpi_name, "libcrypto.so") == nullptr) return 0;
    spared_from = library->dlpi_addr;
    for (int i = 0; i < library->dlpi_phnum; ++i) {
      const auto& part = library->dlpi_phdr[i];
      if (part.p_type == PT_LOAD && library->dlpi_addr + part.p_vaddr + part.p_memsz > spared_to)
        spared_to = library->dlpi_addr + part.p_vaddr + part.p_memsz;
    }
    return 1;
  }
};

}  // namespace sonde::tests

#if SONDE_OWN_MALLOC
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept {
  if (!sonde::tests::scarcity::strikes(__builtin_return_address(0))) return __libc_malloc(size);
  errno = ENOMEM;
  return nullptr;
}
void* calloc(std::size_t many, std::size_t size) noexcept {
  if (!sonde::tests::scarcity::strikes(__builtin_return_address(0))) return __libc_calloc(many, size);
  errno = ENOMEM;
  return nullptr;
}
void* realloc(void* old, std::size_t size) noexcept {
  if (!sonde::tests::scarcity::strikes(__builtin_return_address(0))) return __libc_realloc(old, size);
  errno = ENOMEM;
  return nullptr;
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  if (!sonde::tests::scarcity::strikes(__builtin_return_address(0))) return __libc_memalign(alignment, size);
  errno = ENOMEM;
  return nullptr;
}
int posix_memalign(void** made, std::size_t alignment, std::size_t size) noexcept {
  if (sonde::tests::scarcity::strikes(__builtin_return_address(0))) return ENOMEM;
  *made = __libc_memalign(alignment, size);
  return *made != nullptr ? 0 : ENOMEM;
}

int pthread_create(pthread_t* made, const pthread_attr_t* how, void* (*run)(void*), void* with) noexcept {
  using function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto real = reinterpret_cast<function>(dlsym(RTLD_NEXT, "pthread_create"));
  return sonde::tests::scarcity::of_threads ? EAGAIN : real(made, how, run, with);
}
}
#else
// Not inlined, or GCC would see what is deleted come from malloc, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (!sonde::tests::scarcity::strikes(__builtin_return_address(0)))
    if (void* const made = std::malloc(size != 0 ? size : 1)) return made;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* freed) noexcept { std::free(freed); }
[[gnu::noinline]] void operator delete(void* freed, std::size_t) noexcept { std::free(freed); }
#endif
