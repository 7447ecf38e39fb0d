// SPDX-License-Identifier: MIT
#include <sonde/adapters/rollbar/scrubber.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using sonde::rollbar::addresses;
using sonde::rollbar::scrubber;
using sonde::rollbar::secret_names;

const scrubber clean{secret_names{{"shoe_size"}}, addresses::keep};

TEST(scrubber, knows_names_in_any_spelling_and_by_their_last_part) {
  for (const char* const name :
       {"password", "PassWord", "confirm_password", "confirmPassword", "app.password", "user[password]", "user[auth][token]",
        "http.request.header.cookie", "Set-Cookie", "X-Api-Key", "api_key", "omniauth.auth", "X-Rollbar-Access-Token",
        "http_x_csrf_token", "proxy-authorization", "ShoeSize", "pw", "secretToken"})
    EXPECT_TRUE(clean.is_secret(name)) << name;
  for (const char* const name : {"author", "passage", "token_count", "secretary", "app", "", "cookies_left", "password.length"})
    EXPECT_FALSE(clean.is_secret(name)) << name;
}

TEST(scrubber, replaces_secrets_of_urls_wherever_they_stand_and_nothing_else) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain text, a=1 & b?", "plain text, a=1 & b?"},
      {"?a=1&token=x#f", "?a=1&token=********#f"},
      {"http://h/p?%74oken=x&token=y&b=%zz", "http://h/p?%74oken=********&token=********&b=%zz"},
      {"https://u:p@h:80/p", "https://********@h:80/p"},
      {"postgres://u:pa/ss@h/db", "postgres://********@h/db"},
      {"http://h:8080/@handle", "http://h:8080/@handle"},
      {"http://[::1]/@handle", "http://[::1]/@handle"},
      {"see <http://h/?auth=x>, \"ftp://me@h\"", "see <http://h/?auth=********>, \"ftp://********@h\""},
      {"Server=db;Password=x;Timeout=3", "Server=db;Password=********;Timeout=3"},
      {"/login?next=/a?token=x", "/login?next=/a?token=********"},
      {"a=b?password=x", "a=b?password=********"},
      {"amqp://u:p@h,amqp://u:p@i", "amqp://********@h,amqp://********@i"},
      {"http://h/?next=https://u:p@i&mail=a@b", "http://h/?next=https://********@i&mail=a@b"},
      {"jdbc:sqlserver://h:1433;user=sa;password=x", "jdbc:sqlserver://h:1433;user=sa;password=********"},
      {"secret=https://hooks.example/T/x", "secret=********"},
      {"token=x?y", "token=********?y"},
      {"host=h password='a b' user=me", "host=h password='********' user=me"},
      {"token=\"abc", "token=\"********"},
      {"colour='red' b=''", "colour='red' b=''"},
      {"AWS_SECRET_ACCESS_KEY=x", "AWS_SECRET_ACCESS_KEY=********"},
      {"token=", "token="},
      {"http://", "http://"},
      {"x\n\tpassword=y\r\n", "x\n\tpassword=********\r\n"}};
  for (const auto& [plain, shown] : cases) EXPECT_EQ(clean.text(plain), shown);
  EXPECT_EQ(clean.query("a=1&user%5Bpassword%5D=x;token=y&c"), "a=1&user%5Bpassword%5D=********;token=********&c");
  EXPECT_EQ(clean.query("next=https://u:p@h"), "next=https://********@h");
}

TEST(scrubber, replaces_secrets_of_urls_within_urls_however_they_are_encoded) {
  EXPECT_EQ(clean.query("a=1&next=https%3A%2F%2Fu%3Apw%40h%2F%3Fa%3D1%26token%3Dabc&b=2"),
            "a=1&next=https://********@h/%3Fa=1%26token=********&b=2");
  EXPECT_EQ(clean.query("next=%2Flogin%253Ftoken%253Dabc"), "next=/login%253Ftoken=********");
  EXPECT_EQ(clean.text("see http://h/?q=caf%C3%A9%20x%26y"), "see http://h/?q=caf%C3%A9%20x%26y");
  EXPECT_EQ(clean.query("a&next=%252525252541"), "a&********") << "nobody looks deeper";
}

TEST(scrubber, replaces_secrets_between_quotes_and_behind_schemes) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"password": "a b", "n": "x y"})", R"({"password": "********", "n": "x y"})"},
      {R"({"password":"a\"b"})", R"({"password":"********"})"},
      {R"(said {\"token\":\"a b\",\"n\":\"x\"})", R"(said {\"token\":\"********\",\"n\":\"x\"})"},
      {R"(token=\"a b\" c)", R"(token=\"********\" c)"},
      {"Bearer eyJhbGciOi.x-y_z", "Bearer ********"},
      {"Authorization: basic  dXNlcjpwYXNz then", "Authorization: basic  ******** then"},
      {"{auth:Bearer abcdefghijklmnopqrst}", "{auth:Bearer ********"},
      {"a bearer of news", "a bearer of news"},
      {"basic understanding", "basic understanding"},
      {R"(the "token" is: "x")", R"(the "token" is: "x")"}};
  for (const auto& [plain, shown] : cases) EXPECT_EQ(clean.text(plain), shown);
}

TEST(scrubber, cuts_only_what_is_clean_and_behind_a_character) {
  const std::string secret = "http://h/?token=" + std::string(1000, 's');
  EXPECT_EQ(clean.text(secret, 20), "http://h/?token=****");
  EXPECT_EQ(clean.text("äöü", 3), "ä");
  EXPECT_EQ(clean.text("a\xff" "b"), "a\xEF\xBF\xBD" "b");
}

TEST(scrubber, shortens_addresses) {
  using sonde::rollbar::anonymised;
  EXPECT_EQ(anonymised("203.0.113.77"), "203.0.113.0");
  EXPECT_EQ(anonymised("2001:db8:1:2:3::77"), "2001:db8:1::");
  EXPECT_EQ(anonymised("::ffff:203.0.113.77"), "::ffff:203.0.113.0");
  EXPECT_EQ(anonymised("somewhere"), "");
  const scrubber strict{secret_names{}, addresses::drop};
  EXPECT_EQ(strict.address("203.0.113.77"), "");
  EXPECT_EQ(strict.header("X-Forwarded-For", "203.0.113.77"), "********");
  EXPECT_EQ(clean.header("X-Forwarded-For", "203.0.113.77"), "203.0.113.77");
}

}  // namespace
