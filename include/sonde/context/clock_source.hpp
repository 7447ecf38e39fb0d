// SPDX-License-Identifier: MIT
#pragma once

// Which clock spans are stamped with: the processor's counter where it keeps time, else the system's CLOCK_MONOTONIC. Chosen by
// `start`, and by SONDE_CLOCK (pipeline/clock_choice.hpp).

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include <sonde/context/clock.hpp>

namespace sonde::context {

enum class clock_source : std::uint8_t { counter, system };

/// What is known of the counter of an x86 processor. Names as Linux lists them in /sys/devices/system/clocksource/clocksource0; empty
/// where it does not tell.
struct counter_facts {
  bool invariant = false;      // CPUID 80000007h, EDX bit 8. Hypervisors hide it from guests that may move to another machine
  std::string_view available;  // clocks the kernel trusts: `tsc` is gone from here once the kernel has found it unstable
  std::string_view current;    // the one it tells the time by
};

/// Whether one of the words in `list` is `name`.
[[nodiscard]] constexpr bool lists(std::string_view list, std::string_view name) noexcept {
  while (!list.empty()) {
    const std::size_t end = list.find_first_of(" \n");
    if (list.substr(0, end) == name) return true;
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return false;
}

/// The kernel compares the counter with other clocks and between cores, which CPUID knows nothing of: its no is final. Its use is
/// proof enough, where the bit is hidden too: a guest's clock is made of the counter. Where it says neither, the bit decides.
[[nodiscard]] constexpr bool keeps_time(const counter_facts& known) noexcept {
  if (known.available.empty()) return known.invariant;
  if (!lists(known.available, "tsc")) return false;
  const bool in_use = lists("tsc kvm-clock hyperv_clocksource_tsc_page xen", known.current);
  return known.invariant || in_use;
}

/// What this module reads from now on. Nothing may be recording.
inline void stamp_with(clock_source chosen) noexcept {
  __atomic_store_n(&uses_system_clock, chosen == clock_source::system, __ATOMIC_RELAXED);
}

#if defined(__x86_64__) || defined(__i386__)

/// The one line of a file of the kernel, without its end; empty where it cannot be read.
[[nodiscard]] inline std::string_view first_line(const char* path, char (&into)[256]) noexcept {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file == -1) return {};
  const ssize_t size = ::read(file, into, sizeof into);
  ::close(file);
  const std::string_view text{into, size > 0 ? static_cast<std::size_t>(size) : 0};
  return text.substr(0, text.find('\n'));
}

[[nodiscard]] inline clock_source best_clock_source() noexcept {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool told = __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0;
  char available[256];
  char current[256];
  const counter_facts known{told && (edx & 0x100) != 0,
                            first_line("/sys/devices/system/clocksource/clocksource0/available_clocksource", available),
                            first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", current)};
  return keeps_time(known) ? clock_source::counter : clock_source::system;
}

#else

/// The generic timer of Arm runs at one rate, the same on all cores; where a chip errs, the kernel reads it in the program's place.
/// Source: Arm Architecture Reference Manual, "The Generic Timer".
[[nodiscard]] inline clock_source best_clock_source() noexcept { return clock_source::counter; }

#endif

}  // namespace sonde::context
