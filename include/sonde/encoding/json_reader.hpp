// SPDX-License-Identifier: MIT
#pragma once

// Reads JSON that somebody else wrote: nlohmann/json judges the syntax, a json_value keeps what there is. What nests
// too deep is left out; what memory was too short for is dropped without any. Used by whoever reads replies.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <sonde/encoding/json_value.hpp>

namespace sonde::encoding {

/// Arrays and objects within each other; null is left of deeper ones.
inline constexpr std::size_t deepest_json = 64;

/// What nlohmann/json calls as it reads. Its own values allocate while they end (3.11), and the program with them.
class json_events {
 public:
  bool null() { return put({}); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(std::int64_t value) { return put(value); }
  bool number_unsigned(std::uint64_t value) { return put(value); }
  bool number_float(double value, const std::string&) { return put(value); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json_value::object()); }
  bool start_array(std::size_t) { return open(json_value::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) { return false; }

  [[nodiscard]] json_value take() noexcept { return std::move(whole_); }

 private:
  bool put(json_value value) {
    if (left_out_ == 0) static_cast<void>(place(std::move(value)));
    return true;
  }
  bool open(json_value container) {
    if (left_out_ != 0 || depth_ == deepest_json) {
      if (left_out_++ == 0) static_cast<void>(place({}));
    } else {
      json_value& placed = place(std::move(container));
      open_[depth_++] = &placed;  // stays there: nothing is added to what holds it before it is closed
    }
    return true;
  }
  bool close() {
    --(left_out_ != 0 ? left_out_ : depth_);
    return true;
  }
  json_value& place(json_value value) {
    json_value* const into = depth_ != 0 ? open_[depth_ - 1] : nullptr;
    if (into != nullptr && into->is_object()) return into->append(std::move(name_), std::move(value));
    json_value& placed = into != nullptr ? into->push_back({}) : whole_;
    return placed = std::move(value);
  }

  json_value whole_{};
  std::string name_{};  // of the member to come
  json_value* open_[deepest_json]{};
  std::size_t depth_ = 0;
  std::size_t left_out_ = 0;  // arrays and objects that are open, of those too deep
};

/// Nothing where it is no JSON. Throws std::bad_alloc.
[[nodiscard]] inline std::optional<json_value> read_json(std::string_view text) {
  json_events read;
  if (!nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &read)) return std::nullopt;
  return read.take();
}
/// Null where it is no JSON, or no object.
[[nodiscard]] inline json_value read_json_object(std::string_view text) {
  std::optional<json_value> read = read_json(text);
  return read && read->is_object() ? std::move(*read) : json_value{};
}

}  // namespace sonde::encoding
