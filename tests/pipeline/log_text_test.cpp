// SPDX-License-Identifier: MIT
// The text of a log from the bytes of its arguments, also from bytes that are not as they should be.

#include <sonde/pipeline/log_text.hpp>

#include <sys/resource.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/log/copied_argument.hpp>
#include <sonde/record/location.hpp>

namespace {

namespace record = sonde::record;

template <class... T>
std::string entries_of(const T&... arguments) {
  std::string made;
  record::with_copies(
      [&](const record::copied_arguments& copies) {
        made.resize(copies.entries_size);
        record::write_entries(made.data(), copies);
      },
      arguments...);
  return made;
}
struct made_text {
  bool made;
  std::string text;
};
made_text make(sonde::pipeline::log_text& maker, std::string_view format, const std::string& entries) {
  std::string_view text = "untouched";
  const bool made = maker.make(format, {entries.data(), entries.size()}, text);
  return {made, std::string{text}};
}

TEST(log_text, is_made_again_and_again) {
  sonde::pipeline::log_text maker;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(make(maker, "{} of {}", entries_of(i, "three")).text, std::to_string(i) + " of three");
    EXPECT_EQ(make(maker, "{}", entries_of(std::string(std::size_t{3} << 20, 'x'))).text.size(), std::size_t{3} << 20);
    EXPECT_EQ(make(maker, "none", "").text, "none");
  }
}

TEST(log_text, is_not_made_of_what_does_not_suit_it) {
  sonde::pipeline::log_text maker;
  const std::string one = entries_of(1);
  for (const auto& [format, entries] :
       std::vector<std::pair<std::string, std::string>>{{"{} {}", one}, {"{:s}", one}, {"{:d}", entries_of("text")}, {"{", one},
                                                        {"{}", ""}, {"{:{}}", entries_of(1, -1)}, {"{name}", one}}) {
    const made_text found = make(maker, format, entries);
    EXPECT_FALSE(found.made) << format;
    EXPECT_EQ(found.text, "untouched") << format;
  }
  EXPECT_EQ(make(maker, "{}", one).text, "1") << "what went before does no harm";
}

TEST(log_text, is_no_wider_than_a_record_takes_whatever_width_is_asked_for) {
  sonde::pipeline::log_text maker;
  EXPECT_EQ(make(maker, "{:>{}}", entries_of("x", 1 << 20)).text.size(), std::size_t{1} << 20);
  EXPECT_FALSE(make(maker, "{:>{}}", entries_of("x", 600'000'000)).made);
  rusage used{};
  ASSERT_EQ(getrusage(RUSAGE_SELF, &used), 0);
  EXPECT_LT(used.ru_maxrss, 400'000) << "KB";
  EXPECT_EQ(make(maker, "{}", entries_of(1)).text, "1");
}

TEST(log_text, takes_no_more_than_the_bytes_that_are_there) {
  sonde::pipeline::log_text maker;
  const std::string whole = entries_of(1, "a text of some length");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);  // on the heap, for the sanitizer to see
    EXPECT_FALSE(make(maker, "{} {}", {part.data(), part.size()}).made) << size;
  }
  EXPECT_TRUE(make(maker, "{} {}", whole).made);
}

TEST(log_text, skips_what_is_no_argument) {
  sonde::pipeline::log_text maker;
  std::string entries = record::entry_bytes(7, std::int64_t{42}) + entries_of("text") +
                        record::entry_bytes(9, record::entry_type::text, "an attribute") + entries_of(2);
  EXPECT_EQ(make(maker, "{} {}", entries).text, "text 2");
  entries = record::entry_bytes(99, record::entry_type::argument, "of no known kind") + entries_of(2);
  EXPECT_EQ(make(maker, "{}", entries).text, "2");
}

}  // namespace
