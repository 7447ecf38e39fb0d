// SPDX-License-Identifier: MIT
#pragma once

// Spans and logs copied out of their records, as printable text, until their trace can be printed.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/console/look.hpp>
#include <sonde/adapters/console/value_text.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/record/stack_text.hpp>

namespace sonde::console {

struct pair_text {
  std::string key;
  std::string value;

  friend bool operator==(const pair_text&, const pair_text&) = default;
};

/// What happened at one moment inside a span: an event, an exception, a log line.
struct moment {
  enum class what : unsigned char { event, exception, log, occurrence };
  what type = what::event;
  level severity = level::info;
  std::int64_t unix_nano = 0;
  sonde::span_id span_id{};  // of a log
  std::string text;          // the event's name, the exception's type and message, the log's body
  std::vector<pair_text> attributes;
};

struct held_span {
  sonde::span_id span_id{};
  sonde::span_id parent_id{};
  std::int64_t start = 0;
  std::int64_t end = 0;
  sonde::kind kind{};
  sonde::status status{};
  bool local_root = false;
  bool remote_parent = false;
  std::uint32_t cut = 0;  // attributes, events, links over their limits
  std::string name;
  std::string status_message;
  std::string scope;  // empty for spans made without a tracer
  std::string place;  // file:line
  std::vector<pair_text> attributes;
  std::vector<std::string> links;
  std::vector<moment> moments;
};

struct held_trace {
  sonde::trace_id trace_id{};
  std::vector<held_span> spans;
  std::vector<moment> logs;
  std::size_t bytes = 0;
  bool has_root = false;     // a local root has ended
  bool seen_before = false;  // part of it was printed earlier
  std::chrono::steady_clock::time_point due = std::chrono::steady_clock::time_point::max();
};

/// Copies what views show.
class text_copier {
 public:
  static constexpr std::size_t longest_name = 120;
  static constexpr std::size_t longest_message = 1000;

  explicit text_copier(encoding::charset shown) : shown_{shown} {}

  [[nodiscard]] held_span copy(const record::span_view& span) const {
    held_span made;
    made.span_id = span.header.span_id;
    made.parent_id = span.header.parent_id;
    made.start = span.start_unix_nano;
    made.end = span.end_unix_nano;
    made.kind = span.kind();
    made.status = span.status();
    made.local_root = span.is_local_root();
    made.remote_parent = span.has_remote_parent();
    made.cut = span.cut();
    made.name = printable(span.name, longest_name);
    if (!is_told(span.status_message, span.events)) made.status_message = printable(span.status_message, longest_message);
    if (span.scope->name != "sonde") made.scope = printable(span.scope->name, longest_name);
    if (span.location != nullptr) made.place = place(span.location->file, span.location->line);
    made.attributes = copy(span.attributes);
    for (const record::event_view& each : span.events) made.moments.push_back(copy(each));
    for (const record::link_view& each : span.links) made.links.push_back(copy(each));
    if (made.status == status::error && (span.header.flags & record::unwound) != 0 && !has_exception(made))
      made.moments.push_back({moment::what::exception, level::error, made.end, {}, "left by an exception", {}});
    return made;
  }

  [[nodiscard]] moment copy(const record::log_view& log) const {
    moment made;
    made.type = log.is_occurrence() ? moment::what::occurrence : moment::what::log;
    made.severity = log.severity();
    made.unix_nano = log.unix_nano;
    made.span_id = log.header.span_id;
    const record::attribute_view* type = find(log.attributes, "exception.type");
    if (type != nullptr) {
      made.text = exception_text(type, find(log.attributes, "exception.message"));
    } else {
      made.text = printable(log.body, longest_message);
    }
    made.attributes = copy(log.attributes, type != nullptr);
    return made;
  }

 private:
  [[nodiscard]] std::string printable(std::string_view text, std::size_t longest) const {
    std::string made;
    encoding::append_printable(made, {text.data(), text.size()}, shown_, longest);
    return made;
  }
  [[nodiscard]] std::string place(std::string_view file, std::uint32_t line) const {
    return printable(file.substr(file.rfind('/') + 1), longest_name) + ":" + std::to_string(line);
  }

  template <class List>
  [[nodiscard]] static const record::attribute_view* find(const List& attributes, std::string_view key) {
    for (const record::attribute_view& each : attributes)
      if (each.key->name == key) return &each;
    return nullptr;
  }
  [[nodiscard]] std::string exception_text(const record::attribute_view* type,
                                           const record::attribute_view* message) const {
    std::string made = type != nullptr ? printable(type->value.text(), longest_message) : std::string{};
    if (message == nullptr || message->value.size == 0) return made;
    return (made.empty() ? made : made + ": ") + printable(message->value.text(), longest_message);
  }
  [[nodiscard]] static bool has_exception(const held_span& span) {
    for (const moment& each : span.moments)
      if (each.type == moment::what::exception) return true;
    return false;
  }

  [[nodiscard]] moment copy(const record::event_view& event) const {
    moment made;
    made.unix_nano = event.unix_nano;
    made.text = printable(event.name->name, longest_name);
    const bool failure = event.name->name == "exception";
    if (failure) {
      made.type = moment::what::exception;
      made.severity = level::error;
      made.text = exception_text(find(event.attributes, "exception.type"), find(event.attributes, "exception.message"));
      if (find(event.attributes, "sonde.exception.inferred") != nullptr) made.text += " (inferred)";
    }
    made.attributes = copy(event.attributes, failure);
    return made;
  }
  [[nodiscard]] std::string copy(const record::link_view& link) const {
    const auto trace = link.trace_id.to_hex();
    const auto span = link.span_id.to_hex();
    std::string made = "trace " + std::string{trace.data(), trace.size()};
    made += " span " + std::string{span.data(), span.size()};
    for (const pair_text& each : copy(link.attributes)) made += "  " + each.key + "=" + each.value;
    return made;
  }

  /// By the exception it describes, which is shown beneath.
  [[nodiscard]] static bool is_told(std::string_view status_message, const std::vector<record::event_view>& events) {
    for (const record::event_view& each : events) {
      if (each.name->name != "exception") continue;
      const record::attribute_view* told = find(each.attributes, "exception.message");
      if (told == nullptr) told = find(each.attributes, "exception.type");
      if (told != nullptr && told->value.text() == status_message) return true;
    }
    return false;
  }
  [[nodiscard]] static bool is_told(std::string_view key) {
    return key == "exception.type" || key == "exception.message" || key == "sonde.exception.inferred";
  }
  /// Where the source is known it has its own place; what made the text of an exception is not said twice.
  template <class List>
  [[nodiscard]] std::vector<pair_text> copy(const List& attributes, bool of_exception = false) const {
    std::vector<pair_text> made;
    std::string file;
    for (const record::attribute_view& each : attributes) {
      const std::string_view key = each.key->name;
      if (of_exception && is_told(key)) continue;
      if (of_exception && key == "exception.stacktrace") {
        made.push_back({"thrown", printable(way_of_throw(each.value.text()), longest_message)});
        continue;
      }
      if (key == "code.function.name") continue;
      if (key == "code.file.path") {
        file = each.value.text();
        continue;
      }
      if (key == "code.line.number" && !file.empty()) {
        made.push_back({"", place(file, static_cast<std::uint32_t>(each.value.integer()))});
        continue;
      }
      pair_text& pair = made.emplace_back(pair_text{printable(key, longest_name), {}});
      value_text{pair.value, shown_}.put(each.value);
    }
    return made;
  }

  /// Where it was thrown, and what called that: the first few frames of a stack, up to main, each function without its
  /// arguments.
  [[nodiscard]] static std::string way_of_throw(std::string_view stack) {
    constexpr int most_frames = 4;
    std::string made;
    int count = 0;
    for (record::stack_frames frames{stack}; frames.next(); ++count) {
      const record::stack_frame& each = frames.frame();
      if (count == most_frames) return made + " < ...";
      if (count != 0) made += " < ";
      const std::string_view function = each.label.substr(0, each.label.find('(', 1));  // not that of an unnamed namespace
      made += function;
      if (each.line != 0)
        made.append(" ").append(each.path.substr(each.path.rfind('/') + 1)).append(":" + std::to_string(each.line));
      if (function == "main") break;
    }
    return made;
  }

  encoding::charset shown_;
};

/// About how much memory a copy takes.
[[nodiscard]] inline std::size_t bytes_of(const std::vector<pair_text>& pairs) noexcept {
  std::size_t sum = 0;
  for (const pair_text& each : pairs) sum += sizeof each + each.key.size() + each.value.size();
  return sum;
}
[[nodiscard]] inline std::size_t bytes_of(const moment& held) noexcept {
  return sizeof held + held.text.size() + bytes_of(held.attributes);
}
[[nodiscard]] inline std::size_t bytes_of(const held_span& held) noexcept {
  std::size_t sum = sizeof held + held.name.size() + held.status_message.size() + held.scope.size() +
                    held.place.size() + bytes_of(held.attributes);
  for (const std::string& each : held.links) sum += sizeof each + each.size();
  for (const moment& each : held.moments) sum += bytes_of(each);
  return sum;
}

}  // namespace sonde::console
