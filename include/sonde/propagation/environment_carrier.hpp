// SPDX-License-Identifier: MIT
#pragma once

// The environment as a carrier: TRACEPARENT and the like, from the process that started this one, and for processes it starts.
// Source: OpenTelemetry specification, "Environment Variables as Context Propagation Carriers".

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::propagation {

/// `x-amzn-trace-id` to X_AMZN_TRACE_ID: upper case, and what is neither letter nor digit becomes `_`.
[[nodiscard]] constexpr char variable_character(char c) noexcept {
  c = environment::upper(c);
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

/// The value in a `NAME=value` whose name is that of this header; null where it is another.
[[nodiscard]] constexpr const char* variable_value(const char* variable, std::string_view header) noexcept {
  for (const char c : header)
    if (*variable++ != variable_character(c)) return nullptr;
  return *variable == '=' ? variable + 1 : nullptr;
}

/// Reads this process's environment. Looks at it in place instead of copying it, so that what is extracted outlives this
/// object; changing these variables meanwhile (setenv) is a race, as with getenv.
class environment_carrier {
 public:
  /// Null where the variable is not set. X-Amzn-Trace-Id is also found where AWS Lambda puts it, in _X_AMZN_TRACE_ID.
  [[nodiscard]] const char* get(std::string_view header) const noexcept {
    const char* const value = find(header);
    if (value != nullptr || !environment::same_ignoring_case(header, "X-Amzn-Trace-Id")) return value;
    return find("_X-Amzn-Trace-Id");
  }

 private:
  [[nodiscard]] static const char* find(std::string_view header) noexcept {
    for (char** each = environ; each != nullptr && *each != nullptr; ++each)
      if (const char* const value = variable_value(*each, header)) return value;
    return nullptr;
  }
};

/// A copy of this process's environment to inject into, for posix_spawn and execve.
class child_environment {
 public:
  child_environment() {
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) variables_.emplace_back(*each);
  }

  void set(std::string_view header, std::string_view value) {
    erase(header);
    std::string variable;
    for (const char c : header) variable += variable_character(c);
    variables_.push_back(variable.append("=").append(value));
  }
  void erase(std::string_view header) {
    const auto same = [&](const std::string& each) { return variable_value(each.c_str(), header) != nullptr; };
    variables_.erase(std::remove_if(variables_.begin(), variables_.end(), same), variables_.end());
  }

  /// Ends with a null pointer; good until the next change.
  [[nodiscard]] char* const* data() {
    pointers_.clear();
    for (std::string& each : variables_) pointers_.push_back(each.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> variables_;
  std::vector<char*> pointers_;
};

}  // namespace sonde::propagation
