// SPDX-License-Identifier: MIT
#pragma once

// Items made to fit, step by step: fewer frames, ever shorter texts, then only what is needed to recognise the error. What says
// which item it is stays whole. Used by lane.hpp. Source: the truncation of rollbar.js, step for step.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/rollbar/request_data.hpp>
#include <sonde/adapters/rollbar/scrubber.hpp>

namespace sonde::rollbar {

/// As it is sent.
[[nodiscard]] inline std::string written(const json& payload) {
  return payload.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Calls `use(trace)` for `body.trace`, or each of `body.trace_chain`.
template <class Use>
void each_trace(json& data, Use use) {
  json& body = data["body"];
  if (body.contains("trace")) use(body["trace"]);
  if (body.contains("trace_chain"))
    for (json& each : body["trace_chain"]) use(each);
}

inline void keep_both_ends(json& list, std::size_t of_each_end) {
  if (!list.is_array() || list.size() <= 2 * of_each_end) return;
  json kept = json::array();
  for (std::size_t i = 0; i < of_each_end; ++i) kept.push_back(std::move(list[i]));
  for (std::size_t i = list.size() - of_each_end; i < list.size(); ++i) kept.push_back(std::move(list[i]));
  list = std::move(kept);
}

/// Cut texts end in `…` and have at most so many characters. What says which item it is, is shorter than any limit here.
inline void cut_texts(json& value, std::size_t characters) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() <= characters || at_most(text, characters).size() == text.size()) return;
    value = at_most(text, characters - 1) + "…";
  } else if (value.is_structured()) {
    for (json& each : value) cut_texts(each, characters);
  }
}

/// Drops whatever the error can be recognised without.
inline void keep_least(json& data) {
  constexpr std::size_t longest = 255;
  each_trace(data, [](json& trace) {
    keep_both_ends(trace["frames"], 1);
    for (json& frame : trace["frames"])
      for (const char* const each : {"locals", "code", "context"}) frame.erase(each);
    trace["exception"].erase("description");
    cut_texts(trace["exception"], longest);
  });
  json& body = data["body"];
  if (body.contains("trace_chain")) keep_both_ends(body["trace_chain"], 5);
  if (body.contains("message")) body["message"] = json{{"body", body["message"]["body"]}};
  body.erase("telemetry");
  cut_texts(body, longest);
  json links = json::object();
  for (const char* const each : {"trace_id", "span_id"})
    if (data.contains("custom") && data["custom"].contains(each)) links[each] = data["custom"][each];
  data["custom"] = std::move(links);
  if (data.contains("request"))
    for (const char* const each : {"headers", "body", "POST", "GET", "query_string", "params"}) data["request"].erase(each);
}

/// The payload as text of at most `limit` bytes; it is changed as far as that needs. Nothing where the least is too much.
[[nodiscard]] inline std::optional<std::string> fit(json& payload, std::size_t limit) {
  constexpr std::size_t frames_of_each_end = 30;
  json& data = payload["data"];
  std::string text = written(payload);
  for (int step = 0; text.size() > limit; ++step) {
    switch (step) {
      case 0:
        each_trace(data, [](json& trace) { keep_both_ends(trace["frames"], frames_of_each_end); });
        if (data.contains("custom") && data["custom"].contains("span_trace"))
          keep_both_ends(data["custom"]["span_trace"], frames_of_each_end);
        break;
      case 1: cut_texts(data, 1024); break;
      case 2: cut_texts(data, 512); break;
      case 3: cut_texts(data, 256); break;
      case 4: keep_least(data); break;
      default: return std::nullopt;
    }
    text = written(payload);
  }
  return text;
}

/// In place of an item that cannot be sent: nothing of the program's is in it.
[[nodiscard]] inline json failsafe_item(const json& of, std::string uuid) {
  const json& data = of["data"];
  json made{{"environment", data["environment"]},
            {"level", "error"},
            {"timestamp", data["timestamp"]},
            {"platform", data["platform"]},
            {"language", data["language"]},
            {"notifier", data["notifier"]},
            {"uuid", std::move(uuid)},
            {"failsafe", true},
            {"internal", true},
            {"custom", {{"orig_uuid", data["uuid"]}}},
            {"body", {{"message", {{"body", "An item was too large to be sent, however much of it was left out."}}}}}};
  return {{"data", std::move(made)}};
}

}  // namespace sonde::rollbar
