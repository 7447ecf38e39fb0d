// SPDX-License-Identifier: MIT
// The scoped span: names, scopes, parents, kinds; guards that go in any order, on any thread, at any depth.

#include <sonde/span/span.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

TEST(span, begins_and_ends_with_its_scope) {
  recording kept;
  { sonde::span<"one"> span; }
  const auto span = kept.only();
  EXPECT_EQ(span.name, "one");
  EXPECT_EQ(span.scope, "sonde");
  EXPECT_EQ(span.scope_version, sonde::version);
  EXPECT_TRUE(span.trace_id.valid() && span.span_id.valid());
  EXPECT_FALSE(span.parent_span_id.valid());
  EXPECT_EQ(span.kind, sonde::kind::internal);
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_LE(span.start_unix_nano, span.end_unix_nano);
}

TEST(span, is_the_parent_of_what_begins_inside) {
  recording kept;
  {
    sonde::span<"outer"> outer;
    EXPECT_EQ(sonde::current_span().context(), outer.context());
    {
      sonde::span<"first"> first;
      EXPECT_EQ(sonde::current_span().context(), first.context());
      sonde::span<"inner"> inner;
    }
    EXPECT_EQ(sonde::current_span().context(), outer.context());
    sonde::span<"second"> second;
  }
  EXPECT_FALSE(sonde::current_span().context().valid());
  const auto outer = kept.named("outer");
  EXPECT_EQ(kept.named("first").parent_span_id, outer.span_id);
  EXPECT_EQ(kept.named("second").parent_span_id, outer.span_id);
  EXPECT_EQ(kept.named("inner").parent_span_id, kept.named("first").span_id);
  for (const auto& each : kept.spans()) EXPECT_EQ(each.trace_id, outer.trace_id);
}

TEST(span, takes_kinds_and_parents) {
  recording kept;
  const sonde::span_context incoming{{{1, 2}}, {{3, 4}}, true, true};
  { sonde::span<"server"> span{sonde::kind::server, incoming}; }
  { sonde::span<"only parent"> span{incoming}; }
  { sonde::span<"only kind"> span{sonde::kind::producer}; }
  { sonde::span<"invalid parent"> span{sonde::kind::client, sonde::span_context{}}; }
  sonde::span_context elsewhere;
  {
    sonde::span<"here"> here;
    elsewhere = here.context();
  }
  { sonde::span<"local parent"> span{elsewhere}; }
  const auto server = kept.named("server");
  EXPECT_EQ(server.kind, sonde::kind::server);
  EXPECT_EQ(server.trace_id, incoming.trace_id);
  EXPECT_EQ(server.parent_span_id, incoming.span_id);
  EXPECT_TRUE(server.remote_parent);
  EXPECT_EQ(kept.named("only parent").parent_span_id, incoming.span_id);
  EXPECT_EQ(kept.named("only kind").kind, sonde::kind::producer);
  EXPECT_FALSE(kept.named("invalid parent").parent_span_id.valid());
  EXPECT_EQ(kept.named("invalid parent").kind, sonde::kind::client);
  EXPECT_EQ(kept.named("local parent").parent_span_id, elsewhere.span_id);
  EXPECT_FALSE(kept.named("local parent").remote_parent);
}

TEST(span, of_a_level_and_of_a_tracer) {
  using tracer = sonde::tracer<"home.activities", "1.2">;
  recording kept;
  { sonde::span_at<sonde::level::debug, "levelled"> span; }
  { tracer::span<"scoped"> span; }
  { tracer::span_at<sonde::level::trace, "scoped, levelled"> span; }
  { tracer::detached_span<"scoped job"> span; }
  tracer::in_span<"scoped callable">([] {});
  tracer::capture<"scoped capture">([] {})();
  EXPECT_EQ(kept.spans().size(), 6u);
  EXPECT_EQ(kept.named("levelled").scope, "sonde");
  for (const char* name : {"scoped", "scoped, levelled", "scoped job", "scoped callable", "scoped capture"}) {
    EXPECT_EQ(kept.named(name).scope, "home.activities") << name;
    EXPECT_EQ(kept.named(name).scope_version, "1.2") << name;
  }
}

TEST(span, guards_may_go_in_any_order) {
  recording kept;
  auto a = std::make_unique<sonde::span<"a">>();
  auto b = std::make_unique<sonde::span<"b">>();
  auto c = std::make_unique<sonde::span<"c">>();
  const auto of_c = c->context();
  b.reset();
  EXPECT_EQ(sonde::current_span().context(), of_c);
  a.reset();
  EXPECT_EQ(sonde::current_span().context(), of_c);
  { sonde::span<"d"> d; }
  c.reset();
  EXPECT_FALSE(sonde::current_span().context().valid());
  ASSERT_EQ(kept.spans().size(), 4u);
  EXPECT_EQ(kept.named("d").parent_span_id, of_c.span_id);
  EXPECT_EQ(kept.named("c").parent_span_id, kept.named("b").span_id);
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

TEST(span, a_guard_may_go_on_another_thread) {
  recording kept;
  auto heap = std::make_unique<sonde::span<"heap">>();
  heap->set_attribute<"here">(1);
  std::thread{[moved = std::move(heap)]() mutable {
    sonde::span<"other thread's"> own;
    moved->set_attribute<"there">(2);
    moved.reset();
    EXPECT_EQ(sonde::current_span().context(), own.context());
  }}.join();
  EXPECT_FALSE(sonde::current_span().context().valid());
  { sonde::span<"next"> next; }
  EXPECT_EQ(kept.spans().size(), 3u);
  EXPECT_EQ(kept.named("heap").attributes["there"], 2);
  EXPECT_EQ(kept.named("heap").status, sonde::status::unset);
  EXPECT_FALSE(kept.named("next").parent_span_id.valid());
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(span, a_guard_may_outlive_its_thread) {
  recording kept;
  std::unique_ptr<sonde::span<"heap">> heap;
  std::thread{[&] { heap = std::make_unique<sonde::span<"heap">>(); }}.join();
  EXPECT_TRUE(kept.session.force_flush());  // the thread's recorder is free again
  std::thread{[] { sonde::span<"next"> next; }}.join();
  heap.reset();
  EXPECT_EQ(kept.named("next").name, "next");
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(span, nests_ten_thousand_deep) {
  recording kept;
  {
    std::vector<std::unique_ptr<sonde::span<"level">>> open;  // a sanitizer's stack frames are large
    for (int i = 0; i < 10'000; ++i) open.push_back(std::make_unique<sonde::span<"level">>());
    while (!open.empty()) open.pop_back();
  }
  const auto all = kept.spans();
  ASSERT_EQ(all.size(), 10'000u);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    ASSERT_EQ(all[i].parent_span_id, all[i + 1].span_id);
    ASSERT_EQ(all[i].trace_id, all.back().trace_id);
  }
  EXPECT_FALSE(all.back().parent_span_id.valid());
}

TEST(span, is_silent_when_unsampled) {
  recording kept{{.sampler = sonde::sampling::always_off{}}};
  int called = 0;
  {
    sonde::span<"root"> root;
    sonde::span<"child"> child{sonde::kind::client};
    sonde::detached_span<"job"> job;
    sonde::scope active{job};
    for (int i = 0; i < 100; ++i) child.set_attribute<"key">([&] { return ++called; });
    root.set_attribute<"key">([&] { return ++called; });
    sonde::current_span().set_attribute<"key">([&] { return ++called; });
    root.add_event<"event">();
    root.update_name("name");
    EXPECT_FALSE(root.is_recording() || child.is_recording() || job.is_recording());
  }
  EXPECT_EQ(called, 0);
  EXPECT_TRUE(kept.spans().empty());
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.unsampled, 3u);
  EXPECT_TRUE(balanced(stats.spans));
}

}  // namespace
