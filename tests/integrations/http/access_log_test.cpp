// SPDX-License-Identifier: MIT
// The access log of a framework that is not there; httplib_test.cpp and beast_test.cpp have real ones.

#include <sonde/integrations/http/server_span.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

struct asked_for {
  std::string sent_method = "GET";
  std::string sent_target = "/a?b=c";
  std::multimap<std::string, std::string> fields{};
  sonde::http::endpoint from{"192.0.2.1", 4711};

  [[nodiscard]] std::string_view method() const { return sent_method; }
  [[nodiscard]] std::string_view target() const { return sent_target; }
  [[nodiscard]] std::string_view scheme() const { return "https"; }
  [[nodiscard]] std::string_view protocol_version() const { return "2"; }
  [[nodiscard]] sonde::http::endpoint peer() const { return from; }
  [[nodiscard]] sonde::field_lines header(std::string_view name) const { return sonde::http::lines_of(fields, name); }
  [[nodiscard]] const std::multimap<std::string, std::string>& headers() const { return fields; }
};
struct answered {
  int code = 200;

  [[nodiscard]] int status() const { return code; }
  [[nodiscard]] sonde::field_lines header(std::string_view) const { return sonde::field_lines{}; }
  void set_header(std::string_view, std::string_view) {}
};

class access_log : public testing::Test {
 protected:
  /// What there is after one request.
  std::vector<sonde::testing::recorded_log> all_after(const asked_for& asked, answered answer = {},
                                                      std::string_view route = {}) {
    kept.memory.clear();
    sonde::http::serve(asked, answer, config, [&](sonde::http::server_span& span) { span.set_route(route); });
    kept.session.force_flush(kept.patience);
    return kept.memory.logs();
  }
  sonde::testing::recorded_log line(const asked_for& asked, answered answer = {}, std::string_view route = {}) {
    const auto all = all_after(asked, answer, route);
    if (all.size() != 1) throw std::runtime_error{std::to_string(all.size()) + " lines instead of one"};
    return all[0];
  }
  std::string text(const asked_for& asked, answered answer = {}) { return line(asked, answer).body; }

  recording kept;
  sonde::http::server_config config{.access_log = true};
};

TEST_F(access_log, is_written_only_where_wanted) {
  config.access_log = false;
  EXPECT_TRUE(all_after({}).empty());
  EXPECT_FALSE(sonde::http::server_config{}.access_log);
  config.access_log = true;
  EXPECT_EQ(all_after({}).size(), 1u);
}

TEST_F(access_log, a_line_tells_client_method_scheme_path_and_status) {
  EXPECT_EQ(text({}), "192.0.2.1 GET https /a?b=c 200");
  EXPECT_EQ(text({.sent_method = "POST", .sent_target = "/"}, {404}), "192.0.2.1 POST https / 404");
  EXPECT_EQ(text({.sent_target = "/a?"}), "192.0.2.1 GET https /a? 200");
  EXPECT_EQ(text({.from = {"2001:db8::1", 0}}), "2001:db8::1 GET https /a?b=c 200");
  EXPECT_EQ(text({.sent_method = "", .from = {}}), "- - https /a?b=c 200");
}

TEST_F(access_log, has_the_attributes_of_the_conventions) {
  const auto said =
      line({.fields = {{"User-Agent", "probe/1"}}}, {404}, "/:letter").attributes;
  EXPECT_EQ(said["client.address"], "192.0.2.1");
  EXPECT_EQ(said["http.request.method"], "GET");
  EXPECT_EQ(said["url.scheme"], "https");
  EXPECT_EQ(said["url.path"], "/a");
  EXPECT_EQ(said["url.query"], "b=c");
  EXPECT_EQ(said["http.route"], "/:letter");
  EXPECT_EQ(said["http.response.status_code"], 404);
  EXPECT_EQ(said["user_agent.original"], "probe/1");
  EXPECT_EQ(said.all.size(), 8u);
}

TEST_F(access_log, what_is_unknown_is_not_said) {
  const auto said = line({.sent_target = "/", .from = {}}).attributes;
  EXPECT_EQ(said.all.size(), 4u);  // method, scheme, path, status
}

TEST_F(access_log, a_method_that_is_made_up_is_kept_apart) {
  const auto made_up = line({.sent_method = "BREW"});
  EXPECT_EQ(made_up.body, "192.0.2.1 BREW https /a?b=c 200");
  EXPECT_EQ(made_up.attributes["http.request.method"], "_OTHER");
  EXPECT_EQ(made_up.attributes["http.request.method_original"], "BREW");
  config.known_methods = {"BREW"};
  EXPECT_EQ(line({.sent_method = "BREW"}).attributes["http.request.method"], "BREW");
}

TEST_F(access_log, only_what_the_server_did_wrong_is_an_error) {
  for (const int status : {200, 302, 404, 499}) {
    EXPECT_EQ(line({}, {status}).severity, sonde::level::info) << status;
    EXPECT_FALSE(line({}, {status}).attributes.contains("error.type")) << status;
  }
  for (const int status : {500, 503}) {
    EXPECT_EQ(line({}, {status}).severity, sonde::level::error) << status;
    EXPECT_EQ(line({}, {status}).attributes["error.type"], std::to_string(status));
  }
}

TEST_F(access_log, an_exception_that_goes_on_leaves_a_line_without_status) {
  answered answer;
  EXPECT_THROW(sonde::http::serve(asked_for{}, answer, config,
                                  [](sonde::http::server_span&) { throw std::out_of_range{"none"}; }),
               std::out_of_range);
  kept.session.force_flush(kept.patience);
  const auto all = kept.memory.logs();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[0].occurrence);
  EXPECT_EQ(all[1].body, "192.0.2.1 GET https /a?b=c -");
  EXPECT_EQ(all[1].severity, sonde::level::error);
  EXPECT_EQ(all[1].attributes["error.type"], "std::out_of_range");
  EXPECT_FALSE(all[1].attributes.contains("http.response.status_code"));
}

TEST_F(access_log, a_line_has_the_ids_of_its_request) {
  const auto written = line({});
  const auto span = kept.only();
  EXPECT_EQ(written.trace_id, span.trace_id);
  EXPECT_EQ(written.span_id, span.span_id);
  EXPECT_LE(span.start_unix_nano, written.unix_nano);
  EXPECT_LE(written.unix_nano, span.end_unix_nano);
}

TEST_F(access_log, secrets_stay_out_of_it) {
  const auto written = line({.sent_target = "http://user:pw@other/a?sig=secret&b=X-Amz-Signature&X-Amz-Signature=abc"});
  EXPECT_EQ(written.body, "192.0.2.1 GET https /a?sig=REDACTED&b=X-Amz-Signature&X-Amz-Signature=REDACTED 200");
  EXPECT_EQ(written.attributes["url.query"], "sig=REDACTED&b=X-Amz-Signature&X-Amz-Signature=REDACTED");
  EXPECT_EQ(written.attributes["url.path"], "/a");
}

TEST_F(access_log, a_request_cannot_begin_a_line_of_its_own) {
  const asked_for forged{.sent_method = "G\tT",
                         .sent_target = "/a\n203.0.113.7 GET https /b 200?c=\x1b[31m d\x7f",
                         .fields = {{"X-Forwarded-For", "198.51.100.1\r\nx"}}};
  config.trust_forwarded = true;
  EXPECT_EQ(text(forged),
            R"(198.51.100.1\x0D\x0Ax G\x09T https /a\x0A203.0.113.7\x20GET\x20https\x20/b\x20200?c=\x1B[31m\x20d\x7F)"
            " 200");
  EXPECT_EQ(text({.sent_target = "/ü"}), "192.0.2.1 GET https /ü 200");
}

TEST_F(access_log, proxies_are_believed_only_where_told) {
  const asked_for asked{.fields = {{"Forwarded", "for=203.0.113.7;proto=http"}}};
  EXPECT_EQ(text(asked), "192.0.2.1 GET https /a?b=c 200");
  config.trust_forwarded = true;
  EXPECT_EQ(text(asked), "203.0.113.7 GET http /a?b=c 200");
}

TEST_F(access_log, excluded_routes_are_in_no_log) {
  config.excluded_routes = {"/health"};
  EXPECT_TRUE(all_after({.sent_target = "/health?x"}).empty());
  EXPECT_EQ(all_after({.sent_target = "/healthy"}).size(), 1u);
}

TEST_F(access_log, a_request_that_is_not_sampled_has_its_line_and_ids_too) {
  const asked_for asked{.fields = {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}}};
  const auto written = line(asked, {500}, "/:letter");
  EXPECT_TRUE(kept.memory.spans().empty());
  EXPECT_EQ(written.body, "192.0.2.1 GET https /a?b=c 500");
  EXPECT_EQ(written.severity, sonde::level::error);
  EXPECT_EQ(written.attributes["http.route"], "/:letter");
  EXPECT_EQ(std::string(written.trace_id.to_hex().data(), 32), "4bf92f3577b34da6a3ce929d0e0e4736");
}

}  // namespace
