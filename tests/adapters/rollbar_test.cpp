// SPDX-License-Identifier: MIT
// What becomes of errors on their way to Rollbar: a whole session against a stand-in. Its replies are in
// rollbar/replies_test.cpp.

#include "adapters/rollbar/reported.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <sonde/log.hpp>
#include <sonde/log/log_record.hpp>

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sonde::drop_reason;
using sonde::tests::backend;
using sonde::tests::report;
using sonde::tests::reported;
using sonde::tests::stored;

// It is moved into `start`, which must not throw where memory is short.
static_assert(std::is_nothrow_move_constructible_v<sonde::rollbar::exporter>);

/// What an HTTP server's span has by its middleware.
void describe_request(auto& span) {
  span.template set_attribute<"http.request.method">("GET");
  span.template set_attribute<"url.scheme">("https");
  span.template set_attribute<"server.address">("shop.example");
  span.template set_attribute<"server.port">(8443);
  span.template set_attribute<"url.path">("/api/items/7");
  span.template set_attribute<"url.query">("page=2&token=canary-query&page=3");
  span.template set_attribute<"client.address">("203.0.113.77");
  span.template set_attribute<"http.request.header.accept">(std::vector<std::string>{"text/html", "*/*"});
  span.template set_attribute<"http.request.header.cookie">(std::vector<std::string>{"canary-cookie"});
  span.template set_attribute<"http.request.header.x-forwarded-for">(std::vector<std::string>{"203.0.113.77"});
}

/// An occurrence with more than this program's exceptions have: as if a stack or causes had been known.
void report_with(std::string_view type, std::string_view message, std::string_view stack, int causes = 0) {
  using namespace sonde::record;
  log_record occurrence{live_recorder(), sonde::level::error, sonde::record::occurrence};
  frame* const into = occurrence.target();
  if (into == nullptr) return;
  put_text(*into, 0, entry_type::body, text(message));
  put_text(*into, key<description_type::attribute, "exception.type">, text(type));
  put_text(*into, key<description_type::attribute, "exception.message">, text(message));
  if (!stack.empty()) put_text(*into, key<description_type::attribute, "exception.stacktrace">, text(stack));
  std::vector<std::map<std::string, std::string>> chain;
  for (int i = 0; i < causes; ++i) chain.push_back({{"message", "m" + std::to_string(i)}, {"type", "cause" + std::to_string(i)}});
  put_active_spans(*into, *live_recorder());
  if (causes != 0) put_value(*into, key<description_type::attribute, "sonde.exception.causes">, chain);
}

std::vector<std::string> methods(const json& frames) {
  std::vector<std::string> made;
  for (const json& each : frames) made.push_back(each.value("method", ""));
  return made;
}
std::vector<std::string> span_names(const json& frames) {
  std::vector<std::string> made;
  for (json each : frames) made.push_back(each["locals"].is_object() ? each["locals"].value("span", "") : "");
  return made;
}

class rollbar : public ::testing::Test {
 protected:
  [[nodiscard]] reported after(const std::function<void(sonde::session&)>& work, sonde::rollbar::config config = {}) {
    return report(std::move(config), server_, work);
  }
  backend server_{{stored()}};
};

TEST_F(rollbar, a_message_is_an_item_at_each_level) {
  auto got = after([](auto&) {
    for (int i = 0; i <= 5; ++i) sonde::report_message("at " + std::to_string(i), static_cast<sonde::level>(i));
  });
  ASSERT_EQ(got.items.size(), 6u);
  std::vector<std::string> levels;
  for (const json& each : got.items) {
    levels.push_back(each["level"]);
    EXPECT_EQ(each["body"]["message"]["body"], "at " + std::to_string(levels.size() - 1));
  }
  EXPECT_EQ(levels, (std::vector<std::string>{"debug", "debug", "info", "warning", "error", "critical"}));
  EXPECT_EQ(got.stats.logs.exported, 6u);
  EXPECT_EQ(got.item()["environment"], "test");
  EXPECT_EQ(got.item()["language"], "c++");
  EXPECT_EQ(got.item()["platform"], "linux");
  EXPECT_EQ(got.item()["notifier"]["name"], "sonde");
  EXPECT_EQ(got.item()["custom"]["service"], "shop");
  EXPECT_FALSE(got.item().contains("fingerprint"));
  EXPECT_TRUE(got.was_said("shop -> rollbar: items of environment 'test' to " + server_.url() +
                           "/api/1/item/ (set in code), with token c0ff… set in code\n"))
      << got.said;
}

TEST_F(rollbar, an_exception_has_the_open_spans_as_frames_and_the_request_that_ends_later) {
  auto got = after([](auto&) {
    sonde::span<"GET"> request{sonde::kind::server};
    describe_request(request);
    {
      sonde::span<"load"> load;
      load.set_attribute<"item.id">(7);
      try {
        throw std::out_of_range{"no such item"};
      } catch (const std::exception& error) {
        sonde::report_exception(error);
      }
    }
    request.set_attribute<"http.route">("/api/items/:id");
    request.set_attribute<"user.id">(4711);
    request.set_attribute<"user.name">("andrew");
    request.set_attribute<"rollbar.fingerprint">("items");
    request.set_attribute<"rollbar.title">("an item is missing");
  });
  ASSERT_EQ(got.items.size(), 1u);
  json item = got.item();
  json trace = item["body"]["trace"];
  EXPECT_EQ(trace["exception"]["class"], "std::out_of_range");
  EXPECT_EQ(trace["exception"]["message"], "no such item");
  EXPECT_EQ(span_names(trace["frames"]), (std::vector<std::string>{"GET", "load"}));
  json innermost = trace["frames"].back();
  EXPECT_TRUE(innermost["filename"].get<std::string>().ends_with("rollbar_test.cpp"));
  EXPECT_GT(innermost["lineno"], 0);
  EXPECT_EQ(innermost["method"], "operator()");
  EXPECT_EQ(innermost["locals"]["item.id"], 7);
  EXPECT_EQ(item["context"], "/api/items/:id");
  EXPECT_EQ(item["request"]["method"], "GET");
  EXPECT_EQ(item["request"]["url"], "https://shop.example:8443/api/items/7?page=2&token=********&page=3");
  EXPECT_EQ(item["request"]["query_string"], "page=2&token=********&page=3");
  EXPECT_EQ(item["request"]["GET"], (json{{"page", {"2", "3"}}, {"token", "********"}}));
  EXPECT_EQ(item["request"]["user_ip"], "203.0.113.77");
  EXPECT_EQ(item["request"]["headers"]["accept"], "text/html, */*");
  EXPECT_EQ(item["person"], (json{{"id", "4711"}, {"username", "andrew"}}));
  EXPECT_EQ(item["fingerprint"], "items");
  EXPECT_EQ(item["title"], "an item is missing");
  EXPECT_EQ(item["level"], "error");
  const std::string trace_id = item["custom"]["trace_id"];
  EXPECT_EQ(trace_id.size(), 32u);
  EXPECT_EQ(item["custom"]["span_id"].get<std::string>().size(), 16u);
  EXPECT_EQ(item["custom"]["xray_trace_id"], "1-" + trace_id.substr(0, 8) + "-" + trace_id.substr(8));
  EXPECT_EQ(got.all_bytes().find("canary"), std::string::npos);
  EXPECT_EQ(got.dropped(drop_reason::unwanted), 2u);
  EXPECT_EQ(got.stats.logs.exported, 1u);
}

TEST_F(rollbar, an_item_does_not_wait_for_the_end_of_its_request_for_ever) {
  auto got = after(
      [&](auto&) {
        sonde::span<"GET"> request{sonde::kind::server};
        describe_request(request);
        sonde::report_message("early");
        while (server_.requests().empty()) std::this_thread::sleep_for(1ms);  // sent while the request is still open
        request.set_attribute<"http.route">("/late");
      },
      {.hold = 20ms});
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.item()["request"]["method"], "GET");
  EXPECT_FALSE(got.item().contains("context") && got.item()["context"] == "/late");
}

TEST_F(rollbar, an_item_is_sent_when_its_request_has_ended_without_a_flush) {
  auto got = after(
      [&](auto&) {
        {
          sonde::span<"GET"> request{sonde::kind::server};
          describe_request(request);
          sonde::report_message("m");
          request.set_attribute<"http.route">("/route");
        }
        while (server_.requests().empty()) std::this_thread::sleep_for(1ms);
      },
      {.hold = 1h});
  EXPECT_EQ(got.item()["context"], "/route");
}

TEST_F(rollbar, an_exception_that_unwinds_spans_and_is_reported_is_one_item) {
  auto got = after([](auto&) {
    sonde::span<"request"> request;
    try {
      sonde::span<"outer"> outer;
      sonde::span<"inner"> inner;
      throw std::runtime_error{"once"};
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  });
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(span_names(got.item()["body"]["trace"]["frames"]), (std::vector<std::string>{"request", "outer", "inner"}));
  EXPECT_EQ(got.dropped(drop_reason::unwanted), 3u);
}

TEST_F(rollbar, an_exception_that_leaves_a_root_is_an_item_though_nobody_reports_it) {
  auto got = after([](auto&) {
    try {
      sonde::in_span<"job">([] {
        sonde::span<"step"> step;
        throw std::runtime_error{"unreported"};
      });
    } catch (...) {
    }
  });
  ASSERT_EQ(got.items.size(), 1u);
  json trace = got.item()["body"]["trace"];
  EXPECT_EQ(trace["exception"]["class"], "std::runtime_error");
  EXPECT_EQ(trace["exception"]["message"], "unreported");
  EXPECT_EQ(span_names(trace["frames"]), (std::vector<std::string>{"job", "step"}));
  EXPECT_EQ(got.item()["context"], "job");
  EXPECT_EQ(got.stats.spans.exported, 1u);
}

TEST_F(rollbar, one_that_is_reported_outside_of_all_spans_belongs_to_the_trace_it_left) {
  auto got = after([](auto&) {
    try {
      sonde::span<"job"> job;
      describe_request(job);
      sonde::log::info("before");
      throw std::runtime_error{"late"};
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  });
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.item()["body"]["trace"]["exception"]["message"], "late");
  EXPECT_EQ(span_names(got.item()["body"]["trace"]["frames"]), (std::vector<std::string>{"job"}));
  EXPECT_EQ(got.item()["custom"]["trace_id"].get<std::string>().size(), 32u);
  EXPECT_EQ(got.item()["request"]["method"], "GET");
  EXPECT_EQ(got.item()["body"]["telemetry"][0]["body"]["message"], "before");
  EXPECT_EQ(got.stats.spans.exported, 1u) << "the item stands for the root, too";
  EXPECT_EQ(got.stats.logs.exported, 1u);
}

TEST_F(rollbar, one_that_is_reported_and_goes_on_is_one_item) {
  auto got = after([](auto&) {
    try {
      sonde::span<"request"> request;
      try {
        try {
          sonde::span<"inner"> inner;
          throw std::runtime_error{"on"};
        } catch (const std::exception& error) {
          sonde::report_exception(error);
          throw;
        }
      } catch (const std::exception& error) {
        sonde::report_exception(error);
        throw;
      }
    } catch (...) {
      sonde::report_exception();
    }
  });
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(span_names(got.item()["body"]["trace"]["frames"]), (std::vector<std::string>{"request", "inner"}));
}

TEST_F(rollbar, another_one_in_the_same_trace_is_another_item) {
  auto got = after([](auto&) {
    const auto fail = [](int step) {
      sonde::span<"step"> span;
      span.set_attribute<"number">(step);
      throw std::runtime_error{"same words"};
    };
    try {
      sonde::span<"request"> request;
      try {
        fail(1);
      } catch (const std::exception& error) {
        sonde::report_exception(error);
      }
      fail(2);
    } catch (...) {
    }
  });
  ASSERT_EQ(got.items.size(), 2u);
  EXPECT_EQ(span_names(got.items[0]["body"]["trace"]["frames"]), (std::vector<std::string>{"request", "step"}));
  EXPECT_EQ(got.items[1]["body"]["trace"]["frames"].back()["locals"]["number"], 2);
  EXPECT_EQ(got.items[1]["body"]["trace"]["exception"]["class"], "(unknown exception)");
}

TEST_F(rollbar, frames_of_one_are_not_those_of_the_next) {
  auto got = after([](auto&) {
    sonde::span<"request"> request;
    for (const char* const words : {"first", "second"}) try {
        sonde::span<"step"> span;
        throw std::runtime_error{words};
      } catch (const std::exception& error) {
        sonde::report_exception(error);
      }
  });
  ASSERT_EQ(got.items.size(), 2u);
  for (json each : got.items)
    EXPECT_EQ(span_names(each["body"]["trace"]["frames"]), (std::vector<std::string>{"request", "step"}));
}

TEST_F(rollbar, stack_frames_come_most_recent_last_and_the_spans_beside_them) {
  auto got = after(
      [](auto&) {
        sonde::span<"work"> work;
        report_with("shop::sold_out", "m",
                    " 0# std::vector<int>::at(unsigned long) at /usr/include/c++/12/bits/stl_vector.h:1143\n"
                    " 1# shop::(anonymous namespace)::sell<int>(int) at /build/shop/src/sell.cpp:42\n"
                    " 2# main in /opt/shop/bin/shop\n 3# 0x00007F00 in /lib/libc.so.6\n");
      },
      {.root = "/build/shop/"});
  json frames = got.item()["body"]["trace"]["frames"];
  EXPECT_EQ(frames, json::parse(R"([{"filename":"shop","method":"main"},
                                    {"filename":"src/sell.cpp","lineno":42,"method":"shop::sell"}])"));
  EXPECT_EQ(span_names(got.item()["custom"]["span_trace"]), (std::vector<std::string>{"work"}));
  EXPECT_EQ(got.item()["server"]["root"], "/build/shop");
}

TEST_F(rollbar, a_stack_of_addresses_gives_way_to_the_spans) {
  const std::string stack = " 0# std::terminate() in /lib/libstdc++.so.6\n 1# 0x0000FF12 in /opt/shop/bin/shop\n";
  auto got = after([&](auto&) {
    sonde::span<"work"> work;
    report_with("e", "m", stack);
  });
  EXPECT_EQ(span_names(got.item()["body"]["trace"]["frames"]), (std::vector<std::string>{"work"}));
  EXPECT_EQ(got.item()["custom"]["stack"], stack);
}

TEST_F(rollbar, lines_of_code_stand_around_a_frame_where_the_root_can_be_read) {
  const std::string file = std::filesystem::absolute(__FILE__);
  const std::string root = file.substr(0, file.rfind("/tests/"));
  auto got = after(
      [&](auto&) {
        report_with("e", "m", " 0# f() at " + file + ":2\n 1# g() at " + root + "/../secret.cpp:1\n 2# h() at /etc/passwd:1\n");
      },
      {.root = root, .code_lines = 1});
  json frames = got.item()["body"]["trace"]["frames"];
  ASSERT_EQ(frames.size(), 3u);
  json own = frames.back();
  EXPECT_EQ(own["filename"], "tests/adapters/rollbar_test.cpp");
  EXPECT_EQ(own["code"], "// What becomes of errors on their way to Rollbar: a whole session against a stand-in. Its replies are in");
  EXPECT_EQ(own["context"]["pre"], json::array({"// SPDX-License-Identifier: MIT"}));
  EXPECT_EQ(own["context"]["post"], json::array({"// rollbar/replies_test.cpp."}));
  EXPECT_FALSE(frames[0].contains("code"));
  EXPECT_FALSE(frames[1].contains("code"));
}

TEST_F(rollbar, causes_make_a_chain_the_reported_one_first) {
  auto got = after([](auto&) { report_with("top", "m", "", 50); });
  json chain = got.item()["body"]["trace_chain"];
  ASSERT_EQ(chain.size(), 51u);
  EXPECT_EQ(chain[0]["exception"], (json{{"class", "top"}, {"message", "m"}}));
  EXPECT_EQ(chain[1]["exception"], (json{{"class", "cause0"}, {"message", "m0"}}));
  EXPECT_EQ(chain[50]["exception"]["class"], "cause49");
}

TEST_F(rollbar, what_came_before_is_telemetry) {
  auto got = after([](auto&) {
    sonde::span<"request"> request;
    sonde::log::warning("look at postgres://user:canary@db/x?password=canary");
    {
      sonde::span<"GET"> call{sonde::kind::client};
      call.set_attribute<"http.request.method">("GET");
      call.set_attribute<"url.full">("https://pay.example/?access_token=canary");
      call.set_attribute<"http.response.status_code">(503);
    }
    { sonde::span<"step"> step; }
    sonde::report_message("now");
    sonde::log::info("after");
  });
  json telemetry = got.item()["body"]["telemetry"];
  ASSERT_EQ(telemetry.size(), 3u);
  EXPECT_EQ(telemetry[0]["type"], "log");
  EXPECT_EQ(telemetry[0]["level"], "warning");
  EXPECT_EQ(telemetry[0]["body"]["message"], "look at postgres://********@db/x?password=********");
  EXPECT_EQ(telemetry[1]["type"], "network");
  EXPECT_EQ(telemetry[1]["level"], "error");
  EXPECT_EQ(telemetry[1]["body"],
            (json{{"method", "GET"}, {"url", "https://pay.example/?access_token=********"}, {"status_code", 503}}));
  EXPECT_EQ(telemetry[2]["type"], "manual");
  EXPECT_EQ(telemetry[2]["body"]["message"], "step");
  EXPECT_EQ(got.all_bytes().find("canary"), std::string::npos);
}

TEST_F(rollbar, secrets_are_nowhere_in_the_bytes) {
  auto got = after(
      [](auto&) {
        sonde::span<"request"> request{sonde::kind::server};
        describe_request(request);
        request.set_attribute<"app.PassWord">("canary1");
        request.set_attribute<"app.shoe_size">("canary2");
        request.set_attribute<"headers">(std::map<std::string, std::string>{{"Set-Cookie", "canary3"}, {"plain", "seen"}});
        request.set_attribute<"list">(std::vector<std::map<std::string, std::string>>{{{"api-key", "canary4"}}});
        request.set_attribute<"link">("https://me:canary5@h/?a=1&%74oken=canary6#access_token=canary7");
        try {
          throw std::runtime_error{"cannot reach amqp://u:canary8@mq and host=h password=canary9"};
        } catch (const std::exception& error) {
          sonde::report_exception(error);
        }
      },
      {.custom = {{"secret", "canary0"}, {"team", "shop"}},
       .scrubbed = {"shoe-size"},
       .addresses = sonde::rollbar::addresses::anonymise});
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.all_bytes().find("canary"), std::string::npos) << got.bodies.at(0);
  EXPECT_EQ(got.all_bytes().find("203.0.113.77"), std::string::npos);
  EXPECT_EQ(got.item()["request"]["user_ip"], "203.0.113.0");
  json locals = got.item()["body"]["trace"]["frames"][0]["locals"];
  EXPECT_EQ(locals["headers"], (json{{"Set-Cookie", "********"}, {"plain", "seen"}}));
  EXPECT_EQ(locals["link"], "https://********@h/?a=1&%74oken=********#access_token=********");
  EXPECT_EQ(got.item()["custom"]["team"], "shop");
}

TEST_F(rollbar, addresses_can_be_left_out) {
  auto got = after(
      [](auto&) {
        sonde::span<"request"> request{sonde::kind::server};
        describe_request(request);
        sonde::report_message("m");
      },
      {.addresses = sonde::rollbar::addresses::drop});
  EXPECT_FALSE(got.item()["request"].contains("user_ip"));
  EXPECT_EQ(got.all_bytes().find("203.0.113"), std::string::npos);
}

TEST_F(rollbar, odd_texts_make_valid_items) {
  auto got = after([](auto&) {
    report_with("big", std::string(10'000'000, 'x'), "");
    report_with("odd", std::string{"\xff\xfe\0\xE2\x80\xA8", 6}, "");
    report_with("empty", "", "");
    sonde::report_message("");
    std::string stack;
    for (int i = 0; i < 500; ++i) stack += ' ' + std::to_string(i) + "# f" + std::to_string(i) + "() at a.cpp:0\n";
    report_with("deep", std::string(100'000, 'm'), stack);
  });
  ASSERT_EQ(got.items.size(), 5u);
  for (const std::string& each : got.bodies) EXPECT_LE(each.size(), std::size_t{128} << 10);
  EXPECT_EQ(got.items[1]["body"]["trace"]["exception"]["message"], json::parse(R"("\ufffd\ufffd\u0000\u2028")"));
  EXPECT_FALSE(got.items[2]["body"]["trace"]["exception"].contains("message"));
  EXPECT_EQ(got.items[3]["body"]["message"]["body"], "(empty message)");
  const auto deep = methods(got.items[4]["body"]["trace"]["frames"]);
  EXPECT_EQ(deep.front(), "f499");
  EXPECT_EQ(deep.back(), "f0");
}

TEST_F(rollbar, levels_and_types_can_be_left_out) {
  auto got = after(
      [](auto&) {
        sonde::report_message("quiet", sonde::level::info);
        sonde::report_exception(std::out_of_range{"ignored"});
        sonde::report_exception(std::logic_error{"kept"});
      },
      {.least = sonde::level::warning, .ignored = {"std::out_of_*"}});
  ASSERT_EQ(got.items.size(), 1u);
  EXPECT_EQ(got.item()["body"]["trace"]["exception"]["message"], "kept");
  EXPECT_EQ(got.dropped(drop_reason::unwanted), 2u);
  EXPECT_FALSE(got.was_said("lost")) << got.said;
}

TEST_F(rollbar, a_burst_becomes_one_item_and_another_with_a_count) {
  auto got = after([](auto&) {
    for (int i = 0; i < 100; ++i) sonde::report_message("again");
    sonde::report_message("other");
  });
  ASSERT_EQ(got.items.size(), 3u);
  std::uint64_t reports = 0;
  for (const json& each : got.items)
    if (each["body"]["message"]["body"] == "again") reports += each["custom"].value("reports", std::uint64_t{1});
  EXPECT_EQ(reports, 100u);
  EXPECT_EQ(got.stats.logs.exported, 101u);
}

TEST_F(rollbar, above_so_many_a_minute_items_are_dropped_and_one_says_so) {
  auto got = after([](auto&) { for (int i = 0; i < 10; ++i) sonde::report_message("number " + std::to_string(i)); },
                         {.items_per_minute = 4});
  ASSERT_EQ(got.items.size(), 5u);
  EXPECT_EQ(got.items.back()["body"]["message"]["body"],
            "More than 4 items a minute: sonde drops what is above that, and counts it.");
  EXPECT_EQ(got.stats.logs.exported, 4u);
  EXPECT_EQ(got.dropped(drop_reason::rate_limited), 6u);
  EXPECT_TRUE(got.was_said("over a rate limit")) << got.said;
}

TEST_F(rollbar, without_a_token_a_line_says_what_to_do) {
  unsetenv("ROLLBAR_ACCESS_TOKEN");
  std::string said;
  {
    const auto keep = [&](std::string_view line) { said += std::string{line} + '\n'; };
    auto session = sonde::start({.service_name = "shop", .diagnostics = keep}, sonde::rollbar::exporter{});
    sonde::report_message("m");
    static_cast<void>(session.shutdown(10s));
    EXPECT_EQ(session.stats().exporters.at(0).logs.dropped[drop_reason::not_configured], 1u);
  }
  EXPECT_NE(said.find("rollbar: not exporting: no access token: set ROLLBAR_ACCESS_TOKEN"), std::string::npos) << said;
}

}  // namespace
