// SPDX-License-Identifier: MIT
// The instrumented server on a real socket, asked by the library's own client and by hand.

#include <sonde/integrations/httplib.hpp>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using request = ::httplib::Request;
using response = ::httplib::Response;
using sonde::propagation::propagator;

constexpr char parent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Serves between start() and the end of the scope.
struct running_server {
  explicit running_server(sonde::http::server_config config = {}) : server{std::move(config)} {}
  running_server(const running_server&) = delete;
  running_server& operator=(const running_server&) = delete;
  ~running_server() { stop(); }

  void start() {
    server.set_keep_alive_timeout(1);
    port = server.bind_to_any_port("127.0.0.1");
    thread = std::thread{[this] { server.listen_after_bind(); }};
    while (!server.is_running()) std::this_thread::yield();
  }
  /// All spans have ended afterwards.
  void stop() {
    server.stop();
    if (thread.joinable()) thread.join();
  }
  [[nodiscard]] ::httplib::Client client() const { return ::httplib::Client{"127.0.0.1", port}; }
  [[nodiscard]] ::httplib::Result get(const std::string& path, const ::httplib::Headers& headers = {}) const {
    return client().Get(path, headers);
  }
  /// What comes back when these bytes are sent; nothing is waited for where `read` is false.
  [[nodiscard]] std::string send(std::string_view bytes, bool read = true) const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    std::string answer;
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      static_cast<void>(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      char buffer[4096];
      for (ssize_t got = 1; read && (got = ::recv(socket, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(socket);
    return answer;
  }

  sonde::httplib::server server;
  int port = 0;
  std::thread thread;
};

/// The one with that status.
sonde::testing::recorded_span answered(recording& kept, int status) {
  for (const auto& each : kept.spans())
    if (each.attributes["http.response.status_code"] == status) return each;
  throw std::runtime_error{"no span with status " + std::to_string(status)};
}

void reply(const request&, response& answer) { answer.set_content("hello", "text/plain"); }

TEST(httplib, a_request_is_a_span_as_the_conventions_want_it) {
  recording kept;
  running_server running;
  running.server.Get("/api/activities/home", reply);
  running.start();
  const auto answer = running.get("/api/activities/home?handle=worf&sig=secret", {{"User-Agent", "probe/1"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");
  running.stop();
  const auto span = kept.only();
  EXPECT_EQ(span.name, "GET /api/activities/home");
  EXPECT_EQ(span.kind, sonde::kind::server);
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_FALSE(span.parent_span_id.valid());
  const auto& said = span.attributes;
  EXPECT_EQ(said["http.request.method"], "GET");
  EXPECT_EQ(said["http.route"], "/api/activities/home");
  EXPECT_EQ(said["http.response.status_code"], 200);
  EXPECT_EQ(said["url.path"], "/api/activities/home");
  EXPECT_EQ(said["url.query"], "handle=worf&sig=REDACTED");
  EXPECT_EQ(said["url.scheme"], "http");
  EXPECT_EQ(said["server.address"], "127.0.0.1");
  EXPECT_EQ(said["server.port"], running.port);
  EXPECT_EQ(said["client.address"], "127.0.0.1");
  EXPECT_EQ(said["network.peer.address"], "127.0.0.1");
  EXPECT_GT(said["network.peer.port"].as<std::int64_t>(), 0);
  EXPECT_EQ(said["network.protocol.version"], "1.1");
  EXPECT_EQ(said["user_agent.original"], "probe/1");
  EXPECT_EQ(said.all.size(), 13u);
}

TEST(httplib, goes_on_with_the_callers_trace) {
  recording kept;
  running_server running;
  running.server.Get("/called", [&](const request&, response&) { sonde::span<"inner"> inner; });
  running.server.Get("/alone", reply);
  running.start();
  ASSERT_TRUE(running.get("/called", {{"traceparent", parent}}));
  ASSERT_TRUE(running.get("/alone"));
  running.stop();
  const auto called = kept.named("GET /called");
  EXPECT_STREQ(called.trace_id.to_hex().data(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_STREQ(called.parent_span_id.to_hex().data(), "00f067aa0ba902b7");
  EXPECT_TRUE(called.remote_parent);
  EXPECT_EQ(kept.named("inner").parent_span_id, called.span_id);
  const auto alone = kept.named("GET /alone");
  EXPECT_NE(alone.trace_id, called.trace_id);
  EXPECT_FALSE(alone.parent_span_id.valid());
}

TEST(httplib, what_came_along_goes_out_again) {
  recording kept;
  running_server running;
  std::map<std::string, std::string> outgoing, later;
  running.server.Get("/", [&](const request&, response&) { sonde::inject(outgoing); });
  running.server.Get("/later", [&](const request&, response&) { sonde::inject(later); });
  running.start();
  auto client = running.client();
  client.set_keep_alive(true);  // the same thread answers both
  const ::httplib::Headers sent{{"traceparent", parent}, {"tracestate", "congo=t61rcWkgMzE"}, {"baggage", "a=b"}};
  ASSERT_TRUE(client.Get("/", sent));
  ASSERT_TRUE(client.Get("/later"));
  client.stop();
  running.stop();
  const auto span = kept.named("GET /");
  EXPECT_EQ(outgoing["traceparent"],
            "00-4bf92f3577b34da6a3ce929d0e0e4736-" + std::string{span.span_id.to_hex().data()} + "-01");
  EXPECT_EQ(outgoing["tracestate"], "congo=t61rcWkgMzE");
  EXPECT_EQ(outgoing["baggage"], "a=b");
  EXPECT_EQ(later.count("tracestate") + later.count("baggage"), 0u);
}

TEST(httplib, a_parent_that_is_not_sampled_is_followed) {
  recording kept;
  running_server running;
  std::string outgoing;
  running.server.Get("/", [&](const request&, response&) {
    sonde::span<"inner"> inner;
    std::map<std::string, std::string> headers;
    sonde::inject(headers);
    outgoing = headers["traceparent"];
  });
  running.start();
  ASSERT_TRUE(running.get("/", {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}}));
  running.stop();
  EXPECT_EQ(kept.spans().size(), 0u);
  EXPECT_TRUE(outgoing.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && outgoing.ends_with("-00")) << outgoing;
}

TEST(httplib, a_path_without_route_names_no_span) {
  recording kept;
  running_server running;
  running.server.Get("/here", reply);
  running.start();
  EXPECT_EQ(running.get("/nowhere/12345")->status, 404);
  running.stop();
  const auto span = kept.only();
  EXPECT_EQ(span.name, "GET");
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_EQ(span.attributes["http.response.status_code"], 404);
  EXPECT_FALSE(span.attributes.contains("http.route"));
  EXPECT_FALSE(span.attributes.contains("error.type"));
}

TEST(httplib, a_route_may_have_a_name_of_its_own) {
  recording kept;
  running_server running;
  running.server.Get(R"(/api/activities/@(\w+))", "/api/activities/@:handle",
                     [](const request& asked, response& answer) { answer.set_content(asked.matches[1].str(), "text/plain"); });
  running.server.Get(R"(/plain/(\d+))", reply);
  running.start();
  EXPECT_EQ(running.get("/api/activities/@worf")->body, "worf");
  EXPECT_EQ(running.get("/plain/7")->status, 200);
  running.stop();
  EXPECT_EQ(kept.named("GET /api/activities/@:handle").attributes["url.path"], "/api/activities/@worf");
  EXPECT_EQ(kept.named(R"(GET /plain/(\d+))").attributes["http.route"], R"(/plain/(\d+))");
}

TEST(httplib, every_verb_and_every_kind_of_handler) {
  recording kept;
  running_server running;
  const auto read_all = [](const request&, response& answer, const ::httplib::ContentReader& read) {
    std::string body;
    read([&](const char* data, std::size_t size) { return body.append(data, size), true; });
    answer.set_content(body, "text/plain");
  };
  running.server.Get("/a", reply).Post("/a", reply).Put("/a", reply).Patch("/a", reply).Delete("/a", reply).Options("/a", reply);
  running.server.Post("/b", read_all).Put("/b", read_all).Patch("/b", read_all).Delete("/b", read_all);
  running.start();
  auto client = running.client();
  EXPECT_EQ(client.Get("/a")->body, "hello");
  EXPECT_EQ(client.Head("/a")->status, 200);
  EXPECT_EQ(client.Options("/a")->status, 200);
  for (const char* path : {"/a", "/b"}) {
    const std::string expected = path == std::string_view{"/a"} ? "hello" : "body";
    EXPECT_EQ(client.Post(path, "body", "text/plain")->body, expected);
    EXPECT_EQ(client.Put(path, "body", "text/plain")->body, expected);
    EXPECT_EQ(client.Patch(path, "body", "text/plain")->body, expected);
    EXPECT_EQ(client.Delete(path, "body", "text/plain")->body, expected);
  }
  running.stop();
  std::vector<std::string> names;
  for (const auto& each : kept.spans()) names.push_back(each.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"DELETE /a", "DELETE /b", "GET /a", "HEAD /a", "OPTIONS /a", "PATCH /a", "PATCH /b",
                                             "POST /a", "POST /b", "PUT /a", "PUT /b"}));
}

TEST(httplib, a_handler_that_throws_is_reported_and_answered_as_without_us) {
  recording kept;
  running_server running;
  running.server.Get("/throws", [](const request&, response&) {
    sonde::span<"inner"> inner;
    throw std::out_of_range{"no activity 'none'"};
  });
  running.start();
  const auto answer = running.get("/throws");

  ::httplib::Server plain;
  plain.set_keep_alive_timeout(1);
  plain.Get("/throws", [](const request&, response&) { throw std::out_of_range{"no activity 'none'"}; });
  const int port = plain.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { plain.listen_after_bind(); }};
  while (!plain.is_running()) std::this_thread::yield();
  const auto without_us = ::httplib::Client{"127.0.0.1", port}.Get("/throws");
  plain.stop();
  serving.join();

  ASSERT_TRUE(answer && without_us);
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->headers, without_us->headers);
  running.stop();
  const auto span = kept.named("GET /throws");
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.attributes["http.response.status_code"], 500);
  EXPECT_EQ(span.attributes["error.type"], "std::out_of_range");
  ASSERT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.events[0].attributes["exception.type"], "std::out_of_range");
  EXPECT_EQ(span.events[0].attributes["exception.message"], "no activity 'none'");
  EXPECT_EQ(kept.named("inner").status, sonde::status::error);
  const auto logs = kept.memory.logs();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_TRUE(logs[0].occurrence);
  EXPECT_EQ(logs[0].span_id, span.span_id);
}

TEST(httplib, the_users_exception_handler_decides_the_status) {
  recording kept;
  running_server running;
  running.server.Get("/busy", [](const request&, response&) { throw std::runtime_error{"busy"}; });
  running.server.Get("/bad", [](const request&, response&) { throw 7; });
  sonde::span_id seen{};
  running.server.set_exception_handler([&](const request& asked, response& answer, std::exception_ptr) {
    seen = sonde::current_span().context().span_id;
    answer.status = asked.path == "/bad" ? 400 : 503;
  });
  running.start();
  EXPECT_EQ(running.get("/busy")->status, 503);
  const auto during = seen;
  EXPECT_EQ(running.get("/bad")->status, 400);
  running.stop();
  const auto busy = kept.named("GET /busy");
  EXPECT_EQ(busy.status, sonde::status::error);
  EXPECT_EQ(busy.attributes["http.response.status_code"], 503);
  EXPECT_EQ(busy.span_id, during);
  const auto bad = kept.named("GET /bad");
  EXPECT_EQ(bad.status, sonde::status::unset);
  EXPECT_EQ(bad.attributes["http.response.status_code"], 400);
  EXPECT_EQ(bad.events.size(), 1u);
}

TEST(httplib, a_status_of_500_is_an_error_without_an_exception) {
  recording kept;
  running_server running;
  running.server.Get("/broken", [](const request&, response& answer) { answer.status = 502; });
  running.start();
  EXPECT_EQ(running.get("/broken")->status, 502);
  running.stop();
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.status_message, "");
  EXPECT_EQ(span.attributes["error.type"], "502");
}

TEST(httplib, all_of_the_users_hooks_run_inside_the_span) {
  recording kept;
  running_server running;
  std::map<std::string, sonde::span_id> seen;
  const auto note = [&](const char* where) { seen[where] = sonde::current_span().context().span_id; };
  using decided = ::httplib::Server::HandlerResponse;
  running.server.set_pre_routing_handler([&](const request&, response&) { return note("before"), decided::Unhandled; });
  running.server.set_error_handler([&](const request&, response& answer) {
    note("error");
    answer.set_content("gone", "text/plain");
  });
  running.server.set_post_routing_handler([&](const request&, response&) { note("after"); });
  running.server.set_logger([&](const request&, const response& answer) {
    note("logger");
    EXPECT_EQ(answer.status, 404);
  });
  running.server.Get("/x", [&](const request&, response& answer) { note("handler"), answer.status = 404; });
  running.start();
  EXPECT_EQ(running.get("/x")->body, "gone");
  running.stop();
  const auto span = kept.only();
  EXPECT_EQ(seen.size(), 5u);
  for (const auto& [where, id] : seen) EXPECT_EQ(id, span.span_id) << where;
}

TEST(httplib, an_error_handler_may_decide) {
  recording kept;
  running_server running;
  using decided = ::httplib::Server::HandlerResponse;
  running.server.set_error_handler([](const request&, response& answer) {
    answer.set_content("nothing here", "text/plain");
    return decided::Handled;
  });
  running.start();
  EXPECT_EQ(running.get("/x")->body, "nothing here");
  running.stop();
  EXPECT_EQ(kept.only().attributes["http.response.status_code"], 404);
}

TEST(httplib, a_pre_routing_handler_may_answer_or_throw) {
  recording kept;
  running_server running;
  using decided = ::httplib::Server::HandlerResponse;
  running.server.set_pre_routing_handler([](const request& asked, response& answer) {
    if (asked.path == "/throws") throw std::runtime_error{"no key"};
    answer.status = 401;
    return decided::Handled;
  });
  running.server.Get("/x", reply);
  running.start();
  EXPECT_EQ(running.get("/x")->status, 401);
  EXPECT_EQ(running.get("/throws")->status, 500);
  running.stop();
  EXPECT_EQ(answered(kept, 401).name, "GET");
  EXPECT_EQ(answered(kept, 500).attributes["error.type"], "std::runtime_error");
}

TEST(httplib, a_file_is_a_request_too) {
  recording kept;
  const std::string directory = testing::TempDir() + "sonde_files" + std::to_string(getpid());
  ASSERT_EQ(::mkdir(directory.c_str(), 0700), 0);
  std::ofstream{directory + "/page.html"} << "page";
  running_server running;
  ASSERT_TRUE(running.server.set_mount_point("/static", directory));
  running.start();
  EXPECT_EQ(running.get("/static/page.html")->body, "page");
  running.stop();
  const auto span = kept.only();
  EXPECT_EQ(span.name, "GET");
  EXPECT_EQ(span.attributes["http.response.status_code"], 200);
  std::remove((directory + "/page.html").c_str());
  ::rmdir(directory.c_str());
}

TEST(httplib, what_cannot_be_read_is_a_span_of_its_own) {
  recording kept;
  running_server running;
  running.server.Get("/", reply);
  running.start();
  EXPECT_TRUE(running.send("garbage\r\n\r\n").starts_with("HTTP/1.1 400"));
  const std::string rest = " HTTP/1.1\r\nConnection: close\r\n\r\n";
  EXPECT_TRUE(running.send("GET /" + std::string(10'000, 'x') + rest).starts_with("HTTP/1.1 414"));
  EXPECT_TRUE(running.send("GET /" + rest).starts_with("HTTP/1.1 200"));
  running.stop();
  EXPECT_EQ(kept.spans().size(), 3u);
  const auto garbage = answered(kept, 400);
  EXPECT_EQ(garbage.name, "HTTP");
  EXPECT_EQ(garbage.attributes["http.request.method"], "_OTHER");
  EXPECT_EQ(garbage.status, sonde::status::unset);
  answered(kept, 414);
  const auto good = answered(kept, 200);
  EXPECT_EQ(good.name, "GET /");
  EXPECT_FALSE(good.attributes.contains("server.address"));
}

// Newer versions of the library know web sockets, which have no spans.
TEST(httplib, what_asks_for_a_web_socket_and_gets_none_is_a_request) {
  recording kept;
  running_server running;
  running.server.Get("/", [](const request&, response& answer) {
    sonde::span<"inner"> inner;
    answer.set_content("no socket", "text/plain");
  });
  running.start();
  const auto answer = running.get("/", {{"Upgrade", "websocket"},
                                        {"Connection", "Upgrade"},
                                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                        {"Sec-WebSocket-Version", "13"}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "no socket");
  running.stop();
  EXPECT_EQ(kept.spans().size(), 2u);
  EXPECT_EQ(kept.named("inner").parent_span_id, kept.named("GET /").span_id);
}

TEST(httplib, requests_of_one_connection_are_spans_side_by_side) {
  recording kept;
  running_server running;
  running.server.Get("/", reply);
  running.start();
  auto client = running.client();
  client.set_keep_alive(true);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.Get("/"));
  client.stop();
  running.stop();
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 5u);
  for (const auto& each : spans) {
    EXPECT_FALSE(each.parent_span_id.valid());
    EXPECT_EQ(each.attributes["network.peer.port"], spans[0].attributes["network.peer.port"]);
  }
}

TEST(httplib, a_client_that_is_gone_leaves_nothing_open) {
  recording kept;
  running_server running{{.access_log = true}};
  std::atomic<bool> gone{false};
  running.server.Get("/", [&](const request&, response& answer) {
    while (!gone) std::this_thread::yield();
    answer.set_content(std::string(8'000'000, 'x'), "text/plain");
  });
  running.start();
  static_cast<void>(running.send("GET / HTTP/1.1\r\n\r\n", false));
  gone = true;
  EXPECT_EQ(running.get("/")->body.size(), 8'000'000u);
  running.stop();
  EXPECT_EQ(kept.spans().size(), 2u);
  EXPECT_EQ(kept.session.stats().spans.open, 0u);
  EXPECT_EQ(kept.memory.logs().size(), 2u);
}

TEST(httplib, the_access_log_has_a_line_for_each_request_inside_its_span) {
  recording kept;
  running_server running{{.access_log = true}};
  running.server.Get(R"(/api/activities/@(\w+))", "/api/activities/@:handle", reply);
  running.server.Get("/throws", [](const request&, response&) { throw std::out_of_range{"none"}; });
  std::atomic<int> told = 0;  // two connections, two threads
  running.server.set_logger([&](const request&, const response&) { ++told; });
  running.start();
  auto client = running.client();
  client.set_keep_alive(true);
  ASSERT_TRUE(client.Get("/api/activities/@worf?page=2&sig=secret", {{"User-Agent", "probe/1"}}));
  ASSERT_TRUE(client.Get("/nothing/here"));
  ASSERT_TRUE(client.Get("/throws"));
  client.stop();
  static_cast<void>(running.send("NONSENSE\r\n\r\n"));
  running.stop();
  EXPECT_EQ(told, 4);
  std::vector<sonde::testing::recorded_log> lines;
  kept.session.force_flush(kept.patience);
  for (const auto& each : kept.memory.logs())
    if (!each.occurrence) lines.push_back(each);
  ASSERT_EQ(lines.size(), 4u);
  // In whichever order: a line is written behind the reply, and the two connections have threads of their own.
  const auto line_of = [&](std::string_view body) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& each) { return each.body == body; });
    EXPECT_NE(found, lines.end()) << body;
    return found != lines.end() ? *found : sonde::testing::recorded_log{};
  };
  auto asked = line_of("127.0.0.1 GET http /api/activities/@worf?page=2&sig=REDACTED 200");
  EXPECT_EQ(asked.attributes["http.route"], "/api/activities/@:handle");
  EXPECT_EQ(asked.attributes["user_agent.original"], "probe/1");
  EXPECT_EQ(line_of("127.0.0.1 GET http /nothing/here 404").severity, sonde::level::info);
  auto thrown = line_of("127.0.0.1 GET http /throws 500");
  EXPECT_EQ(thrown.severity, sonde::level::error);
  EXPECT_EQ(thrown.attributes["error.type"], "std::out_of_range");
  EXPECT_EQ(line_of("- NONSENSE http  400").attributes["http.response.status_code"], 400);
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 4u);
  for (const auto& each : lines)
    EXPECT_EQ(std::count_if(spans.begin(), spans.end(),
                            [&](const auto& span) { return span.span_id == each.span_id && span.trace_id == each.trace_id; }),
              1)
        << each.body;
}

TEST(httplib, excluded_routes_leave_nothing) {
  recording kept;
  running_server running{{.excluded_routes = {"/health", "/internal/*"}}};
  std::vector<std::string> outgoing;
  const auto handle = [&](const request&, response& answer) {
    sonde::span<"inner"> inner;
    std::map<std::string, std::string> headers;
    sonde::inject(headers);
    outgoing.push_back(headers["traceparent"]);
    answer.status = 200;
  };
  running.server.Get("/health", handle).Get("/internal/x", handle).Get("/healthy", handle);
  running.server.Get("/internal/throws", [](const request&, response&) { throw std::runtime_error{"x"}; });
  running.start();
  ASSERT_TRUE(running.get("/health?x=1"));
  ASSERT_TRUE(running.get("/internal/x", {{"traceparent", parent}}));
  ASSERT_TRUE(running.get("/internal/throws"));
  ASSERT_TRUE(running.get("/health"));
  EXPECT_EQ(kept.spans().size(), 0u);
  ASSERT_TRUE(running.get("/healthy"));
  running.stop();
  EXPECT_EQ(kept.spans().size(), 2u);
  EXPECT_EQ(kept.memory.logs().size(), 0u);
  ASSERT_EQ(outgoing.size(), 4u);
  EXPECT_EQ(outgoing[1], "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");  // passed on, not to be recorded
  EXPECT_TRUE(outgoing[0].ends_with("-02") && outgoing[2].ends_with("-02"));  // ids of their own, random
  EXPECT_NE(outgoing[0].substr(0, 35), outgoing[2].substr(0, 35));
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(httplib, headers_are_recorded_where_wanted_and_secrets_never) {
  recording kept;
  running_server running{{.request_headers = sonde::http::headers<"Accept", "X-Tag", "Authorization", "X-Missing">,
                          .response_headers = sonde::http::headers<"Content-Type", "Set-Cookie">}};
  running.server.Get("/", [](const request& asked, response& answer) {
    reply(asked, answer);
    answer.set_header("Set-Cookie", "id=secret");
    answer.set_header("X-Other", "not wanted");
  });
  running.start();
  ASSERT_TRUE(running.get("/", {{"accept", "text/plain"}, {"X-TAG", "a"}, {"x-tag", "b"}, {"Authorization", "Bearer secret"}}));
  running.stop();
  const auto span = kept.only();
  const auto texts = [&](const char* key) {
    std::vector<std::string> made;
    for (const auto& each : span.attributes[key].as<sonde::testing::value::array>()) made.push_back(each.as<std::string>());
    return made;
  };
  using list = std::vector<std::string>;
  EXPECT_EQ(texts("http.request.header.accept"), list{"text/plain"});
  EXPECT_EQ(texts("http.request.header.x-tag"), (list{"a", "b"}));
  EXPECT_EQ(texts("http.request.header.authorization"), list{"REDACTED"});
  EXPECT_EQ(texts("http.response.header.content-type"), list{"text/plain"});
  EXPECT_EQ(texts("http.response.header.set-cookie"), list{"REDACTED"});
  EXPECT_FALSE(span.attributes.contains("http.request.header.x-missing"));
  EXPECT_FALSE(span.attributes.contains("http.response.header.x-other"));
}

TEST(httplib, proxies_are_believed_only_where_told) {
  for (const bool trusted : {false, true}) {
    recording kept;
    running_server running{{.trust_forwarded = trusted}};
    running.server.Get("/", reply);
    running.start();
    ASSERT_TRUE(running.get("/", {{"X-Forwarded-For", "203.0.113.7, 10.0.0.1"},
                                  {"X-Forwarded-Proto", "https"},
                                  {"X-Forwarded-Host", "cruddur.com"}}));
    running.stop();
    const auto span = kept.only();
    EXPECT_EQ(span.attributes["client.address"], trusted ? "203.0.113.7" : "127.0.0.1");
    EXPECT_EQ(span.attributes["url.scheme"], trusted ? "https" : "http");
    EXPECT_EQ(span.attributes["server.address"], trusted ? "cruddur.com" : "127.0.0.1");
    EXPECT_EQ(span.attributes["server.port"], trusted ? 443 : running.port);
    EXPECT_EQ(span.attributes["network.peer.address"], "127.0.0.1");
  }
}

TEST(httplib, tells_the_decision_it_was_asked_for) {
  for (const bool keep : {true, false}) {
    sonde::session_config config;
    config.propagators = {propagator::xray};
    if (!keep) config.sampler = sonde::sampling::always_off{};
    recording kept{std::move(config)};
    running_server running;
    running.server.Get("/", reply);
    running.start();
    const auto asked = running.get("/", {{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;Sampled=?"}});
    EXPECT_EQ(asked->get_header_value("X-Amzn-Trace-Id"),
              std::string{"Root=1-67891233-abcdef012345678912345678;Sampled="} + (keep ? "1" : "0"));
    const auto told = running.get("/", {{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;Sampled=1"}});
    EXPECT_FALSE(told->has_header("X-Amzn-Trace-Id"));
    running.stop();
  }
}

TEST(httplib, many_requests_at_once_keep_their_own_spans) {
  recording kept;
  running_server running;
  running.server.Get(R"(/(\d+))", "/:n", [](const request& asked, response& answer) {
    sonde::span<"inner"> inner;
    inner.set_attribute<"n">(asked.matches[1].str());
    reply(asked, answer);
  });
  running.start();
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c)
    clients.emplace_back([&, c] {
      auto client = running.client();
      client.set_keep_alive(true);
      for (int i = 0; i < 25; ++i) ASSERT_TRUE(client.Get("/" + std::to_string(c * 25 + i)));
    });
  for (std::thread& each : clients) each.join();
  running.stop();
  std::map<std::string, std::string> path_of;
  const auto spans = kept.spans();
  for (const auto& each : spans)
    if (each.name == "GET /:n") path_of[each.span_id.to_hex().data()] = each.attributes["url.path"].as<std::string>();
  EXPECT_EQ(path_of.size(), 200u);
  for (const auto& each : spans) {
    if (each.name != "inner") continue;
    EXPECT_EQ(path_of[each.parent_span_id.to_hex().data()], "/" + each.attributes["n"].as<std::string>());
  }
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(httplib, serves_without_a_session) {
  running_server running{{.excluded_routes = {"/health"}}};
  running.server.Get("/", reply).Get("/health", reply).Get("/throws", [](const request&, response&) { throw 7; });
  running.start();
  EXPECT_EQ(running.get("/", {{"traceparent", parent}})->body, "hello");
  EXPECT_EQ(running.get("/health")->body, "hello");
  EXPECT_EQ(running.get("/throws")->status, 500);
}

}  // namespace
