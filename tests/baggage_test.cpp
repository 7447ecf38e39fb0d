// SPDX-License-Identifier: MIT
// Baggage is read and set by name, goes out with requests, and ends with its scope.

#include <sonde/baggage.hpp>

#include <map>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <sonde/propagation.hpp>

#include "span/recording.hpp"

namespace {

using headers = std::map<std::string, std::string>;

std::string sent() {
  headers out;
  sonde::inject(out);
  return out["baggage"];
}

TEST(baggage, without_any_there_is_no_value) {
  EXPECT_FALSE(sonde::baggage_value("user.tier"));
  recording kept;
  EXPECT_FALSE(sonde::baggage_value("user.tier"));
}

TEST(baggage, that_came_in_is_read_decoded_and_goes_out_as_it_came) {
  recording kept;
  const headers request{{"baggage", "name=Am%C3%A9lie;ttl=3,user.tier=gold"}};
  const auto incoming = sonde::extract(request);
  sonde::propagation_scope travelling{incoming};
  EXPECT_EQ(sonde::baggage_value("name"), "Am\xC3\xA9lie");
  EXPECT_EQ(sonde::baggage_value("user.tier"), "gold");
  EXPECT_FALSE(sonde::baggage_value("User.Tier"));
  EXPECT_EQ(sent(), "name=Am%C3%A9lie;ttl=3,user.tier=gold");
}

TEST(baggage, is_added_and_replaced_for_a_scope) {
  recording kept;
  sonde::baggage_scope<"user.tier"> tier{"gold"};
  {
    sonde::baggage_scope<"shop"> shop{"a, b; c=\"d\"\r\n"};
    EXPECT_EQ(sonde::baggage_value("shop"), "a, b; c=\"d\"\r\n");
    sonde::baggage_scope<"user.tier"> other{"iron"};
    EXPECT_EQ(sonde::baggage_value("user.tier"), "iron");
    EXPECT_EQ(sent(), "user.tier=iron,shop=a%2C%20b%3B%20c=%22d%22%0D%0A");
  }
  EXPECT_FALSE(sonde::baggage_value("shop"));
  EXPECT_EQ(sonde::baggage_value("user.tier"), "gold");
  EXPECT_EQ(sent(), "user.tier=gold");
}

TEST(baggage, one_member_too_long_is_left_out_and_the_others_go_on) {
  recording kept;
  const headers request{{"baggage", "user=1,tenant=2"}};
  const auto incoming = sonde::extract(request);
  sonde::propagation_scope travelling{incoming};
  sonde::baggage_scope<"big"> big{std::string(9000, 'x')};
  EXPECT_EQ(sent(), "user=1,tenant=2");
}

TEST(baggage, keeps_what_else_travels) {
  recording kept;
  const headers request{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                        {"tracestate", "rojo=1"},
                        {"baggage", "a=1;p=2"}};
  const auto incoming = sonde::extract(request);
  sonde::propagation_scope travelling{incoming};
  sonde::span<"request"> span{sonde::kind::server, incoming};
  sonde::baggage_scope<"b"> b{"2"};
  headers out;
  sonde::inject(out);
  EXPECT_EQ(out["tracestate"], "rojo=1");
  EXPECT_EQ(out["baggage"], "b=2,a=1;p=2");
}

TEST(baggage, follows_bound_work_to_another_thread) {
  recording kept;
  std::thread worker;
  {
    sonde::span<"request"> span;
    sonde::baggage_scope<"user.tier"> tier{"gold"};
    worker = std::thread{sonde::bind_current([] {
      EXPECT_EQ(sonde::baggage_value("user.tier"), "gold");
      sonde::baggage_scope<"more"> more{"1"};  // on top of shared fields
      EXPECT_EQ(sent(), "more=1,user.tier=gold");
    })};
  }
  worker.join();
}

TEST(baggage, scopes_on_the_heap_end_in_any_order) {
  recording kept;
  sonde::span<"request"> span;
  auto first = std::make_unique<sonde::baggage_scope<"first">>("1");
  auto second = std::make_unique<sonde::baggage_scope<"second">>("2");
  EXPECT_EQ(sent(), "second=2,first=1");
  second = std::make_unique<sonde::baggage_scope<"second">>("3");  // the new one begins before the old one ends
  EXPECT_EQ(sonde::baggage_value("second"), "3");
  first.reset();
  second.reset();
  EXPECT_EQ(sent(), "");
}

TEST(baggage, keeps_what_else_travels_when_that_ends_first) {
  recording kept;
  auto request = std::make_unique<headers>(headers{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                                                   {"tracestate", "rojo=00f067aa0ba902b7"}});
  auto incoming = sonde::extract(*request);
  auto travelling = std::make_unique<sonde::propagation_scope>(incoming);
  sonde::span<"request"> span{sonde::kind::server, incoming};
  sonde::baggage_scope<"a"> a{"1"};
  travelling.reset();
  incoming = {};
  request.reset();
  headers out;
  sonde::inject(out);
  EXPECT_EQ(out["tracestate"], "rojo=00f067aa0ba902b7");
  EXPECT_EQ(out["baggage"], "a=1");
}

}  // namespace
