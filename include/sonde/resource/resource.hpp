// SPDX-License-Identifier: MIT
#pragma once

// Who the program is, as attributes that go with everything it exports: an ordered list with unique keys. Made once at
// start; exporters read it.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sonde::resource {

using attribute_value = std::variant<std::string, std::int64_t, bool>;

struct attribute {
  std::string key;
  attribute_value value;

  [[nodiscard]] friend bool operator==(const attribute&, const attribute&) = default;
};

class resource {
 public:
  /// Sets `key`, in its old place if it has one; an empty key is ignored.
  void set(std::string_view key, attribute_value value) {
    if (key.empty()) return;
    for (attribute& one : attributes_)
      if (one.key == key) {
        one.value = std::move(value);
        return;
      }
    attributes_.push_back({std::string{key}, std::move(value)});
  }

  /// The same; an empty text is ignored, too.
  void set_text(std::string_view key, std::string text) {
    if (!text.empty()) set(key, std::move(text));
  }

  /// Null if there is none.
  [[nodiscard]] const attribute_value* get(std::string_view key) const noexcept {
    for (const attribute& one : attributes_)
      if (one.key == key) return &one.value;
    return nullptr;
  }

  /// The text of `key`; empty if it is absent or not text.
  [[nodiscard]] std::string_view text(std::string_view key) const noexcept {
    const attribute_value* const found = get(key);
    const std::string* const held = found == nullptr ? nullptr : std::get_if<std::string>(found);
    return held == nullptr ? std::string_view{} : std::string_view{*held};
  }

  /// Takes over all of `updating`, which wins where both have a key. Source: OpenTelemetry resource SDK ("Merge").
  void merge(const resource& updating) {
    for (const attribute& one : updating.attributes_) set(one.key, one.value);
  }

  [[nodiscard]] const std::vector<attribute>& attributes() const noexcept { return attributes_; }

 private:
  std::vector<attribute> attributes_;
};

}  // namespace sonde::resource
