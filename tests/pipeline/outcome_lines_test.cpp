// SPDX-License-Identifier: MIT
#include <sonde/pipeline/outcome_lines.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::pipeline::diagnostics;
using sonde::pipeline::outcome_lines;
using std::chrono::seconds;

TEST(outcome_lines, of_a_backend_that_comes_and_goes_are_a_few_a_minute) {
  std::vector<std::string> said;
  const diagnostics out{[&](std::string_view line) { said.emplace_back(line); }};
  outcome_lines lines{out};
  lines.whose("otlp");
  const outcome_lines::time_point start{seconds{1000}};
  for (int second = 0; second < 70; ++second) {
    lines.trouble("busy", start + seconds{second});
    lines.success("1 span");
  }
  EXPECT_EQ(said, (std::vector<std::string>{"otlp: busy", "otlp: first batch accepted: 1 span",
                                            "otlp: busy (59 more like this since)", "otlp: accepted again: 1 span"}));
}

}  // namespace
