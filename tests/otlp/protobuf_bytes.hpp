// SPDX-License-Identifier: MIT
#pragma once

// Looks into requests without the encoders' help: by the few rules of the protobuf wire format.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde::testing {

[[nodiscard]] inline std::string hex(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes) {
    digits += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    digits += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
  return digits;
}

/// The length-delimited fields of a message that has no others: number and content.
[[nodiscard]] inline std::vector<std::pair<unsigned, std::string>> messages_in(std::string_view whole) {
  std::vector<std::pair<unsigned, std::string>> found;
  while (!whole.empty()) {
    const auto tag = static_cast<unsigned char>(whole.front());
    if ((tag & 7) != 2) throw std::invalid_argument{"field of another type"};
    std::size_t at = 1;
    std::size_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(whole.at(at++));
      size |= std::size_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) break;
    }
    if (size > whole.size() - at) throw std::invalid_argument{"field beyond the end"};
    found.emplace_back(tag >> 3, whole.substr(at, size));
    whole.remove_prefix(at + size);
  }
  return found;
}

/// Each scope of a request: its encoded InstrumentationScope, and its records.
[[nodiscard]] inline std::vector<std::pair<std::string, std::vector<std::string>>> scopes_in(std::string_view request) {
  std::vector<std::pair<std::string, std::vector<std::string>>> found;
  for (const auto& [in_request, resource] : messages_in(request))
    for (const auto& [in_resource, scope] : messages_in(resource)) {
      if (in_resource != 2) continue;
      auto& added = found.emplace_back();
      for (auto& [in_scope, content] : messages_in(scope)) {
        if (in_scope == 1) added.first = content;
        if (in_scope == 2) added.second.push_back(content);
      }
    }
  return found;
}
[[nodiscard]] inline std::vector<std::string> records_in(std::string_view request) {
  std::vector<std::string> found;
  for (auto& [scope, records] : scopes_in(request)) found.insert(found.end(), records.begin(), records.end());
  return found;
}

}  // namespace sonde::testing
