// SPDX-License-Identifier: MIT

#include <sonde/span/detached_span.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using job_span = sonde::detached_span<"job">;
static_assert(std::is_nothrow_move_constructible_v<job_span> && std::is_nothrow_move_assignable_v<job_span>);
static_assert(!std::is_copy_constructible_v<job_span>);

TEST(detached_span, ends_once) {
  recording kept;
  {
    job_span job{sonde::kind::consumer};
    job.set_attribute<"key">(1);
    EXPECT_FALSE(sonde::current_span().is_recording()) << "tied to no thread's stack";
    job.end();
    job.set_attribute<"key">(2);
    job.end();
    EXPECT_FALSE(job.is_recording());
    EXPECT_FALSE(job.context().valid());
  }
  const auto span = kept.only();
  EXPECT_EQ(span.attributes["key"], 1);
  EXPECT_EQ(span.kind, sonde::kind::consumer);
}

TEST(detached_span, takes_the_current_span_or_a_given_one_as_its_parent) {
  recording kept;
  const sonde::span_context incoming{{{1}}, {{2}}, true, true};
  {
    sonde::span<"current"> current;
    sonde::detached_span<"child"> child;
    sonde::detached_span<"request"> request{sonde::kind::server, incoming};
    sonde::detached_span<"invalid parent"> other{sonde::span_context{}};
  }
  EXPECT_EQ(kept.named("child").parent_span_id, kept.named("current").span_id);
  EXPECT_EQ(kept.named("invalid parent").parent_span_id, kept.named("current").span_id);
  EXPECT_EQ(kept.named("request").parent_span_id, incoming.span_id);
  EXPECT_TRUE(kept.named("request").remote_parent);
}

TEST(detached_span, moves) {
  recording kept;
  job_span first;
  const auto context = first.context();
  first.set_attribute<"long">(std::string(1000, 'x'));
  job_span second = std::move(first);
  EXPECT_EQ(second.context(), context);
  first.set_attribute<"lost">(1);
  job_span third;
  third = std::move(second);  // ends what it was
  EXPECT_EQ(kept.spans().size(), 1u);
  EXPECT_EQ(third.context(), context);
  auto& same = third;
  third = std::move(same);
  EXPECT_TRUE(third.is_recording());
  std::vector<job_span> jobs;
  jobs.push_back(std::move(third));
  jobs.clear();
  const auto all = kept.spans();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].span_id, context.span_id);
  EXPECT_EQ(all[1].attributes["long"].as<std::string>().size(), 1000u);
  EXPECT_FALSE(all[1].attributes.contains("lost"));
}

TEST(detached_span, ends_on_another_thread) {
  recording kept;
  job_span job;
  std::thread{[moved = std::move(job)]() mutable {
    moved.set_attribute<"there">(1);
    sonde::span<"other"> own;
    moved.end();
    EXPECT_EQ(sonde::current_span().context(), own.context());
  }}.join();
  EXPECT_EQ(kept.named("job").attributes["there"], 1);
  EXPECT_FALSE(kept.named("other").parent_span_id.valid());
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
}

TEST(scope, makes_it_current) {
  recording kept;
  job_span job;
  {
    sonde::span<"outer"> outer;
    {
      sonde::scope active{job};
      sonde::current_span().set_attribute<"key">(1);
      sonde::span<"child"> child;
      sonde::detached_span<"inner job"> inner;
      {
        sonde::scope nested{inner};
        sonde::span<"grandchild"> grandchild;
      }
      EXPECT_EQ(sonde::current_span().context(), child.context());
    }
    EXPECT_EQ(sonde::current_span().context(), outer.context());
  }
  job.end();
  const auto span = kept.named("job");
  EXPECT_EQ(span.attributes["key"], 1);
  EXPECT_EQ(kept.named("child").parent_span_id, span.span_id);
  EXPECT_EQ(kept.named("inner job").parent_span_id, kept.named("child").span_id);
  EXPECT_EQ(kept.named("grandchild").parent_span_id, kept.named("inner job").span_id);
}

TEST(scope, lasts_while_the_span_moves) {
  recording kept;
  job_span job;
  sonde::scope active{job};
  job_span moved = std::move(job);
  sonde::current_span().set_attribute<"key">(1);
  moved.end();
  EXPECT_EQ(kept.only().attributes["key"], 1);
}

TEST(scope, takes_nothing_once_the_span_has_ended) {
  recording kept;
  sonde::span_context ended;
  {
    job_span job;
    ended = job.context();
    sonde::scope active{job};
    sonde::scope twice{job};
    sonde::span<"in between"> between;
    sonde::scope thrice{job};
    job.end();
    sonde::current_span().set_attribute<"late">(1);
    sonde::current_span().add_event<"late">();
    EXPECT_FALSE(sonde::current_span().is_recording());
    sonde::span<"child"> child;
  }
  EXPECT_TRUE(kept.named("job").attributes.all.empty());
  EXPECT_EQ(kept.named("child").parent_span_id, ended.span_id);
}

TEST(scope, outlives_a_span_that_another_thread_ends) {
  recording kept;
  job_span job;
  const auto ended = job.context();
  {
    sonde::scope active{job};
    std::thread{[moved = std::move(job)]() mutable { moved.end(); }}.join();
    EXPECT_FALSE(sonde::current_span().is_recording());
    sonde::current_span().set_attribute<"late">(1);
    sonde::current_span().add_event<"late">();
    sonde::span<"child"> child;
    EXPECT_EQ(sonde::current_span().context().trace_id, ended.trace_id);
  }
  EXPECT_TRUE(kept.named("job").attributes.all.empty());
  EXPECT_EQ(kept.named("child").parent_span_id, ended.span_id);
}

TEST(scope, outlives_a_span_that_had_outgrown_its_frame) {
  recording kept;
  job_span job;
  job.set_attribute<"long">(std::string(1000, 'x'));
  sonde::scope active{job};
  std::thread{[moved = std::move(job)]() mutable { moved.end(); }}.join();
  sonde::current_span().set_attribute<"late">(std::string(1000, 'x'));
  EXPECT_EQ(kept.only().attributes.all.size(), 1u);
}

TEST(scope, keeps_the_fields_of_a_span_that_has_ended) {
  recording kept;
  const std::string header = "user=42";
  sonde::propagated_fields fields;
  fields.baggage.add({header.data(), header.size()});
  std::optional<job_span> job;
  {
    sonde::record::fields_scope request{&fields};
    job.emplace();
  }
  sonde::scope active{*job};
  job.reset();
  ASSERT_NE(sonde::record::active_fields(), nullptr);
  EXPECT_EQ((std::string_view{sonde::record::active_fields()->baggage.line[0].data, header.size()}), header);
}

TEST(scope, of_nothing_changes_nothing) {
  recording kept;
  job_span job;
  job.end();
  sonde::span<"outer"> outer;
  sonde::scope active{job};
  EXPECT_EQ(sonde::current_span().context(), outer.context());
}

}  // namespace
