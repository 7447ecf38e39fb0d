// SPDX-License-Identifier: MIT
// Sampling rules as a session's sampler.

#include <sonde/sampling/rules.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/sampling/parent_based.hpp>
#include <sonde/span/opening_request.hpp>
#include "span/recording.hpp"

namespace {

using namespace sonde::sampling;

constexpr sonde::trace_id trace{{1}};

[[nodiscard]] rule named(std::string name, rule_property property, std::string pattern, double rate) {
  rule made;
  made.name = std::move(name);
  made.fixed_rate = rate;
  made.pattern(property) = std::move(pattern);
  return made;
}

TEST(rules, decide_once_for_a_trace_and_an_incoming_decision_wins) {
  const rule kept = named("kept", rule_property::path, "/kept", 1);
  const rule lost = named("lost", rule_property::path, "*", 0);
  recording session{{.sampler = parent_based{rules{{kept, lost}}}}};
  const auto recorded = [](std::string_view path_asked, const sonde::span_context& parent = {}) {
    const sonde::request_facts facts{{}, {path_asked.data(), path_asked.size()}, {}};
    const sonde::record::opening_request seen{facts};
    const sonde::span<"request"> span{sonde::kind::server, parent};
    const sonde::span<"child"> child;
    return child.is_recording();
  };
  EXPECT_TRUE(recorded("/kept"));
  EXPECT_FALSE(recorded("/lost"));
  const sonde::span_context says_no{.trace_id = trace, .span_id = {{2}}, .remote = true};
  const sonde::span_context says_yes{.trace_id = trace, .span_id = {{2}}, .sampled = true, .remote = true};
  const sonde::span_context leaves_it_to_us{.trace_id = trace, .span_id = {{2}}, .remote = true, .undecided = true};
  EXPECT_FALSE(recorded("/kept", says_no));
  EXPECT_TRUE(recorded("/lost", says_yes));
  EXPECT_TRUE(recorded("/kept", leaves_it_to_us));
  EXPECT_FALSE(recorded("/lost", leaves_it_to_us));
  std::vector<std::string> deciders;
  for (auto& span : session.spans())
    if (span.name == "request") deciders.push_back(span.attributes.contains("aws.xray.sampling_rule") ? "rule" : "caller");
  EXPECT_EQ(deciders, (std::vector<std::string>{"rule", "caller", "rule"}));
}

TEST(rules, take_one_a_second_where_none_matches) {
  const rules usual{{named("never", rule_property::method, "BREW", 1)}};
  const sonde::request_facts facts{{"GET", 3}, {}, {}};
  const sonde::trace_id lost_at_a_small_rate{{0, 0, 0, 0, 0, 0, 0, 0, 0xff}};
  const auto first = usual.should_sample({.trace_id = lost_at_a_small_rate, .span_name = {}, .request = facts});
  EXPECT_TRUE(first);
  EXPECT_EQ(first.rule.text(), "");
}

}  // namespace
