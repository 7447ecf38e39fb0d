// SPDX-License-Identifier: MIT
// Log records: text, level, ids, attributes, place; what never escapes.

#include <sonde/log.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
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
  EXPECT_TRUE(all[0].in_recorded_span);
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

/// One place for all of its calls.
void log_here(int number, std::string_view text) { sonde::log::info("{} {}", number, text); }
/// Two hundred places that differ in their function alone: more than a thread remembers.
template <int N>
void log_there() {
  sonde::log::info("place {}", N);
}
template <int... N>
void log_everywhere(std::integer_sequence<int, N...>) {
  (log_there<N>(), ...);
}

TEST_F(logging, from_a_place_known_already_is_as_from_a_new_one) {
  log_here(0, "outside");
  {
    const sonde::span<"outer"> outer;
    sonde::span_context inner;
    {
      sonde::span<"inner"> active;
      inner = active.context();
      log_here(1, "inside");
      log_here(2, "");
      log_here(3, "a text that is longer than what is copied in two halves");
    }
    log_here(4, "in the outer");
    const auto all = logs();
    ASSERT_EQ(all.size(), 5u);
    const char* const texts[] = {"0 outside", "1 inside", "2 ", "3 a text that is longer than what is copied in two halves",
                                 "4 in the outer"};
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(all[i].body, texts[i]);
      EXPECT_EQ(all[i].in_recorded_span, i > 0);
      EXPECT_EQ(all[i].attributes["code.function.name"], "log_here");
      if (i >= 1 && i <= 3) {
        EXPECT_EQ(all[i].trace_id, inner.trace_id);
        EXPECT_EQ(all[i].span_id, inner.span_id);
      }
    }
    EXPECT_EQ(all[4].span_id, outer.context().span_id);
  }
  const auto stats = session.stats();
  EXPECT_EQ(stats.logs.started, 5u);
  EXPECT_EQ(stats.logs.taken, 5u);
}

TEST_F(logging, from_more_places_than_a_thread_remembers_is_each_ones_own) {
  const sonde::span<"work"> work;
  for (int round = 0; round < 2; ++round) log_everywhere(std::make_integer_sequence<int, 200>{});
  const auto all = logs();
  ASSERT_EQ(all.size(), 400u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].body, "place " + std::to_string(i % 200));
}

TEST(logging_under_an_unsampled_span, says_so_and_has_its_ids) {
  const sonde::testing::memory_exporter memory;
  auto session = sonde::start(
      {.service_name = "test", .sampler = sonde::sampling::always_off{}, .diagnostics = [](auto) {}}, memory);
  sonde::span<"unsampled"> root;
  log_here(1, "one");
  log_here(2, "two");
  session.force_flush();
  const auto all = memory.logs();
  ASSERT_EQ(all.size(), 2u);
  for (const auto& each : all) {
    EXPECT_FALSE(each.in_recorded_span);
    EXPECT_EQ(each.trace_id, root.context().trace_id);
    EXPECT_EQ(each.span_id, root.context().span_id);
  }
}

TEST(logging_after_its_session, goes_to_the_next) {
  for (int round = 0; round < 3; ++round) {
    const sonde::testing::memory_exporter memory;
    auto session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
    {
      const sonde::span<"work"> work;
      log_here(round, "in time");
      session.shutdown();
      log_here(round, "too late");
    }
    const auto all = memory.logs();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].body, std::to_string(round) + " in time");
    EXPECT_EQ(session.stats().logs.started, 1u);
  }
}

TEST(logging_without_session, does_nothing) {
  sonde::log::error("nobody listens to {}", 1);
}

}  // namespace
