// SPDX-License-Identifier: MIT
// Which rule decides: of the account's or of one's own, by what is known of a request.
// Judge: AWS X-Ray, "Sampling rule options"; tests/interop compares with the SDK for Python.

#include <sonde/sampling/rule_book.hpp>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace sonde::sampling;
using enum rule_property;
using std::chrono::hours;

constexpr rule_book::time_point start{};
constexpr sonde::trace_id trace{{1}};

[[nodiscard]] rule named(std::string name, std::int32_t priority = 1,
                         std::vector<std::pair<rule_property, std::string>> patterns = {}) {
  rule made;
  made.name = std::move(name);
  made.priority = priority;
  made.fixed_rate = 1;
  for (auto& [property, pattern] : patterns) made.pattern(property) = std::move(pattern);
  return made;
}
struct asked {
  std::string method{}, path{}, host{};
};
[[nodiscard]] std::string decider(const rule_book& book, const asked& of = {}, rule_book::time_point now = start) {
  const auto text = [](const std::string& from) { return sonde::meta::text{from.data(), from.size()}; };
  const sonde::request_facts facts{text(of.method), text(of.path), text(of.host)};
  return std::string{book.decide({.trace_id = trace, .span_name = {}, .request = facts}, 1'700'000'000, now).rule.text()};
}

TEST(rule_book, the_lowest_priority_that_matches_decides_then_the_first_name) {
  rule_book book{{}, {}, named("rest"), hours{1}};
  book.set_account_rules({named("Default", rule::last), named("b", 5), named("a", 5), named("get", 2, {{method, "GET"}})}, start);
  EXPECT_EQ(decider(book, {.method = "GET"}), "get");
  EXPECT_EQ(decider(book, {.method = "PUT"}), "a");
  EXPECT_EQ(decider(book), "get") << "a method that is not known is no obstacle";
}

TEST(rule_book, every_property_counts) {
  rule_book book{{.service_name = "shop", .service_type = "AWS::ECS::Container"}, {}, named("rest"), hours{1}};
  book.set_account_rules({named("1", 1, {{service_name, "till"}}), named("2", 2, {{service_type, "AWS::EC2*"}}),
                          named("3", 3, {{host, "*.example.com"}}), named("4", 4, {{path, "/a/*"}}),
                          named("5", 5, {{service_name, "SHOP"}, {service_type, "AWS::ECS::*"}, {host, "h?st"}, {path, "/b"}})},
                         start);
  EXPECT_EQ(decider(book, {.path = "/b", .host = "host"}), "5");
  EXPECT_EQ(decider(book, {.path = "/b", .host = "x.example.com"}), "3");
  EXPECT_EQ(decider(book, {.path = "/a/b", .host = "host"}), "4");
  EXPECT_EQ(decider(book, {.path = "/c", .host = "host"}), "rest") << "none of the account's: one's own decide";
}

TEST(rule_book, a_dynamic_name_is_the_host_s_where_that_matches) {
  rule_book book{{.service_name = "shop", .dynamic_naming = "*.example.com"}, {}, named("rest"), hours{1}};
  book.set_account_rules({named("host", 1, {{service_name, "a.example.com"}}), named("name", 2, {{service_name, "shop"}})},
                         start);
  EXPECT_EQ(decider(book, {.host = "a.example.com"}), "host");
  EXPECT_EQ(decider(book, {.host = "a.example.com:8080"}), "host");
  EXPECT_EQ(decider(book, {.host = "b.example.com"}), "rest");
  EXPECT_EQ(decider(book, {.host = "elsewhere"}), "name");
  EXPECT_EQ(decider(book, {.host = "[::1]:80"}), "name");
}

TEST(rule_book, own_rules_decide_until_the_account_s_arrive_and_when_they_are_too_old) {
  rule_book book{{}, {named("first", 9), named("second", 1)}, named("rest"), hours{1}};
  EXPECT_EQ(decider(book), "first") << "in their order";
  book.set_account_rules({named("account")}, start);
  EXPECT_EQ(decider(book, {}, start + hours{1}), "account");
  EXPECT_EQ(decider(book, {}, start + hours{1} + std::chrono::nanoseconds{1}), "first");
  book.set_account_rules({}, start + hours{2});
  EXPECT_EQ(decider(book, {}, start + hours{2}), "first") << "an account without rules";
}

TEST(rule_book, rules_that_stay_keep_their_counters) {
  rule_book book{{}, {}, named("rest"), hours{1}};
  book.set_account_rules({named("stays"), named("goes", 2)}, start);
  const auto before = book.known_rules();
  EXPECT_EQ(decider(book), "stays");
  book.set_account_rules({named("new", 3), named("stays", 7)}, start);
  EXPECT_EQ(decider(book), "new");
  const auto& kept = *rule_book::by_name(*book.known_rules(), "stays");
  EXPECT_EQ(kept.said().priority, 7);
  EXPECT_EQ(kept.take_statistics().requests, 1u);
  EXPECT_EQ(rule_book::by_name(*book.known_rules(), "goes"), nullptr);
}

}  // namespace
