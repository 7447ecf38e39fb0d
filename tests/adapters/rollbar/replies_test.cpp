// SPDX-License-Identifier: MIT
// What Rollbar answers and what becomes of items then: each status of its API, none at all, and nonsense.

#include "adapters/rollbar/reported.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using sonde::drop_reason;
using sonde::tests::answer_function;
using sonde::tests::backend;
using sonde::tests::cut_off;
using sonde::tests::http;
using sonde::tests::report;
using sonde::tests::reported;
using sonde::tests::silence;
using sonde::tests::stored;

/// So many messages, each flushed before the next.
[[nodiscard]] reported messages(std::vector<answer_function> answers, int count = 1, sonde::rollbar::config config = {},
                                std::chrono::milliseconds patience = 20s, std::size_t size = 1) {
  backend server{std::move(answers)};
  return report(
      std::move(config), server,
      [&](sonde::session& session) {
        for (int i = 0; i < count; ++i) {
          sonde::report_message(std::string(size, 'm') + std::to_string(i));
          if (i + 1 < count) static_cast<void>(session.force_flush(patience));
        }
      },
      patience);
}
[[nodiscard]] answer_function refusal(int status, const std::string& message, std::string more = {}) {
  return http(status, R"({"err":1,"message":")" + message + "\"}", std::move(more));
}

TEST(rollbar_replies, what_is_stored_is_exported_and_said_once) {
  const auto got = messages({stored()}, 2);
  EXPECT_EQ(got.stats.logs.exported, 2u);
  EXPECT_TRUE(got.was_said("rollbar: first batch accepted: 1 log record\n")) << got.said;
  EXPECT_NE(got.items.at(0)["uuid"], got.items.at(1)["uuid"]);
}

TEST(rollbar_replies, a_refused_item_is_dropped_and_the_line_quotes_the_message) {
  for (const int status : {400, 422, 404}) {
    const auto got = messages({refusal(status, "told why, c0ffee00c0ffee00c0ffee00c0ffee00"), stored()}, 2);
    EXPECT_EQ(got.dropped(drop_reason::rejected), 1u);
    EXPECT_EQ(got.stats.logs.exported, 1u) << "the next is sent";
    EXPECT_TRUE(got.was_said("rollbar: " + std::to_string(status) + " from http://127.0.0.1:")) << got.said;
    EXPECT_TRUE(got.was_said(": \"told why, c0ff…\"\n")) << got.said;
  }
}

TEST(rollbar_replies, a_token_that_is_not_taken_ends_it_and_the_line_says_which) {
  for (const int status : {401, 403}) {
    const auto got = messages({refusal(status, "access token not found")}, 3);
    EXPECT_EQ(got.items.size(), 1u);
    EXPECT_EQ(got.dropped(drop_reason::rejected), 3u);
    EXPECT_TRUE(got.was_said("the access token c0ff… set in code is not taken")) << got.said;
  }
}

TEST(rollbar_replies, what_is_too_large_is_sent_once_more_at_half_its_size) {
  const auto got = messages({refusal(413, "too large"), stored()}, 1, {}, 20s, 20'000);
  ASSERT_EQ(got.items.size(), 2u);
  EXPECT_LE(2 * got.bodies[1].size(), got.bodies[0].size());
  EXPECT_EQ(got.items[1]["uuid"], got.items[0]["uuid"]);
  EXPECT_EQ(got.stats.logs.exported, 1u);
}

TEST(rollbar_replies, then_a_failsafe_item_stands_for_it_and_no_more) {
  const auto got = messages({refusal(413, "too large"), refusal(413, "too large"), stored()}, 1, {}, 20s, 20'000);
  ASSERT_EQ(got.items.size(), 3u);
  EXPECT_EQ(got.items[2]["failsafe"], true);
  EXPECT_EQ(got.items[2]["internal"], true);
  EXPECT_EQ(got.items[2]["custom"]["orig_uuid"], got.items[0]["uuid"]);
  EXPECT_NE(got.items[2]["uuid"], got.items[0]["uuid"]);
  EXPECT_EQ(got.bodies[2].find("mmm"), std::string::npos);
  EXPECT_EQ(got.dropped(drop_reason::too_large), 1u);
  const auto all = messages({refusal(413, "too large")}, 1, {}, 20s, 20'000);
  EXPECT_EQ(all.items.size(), 3u) << "no loop";
  EXPECT_EQ(all.dropped(drop_reason::too_large), 1u);
}

TEST(rollbar_replies, over_quota_it_pauses_as_long_as_it_is_told_and_counts) {
  backend server{{refusal(429, "rate limit", "X-RATE-LIMIT-Remaining-Seconds: 3\r\n"), stored()}};
  const auto got = report({.items_per_minute = 0}, server, [&](sonde::session& session) {
    sonde::report_message("first");
    static_cast<void>(session.force_flush(20s));
    int after = 0;
    while (server.requests().size() < 2) {
      sonde::report_message("next " + std::to_string(++after));
      static_cast<void>(session.force_flush(20s));
      std::this_thread::sleep_for(20ms);
    }
  }, 20s);
  EXPECT_EQ(got.stats.logs.exported, 1u);
  EXPECT_GE(got.dropped(drop_reason::rate_limited), 2u);
  EXPECT_EQ(got.dropped(drop_reason::rejected), 0u);
  EXPECT_TRUE(got.was_said("; items of the next 3 s are dropped\n")) << got.said;
}

TEST(rollbar_replies, without_its_headers_it_pauses_for_a_minute) {
  const auto got = messages({http(429)}, 3);
  EXPECT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.dropped(drop_reason::rate_limited), 3u);
  EXPECT_TRUE(got.was_said("items of the next 60 s are dropped")) << got.said;
}

TEST(rollbar_replies, after_a_server_error_or_a_broken_connection_the_same_item_is_sent_again) {
  const auto got = messages({sonde::tests::http_busy(500), cut_off("HTTP/1.1 200 OK\r\nContent-Le", true), stored()});
  ASSERT_EQ(got.items.size(), 3u);
  EXPECT_EQ(got.bodies[0], got.bodies[1]);
  EXPECT_EQ(got.bodies[0], got.bodies[2]);
  EXPECT_EQ(got.stats.logs.exported, 1u);
}

TEST(rollbar_replies, it_gives_up_in_time) {
  const auto got = messages({http(503)}, 1, {.timeout = 500ms});
  EXPECT_EQ(got.dropped(drop_reason::retries_exhausted), 1u);
  EXPECT_TRUE(got.was_said("gave up after 1 attempt")) << got.said;
  const auto quiet = messages({silence()}, 1, {.timeout = 10s}, 300ms);
  EXPECT_FALSE(quiet.complete);
  EXPECT_EQ(quiet.dropped(drop_reason::session_ended), 1u);
}

TEST(rollbar_replies, an_answer_that_is_not_rollbars_is_no_success) {
  for (const char* const body : {"<html>log in to the hotel's network</html>", "", "[]", R"({"err":"no"})"}) {
    const auto got = messages({http(200, body)});
    EXPECT_EQ(got.dropped(drop_reason::rejected), 1u) << body;
    EXPECT_TRUE(got.was_said("is no answer of Rollbar's: check the endpoint")) << got.said;
  }
  EXPECT_EQ(messages({http(200, R"({"err":1,"message":"no"})")}).dropped(drop_reason::rejected), 1u);
  EXPECT_TRUE(messages({http(301)}).was_said("redirects are not followed"));
}

TEST(rollbar_replies, a_pause_is_between_a_second_and_a_minute) {
  const auto pause = [](std::string seconds) {
    sonde::transport::response reply;
    reply.headers = {{"x-rate-limit-remaining-seconds", std::move(seconds)}};
    return sonde::rollbar::pause_of(reply).count();
  };
  EXPECT_EQ(pause("7"), 7);
  EXPECT_EQ(pause("0"), 1);
  EXPECT_EQ(pause("-5"), 1);
  EXPECT_EQ(pause("1000000000"), 60);
  EXPECT_EQ(pause("99999999999999999999"), 60);
  EXPECT_EQ(pause("abc"), 60);
  EXPECT_EQ(pause(""), 60);
}

}  // namespace
