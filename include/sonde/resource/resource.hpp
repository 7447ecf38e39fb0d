// SPDX-License-Identifier: MIT
#pragma once

// Who the program is, as attributes that go with everything it exports: an ordered list with unique keys. Made once at
// start; exporters read it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace sonde::resource {

using attribute_value = std::variant<std::string, std::int64_t, bool>;

/// By hand, since a std::variant of GCC 12 destroys what is not there where its copying throws.
[[nodiscard]] inline attribute_value copy_of(const attribute_value& value) {
  return std::visit([](const auto& held) { return attribute_value{std::decay_t<decltype(held)>{held}}; }, value);
}

struct attribute {
  std::string key;
  attribute_value value;

  [[nodiscard]] friend bool operator==(const attribute&, const attribute&) = default;
};

class resource {
 public:
  resource() = default;
  resource(const resource& from) { merge(from); }
  resource& operator=(const resource& from) { return *this = resource{from}; }
  resource(resource&&) = default;
  resource& operator=(resource&&) = default;
  ~resource() = default;

  /// Sets `key`, in its old place if it has one; an empty key is ignored.
  void set(std::string_view key, attribute_value value) {
    if (key.empty()) return;
    if (const auto known = places_.find(key); known != places_.end()) {
      attributes_[known->second].value = std::move(value);
      return;
    }
    attributes_.push_back({std::string{key}, std::move(value)});
    places_.emplace(key, attributes_.size() - 1);
  }

  /// The same; an empty text is ignored, too.
  void set_text(std::string_view key, std::string text) {
    if (!text.empty()) set(key, std::move(text));
  }

  /// Null if there is none.
  [[nodiscard]] const attribute_value* get(std::string_view key) const noexcept {
    const auto known = places_.find(key);
    return known != places_.end() ? &attributes_[known->second].value : nullptr;
  }

  /// The text of `key`; empty if it is absent or not text.
  [[nodiscard]] std::string_view text(std::string_view key) const noexcept {
    const attribute_value* const found = get(key);
    const std::string* const held = found == nullptr ? nullptr : std::get_if<std::string>(found);
    return held == nullptr ? std::string_view{} : std::string_view{*held};
  }

  /// Takes over all of `updating`, which wins where both have a key. Source: OpenTelemetry resource SDK ("Merge").
  void merge(const resource& updating) {
    for (const attribute& one : updating.attributes_) set(one.key, copy_of(one.value));
  }

  [[nodiscard]] const std::vector<attribute>& attributes() const noexcept { return attributes_; }

 private:
  std::vector<attribute> attributes_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of keys: the environment may name thousands
};

}  // namespace sonde::resource
