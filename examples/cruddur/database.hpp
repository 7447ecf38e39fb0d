// SPDX-License-Identifier: MIT
#pragma once

// Where cruddur keeps its activities: SQLite, in memory or in a file. Every query is a span; what is bound to it is in none.

#include <chrono>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <sonde/integrations/sqlite.hpp>

namespace cruddur {

/// A row of a result, valid until the next one is asked for.
class row {
 public:
  explicit row(sqlite3_stmt* at) : at_{at} {}

  [[nodiscard]] std::string text(int column) const {
    const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(at_, column));
    return bytes != nullptr ? bytes : "";
  }
  [[nodiscard]] long long integer(int column) const { return sqlite3_column_int64(at_, column); }

 private:
  sqlite3_stmt* at_;
};

/// May be used from several threads.
class database {
 public:
  /// `path`: a file, made where there is none, or `:memory:`. Throws std::runtime_error where it cannot be opened.
  explicit database(const std::string& path = ":memory:") {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &opened,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr);
    connection_.reset(opened);
    if (result != SQLITE_OK) throw std::runtime_error{"cannot open the database " + path + ": " + sqlite3_errstr(result)};
    sqlite3_busy_timeout(opened, 1000);
  }

  /// Runs statements that give no rows.
  void run(const char* statements) const {
    if (sonde::sqlite::exec(connection_.get(), statements) != SQLITE_OK) throw failure();
  }

  /// Runs one statement with these texts bound to its `?`, and calls `take(row)` for each row.
  template <class Take>
  void query(std::string_view statement, std::initializer_list<std::string_view> values, Take take) const {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(connection_.get(), statement.data(), static_cast<int>(statement.size()), &made, nullptr) != SQLITE_OK)
      throw failure();
    const std::unique_ptr<sqlite3_stmt, closer> prepared{made};
    int position = 0;
    for (const std::string_view each : values)
      sqlite3_bind_text(made, ++position, each.data(), static_cast<int>(each.size()), SQLITE_STATIC);
    sonde::sqlite::query results{made};
    int result = SQLITE_OK;
    while ((result = results.step()) == SQLITE_ROW) take(row{made});
    if (result != SQLITE_DONE) throw failure();
  }

 private:
  struct closer {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  [[nodiscard]] std::runtime_error failure() const {
    return std::runtime_error{std::string{"SQLite: "} + sqlite3_errstr(sqlite3_extended_errcode(connection_.get()))};
  }

  std::unique_ptr<sqlite3, closer> connection_;
};

}  // namespace cruddur
