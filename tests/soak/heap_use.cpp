// SPDX-License-Identifier: MIT
// Counts what a program holds on the heap: preloaded (LD_PRELOAD) into the services of the soak test, which reads blocks and
// bytes from the file that SOAK_HEAP_USE names. Resident memory says little: an allocator keeps what it once had.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

// glibc's own, under the names that nobody replaces.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

struct use {
  std::atomic<std::int64_t> blocks{0};
  std::atomic<std::int64_t> bytes{0};

  void add(std::int64_t more, std::int64_t size) noexcept {
    blocks.fetch_add(more, std::memory_order_relaxed);
    bytes.fetch_add(more * size, std::memory_order_relaxed);
  }
};

constinit use before_main;
constinit use* held = &before_main;

void* taken(void* block) noexcept {
  if (block != nullptr) held->add(1, static_cast<std::int64_t>(malloc_usable_size(block)));
  return block;
}
void given_back(void* block) noexcept {
  if (block != nullptr) held->add(-1, static_cast<std::int64_t>(malloc_usable_size(block)));
}

/// Before there are threads.
[[gnu::constructor]] void show() {
  const char* const path = std::getenv("SOAK_HEAP_USE");
  const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, sizeof(use)) != 0) return;
  void* const shared = mmap(nullptr, sizeof(use), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (shared == MAP_FAILED) return;
  use* const shown = static_cast<use*>(shared);
  shown->blocks = before_main.blocks.load();
  shown->bytes = before_main.bytes.load();
  held = shown;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return taken(__libc_malloc(size)); }
void* calloc(std::size_t count, std::size_t size) { return taken(__libc_calloc(count, size)); }
void free(void* block) {
  given_back(block);
  __libc_free(block);
}
void* realloc(void* old, std::size_t size) {
  const std::size_t before = old == nullptr ? 0 : malloc_usable_size(old);
  void* const made = __libc_realloc(old, size);
  if (old != nullptr && (made != nullptr || size == 0)) held->add(-1, static_cast<std::int64_t>(before));
  return taken(made);
}
void* memalign(std::size_t alignment, std::size_t size) { return taken(__libc_memalign(alignment, size)); }
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** made, std::size_t alignment, std::size_t size) {
  *made = memalign(alignment, size);
  return *made != nullptr ? 0 : ENOMEM;
}

}  // extern "C"
