// SPDX-License-Identifier: MIT
// Requests answered and made: around them nothing remains.
// levels: -O1, -O2
#include <string>
#include <string_view>

#include <curl/curl.h>
#include <httplib.h>
#include <sqlite3.h>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <type_traits>

#include <sonde/integrations/curl.hpp>
#include <sonde/integrations/http/server_span.hpp>
#include <sonde/integrations/httplib_client.hpp>
#include <sonde/integrations/sqlite.hpp>
#endif

namespace requests {

HOLDS_WHERE_OFF(std::is_empty_v<sonde::http::server_span>)
HOLDS_WHERE_OFF(std::is_same_v<sonde::httplib::client, ::httplib::Client>)

struct request {
  std::string_view method() const;
  std::string_view target() const;
  std::string_view scheme() const;
  std::string_view protocol_version() const;
  INSTRUMENTED(sonde::http::endpoint peer() const;)
  INSTRUMENTED(sonde::field_lines header(std::string_view) const;)
  INSTRUMENTED(const std::multimap<std::string, std::string>& headers() const;)
};
struct response {
  int status() const;
  INSTRUMENTED(sonde::field_lines header(std::string_view) const;)
  void set_header(std::string_view, std::string_view);
};
void answer(const request&, response&);
INSTRUMENTED(extern const sonde::http::server_config config;)

void answered(const request& asked, response& answered) {
  INSTRUMENTED(sonde::http::server_span span{asked, answered, config};)
  INSTRUMENTED(span.set_route("/users/:id");)
  answer(asked, answered);
  INSTRUMENTED(if (!span.has_route()) return;)
  INSTRUMENTED(span.finish(answered, config);)
}
void answered_or_failed(const request& asked, response& answered) {
  INSTRUMENTED(sonde::http::server_span span{asked, config};)
  try {
    answer(asked, answered);
  } catch (...) {
    INSTRUMENTED(span.fail();)
    INSTRUMENTED(span.finish();)
    throw;
  }
}
void served(const request& asked, response& answered) {
  INSTRUMENTED(sonde::http::serve(asked, answered, config, [&](auto& span) {
                 span.set_route("/");
                 answer(asked, answered);
               });)
  BY_HAND(answer(asked, answered);)
}
int asked(int port) {
  INSTRUMENTED(sonde::httplib::client client{"127.0.0.1", port};)
  BY_HAND(::httplib::Client client{"127.0.0.1", port};)
  return client.Get("/")->status;
}
CURLcode performed(CURL* easy, const std::string& url) {
  INSTRUMENTED(sonde::curl::request made{easy, url};)
  INSTRUMENTED(return made.perform();)
  BY_HAND(curl_easy_setopt(easy, CURLOPT_URL, url.c_str());)
  BY_HAND(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));)
  BY_HAND(return curl_easy_perform(easy);)
}
int rows(sqlite3_stmt* statement) {
  INSTRUMENTED(sonde::sqlite::query found{statement};)
  int count = 0;
  while (INSTRUMENTED(found.step()) BY_HAND(sqlite3_step(statement)) == SQLITE_ROW) count += work(count);
  return count;
}
int executed(sqlite3* database) {
  INSTRUMENTED(return sonde::sqlite::exec(database, "DELETE FROM t");)
  BY_HAND(return sqlite3_exec(database, "DELETE FROM t", nullptr, nullptr, nullptr);)
}

}  // namespace requests
