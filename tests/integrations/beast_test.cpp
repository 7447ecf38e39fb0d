// SPDX-License-Identifier: MIT
// A synchronous Beast server on loopback, its requests made with libcurl: a trace that crosses two integrations.

#include <sonde/integrations/beast.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <sonde/integrations/curl.hpp>

#include "span/recording.hpp"

namespace {

using tcp = boost::asio::ip::tcp;
using request = boost::beast::http::request<boost::beast::http::string_body>;
using response = boost::beast::http::response<boost::beast::http::string_body>;
using handler = std::function<void(const request&, response&, sonde::http::server_span&)>;

/// Answers one request per connection, as many as it is told; then it ends.
class beast_server {
 public:
  beast_server(int requests, handler handle, sonde::http::server_config config = {})
      : thread_{[this, requests, handle = std::move(handle), config = std::move(config)] {
          for (int i = 0; i < requests; ++i) answer_one(handle, config);
        }} {}
  ~beast_server() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(port()) + path; }

 private:
  void answer_one(const handler& handle, const sonde::http::server_config& config) {
    tcp::socket socket = acceptor_.accept();
    boost::beast::flat_buffer buffer;
    request asked;
    boost::beast::http::read(socket, buffer, asked);
    response answer{boost::beast::http::status::ok, asked.version()};
    const std::string address = socket.remote_endpoint().address().to_string();
    const sonde::beast::connection over{.peer = {address, socket.remote_endpoint().port()}};
    try {
      sonde::beast::serve(asked, answer, over, config,
                          [&](sonde::http::server_span& span) { handle(asked, answer, span); });
    } catch (const std::exception&) {
      answer.result(boost::beast::http::status::internal_server_error);
    }
    answer.prepare_payload();
    boost::beast::http::write(socket, answer);
  }

  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

struct received {
  long status = 0;
  std::string headers;
};
std::size_t keep(char* text, std::size_t size, std::size_t count, void* into) {
  static_cast<received*>(into)->headers.append(text, size * count);
  return size * count;
}
/// `header`: sent by a client that is not instrumented; without one the client is.
received ask(const std::string& url, const char* header = nullptr) {
  received got;
  CURL* const easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, keep);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &got);
  if (header == nullptr) {
    sonde::curl::request traced{easy, url};
    EXPECT_EQ(traced.perform(), CURLE_OK);
  } else {
    curl_slist* const own = curl_slist_append(nullptr, header);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, own);
    EXPECT_EQ(curl_easy_perform(easy), CURLE_OK);
    curl_slist_free_all(own);
  }
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &got.status);
  curl_easy_cleanup(easy);
  return got;
}

TEST(beast, a_trace_crosses_client_and_server) {
  recording kept;
  beast_server server{1, [](const request&, response& answer, sonde::http::server_span& span) {
                        span.set_route("/users/:id");
                        sonde::span<"inner"> inner;
                        answer.set("X-Tag", "a");
                      },
                      {.request_headers = sonde::http::headers<"accept">, .response_headers = sonde::http::headers<"x-tag">}};
  EXPECT_EQ(ask(server.url("/users/7?sig=secret")).status, 200);
  server.join();
  const auto span = kept.named("GET /users/:id");
  EXPECT_EQ(span.kind, sonde::kind::server);
  EXPECT_TRUE(span.remote_parent);
  EXPECT_EQ(span.trace_id, kept.named("GET").trace_id);
  EXPECT_EQ(span.parent_span_id, kept.named("GET").span_id);
  EXPECT_EQ(kept.named("inner").parent_span_id, span.span_id);
  EXPECT_EQ(span.attributes["http.request.method"], "GET");
  EXPECT_EQ(span.attributes["http.route"], "/users/:id");
  EXPECT_EQ(span.attributes["http.response.status_code"], 200);
  EXPECT_EQ(span.attributes["url.path"], "/users/7");
  EXPECT_EQ(span.attributes["url.query"], "sig=REDACTED");
  EXPECT_EQ(span.attributes["url.scheme"], "http");
  EXPECT_EQ(span.attributes["server.address"], "127.0.0.1");
  EXPECT_EQ(span.attributes["server.port"], server.port());
  EXPECT_EQ(span.attributes["client.address"], "127.0.0.1");
  EXPECT_GT(span.attributes["network.peer.port"].as<std::int64_t>(), 0);
  EXPECT_EQ(span.attributes["network.protocol.version"], "1.1");
  EXPECT_EQ(span.attributes["http.request.header.accept"].as<sonde::testing::value::array>().at(0), "*/*");
  EXPECT_EQ(span.attributes["http.response.header.x-tag"].as<sonde::testing::value::array>().at(0), "a");
}

TEST(beast, an_exception_is_reported_and_goes_on) {
  recording kept;
  beast_server server{1, [](const request&, response&, sonde::http::server_span& span) {
                        span.set_route("/throws");
                        throw std::out_of_range{"none"};
                      }};
  EXPECT_EQ(ask(server.url("/throws")).status, 500);
  server.join();
  const auto span = kept.named("GET /throws");
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.status_message, "none");
  EXPECT_EQ(span.attributes["error.type"], "std::out_of_range");
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));  // it is not known yet
  ASSERT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.events[0].attributes["exception.message"], "none");
  EXPECT_EQ(kept.memory.logs().size(), 1u);
}

TEST(beast, the_access_log_has_a_line_for_each_request) {
  recording kept;
  beast_server server{2,
                      [](const request& asked, response& answer, sonde::http::server_span& span) {
                        span.set_route(std::string{"/users"} + "/:id");  // a text that does not stay
                        if (asked.target() == "/users/8") throw std::out_of_range{"none"};
                        answer.result(boost::beast::http::status::not_found);
                      },
                      {.access_log = true}};
  EXPECT_EQ(ask(server.url("/users/7?sig=secret"), "X-Any: 1").status, 404);
  EXPECT_EQ(ask(server.url("/users/8"), "X-Any: 1").status, 500);
  server.join();
  const auto spans = kept.spans();
  const auto logs = kept.memory.logs();
  ASSERT_EQ(spans.size(), 2u);
  ASSERT_EQ(logs.size(), 3u);
  EXPECT_EQ(logs[0].body, "127.0.0.1 GET http /users/7?sig=REDACTED 404");
  EXPECT_EQ(logs[0].severity, sonde::level::info);
  EXPECT_EQ(logs[0].attributes["http.route"], "/users/:id");
  EXPECT_EQ(logs[0].span_id, spans[0].span_id);
  EXPECT_TRUE(logs[1].occurrence);
  EXPECT_EQ(logs[2].body, "127.0.0.1 GET http /users/8 -");  // what is answered is not known yet
  EXPECT_EQ(logs[2].severity, sonde::level::error);
  EXPECT_EQ(logs[2].span_id, spans[1].span_id);
}

TEST(beast, the_decision_asked_for_and_excluded_routes) {
  sonde::session_config config;
  config.propagators = {sonde::propagation::propagator::xray};
  recording kept{std::move(config)};
  beast_server server{2, [](const request&, response&, sonde::http::server_span&) {}, {.excluded_routes = {"/health"}}};
  const std::string root = "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678;Sampled=";
  const std::string open = root + '?';
  EXPECT_NE(ask(server.url("/"), open.c_str()).headers.find(root + "1\r\n"), std::string::npos);
  EXPECT_NE(ask(server.url("/health"), open.c_str()).headers.find(root + "0\r\n"), std::string::npos);
  server.join();
  EXPECT_EQ(kept.spans().size(), 1u);
}

}  // namespace
