// SPDX-License-Identifier: MIT
// How the name of a rule is kept.

#include <sonde/sampling/decision.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sonde::sampling;

constexpr bool a_bool_is_a_decision_by_no_rule() {
  const decision made = true;
  return made && made.rule.text().empty() && !decision{false} && decision{true, "Default"}.rule.text() == "Default";
}
static_assert(a_bool_is_a_decision_by_no_rule());
TEST(decision, a_bool_is_one_by_no_rule) { EXPECT_TRUE(a_bool_is_a_decision_by_no_rule()); }

TEST(decision, long_names_are_cut_between_characters) {
  EXPECT_EQ(rule_name{std::string(100, 'x')}.text(), std::string(63, 'x'));
  EXPECT_EQ(rule_name{std::string(62, 'x') + "\xC3\xA4"}.text(), std::string(62, 'x'));
  EXPECT_EQ(rule_name{std::string(61, 'x') + "\xC3\xA4"}.text(), std::string(61, 'x') + "\xC3\xA4");
}

}  // namespace
