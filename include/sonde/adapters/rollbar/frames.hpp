// SPDX-License-Identifier: MIT
#pragma once

// Frames as Rollbar shows them, most recent call last: those of a stack's text, and the spans that were open, which are a trace
// of their own that costs nothing. Used by item_maker.hpp.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/rollbar/scrubber.hpp>
#include <sonde/adapters/rollbar/source_lines.hpp>
#include <sonde/adapters/rollbar/stable_names.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/record/stack_text.hpp>

namespace sonde::rollbar {

/// Whoever has no frame: Rollbar wants one.
[[nodiscard]] inline json unknown_frames() { return json::array(json::object("filename", "<unknown>")); }

/// `line` 0: unknown.
[[nodiscard]] inline json frame(const std::string& file, std::uint32_t line, std::string_view method) {
  json made = json::object("filename", record::sanitised(file));
  if (line != 0) made["lineno"] = line;
  if (!method.empty()) made["method"] = record::sanitised(stable_method(method));
  return made;
}

/// Frames of the standard library and of sonde are left out, unless there are no others. Empty where there are none, and where
/// all of them are addresses: those say nothing, and differ from build to build.
[[nodiscard]] inline json stack_frames(std::string_view text, const std::string& root, source_lines& code) {
  constexpr std::size_t most = 1000;
  std::vector<json> made;
  std::vector<json> foreign;
  for (record::stack_frames each{text}; made.size() + foreign.size() < most && each.next();) {
    const record::stack_frame& read = each.frame();
    const bool named = !read.label.empty() && !read.label.starts_with("0x");
    std::string file = read.path.empty() ? std::string{read.module.substr(read.module.rfind('/') + 1)}
                                         : stable_filename(read.path, root);
    if (file.empty()) file = "<unknown>";
    json one = frame(file, read.line, named ? read.label : std::string_view{});
    if (is_foreign_frame(read.label, read.path, read.module)) {
      foreign.push_back(std::move(one));
    } else {
      if (!read.path.empty()) code.put(one, file, read.line);
      made.push_back(std::move(one));
    }
  }
  if (made.empty()) made = std::move(foreign);
  json all = json::array();
  const auto says_where = [](const json& one) { return one.contains("method") || one.contains("lineno"); };
  if (std::none_of(made.begin(), made.end(), says_where)) return all;
  for (auto each = made.rbegin(); each != made.rend(); ++each) all.push_back(std::move(*each));
  return all;
}

/// A span as the frame that opened it; its attributes are the locals.
template <class List>
[[nodiscard]] json span_frame(std::string_view name, const record::registered* location, const List& attributes,
                              const std::string& root, const scrubber& clean) {
  constexpr std::size_t longest_name = 256;
  json made = location != nullptr ? frame(stable_filename(location->file, root), location->line, location->function)
                                  : frame("<unknown>", 0, {});
  json locals = json::object("span", clean.text(name, longest_name));
  for (const record::attribute_view& each : attributes)
    if (!each.key->name.starts_with("code.")) locals[each.key->name] = clean.value(each.key->name, each.value);
  if (!made.contains("method")) made["method"] = locals["span"];
  made["locals"] = std::move(locals);
  return made;
}

}  // namespace sonde::rollbar
