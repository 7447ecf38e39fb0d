// SPDX-License-Identifier: MIT
#pragma once

// A log record as the message of a CloudWatch event: a line for people, or a JSON object whose members Logs Insights finds by
// name. Both hold the trace id as X-Ray writes it, which is what its viewer and CloudWatch's look for. Used by lane.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/adapters/cloudwatch/config.hpp>
#include <sonde/adapters/cloudwatch/json_text.hpp>
#include <sonde/context/xray_trace_id.hpp>
#include <sonde/encoding/time_text.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/meta/enum_name.hpp>
#include <sonde/record/json_value.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::cloudwatch {

/// What stands where something was cut off.
inline constexpr std::string_view cut_mark = "… [cut]";

class message_writer {
 public:
  message_writer() = default;
  /// Messages have at most `longest` bytes, at least min_event_bytes.
  message_writer(form how, std::string_view service, std::size_t longest)
      : form_{how}, service_{record::json_escaped(service)}, longest_{longest} {}

  /// Returns how many texts and attributes were cut.
  std::size_t write(const record::log_view& log) { return form_ == form::json ? write_json(log) : write_text(log); }
  /// Never empty; valid UTF-8.
  [[nodiscard]] std::string_view message() const noexcept { return text_; }

 private:
  /// `WARNING home activities app.cache=true TraceId: 1-5b8efff7-98038103d269b633813fc60c SpanId: eee19b7ec3c1b174`
  std::size_t write_text(const record::log_view& log) {
    std::string ids;
    if (log.header.trace_id.valid()) put_id(ids, " TraceId: ", log.header.trace_id);
    if (log.header.span_id.valid()) put_id(ids, " SpanId: ", log.header.span_id);
    text_.clear();
    for (const char c : level_of(log)) text_ += environment::upper(c);
    if (!log.body.empty()) text_ += ' ';
    const std::string_view body = at_most(log.body, longest_);  // a longer one is cut in any case
    append_sanitised(body);
    for (const record::attribute_view& each : log.attributes)
      if (!tells_of_code(each)) put_attribute(each);
    const std::size_t room = longest_ - ids.size();
    const bool too_long = text_.size() > room || body.size() != log.body.size();
    if (too_long) {
      text_.resize(at_most(text_, room - cut_mark.size()).size());
      text_ += cut_mark;
    }
    text_ += ids;
    return too_long ? 1 : 0;
  }

  /// Attributes are apart, so that none of them (like `_aws`, which makes a metric of a line) is a member of the whole.
  std::size_t write_json(const record::log_view& log) {
    std::size_t cut = 0;
    std::string rest;
    put_json_rest(rest, log, true);
    text_.clear();
    json_text to{text_};
    to.raw(R"({"level":")");
    to.raw(level_of(log));
    to.raw(R"(","message":")");
    if (text_.size() + rest.size() + cut_mark.size() > longest_) {
      rest.clear();
      put_json_rest(rest, log, false);
      cut += 1 + log.attributes.size();
    }
    const std::size_t room = longest_ - text_.size() - rest.size();
    std::string_view body = log.body;
    if (body.size() > room || encoding::escaped_size(record::text(body)) > room) {
      body = body.substr(0, escaped_fit(body, room - cut_mark.size()));
      ++cut;
    }
    to.escaped(body);
    if (body.size() != log.body.size()) to.raw(cut_mark);
    text_ += rest;
    return cut;
  }
  /// All behind the message's text. Without what the program chose, it has about 200 bytes.
  void put_json_rest(std::string& into, const record::log_view& log, bool whole) const {
    json_text to{into};
    char written[encoding::max_rfc3339_size];
    to.raw(R"(","time":")");
    to.raw({written, static_cast<std::size_t>(encoding::put_signed_rfc3339(written, log.unix_nano) - written)});
    if (whole) {
      to.raw(R"(","service":")");
      to.raw(service_);
    }
    if (log.header.trace_id.valid()) {
      to.raw(R"(","trace_id":")");
      to.hex(log.header.trace_id.bytes, sizeof log.header.trace_id.bytes);
      to.raw((log.header.flags & record::sampled) != 0 ? R"(","trace_flags":"01)" : R"(","trace_flags":"00)");
      put_id(into, R"(","xray_trace_id":")", log.header.trace_id);
    }
    if (log.header.span_id.valid()) put_id(into, R"(","span_id":")", log.header.span_id);
    to.raw("\"");
    if (!whole) {
      to.raw(R"(,"attributes_cut":true)");
    } else if (!log.attributes.empty()) {
      to.raw(R"(,"attributes":)");
      record::put_json_attributes(to, log.attributes);
    }
    to.raw("}");
  }

  /// ` key=value`; a text is quoted where it could be taken for something else.
  void put_attribute(const record::attribute_view& each) {
    json_text to{text_};
    to.raw(" ");
    to.raw(each.key->json);
    to.raw("=");
    if (each.value.type == record::entry_type::text && stands_alone(each.value.text()))
      to.raw(each.value.text());
    else
      record::json_value{to}.put(each.value);
  }
  [[nodiscard]] static bool stands_alone(std::string_view text) noexcept {
    for (const char c : text)
      if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') return false;
    return !text.empty();
  }
  /// The place of the call: in JSON, where it is in nobody's way.
  [[nodiscard]] static bool tells_of_code(const record::attribute_view& each) noexcept {
    return std::string_view{each.key->name}.substr(0, 5) == "code.";
  }

  [[nodiscard]] static std::string_view level_of(const record::log_view& log) {
    const std::string_view name = record::view(meta::enum_name(log.severity()));
    return name.empty() ? "unknown" : name;
  }
  static void put_id(std::string& into, std::string_view before, const trace_id& id) {
    const auto text = context::xray_trace_id(id);
    into.append(before).append(text.data(), text.size());
  }
  static void put_id(std::string& into, std::string_view before, const span_id& id) {
    json_text to{into};
    to.raw(before);
    to.hex(id.bytes, sizeof id.bytes);
  }
  /// At most so many bytes, and no character torn apart.
  [[nodiscard]] static std::string_view at_most(std::string_view text, std::size_t bytes) noexcept {
    return record::view(encoding::cut_bytes(record::text(text), bytes));
  }
  void append_sanitised(std::string_view raw) {
    const std::size_t before = text_.size();
    text_.resize(before + encoding::sanitised_size(record::text(raw)));
    encoding::put_sanitised(text_.data() + before, record::text(raw));
  }

  form form_ = form::text;
  std::string service_;  // escaped
  std::size_t longest_ = 0;
  std::string text_;  // the last message
};

}  // namespace sonde::cloudwatch
