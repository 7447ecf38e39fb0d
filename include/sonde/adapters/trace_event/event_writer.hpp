// SPDX-License-Identifier: MIT
#pragma once

// Spans and logs as trace events, one JSON object a line. Source: "Trace Event Format" (Chromium project). What Perfetto makes
// of it is checked by tests/interop/check_trace_event.py.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/meta/enum_name.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/otlp/json_writer.hpp>
#include <sonde/record/json_value.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::trace_event {

/// Where a span is drawn; times in nanoseconds since the file's base.
struct placement {
  std::uint32_t thread;
  std::int64_t start;
  std::int64_t end;
  bool in_lane;  // among the spans of its thread; else on a track of its own
};

/// Each call adds all of its events or, throwing std::bad_alloc, none. name_process() comes first.
class event_writer {
 public:
  /// `labels` are shown beside the name.
  void name_process(std::uint32_t process, std::string_view name, std::string_view labels) {
    process_ = process;
    otlp::json_writer to{bytes_};
    put_metadata(to, "[\n", process, R"("process_name","args":{"name":)", name);
    put_metadata(to, ",\n", process, R"("process_labels","args":{"labels":)", labels);
    to.commit();
  }
  void name_thread(std::uint32_t thread, std::string_view name) {
    otlp::json_writer to{bytes_};
    put_metadata(to, ",\n", thread, R"("thread_name","args":{"name":)", name);
    to.commit();
  }

  void put(const record::span_view& span, const placement& at) {
    otlp::json_writer to{bytes_};
    begin(to, at.in_lane ? ",\n{\"ph\":\"X\"" : ",\n{\"ph\":\"b\"", at.thread);
    put_time(to, R"(,"ts":)", at.start);
    if (at.in_lane)
      put_time(to, R"(,"dur":)", at.end - at.start);
    else
      put_track(to, span);
    put_names(to, span.scope->name, span.name);
    put_arguments(to, span);
    for (const record::event_view& each : span.events) put(to, span, each, at);
    if (!at.in_lane) {
      begin(to, ",\n{\"ph\":\"e\"", at.thread);
      put_time(to, R"(,"ts":)", at.end);
      put_track(to, span);
      put_names(to, span.scope->name, span.name);
      to.raw("}");
    }
    to.commit();
  }

  void put(const record::log_view& log, std::uint32_t thread, std::int64_t at) {
    otlp::json_writer to{bytes_};
    begin(to, ",\n{\"ph\":\"i\",\"s\":\"t\"", thread);
    put_time(to, R"(,"ts":)", at);
    put_names(to, log.is_occurrence() ? "occurrence" : "log", log.body);
    to.raw(R"(,"args":{"severity":)");
    to.text(record::view(meta::enum_name(log.severity())));
    if (log.header.trace_id.valid()) put_ids(to, ",", log.header);
    finish_arguments(to, log.attributes);
    to.commit();
  }

  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_.bytes(); }
  void clear() noexcept { bytes_.truncate(0); }

 private:
  void begin(otlp::json_writer& to, std::string_view opening, std::uint32_t thread) const {
    to.raw(opening);
    to.raw(R"(,"pid":)");
    to.number(process_);
    to.raw(R"(,"tid":)");
    to.number(thread);
  }
  void put_metadata(otlp::json_writer& to, std::string_view before, std::uint32_t thread, std::string_view members,
                    std::string_view value) const {
    to.raw(before);
    begin(to, R"({"ph":"M")", thread);
    to.raw(R"(,"name":)");
    to.raw(members);
    to.text(value);
    to.raw("}}");
  }
  /// In microseconds, with three digits for the nanoseconds.
  static void put_time(otlp::json_writer& to, std::string_view member, std::int64_t nanoseconds) {
    to.raw(member);
    to.number(static_cast<std::uint64_t>(nanoseconds) / 1000);
    char fraction[4] = {'.'};
    encoding::put_padded(fraction + 1, static_cast<std::uint64_t>(nanoseconds) % 1000, 3);
    to.raw({fraction, sizeof fraction});
  }
  static void put_names(otlp::json_writer& to, std::string_view category, std::string_view name) {
    to.raw(R"(,"cat":)");
    to.text(category);
    to.raw(R"(,"name":)");
    to.text(name);
  }
  /// Events of one category and id share a track.
  static void put_track(otlp::json_writer& to, const record::span_view& span) {
    to.raw(R"(,"id2":{"local":)");
    to.hex(span.header.span_id.bytes, sizeof span.header.span_id.bytes);
    to.raw("}");
  }
  static void put_ids(otlp::json_writer& to, std::string_view before, const record::header& of) {
    to.raw(before);
    to.raw(R"("trace_id":)");
    to.hex(of.trace_id.bytes, sizeof of.trace_id.bytes);
    to.raw(R"(,"span_id":)");
    to.hex(of.span_id.bytes, sizeof of.span_id.bytes);
  }

  /// Within the span in any case: the time line and the session's clock differ a little over a long span.
  void put(otlp::json_writer& to, const record::span_view& of, const record::event_view& event, const placement& at) const {
    begin(to, at.in_lane ? ",\n{\"ph\":\"i\",\"s\":\"t\"" : ",\n{\"ph\":\"n\"", at.thread);
    put_time(to, R"(,"ts":)", std::clamp(at.start + (event.unix_nano - of.start_unix_nano), at.start, at.end));
    if (!at.in_lane) put_track(to, of);
    put_names(to, of.scope->name, event.name->name);
    put_ids(to, R"(,"args":{)", of.header);
    finish_arguments(to, event.attributes);
  }

  /// Attributes are apart from what we say ourselves, so that no key hides another.
  static void put_arguments(otlp::json_writer& to, const record::span_view& span) {
    put_ids(to, R"(,"args":{)", span.header);
    if (span.header.parent_id.valid()) {
      to.raw(R"(,"parent_span_id":)");
      to.hex(span.header.parent_id.bytes, sizeof span.header.parent_id.bytes);
    }
    if (span.kind() != kind::internal) put_member(to, R"(,"kind":)", record::view(meta::enum_name(span.kind())));
    if (span.status() != status::unset) put_member(to, R"(,"status":)", record::view(meta::enum_name(span.status())));
    if (!span.status_message.empty()) put_member(to, R"(,"status_message":)", span.status_message);
    if ((span.header.flags & record::unwound) != 0) to.raw(R"(,"left_by_exception":true)");
    for (const record::event_view& each : span.events)
      if (each.name->name == "exception") {
        to.raw(R"(,"exception":)");
        record::put_json_attributes(to, each.attributes);
        break;
      }
    if (span.location != nullptr) {
      put_member(to, R"(,"file":)", span.location->file);
      to.raw(R"(,"line":)");
      to.number(span.location->line);
      put_member(to, R"(,"function":)", span.location->function);
    }
    if (!span.links.empty()) put_links(to, span);
    if (span.cut() != 0) {
      to.raw(R"(,"cut":)");
      to.number(span.cut());
    }
    finish_arguments(to, span.attributes);
  }
  static void put_links(otlp::json_writer& to, const record::span_view& span) {
    std::string_view before = R"(,"links":[{)";
    for (const record::link_view& each : span.links) {
      record::header linked{};
      linked.trace_id = each.trace_id;
      linked.span_id = each.span_id;
      put_ids(to, before, linked);
      before = ",{";
      to.raw(R"(,"attributes":)");
      record::put_json_attributes(to, each.attributes);
      to.raw("}");
    }
    to.raw("]");
  }
  static void put_member(otlp::json_writer& to, std::string_view member, std::string_view value) {
    to.raw(member);
    to.text(value);
  }
  template <class List>
  static void finish_arguments(otlp::json_writer& to, const List& attributes) {
    to.raw(R"(,"attributes":)");
    record::put_json_attributes(to, attributes);
    to.raw("}}");
  }

  std::uint32_t process_ = 0;
  otlp::byte_buffer bytes_;
};

}  // namespace sonde::trace_event
