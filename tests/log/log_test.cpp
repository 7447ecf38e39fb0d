// SPDX-License-Identifier: MIT
// Log records: text, level, ids, attributes, place; what never escapes.

#include <sonde/log.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

struct fragile {};

class logging : public testing::Test {
 protected:
  std::vector<sonde::testing::recorded_log> logs() {
    session.force_flush();
    return memory.logs();
  }
  sonde::testing::recorded_log only() {
    const auto all = logs();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? sonde::testing::recorded_log{} : all.front();
  }

  sonde::testing::memory_exporter memory;
  sonde::session session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
};

}  // namespace

template <>
struct fmt::formatter<fragile> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  auto format(const fragile&, format_context& context) const -> decltype(context.out()) {
    throw std::runtime_error{"fragile"};
  }
};

namespace {

TEST_F(logging, has_text_and_level) {
  const std::string handle = "andrewbrown";
  sonde::log::trace("t");
  sonde::log::debug("d {}", 1);
  sonde::log::info("home activities for {}", handle);
  sonde::log::warning("{:>4.1f}|{{}}", 2.25);
  sonde::log::error("{}", std::string{"temporary"});
  sonde::log::critical("{1} {0}", 'a', "b");

  const auto all = logs();
  ASSERT_EQ(all.size(), 6u);
  const char* const texts[] = {"t", "d 1", "home activities for andrewbrown", " 2.2|{}", "temporary", "b a"};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(all[i].body, texts[i]);
    EXPECT_EQ(all[i].severity, static_cast<sonde::level>(i));
    EXPECT_FALSE(all[i].occurrence);
  }
}

TEST_F(logging, carries_the_active_span) {
  sonde::span_context inner;
  {
    const sonde::span<"outer"> outer;
    sonde::span<"inner"> active;
    inner = active.context();
    sonde::log::info("inside");
  }
  sonde::log::info("outside");
  const auto all = logs();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].trace_id, inner.trace_id);
  EXPECT_EQ(all[0].span_id, inner.span_id);
  EXPECT_TRUE(all[0].span_id.valid());
  EXPECT_FALSE(all[1].trace_id.valid());
  EXPECT_FALSE(all[1].span_id.valid());
}

TEST_F(logging, takes_attributes_among_its_arguments) {
  const std::string handle = "andrewbrown";
  sonde::log::info("{} of {}", 3, sonde::attr<"app.handle">(handle), 5, sonde::attr<"app.hit">(true));
  const auto log = only();
  EXPECT_EQ(log.body, "3 of 5");
  EXPECT_EQ(log.attributes["app.handle"], "andrewbrown");
  EXPECT_EQ(log.attributes["app.hit"], true);
}

TEST_F(logging, takes_attributes_alone) {
  sonde::log::info("no arguments", sonde::attr<"n">(7));
  const auto log = only();
  EXPECT_EQ(log.body, "no arguments");
  EXPECT_EQ(log.attributes["n"], 7);
}

TEST_F(logging, knows_its_place) {
  const int line = __LINE__ + 1;
  sonde::log::info("here");
  const auto log = only();
  EXPECT_EQ(log.attributes["code.file.path"], __FILE__);
  EXPECT_EQ(log.attributes["code.line.number"], line);
  EXPECT_EQ(log.attributes["code.function.name"], "TestBody");
}

TEST_F(logging, has_room_for_long_texts) {
  const std::string longer(100'000, 'x');
  sonde::log::info("<{}>", longer);
  EXPECT_EQ(only().body, "<" + longer + ">");
}

TEST_F(logging, counts_a_formatter_that_throws) {
  sonde::log::info("before {} after", fragile{});
  EXPECT_EQ(only().body, "before {} after");
  EXPECT_EQ(session.stats().logs.cut, 1u);
}

TEST_F(logging, is_counted) {
  sonde::log::info("one");
  sonde::log::info("two");
  session.force_flush();
  const sonde::session_stats stats = session.stats();
  EXPECT_EQ(stats.logs.started, 2u);
  EXPECT_EQ(stats.logs.taken, 2u);
  EXPECT_EQ(stats.exporters.at(0).logs.exported, 2u);
  EXPECT_EQ(stats.spans.started, 0u);
}

TEST(logging_without_session, does_nothing) {
  sonde::log::error("nobody listens to {}", 1);
}

}  // namespace
