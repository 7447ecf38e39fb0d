// SPDX-License-Identifier: MIT

#include <sonde/adapters/xray.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

#include "adapters/xray/daemon.hpp"
#include "forked_child.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sonde::kind;

class xray : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"AWS_XRAY_DAEMON_ADDRESS", "AWS_XRAY_TRACING_NAME", "AWS_XRAY_CONTEXT_MISSING",
                             "AWS_XRAY_SDK_ENABLED", "OTEL_TRACES_SAMPLER", "LAMBDA_TASK_ROOT"})
      unsetenv(name);
  }
  void TearDown() override { SetUp(); }

  sonde::session start(sonde::xray::config config = {}) {
    if (!config.daemon_address) config.daemon_address = daemon_.address();
    return sonde::start({.service_name = "backend",
                         .service_version = "1.2",
                         .resource_detectors = sonde::resource::detector_list{},
                         .shutdown_timeout = 10s,
                         .diagnostics = [this](std::string_view line) { said_ += std::string{line} + '\n'; }},
                        sonde::xray::exporter{std::move(config)}, kept_);
  }
  /// What arrives of what has ended so far.
  [[nodiscard]] std::vector<json> documents(sonde::session& session) {
    EXPECT_TRUE(session.force_flush(10s));
    std::vector<json> read;
    for (const std::string& each : daemon_.take()) read.push_back(sonde::tests::read_datagram(each));
    return read;
  }
  [[nodiscard]] json only_document(sonde::session& session) {
    const std::vector<json> all = documents(session);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? json{} : all[0];
  }
  [[nodiscard]] sonde::testing::recorded_span kept(std::string_view name) const {
    for (const auto& each : kept_.spans())
      if (each.name == name) return each;
    ADD_FAILURE() << "no span " << name;
    return {};
  }

  sonde::tests::stub_daemon daemon_;
  sonde::testing::memory_exporter kept_;
  std::string said_;  // by the session, read once it has ended
};

[[nodiscard]] std::string hex(const auto& id) {
  const auto digits = id.to_hex();
  return {digits.data(), digits.size()};
}
[[nodiscard]] std::string xray_trace_id(const sonde::trace_id& id) {
  const std::string digits = hex(id);
  return "1-" + digits.substr(0, 8) + "-" + digits.substr(8);
}

TEST_F(xray, a_span_without_a_parent_is_a_segment_and_those_under_it_are_subsegments_within) {
  auto session = start();
  {
    sonde::span<"outer"> outer{kind::server};
    sonde::span<"middle"> middle;
    { sonde::span<"inner"> inner; }
    { sonde::span<"other"> other; }
  }
  const json segment = only_document(session);
  const auto outer = kept("outer");
  EXPECT_EQ(segment.at("id"), hex(outer.span_id));
  EXPECT_EQ(segment.at("trace_id"), xray_trace_id(outer.trace_id));
  EXPECT_EQ(segment.at("name"), "backend");
  EXPECT_EQ(segment.at("service"), (json{{"version", "1.2"}}));
  EXPECT_EQ(segment.at("aws").at("xray"), (json{{"sdk", "sonde for C++"}, {"sdk_version", sonde::version}}));
  EXPECT_EQ(segment.at("metadata").at("default").at("otel.span.name"), "outer");
  EXPECT_FALSE(segment.contains("parent_id"));
  EXPECT_NEAR(segment.at("start_time").get<double>(), static_cast<double>(outer.start_unix_nano) * 1e-9, 1e-6);
  EXPECT_NEAR(segment.at("end_time").get<double>(), static_cast<double>(outer.end_unix_nano) * 1e-9, 1e-6);
  ASSERT_EQ(segment.at("subsegments").size(), 1u);
  const json& middle = segment.at("subsegments")[0];
  EXPECT_EQ(middle.at("name"), "middle");
  EXPECT_FALSE(middle.contains("namespace"));
  ASSERT_EQ(middle.at("subsegments").size(), 2u);
  EXPECT_EQ(middle.at("subsegments")[0].at("id"), hex(kept("inner").span_id));
  EXPECT_EQ(middle.at("subsegments")[1].at("name"), "other");
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.name, "xray");
  EXPECT_EQ(stats.spans.exported, 4u);
  EXPECT_EQ(stats.spans.queued, 0u);
}

TEST_F(xray, times_are_plain_decimals_with_all_digits) {
  auto session = start();
  { sonde::span<"job"> job; }
  EXPECT_TRUE(session.force_flush(10s));
  const std::vector<std::string> taken = daemon_.take();
  ASSERT_EQ(taken.size(), 1u);
  const std::int64_t nanoseconds = kept("job").start_unix_nano;
  EXPECT_NE(taken[0].find("\"start_time\":" + std::to_string(nanoseconds / 1'000'000'000) + "."), std::string::npos);
  EXPECT_TRUE(std::regex_search(taken[0], std::regex{R"("end_time":\d{10}\.\d{9}[,}])"})) << taken[0];
}

TEST_F(xray, annotations_are_scalars_and_metadata_is_whatever_was_put_into_its_namespace) {
  auto session = start();
  {
    sonde::span<"job"> job;
    job.put_annotation<"handle">("andrew");
    job.put_annotation<"count">(7);
    job.put_annotation<"ratio">(0.25);
    job.put_annotation<"fresh">(true);
    job.put_annotation<"list">(std::vector<int>{1, 2});
    job.put_annotation<"long">(std::string(1001, 'x'));
    job.put_metadata<"results", "user_activities">(std::map<std::string, int>{{"a", 1}, {"b \"quoted\"", 2}});
    job.put_metadata<"now", "user_activities">("today");
    job.put_metadata<"plain", "default">("in default");
    job.set_attribute<"app.list">(std::vector<std::string>{"x", "\xFF y"});
    job.set_attribute<"key with \"quotes\"">("control \x01 and \n");
    job.set_attribute<"nan">(std::nan(""));
    job.set_attribute<"infinite">(-std::numeric_limits<double>::infinity());
    job.add_event<"cache.miss">(sonde::attr<"key">("k"));
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("annotations"), (json{{"handle", "andrew"}, {"count", 7}, {"ratio", 0.25}, {"fresh", true}}));
  const json& metadata = segment.at("metadata");
  EXPECT_EQ(metadata.at("user_activities"), (json{{"results", {{"a", 1}, {"b \"quoted\"", 2}}}, {"now", "today"}}));
  const json& rest = metadata.at("default");
  EXPECT_EQ(rest.at("plain"), "in default");
  EXPECT_EQ(rest.at("list"), (json{1, 2}));
  EXPECT_EQ(rest.at("long"), std::string(1001, 'x'));
  EXPECT_EQ(rest.at("app.list"), (json{"x", "\xEF\xBF\xBD y"}));
  EXPECT_EQ(rest.at("key with \"quotes\""), "control \x01 and \n");
  EXPECT_EQ(rest.at("nan"), "NaN");
  EXPECT_EQ(rest.at("infinite"), "-Infinity");
  EXPECT_EQ(rest.at("otel.events")[0].at("name"), "cache.miss");
  EXPECT_EQ(rest.at("otel.events")[0].at("attributes"), (json{{"key", "k"}}));
  EXPECT_EQ(rest.at("otel.span.kind"), "internal");
  EXPECT_EQ(rest.at("otel.resource.service.name"), "backend");
  EXPECT_TRUE(rest.at("code.file.path").get<std::string>().ends_with("xray_test.cpp"));
}

TEST_F(xray, one_key_may_stand_among_annotations_and_in_each_namespace) {
  auto session = start();
  {
    sonde::span<"job"> job;
    for (const char* url : {"early", "late"}) {
      job.put_annotation<"url">(url + std::string{" annotation"});
      job.put_metadata<"url", "http">(url + std::string{" http"});
      job.put_metadata<"url", "other">(url + std::string{" other"});
      job.set_attribute<"url">(url + std::string{" attribute"});
    }
    job.put_metadata<"url", "default">("default, which is where attributes go");
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("annotations"), (json{{"url", "late annotation"}}));
  EXPECT_EQ(segment.at("metadata").at("http"), (json{{"url", "late http"}}));
  EXPECT_EQ(segment.at("metadata").at("other"), (json{{"url", "late other"}}));
  EXPECT_EQ(segment.at("metadata").at("default").at("url"), "default, which is where attributes go");
  EXPECT_EQ(kept("job").attributes.all.size(), 1u) << "elsewhere they are one attribute";
}

TEST_F(xray, one_key_in_several_roles_is_in_each_and_once_in_a_namespace) {
  auto session = start();
  {
    sonde::span<"job"> job;
    job.set_attribute<"x">(1);
    job.put_annotation<"x">(2);
    job.put_metadata<"x", "app">(3);
    job.put_metadata<"x", "default">(4);
    job.set_attribute<"y">(5);
    job.put_annotation<"y">(std::vector<int>{6});  // no scalar: metadata
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("annotations").at("x"), 2);
  EXPECT_EQ(segment.at("metadata").at("app").at("x"), 3);
  EXPECT_EQ(segment.at("metadata").at("default").at("x"), 4);
  EXPECT_EQ(segment.at("metadata").at("default").at("y"), json{6});
}

template <std::size_t I>
inline constexpr sonde::meta::fixed_string<3> nth_key{{'k', static_cast<char>('a' + I / 26), static_cast<char>('a' + I % 26), 0}};
template <std::size_t... I>
void annotate(auto& span, std::index_sequence<I...>) {
  (span.template put_annotation<nth_key<I>>(static_cast<int>(I)), ...);
}
TEST_F(xray, the_fifty_first_annotation_is_metadata) {
  auto session = start();
  {
    sonde::span<"job"> job;
    annotate(job, std::make_index_sequence<51>{});
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("annotations").size(), 50u);
  EXPECT_EQ(segment.at("annotations").at("kbx"), 49);
  EXPECT_EQ(segment.at("metadata").at("default").at("kby"), 50);
}

TEST_F(xray, a_request_is_told_in_the_http_block_without_its_secrets) {
  auto session = start();
  {
    sonde::span<"GET /api"> request{kind::server};
    request.set_attribute<"http.request.method">("GET");
    request.set_attribute<"url.scheme">("https");
    request.set_attribute<"server.address">("api.example.com");
    request.set_attribute<"server.port">(8443);
    request.set_attribute<"url.path">("/api/activities/home");
    request.set_attribute<"url.query">("token=REDACTED");
    request.set_attribute<"client.address">("203.0.113.9");
    request.set_attribute<"network.peer.address">("10.0.0.1");
    request.set_attribute<"user_agent.original">("curl/8");
    request.set_attribute<"http.response.status_code">(200);
    request.set_attribute<"http.response.body.size">(512);
    request.set_attribute<"http.route">("/api/activities/home");
    request.set_attribute<"enduser.id">("user-1");
    sonde::span<"GET"> call{kind::client};
    call.set_attribute<"http.request.method">("GET");
    call.set_attribute<"url.full">("http://me:secret@other.example.com:8080/x?key=abc#part");
    call.set_attribute<"server.address">("other.example.com");
    call.set_attribute<"server.port">(8080);
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("http"), json::parse(R"({"request":{"method":"GET","url":"https://api.example.com:8443/api/activities/home",
    "user_agent":"curl/8","client_ip":"203.0.113.9","x_forwarded_for":true},"response":{"status":200,"content_length":512}})"));
  EXPECT_EQ(segment.at("user"), "user-1");
  const json& rest = segment.at("metadata").at("default");
  EXPECT_EQ(rest.at("http.route"), "/api/activities/home");
  EXPECT_EQ(rest.at("url.query"), "token=REDACTED");
  for (const char* told : {"http.request.method", "url.path", "server.address", "client.address"})
    EXPECT_FALSE(rest.contains(told)) << told;
  const json& call = segment.at("subsegments")[0];
  EXPECT_EQ(call.at("name"), "other.example.com");
  EXPECT_EQ(call.at("namespace"), "remote");
  EXPECT_EQ(call.at("http").at("request").at("url"), "http://other.example.com:8080/x");
  EXPECT_EQ(call.at("metadata").at("default").at("otel.span.name"), "GET");
  EXPECT_EQ(call.dump().find("secret"), std::string::npos);
}

TEST_F(xray, the_status_of_a_reply_says_whose_fault_it_was) {
  auto session = start();
  const auto respond = [](int status, bool failed) {
    sonde::span<"GET"> request{kind::server};
    request.set_attribute<"http.response.status_code">(status);
    if (failed) request.set_status(sonde::status::error);
  };
  const auto flags = [](const json& of) {
    std::string set;
    for (const char* each : {"error", "throttle", "fault"})
      if (of.contains(each)) set += std::string{each} + ' ';
    return set;
  };
  respond(200, false);
  respond(404, true);
  respond(429, false);
  respond(503, true);
  respond(200, true);
  std::map<int, std::vector<std::string>> seen;
  for (const json& each : documents(session)) seen[each.at("http").at("response").at("status")].push_back(flags(each));
  EXPECT_EQ(seen[404], std::vector<std::string>{"error "});
  EXPECT_EQ(seen[429], std::vector<std::string>{"error throttle "});
  EXPECT_EQ(seen[503], std::vector<std::string>{"fault "});
  EXPECT_EQ((std::multiset<std::string>{seen[200].begin(), seen[200].end()}), (std::multiset<std::string>{"", "fault "}));
}

TEST_F(xray, queries_and_calls_to_aws_have_blocks_of_their_own) {
  auto session = start();
  {
    sonde::span<"request"> request{kind::server};
    {
      sonde::span<"SELECT activities"> query{kind::client};
      query.set_attribute<"db.system.name">("postgresql");
      query.set_attribute<"db.namespace">("cruddur");
      query.set_attribute<"server.address">("db.local");
      query.set_attribute<"server.port">(5432);
      query.set_attribute<"db.query.text">("SELECT * FROM activities WHERE id = ?");
    }
    {
      sonde::span<"DynamoDB.GetItem"> call{kind::client};
      call.set_attribute<"rpc.system.name">("aws-api");
      call.set_attribute<"rpc.method">("DynamoDB/GetItem");
      call.set_attribute<"aws.request_id">("ABC");
      call.set_attribute<"cloud.region">("eu-central-1");
      call.set_attribute<"aws.dynamodb.table_names">(std::vector<std::string>{"users"});
    }
  }
  const json parts = only_document(session).at("subsegments");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].at("name"), "cruddur@db.local");
  EXPECT_EQ(parts[0].at("namespace"), "remote");
  EXPECT_EQ(parts[0].at("sql"), json::parse(R"({"url":"postgresql://db.local:5432/cruddur","database_type":"postgresql",
    "sanitized_query":"SELECT * FROM activities WHERE id = ?"})"));
  EXPECT_EQ(parts[1].at("name"), "DynamoDB");
  EXPECT_EQ(parts[1].at("namespace"), "aws");
  EXPECT_EQ(parts[1].at("aws"),
            json::parse(R"({"operation":"GetItem","region":"eu-central-1","request_id":"ABC","table_name":"users"})"));
}

TEST_F(xray, a_text_longer_than_a_field_takes_is_whole_in_metadata) {
  auto session = start();
  const std::string query(300, 'q');
  {
    sonde::span<"request"> request;
    sonde::span<"query"> span{kind::client};
    span.set_attribute<"db.system.name">("sqlite");
    span.set_attribute<"db.query.text">(query);
  }
  const json part = only_document(session).at("subsegments")[0];
  EXPECT_EQ(part.at("sql").at("sanitized_query"), query.substr(0, 250));
  EXPECT_EQ(part.at("metadata").at("default").at("db.query.text"), query);
}

TEST_F(xray, an_exception_is_told_once_where_it_came_from_and_named_by_its_id_on_its_way_up) {
  auto session = start();
  try {
    sonde::in_span<"request">([] {
      sonde::in_span<"service">([] {
        sonde::in_span<"query">([] { throw std::runtime_error{"no \"such\" table"}; });
      });
    });
  } catch (const std::exception&) {
  }
  const json segment = only_document(session);
  const json& service = segment.at("subsegments")[0];
  const json& query = service.at("subsegments")[0];
  const json& exceptions = query.at("cause").at("exceptions");
  ASSERT_EQ(exceptions.size(), 1u);
  EXPECT_EQ(exceptions[0].at("type"), "std::runtime_error");
  EXPECT_EQ(exceptions[0].at("message"), "no \"such\" table");
  EXPECT_EQ(exceptions[0].at("remote"), false);
  EXPECT_TRUE(query.at("cause").contains("working_directory"));
  EXPECT_EQ(service.at("cause"), exceptions[0].at("id"));
  EXPECT_EQ(segment.at("cause"), exceptions[0].at("id"));
  for (const json* each : {&segment, &service, &query}) EXPECT_EQ(each->at("fault"), true);
}

TEST_F(xray, another_exception_on_the_way_up_is_another_one) {
  auto session = start();
  {
    sonde::span<"request"> request;
    {
      sonde::span<"query"> query;
      query.record_exception(std::runtime_error{"first"});
    }
    request.record_exception(std::runtime_error{"second"});
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("cause").at("exceptions")[0].at("message"), "second");
  EXPECT_EQ(segment.at("subsegments")[0].at("cause").at("exceptions")[0].at("message"), "first");
}

TEST_F(xray, exceptions_within_one_another_name_each_other) {
  auto session = start();
  {
    sonde::span<"request"> request;
    request.set_status(sonde::status::error, "outer");
    request.add_event<"exception">(
        sonde::attr<"exception.type">("app::failed"), sonde::attr<"exception.message">("outer"),
        sonde::attr<"exception.stacktrace">(" 0# app::run(int) at /src/app.cpp:12\n 1# main in ./app\n 2# 0x00007f11\n"),
        sonde::attr<"sonde.exception.causes">(std::vector<std::map<std::string, std::string>>{
            {{"type", "db::error"}, {"message", "inner"}}, {{"type", "std::system_error"}, {"message", "innermost"}}}));
  }
  const json exceptions = only_document(session).at("cause").at("exceptions");
  ASSERT_EQ(exceptions.size(), 3u);
  EXPECT_EQ(exceptions[0].at("type"), "app::failed");
  EXPECT_EQ(exceptions[0].at("stack"), json::parse(R"stack([{"path":"/src/app.cpp","line":12,"label":"app::run(int)"},
    {"path":"./app","label":"main"},{"path":"","label":"0x00007f11"}])stack"));
  EXPECT_EQ(exceptions[0].at("cause"), exceptions[1].at("id"));
  EXPECT_EQ(exceptions[1].at("cause"), exceptions[2].at("id"));
  EXPECT_EQ(exceptions[1].at("message"), "inner");
  EXPECT_EQ(exceptions[2].at("type"), "std::system_error");
  EXPECT_FALSE(exceptions[2].contains("cause"));
  EXPECT_NE(exceptions[1].at("id"), exceptions[2].at("id"));
}

TEST_F(xray, a_stack_is_cut_and_says_how_much) {
  auto session = start();
  {
    sonde::span<"request"> request;
    std::string stack;
    for (int i = 0; i < 10'000; ++i) stack += std::to_string(i) + "# f at f.cpp:1\n";
    request.add_event<"exception">(sonde::attr<"exception.type">("deep"), sonde::attr<"exception.stacktrace">(stack));
  }
  const json exception = only_document(session).at("cause").at("exceptions")[0];
  EXPECT_EQ(exception.at("stack").size(), 50u);
  EXPECT_EQ(exception.at("truncated"), 9950);
}

TEST_F(xray, an_error_without_an_exception_has_its_message_as_cause) {
  auto session = start();
  {
    sonde::span<"request"> request;
    request.set_attribute<"error.type">("ECONNREFUSED");
    request.set_status(sonde::status::error, "nobody there");
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("fault"), true);
  EXPECT_EQ(segment.at("cause").at("exceptions")[0].at("type"), "ECONNREFUSED");
  EXPECT_EQ(segment.at("cause").at("exceptions")[0].at("message"), "nobody there");
}

TEST_F(xray, links_name_other_traces) {
  auto session = start();
  sonde::span_context other{};
  {
    sonde::span<"first"> first;
    other = first.context();
  }
  {
    sonde::span<"second"> second;
    second.add_link(other, sonde::attr<"why">("batch"));
  }
  for (const json& each : documents(session))
    if (each.contains("links"))
      EXPECT_EQ(each.at("links")[0], (json{{"trace_id", xray_trace_id(other.trace_id)},
                                           {"id", hex(other.span_id)},
                                           {"attributes", {{"why", "batch"}}}}));
    else
      EXPECT_EQ(each.at("id"), hex(other.span_id));
}

TEST_F(xray, a_parent_elsewhere_is_named_by_its_id) {
  auto session = start();
  sonde::span_context parent{};
  parent.trace_id.bytes[0] = 0x58;
  parent.trace_id.bytes[15] = 1;
  parent.span_id.bytes[7] = 9;
  parent.sampled = true;
  parent.remote = true;
  { sonde::span<"request"> request{kind::server, parent}; }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("parent_id"), "0000000000000009");
  EXPECT_EQ(segment.at("trace_id"), "1-58000000-000000000000000000000001");
  EXPECT_FALSE(segment.contains("type"));
}

TEST_F(xray, what_ends_after_its_segment_goes_alone) {
  auto session = start();
  std::optional<sonde::detached_span<"late">> late;
  {
    sonde::span<"request"> request;
    late.emplace();
  }
  const json segment = only_document(session);
  EXPECT_FALSE(segment.contains("subsegments"));
  late->end();
  const json alone = only_document(session);
  EXPECT_EQ(alone.at("type"), "subsegment");
  EXPECT_EQ(alone.at("parent_id"), segment.at("id"));
  EXPECT_EQ(alone.at("trace_id"), segment.at("trace_id"));
}

TEST_F(xray, what_another_thread_ended_is_within_its_segment) {
  auto session = start();
  for (int round = 0; round < 20; ++round) {
    sonde::span<"request"> request;
    sonde::span<"fan-out"> fan_out;
    std::thread{sonde::bind_current([] { sonde::span<"elsewhere"> elsewhere; })}.join();
  }
  const std::vector<json> all = documents(session);
  EXPECT_EQ(all.size(), 20u);
  for (const json& each : all) EXPECT_EQ(each.at("subsegments")[0].at("subsegments")[0].at("name"), "elsewhere");
}

TEST_F(xray, two_segments_of_one_trace_are_two_documents) {
  auto session = start();
  {
    sonde::span<"outer"> outer{kind::server};
    sonde::span<"call"> call{kind::client};
    sonde::span_context sent = call.context();
    sent.remote = true;
    std::thread{[sent] {
      sonde::span<"inner"> inner{kind::server, sent};
      sonde::span<"work"> work;
    }}.join();
  }
  const std::vector<json> all = documents(session);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].at("trace_id"), all[1].at("trace_id"));
  const json& inner = all[all[0].contains("parent_id") ? 0 : 1];
  const json& outer = all[all[0].contains("parent_id") ? 1 : 0];
  EXPECT_EQ(inner.at("parent_id"), outer.at("subsegments")[0].at("id"));
  EXPECT_EQ(inner.at("subsegments")[0].at("name"), "work");
}

TEST_F(xray, a_flush_sends_what_has_ended_beneath_open_spans) {
  auto session = start();
  sonde::span<"request"> request;
  { sonde::span<"step"> step; }
  const json step = only_document(session);
  EXPECT_EQ(step.at("type"), "subsegment");
  EXPECT_EQ(step.at("parent_id"), hex(request.context().span_id));
}

TEST_F(xray, thirty_subsegments_are_within_their_segment_and_of_more_some_go_alone) {
  auto session = start();
  for (const int count : {30, 31}) {
    {
      sonde::span<"request"> request;
      for (int i = 0; i < count; ++i) sonde::span<"step"> step;
    }
    const std::vector<json> all = documents(session);
    std::size_t told = 0;
    for (const json& each : all) {
      told += sonde::tests::spans_in(each);
      EXPECT_LE(sonde::tests::spans_in(each), 31u);
    }
    EXPECT_TRUE(count == 30 ? all.size() == 1 : all.size() > 1) << all.size();
    EXPECT_EQ(told, static_cast<std::size_t>(count) + 1);
  }
}

TEST_F(xray, a_trace_of_more_than_one_datagram_is_split_and_nothing_of_it_lost) {
  auto session = start();
  const std::string text(7000, 't');
  {
    sonde::span<"request"> request;
    for (int i = 0; i < 10; ++i) {
      sonde::span<"step"> step;
      step.put_metadata<"text", "app">(text);
    }
  }
  const std::vector<json> all = documents(session);
  EXPECT_GE(all.size(), 2u);
  std::size_t told = 0;
  for (const json& each : all) {
    told += sonde::tests::spans_in(each);
    EXPECT_EQ(each.dump().find("truncated"), std::string::npos);
  }
  EXPECT_EQ(told, 11u);
  EXPECT_EQ(session.stats().exporters.at(0).spans.cut, 0u);
}

TEST_F(xray, a_single_span_too_large_is_cut_visibly_and_counted) {
  auto session = start();
  {
    sonde::span<"request"> request;
    request.put_annotation<"handle">("andrew");
    request.put_metadata<"text", "app">(std::string(100'000, 't'));
    request.put_metadata<"small", "app">(1);
    request.set_attribute<"numbers">(std::vector<int>(20'000, 12345));
  }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("annotations").at("handle"), "andrew");
  EXPECT_EQ(segment.at("metadata").at("default").at("sonde.truncated"), true);
  EXPECT_EQ(segment.at("metadata").at("app").at("text"), std::string(1000, 't'));
  EXPECT_EQ(segment.at("metadata").at("app").at("small"), 1);
  EXPECT_EQ(segment.at("metadata").at("default").at("numbers"), "[truncated: 120001 bytes]");
  EXPECT_EQ(session.stats().exporters.at(0).spans.cut, 1u);
}

TEST_F(xray, a_list_of_tables_too_large_is_cut_too) {
  auto session = start();
  {
    sonde::span<"request"> request;
    sonde::span<"BatchGetItem"> call{kind::client};
    call.set_attribute<"rpc.system.name">("aws-api");
    call.set_attribute<"rpc.method">("DynamoDB/BatchGetItem");
    call.set_attribute<"aws.dynamodb.table_names">(std::vector<std::string>(1'000, std::string(97, 't')));
  }
  const json part = only_document(session).at("subsegments").at(0);
  EXPECT_EQ(part.at("aws"), (json{{"operation", "BatchGetItem"}, {"table_name", std::string(97, 't')}}));
  EXPECT_EQ(part.at("metadata").at("default").at("aws.dynamodb.table_names"), "[truncated: 100001 bytes]");
}

TEST_F(xray, of_a_segment_that_cannot_fit_there_is_the_head) {
  auto session = sonde::start({.service_name = "backend",
                               .service_version = std::string(70'000, '1'),
                               .resource_detectors = sonde::resource::detector_list{},
                               .diagnostics = [](auto) {}},
                              sonde::xray::exporter{{.daemon_address = daemon_.address()}});
  { sonde::span<"request"> request; }
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("name"), "backend");
  EXPECT_FALSE(segment.contains("service"));
  EXPECT_EQ(session.stats().exporters.at(0).spans.cut, 1u);
}

TEST_F(xray, a_segment_open_for_long_is_announced_and_completed_later) {
  auto session = start({.in_progress_after = 1ms});
  std::vector<json> all;
  std::string id;
  {
    sonde::span<"request"> request{kind::server};
    id = hex(request.context().span_id);
    for (int attempt = 0; attempt < 2000 && all.empty(); ++attempt) {
      std::this_thread::sleep_for(1ms);
      all = documents(session);
    }
    ASSERT_EQ(all.size(), 1u);
    std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(documents(session).empty()) << "announced twice";
  }
  EXPECT_EQ(all[0].at("in_progress"), true);
  EXPECT_EQ(all[0].at("id"), id);
  EXPECT_EQ(all[0].at("name"), "backend");
  const json segment = only_document(session);
  EXPECT_EQ(segment.at("id"), id);
  EXPECT_TRUE(segment.contains("end_time"));
  // Ticks become times by what the clock's rate is known to be by then.
  EXPECT_NEAR(segment.at("start_time").get<double>(), all[0].at("start_time").get<double>(), 0.001);
}

TEST_F(xray, names_come_from_the_variable_then_code_then_the_service) {
  const auto name_of = [&](sonde::xray::config config) {
    auto session = start(std::move(config));
    { sonde::span<"job"> job; }
    return only_document(session).at("name").get<std::string>();
  };
  EXPECT_EQ(name_of({}), "backend");
  EXPECT_EQ(name_of({.name = "shop"}), "shop");
  setenv("AWS_XRAY_TRACING_NAME", "from variable", 1);
  EXPECT_EQ(name_of({.name = "shop"}), "from variable");
}

TEST_F(xray, a_request_whose_host_matches_names_the_segment) {
  auto session = start({.name = "shop", .dynamic_naming = "*.example.com*"});
  const auto ask = [](const char* host, int port) {
    sonde::span<"GET"> request{kind::server};
    request.set_attribute<"url.scheme">("http");
    request.set_attribute<"server.address">(host);
    request.set_attribute<"server.port">(port);
  };
  const auto name = [&] { return only_document(session).at("name").get<std::string>(); };
  ask("api.Example.com", 80);
  EXPECT_EQ(name(), "api.Example.com");
  ask("api.example.com", 4567);
  EXPECT_EQ(name(), "api.example.com:4567");
  ask("example.org", 80);
  EXPECT_EQ(name(), "shop");
  { sonde::span<"job"> job; }
  EXPECT_EQ(name(), "shop");
}

TEST_F(xray, names_lose_what_xray_does_not_take_and_are_whole_in_metadata) {
  auto session = start();
  {
    sonde::span<"request"> request;
    { sonde::span<"f<int>()"> step; }
    sonde::span<"step"> step;
    step.update_name("GET /<id>?x=\xF0\x9F\x98\x80 ok");
  }
  const json steps = only_document(session).at("subsegments");
  EXPECT_EQ(steps[0].at("name"), "fint");
  EXPECT_EQ(steps[0].at("metadata").at("default").at("otel.span.name"), "f<int>()");
  EXPECT_EQ(steps[1].at("name"), "GET /idx= ok");
  EXPECT_EQ(steps[1].at("metadata").at("default").at("otel.span.name"), "GET /<id>?x=\xF0\x9F\x98\x80 ok");
}

TEST_F(xray, logs_are_not_wanted_and_no_loss) {
  {
    auto session = start();
    sonde::log::info("hello");
    EXPECT_TRUE(documents(session).empty());
    const auto logs = session.stats().exporters.at(0).logs;
    EXPECT_EQ(logs.dropped[sonde::drop_reason::unwanted], 1u);
    EXPECT_EQ(logs.dropped.total(), 1u);
  }
  EXPECT_EQ(said_.find("lost"), std::string::npos) << said_;
}

TEST_F(xray, the_start_up_line_says_where_segments_go) {
  { auto session = start({.name = "shop"}); }
  EXPECT_NE(said_.find("backend -> xray: segments named 'shop' to udp " + daemon_.address() + " (set in code)"), said_.npos)
      << said_;
  said_.clear();
  setenv("AWS_XRAY_DAEMON_ADDRESS", ("tcp:127.0.0.1:9 udp:" + daemon_.address()).c_str(), 1);
  auto session = start({.dynamic_naming = "*.example.com", .daemon_address = "127.0.0.1:9"});
  { sonde::span<"job"> job; }
  EXPECT_EQ(documents(session).size(), 1u) << "the variable wins";
  EXPECT_NE(said_.find("named after hosts like '*.example.com', else 'backend' to udp " + daemon_.address() +
                       " (from AWS_XRAY_DAEMON_ADDRESS)"),
            said_.npos)
      << said_;
}

TEST_F(xray, an_address_that_is_none_is_one_line_and_the_session_runs) {
  setenv("AWS_XRAY_DAEMON_ADDRESS", "xray-daemon", 1);
  auto session = start();
  EXPECT_NE(said_.find("not exporting: AWS_XRAY_DAEMON_ADDRESS='xray-daemon' is not an address of the daemon"), said_.npos)
      << said_;
  { sonde::span<"job"> job; }
  EXPECT_TRUE(session.force_flush(10s));
  EXPECT_EQ(session.stats().exporters.at(0).spans.dropped[sonde::drop_reason::not_configured], 1u);
}

TEST_F(xray, it_can_be_switched_off_by_the_variable_of_the_vendors_sdks) {
  setenv("AWS_XRAY_SDK_ENABLED", "False", 1);
  setenv("AWS_XRAY_CONTEXT_MISSING", "PANIC", 1);
  {
    auto session = start();
    { sonde::span<"job"> job; }
    EXPECT_TRUE(documents(session).empty());
    EXPECT_EQ(session.stats().exporters.at(0).spans.dropped[sonde::drop_reason::unwanted], 1u);
  }
  EXPECT_NE(said_.find("xray: nothing, switched off by AWS_XRAY_SDK_ENABLED"), std::string::npos) << said_;
  EXPECT_NE(said_.find("AWS_XRAY_CONTEXT_MISSING='PANIC' is not one of LOG_ERROR, RUNTIME_ERROR, IGNORE_ERROR"), said_.npos)
      << said_;
  EXPECT_EQ(said_.find("lost"), std::string::npos) << said_;
}

TEST_F(xray, an_absent_daemon_is_told_and_counted_and_keeps_nobody_waiting) {
  daemon_.stop();
  {
    auto session = start();
    { sonde::span<"job"> job; }
    EXPECT_TRUE(session.force_flush(10s)) << "gave up, and so has nothing left";
    EXPECT_EQ(session.stats().exporters.at(0).spans.dropped[sonde::drop_reason::retries_exhausted], 1u);
  }
  EXPECT_NE(said_.find("no X-Ray daemon at udp " + daemon_.address()), std::string::npos) << said_;
  EXPECT_NE(said_.find("xray: 1 of 1 span lost: backend not reached in time"), std::string::npos) << said_;
}

TEST_F(xray, what_is_over_the_bound_of_the_queue_is_counted) {
  daemon_.stop();
  auto session = sonde::start({.service_name = "backend",
                               .queue_bytes = 1 << 20,
                               .shutdown_timeout = 10s,
                               .diagnostics = [this](std::string_view line) { said_ += std::string{line} + '\n'; }},
                              sonde::xray::exporter{{.daemon_address = daemon_.address()}});
  const std::string text(10'000, 't');
  std::uint64_t taken = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    sonde::span<"job"> job;
    job.set_attribute<"text">(text);
  }
  for (int attempt = 0; attempt < 5000 && taken < 100; ++attempt) {
    std::this_thread::sleep_for(1ms);
    taken = session.stats().spans.taken + session.stats().spans.dropped.total();
  }
  EXPECT_TRUE(session.force_flush(10s));
  const auto spans = session.stats().exporters.at(0).spans;
  EXPECT_GT(spans.dropped[sonde::drop_reason::queue_full], 0u);
  EXPECT_GT(spans.dropped[sonde::drop_reason::retries_exhausted], 0u);
  EXPECT_EQ(spans.dropped.total(), session.stats().spans.taken);
}

TEST_F(xray, the_child_of_a_fork_sends_nothing_of_its_parents) {
  SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK();
  auto session = start();
  { sonde::span<"parent"> span; }
  EXPECT_EQ(sonde::tests::exit_code_of_child([&] {
              { sonde::span<"child"> span; }
              return session.force_flush(1s) || true;
            }),
            0);
  EXPECT_EQ(documents(session).size(), 1u);
}

}  // namespace
