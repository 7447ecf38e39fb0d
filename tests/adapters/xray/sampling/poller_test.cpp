// SPDX-License-Identifier: MIT
// What is asked of the daemon about sampling, when, and what its answers do, good ones and bad ones.
// Judge: AWS X-Ray API, "GetSamplingRules" and "GetSamplingTargets"; tests/interop speaks with the real daemon.

#include <sonde/adapters/xray/sampling/poller.hpp>

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/sampling/rules.hpp>

namespace {

using namespace sonde::xray;
using nlohmann::json;
using sonde::sampling::rule;
using sonde::sampling::rule_book;
using sonde::sampling::rules;
using std::chrono::seconds;

[[nodiscard]] json record(const std::string& name, int priority = 1, double rate = 1, int size = 1) {
  return {{"SamplingRule",
           {{"RuleName", name}, {"RuleARN", "arn:" + name}, {"ResourceARN", "*"}, {"Priority", priority}, {"FixedRate", rate},
            {"ReservoirSize", size}, {"ServiceName", "*"}, {"ServiceType", "*"}, {"Host", "*"}, {"HTTPMethod", "*"},
            {"URLPath", "/" + name}, {"Version", 1}, {"Attributes", json::object()}}},
          {"CreatedAt", 0.0},
          {"ModifiedAt", 1.7e9}};
}

struct daemon_stub : testing::Test {
  std::shared_ptr<rule_book> book =
      std::make_shared<rule_book>(sonde::sampling::rule_audience{.service_name = "shop"}, std::vector<rule>{},
                                  rules::usual_rest(), seconds{3600});
  sampling_poller asks{book, {}, "http://daemon:2000"};
  sampling_poller::time_point now = std::chrono::steady_clock::now();
  sonde::transport::request asked;
  sonde::pipeline::poll_news news;

  /// The question that is due, answered. False where there is none.
  bool answer(int status, const std::string& body) {
    if (!ask()) return false;
    news = asks.take({.outcome = sonde::transport::outcome::answered, .status = status, .body = body}, now);
    return true;
  }
  bool answer(const json& body) { return answer(200, body.dump()); }
  bool ask() {
    if (asks.due() > now) return false;
    auto next = asks.ask(now);
    if (next) asked = std::move(*next);
    return next.has_value();
  }
  void learn(const std::vector<json>& records) {
    ASSERT_TRUE(answer({{"SamplingRuleRecords", records}, {"NextToken", nullptr}}));
  }
  /// So many requests that `name` decides, in a second of their own: each borrows where it may, the others are drawn.
  void serve(const std::string& name, int count) {
    const std::string path = "/" + name;
    const sonde::request_facts facts{{}, {path.data(), path.size()}, {}};
    const sonde::trace_id trace{{1}};
    ++second;
    for (int i = 0; i < count; ++i)
      static_cast<void>(book->decide({.trace_id = trace, .span_name = {}, .request = facts}, second, now));
  }
  [[nodiscard]] json statistics() const { return json::parse(asked.body)["SamplingStatisticsDocuments"]; }
  [[nodiscard]] std::string names() const {
    std::string all;
    for (const auto& each : *book->known_rules()) all += each.said().name + " ";
    return all;
  }
  std::uint32_t second = 1'700'000'000;
};

TEST_F(daemon_stub, rules_are_asked_for_at_once_and_then_every_five_minutes) {
  ASSERT_TRUE(ask());
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.url, "http://daemon:2000/GetSamplingRules");
  EXPECT_EQ(asked.body, "{}");
  EXPECT_EQ(asked.headers, (sonde::environment::pairs{{"Content-Type", "application/json"}}));
  EXPECT_EQ(asked.timeout, seconds{2});
  learn({record("b", 2), record("a")});
  EXPECT_EQ(names(), "a b ");
  EXPECT_EQ(news.good, "2 rules of the account arrived: `a`, `b` can match this service (shop)");
  now += seconds{299};
  EXPECT_FALSE(ask()) << "and nothing was to be reported";
  now += seconds{7};
  learn({record("b", 2), record("a")});
  EXPECT_EQ(news.good, "") << "nothing new";
  now += seconds{306};
  learn({record("c")});
  EXPECT_EQ(names(), "c ");
  EXPECT_EQ(news.good, "1 rule of the account arrived: `c` can match this service (shop)");
}

TEST_F(daemon_stub, pages_are_put_together) {
  ASSERT_TRUE(answer({{"SamplingRuleRecords", {record("a")}}, {"NextToken", "more \"here\""}}));
  EXPECT_EQ(book->known_rules(), nullptr) << "half a list is none";
  ASSERT_TRUE(answer({{"SamplingRuleRecords", {record("b", 2)}}}));
  EXPECT_EQ(json::parse(asked.body), (json{{"NextToken", "more \"here\""}}));
  EXPECT_EQ(names(), "a b ");
}

TEST_F(daemon_stub, pages_without_end_come_to_one) {
  int pages = 0;
  while (answer({{"SamplingRuleRecords", {record("a")}}, {"NextToken", "again"}})) ASSERT_LT(++pages, 1000);
  EXPECT_EQ(news.bad, "the daemon at http://daemon:2000 answers with more rules than there can be; local rules decide");
  EXPECT_EQ(book->known_rules(), nullptr);
}

TEST_F(daemon_stub, rules_that_cannot_be_used_are_named) {
  json second_version = record("v2");
  second_version["SamplingRule"]["Version"] = 2;
  learn({second_version, record("a"), {{"SamplingRule", 7}}});
  EXPECT_EQ(names(), "a ");
  EXPECT_EQ(news.good,
            "1 rule of the account arrived: `a` can match this service (shop); not used: `v2` is not of Version 1, and 1 more");
}

TEST_F(daemon_stub, whatever_else_it_answers_leaves_the_rules_as_they_were) {
  learn({record("a")});
  const std::pair<std::pair<int, const char*>, const char*> cases[] = {
      {{500, "oops"}, "answers with HTTP status 500: oops"},
      {{403, "{}"}, "answers with HTTP status 403 (do its credentials allow xray:GetSamplingRules?): {}"},
      {{200, ""}, "answers with something other than rules"},
      {{200, "{\"SamplingRuleRecords\": [{"}, "answers with something other than rules"},
      {{200, "[]"}, "answers with something other than rules"},
      {{200, "{\"SamplingRuleRecords\": {}}"}, "answers with something other than rules"}};
  for (const auto& [reply, sentence] : cases) {
    now += seconds{310};
    ASSERT_TRUE(answer(reply.first, reply.second));
    EXPECT_EQ(news.bad, std::string{"the daemon at http://daemon:2000 "} + sentence + "; the rules known so far stay in use");
    EXPECT_EQ(names(), "a ");
  }
  now += seconds{3600};
  ASSERT_TRUE(ask());
  news = asks.take({.error = "connection refused by daemon:2000"}, now);
  EXPECT_EQ(news.bad, "the daemon at http://daemon:2000 does not answer: connection refused by daemon:2000; local rules decide");
}

TEST_F(daemon_stub, is_asked_again_soon_and_ever_later) {
  std::vector<long> waited;
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(answer(500, ""));
    waited.push_back(std::chrono::duration_cast<seconds>(asks.due() - now).count());
    now = asks.due();
  }
  for (std::size_t i = 0; i < waited.size(); ++i) {
    const long usual = std::min(10L << i, 300L);
    EXPECT_TRUE(usual <= waited[i] && waited[i] <= usual + usual / 60 + 1) << waited[i];
  }
  learn({record("a")});
  EXPECT_EQ(news.good, "the daemon answers again; 1 rule of the account arrived: `a` can match this service (shop)");
}

TEST_F(daemon_stub, statistics_are_those_since_the_last_report) {
  learn({record("a", 1, 1, 1), record("idle", 2)});
  serve("a", 3);
  now += seconds{9};
  EXPECT_FALSE(ask());
  now += seconds{2};
  const json target{
      {"RuleName", "a"}, {"FixedRate", 0.5}, {"ReservoirQuota", 2}, {"ReservoirQuotaTTL", second + 60.0}, {"Interval", 20}};
  ASSERT_TRUE(answer({{"SamplingTargetDocuments", json::array({target})},
                      {"LastRuleModification", 1.0},
                      {"UnprocessedStatistics", json::array()}}));
  EXPECT_EQ(asked.url, "http://daemon:2000/SamplingTargets");
  ASSERT_EQ(statistics().size(), 1u) << "none of a rule without requests";
  json one = statistics()[0];
  const auto today = std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch());
  EXPECT_LE(std::abs(one["Timestamp"].get<std::int64_t>() - today.count()), 60);
  one.erase("Timestamp");
  const json expected{
      {"RuleName", "a"}, {"ClientID", asks.client_id()}, {"RequestCount", 3}, {"SampledCount", 2}, {"BorrowCount", 1}};
  EXPECT_EQ(one, expected);
  EXPECT_EQ(asks.client_id().size(), 24u);
  EXPECT_EQ(asks.client_id().find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE((sampling_poller{book, {}, ""}.client_id()), asks.client_id());

  EXPECT_EQ(rule_book::by_name(*book->known_rules(), "a")->fixed_rate(), 0.5);
  serve("a", 3);
  now += seconds{11};
  EXPECT_FALSE(ask()) << "the service wants this rule's in 20 seconds";
  now += seconds{11};
  ASSERT_TRUE(answer({{"SamplingTargetDocuments", json::array()}}));
  EXPECT_EQ(statistics()[0]["RequestCount"], 3);
  EXPECT_EQ(statistics()[0]["SampledCount"], 3) << "two of the quota, one drawn";
  EXPECT_EQ(statistics()[0]["BorrowCount"], 0);
}

TEST_F(daemon_stub, more_rules_than_a_report_holds_are_two_reports) {
  std::vector<json> records;
  for (int i = 0; i < 26; ++i) records.push_back(record("r" + std::to_string(i)));
  learn(records);
  for (int i = 0; i < 26; ++i) serve("r" + std::to_string(i), 1);
  now += seconds{11};
  ASSERT_TRUE(answer({{"SamplingTargetDocuments", json::array()}}));
  EXPECT_EQ(statistics().size(), 25u);
  ASSERT_TRUE(answer({{"SamplingTargetDocuments", json::array()}}));
  EXPECT_EQ(statistics().size(), 1u);
  EXPECT_FALSE(ask());
}

TEST_F(daemon_stub, a_report_that_failed_is_made_with_the_next_one_that_was_taken_is_not) {
  learn({record("a", 1, 1, 0)});
  const auto reported = [&] {
    now += seconds{11};
    EXPECT_TRUE(ask());
    return statistics()[0]["RequestCount"].get<int>();
  };
  const auto reply = [&](int status, const std::string& body) {
    news = asks.take({.outcome = sonde::transport::outcome::answered, .status = status, .body = body}, now);
  };
  serve("a", 1);
  EXPECT_EQ(reported(), 1);
  news = asks.take({.error = "timed out"}, now);
  EXPECT_EQ(news.bad, "the daemon at http://daemon:2000 does not answer: timed out; statistics are reported later");
  serve("a", 2);
  EXPECT_EQ(reported(), 3);
  reply(500, "");
  EXPECT_EQ(reported(), 3);
  reply(200, R"({"SamplingTargetDocuments": [],
                 "UnprocessedStatistics": [{"RuleName": "a", "ErrorCode": "500", "Message": "no"}]})");
  EXPECT_EQ(news.bad, "statistics of rule `a` were not taken: 500");
  EXPECT_EQ(reported(), 3);
  reply(200, R"({"SamplingTargetDocuments": [{"RuleName")");
  EXPECT_NE(news.bad.find("something other than targets"), std::string::npos);
  serve("a", 1);
  EXPECT_EQ(reported(), 1) << "a success counts, however its text ends";
}

TEST_F(daemon_stub, news_of_other_rules_are_followed_at_once_and_once) {
  learn({record("a", 1, 1, 0)});
  const auto targets = [&](const std::string& rest) {
    serve("a", 1);
    now += seconds{11};
    ASSERT_TRUE(answer(200, R"({"SamplingTargetDocuments": [], )" + rest + "}"));
  };
  const auto asks_for_rules = [&] {
    if (asks.due() > now) return false;
    EXPECT_TRUE(ask());
    return asked.url.ends_with("/GetSamplingRules");
  };
  targets(R"("LastRuleModification": 1.7E9)");
  EXPECT_FALSE(asks_for_rules()) << "older than what we have";
  targets(R"("LastRuleModification": 1.70000001E9)");
  EXPECT_TRUE(asks_for_rules()) << "it has changed, whatever our clock says";
  learn({record("a", 1, 0.5, 0)});
  EXPECT_EQ(rule_book::by_name(*book->known_rules(), "a")->fixed_rate(), 0.5);
  targets(R"("LastRuleModification": 1700000010)");
  EXPECT_FALSE(asks_for_rules());
  targets(R"("UnprocessedStatistics": [{"RuleName": "a", "ErrorCode": "404", "Message": "gone"}])");
  EXPECT_TRUE(asks_for_rules());
  learn({record("b")});
  EXPECT_FALSE(asks_for_rules());
}

TEST_F(daemon_stub, a_change_after_the_rules_were_fetched_is_news_at_the_first_report) {
  learn({record("a")});
  serve("a", 1);
  now += seconds{11};
  ASSERT_TRUE(answer(200, R"({"SamplingTargetDocuments": [], "LastRuleModification": 4102444800.0})"));
  ASSERT_TRUE(ask());
  EXPECT_TRUE(asked.url.ends_with("/GetSamplingRules"));
}

TEST_F(daemon_stub, hostile_targets_do_no_harm) {
  learn({record("a", 1, 0.25, 1)});
  for (const char* const target :
       {R"({"RuleName": "a", "FixedRate": -1, "ReservoirQuota": -5, "ReservoirQuotaTTL": 1e300, "Interval": -3})",
        R"({"RuleName": "a", "FixedRate": "1", "ReservoirQuota": null, "ReservoirQuotaTTL": null, "Interval": null})",
        R"({"RuleName": "elsewhere", "FixedRate": 1})", R"({"RuleName": 7})", "null", "[]",
        R"({"RuleName": "a", "FixedRate": 1e999})"}) {
    serve("a", 1);
    now += seconds{11};
    const bool was_asked = answer(200, std::string{R"({"SamplingTargetDocuments": [)"} + target + "]}");
    EXPECT_TRUE(was_asked) << target;
    EXPECT_EQ(rule_book::by_name(*book->known_rules(), "a")->fixed_rate(), 0.25) << target;
  }
}

TEST_F(daemon_stub, a_rule_that_went_while_its_report_was_under_way_is_forgotten) {
  learn({record("a"), record("b")});
  serve("a", 1);
  now += seconds{11};
  ASSERT_TRUE(ask());
  book->set_account_rules({}, now);
  news = asks.take({.error = "gone"}, now);
  EXPECT_NE(news.bad, "");
  now += seconds{11};
  EXPECT_FALSE(ask());
}

TEST_F(daemon_stub, replies_nested_without_end_do_no_harm) {
  std::string deep(60'000, '[');
  deep.append(60'000, ']');
  ASSERT_TRUE(answer(200, R"({"SamplingRuleRecords": [{"SamplingRule": )" + deep +
                              R"(}, {"SamplingRule": {"RuleName": "a", "Host": )" + deep + R"(}}], "NextToken": )" + deep + "}"));
  EXPECT_NE(news.good.find("0 rules of the account arrived"), std::string::npos) << news.good;
  now += seconds{301 + 5};
  ASSERT_TRUE(answer(200, deep));
  EXPECT_NE(news.bad, "");
}

TEST_F(daemon_stub, an_interval_of_nothing_is_the_usual_one) {
  std::vector<json> records;
  json targets = json::array();
  for (int i = 0; i < 25; ++i) {
    records.push_back(record("r" + std::to_string(100 + i)));
    targets.push_back({{"RuleName", "r" + std::to_string(100 + i)}, {"Interval", 0}});
  }
  learn(records);
  const auto serve_all = [&] {
    for (int i = 0; i < 25; ++i) serve("r" + std::to_string(100 + i), 1);
  };
  serve_all();
  now += seconds{11};
  ASSERT_TRUE(answer({{"SamplingTargetDocuments", targets}}));
  serve_all();
  EXPECT_FALSE(ask()) << "for ever, where 25 rules are busy";
  now += seconds{11};
  EXPECT_TRUE(ask());
}

TEST_F(daemon_stub, statistics_that_are_refused_twice_are_given_back_once) {
  learn({record("a")});
  serve("a", 3);
  now += seconds{11};
  const json refused{{"RuleName", "a"}, {"ErrorCode", "500"}};
  ASSERT_TRUE(answer({{"SamplingTargetDocuments", json::array()}, {"UnprocessedStatistics", {refused, refused}}}));
  now += seconds{11};
  ASSERT_TRUE(ask());
  EXPECT_EQ(statistics()[0]["RequestCount"], 3);
}

TEST_F(daemon_stub, intervals_of_for_ever_are_long) {
  sampling_poller patient{book, {.rules_interval = std::chrono::milliseconds::max()}, "http://u:canary@h", "http://h"};
  ASSERT_TRUE(patient.ask(now).has_value());
  news = patient.take({.outcome = sonde::transport::outcome::answered, .status = 200, .body = R"({"SamplingRuleRecords": []})"},
                      now);
  EXPECT_GT(patient.due(), now);
  news = patient.take({.error = "gone"}, now);
  EXPECT_EQ(news.bad.find("canary"), std::string::npos) << news.bad;
}

}  // namespace
