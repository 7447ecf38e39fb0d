// SPDX-License-Identifier: MIT
#pragma once

// The stacks of the exceptions thrown last, by the address of the thrown object: so a handler on another thread, that of a
// future, finds them too. A fixed table that nobody waits for; of two exceptions in one place the later stays. Used by hook.hpp.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <unwind.h>

namespace sonde::throw_trace {

/// Return addresses, innermost first, each one byte back: within the call.
struct stack {
  static constexpr std::size_t most = 64;
  std::uint64_t addresses[most];
  std::size_t size = 0;

  /// That of the caller whose return address is in `above`, which belongs to the runtime, and of all beneath it.
  [[gnu::noinline]] void capture(const void* above) noexcept {
    walk state{this, reinterpret_cast<std::uintptr_t>(above), false};
    _Unwind_Backtrace(
        [](_Unwind_Context* context, void* argument) {
          auto& at = *static_cast<walk*>(argument);
          int is_instruction = 0;  // rather than where a call returns to
          const std::uintptr_t address = _Unwind_GetIPInfo(context, &is_instruction);
          if (address == 0 || at.into->size == most) return _URC_END_OF_STACK;
          if (at.passed)
            at.into->addresses[at.into->size++] = is_instruction != 0 ? address : address - 1;
          else
            at.passed = address == at.above;
          return _URC_NO_REASON;
        },
        &state);
  }

 private:
  struct walk {
    stack* into;
    std::uintptr_t above;
    bool passed;
  };
};

class stack_table {
 public:
  /// Of size 0: forgets what is known of the object.
  void keep(const void* object, const stack& from) noexcept {
    place& mine = place_of(object);
    if (from.size == 0 && mine.object.load(std::memory_order_relaxed) != object) return;
    std::uint64_t version = mine.version.load(std::memory_order_relaxed);
    if (version % 2 != 0 || !mine.version.compare_exchange_strong(version, version + 1, std::memory_order_acq_rel)) return;
    mine.object.store(from.size != 0 ? object : nullptr, std::memory_order_release);
    mine.size.store(from.size, std::memory_order_release);
    for (std::size_t i = 0; i < from.size; ++i) mine.addresses[i].store(from.addresses[i], std::memory_order_release);
    mine.version.store(version + 2, std::memory_order_release);
  }
  /// Of size 0 where it is not known.
  [[nodiscard]] stack find(const void* object) const noexcept {
    const place& its = place_of(object);
    stack found;
    const std::uint64_t version = its.version.load(std::memory_order_acquire);
    if (version % 2 != 0 || its.object.load(std::memory_order_acquire) != object) return found;
    found.size = its.size.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < found.size; ++i) found.addresses[i] = its.addresses[i].load(std::memory_order_acquire);
    if (its.version.load(std::memory_order_relaxed) != version) found.size = 0;
    return found;
  }

 private:
  /// Written while `version` is odd.
  struct place {
    std::atomic<std::uint64_t> version{0};
    std::atomic<const void*> object{nullptr};
    std::atomic<std::size_t> size{0};
    std::atomic<std::uint64_t> addresses[stack::most]{};
  };
  static constexpr unsigned places_bits = 8;

  /// Source: Knuth, The Art of Computer Programming 3, 6.4: Fibonacci hashing.
  [[nodiscard]] static std::size_t index(const void* object) noexcept {
    return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(object) * std::uint64_t{0x9E37'79B9'7F4A'7C15} >>
                                    (64 - places_bits));
  }
  [[nodiscard]] place& place_of(const void* object) noexcept { return places_[index(object)]; }
  [[nodiscard]] const place& place_of(const void* object) const noexcept { return places_[index(object)]; }

  place places_[std::size_t{1} << places_bits];
};

}  // namespace sonde::throw_trace
