// SPDX-License-Identifier: MIT
#pragma once

// A copy of the user's libcurl header list, for sonde::inject to write to. The user's own stays as it is.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include <sonde/config.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace curl {

/// A carrier (propagation/carrier.hpp). Where memory runs out, a header is missing.
class header_list {
 public:
  explicit header_list(const curl_slist* copied = nullptr) noexcept {
    for (; copied != nullptr; copied = copied->next) append(copied->data);
  }
  header_list(const header_list&) = delete;
  header_list& operator=(const header_list&) = delete;
  ~header_list() { curl_slist_free_all(first_); }

  /// For CURLOPT_HTTPHEADER; lives as long as this.
  [[nodiscard]] curl_slist* get() const noexcept { return first_; }

  void set(std::string_view name, std::string_view value) {
    for (const char c : value)
      if (static_cast<unsigned char>(c) < ' ' && c != '\t') return;  // a line break would begin another header
    erase(name);
    std::string line{name};
    append(((line += ": ") += value).c_str());
  }
  void erase(std::string_view name) noexcept {
    for (curl_slist** at = &first_; *at != nullptr;) {
      const std::string_view line = (*at)->data;
      if (!environment::same_ignoring_case(line.substr(0, line.find_first_of(":; \t")), name)) {
        at = &(*at)->next;
        continue;
      }
      curl_slist* const erased = std::exchange(*at, (*at)->next);
      erased->next = nullptr;
      curl_slist_free_all(erased);
    }
  }

 private:
  void append(const char* line) noexcept {
    if (curl_slist* const longer = curl_slist_append(first_, line)) first_ = longer;
  }

  curl_slist* first_ = nullptr;
};

}  // namespace curl
}  // namespace SONDE_ABI
}  // namespace sonde
