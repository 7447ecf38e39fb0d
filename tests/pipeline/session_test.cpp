// SPDX-License-Identifier: MIT
// A session's life: starting, being refused, flushing, stopping in time, starting again, surviving a fork.

#include <sonde/session.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>
#include <sonde/testing/null_exporter.hpp>

#include "forked_child.hpp"

namespace {

using namespace std::chrono_literals;

/// Collects the lines a session says.
struct lines {
  std::shared_ptr<std::vector<std::string>> all = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();

  void operator()(std::string_view line) const {
    const std::lock_guard lock{*mutex};
    all->emplace_back(line);
  }
  [[nodiscard]] int containing(std::string_view part) const {
    const std::lock_guard lock{*mutex};
    int found = 0;
    for (const std::string& each : *all) found += each.find(part) != std::string::npos;
    return found;
  }
};

/// Sets a variable for one test.
struct environment_variable {
  const char* name;
  environment_variable(const char* which, const char* value) : name{which} { setenv(name, value, 1); }
  environment_variable(const environment_variable&) = delete;
  environment_variable& operator=(const environment_variable&) = delete;
  ~environment_variable() { unsetenv(name); }
};

/// Never comes back from its first span until told to.
struct stuck_exporter {
  std::shared_ptr<std::atomic<bool>> released = std::make_shared<std::atomic<bool>>(false);

  [[nodiscard]] std::string_view name() const { return "stuck"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view&) {
    while (!*released) std::this_thread::sleep_for(1ms);
    return true;
  }
};

/// Cannot start.
struct misconfigured_exporter {
  [[nodiscard]] std::string_view name() const { return "misconfigured"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { throw sonde::pipeline::setup_error{"no token is set"}; }
  bool write(const sonde::record::span_view&) { return true; }
};

TEST(session, exports_what_ended_before_a_flush) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "test", .diagnostics = lines{}}, memory);
  ASSERT_TRUE(session);
  { sonde::span<"one"> span; }
  EXPECT_TRUE(session.force_flush());
  ASSERT_EQ(memory.spans().size(), 1u);
  EXPECT_EQ(memory.spans()[0].name, "one");
}

TEST(session, exports_the_rest_when_it_goes_out_of_scope) {
  sonde::testing::memory_exporter memory;
  {
    auto session = sonde::start({.diagnostics = lines{}}, memory);
    { sonde::span<"one"> span; }
  }
  EXPECT_EQ(memory.spans().size(), 1u);
}

TEST(session, says_where_records_go) {
  lines said;
  auto session = sonde::start({.service_name = "backend", .diagnostics = said}, sonde::testing::memory_exporter{});
  EXPECT_EQ(said.containing("backend -> memory: spans and logs are kept in memory"), 1);
}

TEST(session, refuses_a_second_one_beside_a_live_one_with_a_sentence) {
  sonde::testing::memory_exporter first, second;
  auto session = sonde::start({.diagnostics = lines{}}, first);
  lines said;
  auto refused = sonde::start({.diagnostics = said}, second);
  EXPECT_FALSE(refused);
  EXPECT_NE(refused.refusal().find("already live"), std::string::npos);
  EXPECT_EQ(said.containing("already live"), 1);
  { sonde::span<"one"> span; }
  EXPECT_TRUE(refused.shutdown());
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(first.spans().size(), 1u);
  EXPECT_EQ(second.spans().size(), 0u);
}

TEST(session, may_start_again_after_a_shutdown) {
  for (int round = 0; round < 3; ++round) {
    sonde::testing::memory_exporter memory;
    auto session = sonde::start({.diagnostics = lines{}}, memory);
    ASSERT_TRUE(session) << session.refusal();
    { sonde::span<"one"> span; }
    EXPECT_TRUE(session.shutdown());
    EXPECT_EQ(memory.spans().size(), 1u);
    EXPECT_EQ(session.stats().spans.taken, 1u) << "the ledger outlives the shutdown";
    { sonde::span<"nobody records this"> span; }
    EXPECT_TRUE(session.shutdown()) << "a second shutdown does nothing";
    EXPECT_EQ(memory.spans().size(), 1u);
  }
}

TEST(session, can_be_moved) {
  sonde::testing::memory_exporter memory;
  auto first = sonde::start({.diagnostics = lines{}}, memory);
  auto second = std::move(first);
  { sonde::span<"one"> span; }
  EXPECT_TRUE(second.force_flush());
  EXPECT_EQ(memory.spans().size(), 1u);
}

TEST(session, records_nothing_where_the_sdk_is_disabled) {
  const environment_variable off{"OTEL_SDK_DISABLED", "true"};
  sonde::testing::memory_exporter memory;
  lines said;
  auto session = sonde::start({.diagnostics = said}, memory);
  EXPECT_FALSE(session);
  EXPECT_EQ(said.containing("OTEL_SDK_DISABLED"), 1);
  { sonde::span<"one"> span; }
  EXPECT_EQ(memory.spans().size(), 0u);
}

TEST(session, names_each_malformed_variable_and_the_value_used_instead) {
  const environment_variable limit{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many"};
  const environment_variable sampler{"OTEL_TRACES_SAMPLER", "sometimes"};
  const environment_variable near{"OTEL_EXPORTER_OTLP_HEADER", "x-honeycomb-team=abc"};
  lines said;
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = said}, memory);
  EXPECT_EQ(said.containing("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT='many' is not a whole number; using 128"), 1);
  EXPECT_EQ(said.containing("OTEL_TRACES_SAMPLER='sometimes'"), 1);
  EXPECT_EQ(said.containing("did you mean OTEL_EXPORTER_OTLP_HEADERS?"), 1);
  { sonde::span<"still recorded"> span; }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(memory.spans().size(), 1u);
}

TEST(session, goes_on_without_an_exporter_that_cannot_start) {
  lines said;
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "s", .diagnostics = said}, misconfigured_exporter{}, memory);
  EXPECT_EQ(said.containing("misconfigured: not exporting: no token is set"), 1);
  { sonde::span<"one"> span; }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(memory.spans().size(), 1u);
  const auto stats = session.stats();
  EXPECT_EQ(stats.exporters[0].spans.dropped[sonde::drop_reason::not_configured], 1u);
  EXPECT_EQ(stats.exporters[1].spans.exported, 1u);
}

TEST(session, gives_several_exporters_the_same_spans) {
  sonde::testing::memory_exporter first, second;
  sonde::testing::null_exporter third;
  auto session = sonde::start({.diagnostics = lines{}}, first, third, second);
  { sonde::span<"one"> span; }
  sonde::report_message("hello");
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(first.spans().at(0).span_id, second.spans().at(0).span_id);
  EXPECT_EQ(first.logs().at(0).body, second.logs().at(0).body);
  EXPECT_EQ(third.spans(), 1u);
  EXPECT_EQ(third.logs(), 1u);
}

TEST(session, survives_a_handler_that_throws) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = [](std::string_view) { throw 1; }}, memory);
  { sonde::span<"one"> span; }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(memory.spans().size(), 1u);
}

TEST(session, never_tells_a_ledger_older_than_one_it_told_before) {
  stuck_exporter stuck;
  auto session = sonde::start({.diagnostics = lines{}}, stuck);
  const sonde::span<"open"> first;
  EXPECT_EQ(session.stats().spans.started, 1u);
  { sonde::span<"ended"> span; }
  EXPECT_FALSE(session.force_flush(20ms)) << "from here on the collector is busy";
  EXPECT_GE(session.stats().spans.started, 1u);
  *stuck.released = true;
}

TEST(session, keeps_its_deadlines_while_an_exporter_is_stuck) {
  stuck_exporter stuck;
  auto session = sonde::start({.diagnostics = lines{}}, stuck);
  { sonde::span<"one"> span; }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(session.force_flush(100ms));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
  EXPECT_NO_THROW(static_cast<void>(session.stats()));
  const auto stopping = std::chrono::steady_clock::now();
  EXPECT_FALSE(session.shutdown(100ms));
  EXPECT_LT(std::chrono::steady_clock::now() - stopping, 20s);
  *stuck.released = true;
  sonde::testing::memory_exporter memory;
  auto next = sonde::start({.diagnostics = lines{}}, memory);
  { sonde::span<"two"> span; }
  EXPECT_TRUE(next.force_flush());
  EXPECT_EQ(memory.spans().size(), 1u);
}

TEST(session, leaves_spans_open_at_shutdown_in_the_ledger) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = lines{}}, memory);
  sonde::span<"outlives the session"> open;
  EXPECT_TRUE(session.shutdown());
  EXPECT_EQ(session.stats().spans.open, 1u);
}

TEST(session, is_left_alone_by_a_forked_child_which_may_start_its_own) {
  SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS();
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = lines{}}, memory);
  sonde::span<"parent's"> open;
  const auto parent_context = open.context();
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(sonde::tests::exit_code_of_child([&] {
    bool right = !sonde::current_span().is_recording();
    { sonde::span<"nobody records this"> span; }
    static_cast<void>(session.shutdown());
    {
      sonde::testing::memory_exporter own;
      auto mine = sonde::start({.diagnostics = lines{}}, own);
      right = right && static_cast<bool>(mine);
      { sonde::span<"child's"> span; }
      right = right && mine.force_flush() && own.spans().size() == 1 && own.spans()[0].name == "child's" &&
              !(own.spans()[0].trace_id == parent_context.trace_id);
    }
    return right;
  }), 0);
  { sonde::span<"after the fork"> span; }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(memory.spans().size(), 1u);
}

TEST(session, of_a_parent_may_end_after_the_childs_own) {
  SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS();
  auto session = sonde::start({.diagnostics = lines{}}, sonde::testing::null_exporter{});
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(sonde::tests::exit_code_of_child([&] {
    { const auto mine = sonde::start({.diagnostics = lines{}}, sonde::testing::null_exporter{}); }
    return session.shutdown();
  }), 0);
}

TEST(session, obeys_the_sampler_of_the_environment) {
  const environment_variable sampler{"OTEL_TRACES_SAMPLER", "always_off"};
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = lines{}}, memory);
  {
    sonde::span<"root"> root;
    sonde::span<"child"> child;
    EXPECT_FALSE(child.is_recording());
    EXPECT_TRUE(child.context().valid()) << "an unsampled trace still travels in headers";
    EXPECT_FALSE(child.context().sampled);
  }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(memory.spans().size(), 0u);
  EXPECT_EQ(session.stats().spans.unsampled, 2u);
}

/// Keeps the resource it is given at start.
struct resource_exporter {
  std::shared_ptr<sonde::resource::resource> found = std::make_shared<sonde::resource::resource>();
  [[nodiscard]] std::string_view name() const { return "resource"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup& at_start) {
    *found = at_start.resource;
    return "nowhere";
  }
  bool write(const sonde::record::span_view&) { return true; }
};

TEST(session, detects_what_the_environment_or_the_code_wants) {
  const environment_variable listed{"SONDE_RESOURCE_DETECTORS", "host,prozess"};
  lines said;
  resource_exporter in_environment;
  { const auto session = sonde::start({.diagnostics = said}, in_environment); }
  EXPECT_FALSE(in_environment.found->text("host.name").empty());
  EXPECT_EQ(in_environment.found->get("process.pid"), nullptr);
  EXPECT_EQ(said.containing("did you mean process?"), 1);
  resource_exporter in_code;
  {
    const auto session = sonde::start(
        {.resource_detectors = sonde::resource::detector_list{sonde::resource::detector::process}, .diagnostics = lines{}},
        in_code);
  }
  EXPECT_EQ(in_code.found->get("host.name"), nullptr);
  EXPECT_NE(in_code.found->get("process.pid"), nullptr);
}

TEST(session, applies_the_limits_of_the_environment_to_spans_and_logs) {
  const environment_variable general{"OTEL_ATTRIBUTE_COUNT_LIMIT", "1"};
  const environment_variable of_spans{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "2"};
  const environment_variable length{"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "2"};
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = lines{}}, memory);
  {
    sonde::span<"one"> span;
    span.set_attribute<"a">("text");
    span.set_attribute<"b">("text");
    span.set_attribute<"c">("text");
  }
  sonde::report_exception(std::runtime_error{"whole"});
  EXPECT_TRUE(session.force_flush());
  ASSERT_EQ(memory.spans().size(), 1u);
  EXPECT_EQ(memory.spans()[0].attributes.all.size(), 2u);
  EXPECT_EQ(memory.spans()[0].attributes["a"], "text");
  ASSERT_EQ(memory.logs().size(), 1u);
  EXPECT_EQ(memory.logs()[0].attributes.all.size(), 1u);
  EXPECT_EQ(memory.logs()[0].attributes["exception.type"], "st");
  EXPECT_EQ(memory.logs()[0].body, "whole");
}

// What a process remembers for good are names in its code. Texts of strangers are in records, and go with them.
TEST(session, remembers_no_text_that_only_a_running_program_knows) {
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = lines{}}, memory);
  const auto work = [](const std::string& text) {
    sonde::span<"request"> span;
    span.update_name(text);
    span.set_attribute<"text">(text);
    span.set_attribute<"map">(std::map<std::string, std::string>{{text, text}});
    span.add_event<"seen">(sonde::attr<"text">(text));
    span.set_status(sonde::status::error, text);
    sonde::report_exception(std::runtime_error{text});
    sonde::report_message(text);
  };
  const auto remembered = [&] {
    EXPECT_TRUE(session.force_flush());
    std::vector<const sonde::record::registered*> all;
    sonde::pipeline::hub::instance().descriptions.append_from(all);
    return all.size();
  };
  work("first");
  const std::size_t before = remembered();
  for (int i = 0; i < 1000; ++i) work("path " + std::to_string(i));
  EXPECT_EQ(remembered(), before);
}

TEST(session, says_that_it_reads_no_configuration_file) {
  const environment_variable file{"OTEL_CONFIG_FILE", "/etc/otel.yaml"};
  lines said;
  const auto session = sonde::start({.diagnostics = said}, sonde::testing::memory_exporter{});
  EXPECT_EQ(said.containing("OTEL_CONFIG_FILE is not read"), 1);
  EXPECT_TRUE(session);
}

}  // namespace
