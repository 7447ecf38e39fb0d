// SPDX-License-Identifier: MIT
// What is read, kept and written, beside what nlohmann/json makes of the same.

#include <sonde/encoding/json_reader.hpp>
#include <sonde/encoding/json_text.hpp>
#include <sonde/encoding/json_value.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using oracle = nlohmann::ordered_json;
using sonde::encoding::json_text;
using sonde::encoding::json_value;
using sonde::encoding::read_json;

TEST(kept_json, is_written_as_it_was_read) {
  for (const char* const text :
       {R"({"b":1,"a":[true,false,null,{},[],"",{"c":{"d":[[1],[2]]}}]})", R"("\"\\\/\b\f\n\r\t\u0000\u001f\u007f")",
        R"(["\u00e4\u20ac\ud83d\ude00","ä€😀"])", R"({"":0,"a\"\n":"x"})", " [ 1 , 2 ] ", "7",
        R"([0,-1,9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551615])",
        R"([0.1,-0.0,1e300,5e-324,1.7976931348623157e308,2.0,100000.0,1e22])",
        R"([18446744073709551616,-9223372036854775809])"}) {
    const auto read = read_json(text);
    ASSERT_TRUE(read) << text;
    const oracle meant = oracle::parse(text);
    const oracle again = oracle::parse(json_text(*read));
    EXPECT_EQ(again, meant);
    EXPECT_EQ(again.dump(), meant.dump()) << "kinds of numbers, and order";
  }
}

TEST(kept_json, is_nothing_where_the_syntax_is_wrong) {
  for (const char* const text :
       {"", " ", "{", "[1", "[1,]", R"({"a":1,})", R"({"a"})", "{1:2}", "01", "1e999", "nan", "'a'", R"("\ud83d")",
        R"("\x")", "\"\xff\"", "\"a\nb\"", "[] []", "// no\n1", "truth"}) {
    EXPECT_FALSE(oracle::accept(text)) << text;
    EXPECT_EQ(read_json(text), std::nullopt) << text;
  }
  EXPECT_TRUE(sonde::encoding::read_json_object("[{}]").is_null());
}

TEST(kept_json, has_null_in_place_of_what_nests_too_deep) {
  const auto nested = [](std::size_t levels, const std::string& inside) {
    return std::string(levels, '[') + inside + std::string(levels, ']');
  };
  EXPECT_EQ(json_text(*read_json(nested(64, "1"))), nested(64, "1"));
  EXPECT_EQ(json_text(*read_json(nested(65, "1"))), nested(64, "null"));
  EXPECT_EQ(json_text(*read_json(R"({"a":)" + nested(100'000, R"({"b":[2,{}]})") + R"(,"c":3})")),
            R"({"a":)" + nested(63, "null") + R"(,"c":3})");
  EXPECT_EQ(read_json(std::string(100'000, '[')), std::nullopt);
}

TEST(kept_json, of_several_members_of_one_name_has_the_last) {
  json_value read = read_json(R"({"a":1,"b":"x","a":2})").value();
  EXPECT_EQ(read.find("a")->integer(), 2);
  EXPECT_EQ(*read.text("b"), "x");
  EXPECT_EQ(read.text("a"), nullptr);
  EXPECT_EQ(read.find("c"), nullptr);
  EXPECT_EQ(json_value{1}.find("a"), nullptr) << "of no object";
}

TEST(kept_json, tells_numbers_apart) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(json_value{std::int64_t{-1}}.unsigned_integer(), std::nullopt);
  EXPECT_EQ(json_value{most}.integer(), std::nullopt);
  EXPECT_EQ(json_value{most}.unsigned_integer(), most);
  EXPECT_EQ(json_value{most}.number(), 0x1p64);
  EXPECT_EQ(json_value{3u}.integer(), 3);
  EXPECT_EQ(json_value{3u}.number(), 3.0);
  EXPECT_EQ(json_value{3.0}.integer(), std::nullopt);
  EXPECT_EQ(json_value{true}.number(), std::nullopt);
  EXPECT_EQ(json_value{true}.boolean(), true);
  EXPECT_EQ(json_value{"3"}.number(), std::nullopt);
}

TEST(kept_json, is_made_in_the_order_of_its_members) {
  json_value made = json_value::object("z", 1, "a", json_value::array("x", 2.5, json_value{}), "t", std::string{"u"});
  made["m"]["n"] = false;
  made["z"] = "new";
  made["list"].push_back(7);
  const json_value copy = made;
  made.erase("a");
  EXPECT_EQ(json_text(made), R"({"z":"new","t":"u","m":{"n":false},"list":[7]})");
  EXPECT_EQ(json_text(copy), R"({"z":"new","a":["x",2.5,null],"t":"u","m":{"n":false},"list":[7]})");
  json_value list = json_value::array(0, 1, 2, 3, 4);
  list.erase(1, 4);
  EXPECT_EQ(json_text(list), "[0,4]");
  EXPECT_TRUE(json_value::array().empty() && json_value::object().empty() && json_value{}.empty());
  EXPECT_FALSE(json_value{""}.empty() || list.empty());
}

TEST(kept_json, replaces_what_no_text_can_say) {
  const std::string plain = "a\xff\xe2\x82 b\xed\xa0\x80";
  const oracle meant = oracle(plain);
  EXPECT_EQ(json_text(plain), meant.dump(-1, ' ', false, oracle::error_handler_t::replace));
  const double large = std::numeric_limits<double>::infinity();
  EXPECT_EQ(json_text(json_value::array(large, -large, std::numeric_limits<double>::quiet_NaN())), "[null,null,null]");
}

}  // namespace
