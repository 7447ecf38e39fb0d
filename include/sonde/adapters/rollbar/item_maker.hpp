// SPDX-License-Identifier: MIT
#pragma once

// Turns an occurrence, or a trace that an exception ended, into an item: what is known when it happens, and what the end of its
// request adds. Used by lane.hpp. Source: Rollbar API reference, "Create item".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/rollbar/frames.hpp>
#include <sonde/adapters/rollbar/settings.hpp>
#include <sonde/adapters/rollbar/trace_memory.hpp>
#include <sonde/context/id_source.hpp>
#include <sonde/context/xray_trace_id.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/resource/instance_id.hpp>
#include <sonde/version.hpp>

namespace sonde::rollbar {

/// An exception as its attributes tell it; texts are borrowed.
struct exception_attributes {
  std::string_view type{};
  std::string_view message{};
  std::string_view stack{};
  record::value_view causes{};
  std::int64_t unix_nano = 0;  // of the event

  template <class List>
  [[nodiscard]] static exception_attributes read(const List& from) noexcept {
    exception_attributes made;
    if (const auto found = find(from, "exception.type"); is_text(found)) made.type = found.text();
    if (const auto found = find(from, "exception.message"); is_text(found)) made.message = found.text();
    if (const auto found = find(from, "exception.stacktrace"); is_text(found)) made.stack = found.text();
    made.causes = find(from, "sonde.exception.causes");
    return made;
  }
  /// Of the last one that has a type, else the last.
  [[nodiscard]] static exception_attributes read(const record::span_view& span) noexcept {
    exception_attributes made;
    for (const record::event_view& each : span.events)
      if (each.name->name == "exception")
        if (const auto next = read(each.attributes); !next.type.empty() || made.type.empty()) {
          made = next;
          made.unix_nano = each.unix_nano;
        }
    return made;
  }
};

class item_maker {
 public:
  item_maker() = default;
  /// Both outlive it.
  item_maker(const settings& used, const scrubber& clean, context::id_source random)
      : used_{&used}, clean_{&clean}, random_{random} {}

  [[nodiscard]] std::string uuid() {
    unsigned char bytes[16];
    for (unsigned i = 0; i < 16; i += 8) encoding::put_big_endian(bytes + i, random_.next());
    return resource::written_uuid(bytes);
  }

  /// `span_trace`: outermost first; empty where there is none.
  [[nodiscard]] json of(const record::log_view& log, json span_trace) {
    json data = begin(log.severity(), log.unix_nano);
    json custom = json::object();
    for (const record::attribute_view& each : log.attributes)
      if (!tells_of_exception(each.key->name)) custom[each.key->name] = clean_->value(each.key->name, each.value);
    if (log.thread != nullptr) custom["thread"] = clean_->text(log.thread->name);
    put_links(custom, log.header.trace_id, log.header.span_id);
    const exception_attributes thrown = exception_attributes::read(log.attributes);
    if (thrown.type.empty())
      data["body"] = message_body(log.body);
    else
      data["body"] = trace_body(thrown, span_trace, custom);
    return complete(std::move(data), std::move(custom), std::move(span_trace));
  }
  /// Of a local root that an exception left.
  [[nodiscard]] json of(const record::span_view& root, const exception_attributes& thrown, json span_trace) {
    json data = begin(level::error, root.end_unix_nano);
    json custom = json::object();
    put_links(custom, root.header.trace_id, root.header.span_id);
    data["body"] = trace_body(thrown, span_trace, custom);
    return complete(std::move(data), std::move(custom), std::move(span_trace));
  }
  /// Of our own.
  [[nodiscard]] json notice(std::string text, std::int64_t unix_nano) {
    json data = begin(level::warning, unix_nano);
    data["body"] = json::object("message", json::object("body", std::move(text)));
    return complete(std::move(data), json::object(), json());
  }

  /// Of an occurrence outside of the trace it belongs to.
  static void link(json& payload, const sonde::trace_id& to) {
    put_links(payload["data"]["custom"], to, {});
  }

  /// Adds what is known of the trace by now. `reports`: how many the item stands for.
  void finish(json& payload, const remembered_trace& of, std::uint64_t reports) const {
    json& data = payload["data"];
    if (!of.request.empty()) data["request"] = of.request.shown();
    if (!of.person.empty()) data["person"] = of.person.shown();
    const std::string& context = of.request.route().empty() ? of.root_name : of.request.route();
    if (!context.empty()) data["context"] = at_most(context, 255);
    if (!of.title.empty()) data["title"] = at_most(of.title, 255);
    if (!of.fingerprint.empty()) data["fingerprint"] = of.fingerprint;
    if (reports > 1) data["custom"]["reports"] = reports;
  }

 private:
  [[nodiscard]] json begin(level severity, std::int64_t unix_nano) {
    json data = json::object("environment", at_most(used_->environment_name, 255), "level", level_name(severity),
                             "timestamp", seconds(std::max<std::int64_t>(unix_nano, 0)), "uuid", uuid(),
                             "platform", "linux", "language", "c++",
                             "notifier", json::object("name", "sonde", "version", sonde::version));
    if (!used_->version.empty()) data["code_version"] = at_most(used_->version, 40);
    if (!used_->framework.empty()) data["framework"] = used_->framework;
    json server = json::object();
    const std::pair<const char*, const std::string&> texts[] = {
        {"host", used_->host}, {"root", used_->root}, {"branch", used_->branch}, {"code_version", used_->version}};
    for (const auto& [name, text] : texts)
      if (!text.empty()) server[name] = text;
    if (used_->pid != 0) server["pid"] = used_->pid;
    data["server"] = std::move(server);
    return data;
  }
  [[nodiscard]] json complete(json data, json custom, json span_trace) const {
    if (!used_->service.empty()) custom["service"] = used_->service;
    for (const auto& [name, text] : used_->custom)
      custom[name] = clean_->is_secret(name) ? std::string{scrubbed} : clean_->text(text);
    if (!span_trace.empty()) custom["span_trace"] = std::move(span_trace);
    data["custom"] = std::move(custom);
    return json::object("data", std::move(data));
  }
  /// By which Honeycomb, X-Ray and Rollbar show the same moment.
  static void put_links(json& custom, const sonde::trace_id& trace_id, const sonde::span_id& span_id) {
    if (!trace_id.valid()) return;
    custom["trace_id"] = trace_id.to_hex().data();
    if (span_id.valid()) custom["span_id"] = span_id.to_hex().data();
    custom["xray_trace_id"] = context::xray_trace_id(trace_id).data();
  }
  [[nodiscard]] static bool tells_of_exception(std::string_view key) noexcept {
    return key.starts_with("exception.") || key.starts_with("sonde.exception.") || key.starts_with("code.");
  }

  [[nodiscard]] json message_body(std::string_view body) const {
    std::string text = clean_->text(body);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) text = "(empty message)";  // Rollbar refuses an empty one
    return json::object("message", json::object("body", std::move(text)));
  }
  /// Takes the span trace where there are no frames of the stack. One of addresses alone is kept as text, for addr2line.
  [[nodiscard]] json trace_body(const exception_attributes& thrown, json& span_trace, json& custom) const {
    constexpr std::size_t longest_stack = std::size_t{8} << 10;
    source_lines code{used_->root, used_->code_lines};
    json frames = stack_frames(thrown.stack, used_->root, code);
    if (frames.empty() && !thrown.stack.empty()) custom["stack"] = clean_->text(thrown.stack, longest_stack);
    if (frames.empty() && !span_trace.empty()) {
      frames = std::exchange(span_trace, json());
      for (json& each : frames.elements()) put_lines(code, each);
    }
    json chain = json::array(trace(frames.empty() ? unknown_frames() : std::move(frames), thrown.type, thrown.message));
    if (thrown.causes.type == record::entry_type::array)
      for (record::entry_cursor each{thrown.causes}; each.next();)
        if (each.value().type == record::entry_type::map) chain.push_back(cause(record::map_view{each.value()}));
    if (chain.size() == 1) return json::object("trace", std::move(chain.elements()[0]));
    return json::object("trace_chain", std::move(chain));
  }
  static void put_lines(source_lines& code, json& frame) {
    const std::string* const file = frame.text("filename");
    const json* const line = frame.find("lineno");
    if (file == nullptr || line == nullptr) return;
    const std::string path = *file;  // what is put moves the members
    code.put(frame, path, static_cast<std::uint32_t>(line->integer().value_or(0)));
  }
  [[nodiscard]] json trace(json frames, std::string_view type, std::string_view message) const {
    return json::object("frames", std::move(frames), "exception", exception(type, message));
  }
  [[nodiscard]] json cause(record::map_view of) const {
    std::string_view type;
    std::string_view message;
    for (record::entry_cursor each = of.pairs(); each.next();) {
      const std::string_view key = each.value().key();
      if (!each.next()) break;
      if (key == "type" && is_text(each.value())) type = each.value().text();
      if (key == "message" && is_text(each.value())) message = each.value().text();
    }
    return trace(unknown_frames(), type, message);
  }
  /// Anonymous namespaces are spelt differently by compilers.
  [[nodiscard]] json exception(std::string_view type, std::string_view message) const {
    std::string name = clean_->text(type, 1024);
    for (const std::string_view each : {"(anonymous namespace)::", "{anonymous}::"})
      for (std::size_t at; (at = name.find(each)) != std::string::npos;) name.erase(at, each.size());
    json made = json::object("class", name.empty() ? std::string{"(unknown exception)"} : std::move(name));
    if (!message.empty()) made["message"] = clean_->text(message);
    return made;
  }

  const settings* used_ = nullptr;
  const scrubber* clean_ = nullptr;
  context::id_source random_{};
};

}  // namespace sonde::rollbar
