// SPDX-License-Identifier: MIT
// Requests of libcurl to a server on loopback: what the span says, and what the server sees.

#include <sonde/integrations/curl.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <sonde/adapters/otlp.hpp>

#include "span/recording.hpp"
#include "transport/server.hpp"

namespace {

/// Answers with the status in the path, and remembers what it was sent.
struct echo : sonde::tests::http_server<> {
  echo() {
    const auto answer = [this](const httplib::Request& asked, httplib::Response& reply) {
      const std::lock_guard lock{mutex};
      seen.push_back(asked);
      reply.status = asked.path.starts_with("/status/") ? std::stoi(asked.path.substr(8)) : 200;
      if (asked.path == "/flaky") reply.status = seen.size() == 1 ? 503 : 200;
      if (asked.path == "/moved") reply.set_redirect("/here");
    };
    server.Get(".*", answer).Post(".*", answer).Put(".*", answer);
    start();
  }
  [[nodiscard]] std::vector<std::string> values(std::size_t request, const char* name) {
    const std::lock_guard lock{mutex};
    std::vector<std::string> found;
    for (std::size_t i = 0; i < seen.at(request).get_header_value_count(name); ++i)
      found.push_back(seen[request].get_header_value(name, i));
    return found;
  }

  std::mutex mutex;
  std::vector<httplib::Request> seen;
};

std::size_t discard(char*, std::size_t size, std::size_t count, void*) { return size * count; }

struct handle {
  handle() : easy{curl_easy_init()} { curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard); }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() { curl_easy_cleanup(easy); }
  operator CURL*() const { return easy; }
  CURL* easy;
};

struct slist {
  slist(std::initializer_list<const char*> lines) {
    for (const char* line : lines) list = curl_slist_append(list, line);
  }
  slist(const slist&) = delete;
  slist& operator=(const slist&) = delete;
  ~slist() { curl_slist_free_all(list); }
  curl_slist* list = nullptr;
};

using texts = std::vector<std::string>;

/// `flags`: 03 where the trace began here, with a random id.
std::string traceparent_of(const sonde::testing::recorded_span& span, const char* flags = "03") {
  return "00-" + std::string{span.trace_id.to_hex().data()} + "-" + span.span_id.to_hex().data() + "-" + flags;
}

TEST(curl, a_request_is_a_span_and_carries_its_trace) {
  recording kept;
  echo server;
  handle easy;
  {
    sonde::span<"outer"> outer;
    sonde::curl::request request{easy, server.url("/users?id=7&sig=secret")};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  const auto span = kept.named("GET");
  EXPECT_EQ(span.kind, sonde::kind::client);
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_EQ(span.parent_span_id, kept.named("outer").span_id);
  EXPECT_EQ(span.attributes["http.request.method"], "GET");
  EXPECT_EQ(span.attributes["url.full"], server.url("/users?id=7&sig=REDACTED"));
  EXPECT_EQ(span.attributes["server.address"], "127.0.0.1");
  EXPECT_EQ(span.attributes["server.port"], server.port);
  EXPECT_EQ(span.attributes["http.response.status_code"], 200);
  EXPECT_EQ(span.attributes["network.protocol.version"], "1.1");
  EXPECT_EQ(span.attributes["network.peer.address"], "127.0.0.1");
  EXPECT_EQ(span.attributes["network.peer.port"], server.port);
  EXPECT_EQ(span.attributes.all.size(), 8u);
  EXPECT_NE(span.file.find("curl_test.cpp"), std::string::npos) << span.file;
  EXPECT_EQ(server.values(0, "traceparent"), texts{traceparent_of(span)});
  EXPECT_EQ(server.seen[0].target, "/users?id=7&sig=secret");
}

TEST(curl, the_users_headers_stay_but_for_an_old_parent) {
  recording kept;
  echo server;
  handle easy;
  slist own{"X-Tag: a", "TraceParent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "tracestate: old=1", "Accept:",
            "X-Tag: b"};
  for (int i = 0; i < 2; ++i) {
    sonde::curl::request request{easy, server.url("/"), own.list};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(server.values(i, "traceparent"), texts{traceparent_of(spans[i])});
    EXPECT_EQ(server.values(i, "tracestate"), texts{});
    EXPECT_EQ(server.values(i, "x-tag"), (texts{"a", "b"}));
    EXPECT_EQ(server.values(i, "accept"), texts{});
  }
  EXPECT_EQ(std::string_view{own.list->next->data}.substr(0, 11), "TraceParent");  // the user's list is untouched
  curl_easy_perform(easy);                                                         // and the handle's again
  EXPECT_EQ(server.values(2, "tracestate"), texts{"old=1"});
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(curl, what_came_in_goes_out) {
  recording kept;
  echo server;
  handle easy;
  const std::vector<std::pair<std::string, std::string>> incoming{
      {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
      {"tracestate", "congo=t61rcWkgMzE"},
      {"baggage", "user=worf\r\nX-Evil: 1"}};
  {
    const auto extracted = sonde::extract(incoming);
    const sonde::propagation_scope travelling{extracted};
    sonde::span<"server"> span{sonde::kind::server, extracted};
    sonde::curl::request request{easy, server.url("/")};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  EXPECT_EQ(server.values(0, "traceparent"), texts{traceparent_of(kept.named("GET"), "01")});
  EXPECT_STREQ(kept.named("GET").trace_id.to_hex().data(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(server.values(0, "tracestate"), texts{"congo=t61rcWkgMzE"});
  EXPECT_EQ(server.values(0, "x-evil"), texts{});
}

TEST(curl, statuses_from_400_on_are_errors) {
  recording kept;
  echo server;
  handle easy;
  for (const int status : {399, 404, 500}) {
    sonde::curl::request request{easy, server.url("/status/" + std::to_string(status))};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  curl_easy_setopt(easy.easy, CURLOPT_FAILONERROR, 1L);
  {
    sonde::curl::request request{easy, server.url("/status/401")};
    EXPECT_EQ(request.perform(), CURLE_HTTP_RETURNED_ERROR);
  }
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_EQ(spans[0].status, sonde::status::unset);
  EXPECT_FALSE(spans[0].attributes.contains("error.type"));
  EXPECT_EQ(spans[1].status, sonde::status::error);
  EXPECT_EQ(spans[1].attributes["error.type"], "404");
  EXPECT_EQ(spans[2].attributes["error.type"], "500");
  EXPECT_EQ(spans[3].attributes["error.type"], "401");
  EXPECT_EQ(spans[3].attributes["http.response.status_code"], 401);
}

TEST(curl, a_server_that_is_not_there) {
  recording kept;
  handle easy;
  std::string url;
  {
    sonde::tests::listener gone;
    url = gone.url();
  }
  {
    sonde::curl::request request{easy, url};
    EXPECT_EQ(request.perform(), CURLE_COULDNT_CONNECT);
  }
  const auto span = kept.only();
  EXPECT_EQ(span.name, "GET");
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.attributes["error.type"], "CURLE_COULDNT_CONNECT");
  EXPECT_NE(span.status_message, "");
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));
  EXPECT_FALSE(span.attributes.contains("network.protocol.version"));
}

TEST(curl, a_connection_that_breaks_and_one_that_is_late) {
  recording kept;
  handle easy;
  sonde::tests::scripted_server hangs_up{[](sonde::tests::connection from) { from.read_head(); }};
  sonde::tests::listener silent;
  curl_easy_setopt(easy.easy, CURLOPT_TIMEOUT_MS, 50L);
  for (const std::string& url : {hangs_up.url(), silent.url()}) {
    sonde::curl::request request{easy, url};
    EXPECT_NE(request.perform(), CURLE_OK);
  }
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].attributes["error.type"], "CURLE_GOT_NOTHING");
  EXPECT_EQ(spans[1].attributes["error.type"], "CURLE_OPERATION_TIMEDOUT");
}

TEST(curl, further_attempts_are_events_and_the_last_one_counts) {
  recording kept;
  echo server;
  handle easy;
  {
    sonde::curl::request request{easy, server.url("/flaky")};
    EXPECT_EQ(request.perform(), CURLE_OK);
    EXPECT_EQ(request.perform(), CURLE_OK);
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_EQ(span.attributes["http.response.status_code"], 200);
  EXPECT_FALSE(span.attributes.contains("error.type"));
  EXPECT_EQ(span.attributes["http.request.resend_count"], 2);
  ASSERT_EQ(span.events.size(), 2u);
  EXPECT_EQ(span.events[0].name, "http.request.resend");
  EXPECT_EQ(span.events[0].attributes["http.request.resend_count"], 1);
  EXPECT_EQ(span.events[0].attributes["error.type"], "503");
  EXPECT_EQ(span.events[1].attributes["http.request.resend_count"], 2);
  EXPECT_FALSE(span.events[1].attributes.contains("error.type"));
}

TEST(curl, an_error_that_was_overcome_is_told_by_its_event_alone) {
  recording kept;
  handle easy;
  sonde::tests::scripted_server hangs_up_once{[](sonde::tests::connection from) {
    from.read_head();
    if (from.index > 0) from.write("HTTP/1.1 204 No Content\r\n\r\n");
  }};
  {
    sonde::curl::request request{easy, hangs_up_once.url()};
    EXPECT_EQ(request.perform(), CURLE_GOT_NOTHING);
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_EQ(span.attributes["http.response.status_code"], 204);
  EXPECT_FALSE(span.attributes.contains("error.type"));
  ASSERT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.events[0].attributes["error.type"], "CURLE_GOT_NOTHING");
}

TEST(curl, methods_are_the_handles) {
  recording kept;
  echo server;
  handle easy;
  const auto perform = [&] {
    sonde::curl::request request{easy, server.url("/")};
    EXPECT_EQ(request.perform(), CURLE_OK);
  };
  curl_easy_setopt(easy.easy, CURLOPT_POSTFIELDS, "body");
  perform();
  curl_easy_setopt(easy.easy, CURLOPT_CUSTOMREQUEST, "BREW");
  perform();
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].name, "POST");
  EXPECT_EQ(server.seen.at(0).body, "body");
  EXPECT_EQ(spans[1].name, "HTTP");
  EXPECT_EQ(spans[1].attributes["http.request.method"], "_OTHER");
  EXPECT_EQ(spans[1].attributes["http.request.method_original"], "BREW");
}

TEST(curl, the_url_is_the_one_asked_for_without_its_credentials) {
  recording kept;
  echo server;
  handle easy;
  curl_easy_setopt(easy.easy, CURLOPT_FOLLOWLOCATION, 1L);
  {
    sonde::curl::request request{easy, "http://worf:secret@127.0.0.1:" + std::to_string(server.port) + "/moved"};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  EXPECT_EQ(server.seen.at(1).path, "/here");
  EXPECT_EQ(kept.only().attributes["url.full"], "http://REDACTED:REDACTED@127.0.0.1:" + std::to_string(server.port) + "/moved");
}

TEST(curl, stopped_by_the_program_is_no_error) {
  recording kept;
  echo server;
  handle easy;
  curl_easy_setopt(easy.easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy.easy, CURLOPT_XFERINFOFUNCTION, +[](void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return 1; });
  {
    sonde::curl::request request{easy, server.url("/")};
    EXPECT_EQ(request.perform(), CURLE_ABORTED_BY_CALLBACK);
  }
  EXPECT_EQ(kept.only().status, sonde::status::unset);
  EXPECT_FALSE(kept.only().attributes.contains("error.type"));
}

TEST(curl, what_is_not_sampled_says_so) {
  sonde::session_config config;
  config.sampler = sonde::sampling::always_off{};
  recording kept{std::move(config)};
  echo server;
  handle easy;
  {
    sonde::curl::request request{easy, server.url("/")};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  const auto sent = server.values(0, "traceparent");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].ends_with("-02")) << sent[0];  // not sampled, random
  EXPECT_EQ(kept.spans().size(), 0u);
}

TEST(curl, works_without_a_session) {
  echo server;
  handle easy;
  slist own{"X-Tag: a"};
  {
    sonde::curl::request request{easy, server.url("/"), own.list};
    EXPECT_EQ(request.perform(), CURLE_OK);
  }
  EXPECT_EQ(server.values(0, "x-tag"), texts{"a"});
  EXPECT_EQ(server.values(0, "traceparent"), texts{});
}

TEST(curl, the_exporters_own_requests_are_never_traced) {
  echo backend;
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "test", .diagnostics = [](std::string_view) {}}, memory,
                              sonde::otlp::exporter{{.endpoint = backend.url("")}});
  { sonde::span<"work"> span; }
  ASSERT_TRUE(session.force_flush());
  ASSERT_TRUE(session.force_flush());
  ASSERT_TRUE(session.shutdown());
  EXPECT_GE(backend.seen.size(), 1u);
  for (std::size_t i = 0; i < backend.seen.size(); ++i) EXPECT_EQ(backend.values(i, "traceparent"), texts{});
  ASSERT_EQ(memory.spans().size(), 1u);
  EXPECT_EQ(memory.spans()[0].name, "work");
}

TEST(curl, a_transfer_without_status_may_go_well) {
  recording kept;
  handle easy;
  {
    sonde::curl::request users{easy, "file:///dev/null"};
    ASSERT_EQ(users.perform(), CURLE_OK);
  }
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_FALSE(span.attributes.contains("error.type"));
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));
  EXPECT_EQ(span.attributes["url.full"], "file:///dev/null");
}

TEST(curl, a_transfer_without_status_may_fail) {
  recording kept;
  handle easy;
  {
    sonde::curl::request users{easy, "file:///dev/null"};
    ASSERT_EQ(users.perform(), CURLE_OK);
    sonde::curl::request others{easy, "file:///no/such/file"};
    ASSERT_EQ(others.perform(), CURLE_FILE_COULDNT_READ_FILE);
  }
  EXPECT_EQ(kept.spans().at(0).status, sonde::status::error);
}

}  // namespace
