// SPDX-License-Identifier: MIT
#pragma once

// Spans and logs with everything they can hold: every type of value and its extremes, text that is no UTF-8, a remote parent
// with its tracestate, events, links, statuses, severities, reports, and more of each than the limits allow.

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/log.hpp>
#include <sonde/sonde.hpp>

namespace interop {

inline void record_everything() {
  using tracer = sonde::tracer<"interop", "2.0">;
  sonde::span_context remote{};
  remote.trace_id.bytes[0] = 0x5b;
  remote.span_id.bytes[7] = 0x42;
  remote.sampled = remote.remote = true;
  sonde::propagated_fields fields{.trace_id = remote.trace_id};
  fields.tracestate.add({"rojo=00f067aa0ba902b7", 21});
  fields.tracestate.add({"congo=\"quoted\"", 14});
  sonde::record::fields_scope travelling{&fields};
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

/// `a000` to `a999`.
template <std::size_t N>
inline constexpr sonde::meta::fixed_string<4> numbered = [] {
  sonde::meta::fixed_string<4> made;
  made.value[0] = 'a';
  for (std::size_t i = 3, rest = N; i != 0; --i, rest /= 10) made.value[i] = static_cast<char>('0' + rest % 10);
  return made;
}();

/// Logs apart from spans and within one.
inline void record_logs() {
  using sonde::attr;
  for (int i = 0; i < 150; ++i) sonde::log::debug("apart {}", i, attr<"i">(i));
  const sonde::tracer<"interop", "2.0">::span<"logging"> span;
  sonde::log::trace("trace");
  sonde::log::debug("debug");
  sonde::log::info("info");
  sonde::log::warning("warning");
  sonde::log::error("error");
  sonde::log::critical("critical \"quoted\" \\ \n");
  sonde::log::info("{}", "");
  sonde::log::info("{}", "a\xFF\xC2");
  sonde::log::info("{}", std::string_view{"a\0b", 3});
  sonde::log::info("{}", "h\xC3\xA9llo \xE2\x80\xA8");
  sonde::log::info("{}", std::string(std::size_t{1} << 20, 'y'));
  sonde::log::info("typed", attr<"zero">(0), attr<"least">(std::numeric_limits<std::int64_t>::min()),
                   attr<"most">(std::numeric_limits<std::int64_t>::max()),
                   attr<"beyond">(std::numeric_limits<std::uint64_t>::max()), attr<"no">(false), attr<"empty">(""),
                   attr<"broken">("a\xFF"), attr<"nan">(std::numeric_limits<double>::quiet_NaN()),
                   attr<"infinite">(-std::numeric_limits<double>::infinity()), attr<"minus_zero">(-0.0),
                   attr<"list">(std::vector<int>{1, -2}), attr<"map">(std::map<std::string, std::vector<double>>{{"a", {0.5}}}),
                   attr<"lasted">(std::chrono::milliseconds{1500}));
  [&]<std::size_t... N>(std::index_sequence<N...>) {
    sonde::log::info("more than 128", attr<numbered<N>>(N)...);
  }(std::make_index_sequence<150>{});
  sonde::report_exception(std::runtime_error{"broken \xFE"});
  sonde::report_message("Hello World!", sonde::level::warning);
  for (int i = 0; i < 150; ++i) sonde::log::info("within {}", i, attr<"i">(i));
}

}  // namespace interop
