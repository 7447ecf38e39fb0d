// SPDX-License-Identifier: MIT
// Log records of texts and levels that are known only at run time.

#include <sonde/log/write.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/record/own_words.hpp>

#include "span/recording.hpp"

namespace {

class log_write : public testing::Test {
 protected:
  std::vector<sonde::testing::recorded_log> logs() {
    kept.session.force_flush(kept.patience);
    return kept.memory.logs();
  }
  recording kept;
};

TEST_F(log_write, copies_text_level_place_and_attributes) {
  sonde::span<"request"> span;
  {
    std::string text{"a text of {} its own"};
    std::string file{"a.cpp"};
    std::string function{"f"};
    std::string handle{"worf"};
    sonde::log::write(sonde::level::warning, text, {file.c_str(), 7, function.c_str()}, sonde::attr<"n">(3),
                      sonde::attr<"handle">(handle));
    for (std::string* each : {&text, &file, &function, &handle}) each->assign(each->size(), '!');
  }
  const auto all = logs();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].body, "a text of {} its own");
  EXPECT_EQ(all[0].severity, sonde::level::warning);
  EXPECT_FALSE(all[0].occurrence);
  EXPECT_EQ(all[0].span_id, span.context().span_id);
  EXPECT_EQ(all[0].attributes["n"], 3);
  EXPECT_EQ(all[0].attributes["handle"], "worf");
  EXPECT_EQ(all[0].attributes["code.file.path"], "a.cpp");
  EXPECT_EQ(all[0].attributes["code.line.number"], 7);
  EXPECT_EQ(all[0].attributes["code.function.name"], "f");
}

TEST_F(log_write, needs_neither_place_nor_attributes) {
  sonde::log::write(sonde::level::trace, "x");
  sonde::log::write(sonde::level::critical, "", sonde::attr<"n">(3));
  const auto all = logs();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].severity, sonde::level::trace);
  EXPECT_TRUE(all[0].attributes.all.empty());
  EXPECT_EQ(all[1].body, "");
  EXPECT_EQ(all[1].attributes.all.size(), 1u);
}

TEST_F(log_write, is_silent_while_sonde_speaks) {
  {
    const sonde::record::own_words outer;
    { const sonde::record::own_words inner; }
    sonde::log::write(sonde::level::critical, "an echo");
  }
  sonde::log::write(sonde::level::info, "heard");
  const auto all = logs();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].body, "heard");
  EXPECT_EQ(kept.session.stats().logs.started, 1u);
}

}  // namespace
