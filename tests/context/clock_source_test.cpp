// SPDX-License-Identifier: MIT
// Lists of clocks as Linux printed them on machines of each kind (its kernel/time/clocksource.c, arch/x86/kernel/tsc.c).

#include <sonde/context/clock_source.hpp>

#include <string_view>

#include <gtest/gtest.h>
#include <time.h>

namespace {

using sonde::context::keeps_time;

static_assert(keeps_time({true, "tsc hpet acpi_pm", "tsc"}), "a server of today");
static_assert(keeps_time({false, "kvm-clock tsc acpi_pm", "kvm-clock"}), "a guest of KVM, from whom the bit is hidden");
static_assert(keeps_time({false, "xen tsc hpet acpi_pm", "xen"}), "a guest of Xen");
static_assert(keeps_time({true, "tsc hpet acpi_pm", "hpet"}), "somebody prefers another clock, though nothing is wrong with it");

static_assert(!keeps_time({true, "hpet acpi_pm", "hpet"}), "the kernel found it unstable, whatever the bit says");
static_assert(!keeps_time({true, "hyperv_clocksource_tsc_page acpi_pm", "hyperv_clocksource_tsc_page"}),
              "a guest of Hyper-V, where the kernel has marked it unstable");
static_assert(!keeps_time({false, "tsc hpet acpi_pm", "hpet"}), "it may change its rate, and the kernel keeps off it");
static_assert(!keeps_time({true, "tsc-early hpet", "tsc-early"}), "not tried yet");

static_assert(keeps_time({true, "", ""}), "no /sys: the bit decides");
static_assert(!keeps_time({false, "", ""}));

TEST(clock_source, facts_of_this_machine_give_an_answer) {
  using sonde::context::clock_source;
  const clock_source chosen = sonde::context::best_clock_source();
  EXPECT_TRUE(chosen == clock_source::counter || chosen == clock_source::system);
  EXPECT_EQ(chosen, sonde::context::best_clock_source()) << "and the same one each time";
}

#if defined(__x86_64__) || defined(__i386__)
TEST(clock_source, reads_one_line_of_a_file) {
  char room[256];
  EXPECT_EQ(sonde::context::first_line("/proc/sys/kernel/ostype", room), "Linux");
  EXPECT_EQ(sonde::context::first_line("/no/such/file", room), "");
}
#endif

TEST(clock_source, the_system_s_clock_takes_the_counter_s_place) {
  const auto now = [] {
    timespec read{};
    clock_gettime(CLOCK_MONOTONIC, &read);
    return static_cast<std::uint64_t>(read.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(read.tv_nsec);
  };
  sonde::context::stamp_with(sonde::context::clock_source::system);
  const std::uint64_t before = now();
  const std::uint64_t read = sonde::context::ticks();
  const std::uint64_t after = now();
  sonde::context::stamp_with(sonde::context::clock_source::counter);
  EXPECT_LE(before, read);
  EXPECT_LE(read, after);

  const std::uint64_t first = sonde::context::counter();
  const std::uint64_t second = sonde::context::ticks();
  EXPECT_LT(second - first, std::uint64_t{1} << 40) << "the same counter again";
}

}  // namespace
