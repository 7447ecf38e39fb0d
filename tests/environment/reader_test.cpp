// SPDX-License-Identifier: MIT

#include <sonde/environment/reader.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using environment::reader;
using namespace std::chrono_literals;

/// Looks up one variable `X` with this value.
reader with(std::string value) { return reader{{{"X", std::move(value)}}}; }

std::vector<std::string> sentences(const reader& env) {
  std::vector<std::string> found;
  for (const auto& one : env.findings()) found.push_back(one.sentence);
  return found;
}
using lines = std::vector<std::string>;

TEST(reader, reads_the_environment_of_the_process_as_it_was) {
  ASSERT_EQ(setenv("SONDE_READER_TEST", "a=b", 1), 0);
  reader env;
  ASSERT_EQ(unsetenv("SONDE_READER_TEST"), 0);
  EXPECT_EQ(env.text("SONDE_READER_TEST"), "a=b");
  EXPECT_EQ(reader{}.text("SONDE_READER_TEST"), std::nullopt);
}

TEST(reader, empty_is_unset) {
  reader env = with("");
  EXPECT_EQ(env.text("X"), std::nullopt);
  EXPECT_EQ(env.integer("X", 0, 10), std::nullopt);
  EXPECT_EQ(env.boolean("X"), std::nullopt);
  EXPECT_EQ(env.list("X"), std::nullopt);
  EXPECT_EQ(env.key_values("X", environment::pair_kind::headers), std::nullopt);
  EXPECT_FALSE(env.is_set("X"));
  EXPECT_EQ(env.text("Y"), std::nullopt);
  EXPECT_TRUE(env.findings().empty());
}

TEST(reader, text_stays_as_it_stands) { EXPECT_EQ(with(" a b ").text("X"), " a b "); }

TEST(reader, integers_have_a_range) {
  EXPECT_EQ(with("0").integer("X", 0, 10), 0);
  EXPECT_EQ(with(" 10 ").integer("X", 0, 10), 10);
  reader env{{{"OTEL_BSP_MAX_QUEUE_SIZE", "12x"}, {"SMALL", "-1"}, {"BIG", "99999999999999999999"}}};
  EXPECT_EQ(env.integer("OTEL_BSP_MAX_QUEUE_SIZE", 1, 100000, "2048"), std::nullopt);
  EXPECT_EQ(env.integer("SMALL", 0, 5), std::nullopt);
  EXPECT_EQ(env.integer("BIG", INT64_MIN, INT64_MAX), std::nullopt);
  EXPECT_EQ(sentences(env),
            (lines{"OTEL_BSP_MAX_QUEUE_SIZE='12x' is not a whole number; using 2048",
                   "SMALL='-1' is not between 0 and 5; ignored",
                   "BIG='99999999999999999999' is not between -9223372036854775808 and 9223372036854775807; ignored"}));
  EXPECT_TRUE(env.is_set("SMALL")) << "set, if to no use";
}

TEST(reader, reals_have_a_range_too) {
  EXPECT_EQ(with("0.25").real("X", 0, 1), 0.25);
  for (const char* wrong : {"nan", "1.5", "-0.1", "inf", "1e999", "0.5x", "half"}) {
    reader env = with(wrong);
    EXPECT_EQ(env.real("X", 0, 1, "1"), std::nullopt) << wrong;
    EXPECT_EQ(env.findings().size(), 1U) << wrong;
  }
  reader env = with("1.5");
  static_cast<void>(env.real("X", 0, 1, "1"));
  EXPECT_EQ(sentences(env), (lines{"X='1.5' is not between 0 and 1; using 1"}));
}

TEST(reader, durations_are_whole_milliseconds) {
  EXPECT_EQ(with("0").milliseconds("X"), 0ms);
  EXPECT_EQ(with("5000").milliseconds("X"), 5s);
  reader unit = with("5s");
  EXPECT_EQ(unit.milliseconds("X", "5000 ms"), std::nullopt);
  EXPECT_EQ(sentences(unit), (lines{"X='5s' is not a whole number of milliseconds; using 5000 ms"}));
  EXPECT_EQ(with("-1").milliseconds("X"), std::nullopt);
  EXPECT_EQ(with("2147483648").milliseconds("X"), std::nullopt) << "would overflow where it is added to a time";
}

TEST(reader, only_true_is_true) {
  for (const char* yes : {"true", "TRUE", "True", " true "}) {
    reader env = with(yes);
    EXPECT_EQ(env.boolean("X"), true) << yes;
    EXPECT_TRUE(env.findings().empty()) << yes;
  }
  reader no = with("False");
  EXPECT_EQ(no.boolean("X"), false);
  EXPECT_TRUE(no.findings().empty());
  reader one = with("1");
  EXPECT_EQ(one.boolean("X"), false);
  EXPECT_EQ(sentences(one), (lines{"X='1' is neither true nor false; using false"}));
}

TEST(reader, a_choice_is_returned_in_its_own_spelling) {
  EXPECT_EQ(with("GZIP").choice("X", {"none", "gzip"}), "gzip");
  reader env = with("zip");
  EXPECT_EQ(env.choice("X", {"none", "gzip"}, "none"), std::nullopt);
  EXPECT_EQ(sentences(env), (lines{"X='zip' is not one of none, gzip; using none"}));
}

TEST(reader, lists_lose_blanks_and_empty_members) {
  EXPECT_EQ(with(" a ,,b,").list("X"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(with(" , ,").list("X"), std::nullopt);
}

TEST(reader, bad_members_are_findings) {
  reader env{{{"OTEL_EXPORTER_OTLP_HEADERS", "a=b,c"}, {"OTEL_RESOURCE_ATTRIBUTES", "a=b,c=%"}}};
  EXPECT_EQ(env.key_values("OTEL_EXPORTER_OTLP_HEADERS", environment::pair_kind::headers),
            (environment::pairs{{"a", "b"}}));
  EXPECT_EQ(env.key_values("OTEL_RESOURCE_ATTRIBUTES", environment::pair_kind::attributes), std::nullopt);
  EXPECT_EQ(sentences(env),
            (lines{"OTEL_EXPORTER_OTLP_HEADERS: member 2 ((set)) has no '='; skipped",
                   "OTEL_RESOURCE_ATTRIBUTES: member 2 (c) has a '%' without two hex digits after it; the whole "
                   "variable is ignored"}));
}

TEST(reader, what_was_not_substituted_is_said) {
  reader env{
      {{"ROLLBAR_ACCESS_TOKEN", ""}, {"SERVICE", "${NAME}"}, {"ENDPOINT", "http://${HOST}:4318"}, {"PLAIN", ""}}};
  EXPECT_EQ(env.text("ROLLBAR_ACCESS_TOKEN"), std::nullopt);
  EXPECT_EQ(env.text("SERVICE"), std::nullopt);
  EXPECT_EQ(env.text("ENDPOINT"), "http://${HOST}:4318");
  EXPECT_EQ(env.text("PLAIN"), std::nullopt);
  EXPECT_EQ(
      sentences(env),
      (lines{"ROLLBAR_ACCESS_TOKEN is set but empty: the shell or compose file had nothing to substitute; treated "
             "as not set",
             "SERVICE='${NAME}' is not a value: the shell or compose file did not substitute it; treated as not set",
             "ENDPOINT='http://${HOST}:4318' has a ${…} that the shell or compose file did not substitute; used "
             "as it stands"}));
}

TEST(reader, findings_neither_repeat_nor_tell_secrets_nor_garble_a_terminal) {
  reader env{{{"MY_TOKEN", "secret0123456789secret"}, {"LONG", std::string(5000, 'x')}, {"ODD", "\x1b[2J\n"}}};
  for (int times = 0; times < 3; ++times) static_cast<void>(env.integer("MY_TOKEN", 0, 1));
  static_cast<void>(env.boolean("LONG"));
  static_cast<void>(env.boolean("ODD"));
  EXPECT_EQ(sentences(env), (lines{"MY_TOKEN=secr… is not a whole number; ignored",
                                   "LONG='" + std::string(64, 'x') + "…' is neither true nor false; using false",
                                   "ODD='?[2J?' is neither true nor false; using false"}));
  reader names{{{"LIST", "a\x1b[2J=%,b"}, {"FORGOTTEN", "${\x1b[2J}"}}};
  static_cast<void>(names.key_values("LIST", environment::pair_kind::headers));
  static_cast<void>(names.text("FORGOTTEN"));
  for (const std::string& each : sentences(names)) EXPECT_EQ(each.find('\x1b'), std::string::npos) << each;
}

// Each is a line at start: a variable of 128 KiB has room for 65,000 faults.
TEST(reader, a_hundred_findings_are_told_and_the_others_counted) {
  std::string members;
  for (int i = 0; i < 65'000; ++i) members += "a,";
  reader env{{{"HEADERS", members}}};
  EXPECT_EQ(env.key_values("HEADERS", sonde::environment::pair_kind::headers), std::nullopt);
  ASSERT_EQ(env.findings().size(), 101u);
  EXPECT_EQ(env.findings()[99].sentence, "HEADERS: member 100 ((set)) has no '='; skipped");
  EXPECT_EQ(env.findings()[100].sentence, "64900 more findings in the environment are not told");
}

}  // namespace
