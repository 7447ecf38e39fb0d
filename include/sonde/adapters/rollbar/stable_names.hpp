// SPDX-License-Identifier: MIT
#pragma once

// Names of functions and files as they stay from build to build: Rollbar groups occurrences by the files and methods of their
// frames. Used by frames.hpp. Source: Rollbar, "Grouping algorithm".

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::rollbar {

/// Where the bracket that opens at `open` is closed, one behind it; the end where it is not.
[[nodiscard]] constexpr std::size_t behind_bracket(std::string_view text, std::size_t open) noexcept {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_arrow = c == '>' && at != 0 && text[at - 1] == '-';
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if ((c == '>' && !is_arrow) || c == ')' || c == '}' || c == ']')
      if (--depth == 0) return at + 1;
  }
  return text.size();
}

/// Of the name of an operator, whose `operator` ends at `at`: `<<`, `()`, ` bool`.
[[nodiscard]] constexpr std::size_t behind_operator(std::string_view text, std::size_t at) noexcept {
  constexpr std::string_view signs = "<>=!-+*/%^&|~,[]";
  if (text.substr(at).starts_with("()")) return at + 2;
  if (text.substr(at).starts_with(' ')) return std::min(text.find('(', at), text.size());
  std::size_t end = at;
  while (end < text.size() && end < at + 3 && signs.find(text[end]) != std::string_view::npos) ++end;
  return end;
}

/// `shop::(anonymous namespace)::sell<int>(int)::{lambda()#2}::operator()() const` -> `shop::sell::lambda::operator()`. Without
/// parameters, whose spelling differs between compilers and standard libraries.
[[nodiscard]] inline std::string stable_method(std::string_view label) {
  std::string made;
  const auto begins = [&](std::size_t at, std::string_view with) { return label.substr(at).starts_with(with); };
  const auto begins_part = [&](std::size_t at) { return at == 0 || label[at - 1] == ':' || label[at - 1] == ' '; };
  for (std::size_t at = 0; at < label.size();) {
    if (begins(at, "operator") && begins_part(at)) {
      const std::size_t end = behind_operator(label, at + 8);
      made += label.substr(at, end - at);
      at = end + (begins(end, " <") ? 1 : 0);
      continue;
    }
    const char c = label[at];
    const std::string_view bracket = label.substr(at, behind_bracket(label, at) - at);
    if (begins(at, "(anonymous namespace)::") || begins(at, "{anonymous}::") || begins(at, "<unnamed>::")) {
      at = label.find("::", at) + 2;
    } else if (begins(at, "_GLOBAL__N_1::")) {
      at += 14;
    } else if (begins(at, "'lambda")) {  // 'lambda'(int), 'lambda0'(int)
      made += "lambda";
      at = label.find('\'', at + 1) == std::string_view::npos ? label.size() : label.find('\'', at + 1) + 1;
    } else if (begins(at, "$_") && begins_part(at)) {
      made += "lambda";
      for (at += 2; at < label.size() && label[at] >= '0' && label[at] <= '9';) ++at;
    } else if (c == '<' || c == '(' || c == '{' || c == '[') {
      if (bracket.substr(0, 7) == "{lambda" || bracket.substr(0, 7) == "<lambda" || bracket.substr(0, 7) == "(lambda")
        made += "lambda";
      at += bracket.size();
    } else if (c == ' ') {
      // A return type stands before a name, qualifiers behind it.
      const std::string_view rest = label.substr(at + 1);
      if (rest.starts_with("const::")) {  // of a member function that has a function of its own
        at += 6;
        continue;
      }
      const bool ends = rest.starts_with("const") || rest.starts_with("[") || rest.starts_with("volatile") ||
                        rest.starts_with("&") || rest.starts_with("noexcept") || rest.empty();
      if (ends) break;
      made.clear();
      ++at;
    } else if (c == '.' && (begins(at, ".constprop") || begins(at, ".part") || begins(at, ".isra") || begins(at, ".cold"))) {
      break;
    } else {
      made += c;
      ++at;
    }
  }
  while (made.ends_with(':')) made.pop_back();
  while (!made.empty() && (made.front() == '*' || made.front() == '&')) made.erase(0, 1);
  return made.empty() ? std::string{label} : made;
}

/// Relative to `root` where it lies there, with forward slashes, without `.` and `..`.
[[nodiscard]] inline std::string stable_filename(std::string_view path, std::string_view root) {
  std::string made;
  if (!path.empty() && (path[0] == '/' || path[0] == '\\')) made = "/";
  const std::size_t start = made.size();
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find_first_of("/\\", at), path.size());
    const std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    const std::size_t last = made.rfind('/');
    const std::string_view before = std::string_view{made}.substr(last == std::string::npos ? 0 : last + 1);
    if (part == ".." && !before.empty() && before != "..") {
      made.resize(last == std::string::npos ? 0 : std::max(last, start));
      continue;
    }
    if (part == ".." && start == 1) continue;  // above the top there is nothing
    if (!made.empty() && made.back() != '/') made += '/';
    made += part;
  }
  if (!root.empty() && made.size() > root.size() + 1 && made.starts_with(root) && made[root.size()] == '/')
    made.erase(0, root.size() + 1);
  return made.empty() ? "<unknown>" : made;
}

/// Of the C++ runtime and standard library, or of this toolkit: nothing there is the program's fault.
[[nodiscard]] inline bool is_foreign_frame(std::string_view label, std::string_view path, std::string_view module) noexcept {
  const auto begins = [&](std::string_view with) { return label.starts_with(with); };
  for (const std::string_view with :
       {"std::", "__gnu_cxx::", "__cxa_", "__libc_start", "_start", "sonde::", "__clone", "_Unwind_"})
    if (begins(with)) return true;
  if (label == "clone" || label == "start_thread" || label == "execute_native_thread_routine") return true;
  for (const std::string_view part : {"/include/c++/", "/libstdc++-v3/", "/libc++", "/include/sonde/"})
    if (path.find(part) != std::string_view::npos) return true;
  for (const std::string_view part : {"/libc.so", "/libstdc++.so", "/libc++.so", "/libpthread", "/libgcc_s", "/ld-linux"})
    if (module.find(part) != std::string_view::npos) return true;
  return false;
}

}  // namespace sonde::rollbar
