// SPDX-License-Identifier: MIT
#pragma once

// A statement's text as it may be recorded: every literal is a `?`, comments are gone, blanks are single. Placeholders
// stay. Source: OpenTelemetry semantic conventions, "Database client spans", sanitization of db.query.text.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/integrations/sql/token.hpp>
#include <sonde/integrations/sql/value_words.hpp>

namespace sonde::sql {

/// What was left out because the text is too long.
inline constexpr std::string_view cut_mark = "…";

/// Of a longer statement only so much is looked at.
inline constexpr std::size_t most_read_of_text = std::size_t{64} << 10;

/// At most `limit` bytes and the cut mark; a piece that does not fit is left out whole. Quoted names stay only where
/// nothing but a name can stand, since SQLite takes others for text: behind FROM and the like, and beside a dot.
[[nodiscard]] inline std::string query_text(std::string_view sql, std::size_t limit = 4096) {
  std::string made;
  made.reserve((sql.size() < limit ? sql.size() : limit) + cut_mark.size());
  tokens read{sql.substr(0, most_read_of_text)};
  token before, now, after;
  value_words values;
  bool names_next = false;  // the last word was one that a name follows
  bool more = read.next(now);
  for (bool first = true; more; first = false, before = now, now = after) {
    more = read.next(after);
    const bool named = names_next || (!made.empty() && made.back() == '.') || (more && after.is('.'));
    const bool is_value = values.is_value(now);
    std::string_view shown = now.text;
    if (now.type == token_type::text || now.type == token_type::number || (now.type == token_type::quoted && !named) ||
        (is_value && (now.type == token_type::word || now.type == token_type::quoted)))
      shown = "?";
    names_next = now.is_any("JOIN", "INTO", "UPDATE", "TABLE", "INDEX", "VIEW", "TRIGGER", "EXISTS", "AS") ||
                 (now.is("FROM") && !before.is("DISTINCT"));
    const bool spaced = now.spaced && !first;
    if (made.size() + spaced + shown.size() > limit) return made.append(cut_mark);
    if (spaced) made += ' ';
    made += shown;
  }
  if (sql.size() > most_read_of_text) made += cut_mark;
  return made;
}

}  // namespace sonde::sql
