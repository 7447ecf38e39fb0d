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
#include <sonde/encoding/json_text.hpp>

namespace sonde::rollbar {

/// Calls `use(trace)` for `body.trace`, or each of `body.trace_chain`.
template <class Use>
void each_trace(json& data, Use use) {
  json& body = data["body"];
  if (json* const trace = body.find("trace")) use(*trace);
  if (json* const chain = body.find("trace_chain"))
    for (json& each : chain->elements()) use(each);
}

inline void keep_both_ends(json& list, std::size_t of_each_end) noexcept {
  if (list.is_array() && list.size() > 2 * of_each_end) list.erase(of_each_end, list.size() - of_each_end);
}

/// Cut texts end in `…` and have at most so many characters. What says which item it is, is shorter than any limit here.
inline void cut_texts(json& value, std::size_t characters) {
  if (const std::string* const text = value.text()) {
    if (text->size() > characters && at_most(*text, characters).size() < text->size())
      value = at_most(*text, characters - 1) + "…";
  }
  for (json& each : value.elements()) cut_texts(each, characters);
  for (auto& [name, each] : value.members()) cut_texts(each, characters);
}

/// Drops whatever the error can be recognised without.
inline void keep_least(json& data) {
  constexpr std::size_t longest = 255;
  each_trace(data, [](json& trace) {
    json& frames = trace["frames"];
    keep_both_ends(frames, 1);
    for (json& frame : frames.elements())
      for (const char* const each : {"locals", "code", "context"}) frame.erase(each);
    trace["exception"].erase("description");
    cut_texts(trace["exception"], longest);
  });
  json& body = data["body"];
  if (json* const chain = body.find("trace_chain")) keep_both_ends(*chain, 5);
  if (json* const message = body.find("message")) *message = json::object("body", std::move((*message)["body"]));
  body.erase("telemetry");
  cut_texts(body, longest);
  json links = json::object();
  json& custom = data["custom"];
  for (const char* const each : {"trace_id", "span_id"})
    if (json* const link = custom.find(each)) links[each] = std::move(*link);
  custom = std::move(links);
  if (json* const request = data.find("request"))
    for (const char* const each : {"headers", "body", "POST", "GET", "query_string", "params"}) request->erase(each);
}

/// The payload as text of at most `limit` bytes; it is changed as far as that needs. Nothing where the least is too much.
[[nodiscard]] inline std::optional<std::string> fit(json& payload, std::size_t limit) {
  constexpr std::size_t frames_of_each_end = 30;
  json& data = payload["data"];
  std::string text = encoding::json_text(payload);
  for (int step = 0; text.size() > limit; ++step) {
    switch (step) {
      case 0:
        each_trace(data, [](json& trace) { keep_both_ends(trace["frames"], frames_of_each_end); });
        if (json* const custom = data.find("custom"))
          if (json* const spans = custom->find("span_trace")) keep_both_ends(*spans, frames_of_each_end);
        break;
      case 1: cut_texts(data, 1024); break;
      case 2: cut_texts(data, 512); break;
      case 3: cut_texts(data, 256); break;
      case 4: keep_least(data); break;
      default: return std::nullopt;
    }
    text = encoding::json_text(payload);
  }
  return text;
}

/// In place of an item that cannot be sent: nothing of the program's is in it.
[[nodiscard]] inline json failsafe_item(const json& of, std::string uuid) {
  const json* const data = of.find("data");
  const auto same = [data](std::string_view name) {
    const json* const found = data != nullptr ? data->find(name) : nullptr;
    return found != nullptr ? *found : json{};
  };
  constexpr const char* words = "An item was too large to be sent, however much of it was left out.";
  json made = json::object("environment", same("environment"), "level", "error", "timestamp", same("timestamp"),
                           "platform", same("platform"), "language", same("language"), "notifier", same("notifier"),
                           "uuid", std::move(uuid), "failsafe", true, "internal", true,
                           "custom", json::object("orig_uuid", same("uuid")),
                           "body", json::object("message", json::object("body", words)));
  return json::object("data", std::move(made));
}

}  // namespace sonde::rollbar
