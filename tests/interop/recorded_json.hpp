// SPDX-License-Identifier: MIT
#pragma once

// What the memory exporter recorded, as JSON for the Python side of these tests (recorded.py). Made from plain values, so
// that it shares nothing with the encoders under test.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <type_traits>
#include <variant>

#include <nlohmann/json.hpp>

#include <sonde/resource/resource.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace interop {

using nlohmann::json;
using sonde::testing::value;

/// Every value with its type, numbers as text: Python and JSON must not round them.
[[nodiscard]] inline json described(const value& from) {
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
[[nodiscard]] inline json described(const sonde::testing::attributes& from) {
  json all = json::array();
  for (const auto& each : from.all) all.push_back({each.key, described(each.value)});
  return all;
}
template <class Id>
[[nodiscard]] std::string hex(const Id& id) {
  return std::string{id.to_hex().data(), id.to_hex().size()};
}

[[nodiscard]] inline json described(const sonde::testing::recorded_span& span) {
  json made{{"name", span.name},
            {"scope", span.scope},
            {"scope_version", span.scope_version},
            {"trace_id", hex(span.trace_id)},
            {"span_id", hex(span.span_id)},
            {"parent_span_id", span.parent_span_id.valid() ? hex(span.parent_span_id) : ""},
            {"remote_parent", span.remote_parent},
            {"trace_flags", span.trace_flags},
            {"tracestate", span.tracestate},
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

[[nodiscard]] inline json described(const sonde::testing::recorded_log& log) {
  return {{"body", described(value{log.body})},
          {"severity", static_cast<int>(log.severity)},
          {"time", std::to_string(log.unix_nano)},
          {"trace_id", log.trace_id.valid() ? hex(log.trace_id) : ""},
          {"span_id", log.span_id.valid() ? hex(log.span_id) : ""},
          {"attributes", described(log.attributes)}};
}

inline void write(const std::string& path, const json& all) {
  std::ofstream{path} << all.dump(-1, ' ', true, json::error_handler_t::replace);
}
/// Writes `<directory>/recorded.json` and `<directory>/recorded_logs.json`.
inline void write_recorded(const std::string& directory, const sonde::testing::memory_exporter& memory) {
  json spans = json::array();
  for (const auto& each : memory.spans()) spans.push_back(described(each));
  write(directory + "/recorded.json", spans);
  json logs = json::array();
  for (const auto& each : memory.logs()) logs.push_back(described(each));
  write(directory + "/recorded_logs.json", logs);
}
/// Writes `<directory>/resource.json`.
inline void write_resource(const std::string& directory, const sonde::resource::resource& resource) {
  json all = json::array();
  for (const auto& each : resource.attributes())
    all.push_back({each.key, std::visit([](const auto& held) { return described(value{held}); }, each.value)});
  write(directory + "/resource.json", all);
}

}  // namespace interop
