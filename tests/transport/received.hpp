// SPDX-License-Identifier: MIT
#pragma once

// An HTTP/1 request as it arrived, for servers that look at what they got.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

#include <sonde/environment/syntax.hpp>

namespace sonde::tests {

struct received {
  std::string method{};
  std::string path{};
  std::string query{};
  std::multimap<std::string, std::string> headers{};  // names in lower case
  std::string header_lines{};                         // as they came
  std::string body{};

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  /// `name=value` of the Authorization header.
  [[nodiscard]] std::string said(const std::string& name) const {
    const std::string whole = header("authorization");
    const std::size_t start = whole.find(name + "=");
    if (start == std::string::npos) return {};
    const std::size_t from = start + name.size() + 1;
    return whole.substr(from, whole.find(',', from) - from);
  }
};

/// From a request's head, without its body.
[[nodiscard]] inline received parsed(const std::string& head) {
  received got;
  std::istringstream lines{head};
  std::string line;
  lines >> got.method >> got.path;
  if (const std::size_t question = got.path.find('?'); question != std::string::npos) {
    got.query = got.path.substr(question + 1);
    got.path.resize(question);
  }
  std::getline(lines, line);
  while (std::getline(lines, line) && line.size() > 1) {
    got.header_lines += line + '\n';
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    got.headers.emplace(name, environment::trimmed(std::string_view{line}.substr(colon + 1)));
  }
  return got;
}

}  // namespace sonde::tests
