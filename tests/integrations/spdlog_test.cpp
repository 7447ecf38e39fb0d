// SPDX-License-Identifier: MIT
// Real loggers of spdlog, synchronous and asynchronous, with the bridge among their sinks.

#include <sonde/integrations/spdlog.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <spdlog/async.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sonde/pipeline/diagnostics.hpp>

#include "span/recording.hpp"

namespace {

using sonde::spdlog::ids_in_text;
using sonde::testing::recorded_log;

std::vector<recorded_log> logs(recording& kept) {
  kept.session.force_flush(kept.patience);
  return kept.memory.logs();
}
recorded_log only(recording& kept) {
  const auto all = logs(kept);
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? recorded_log{} : all.front();
}
std::shared_ptr<spdlog::logger> bridged(const std::string& name = "app") {
  return std::make_shared<spdlog::logger>(name, std::make_shared<sonde::spdlog::sink>());
}
/// What a logger of these flags writes into `text`: `%*` is the trace id, `%~` the span id.
std::shared_ptr<spdlog::sinks::sink> writing_to(std::ostringstream& text, const std::string& pattern) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::local, "\n");
  formatter->add_flag<sonde::spdlog::trace_id_flag>('*').add_flag<sonde::spdlog::span_id_flag>('~');
  formatter->set_pattern(pattern);
  auto made = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  made->set_formatter(std::move(formatter));
  return made;
}
std::string hex(const auto& id) {
  const auto digits = id.to_hex();
  return {digits.data(), digits.size()};
}

TEST(spdlog, two_lines_are_enough) {
  recording kept;
  spdlog::logger existing{"existing"};
  existing.sinks().push_back(std::make_shared<sonde::spdlog::sink>());
  sonde::span<"request"> span;
  existing.info("{} activities for {}", 4, "andrewbrown");
  const auto log = only(kept);
  EXPECT_EQ(log.body, "4 activities for andrewbrown");
  EXPECT_EQ(log.severity, sonde::level::info);
  EXPECT_EQ(log.attributes["log.logger"], "existing");
  EXPECT_EQ(log.attributes.all.size(), 1u);
  EXPECT_EQ(log.trace_id, span.context().trace_id);
  EXPECT_EQ(log.span_id, span.context().span_id);
  EXPECT_FALSE(log.occurrence);
}

TEST(spdlog, each_level_is_the_one_of_that_name) {
  recording kept;
  const auto logger = bridged();
  logger->set_level(spdlog::level::trace);
  logger->trace("t");
  logger->debug("d");
  logger->info("i");
  logger->warn("w");
  logger->error("e");
  logger->critical("c");
  const auto all = logs(kept);
  ASSERT_EQ(all.size(), 6u);
  using enum sonde::level;
  constexpr sonde::level expected[] = {trace, debug, info, warning, error, critical};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(all[i].severity, expected[i]) << all[i].body;
}

TEST(spdlog, levels_map_both_ways) {
  using namespace spdlog::level;
  for (const level_enum each : {trace, debug, info, warn, err, critical})
    EXPECT_EQ(sonde::spdlog::to_spdlog(sonde::spdlog::to_sonde(each)), each);
  EXPECT_EQ(sonde::spdlog::to_spdlog(sonde::level::warning), warn);
  EXPECT_EQ(sonde::spdlog::to_sonde(off), sonde::level::info);
  EXPECT_EQ(sonde::spdlog::to_sonde(static_cast<level_enum>(99)), sonde::level::info);
  EXPECT_EQ(sonde::spdlog::to_sonde(static_cast<level_enum>(-1)), sonde::level::info);
}

TEST(spdlog, the_levels_of_logger_and_sink_hold) {
  recording kept;
  const auto logger = bridged();
  logger->debug("below the logger's");
  logger->sinks()[0]->set_level(spdlog::level::err);
  logger->warn("below the sink's");
  logger->error("heard");
  logger->set_level(spdlog::level::off);
  logger->critical("off");
  EXPECT_EQ(only(kept).body, "heard");
  EXPECT_EQ(kept.session.stats().logs.started, 1u);
}

TEST(spdlog, the_place_is_told_where_spdlog_knows_it) {
  recording kept;
  const auto logger = bridged();
  SPDLOG_LOGGER_WARN(logger, "here");
  const int line = __LINE__ - 1;
  logger->warn("somewhere");
  const auto all = logs(kept);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[0].attributes["code.file.path"].as<std::string>().find("spdlog_test.cpp"), std::string::npos);
  EXPECT_EQ(all[0].attributes["code.line.number"], line);
  EXPECT_EQ(all[0].attributes["code.function.name"], "TestBody");
  EXPECT_FALSE(all[1].attributes.contains("code.file.path"));
  EXPECT_FALSE(all[1].attributes.contains("code.line.number"));
}

TEST(spdlog, a_place_without_a_function_is_a_place) {
  recording kept;
  bridged()->log(spdlog::source_loc{"a.cpp", 7, nullptr}, spdlog::level::info, "x");
  const auto log = only(kept);
  EXPECT_EQ(log.attributes["code.file.path"], "a.cpp");
  EXPECT_FALSE(log.attributes.contains("code.function.name"));
}

TEST(spdlog, a_logger_without_name_names_none) {
  recording kept;
  bridged("")->info("x");
  EXPECT_TRUE(only(kept).attributes.all.empty());
}

TEST(spdlog, the_text_is_the_message_whatever_the_pattern) {
  recording kept;
  const auto logger = bridged();
  logger->set_pattern("[%H:%M:%S] [%l] %v");
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v!"));
  logger->info("{} {{}} %v", "plain");
  logger->flush();
  EXPECT_EQ(only(kept).body, "plain {} %v");
}

TEST(spdlog, odd_texts_arrive_whole) {
  recording kept;
  const auto logger = bridged();
  const std::string with_nul{"a\0b", 3};
  const std::string large(1 << 20, 'x');
  logger->info(std::string_view{});
  logger->info(with_nul);
  logger->info(large);
  const auto all = logs(kept);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].body, "");
  EXPECT_EQ(all[1].body, with_nul);
  EXPECT_EQ(all[2].body, large);
}

TEST(spdlog, outside_of_any_span_a_line_has_no_ids) {
  recording kept;
  bridged()->info("alone");
  EXPECT_FALSE(only(kept).trace_id.valid());
  EXPECT_FALSE(only(kept).span_id.valid());
}

TEST(spdlog, without_a_session_nothing_happens) {
  const auto logger = bridged();
  logger->info("nobody listens");
  { recording kept; }
  logger->info("no longer");
  recording kept;
  logger->info("again");
  EXPECT_EQ(only(kept).body, "again");
}

TEST(spdlog, the_backtrace_of_spdlog_comes_through) {
  recording kept;
  const auto logger = bridged();
  logger->enable_backtrace(2);
  for (const char* each : {"1", "2", "3"}) logger->debug(each);
  logger->dump_backtrace();
  std::vector<std::string> texts;
  for (const auto& each : logs(kept)) texts.push_back(each.body);
  ASSERT_EQ(texts.size(), 4u);  // spdlog frames them
  EXPECT_EQ(texts[1], "2");
  EXPECT_EQ(texts[2], "3");
}

TEST(spdlog, many_threads_share_one_logger) {
  constexpr int threads = 4;
  constexpr int lines = 500;
  recording kept;
  const auto logger = bridged();
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < threads; ++thread)
      writers.emplace_back([&logger, thread] {
        for (int line = 0; line < lines; ++line) {
          sonde::span<"work"> span;
          logger->info("{} {} {}", thread, line, hex(span.context().span_id));
        }
      });
  }
  const auto all = logs(kept);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(threads * lines));
  std::vector<int> next(threads, 0);
  for (const auto& each : all) {
    std::istringstream text{each.body};
    int thread = -1;
    int line = -1;
    std::string span_id;
    text >> thread >> line >> span_id;
    EXPECT_EQ(line, next.at(static_cast<std::size_t>(thread))++);  // in order, thread by thread
    EXPECT_EQ(span_id, hex(each.span_id));
  }
}

TEST(spdlog, sondes_own_lines_do_not_come_back) {
  const auto logger = bridged();
  int said = 0;
  sonde::testing::memory_exporter memory;
  sonde::session session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
  const sonde::pipeline::diagnostics out{[&](std::string_view line) {
    ++said;
    logger->warn("{}", line);
    const sonde::pipeline::diagnostics nested{[&](std::string_view inner) { logger->warn("{}", inner); }};
    nested.say("inside");
    logger->warn("{}", line);
  }};
  out.say("a backend does not answer");
  logger->info("afterwards");
  session.force_flush();
  EXPECT_EQ(said, 1);
  ASSERT_EQ(memory.logs().size(), 1u);
  EXPECT_EQ(memory.logs()[0].body, "afterwards");
  EXPECT_EQ(session.stats().logs.started, 1u);
}

TEST(spdlog, a_handler_may_write_what_a_session_says_to_the_logger_it_records) {
  std::ostringstream text;
  const auto logger = bridged();
  logger->sinks().push_back(writing_to(text, "%v"));
  sonde::testing::memory_exporter memory;
  {
    const auto session = sonde::start(
        {.service_name = "test", .diagnostics = [logger](std::string_view line) { logger->info("{}", line); }}, memory);
    logger->info("mine");
  }
  EXPECT_NE(text.str().find("test -> memory"), std::string::npos) << text.str();
  ASSERT_EQ(memory.logs().size(), 1u);
  EXPECT_EQ(memory.logs()[0].body, "mine");
}

/// What a logger's last sink gets to know.
struct probe final : spdlog::sinks::sink {
  void log(const spdlog::details::log_msg& line) override { seen = line.time; }
  void flush() override { ++flushes; }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
  spdlog::log_clock::time_point seen{};
  int flushes = 0;
};

class spdlog_async : public testing::Test {
 protected:
  std::shared_ptr<spdlog::logger> logger(spdlog::sink_ptr into) {
    auto made = std::make_shared<spdlog::async_logger>("async", std::move(into), pool);
    made->set_level(spdlog::level::debug);
    return made;
  }
  /// All lines have been written afterwards.
  void finish() { pool.reset(); }

  std::shared_ptr<spdlog::details::thread_pool> pool = std::make_shared<spdlog::details::thread_pool>(1024, 1);
  std::ostringstream text;
};

TEST_F(spdlog_async, a_sink_behind_the_pool_records_lines_without_ids) {
  recording kept;
  const auto behind = logger(std::make_shared<sonde::spdlog::sink>());
  {
    sonde::span<"request"> span;
    behind->info("late");
  }
  finish();
  EXPECT_EQ(only(kept).body, "late");
  EXPECT_FALSE(only(kept).trace_id.valid());
}

TEST_F(spdlog_async, a_logger_in_front_records_where_the_line_is_written) {
  recording kept;
  const auto behind = logger(writing_to(text, "%n %l %v %s:%# %!"));
  const auto front = sonde::spdlog::in_front_of(behind);
  EXPECT_EQ(front->name(), "async");
  EXPECT_EQ(front->level(), spdlog::level::debug);
  sonde::span<"request"> span;
  front->trace("below");
  front->log(spdlog::source_loc{"/src/a.cpp", 7, "f"}, spdlog::level::err, "{} on time", "just");
  const auto log = only(kept);
  EXPECT_EQ(log.body, "just on time");
  EXPECT_EQ(log.severity, sonde::level::error);
  EXPECT_EQ(log.trace_id, span.context().trace_id);
  EXPECT_EQ(log.span_id, span.context().span_id);
  EXPECT_EQ(log.attributes["code.file.path"], "/src/a.cpp");
  EXPECT_EQ(log.attributes["log.logger"], "async");
  finish();
  EXPECT_EQ(text.str(), "async error just on time a.cpp:7 f\n");
}

TEST_F(spdlog_async, the_line_keeps_the_time_at_which_it_was_written) {
  const auto end = std::make_shared<probe>();
  const auto front = sonde::spdlog::in_front_of(logger(end));
  const spdlog::log_clock::time_point long_ago{std::chrono::seconds{1'000'000'000}};
  front->log(long_ago, spdlog::source_loc{}, spdlog::level::info, "old");
  finish();
  EXPECT_EQ(end->seen, long_ago);
}

TEST_F(spdlog_async, the_ids_are_put_behind_the_text_where_wanted) {
  recording kept;
  const auto front = sonde::spdlog::in_front_of(logger(writing_to(text, "%v|%*")), ids_in_text::yes);
  std::string expected;
  {
    sonde::span<"request"> span;
    front->info("hello");
    expected = "hello trace_id=" + hex(span.context().trace_id) + " span_id=" + hex(span.context().span_id) + "|\n";
  }
  front->info("alone");
  finish();
  EXPECT_EQ(text.str(), expected + "alone|\n");
  EXPECT_EQ(logs(kept).at(0).body, "hello");  // the record has them already
}

TEST_F(spdlog_async, patterns_and_flushes_are_for_the_logger_behind) {
  const auto behind = logger(std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
  const auto end = std::make_shared<probe>();
  behind->sinks().push_back(end);
  const auto front = sonde::spdlog::in_front_of(behind);
  front->set_pattern("<%v>");
  front->info("x");
  front->flush();
  finish();
  EXPECT_EQ(end->flushes, 1);
  EXPECT_EQ(text.str(), std::string{"<x>"} + spdlog::details::os::default_eol);
}

TEST_F(spdlog_async, a_pattern_for_the_sink_is_one_for_the_logger_behind) {
  const auto front = sonde::spdlog::in_front_of(logger(std::make_shared<spdlog::sinks::ostream_sink_mt>(text)));
  for (const auto& each : front->sinks()) each->set_pattern("<%v>");
  front->info("x");
  finish();
  EXPECT_EQ(text.str(), std::string{"<x>"} + spdlog::details::os::default_eol);
}

TEST_F(spdlog_async, many_threads_write_through_one_logger_in_front) {
  constexpr int threads = 4;
  constexpr int lines = 250;
  recording kept;
  const auto front = sonde::spdlog::in_front_of(logger(writing_to(text, "%v")), ids_in_text::yes);
  {
    std::vector<std::jthread> writers;
    for (int thread = 0; thread < threads; ++thread)
      writers.emplace_back([&] {
        for (int line = 0; line < lines; ++line) {
          sonde::span<"work"> span;
          front->info("{}", hex(span.context().span_id));
        }
      });
  }
  finish();
  const auto all = logs(kept);
  EXPECT_EQ(all.size(), static_cast<std::size_t>(threads * lines));
  for (const auto& each : all) EXPECT_EQ(each.body, hex(each.span_id));
  std::istringstream written{text.str()};
  int count = 0;
  for (std::string line; std::getline(written, line); ++count)
    EXPECT_EQ(line.substr(0, 16), line.substr(line.size() - 16)) << line;
  EXPECT_EQ(count, threads * lines);
}

class spdlog_flags : public testing::Test {
 protected:
  std::string formatted(const std::string& pattern) {
    std::ostringstream text;
    spdlog::logger logger{"flags", writing_to(text, pattern)};
    logger.info("x");
    return text.str();
  }
  recording kept;
};

TEST_F(spdlog_flags, write_the_ids_of_the_active_span) {
  sonde::span<"request"> span;
  EXPECT_EQ(formatted("%* %~ %v"), hex(span.context().trace_id) + ' ' + hex(span.context().span_id) + " x\n");
}

TEST_F(spdlog_flags, write_nothing_outside_of_spans) { EXPECT_EQ(formatted("[%*] [%~] %v"), "[] [] x\n"); }

TEST_F(spdlog_flags, keep_their_width) {
  EXPECT_EQ(formatted("[%4*]"), "[    ]\n");
  EXPECT_EQ(formatted("[%-32*]"), '[' + std::string(32, ' ') + "]\n");
  sonde::span<"request"> span;
  const std::string id = hex(span.context().span_id);
  EXPECT_EQ(formatted("[%18~]"), "[  " + id + "]\n");
  EXPECT_EQ(formatted("[%-18~]"), '[' + id + "  ]\n");
  EXPECT_EQ(formatted("[%=18~]"), "[ " + id + " ]\n");
  EXPECT_EQ(formatted("[%=19~]"), "[ " + id + "  ]\n");
  EXPECT_EQ(formatted("[%8~]"), '[' + id + "]\n");
  EXPECT_EQ(formatted("[%8!~]"), '[' + id.substr(0, 8) + "]\n");
  EXPECT_EQ(formatted("[%-18!~]"), '[' + id + "  ]\n");
}

TEST_F(spdlog_flags, work_in_a_formatter_that_was_cloned) {
  std::ostringstream text;
  spdlog::pattern_formatter original;
  original.add_flag<sonde::spdlog::span_id_flag>('~').set_pattern("%~");
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  sink->set_formatter(original.clone());
  sonde::span<"request"> span;
  spdlog::logger{"clone", sink}.info("x");
  EXPECT_EQ(text.str(), hex(span.context().span_id) + spdlog::details::os::default_eol);
}

TEST_F(spdlog_flags, agree_with_what_is_recorded_of_an_unsampled_trace) {
  const sonde::span_context unsampled{.trace_id = {{1}}, .span_id = {{2}}, .remote = true};
  sonde::span<"request"> span{sonde::kind::server, unsampled};
  EXPECT_EQ(formatted("%*"), hex(unsampled.trace_id) + '\n');
  bridged()->info("x");
  EXPECT_EQ(only(kept).trace_id, unsampled.trace_id);
}

}  // namespace
