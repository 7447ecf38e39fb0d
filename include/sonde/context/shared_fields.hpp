// SPDX-License-Identifier: MIT
#pragma once

// Propagated fields that outlive the headers they came in: one copy on the heap, counted, never changed, for all that goes on
// with a request on other threads.

#include <cstddef>
#include <new>
#include <utility>

#include <sonde/context/propagated_fields.hpp>

namespace sonde::context {

/// May be empty: where there was nothing to share, or no memory for it. Then a trace goes on without its tracestate and baggage.
class shared_fields {
 public:
  shared_fields() = default;
  /// Of fields that lie in a shared_fields already only another user is counted.
  explicit shared_fields(const propagated_fields* active) noexcept {
    if (active == nullptr || active->empty()) return;
    if (active->is_shared) {
      held_ = const_cast<block*>(static_cast<const block*>(active));
      __atomic_fetch_add(&held_->users, 1, __ATOMIC_RELAXED);
    } else {
      held_ = block::copy_of(*active);
    }
  }
  shared_fields(const shared_fields& other) noexcept : shared_fields{other.get()} {}
  shared_fields(shared_fields&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
  shared_fields& operator=(shared_fields other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~shared_fields() {
    if (held_ != nullptr && __atomic_sub_fetch(&held_->users, 1, __ATOMIC_ACQ_REL) == 0) ::operator delete(held_);
  }

  /// Null where it is empty.
  [[nodiscard]] const propagated_fields* get() const noexcept { return held_; }

 private:
  /// Followed in memory by the text its fields point to.
  struct block : propagated_fields {
    std::size_t users = 1;

    [[nodiscard]] static block* copy_of(const propagated_fields& from) noexcept {
      std::size_t size = from.xray.size;
      for (const meta::text value : from.tracestate) size += value.size;
      for (const meta::text value : from.baggage) size += value.size;
      void* const room = ::operator new(sizeof(block) + size, std::nothrow);
      if (room == nullptr) return nullptr;
      block* const made = new (room) block{{from}};
      made->is_shared = true;
      char* at = reinterpret_cast<char*>(made + 1);
      const auto keep = [&at](meta::text& value) {
        __builtin_memcpy(at, value.data, value.size);
        value.data = at;
        at += value.size;
      };
      for (meta::text& value : made->tracestate) keep(value);
      for (meta::text& value : made->baggage) keep(value);
      keep(made->xray);
      return made;
    }
  };

  block* held_ = nullptr;
};

}  // namespace sonde::context
