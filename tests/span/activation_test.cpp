// SPDX-License-Identifier: MIT
// What travels with a request beside its ids: active where the request is, on whatever thread, and nowhere else.

#include <sonde/span/activation.hpp>

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
