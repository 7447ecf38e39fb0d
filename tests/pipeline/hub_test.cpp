// SPDX-License-Identifier: MIT

#include <sonde/pipeline/hub.hpp>

#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace {

struct session_of_a_parent {
  std::shared_ptr<void> before;
};

// A leak checker in a child follows them from the hub: the last one forked from, and through each the one before it.
TEST(hub, has_all_sessions_of_parents_within_reach) {
  auto& hub = sonde::pipeline::hub::instance();
  const auto first = std::make_shared<session_of_a_parent>();
  const auto second = std::make_shared<session_of_a_parent>();
  hub.keep(first->before, first);
  hub.keep(second->before, second);
  EXPECT_EQ(second->before, first);
  EXPECT_EQ(first.use_count(), 2) << "here and in the second";
  EXPECT_EQ(second.use_count(), 2) << "here and in the hub";

  std::shared_ptr<void> link;
  hub.keep(link, {});
  EXPECT_EQ(std::exchange(link, {}), second);
}

}  // namespace
