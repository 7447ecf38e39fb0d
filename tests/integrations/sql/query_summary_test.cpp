// SPDX-License-Identifier: MIT

#include <sonde/integrations/sql/query_summary.hpp>

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::sql::query_summary;

// The examples of the semantic conventions 1.44.0, "Generating a summary of the query".
TEST(query_summary, is_what_the_conventions_show) {
  EXPECT_EQ(query_summary("SELECT *\nFROM   wuser_table\nWHERE  username = ?"), "SELECT wuser_table");
  EXPECT_EQ(query_summary("INSERT INTO shipping_details\n(order_id,\naddress)\nSELECT order_id,\naddress\nFROM   orders\n"
                          "WHERE  order_id = ?"),
            "INSERT shipping_details SELECT orders");
  EXPECT_EQ(query_summary("SELECT *\nFROM   songs,\n       artists\nWHERE  songs.artist_id == artists.id"),
            "SELECT songs artists");
  EXPECT_EQ(query_summary("SELECT order_date\nFROM   (SELECT *\n FROM   orders o\n JOIN customers c\n"
                          "ON o.customer_id = c.customer_id)"),
            "SELECT SELECT orders customers");
  EXPECT_EQ(query_summary("SELECT *\nFROM   \"song list\",\n       'artists'"), "SELECT \"song list\" 'artists'");
}

TEST(query_summary, names_operation_and_tables) {
  EXPECT_EQ(query_summary("select a from activities"), "select activities");
  EXPECT_EQ(query_summary("DELETE FROM main.activities WHERE id = 7"), "DELETE main.activities");
  EXPECT_EQ(query_summary("UPDATE activities SET a = (SELECT max(a) FROM other) WHERE b"),
            "UPDATE activities SELECT other");
  EXPECT_EQ(query_summary("UPDATE OR IGNORE t SET a = 1"), "UPDATE t");
  EXPECT_EQ(query_summary("INSERT OR REPLACE INTO t VALUES (1, 2)"), "INSERT t");
  EXPECT_EQ(query_summary("REPLACE INTO t SELECT replace(a, 'b', 'c') FROM u"), "REPLACE t SELECT u");
  EXPECT_EQ(query_summary("INSERT INTO t(a) VALUES(1) ON CONFLICT(a) DO UPDATE SET a = excluded.a RETURNING a, b"), "INSERT t");
  EXPECT_EQ(query_summary("SELECT 1"), "SELECT");
  EXPECT_EQ(query_summary("SELECT a, b FROM t LEFT JOIN u ON t.a = u.b, v AS w, x y WHERE c IN (1, 2) ORDER BY d, e"),
            "SELECT t u v x");
  EXPECT_EQ(query_summary("SELECT a FROM (SELECT b FROM t), u UNION SELECT c FROM w"), "SELECT SELECT t u SELECT w");
  EXPECT_EQ(query_summary("SELECT f(a, b), c FROM json_each(?), t GROUP BY a, b"), "SELECT json_each t");
  EXPECT_EQ(query_summary("SELECT a IS NOT DISTINCT FROM b, c FROM t"), "SELECT t");
  EXPECT_EQ(query_summary("WITH recent AS (SELECT * FROM t) SELECT * FROM recent"), "SELECT t SELECT recent");
}

TEST(query_summary, names_other_statements) {
  EXPECT_EQ(query_summary("CREATE TABLE IF NOT EXISTS activities (uuid TEXT, a DEFAULT 'FROM x')"), "CREATE TABLE activities");
  EXPECT_EQ(query_summary("create temp view v as select 1"), "create view v");
  EXPECT_EQ(query_summary("CREATE UNIQUE INDEX i ON t(a)"), "CREATE INDEX i");
  EXPECT_EQ(query_summary("CREATE TRIGGER g AFTER UPDATE ON t BEGIN DELETE FROM u; SELECT 1; END"), "CREATE TRIGGER g");
  EXPECT_EQ(query_summary("DROP TABLE t; ALTER TABLE t RENAME TO u"), "DROP TABLE t ALTER TABLE t");
  EXPECT_EQ(query_summary("PRAGMA journal_mode = WAL"), "PRAGMA journal_mode");
  EXPECT_EQ(query_summary("BEGIN IMMEDIATE"), "BEGIN");
  EXPECT_EQ(query_summary("EXPLAIN QUERY PLAN SELECT * FROM t"), "EXPLAIN SELECT t");
  EXPECT_EQ(query_summary("ATTACH 'secret.db' AS s"), "ATTACH");
  EXPECT_EQ(query_summary("VACUUM"), "VACUUM");
  EXPECT_EQ(query_summary("VACUUM INTO '/home/secret.db'; SELECT a FROM t"), "VACUUM SELECT t");
  EXPECT_EQ(query_summary("VACUUM main INTO \"/home/secret.db\""), "VACUUM");
  EXPECT_EQ(query_summary("EXPLAIN VACUUM INTO secret"), "EXPLAIN VACUUM");
  EXPECT_EQ(query_summary("PRAGMA key = secret"), "PRAGMA key");
}

TEST(query_summary, goes_through_several_statements) {
  EXPECT_EQ(query_summary("BEGIN; INSERT INTO t VALUES (1, ';'); COMMIT;"), "BEGIN INSERT t COMMIT");
  EXPECT_EQ(query_summary(";;SELECT a FROM t"), "SELECT t");
}

TEST(query_summary, of_no_statement_is_empty) {
  for (const char* garbage : {"", " ", ";", "-- only words", "secret words", "'secret'", "12 34", "?", "(", "\xff\xfe"})
    EXPECT_EQ(query_summary(garbage), "") << garbage;
  EXPECT_EQ(query_summary("SELECT a FROM t; my password is FROM x"), "SELECT t");
}

TEST(query_summary, takes_no_values_for_names) {
  EXPECT_EQ(query_summary("SELECT * FROM ?"), "SELECT");
  EXPECT_EQ(query_summary("SELECT * FROM 12"), "SELECT");
  EXPECT_EQ(query_summary("SELECT 'x FROM secret', \"FROM secret\" FROM t -- FROM secret"), "SELECT t");
}

TEST(query_summary, is_cut_between_names) {
  std::string sql = "SELECT * FROM t0";
  for (int i = 1; i < 200; ++i) sql += ", table_number_" + std::to_string(i);
  const std::string summary = query_summary(sql);
  EXPECT_LE(summary.size(), 255u);
  EXPECT_GT(summary.size(), 230u);
  EXPECT_TRUE(sql.find(summary.substr(summary.rfind(' ') + 1) + ",") != sql.npos) << summary;
  EXPECT_EQ(query_summary("SELECT * FROM " + std::string(1'000'000, 'x')), "SELECT");
  EXPECT_EQ(query_summary("SELECT * FROM t WHERE a = '" + std::string(10'000'000, '(')), "SELECT t");
  EXPECT_EQ(query_summary("SELECT " + std::string(100'000, '(')), "SELECT");
}

TEST(query_summary, of_any_tokens_is_bounded) {
  std::mt19937 random{5};
  const std::string_view pieces[] = {"SELECT ", "FROM ", "a ", "b.c ", "'x' ", "(", ")", ",", ".", ";", "UPDATE ", "OR ",
                                     "CREATE ", "TABLE ", "TRIGGER ", "WITH ", "EXPLAIN ", "IF ", "PRAGMA ", "JOIN ", "\"n\" "};
  for (int round = 0; round < 20000; ++round) {
    std::string sql;
    for (auto i = random() % 30; i > 0; --i) sql += pieces[random() % std::size(pieces)];
    ASSERT_LE(query_summary(sql).size(), 255u) << sql;
  }
}

}  // namespace
