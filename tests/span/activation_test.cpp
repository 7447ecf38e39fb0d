// SPDX-License-Identifier: MIT
// What travels with a request beside its ids: active where the request is, on whatever thread, and nowhere else.

#include <sonde/span/activation.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using sonde::record::active_fields;
using sonde::record::fields_scope;

/// Fields told apart by their baggage.
sonde::propagated_fields fields_of(const char* baggage) {
  sonde::propagated_fields made;
  made.baggage.add({baggage, std::char_traits<char>::length(baggage)});
  return made;
}

std::string active() {
  const sonde::propagated_fields* const now = active_fields();
  return now == nullptr || now->baggage.empty() ? "" : std::string{now->baggage.line[0].data, now->baggage.line[0].size};
}

TEST(fields_scope, lasts_for_its_scope) {
  recording kept;
  const auto outer_fields = fields_of("outer=1");
  const auto inner_fields = fields_of("inner=1");
  EXPECT_EQ(active(), "");
  {
    fields_scope outer{&outer_fields};
    EXPECT_EQ(active(), "outer=1");
    {
      fields_scope inner{&inner_fields};
      EXPECT_EQ(active(), "inner=1");
      std::thread{[] { EXPECT_EQ(active(), "") << "another thread has its own"; }}.join();
    }
    EXPECT_EQ(active(), "outer=1");
  }
  EXPECT_EQ(active(), "");
}

TEST(fields_scope, ends_in_any_order) {
  recording kept;
  const char* const names[] = {"a=1", "b=1", "c=1"};
  for (const auto& order : {std::array{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
    std::array<std::unique_ptr<sonde::propagated_fields>, 3> fields;
    std::array<std::unique_ptr<fields_scope>, 3> scopes;
    for (std::size_t i = 0; i < 3; ++i) {
      fields[i] = std::make_unique<sonde::propagated_fields>(fields_of(names[i]));
      scopes[i] = std::make_unique<fields_scope>(fields[i].get());
    }
    for (const int each : order) {
      scopes[static_cast<std::size_t>(each)].reset();
      fields[static_cast<std::size_t>(each)].reset();
      std::string innermost;
      for (std::size_t i = 0; i < 3; ++i)
        if (scopes[i] != nullptr) innermost = names[i];
      EXPECT_EQ(active(), innermost);
    }
  }
}

TEST(fields_scope, may_end_under_what_lies_on_it) {
  recording kept;
  sonde::detached_span<"job"> job;
  auto outer_fields = std::make_unique<sonde::propagated_fields>(fields_of("outer=1"));
  auto outer = std::make_unique<fields_scope>(outer_fields.get());
  std::optional<sonde::scope> borrowed{std::in_place, job};
  EXPECT_EQ(active(), "") << "the job began without fields";
  outer.reset();
  outer_fields.reset();
  EXPECT_EQ(active(), "");
  borrowed.reset();
  EXPECT_EQ(active(), "") << "those from before are gone";
}

TEST(fields_scope, stays_when_what_it_lies_on_ends) {
  recording kept;
  const auto job_fields = fields_of("job=1");
  std::optional<sonde::detached_span<"job">> job;
  {
    fields_scope there{&job_fields};
    job.emplace();
  }
  std::optional<sonde::scope> borrowed{std::in_place, *job};
  EXPECT_EQ(active(), "job=1");
  const auto own_fields = fields_of("own=1");
  std::optional<fields_scope> own{std::in_place, &own_fields};
  borrowed.reset();
  job.reset();
  EXPECT_EQ(active(), "own=1");
  own.reset();
  EXPECT_EQ(active(), "");
}

TEST(fields_scope, may_end_on_another_thread_if_it_is_the_innermost) {
  recording kept;
  auto fields = std::make_unique<sonde::propagated_fields>(fields_of("k=v"));
  auto scope = std::make_unique<fields_scope>(fields.get());
  std::thread{[&] {
    scope.reset();
    fields.reset();
  }}.join();
  EXPECT_EQ(active(), "");
}

TEST(fields_scope, without_a_session_does_nothing) {
  const auto fields = fields_of("k=v");
  fields_scope scope{&fields};
  EXPECT_EQ(active_fields(), nullptr);
}

TEST(fields_scope, of_an_earlier_session_leaves_the_next_alone) {
  const auto old_fields = fields_of("old=1");
  const auto new_fields = fields_of("new=1");
  std::optional<recording> kept{std::in_place};
  std::optional<fields_scope> old{std::in_place, &old_fields};
  kept.reset();
  EXPECT_EQ(active_fields(), nullptr);
  kept.emplace();
  EXPECT_EQ(active(), "") << "a new session begins with none";
  fields_scope fresh{&new_fields};
  old.reset();
  EXPECT_EQ(active(), "new=1");
}

TEST(bind_current, carries_the_fields_and_outlives_them) {
  recording kept;
  auto bound = [] {
    const std::string header = "user=42";
    sonde::propagated_fields fields;
    fields.baggage.add({header.data(), header.size()});
    sonde::span<"request"> request;
    fields_scope scope{&fields};
    return sonde::bind_current([] { EXPECT_EQ(active(), "user=42"); });
  }();
  EXPECT_EQ(active(), "");
  std::thread{bound}.join();
  const auto others = fields_of("other=1");
  fields_scope scope{&others};
  bound();
  EXPECT_EQ(active(), "other=1") << "what was active before is so again";
}

TEST(bind_current, without_fields_hides_those_of_the_thread_it_runs_on) {
  recording kept;
  sonde::span<"request"> request;
  const auto bound = sonde::bind_current([] { EXPECT_EQ(active(), ""); });
  const auto others = fields_of("other=1");
  fields_scope scope{&others};
  bound();
}

TEST(detached_span, keeps_the_fields_it_began_with) {
  recording kept;
  std::optional<sonde::detached_span<"job">> job;
  {
    const auto fields = fields_of("job=7");
    fields_scope scope{&fields};
    job.emplace();
  }
  EXPECT_EQ(active(), "");
  std::thread{[&] {
    sonde::scope running{*job};
    EXPECT_EQ(active(), "job=7");
    job->end();
    EXPECT_EQ(active(), "job=7") << "while the scope lasts";
  }}.join();
}

TEST(scope, that_goes_out_of_turn_brings_back_nothing_that_is_gone) {
  recording kept;
  auto one_fields = std::make_unique<sonde::propagated_fields>(fields_of("one=1"));
  std::optional<fields_scope> one{std::in_place, one_fields.get()};
  sonde::detached_span<"first"> first;
  one.reset();
  sonde::detached_span<"second"> second;
  auto outer = std::make_unique<sonde::scope>(first);
  auto inner = std::make_unique<sonde::scope>(second);
  EXPECT_EQ(active(), "") << "the second began without";
  outer.reset();
  first.end();
  inner.reset();
  EXPECT_EQ(active_fields(), nullptr);
}

TEST(scope, that_goes_before_a_span_in_it_takes_its_fields_along) {
  recording kept;
  auto fields = std::make_unique<sonde::propagated_fields>(fields_of("one=1"));
  std::optional<fields_scope> one{std::in_place, fields.get()};
  std::optional<sonde::detached_span<"job">> job{std::in_place};
  one.reset();
  auto scope = std::make_unique<sonde::scope>(*job);
  sonde::span<"inside"> inside;
  EXPECT_EQ(active(), "one=1");
  scope.reset();
  job.reset();
  EXPECT_EQ(active_fields(), nullptr);
}

/// The tracestate of the trace goes with its first span here, and only with that trace.
TEST(tracestate, is_recorded_with_the_local_root) {
  recording kept;
  sonde::propagated_fields fields{.trace_id = {{1}}};
  fields.tracestate.add({"rojo=1", 6});
  fields.tracestate.add({"congo=t61", 9});
  fields_scope scope{&fields};
  {
    sonde::span<"request"> request{sonde::kind::server, {{{1}}, {{2}}, true, true}};
    sonde::span<"child"> child;
  }
  { sonde::span<"other trace"> other{sonde::kind::server, {{{3}}, {{4}}, true, true}}; }
  { sonde::span<"own trace"> own; }
  EXPECT_EQ(kept.named("request").tracestate, "rojo=1,congo=t61");
  EXPECT_EQ(kept.named("child").tracestate, "");
  EXPECT_EQ(kept.named("other trace").tracestate, "");
  EXPECT_EQ(kept.named("own trace").tracestate, "");
}

}  // namespace
