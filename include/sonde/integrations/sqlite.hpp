// SPDX-License-Identifier: MIT
#pragma once

// Spans around SQLite's statements, beside its C interface. Values never get into them: literals in the text are
// replaced, what is bound is not looked at. Needs sqlite3.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include <sqlite3.h>

#include <sonde/encoding/decimal.hpp>
#include <sonde/integrations/sql/query_summary.hpp>
#include <sonde/integrations/sql/query_text.hpp>
#include <sonde/semconv/db.hpp>
#include <sonde/semconv/error.hpp>
#include <sonde/sonde.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace sqlite {

/// One execution. Source: OpenTelemetry semantic conventions, "SQL databases client operations". Operation and table
/// have no attributes of their own, since SQL can name several; the summary has them.
class statement_span {
 public:
  statement_span(sqlite3* database, const char* text, here<> at) noexcept : span_{kind::client, at} {
    if (!span_.is_recording()) return;
    span_.set_attribute<semconv::db::system_name>(semconv::db::system_name_values::sqlite);
    if (const char* const path = database != nullptr ? sqlite3_db_filename(database, "main") : nullptr)
      if (const char* const name = file_name(path); *name != '\0') span_.set_attribute<semconv::db::db_namespace>(name);
    if (text == nullptr) return;
    try {
      span_.set_attribute<semconv::db::query_text>(sql::query_text(text));
      const auto summary = sql::query_summary(text);
      if (summary.empty()) return;
      span_.set_attribute<semconv::db::query_summary>(summary);
      span_.update_name(summary);
    } catch (...) {  // out of memory: the span says less
    }
  }

  void set_rows(std::int64_t rows) noexcept { span_.set_attribute<semconv::db::response_returned_rows>(rows); }
  /// `code`: SQLite's extended result code. Its own sentence for it is kept, not sqlite3_errmsg(), which quotes the
  /// statement.
  void fail(int code) noexcept {
    if (!span_.is_recording()) return;
    char digits[encoding::max_integer_size];
    const char* const end = encoding::put_integer(digits, code);
    const std::string_view number{digits, static_cast<std::size_t>(end - digits)};
    span_.set_attribute<semconv::db::response_status_code>(number);
    span_.set_attribute<semconv::error::type>(number);
    span_.set_status(status::error, sqlite3_errstr(code));
  }

 private:
  /// A path may tell more than it should.
  [[nodiscard]] static const char* file_name(const char* path) noexcept {
    const char* const slash = std::strrchr(path, '/');
    return slash != nullptr ? slash + 1 : path;
  }

  span_forms<true>::span<instrumentation_scope<"sonde.sqlite", "">, "sqlite"> span_;
};

class live_query {
 public:
  explicit live_query(sqlite3_stmt* statement, here<> at = here<>::captured()) noexcept
      : statement_{statement}, at_{at} {}
  live_query(const live_query&) = delete;
  live_query& operator=(const live_query&) = delete;
  ~live_query() { end(); }

  int step() noexcept {
    if (!span_) {
      span_.emplace(sqlite3_db_handle(statement_), sqlite3_sql(statement_), at_);
      rows_ = 0;
    }
    const int result = sqlite3_step(statement_);
    has_rows_ = sqlite3_column_count(statement_) > 0;  // now: when the guard goes, the statement may be gone
    if (result == SQLITE_ROW) {
      ++rows_;
      return result;
    }
    if (result != SQLITE_DONE) {
      sqlite3* const database = sqlite3_db_handle(statement_);
      span_->fail(database != nullptr ? sqlite3_extended_errcode(database) : result);
    }
    end();
    return result;
  }

 private:
  [[gnu::noinline]] void end() noexcept {  // inlined, GCC 12 takes the span for uninitialised
    if (span_ && has_rows_) span_->set_rows(rows_);
    span_.reset();
  }

  sqlite3_stmt* statement_;
  here<> at_;
  std::optional<statement_span> span_;
  std::int64_t rows_ = 0;
  bool has_rows_ = false;  // a statement of the kind that returns some
};

/// No noexcept: it would add an exception table around a function of C.
struct idle_query {
  sqlite3_stmt* statement;

  [[gnu::always_inline]] explicit idle_query(sqlite3_stmt* prepared) noexcept : statement{prepared} {}
  [[gnu::always_inline]] int step() const { return sqlite3_step(statement); }
};

/// `sonde::sqlite::query found{statement}; while (found.step() == SQLITE_ROW) …`: a span from the first step to the
/// last row, an error, or the end of the guard, whichever is first; another one if it is stepped again. The statement
/// stays its owner's, and must outlive the last step.
using query = std::conditional_t<enabled, live_query, idle_query>;

using row_function = int (*)(void*, int, char**, char**);

/// sqlite3_exec() in a span; it may hold several statements.
template <bool Live = enabled>
int exec(sqlite3* database, const char* text, row_function row = nullptr, void* argument = nullptr,
         char** message = nullptr, [[maybe_unused]] here<> at = here<>::captured()) {
  if constexpr (Live) {
    statement_span span{database, text, at};
    const int result = sqlite3_exec(database, text, row, argument, message);
    if (result != SQLITE_OK) span.fail(sqlite3_extended_errcode(database));
    return result;
  } else {
    return sqlite3_exec(database, text, row, argument, message);
  }
}

}  // namespace sqlite
}  // namespace SONDE_ABI
}  // namespace sonde
