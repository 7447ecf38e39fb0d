// SPDX-License-Identifier: MIT
// Why a request is sampled, in words; and which rules never will be asked.

#include <sonde/adapters/xray/sampling/explanation.hpp>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/sampling/rules.hpp>

namespace {

using namespace sonde::sampling;
using sonde::xray::explain;
using sonde::xray::reach_of;
using enum rule_property;

[[nodiscard]] rule named(std::string name, std::int32_t priority,
                         std::vector<std::pair<rule_property, std::string>> patterns = {}) {
  rule made;
  made.name = std::move(name);
  made.priority = priority;
  made.reservoir_size = 5;
  made.fixed_rate = 0.1;
  for (auto& [property, pattern] : patterns) made.pattern(property) = std::move(pattern);
  return made;
}
[[nodiscard]] std::shared_ptr<rule_book> book(std::string dynamic_naming = {}) {
  const auto made = std::make_shared<rule_book>(rule_audience{"backend-flask", std::move(dynamic_naming), {}},
                                                std::vector<rule>{named("own", 7, {{path, "/own"}})}, rules::usual_rest(),
                                                std::chrono::hours{1});
  made->set_account_rules({named("Cruddur", 9000, {{service_name, "backend-flask"}, {method, "GET"}}),
                           named("Checkout", 100, {{service_name, "frontend"}, {host, "*.example.com"}}),
                           named("Fast", 9500, {{path, "/f*"}})},
                          std::chrono::steady_clock::now());
  return made;
}

TEST(sampling_explanation, names_the_rule_that_decides_and_what_speaks_against_others) {
  const auto made = explain(*book(), {.method = "GET", .path = "/x", .host = "shop"});
  EXPECT_EQ(made.rule, "`Cruddur`");
  EXPECT_TRUE(made.of_account);
  EXPECT_EQ(made.text(),
            "decided by `Cruddur`, of the account's rules\n"
            "  `Checkout` (priority 100; 5 a second, then 10 %): ServiceName `frontend` is not backend-flask; "
            "Host `*.example.com` is not shop\n"
            "  `Cruddur` (priority 9000; 5 a second, then 10 %): matches, and decides\n"
            "  `Fast` (priority 9500; 5 a second, then 10 %): URLPath `/f*` is not /x");
}

TEST(sampling_explanation, a_rule_that_comes_later_does_not_decide) {
  const auto made = explain(*book(), {.method = "GET", .path = "/f"});
  ASSERT_EQ(made.rules.size(), 3u);
  EXPECT_TRUE(made.rules[1].decides);
  EXPECT_FALSE(made.rules[2].decides);
  EXPECT_TRUE(made.rules[2].obstacles.empty());
}

TEST(sampling_explanation, where_the_account_has_none_the_local_ones_follow) {
  const auto made = explain(*book(), {.method = "POST", .path = "/own"});
  EXPECT_EQ(made.rule, "`own`");
  EXPECT_FALSE(made.of_account);
  EXPECT_EQ(made.source, "local rules, for none of the account's matches");
  EXPECT_EQ(made.rules.size(), 5u);
}

TEST(sampling_explanation, is_given_for_the_rules_in_use) {
  const auto used = book();
  sonde::xray::books_in_use::set(used);
  EXPECT_EQ(explain({.method = "GET"}).rule, "`Cruddur`");
}

TEST(sampling_explanation, rules_for_other_services_are_named) {
  const auto used = book();
  EXPECT_EQ(reach_of(*used->known_rules(), used->audience()),
            "`Cruddur`, `Fast` can match this service (backend-flask); `Checkout` never will: its ServiceName is `frontend`");
  EXPECT_EQ(reach_of(*used->known_rules(), {"till", {}, "AWS::EC2::Instance"}),
            "`Fast` can match this service (till); `Checkout` never will: its ServiceName is `frontend`; "
            "`Cruddur` never will: its ServiceName is `backend-flask`");
  const auto by_host = book("*");
  EXPECT_EQ(reach_of(*by_host->known_rules(), by_host->audience()),
            "`Checkout`, `Cruddur`, `Fast` can match this service (backend-flask)");
}

TEST(sampling_explanation, long_lists_and_strange_names_make_no_long_line) {
  rule_book many{{"shop", {}, {}}, {}, rules::usual_rest(), std::chrono::hours{1}};
  std::vector<rule> list;
  for (int i = 0; i < 100; ++i) list.push_back(named("r" + std::to_string(i) + "\n\x1b[31m", i));
  many.set_account_rules(list, std::chrono::steady_clock::now());
  const std::string line = reach_of(*many.known_rules(), many.audience());
  EXPECT_NE(line.find(" and 90 more can match this service (shop)"), std::string::npos);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

}  // namespace
