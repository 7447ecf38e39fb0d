// SPDX-License-Identifier: MIT

#include <sonde/transport/gzip.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace {

using sonde::transport::gzip;

std::string incompressible(std::size_t size) {
  std::mt19937 random{7};
  std::string text(size, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

/// Whole, by zlib; nothing if it is not exactly one gzip member.
std::string inflated(const std::string& compressed, std::size_t expected) {
  z_stream state{};
  std::string text(expected + 1, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  state.avail_in = static_cast<uInt>(compressed.size());
  state.next_out = reinterpret_cast<Bytef*>(text.data());
  state.avail_out = static_cast<uInt>(text.size());
  inflateInit2(&state, 15 + 16);  // gzip only
  const bool whole = inflate(&state, Z_FINISH) == Z_STREAM_END && state.avail_in == 0;
  text.resize(whole ? state.total_out : 0);
  inflateEnd(&state);
  return text;
}

TEST(gzip, comes_back_as_it_was) {
  for (const std::string& text : {std::string{}, std::string{"x"}, std::string{"a\0b", 3}, std::string(100'000, 'a'),
                                  incompressible(5 << 20)}) {
    const std::string compressed = gzip(text);
    EXPECT_EQ(compressed.substr(0, 3), "\x1f\x8b\x08") << "RFC 1952";
    EXPECT_TRUE(inflated(compressed, text.size()) == text) << text.size();
  }
}

TEST(gzip, makes_text_shorter) {
  EXPECT_LT(gzip(std::string(100'000, 'a')).size(), 500U);
  EXPECT_LT(gzip(incompressible(5 << 20)).size(), (std::size_t{5} << 20) + 5000) << "and the rest hardly longer";
}

TEST(gzip, the_program_of_that_name_reads_it) {
  std::string name = (std::filesystem::temp_directory_path() / "sonde_gzip_test.XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const std::filesystem::path directory = name;
  const std::string text = incompressible(100'000) + std::string(100'000, 'a');
  std::ofstream{directory / "text.gz"} << gzip(text);
  EXPECT_EQ(std::system(("gzip -d '" + name + "/text.gz'").c_str()), 0);
  std::ifstream file{directory / "text"};
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>{file}, {}) == text);
  std::filesystem::remove_all(directory);
}

}  // namespace
