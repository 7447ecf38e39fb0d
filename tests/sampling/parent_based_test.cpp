// SPDX-License-Identifier: MIT
// Judge: the table of OpenTelemetry's specification, "ParentBased".

#include <sonde/sampling/parent_based.hpp>

#include <gtest/gtest.h>

#include <sonde/sampling/always.hpp>
#include <sonde/sampling/ratio.hpp>

namespace {

using namespace sonde::sampling;

TEST(parent_based, obeys_the_parent_and_asks_without_one) {
  const sonde::trace_id trace{{1}};
  const parent_based on{always_on{}};
  const parent_based off{always_off{}};
  for (const bool parent_sampled : {false, true}) {
    EXPECT_EQ(on.should_sample({trace, "", true, parent_sampled}), parent_sampled);
    EXPECT_EQ(off.should_sample({trace, "", true, parent_sampled}), parent_sampled);
    EXPECT_TRUE(on.should_sample({trace, "", false, parent_sampled}));
    EXPECT_FALSE(off.should_sample({trace, "", false, parent_sampled}));
  }
}

TEST(parent_based, drops_roots_where_its_root_sampler_does) {
  EXPECT_TRUE(parent_based{always_off{}}.drops_roots());
  EXPECT_FALSE(parent_based{always_on{}}.drops_roots());
  EXPECT_TRUE(parent_based{ratio{0}}.drops_roots());
  EXPECT_EQ(parent_based{always_on{}}.description(), "ParentBased{AlwaysOnSampler}");
}

TEST(parent_based, weighs_traces_as_its_root_sampler_does) {
  EXPECT_EQ(parent_based{ratio{0.05}}.sample_rate(), 20U);
  EXPECT_EQ(parent_based{parent_based{ratio{0.5}}}.sample_rate(), 2U);
  EXPECT_EQ(parent_based{always_on{}}.sample_rate(), 1U);
}

}  // namespace
