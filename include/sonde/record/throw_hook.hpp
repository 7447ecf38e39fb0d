// SPDX-License-Identifier: MIT
#pragma once

// What a program that hooks its throws knows of them (integrations/throw_trace.hpp). The session asks; where there is no hook,
// nobody knows.

#include <cstddef>
#include <cstdint>
#include <string>

#include <sonde/record/description.hpp>
#include <sonde/record/frame.hpp>
#include <sonde/record/thrown.hpp>

namespace sonde::record {

/// None of these throws but `look_up`, which may run out of memory.
struct throw_hook {
  /// The exception that unwinds this thread now; of null type where that is not known.
  thrown (*unwinding)() noexcept;
  /// Appends the return addresses of the throw of the exception whose object that is, under `key`; nothing where they are not
  /// known.
  void (*put_stack)(frame& into, description& key, const void* object) noexcept;
  /// Appends the frame at an address to a text, as in ` 0# label at path:line`: what follows the number. Slow: on the collector.
  void (*look_up)(std::string& into, std::uint64_t address);
};

/// One for all modules of the program.
[[gnu::visibility("default")]] inline constinit const throw_hook* the_throw_hook = nullptr;
[[nodiscard]] inline const throw_hook* installed_throw_hook() noexcept {
  return __atomic_load_n(&the_throw_hook, __ATOMIC_ACQUIRE);
}

}  // namespace sonde::record
