// SPDX-License-Identifier: MIT
// Translation units and libraries built with different flags are one program with one session: what is on arrives, what is
// off does not, and parents are right across all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

#include "unit.hpp"

namespace {

void (*const units[])(mixed::step*){
    mixed::usual,          mixed::disabled, mixed::min_level_3, mixed::in_static_library, mixed::in_shared_library,
    mixed::in_hidden_library, mixed::no_location, mixed::disabled,    mixed::usual,
};
std::size_t unit = 0;

void next() {
  if (unit < std::size(units)) units[unit++](next);
}

const std::vector<std::string> nested_names{
    "main",
    "usual plain", "usual debug", "usual error", "usual macro", "usual typed", "usual called",
    // disabled: nothing
    "min_level_3 plain", "min_level_3 error", "min_level_3 macro", "min_level_3 typed", "min_level_3 called",
    // in_static_library is built with SONDE_MIN_LEVEL=5
    "in_static_library plain", "in_static_library macro", "in_static_library typed", "in_static_library called",
    // in_shared_library is built without locations
    "in_shared_library plain", "in_shared_library debug", "in_shared_library error", "in_shared_library macro",
    "in_shared_library typed", "in_shared_library called",
    // in_hidden_library is built with SONDE_MIN_LEVEL=2 and -fvisibility=hidden
    "in_hidden_library plain", "in_hidden_library error", "in_hidden_library macro", "in_hidden_library typed",
    "in_hidden_library called",
    "no_location plain", "no_location debug", "no_location error", "no_location macro", "no_location typed",
    "no_location called",
    "usual plain", "usual debug", "usual error", "usual macro", "usual typed", "usual called",
};

TEST(mixed, one_session_for_all_flags) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "mixed", .diagnostics = [](auto) {}}, memory);
  ASSERT_TRUE(session);
  sonde::in_span<"main">(next);
  ASSERT_EQ(unit, std::size(units));
  ASSERT_TRUE(session.force_flush());

  std::vector<sonde::testing::recorded_span> spans = memory.spans();
  std::reverse(spans.begin(), spans.end());  // they are nested, and the innermost ended first
  std::vector<std::string> names;
  for (const auto& span : spans) names.push_back(span.name);
  EXPECT_EQ(names, nested_names);

  sonde::span_id parent{};
  for (const auto& span : spans) {
    EXPECT_EQ(span.parent_span_id, parent) << span.name;
    EXPECT_EQ(span.trace_id, spans.front().trace_id) << span.name;
    parent = span.span_id;
    const bool located = !span.name.starts_with("no_location") && !span.name.starts_with("in_shared");
    EXPECT_EQ(!span.file.empty(), located) << span.name;
    if (span.name.ends_with(" plain")) {
      const std::string built_as = span.name.substr(0, span.name.find(' '));
      EXPECT_EQ(span.attributes["unit"], built_as);
      ASSERT_EQ(span.events.size(), 1u);
      EXPECT_EQ(span.events[0].attributes["unit"], built_as);
    }
    if (span.name.ends_with(" typed")) {
      EXPECT_EQ(span.attributes["number"], 8);
      EXPECT_EQ(span.scope + " typed", span.name);
    }
  }
  const auto stats = session.stats();
  EXPECT_EQ(stats.spans.started, nested_names.size());
  EXPECT_EQ(stats.spans.open, 0);
}

}  // namespace
