// SPDX-License-Identifier: MIT
// The server's span of a framework that is not there: the concept is all it knows.

#include <sonde/integrations/http/server_span.hpp>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

struct fake_request {
  std::string sent_method = "GET";
  std::string sent_target = "/a?b=c";
  std::multimap<std::string, std::string> fields{};
  std::string version = "2";
  sonde::http::endpoint from{"192.0.2.1", 4711};

  [[nodiscard]] std::string_view method() const { return sent_method; }
  [[nodiscard]] std::string_view target() const { return sent_target; }
  [[nodiscard]] std::string_view scheme() const { return "https"; }
  [[nodiscard]] std::string_view protocol_version() const { return version; }
  [[nodiscard]] sonde::http::endpoint peer() const { return from; }
  [[nodiscard]] sonde::field_lines header(std::string_view name) const { return sonde::http::lines_of(fields, name); }
  [[nodiscard]] const std::multimap<std::string, std::string>& headers() const { return fields; }
};
struct fake_response {
  int code = 200;
  std::multimap<std::string, std::string> fields{};

  [[nodiscard]] int status() const { return code; }
  [[nodiscard]] sonde::field_lines header(std::string_view name) const { return sonde::http::lines_of(fields, name); }
  void set_header(std::string_view name, std::string_view value) { fields.emplace(name, value); }
};

sonde::testing::recorded_span served(const fake_request& asked, fake_response answer = {}, std::string_view route = {},
                                     const sonde::http::server_config& config = {}) {
  recording kept;
  sonde::http::serve(asked, answer, config, [&](sonde::http::server_span& span) { span.set_route(route); });
  return kept.only();
}

TEST(server_span, method_and_route_name_it) {
  EXPECT_EQ(served({}, {}, "/a").name, "GET /a");
  EXPECT_EQ(served({}).name, "GET");
  const auto made_up = served({.sent_method = "BREW"}, {}, "/pot");
  EXPECT_EQ(made_up.name, "HTTP /pot");
  EXPECT_EQ(made_up.attributes["http.request.method"], "_OTHER");
  EXPECT_EQ(made_up.attributes["http.request.method_original"], "BREW");
  EXPECT_EQ(served({.sent_method = "get"}).name, "HTTP");  // case matters
  EXPECT_EQ(served({.sent_method = "QUERY"}).name, "QUERY");
  EXPECT_EQ(served({.sent_method = "BREW"}, {}, {}, {.known_methods = {"BREW"}}).name, "BREW");
  EXPECT_EQ(served({.sent_method = "GET"}, {}, {}, {.known_methods = {"BREW"}}).name, "HTTP");
}

TEST(server_span, says_where_it_was_opened) {
  EXPECT_NE(served({}).file.find("server_span_test.cpp"), std::string::npos);
}

TEST(server_span, the_server_is_the_one_asked_for) {
  EXPECT_EQ(served({.fields = {{"Host", "example.com"}}}).attributes["server.address"], "example.com");
  EXPECT_EQ(served({.fields = {{"Host", "example.com"}}}).attributes["server.port"], 443);
  EXPECT_EQ(served({.fields = {{"Host", "example.com:8"}}}).attributes["server.port"], 8);
  const auto absolute = served({.sent_target = "http://other:81/x", .fields = {{"Host", "example.com"}}});
  EXPECT_EQ(absolute.attributes["server.address"], "other");
  EXPECT_EQ(absolute.attributes["server.port"], 81);
  EXPECT_EQ(absolute.attributes["url.path"], "/x");
  EXPECT_FALSE(served({}).attributes.contains("server.address"));
}

/// Notes what the sampler of a server sees.
struct noting_sampler {
  std::shared_ptr<std::string> seen = std::make_shared<std::string>();
  [[nodiscard]] bool should_sample(const sonde::sampling::question& about) const noexcept {
    const auto text = [](sonde::meta::text from) { return std::string{from.data, from.size}; };
    *seen = text(about.request.method) + " " + text(about.request.host) + text(about.request.path);
    return true;
  }
  [[nodiscard]] std::string description() const { return "Noting"; }
};

TEST(server_span, the_sampler_sees_the_request) {
  const noting_sampler chosen;
  recording kept{{.sampler = chosen}};
  const auto seen = [&](const fake_request& asked, const sonde::http::server_config& config = {}) {
    fake_response answer;
    sonde::http::serve(asked, answer, config, [](sonde::http::server_span&) {});
    return *chosen.seen;
  };
  EXPECT_EQ(seen({.sent_method = "BREW", .fields = {{"Host", "shop:8"}}}), "BREW shop:8/a") << "as sent, without the query";
  EXPECT_EQ(seen({.sent_target = "http://other:81/x", .fields = {{"Host", "shop"}}}), "GET other:81/x");
  const fake_request passed_on{.fields = {{"Host", "inside"}, {"X-Forwarded-Host", "outside"}}};
  EXPECT_EQ(seen(passed_on), "GET inside/a");
  EXPECT_EQ(seen(passed_on, {.trust_forwarded = true}), "GET outside/a");
}

TEST(server_span, forwarded_wins_over_the_older_headers_where_trusted) {
  const fake_request asked{
      .fields = {{"Forwarded", "for=203.0.113.7;proto=http;host=shop"}, {"X-Forwarded-For", "198.51.100.1"}}};
  const auto span = served(asked, {}, {}, {.trust_forwarded = true});
  EXPECT_EQ(span.attributes["client.address"], "203.0.113.7");
  EXPECT_EQ(span.attributes["url.scheme"], "http");
  EXPECT_EQ(span.attributes["server.address"], "shop");
  EXPECT_EQ(span.attributes["server.port"], 80);
  EXPECT_EQ(served(asked).attributes["client.address"], "192.0.2.1");
}

TEST(server_span, what_is_unknown_is_not_said) {
  const auto span = served({.sent_target = "/", .version = "", .from = {}});
  for (const char* key : {"url.query", "network.protocol.version", "network.peer.address", "network.peer.port", "client.address",
                          "user_agent.original", "server.port", "error.type"})
    EXPECT_FALSE(span.attributes.contains(key)) << key;
}

TEST(server_span, an_exception_is_told_once_however_often_it_is_reported) {
  recording kept;
  fake_response answer;
  {
    sonde::span<"outer"> outer;
    try {
      sonde::http::serve(fake_request{}, answer, {}, [](sonde::http::server_span&) { throw std::runtime_error{"x"}; });
    } catch (const std::exception& error) {
      outer.record_exception(error);
    }
  }
  const auto span = kept.named("GET");
  EXPECT_EQ(span.events.size(), 1u);
  EXPECT_FALSE(span.events[0].attributes.contains("sonde.exception.inferred"));
  EXPECT_EQ(span.attributes["error.type"], "std::runtime_error");
}

TEST(server_span, a_response_that_cannot_take_a_header_goes_without) {
  struct full_response : fake_response {
    void set_header(std::string_view, std::string_view) { throw std::bad_alloc{}; }
  } answer;
  sonde::session_config config;
  config.propagators = {sonde::propagation::propagator::xray};
  recording kept{std::move(config)};
  const fake_request asked{.fields = {{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;Sampled=?"}}};
  sonde::http::serve(asked, answer, {}, [](sonde::http::server_span&) {});
  EXPECT_EQ(kept.spans().size(), 1u);
}

TEST(server_span, a_request_that_asks_for_a_decision_gets_the_only_one) {
  struct odd_ones {
    std::shared_ptr<int> asked = std::make_shared<int>(0);
    [[nodiscard]] bool should_sample(const sonde::sampling::question& about) const noexcept {
      return !about.has_parent && ++*asked % 2 == 1;
    }
    [[nodiscard]] std::string description() const { return "OddOnes"; }
  };
  const odd_ones chosen;
  recording kept{{.sampler = chosen, .propagators = sonde::propagation::propagator_list{sonde::propagation::propagator::xray}}};
  const std::string root = "Root=1-67891233-abcdef012345678912345678";
  for (const char* const sampled : {"1", "0"}) {
    fake_response answer;
    const fake_request asked{.fields = {{"X-Amzn-Trace-Id", root + ";Parent=53995c3f42cd8ad8;Sampled=?"}}};
    sonde::http::serve(asked, answer, {}, [](sonde::http::server_span&) { const sonde::span<"child"> child; });
    ASSERT_EQ(answer.fields.count("X-Amzn-Trace-Id"), 1u);
    EXPECT_EQ(answer.fields.find("X-Amzn-Trace-Id")->second, root + ";Sampled=" + sampled);
  }
  EXPECT_EQ(*chosen.asked, 2) << "once for each request";
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(server_config, excludes_paths_and_what_begins_with_them) {
  const sonde::http::server_config config{.excluded_routes = {"/health", "/internal/*", ""}};
  for (const char* path : {"/health", "/internal/", "/internal/a/b", ""}) EXPECT_TRUE(config.excludes(path)) << path;
  for (const char* path : {"/", "/health/", "/healthy", "/internal", "/x/internal/"}) EXPECT_FALSE(config.excludes(path)) << path;
  EXPECT_TRUE(sonde::http::server_config{.excluded_routes = {"*"}}.excludes("/anything"));
  EXPECT_FALSE(sonde::http::server_config{}.excludes(""));
}

}  // namespace
