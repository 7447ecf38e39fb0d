// SPDX-License-Identifier: MIT
#pragma once

// A finished span, a log or an HTTP call as one entry of Rollbar's telemetry: what happened before an occurrence. Kept small,
// since one is kept of whatever the program does. Used by trace_memory.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/adapters/rollbar/levels.hpp>
#include <sonde/adapters/rollbar/scrubber.hpp>

namespace sonde::rollbar {

/// The last value under a key; a null type where there is none.
template <class List>
[[nodiscard]] record::value_view find(const List& attributes, std::string_view key) noexcept {
  record::value_view found{};
  for (const record::attribute_view& each : attributes)
    if (each.key->name == key) found = each.value;
  return found;
}
[[nodiscard]] inline bool is_text(const record::value_view& value) noexcept { return value.type == record::entry_type::text; }

struct breadcrumb {
  static constexpr std::size_t longest_text = 256;

  enum class type : std::uint8_t { log, network, manual };

  breadcrumb::type type = type::log;
  sonde::level level = level::info;
  std::int64_t unix_milli = 0;
  std::int64_t number = 0;  // network: the status; manual: microseconds it took
  std::string text{};       // the message, the URL, the span's name
  std::string method{};     // network

  [[nodiscard]] static breadcrumb of(const record::log_view& log, const scrubber& clean) {
    return {type::log, log.severity(), milliseconds(log.unix_nano), 0, clean.text(log.body, longest_text), {}};
  }
  [[nodiscard]] static breadcrumb of(const record::span_view& span, const scrubber& clean) {
    const bool failed = span.status() == status::error;
    if (span.kind() == kind::client)
      if (const auto method = find(span.attributes, "http.request.method"); is_text(method)) {
        const auto url = find(span.attributes, "url.full");
        const auto code = find(span.attributes, "http.response.status_code");
        const std::int64_t number = code.type == record::entry_type::integer ? code.integer() : 0;
        return {type::network, failed || number >= 500 ? level::error : number >= 400 ? level::warning : level::info,
                milliseconds(span.end_unix_nano), number, is_text(url) ? clean.text(url.text(), longest_text) : std::string{},
                clean.text(method.text(), 32)};
      }
    return {type::manual, failed ? level::error : level::info, milliseconds(span.end_unix_nano),
            (span.end_unix_nano - span.start_unix_nano) / 1000, clean.text(span.name, longest_text), {}};
  }

  [[nodiscard]] std::size_t size() const noexcept { return sizeof *this + text.size() + method.size(); }

  [[nodiscard]] json shown() const {
    json body = json::object();
    switch (type) {
      case type::log: body["message"] = text; break;
      case type::network:
        body["method"] = method;
        body["url"] = text;
        if (number != 0) body["status_code"] = number;
        break;
      case type::manual:
        body["message"] = text;
        body["duration_ms"] = static_cast<double>(number) / 1000;
    }
    constexpr std::string_view names[] = {"log", "network", "manual"};
    return json::object("level", level_name(level), "type", names[static_cast<std::size_t>(type)], "source", "server",
                        "timestamp_ms", unix_milli, "body", std::move(body));
  }
};

}  // namespace sonde::rollbar
