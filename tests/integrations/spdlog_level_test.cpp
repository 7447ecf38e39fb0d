// SPDX-License-Identifier: MIT This file alone is built with a higher minimum: what spdlog logs below it is not
// recorded, whatever its own levels are.

#undef SONDE_MIN_LEVEL
#define SONDE_MIN_LEVEL 3

#include <sonde/integrations/spdlog.hpp>

#include <memory>

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include "span/recording.hpp"

namespace {

TEST(spdlog_level, below_the_minimum_nothing_is_recorded) {
  recording kept;
  const auto sink = std::make_shared<sonde::spdlog::sink>();
  EXPECT_EQ(sink->level(), spdlog::level::warn);  // spdlog need not even call it
  spdlog::logger logger{"app", sink};
  logger.set_level(spdlog::level::trace);
  logger.info("below");
  sink->set_level(spdlog::level::trace);
  logger.info("still below");
  logger.warn("heard");
  kept.session.force_flush(kept.patience);
  ASSERT_EQ(kept.memory.logs().size(), 1u);
  EXPECT_EQ(kept.memory.logs()[0].body, "heard");
  EXPECT_EQ(kept.session.stats().logs.started, 1u);
}

}  // namespace
