// SPDX-License-Identifier: MIT

#include <sonde/aws/credentials.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using sonde::aws::credentials;
using namespace std::chrono_literals;

credentials good() { return {"AKIDEXAMPLE0123456", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "IQoJ/+==", {}}; }

TEST(credentials, know_when_they_have_expired) {
  const auto now = std::chrono::system_clock::now();
  credentials keys = good();
  EXPECT_TRUE(keys.valid_at(now));
  keys.expiry = now + 1s;
  EXPECT_TRUE(keys.valid_at(now));
  EXPECT_FALSE(keys.valid_at(now + 1s));
}

TEST(credentials, of_no_use_say_why_without_showing_themselves) {
  EXPECT_EQ(good().fault(), "");
  credentials keys = good();
  keys.access_key_id.clear();
  EXPECT_EQ(keys.fault(), "the access key id is empty");
  keys = good();
  keys.secret_access_key.clear();
  EXPECT_EQ(keys.fault(), "the secret access key is empty");
  keys = good();
  keys.secret_access_key = "${AWS_SECRET_ACCESS_KEY}";
  EXPECT_EQ(keys.fault(), "nobody substituted the ${…} of the secret access key");
  for (const char* wrong : {"a b", "a\r\nHost: evil", "a\tb", "caf\xC3\xA9", "\x7F"}) {
    keys = good();
    keys.session_token = wrong;
    EXPECT_EQ(keys.fault(), "the session token has a blank, a line break or a character that no key has");
    keys = good();
    keys.access_key_id = wrong;
    EXPECT_EQ(keys.fault(), "the access key id has a blank, a line break or a character that no key has");
  }
}

TEST(credentials, show_four_characters_of_the_id_and_nothing_else) {
  EXPECT_EQ(good().shown(), "AKID…");
  credentials keys = good();
  keys.access_key_id = "AKIDEXAMPLE";
  EXPECT_EQ(keys.shown(), "(set)");
}

}  // namespace
