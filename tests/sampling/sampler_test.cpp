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
#include <sonde/span/opening_request.hpp>
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

/// Keeps requests of one path and says so; notes what it was asked about last.
struct by_request {
  struct notes {
    sonde::kind kind{};
    std::string method{}, path{}, host{};
  };
  std::shared_ptr<notes> last = std::make_shared<notes>();
  [[nodiscard]] decision should_sample(const question& about) const noexcept {
    const auto text = [](sonde::meta::text from) { return std::string{from.data, from.size}; };
    *last = {about.kind, text(about.request.method), text(about.request.path), text(about.request.host)};
    return last->path == "/kept" ? decision{true, "one path"} : decision{false, "the rest"};
  }
  [[nodiscard]] std::string description() const { return "ByRequest"; }
};
static_assert(sampler<by_request> && sampler<by_name> && sampler<parent_based<by_request>>);

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

TEST(sampler, sees_kind_and_request_of_a_root_and_names_the_rule_that_decided) {
  const by_request chosen;
  recording kept{{.sampler = parent_based{chosen}}};
  const auto ask = [](const char* path) {
    const sonde::request_facts facts{{"GET", 3}, {path, std::string_view{path}.size()}, {"shop:80", 7}};
    const sonde::record::opening_request seen{facts};
    const sonde::span<"request"> span{sonde::kind::server};
  };
  ask("/lost");
  EXPECT_EQ(chosen.last->host, "shop:80");
  ask("/kept");
  EXPECT_EQ(chosen.last->kind, sonde::kind::server);
  EXPECT_EQ(chosen.last->method, "GET");
  {
    const sonde::span<"job"> other;
    EXPECT_EQ(chosen.last->path, "") << "the request is known only while its span opens";
    EXPECT_EQ(chosen.last->kind, sonde::kind::internal);
  }
  {
    const sonde::span_context sender{.trace_id = {{1}}, .span_id = {{2}}, .remote = true, .undecided = true};
    const sonde::detached_span<"message"> other{sonde::kind::consumer, sender};
    EXPECT_EQ(chosen.last->kind, sonde::kind::consumer);
  }
  auto span = kept.only();
  EXPECT_EQ(span.kind, sonde::kind::server);
  EXPECT_EQ(span.attributes["aws.xray.sampling_rule"], "one path");
}

TEST(sampler, a_rule_is_no_attribute_where_none_decided) {
  recording kept{{.sampler = parent_based{always_on{}}}};
  { const sonde::span<"root"> root; }
  EXPECT_FALSE(kept.only().attributes.contains("aws.xray.sampling_rule"));
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
