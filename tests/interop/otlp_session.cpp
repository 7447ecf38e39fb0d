// SPDX-License-Identifier: MIT
// Runs one session with two exporters, OTLP to a server of its own and memory, and leaves behind what each got:
// `<directory>/request-<n>.bin` as they arrived, and `<directory>/recorded.json`. Read by check_otlp.py.

#include <chrono>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <variant>
#include <vector>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

using nlohmann::json;
using sonde::testing::value;

/// Every value with its type, numbers as text: Python and JSON must not round them.
json described(const value& from) {
  return std::visit(
      [](const auto& held) -> json {
        using type = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<type, bool>) {
          return {{"bool", held}};
        } else if constexpr (std::is_same_v<type, std::int64_t>) {
          return {{"int", std::to_string(held)}};
        } else if constexpr (std::is_same_v<type, double>) {
          char text[64];
          std::snprintf(text, sizeof text, "%a", held);
          return {{"double", text}};
        } else if constexpr (std::is_same_v<type, std::string>) {
          std::string bytes;
          for (const char c : held) {
            char two[3];
            std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
            bytes += two;
          }
          return {{"text", bytes}};
        } else if constexpr (std::is_same_v<type, value::array>) {
          json all = json::array();
          for (const value& each : held) all.push_back(described(each));
          return {{"array", all}};
        } else {
          json all = json::array();
          for (const auto& [key, each] : held) all.push_back({key, described(each)});
          return {{"map", all}};
        }
      },
      from.held);
}
json described(const sonde::testing::attributes& from) {
  json all = json::array();
  for (const auto& each : from.all) all.push_back({each.key, described(each.value)});
  return all;
}
template <class Id>
std::string hex(const Id& id) {
  return std::string{id.to_hex().data(), id.to_hex().size()};
}

json described(const sonde::testing::recorded_span& span) {
  json made{{"name", span.name},
            {"scope", span.scope},
            {"scope_version", span.scope_version},
            {"trace_id", hex(span.trace_id)},
            {"span_id", hex(span.span_id)},
            {"parent_span_id", span.parent_span_id.valid() ? hex(span.parent_span_id) : ""},
            {"remote_parent", span.remote_parent},
            {"kind", static_cast<int>(span.kind)},
            {"status", static_cast<int>(span.status)},
            {"status_message", span.status_message},
            {"start", std::to_string(span.start_unix_nano)},
            {"end", std::to_string(span.end_unix_nano)},
            {"file", span.file},
            {"line", span.line},
            {"function", span.function},
            {"attributes", described(span.attributes)},
            {"events", json::array()},
            {"links", json::array()},
            {"cut", {span.cut_attributes, span.cut_events, span.cut_links}}};
  for (const auto& each : span.events)
    made["events"].push_back(
        {{"name", each.name}, {"time", std::to_string(each.unix_nano)}, {"attributes", described(each.attributes)}});
  for (const auto& each : span.links)
    made["links"].push_back({{"trace_id", hex(each.context.trace_id)},
                             {"span_id", hex(each.context.span_id)},
                             {"sampled", each.context.sampled},
                             {"attributes", described(each.attributes)}});
  return made;
}

void record_everything() {
  using tracer = sonde::tracer<"interop", "2.0">;
  sonde::span_context remote{};
  remote.trace_id.bytes[0] = 0x5b;
  remote.span_id.bytes[7] = 0x42;
  remote.sampled = remote.remote = true;
  sonde::span<"GET /everything \"quoted\""> request{sonde::kind::server, remote};
  request.set_attribute<"zero">(0);
  request.set_attribute<"least">(std::numeric_limits<std::int64_t>::min());
  request.set_attribute<"most">(std::numeric_limits<std::int64_t>::max());
  request.set_attribute<"beyond">(std::numeric_limits<std::uint64_t>::max());
  request.set_attribute<"no">(false);
  request.set_attribute<"yes">(true);
  request.set_attribute<"empty">("");
  request.set_attribute<"text">("h\xC3\xA9llo \xE2\x80\xA8 \"x\"");
  request.set_attribute<"nul">(std::string_view{"a\0b", 3});
  request.set_attribute<"broken">("a\xFF\xC2");
  request.set_attribute<"long">(std::string(100'000, 'y'));
  request.set_attribute<"nan">(std::numeric_limits<double>::quiet_NaN());
  request.set_attribute<"infinite">(-std::numeric_limits<double>::infinity());
  request.set_attribute<"minus_zero">(-0.0);
  request.set_attribute<"list">(std::vector<int>{1, -2, 300'000});
  request.set_attribute<"nothing">(std::vector<std::string>{});
  request.set_attribute<"map">(std::map<std::string, std::vector<double>>{{"a", {0.5}}, {"b", {}}});
  request.set_attribute<"lasted">(std::chrono::milliseconds{1500});
  request.set_attribute<"zero">(7);
  request.put_annotation<"handle">("andrew");
  request.put_metadata<"results", "user_activities">(3);
  for (int i = 0; i < 300; ++i) {
    tracer::span<"child"> child;
    child.set_attribute<"i">(i);
    if (i % 3 == 0) child.add_event<"cache.miss">(sonde::attr<"key">("k"), sonde::attr<"size">(i));
    if (i % 5 == 0) child.set_status(sonde::status::error, "no such h\xFF" "andle");
    if (i % 7 == 0) child.set_status(sonde::status::ok);
    if (i % 11 == 0) child.update_name(i % 2 == 0 ? std::string(200, 'n') : std::string{"renamed \xFE"});
    if (i % 13 == 0) child.add_link(remote, sonde::attr<"why">("retry"));
  }
  for (int i = 0; i < 140; ++i) request.add_event<"tick">();
}

}  // namespace

int main(int, char** arguments) {
  const std::string directory = arguments[1];
  httplib::Server server;
  int received = 0;
  server.Post("/v1/traces", [&](const httplib::Request& request, httplib::Response&) {
    std::ofstream{directory + "/request-" + std::to_string(received++) + ".bin", std::ios::binary} << request.body;
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread listening{[&] { server.listen_after_bind(); }};

  const sonde::testing::memory_exporter memory;
  bool complete = false;
  {
    auto session = sonde::start({.service_name = "interop \"service\"",
                                 .service_version = "1.2",
                                 .resource_attributes = {{"deployment.environment.name", "test"}},
                                 .diagnostics = [](auto) {}},
                                memory,
                                sonde::otlp::exporter{{.endpoint = "http://127.0.0.1:" + std::to_string(port), .batch_count = 100}});
    record_everything();
    complete = session.shutdown(std::chrono::seconds{20});
  }
  server.stop();
  listening.join();
  json all = json::array();
  for (const auto& each : memory.spans()) all.push_back(described(each));
  std::ofstream{directory + "/recorded.json"} << all.dump(-1, ' ', true, json::error_handler_t::replace);
  return complete ? 0 : 1;
}
