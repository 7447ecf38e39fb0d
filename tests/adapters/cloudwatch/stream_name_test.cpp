// SPDX-License-Identifier: MIT

#include <sonde/adapters/cloudwatch/stream_name.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using sonde::cloudwatch::stream_name;

sonde::resource::resource who() {
  sonde::resource::resource made;
  made.set("service.name", "backend");
  made.set("host.name", "node:7*");
  made.set("service.instance.id", "f81d");
  return made;
}
std::string name_of(std::string_view form, const sonde::resource::resource& of = who(), std::int64_t unix_nano = 0) {
  stream_name made;
  EXPECT_EQ(made.parse(form, of), "");
  return made.at(unix_nano);
}

TEST(stream_name, has_what_the_resource_knows) {
  EXPECT_EQ(name_of("{service}/{pid}-{instance}"), "backend/" + std::to_string(getpid()) + "-f81d");
  EXPECT_EQ(name_of("plain"), "plain");
  EXPECT_EQ(name_of("{service}{service}"), "backendbackend");
}

TEST(stream_name, has_no_character_that_no_stream_may_have) {
  EXPECT_EQ(name_of("{host}"), "node_7_");
  EXPECT_EQ(name_of("a:b*c\nd\x7F"), "a_b_c_d_");
  EXPECT_EQ(name_of("a\xFF"), "a\xEF\xBF\xBD");
}

TEST(stream_name, calls_unknown_what_nobody_knows) {
  EXPECT_EQ(name_of("{service}/{host}/{instance}", {}), "unknown/unknown/unknown");
}

TEST(stream_name, date_is_that_of_the_batch) {
  EXPECT_EQ(name_of("{service}/{date}", who(), 1'700'000'000'000'000'000), "backend/2023-11-14");
  EXPECT_EQ(name_of("{date}{date}", who(), 0), "1970-01-011970-01-01");
  EXPECT_EQ(name_of("{date}", who(), -1), "1969-12-31");
}

TEST(stream_name, a_service_called_like_a_template_is_none) {
  sonde::resource::resource odd;
  odd.set("service.name", "{date}");
  EXPECT_EQ(name_of("{service}", odd), "_date_");
}

TEST(stream_name, has_512_bytes_at_most_and_no_torn_character) {
  EXPECT_EQ(name_of(std::string(600, 'x')), std::string(512, 'x'));
  EXPECT_EQ(name_of(std::string(511, 'x') + "\xC3\xA4"), std::string(511, 'x'));
}

TEST(stream_name, refuses_what_it_does_not_know_with_a_sentence) {
  stream_name made;
  EXPECT_EQ(made.parse("{servise}", who()),
            "the log stream's name has {servise}, but only {service}, {host}, {pid}, {instance} and {date} are known");
  EXPECT_NE(made.parse("a{service", who()).find("has {service, but"), std::string::npos);
  EXPECT_EQ(made.parse("", who()), "the log stream's name is empty");
}

}  // namespace
