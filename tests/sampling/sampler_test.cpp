// SPDX-License-Identifier: MIT
// Which sampler is asked, about what, and how often.

#include <sonde/sampling/sampler.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/sampling/always.hpp>
#include <sonde/sampling/parent_based.hpp>
#include "span/recording.hpp"

namespace {

using namespace sonde::sampling;

/// Keeps traces whose root has a certain name; counts questions.
struct by_name {
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);
  [[nodiscard]] bool should_sample(const question& about) const noexcept {
    ++*asked;
    return about.span_name == "kept";
  }
  [[nodiscard]] std::string description() const { return "ByName"; }
};

/// A user's own, which says what it keeps: one in `rate`.
struct weighted {
  std::uint32_t rate;
  [[nodiscard]] bool should_sample(const question&) const noexcept { return true; }
  [[nodiscard]] std::string description() const { return "Weighted"; }
  [[nodiscard]] std::uint32_t sample_rate() const noexcept { return rate; }
};

/// Notes what an exporter learns at start.
struct noting_exporter {
  std::shared_ptr<std::uint32_t> sample_rate = std::make_shared<std::uint32_t>(0);
  [[nodiscard]] std::string_view name() const { return "noting"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup& at_start) {
    *sample_rate = at_start.sample_rate;
    return "nowhere";
  }
  bool write(const sonde::record::span_view&) { return true; }
};

TEST(sampler, says_how_many_traces_a_recorded_one_stands_for) {
  EXPECT_EQ(any_sampler{always_on{}}.sample_rate(), 1U);
  EXPECT_EQ(any_sampler{always_off{}}.sample_rate(), 1U);
  EXPECT_EQ(any_sampler{by_name{}}.sample_rate(), 1U) << "of one that does not say";
  EXPECT_EQ(any_sampler{weighted{25}}.sample_rate(), 25U);
  EXPECT_EQ(any_sampler{weighted{0}}.sample_rate(), 1U) << "nobody stands for nothing";
  EXPECT_EQ(any_sampler{parent_based{weighted{25}}}.sample_rate(), 25U);
}

TEST(sampler, exporters_learn_its_rate) {
  noting_exporter noted;
  const auto session = sonde::start({.sampler = parent_based{weighted{25}}, .diagnostics = [](std::string_view) {}}, noted);
  EXPECT_EQ(*noted.sample_rate, 25U);
}

TEST(sampler, any_sampler_holds_any) {
  const sonde::trace_id trace{{1}};
  any_sampler chosen{always_off{}};
  EXPECT_FALSE(chosen.should_sample({trace, "kept"}));
  EXPECT_TRUE(chosen.drops_roots());
  chosen = by_name{};
  EXPECT_TRUE(chosen.should_sample({trace, "kept"}));
  EXPECT_FALSE(chosen.drops_roots()) << "a sampler without that member is asked";
  EXPECT_EQ(chosen.description(), "ByName");
}

TEST(sampler, is_asked_once_for_a_trace) {
  by_name chosen;
  recording kept{{.sampler = chosen}};
  {
    sonde::span<"kept"> root;
    sonde::span<"child"> child;
    sonde::detached_span<"job"> job;
    EXPECT_TRUE(job.is_recording());
  }
  {
    sonde::span<"lost"> root;
    sonde::span<"kept"> child;
    EXPECT_FALSE(root.is_recording());
    EXPECT_FALSE(child.is_recording()) << "the decision is the root's";
  }
  EXPECT_EQ(*chosen.asked, 2);
  EXPECT_EQ(kept.spans().size(), 3u);
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.unsampled, 2u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(sampler, is_asked_about_a_parent_elsewhere) {
  sonde::span_context incoming{{{1}}, {{2}}, true, true};
  recording kept{{.sampler = parent_based{always_off{}}}};
  { sonde::span<"root"> alone; }
  { sonde::span<"sampled"> request{sonde::kind::server, incoming}; }
  incoming.sampled = false;
  { sonde::span<"unsampled"> request{sonde::kind::server, incoming}; }
  const auto span = kept.only();
  EXPECT_EQ(span.name, "sampled");
  EXPECT_TRUE(span.remote_parent);
  EXPECT_EQ(span.parent_span_id, incoming.span_id);
  EXPECT_EQ(span.trace_id, incoming.trace_id);
}

TEST(sampler, dropped_roots_have_ids_once_asked_for) {
  recording kept{{.sampler = always_off{}}};
  sonde::span<"root"> root;
  sonde::span<"child"> child;
  const auto context = child.context();
  EXPECT_TRUE(context.valid());
  EXPECT_FALSE(context.sampled);
  EXPECT_EQ(root.context(), context) << "under an unsampled span nothing is opened";
  EXPECT_EQ(sonde::current_span().context(), context);
}

}  // namespace
