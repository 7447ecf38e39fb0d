// SPDX-License-Identifier: MIT
#pragma once

// Attribute values as text for people: quoted where needed, shortened, harmless to a terminal.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/json_number.hpp>
#include <sonde/encoding/terminal.hpp>
#include <sonde/encoding/time_text.hpp>
#include <sonde/record/view.hpp>

namespace sonde::console {

/// `412 ns`, `1.23 ms`; `us` where the terminal has no micro sign.
[[nodiscard]] inline std::string duration_text(std::int64_t nanoseconds, encoding::charset shown) {
  char written[encoding::max_duration_size];
  const char* end = encoding::put_duration(written, nanoseconds > 0 ? static_cast<std::uint64_t>(nanoseconds) : 0);
  std::string text{written, static_cast<std::size_t>(end - written)};
  if (shown == encoding::charset::ascii)
    if (const std::size_t micro = text.find("\xC2\xB5"); micro != std::string::npos) text.replace(micro, 2, "u");
  return text;
}

/// Appends values to a text; what goes beyond the length it allows is cut.
class value_text {
 public:
  static constexpr std::size_t longest_text = 120;  // characters of one text
  static constexpr std::size_t longest = 480;       // bytes of one value, after which elements are left out
  static constexpr int deepest = 8;                 // arrays in arrays

  value_text(std::string& into, encoding::charset shown) : into_{into}, start_{into.size()}, shown_{shown} {}

  void put(const record::value_view& value) {
    if (value.type == record::entry_type::duration) {
      into_ += value.integer() < 0 ? "-" : "";
      into_ += duration_text(value.integer() < 0 ? -(value.integer() + 1) : value.integer(), shown_);
      return;
    }
    record::visit(value, *this);
  }

  void operator()(bool held) { into_ += held ? "true" : "false"; }
  void operator()(std::int64_t held) {
    char digits[encoding::max_integer_size];
    into_.append(digits, static_cast<std::size_t>(encoding::put_integer(digits, held) - digits));
  }
  void operator()(double held) {
    if (!std::isfinite(held)) return void(into_ += std::isnan(held) ? "nan" : held < 0 ? "-inf" : "inf");
    char written[encoding::max_number_size];
    into_.append(written, static_cast<std::size_t>(encoding::put_number(written, held) - written));
  }
  void operator()(std::string_view held) {
    const meta::text text{held.data(), held.size()};
    if (stands_alone(held)) return encoding::append_printable(into_, text, shown_, longest_text);
    into_ += '"';
    encoding::append_printable(into_, text, shown_, longest_text, true);
    into_ += '"';
  }
  void operator()(record::array_view held) {
    put_elements('[', ']', held.elements(), [this](record::entry_cursor& at) { put(at.value()); });
  }
  void operator()(record::map_view held) {
    put_elements('{', '}', held.pairs(), [this](record::entry_cursor& at) {
      (*this)(at.value().key());
      into_ += ": ";
      if (at.next()) put(at.value());
    });
  }

 private:
  /// Needs no quotation marks to be told from what is around it.
  [[nodiscard]] static bool stands_alone(std::string_view text) noexcept {
    for (const char c : text)
      if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return false;
    return !text.empty() && text.find_first_of("\"=,[{") == std::string_view::npos;
  }

  template <class Put>
  void put_elements(char open, char close, record::entry_cursor at, Put put_one) {
    into_ += open;
    ++depth_;
    for (bool first = true; at.next(); first = false) {
      if (!first) into_ += ", ";
      if (depth_ > deepest || into_.size() - start_ > longest) {
        into_ += shown_ == encoding::charset::utf8 ? "…" : "...";
        break;
      }
      put_one(at);
    }
    --depth_;
    into_ += close;
  }

  std::string& into_;
  std::size_t start_;
  encoding::charset shown_;
  int depth_ = 0;
};

}  // namespace sonde::console
