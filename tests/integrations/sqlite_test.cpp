// SPDX-License-Identifier: MIT
// Spans of a real SQLite, in memory and in a file.

#include <sonde/integrations/sqlite.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "span/recording.hpp"

namespace {

struct database {
  explicit database(const char* path = ":memory:") {
    if (sqlite3_open(path, &handle) != SQLITE_OK) throw std::runtime_error{"no database"};
    const char* const table = "CREATE TABLE activities(uuid TEXT UNIQUE, handle TEXT, likes INT)";
    if (sqlite3_exec(handle, table, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error{"no table"};
  }
  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database() { sqlite3_close(handle); }

  sqlite3* handle = nullptr;
};

struct statement {
  statement(database& in, const char* sql) {
    if (sqlite3_prepare_v2(in.handle, sql, -1, &prepared, nullptr) != SQLITE_OK)
      throw std::runtime_error{sqlite3_errmsg(in.handle)};
  }
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  ~statement() { sqlite3_finalize(prepared); }
  void bind(int at, const char* text) const { sqlite3_bind_text(prepared, at, text, -1, SQLITE_STATIC); }
  operator sqlite3_stmt*() const { return prepared; }

  sqlite3_stmt* prepared = nullptr;
};

void fill(database& into, int rows) {
  for (int i = 0; i < rows; ++i) {
    statement insert{into, "INSERT INTO activities VALUES (?, 'worf', 3)"};
    const std::string uuid = std::to_string(i);
    insert.bind(1, uuid.c_str());
    if (sqlite3_step(insert) != SQLITE_DONE) throw std::runtime_error{"no row"};
  }
}

std::string everything_in(const sonde::testing::recorded_span& span) {
  std::string all = span.name + span.status_message;
  for (const auto& each : span.attributes.all)
    if (const auto* text = std::get_if<std::string>(&each.value.held)) all += *text;
  return all;
}

TEST(sqlite, a_query_is_a_span_to_its_last_row) {
  recording kept;
  database in;
  fill(in, 3);
  statement select{in, "SELECT uuid FROM activities WHERE handle = ? AND likes > 2"};
  select.bind(1, "worf");
  {
    sonde::span<"request"> request;
    sonde::sqlite::query found{select};
    int rows = 0;
    while (found.step() == SQLITE_ROW) ++rows;
    EXPECT_EQ(rows, 3);
    sonde::span<"after"> after;  // the query has ended, though its guard is here
    EXPECT_EQ(sonde::current_span().context(), after.context());
  }
  const auto span = kept.named("SELECT activities");
  EXPECT_EQ(span.kind, sonde::kind::client);
  EXPECT_EQ(span.status, sonde::status::unset);
  EXPECT_EQ(span.parent_span_id, kept.named("request").span_id);
  EXPECT_EQ(kept.named("after").parent_span_id, kept.named("request").span_id);
  EXPECT_EQ(span.attributes["db.system.name"], "sqlite");
  EXPECT_EQ(span.attributes["db.query.text"], "SELECT uuid FROM activities WHERE handle = ? AND likes > ?");
  EXPECT_EQ(span.attributes["db.query.summary"], "SELECT activities");
  EXPECT_EQ(span.attributes["db.response.returned_rows"], 3);
  EXPECT_FALSE(span.attributes.contains("db.namespace"));
  EXPECT_FALSE(span.attributes.contains("error.type"));
  EXPECT_EQ(span.attributes.all.size(), 4u);
  EXPECT_NE(span.file.find("sqlite_test.cpp"), std::string::npos) << span.file;
}

TEST(sqlite, an_insert_returns_no_rows) {
  recording kept;
  database in;
  statement insert{in, "INSERT INTO activities VALUES (:uuid, 'secret literal', 7)"};
  insert.bind(1, "secret value");
  EXPECT_EQ(sonde::sqlite::query{insert}.step(), SQLITE_DONE);
  const auto span = kept.only();
  EXPECT_EQ(span.name, "INSERT activities");
  EXPECT_EQ(span.attributes["db.query.text"], "INSERT INTO activities VALUES (:uuid, ?, ?)");
  EXPECT_FALSE(span.attributes.contains("db.response.returned_rows"));
  EXPECT_EQ(everything_in(span).find("secret"), std::string::npos);
}

TEST(sqlite, a_failed_step_says_why_and_no_values) {
  recording kept;
  database in;
  fill(in, 1);
  statement insert{in, "INSERT INTO activities VALUES (?, ?, 0)"};
  insert.bind(1, "0");
  insert.bind(2, "secret");
  EXPECT_EQ(sonde::sqlite::query{insert}.step(), SQLITE_CONSTRAINT);
  const auto span = kept.only();
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.status_message, "constraint failed");
  EXPECT_EQ(span.attributes["db.response.status_code"], "2067");  // SQLITE_CONSTRAINT_UNIQUE
  EXPECT_EQ(span.attributes["error.type"], "2067");
}

TEST(sqlite, a_guard_may_stop_early_and_a_statement_run_again) {
  recording kept;
  database in;
  fill(in, 3);
  statement select{in, "SELECT uuid FROM activities"};
  {
    sonde::sqlite::query found{select};
    EXPECT_EQ(found.step(), SQLITE_ROW);
  }
  sqlite3_reset(select);
  sonde::sqlite::query again{select};
  for (int run = 0; run < 2; ++run)
    while (again.step() == SQLITE_ROW) continue;
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].attributes["db.response.returned_rows"], 1);
  EXPECT_EQ(spans[1].attributes["db.response.returned_rows"], 3);
  EXPECT_EQ(spans[2].attributes["db.response.returned_rows"], 3);
  for (const auto& each : spans) EXPECT_EQ(each.status, sonde::status::unset);
}

TEST(sqlite, exec_is_one_span_for_all_its_statements) {
  recording kept;
  database in;
  int rows = 0;
  const auto count = [](void* counter, int, char**, char**) { return ++*static_cast<int*>(counter), 0; };
  const char* const sql = "BEGIN; INSERT INTO activities VALUES ('secret', 'b', 1); SELECT * FROM activities; COMMIT";
  EXPECT_EQ(sonde::sqlite::exec(in.handle, sql, count, &rows), SQLITE_OK);
  EXPECT_EQ(rows, 1);
  const auto span = kept.only();
  EXPECT_EQ(span.name, "BEGIN INSERT activities SELECT activities COMMIT");
  EXPECT_EQ(everything_in(span).find("secret"), std::string::npos);
  EXPECT_NE(span.file.find("sqlite_test.cpp"), std::string::npos) << span.file;
}

TEST(sqlite, a_failed_exec_quotes_nothing) {
  recording kept;
  database in;
  char* message = nullptr;
  EXPECT_EQ(sonde::sqlite::exec(in.handle, "SELECT 'secret", nullptr, nullptr, &message), SQLITE_ERROR);
  ASSERT_NE(message, nullptr);
  EXPECT_NE(std::string{message}.find("secret"), std::string::npos);  // why sqlite3_errmsg() is not taken
  sqlite3_free(message);
  const auto span = kept.only();
  EXPECT_EQ(span.name, "SELECT");
  EXPECT_EQ(span.status, sonde::status::error);
  EXPECT_EQ(span.attributes["db.response.status_code"], "1");
  EXPECT_EQ(everything_in(span).find("secret"), std::string::npos);
}

TEST(sqlite, what_is_no_statement_is_named_after_the_system) {
  recording kept;
  database in;
  EXPECT_EQ(sonde::sqlite::exec(in.handle, "secret words"), SQLITE_ERROR);
  const auto span = kept.only();
  EXPECT_EQ(span.name, "sqlite");
  EXPECT_FALSE(span.attributes.contains("db.query.summary"));
}

TEST(sqlite, a_database_is_named_after_its_file_without_the_path) {
  const std::string path = testing::TempDir() + "cruddur" + std::to_string(getpid()) + ".db";
  {
    recording kept;
    database in{path.c_str()};
    sonde::sqlite::exec(in.handle, "SELECT * FROM activities");
    EXPECT_EQ(kept.only().attributes["db.namespace"], "cruddur" + std::to_string(getpid()) + ".db");
  }
  std::remove(path.c_str());
}

TEST(sqlite, null_and_empty_are_survived) {
  recording kept;
  EXPECT_EQ(sonde::sqlite::query{nullptr}.step(), SQLITE_MISUSE);
  database in;
  EXPECT_EQ(sonde::sqlite::exec(in.handle, ""), SQLITE_OK);
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(sqlite, works_without_a_session) {
  database in;
  fill(in, 2);
  statement select{in, "SELECT * FROM activities"};
  sonde::sqlite::query found{select};
  int rows = 0;
  while (found.step() == SQLITE_ROW) ++rows;
  EXPECT_EQ(rows, 2);
}

TEST(sqlite, a_statement_may_be_gone_before_its_guard) {
  recording kept;
  database in;
  fill(in, 1);
  {
    sqlite3_stmt* select = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(in.handle, "SELECT uuid FROM activities", -1, &select, nullptr), SQLITE_OK);
    sonde::sqlite::query found{select};
    ASSERT_EQ(found.step(), SQLITE_ROW);
    sqlite3_finalize(select);
    sqlite3_stmt* same_place = nullptr;  // without columns
    ASSERT_EQ(sqlite3_prepare_v2(in.handle, "DELETE FROM activities", -1, &same_place, nullptr), SQLITE_OK);
    sqlite3_finalize(same_place);
    if (same_place != select) GTEST_SKIP() << "what was there has not been written over";
  }
  EXPECT_EQ(kept.only().attributes["db.response.returned_rows"], 1);
}

}  // namespace
