// SPDX-License-Identifier: MIT
#pragma once

// What a statement does, in a few words that are the same for all its values: `SELECT activities users`. Names spans.
// Source: OpenTelemetry semantic conventions, "Database client spans", generating a summary of the query.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/integrations/sql/token.hpp>

namespace sonde::sql {

/// Reads operations and what they are applied to, in order; as they are written. Empty where the text begins with no
/// statement.
class summary_reader {
 public:
  static constexpr std::size_t most_bytes = 255;
  static constexpr std::size_t most_read = 16384;  // of the statement

  explicit summary_reader(std::string_view sql) : read_{sql.substr(0, most_read)} {}

  [[nodiscard]] std::string read() {
    for (bool more = advance(); more && !full_;) more = step();
    return std::move(made_);
  }

 private:
  bool advance() noexcept {
    before_ = last_;
    last_ = now_;
    return read_.next(now_);
  }
  void add(std::string_view part) {
    if (made_.size() + part.size() + 1 > most_bytes)
      full_ = true;
    else
      (made_.empty() ? made_ : made_ += ' ') += part;
  }

  /// Handles one token; false at the end.
  bool step() {
    if (now_.is(';')) {
      from_ = 0;
      at_start_ = true;
      target_next_ = false;
      return advance();
    }
    if (at_start_) return begin_statement();
    if (target_next_) return take_target();
    if (now_.is('(')) {
      from_ <<= 1;
    } else if (now_.is(')')) {
      from_ >>= 1;
    } else if (now_.is(',')) {
      target_next_ = (from_ & 1) != 0;
    } else if (now_.is("FROM") && !(last_.is("DISTINCT") && before_.is_any("IS", "NOT"))) {
      from_ |= 1;
      target_next_ = true;
    } else if (now_.is_any("JOIN", "INTO")) {
      target_next_ = true;
    } else if (now_.is_any("WHERE", "GROUP", "ORDER", "LIMIT", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "SET",
                           "RETURNING")) {
      from_ &= ~std::uint64_t{1};
    } else if (now_.is("SELECT") || (now_.is_any("INSERT", "DELETE") && !last_.is("ON"))) {
      from_ &= ~std::uint64_t{1};
      add(now_.text);
    } else if (now_.is("UPDATE") && !last_.is_any("DO", "ON")) {
      return take_update();
    }
    return advance();
  }

  bool begin_statement() {
    at_start_ = false;
    if (now_.is_any("CREATE", "DROP", "ALTER")) return take_definition();
    if (now_.is("UPDATE")) return take_update();
    if (now_.is("VACUUM")) return take_vacuum();
    if (now_.is_any("SELECT", "INSERT", "REPLACE", "DELETE", "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT",
                    "RELEASE", "ATTACH", "DETACH", "ANALYZE", "REINDEX", "VALUES")) {
      add(now_.text);
      return advance();
    }
    if (now_.is("PRAGMA")) {
      add(now_.text);
      target_next_ = true;
      return advance();
    }
    if (now_.is("EXPLAIN")) {
      add(now_.text);
      at_start_ = true;
      bool more = advance();
      while (more && now_.is_any("QUERY", "PLAN")) more = advance();
      return more;
    }
    if (now_.is("WITH")) return advance();
    full_ = true;  // no statement: nothing that follows can be told apart from data
    return true;
  }
  /// INTO what file is nobody's business.
  bool take_vacuum() {
    add(now_.text);
    bool more = advance();
    while (more && !now_.is(';')) more = advance();
    return more;
  }
  bool take_update() {
    add(now_.text);
    bool more = advance();
    if (more && now_.is("OR")) more = advance() && advance();
    target_next_ = true;
    return more;
  }
  /// `CREATE TABLE activities`. The columns of a table and the body of a trigger are left out.
  bool take_definition() {
    const std::string_view verb = now_.text;
    bool more = advance();
    while (more && now_.is_any("TEMP", "TEMPORARY", "UNIQUE", "VIRTUAL")) more = advance();
    if (!more || !now_.is_any("TABLE", "INDEX", "VIEW", "TRIGGER")) return add(verb), more;
    std::string both{verb};
    (both += ' ') += now_.text;
    const bool has_body = now_.is("TRIGGER");
    more = advance();
    while (more && now_.is_any("IF", "NOT", "EXISTS")) more = advance();
    add(both);
    if (more) more = take_target();
    if (has_body) full_ = true;
    while (more && !now_.is(';')) more = advance();
    return more;
  }
  /// A name, perhaps with that of its database before it; anything else, a subquery say, is none.
  bool take_target() {
    target_next_ = false;
    if (now_.is_any("SELECT", "VALUES", "OR")) return true;
    using enum token_type;
    if (now_.type == placeholder || now_.type == number || now_.type == sign) return true;
    std::string name;
    for (bool more = true; more;) {
      if (name.size() + now_.text.size() > most_bytes || read_.position() == most_read) return full_ = true, true;
      name += now_.text;
      more = advance();
      if (!more || !now_.is('.')) return add(name), more;
      name += '.';
      more = advance();
      if (!more || now_.type == token_type::sign) return add(name), more;
    }
    return false;
  }

  tokens read_;
  token now_{}, last_{}, before_{};
  std::string made_{};
  std::uint64_t from_ = 0;    // by depth of parentheses, the innermost lowest: whether a list of tables is being read
  bool at_start_ = true;      // of a statement
  bool target_next_ = false;
  bool full_ = false;
};

[[nodiscard]] inline std::string query_summary(std::string_view sql) { return summary_reader{sql}.read(); }

}  // namespace sonde::sql
