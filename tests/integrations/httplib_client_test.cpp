// SPDX-License-Identifier: MIT
// The instrumented client against a server on loopback: what the span says, and what the server sees.

#include <sonde/integrations/httplib_client.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using headers = ::httplib::Headers;

/// Answers every request with its method and body, and remembers it.
struct echo {
  echo() {
    const auto answer = [this](const ::httplib::Request& asked, ::httplib::Response& reply) {
      const std::lock_guard lock{mutex};
      seen.push_back(asked);
      reply.status = asked.path.starts_with("/status/") ? std::stoi(asked.path.substr(8)) : 200;
      reply.set_content(asked.method + ' ' + asked.body, "text/plain");
    };
    server.Get(".*", answer).Post(".*", answer).Put(".*", answer).Patch(".*", answer).Delete(".*", answer).Options(".*", answer);
    server.set_keep_alive_timeout(1);
    port = server.bind_to_any_port("127.0.0.1");
    thread = std::thread{[this] { server.listen_after_bind(); }};
    while (!server.is_running()) std::this_thread::yield();
  }
  echo(const echo&) = delete;
  echo& operator=(const echo&) = delete;
  ~echo() {
    server.stop();
    thread.join();
  }
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port); }
  [[nodiscard]] std::vector<std::string> values(std::size_t request, const char* name) {
    const std::lock_guard lock{mutex};
    std::vector<std::string> found;
    const auto [first, last] = seen.at(request).headers.equal_range(name);
    for (auto at = first; at != last; ++at) found.push_back(at->second);
    return found;
  }

  ::httplib::Server server;
  int port = 0;
  std::thread thread;
  std::mutex mutex;
  std::vector<::httplib::Request> seen;
};

/// A port that was free a moment ago.
int port_of_nobody() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  EXPECT_EQ(bind(probe, reinterpret_cast<sockaddr*>(&at), size), 0);
  EXPECT_EQ(getsockname(probe, reinterpret_cast<sockaddr*>(&at), &size), 0);
  close(probe);
  return ntohs(at.sin_port);
}

using texts = std::vector<std::string>;

/// `flags`: 03 where the trace began here, with a random id.
std::string traceparent_of(const sonde::testing::recorded_span& span, const char* flags = "03") {
  return "00-" + std::string{span.trace_id.to_hex().data()} + "-" + span.span_id.to_hex().data() + "-" + flags;
}

TEST(httplib_client, a_request_is_a_span_and_carries_its_trace) {
  recording kept;
  echo server;
  sonde::httplib::client client{server.origin()};
  {
    sonde::span<"outer"> outer;
    const auto answer = client.Get("/users?id=7&X-Amz-Signature=secret", {{"X-Tag", "a"}, {"TRACEPARENT", "old"}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "GET ");
  }
  const auto span = kept.named("GET");
  EXPECT_EQ(span.kind, sonde::kind::client);
  EXPECT_EQ(span.parent_span_id, kept.named("outer").span_id);
  EXPECT_EQ(span.attributes["http.request.method"], "GET");
  EXPECT_EQ(span.attributes["url.full"], server.origin() + "/users?id=7&X-Amz-Signature=REDACTED");
  EXPECT_EQ(span.attributes["server.address"], "127.0.0.1");
  EXPECT_EQ(span.attributes["server.port"], server.port);
  EXPECT_EQ(span.attributes["http.response.status_code"], 200);
  EXPECT_EQ(span.attributes.all.size(), 5u);
  EXPECT_EQ(server.values(0, "traceparent"), texts{traceparent_of(span)});
  EXPECT_EQ(server.values(0, "x-tag"), texts{"a"});
}

TEST(httplib_client, every_verb_with_and_without_headers) {
  recording kept;
  echo server;
  sonde::httplib::client client{"127.0.0.1", server.port};
  const headers own{{"X-Tag", "a"}};
  const std::string body = "body";
  EXPECT_EQ(client.Get("/")->body, "GET ");
  EXPECT_EQ(client.Get("/", own)->body, "GET ");
  std::string received;
  EXPECT_TRUE(client.Get("/", [&](const char* data, std::size_t size) { return received.append(data, size), true; }));
  EXPECT_EQ(received, "GET ");
  EXPECT_TRUE(client.Get("/", ::httplib::Params{{"a", "b"}}, own));
  EXPECT_EQ(client.Head("/")->status, 200);
  EXPECT_EQ(client.Head("/", own)->status, 200);
  EXPECT_EQ(client.Options("/")->body, "OPTIONS ");
  EXPECT_EQ(client.Options("/", own)->body, "OPTIONS ");
  EXPECT_EQ(client.Post("/")->body, "POST ");
  EXPECT_EQ(client.Post("/", body, "text/plain")->body, "POST body");
  EXPECT_EQ(client.Post("/", own, body, "text/plain")->body, "POST body");
  EXPECT_EQ(client.Post("/", "body", std::size_t{4}, "text/plain")->body, "POST body");
  EXPECT_TRUE(client.Post("/", ::httplib::Params{{"a", "b"}}));
  EXPECT_EQ(client.Put("/")->body, "PUT ");
  EXPECT_EQ(client.Put("/", own, body, "text/plain")->body, "PUT body");
  EXPECT_EQ(client.Patch("/")->body, "PATCH ");
  EXPECT_EQ(client.Patch("/", body, "text/plain")->body, "PATCH body");
  EXPECT_EQ(client.Delete("/")->body, "DELETE ");
  EXPECT_EQ(client.Delete("/", own, body, "text/plain")->body, "DELETE body");
  ::httplib::Request request;
  request.method = "PUT";
  request.path = "/sent";
  request.body = body;
  EXPECT_EQ(client.send(request)->body, "PUT body");
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), server.seen.size());
  for (std::size_t i = 0; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].name, server.seen[i].method) << i;
    EXPECT_EQ(server.values(i, "traceparent"), texts{traceparent_of(spans[i])}) << i;
  }
  EXPECT_EQ(spans.back().attributes["url.full"], server.origin() + "/sent");
}

TEST(httplib_client, statuses_from_400_on_are_errors) {
  recording kept;
  echo server;
  sonde::httplib::client client{"127.0.0.1:" + std::to_string(server.port)};
  for (const char* path : {"/status/204", "/status/404", "/status/503"}) ASSERT_TRUE(client.Get(path));
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].status, sonde::status::unset);
  EXPECT_EQ(spans[1].status, sonde::status::error);
  EXPECT_EQ(spans[1].attributes["error.type"], "404");
  EXPECT_EQ(spans[2].attributes["error.type"], "503");
  EXPECT_EQ(spans[0].attributes["url.full"], server.origin() + "/status/204");
}

TEST(httplib_client, a_server_that_is_gone_is_an_error) {
  recording kept;
  int port = 0;
  {
    echo gone;
    port = gone.port;
  }
  sonde::httplib::client client{"127.0.0.1", port};
  const auto answer = client.Get("/");
  EXPECT_FALSE(answer);
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.attributes["error.type"], ::httplib::to_string(answer.error()));
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));
}

TEST(httplib_client, stopped_by_the_program_is_no_error) {
  recording kept;
  echo server;
  sonde::httplib::client client{server.origin()};
  EXPECT_FALSE(client.Get("/", [](const char*, std::size_t) { return false; }));
  EXPECT_EQ(kept.only().status, sonde::status::unset);
}

TEST(httplib_client, settings_are_the_librarys) {
  recording kept;
  echo server;
  sonde::httplib::client client{server.origin()};
  client.set_default_headers({{"X-Always", "1"}, {"traceparent", "default"}});
  client.set_keep_alive(true);
  ASSERT_TRUE(client.Get("/"));
  EXPECT_EQ(server.values(0, "x-always"), texts{"1"});
  EXPECT_EQ(server.values(0, "traceparent"), texts{traceparent_of(kept.only())});
}

TEST(httplib_client, works_without_a_session) {
  echo server;
  sonde::httplib::client client{server.origin()};
  EXPECT_EQ(client.Get("/")->body, "GET ");
  EXPECT_EQ(server.values(0, "traceparent"), texts{});
}

TEST(httplib_client, sends_a_request_into_a_given_response) {
  recording kept;
  echo server;
  sonde::httplib::client users{server.origin()};
  ::httplib::Request request;
  request.method = "PUT";
  request.path = "/status/404";
  request.body = "text";
  request.headers.emplace("X-Own", "1");
  ::httplib::Response reply;
  auto error = ::httplib::Error::Unknown;
  EXPECT_TRUE(users.send(request, reply, error));
  EXPECT_EQ(error, ::httplib::Error::Success);
  EXPECT_EQ(reply.body, "PUT text");
  EXPECT_FALSE(request.has_header("traceparent")) << "the request stays the program's";
  EXPECT_EQ(request.get_header_value("X-Own"), "1");
  const auto span = kept.only();
  EXPECT_EQ(span.name, "PUT");
  EXPECT_EQ(span.attributes["http.response.status_code"], 404);
  EXPECT_EQ(server.values(0, "traceparent"), texts{traceparent_of(span)});
  EXPECT_EQ(server.values(0, "X-Own"), texts{"1"});
}

TEST(httplib_client, a_request_into_a_given_response_may_fail) {
  recording kept;
  sonde::httplib::client users{"127.0.0.1", port_of_nobody()};
  ::httplib::Request request;
  request.method = "GET";
  request.path = "/";
  ::httplib::Response reply;
  auto error = ::httplib::Error::Success;
  EXPECT_FALSE(users.send(request, reply, error));
  EXPECT_EQ(error, ::httplib::Error::Connection);
  EXPECT_EQ(kept.only().attributes["error.type"], ::httplib::to_string(error));
}

}  // namespace
