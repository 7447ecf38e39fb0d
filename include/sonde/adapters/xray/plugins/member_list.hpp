// SPDX-License-Identifier: MIT
#pragma once

// Members of a JSON object in the making, without its braces; those of no value are left out. Used by plugins.hpp.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/environment/syntax.hpp>
#include <sonde/record/location.hpp>

namespace sonde::xray {

class member_list {
 public:
  member_list& add_text(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    begin(name).append("\"").append(record::json_escaped(value)).append("\"");
    return *this;
  }
  member_list& add_number(std::string_view name, std::optional<std::int64_t> value) {
    if (value) begin(name) += environment::written(*value);
    return *this;
  }
  member_list& add_object(std::string_view name, const member_list& members) {
    begin(name).append("{").append(members.text_).append("}");
    return *this;
  }
  /// An array of one object.
  member_list& add_array(std::string_view name, const member_list& members) {
    begin(name).append("[{").append(members.text_).append("}]");
    return *this;
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  /// Names are our own: nothing in them needs an escape.
  std::string& begin(std::string_view name) {
    if (!text_.empty()) text_ += ',';
    return text_.append("\"").append(name).append("\":");
  }

  std::string text_{};
};

}  // namespace sonde::xray
