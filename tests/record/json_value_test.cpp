// SPDX-License-Identifier: MIT

#include <sonde/record/json_value.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "otlp/hand_made_attributes.hpp"

namespace {

using sonde::testing::payload;
namespace record = sonde::record;

struct text_sink {
  std::string& to;
  void raw(std::string_view piece) { to += piece; }
  void text(std::string_view plain) { to += '"' + record::json_escaped(plain) + '"'; }
};

std::string as_json(payload value) {
  std::string made;
  text_sink to{made};
  record::json_value{to}.put(value.view());
  return made;
}

TEST(json_value, has_each_type_as_json_knows_it) {
  EXPECT_EQ(as_json(payload::boolean(true)), "true");
  EXPECT_EQ(as_json(payload::boolean(false)), "false");
  EXPECT_EQ(as_json(payload::integer(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(as_json(payload::text("a\"\n")), R"("a\"\n")");
}

TEST(json_value, doubles_stay_doubles) {
  EXPECT_EQ(as_json(payload::real(2)), "2.0");
  EXPECT_EQ(as_json(payload::real(-0.5)), "-0.5");
  EXPECT_EQ(as_json(payload::real(1e300)), "1e+300");
  EXPECT_EQ(as_json(payload::real(std::numeric_limits<double>::quiet_NaN())), "\"NaN\"");
  EXPECT_EQ(as_json(payload::real(-std::numeric_limits<double>::infinity())), "\"-Infinity\"");
}

TEST(json_value, compounds_are_arrays_and_objects) {
  EXPECT_EQ(as_json(payload::array({})), "[]");
  EXPECT_EQ(as_json(payload::map({})), "{}");
  EXPECT_EQ(as_json(payload::array({payload::integer(1), payload::array({payload::text("x")})})), R"([1,["x"]])");
  EXPECT_EQ(as_json(payload::map({payload::text("a\"b"), payload::integer(1), payload::text("c"), payload::boolean(true)})),
            R"({"a\"b":1,"c":true})");
  EXPECT_EQ(as_json(payload::map({payload::text("a"), payload::integer(1), payload::text("without value")})), R"({"a":1})");
}

TEST(json_value, null_is_left_of_what_nests_too_deep) {
  const auto nested = [](int levels) {
    payload made = payload::integer(1);
    for (int i = 0; i < levels; ++i) made = payload::array({std::move(made)});
    return as_json(std::move(made));
  };
  EXPECT_EQ(nested(64), std::string(64, '[') + "1" + std::string(64, ']'));
  EXPECT_EQ(nested(65), std::string(65, '[') + "null" + std::string(65, ']'));
}

TEST(json_value, attributes_are_an_object) {
  sonde::testing::attribute_maker maker;
  std::string made;
  text_sink to{made};
  record::put_json_attributes(to, std::vector<record::attribute_view>{});
  EXPECT_EQ(made, "{}");
  made.clear();
  record::put_json_attributes(to, std::vector{maker.make("a\"b", payload::integer(1)), maker.make("c", payload::text("d"))});
  EXPECT_EQ(made, R"({"a\"b":1,"c":"d"})");
}

}  // namespace
