// SPDX-License-Identifier: MIT

#include <sonde/integrations/sql/query_text.hpp>

#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using sonde::sql::query_text;

TEST(query_text, keeps_what_the_program_wrote) {
  for (const char* sql : {"SELECT * FROM activities WHERE handle = ?", "INSERT INTO t(a, b) VALUES (?1, :name)", "BEGIN",
                          "UPDATE t SET a = a || $x WHERE id IN (@a, @b)", "SELECT count(*) FROM \"song list\" s",
                          "SELECT [a b].x, \"t\".\"c\" FROM [a b]", "PRAGMA journal_mode=WAL", ""})
    EXPECT_EQ(query_text(sql), sql);
}

TEST(query_text, replaces_every_literal) {
  EXPECT_EQ(query_text("SELECT * FROM t WHERE a = 'x' AND b=12 AND c > -1.5e-3 AND d = x'00ff' AND e = 0xff"),
            "SELECT * FROM t WHERE a = ? AND b=? AND c > -? AND d = ? AND e = ?");
  EXPECT_EQ(query_text("VALUES('it''s secret', 4111111111111111)"), "VALUES(?, ?)");
  EXPECT_EQ(query_text("SELECT 'a' 'b'"), "SELECT ? ?");
}

// SQLite takes a bare word for text where an expression, not a name, is due; SQLCipher's and SEE's keys are pragmas.
TEST(query_text, replaces_words_that_are_values) {
  EXPECT_EQ(query_text("VACUUM INTO '/home/secret.db'"), "VACUUM INTO ?");
  EXPECT_EQ(query_text("VACUUM main INTO \"/home/secret.db\""), "VACUUM main INTO ?");
  EXPECT_EQ(query_text("vacuum into secret; SELECT a FROM \"t\""), "vacuum into ?; SELECT a FROM \"t\"");
  EXPECT_EQ(query_text("VACUUM INTO ?1"), "VACUUM INTO ?1");
  EXPECT_EQ(query_text("PRAGMA key = secret"), "PRAGMA key = ?");
  EXPECT_EQ(query_text("PRAGMA main.Rekey(secret)"), "PRAGMA main.Rekey(?)");
  for (const char* name : {"key", "rekey", "hexkey", "hexrekey", "textkey", "textrekey", "KEY"})
    EXPECT_EQ(query_text(std::string{"PRAGMA "} + name + " = secret.secret"), std::string{"PRAGMA "} + name + " = ?.?");
  EXPECT_EQ(query_text("PRAGMA \"key\" = secret"), "PRAGMA ? = ?");
  EXPECT_EQ(query_text("PRAGMA key = \"x'2DD29CA8'\"; SELECT a"), "PRAGMA key = ?; SELECT a");
  EXPECT_EQ(query_text("ATTACH DATABASE 'a.db' AS a KEY secret"), "ATTACH DATABASE ? AS a KEY ?");
  EXPECT_EQ(query_text("ATTACH secret AS a"), "ATTACH ? AS a");
  EXPECT_EQ(query_text("ATTACH DATABASE \"secret\" AS a"), "ATTACH DATABASE ? AS a");
}

TEST(query_text, keeps_words_that_are_none) {
  for (const char* sql : {"PRAGMA foreign_keys = ON", "PRAGMA table_info(activities)", "PRAGMA main.journal_mode = WAL",
                          "SELECT key FROM t WHERE key = a", "INSERT INTO \"t\" SELECT a", "VACUUM main", "DETACH a"})
    EXPECT_EQ(query_text(sql), sql);
}

// SQLite, "Double-quoted String Literals Are Accepted".
TEST(query_text, replaces_double_quotes_that_may_be_text) {
  EXPECT_EQ(query_text("SELECT * FROM t WHERE name = \"secret\""), "SELECT * FROM t WHERE name = ?");
  EXPECT_EQ(query_text("INSERT INTO \"t\" VALUES (\"secret\")"), "INSERT INTO \"t\" VALUES (?)");
  EXPECT_EQ(query_text("SELECT a IS NOT DISTINCT FROM \"secret\""), "SELECT a IS NOT DISTINCT FROM ?");
}

TEST(query_text, drops_comments_and_breaks) {
  EXPECT_EQ(query_text("  SELECT a -- secret\n\t FROM/* secret */t  "), "SELECT a FROM t");
  EXPECT_EQ(query_text("SELECT 1 /* secret"), "SELECT ?");
}

TEST(query_text, is_bounded_and_says_so) {
  const std::string many = "SELECT " + std::string(5000, 'a') + ", b";
  EXPECT_EQ(query_text(many), "SELECT…");
  std::string list = "SELECT a";
  for (int i = 0; i < 2000; ++i) list += ", b";
  const std::string cut = query_text(list);
  EXPECT_LE(cut.size(), 4096 + sonde::sql::cut_mark.size());
  EXPECT_TRUE(cut.ends_with("b,…") || cut.ends_with("b…")) << cut.substr(cut.size() - 10);
  EXPECT_EQ(query_text("INSERT INTO t VALUES ('" + std::string(10'000'000, 'x') + "')"), "INSERT INTO t VALUES (?…");
}

TEST(query_text, no_literal_of_any_shape_gets_through) {
  std::mt19937 random{11};
  const std::string_view pieces[] = {"SELECT ", "FROM ", "a ", " ", "'SECRET'", "x'5345435245'", "-- SECRET\n", "/* SECRET */",
                                     "= ", "(", ")", ",", ";", "\"n\"", "'it''s SECRET'", "? ", " 9SECRET ", "= \"SECRET\" "};
  for (int round = 0; round < 20000; ++round) {
    std::string sql;
    for (auto i = random() % 12; i > 0; --i) sql += pieces[random() % std::size(pieces)];
    ASSERT_EQ(query_text(sql).find("SECRET"), std::string::npos) << sql << "\n" << query_text(sql);
  }
}

}  // namespace
