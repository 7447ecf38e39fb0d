// SPDX-License-Identifier: MIT
// Built with SONDE_ENABLED=0: servers, clients, statements and loggers work as their libraries', and no header goes out.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include <sonde/integrations/curl.hpp>
#include <sonde/integrations/http/server_span.hpp>
#include <sonde/integrations/httplib.hpp>
#include <sonde/integrations/httplib_client.hpp>
#include <sonde/integrations/spdlog.hpp>
#include <sonde/integrations/sqlite.hpp>
#include <spdlog/sinks/ostream_sink.h>

#if SONDE_ENABLED
#error "these tests are about SONDE_ENABLED=0"
#endif

namespace {

using request = ::httplib::Request;
using response = ::httplib::Response;

static_assert(std::is_same_v<sonde::httplib::client, ::httplib::Client>);
static_assert(std::is_base_of_v<::httplib::Server, sonde::httplib::server>);
static_assert(sizeof(sonde::httplib::server) == sizeof(::httplib::Server));
static_assert(sizeof(sonde::sqlite::query) == sizeof(sqlite3_stmt*));
static_assert(sizeof(sonde::curl::request) == sizeof(CURL*));
static_assert(std::is_empty_v<sonde::http::server_span>);

TEST(idle_integrations, requests_are_made_and_answered_without_us) {
  sonde::httplib::server server{
      sonde::http::server_config{.excluded_routes = {"/health"}, .request_headers = sonde::http::headers<"accept">, .access_log = true}};
  std::string seen;
  server.Get("/", [&](const request& asked, response& answer) {
    seen = asked.get_header_value("traceparent");
    answer.set_content("hello", "text/plain");
  });
  server.Post(R"(/(\d+))", "/:n", [](const request& asked, response& answer, const ::httplib::ContentReader& read) {
    std::string body;
    read([&](const char* data, std::size_t size) { return body.append(data, size), true; });
    answer.set_content(asked.matches[1].str() + body, "text/plain");
  });
  server.Get("/throws", [](const request&, response&) { throw std::runtime_error{"x"}; });
  std::atomic<int> logged{0};  // each connection's thread logs after it has answered
  server.set_logger([&](const request&, const response&) { ++logged; });
  server.set_keep_alive_timeout(1);
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { server.listen_after_bind(); }};
  while (!server.is_running()) std::this_thread::yield();

  sonde::httplib::client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/")->body, "hello");
  EXPECT_EQ(client.Post("/7", "body", "text/plain")->body, "7body");
  EXPECT_EQ(client.Get("/throws")->status, 500);

  CURL* const easy = curl_easy_init();
  curl_slist* const own = curl_slist_append(nullptr, "traceparent: my own");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
  {
    sonde::curl::request made{easy, "http://127.0.0.1:" + std::to_string(port) + "/", own};
    EXPECT_EQ(made.perform(), CURLE_OK);
  }
  EXPECT_EQ(seen, "my own");
  {
    sonde::curl::request made{easy, "http://127.0.0.1:" + std::to_string(port) + "/"};
    EXPECT_EQ(made.perform(), CURLE_OK);
  }
  EXPECT_EQ(seen, "");
  curl_slist_free_all(own);
  curl_easy_cleanup(easy);
  server.stop();
  serving.join();
  EXPECT_EQ(logged, 5);
}

TEST(idle_integrations, loggers_are_spdlogs) {
  std::ostringstream text;
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::local, "\n");
  formatter->add_flag<sonde::spdlog::trace_id_flag>('*').set_pattern("[%*] %v");
  const auto plain = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  plain->set_formatter(std::move(formatter));
  const auto bridge = std::make_shared<sonde::spdlog::sink>();
  EXPECT_FALSE(bridge->should_log(spdlog::level::critical));  // spdlog does not even call it
  const auto logger = std::make_shared<spdlog::logger>("app", spdlog::sinks_init_list{plain, bridge});
  logger->info("hello");
  EXPECT_EQ(sonde::spdlog::in_front_of(logger, sonde::spdlog::ids_in_text::yes), logger);
  EXPECT_EQ(text.str(), "[] hello\n");
}

TEST(idle_integrations, statements_are_sqlites) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  EXPECT_EQ(sonde::sqlite::exec(database, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)"), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(database, "SELECT a FROM t", -1, &statement, nullptr), SQLITE_OK);
  {
    sonde::sqlite::query found{statement};
    EXPECT_EQ(found.step(), SQLITE_ROW);
    EXPECT_EQ(found.step(), SQLITE_ROW);
    EXPECT_EQ(found.step(), SQLITE_DONE);
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
}

}  // namespace
