// SPDX-License-Identifier: MIT
// The client's span by itself; with real clients it is tested in curl_test.cpp and httplib_client_test.cpp.

#include <sonde/integrations/http/client_span.hpp>

#include <map>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

sonde::testing::recorded_span asked(const char* url) {
  recording kept;
  {
    sonde::http::live_client_span span;
    span.set_url(url);
  }
  return kept.only();
}

TEST(client_span, the_server_is_named_by_the_url) {
  EXPECT_EQ(asked("https://example.com/").attributes["server.port"], 443);
  EXPECT_EQ(asked("http://example.com").attributes["server.port"], 80);
  EXPECT_EQ(asked("http://[2001:db8::1]:8080/").attributes["server.address"], "2001:db8::1");
  EXPECT_EQ(asked("http://[2001:db8::1]:8080/").attributes["server.port"], 8080);
  EXPECT_FALSE(asked("not a url").attributes.contains("server.address"));
  EXPECT_FALSE(asked("ftp://example.com/").attributes.contains("server.port"));
}

TEST(client_span, no_password_of_any_url_is_recorded) {
  for (const char* url : {"http://user:secret@host/", "http:///user:secret@host/", "http:/user:secret@host/",
                          "http://user:se/cret@host/", "http://user:se?cret@host/", "http://user:se#cret@host/",
                          "user:secret@host/", "user:se/cret@host/", "user:secret@host/?to=http://other/",
                          "https://secret@host/"}) {
    const auto span = asked(url);
    const std::string shown = span.attributes["url.full"].as<std::string>();
    EXPECT_EQ(shown.find("se"), std::string::npos) << url << " is shown as " << shown;
    EXPECT_EQ(shown.find("cret"), std::string::npos) << url << " is shown as " << shown;
    EXPECT_NE(shown.find("host"), std::string::npos) << shown;
  }
  EXPECT_EQ(asked("http://host:8080/@handle").attributes["url.full"], "http://host:8080/@handle");
}

TEST(client_span, is_the_parent_of_what_the_request_causes) {
  recording kept;
  std::map<std::string, std::string> headers{{"traceparent", "old"}};
  {
    sonde::http::live_client_span span;
    span.inject(headers);
  }
  const auto span = kept.only();
  EXPECT_EQ(span.kind, sonde::kind::client);
  EXPECT_EQ(headers.at("traceparent").substr(0, 52),
            "00-" + std::string{span.trace_id.to_hex().data()} + "-" + span.span_id.to_hex().data());
  EXPECT_EQ(span.status, sonde::status::unset);  // nothing was attempted
}

TEST(client_span, an_attempt_without_an_answer_is_an_error) {
  recording kept;
  {
    sonde::http::live_client_span span;
    span.begin_attempt();
  }
  EXPECT_EQ(kept.only().status, sonde::status::error);
}

TEST(client_span, an_exception_is_an_error_of_its_type) {
  recording kept;
  {
    sonde::http::live_client_span span;
    span.begin_attempt();
    try {
      throw std::runtime_error{"broken"};
    } catch (...) {
      span.fail_with_handled_exception();
    }
  }
  const auto span = kept.only();
  EXPECT_EQ(span.attributes["error.type"], "std::runtime_error");
  EXPECT_EQ(span.status_message, "broken");
  EXPECT_EQ(span.events.size(), 1u);
}

}  // namespace
