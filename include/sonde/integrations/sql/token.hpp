// SPDX-License-Identifier: MIT
#pragma once

// SQL in pieces: names, literals, placeholders, signs. Knows SQLite's quotes and what other dialects share; total over
// any bytes. Used by query_text and query_summary.

#include <cstddef>
#include <string_view>

namespace sonde::sql {

enum class token_type : unsigned char {
  word,         // a keyword, or a name without quotes
  quoted,       // "name", `name` or [name]; SQLite takes "text" for a literal where no such name exists
  text,         // 'text', x'blob'
  number,       // 1, .5, 1e9, 0xff
  placeholder,  // ?, ?1, :name, @name, $name
  sign,         // one other character
};

struct token {
  token_type type{};
  std::string_view text;
  bool spaced = false;  // blanks or a comment stand before it

  [[nodiscard]] constexpr bool is(char one) const noexcept {
    return type == token_type::sign && text.size() == 1 && text[0] == one;
  }
  /// `keyword` in upper case.
  [[nodiscard]] constexpr bool is(std::string_view keyword) const noexcept {
    if (type != token_type::word || text.size() != keyword.size()) return false;
    for (std::size_t i = 0; i < keyword.size(); ++i) {
      const char c = text[i];
      if ((c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c) != keyword[i]) return false;
    }
    return true;
  }
  template <class... Keywords>
  [[nodiscard]] constexpr bool is_any(const Keywords&... keywords) const noexcept {
    return (is(std::string_view{keywords}) || ...);
  }
};

/// Source: SQLite documentation, "SQL As Understood By SQLite", and its tokenizer's treatment of what is left open.
class tokens {
 public:
  explicit constexpr tokens(std::string_view sql) noexcept : sql_{sql} {}

  /// False at the end. Comments are no tokens.
  [[nodiscard]] constexpr bool next(token& found) noexcept {
    found.spaced = skip_blanks();
    if (at_ >= sql_.size()) return false;
    const std::size_t begin = at_;
    found.type = read();
    found.text = sql_.substr(begin, at_ - begin);
    return true;
  }
  [[nodiscard]] constexpr std::size_t position() const noexcept { return at_; }

 private:
  static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  static constexpr bool in_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  }
  [[nodiscard]] constexpr char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  constexpr bool skip_blanks() noexcept {
    const std::size_t begin = at_;
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (c == ' ' || (c >= '\t' && c <= '\r') || c == '\0')
        ++at_;
      else if (c == '-' && peek(1) == '-')
        skip_past("\n");
      else if (c == '/' && peek(1) == '*')
        at_ += 2, skip_past("*/");
      else
        break;
    }
    return at_ != begin;
  }
  constexpr void skip_past(std::string_view end) noexcept {
    const std::size_t found = at_ < sql_.size() ? sql_.find(end, at_) : std::string_view::npos;
    at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
  }
  constexpr void skip_word() noexcept {
    while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
  }
  /// A doubled quote stands for itself; one left open reaches to the end.
  constexpr void skip_quoted(char end) noexcept {
    for (++at_; at_ < sql_.size(); ++at_) {
      if (sql_[at_] != end) continue;
      if (end == ']' || peek(1) != end) {
        ++at_;
        return;
      }
      ++at_;
    }
    at_ = sql_.size();
  }

  constexpr token_type read() noexcept {
    const char c = sql_[at_];
    switch (c) {
      case '\'': return skip_quoted('\''), token_type::text;
      case '"':
      case '`': return skip_quoted(c), token_type::quoted;
      case '[': return skip_quoted(']'), token_type::quoted;
      case '?': return ++at_, skip_word(), token_type::placeholder;
      case ':':
      case '@':
      case '$':
      case '#':
        if (in_word(peek(1))) return ++at_, skip_word(), token_type::placeholder;
        return ++at_, token_type::sign;
      default: break;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return skip_number(), token_type::number;
    if ((c == 'x' || c == 'X') && peek(1) == '\'') return ++at_, skip_quoted('\''), token_type::text;
    if (in_word(c)) return skip_word(), token_type::word;
    return ++at_, token_type::sign;
  }
  /// Letters that follow belong to it: nothing behind a digit can be told apart from a value.
  constexpr void skip_number() noexcept {
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if ((c == 'e' || c == 'E') && (peek(1) == '+' || peek(1) == '-') && is_digit(peek(2)))
        at_ += 2;
      else if (in_word(c) || c == '.')
        ++at_;
      else
        return;
    }
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

}  // namespace sonde::sql
