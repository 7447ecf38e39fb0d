// SPDX-License-Identifier: MIT
// How a session asks for a part that takes no records: when, one at a time, and what people read of it.

#include <sonde/pipeline/poller.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace sonde::pipeline;
using sonde::transport::request;
using sonde::transport::response;

struct curious final : poller {
  time_point next{};
  std::deque<poll_news> news;
  std::vector<std::string> answers;

  [[nodiscard]] std::string name() const override { return "curious"; }
  [[nodiscard]] time_point due() const noexcept override { return next; }
  [[nodiscard]] std::optional<request> ask(time_point) override {
    next = time_point::max();
    return request{.url = "http://there/"};
  }
  [[nodiscard]] poll_news take(const response& reply, time_point) override {
    answers.push_back(reply.body);
    next = time_point{};
    if (news.empty()) return {};
    poll_news one = news.front();
    news.pop_front();
    return one;
  }
};

struct polled : testing::Test {
  std::shared_ptr<curious> asks = std::make_shared<curious>();
  std::vector<std::pair<request, std::function<void(response)>>> sent;
  std::vector<std::string> lines;
  diagnostics out{[this](std::string_view line) { lines.emplace_back(line); }};
  polling driven{
      asks,
      [this](request what, std::function<void(response)> done) { sent.emplace_back(std::move(what), std::move(done)); },
      {},
      out};
  poller::time_point now = std::chrono::steady_clock::now();
};

TEST_F(polled, asks_one_question_at_a_time_when_it_is_due) {
  asks->next = now + std::chrono::seconds{5};
  EXPECT_EQ(driven.due(), asks->next);
  driven.advance(now);
  EXPECT_TRUE(sent.empty());
  driven.advance(now + std::chrono::seconds{5});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].first.url, "http://there/");
  asks->next = now;
  driven.advance(now + std::chrono::seconds{6});
  EXPECT_EQ(sent.size(), 1u) << "the first is not answered yet";
  EXPECT_EQ(driven.due(), poller::time_point::max());
  sent[0].second({.body = "yes"});
  EXPECT_EQ(asks->answers, std::vector<std::string>{"yes"});
  driven.advance(now + std::chrono::seconds{6});
  EXPECT_EQ(sent.size(), 2u);
}

TEST_F(polled, an_eager_one_is_held_back) {
  driven.advance(now);
  sent[0].second({});
  driven.advance(now);
  EXPECT_EQ(sent.size(), 1u) << "always due is not always asked";
  EXPECT_GT(driven.due(), now);
  driven.advance(driven.due());
  EXPECT_EQ(sent.size(), 2u);
}

TEST_F(polled, says_all_that_is_good_and_little_of_what_is_bad) {
  asks->news = {{"rules arrived", {}}, {{}, "no answer"}, {{}, "no answer"}, {"rules arrived again", {}}};
  for (int i = 0; i < 5; ++i) {
    driven.advance(now + std::chrono::seconds{i});
    sent.back().second({});
  }
  const std::vector<std::string> expected{"curious: rules arrived", "curious: no answer", "curious: rules arrived again"};
  EXPECT_EQ(lines, expected);
}

}  // namespace
