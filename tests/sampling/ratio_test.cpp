// SPDX-License-Identifier: MIT

#include <sonde/sampling/ratio.hpp>

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

namespace {

using sonde::sampling::ratio;

bool keeps(const ratio& chosen, const sonde::trace_id& trace) { return chosen.should_sample({trace, "name"}); }

TEST(ratio, keeps_its_share) {
  sonde::context::id_source ids{{1, 2, 3, 4}};
  const ratio tenth{0.1};
  int kept = 0;
  for (int i = 0; i < 100'000; ++i) kept += keeps(tenth, ids.next_trace_id());
  EXPECT_NEAR(kept, 10'000, 500);
}

TEST(ratio, keeps_at_a_higher_share_what_it_keeps_at_a_lower_one) {
  sonde::context::id_source ids{{5, 6, 7, 8}};
  for (int i = 0; i < 10'000; ++i) {
    const sonde::trace_id trace = ids.next_trace_id();
    bool kept = false;
    for (int percent = 0; percent <= 100; percent += 5) {
      const bool now = keeps(ratio{percent / 100.0}, trace);
      EXPECT_TRUE(now || !kept);
      kept = now;
    }
    EXPECT_TRUE(kept) << "a share of 1 keeps all";
  }
}

TEST(ratio, has_extremes) {
  sonde::trace_id lowest{};
  lowest.bytes[0] = 0xff;  // no part of what is compared
  sonde::trace_id highest{};
  for (unsigned char& byte : highest.bytes) byte = 0xff;
  EXPECT_FALSE(keeps(ratio{0}, lowest));
  EXPECT_FALSE(keeps(ratio{-1}, lowest));
  EXPECT_FALSE(keeps(ratio{-std::numeric_limits<double>::infinity()}, lowest));
  EXPECT_TRUE(keeps(ratio{1}, highest));
  EXPECT_TRUE(keeps(ratio{7}, highest));
  EXPECT_TRUE(keeps(ratio{std::numeric_limits<double>::infinity()}, highest));
  EXPECT_TRUE(keeps(ratio{std::nan("")}, highest));
  EXPECT_TRUE(keeps(ratio{1e-19}, lowest)) << "of 2^64 at least one";
  EXPECT_TRUE(keeps(ratio{std::nextafter(1.0, 0.0)}, lowest));
  EXPECT_FALSE(keeps(ratio{std::nextafter(1.0, 0.0)}, highest));
}

TEST(ratio, reads_the_low_half_big_endian) {
  sonde::trace_id trace{};
  trace.bytes[8] = 0x40;  // a quarter of 2^64
  EXPECT_FALSE(keeps(ratio{0.25}, trace));
  EXPECT_TRUE(keeps(ratio{0.2500001}, trace));
}

TEST(ratio, says_when_it_keeps_nothing) {
  EXPECT_TRUE(ratio{0}.drops_roots());
  EXPECT_TRUE(ratio{-3}.drops_roots());
  EXPECT_FALSE(ratio{1e-9}.drops_roots());
  EXPECT_FALSE(ratio{std::nan("")}.drops_roots());
  EXPECT_EQ(ratio{0.1}.description(), "TraceIdRatioBased{0.100000}");
}

TEST(ratio, says_how_many_traces_a_recorded_one_stands_for) {
  for (const auto& [share, rate] : {std::pair<double, std::uint32_t>{1, 1},
                                    {0.25, 4},
                                    {0.1, 10},
                                    {0.3, 3},
                                    {0.4, 3},  // 2.5: the half goes up
                                    {0.7, 1},
                                    {0.000001, 1'000'000},
                                    {1e-300, UINT32_MAX},
                                    {0, 1},
                                    {-1, 1},
                                    {2, 1}})
    EXPECT_EQ(ratio{share}.sample_rate(), rate) << share;
}

}  // namespace
