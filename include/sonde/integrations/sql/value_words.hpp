// SPDX-License-Identifier: MIT
#pragma once

// Finds words that are values, not names: the file of VACUUM INTO and of ATTACH, which SQLite takes without quotes or in double
// ones, and the keys of encrypted databases. Used by query_text. Source: SQLite documentation, "VACUUM", "ATTACH DATABASE",
// "SQLite Encryption Extension"; SQLCipher documentation, "PRAGMA key".

#include <string_view>

#include <sonde/integrations/sql/token.hpp>

namespace sonde::sql {

/// To be asked about each token of a text in turn.
class value_words {
 public:
  /// Whether a word or a quoted name that stands here is a value.
  [[nodiscard]] constexpr bool is_value(const token& now) noexcept {
    if (now.is(';')) {
      *this = {};
      return false;
    }
    switch (verb_) {
      case verb::unread: begin(now); return false;
      case verb::vacuum:
        if (now.is("INTO")) return value_next_ = true, false;
        return value_next_;
      case verb::attach:
        if (now.is_any("AS", "KEY")) return value_next_ = now.is("KEY"), false;
        return value_next_ && !now.is("DATABASE");
      case verb::pragma:
        if (value_next_) return true;
        if (now.is('=') || now.is('(')) value_next_ = is_key(name_);
        name_ = now.text;
        return false;
      case verb::other: return false;
    }
    return false;
  }

 private:
  enum class verb : unsigned char { unread, vacuum, attach, pragma, other };

  constexpr void begin(const token& now) noexcept {
    if (now.is_any("EXPLAIN", "QUERY", "PLAN")) return;
    verb_ = now.is("VACUUM") ? verb::vacuum : now.is("ATTACH") ? verb::attach : now.is("PRAGMA") ? verb::pragma : verb::other;
    value_next_ = verb_ == verb::attach;
  }
  [[nodiscard]] static constexpr bool is_key(std::string_view name) noexcept {
    if (name.size() > 2 && (name[0] == '"' || name[0] == '`' || name[0] == '[' || name[0] == '\''))
      name = name.substr(1, name.size() - 2);
    const token word{token_type::word, name};
    return word.is_any("KEY", "REKEY", "HEXKEY", "HEXREKEY", "TEXTKEY", "TEXTREKEY");
  }

  verb verb_ = verb::unread;
  bool value_next_ = false;
  std::string_view name_{};
};

}  // namespace sonde::sql
