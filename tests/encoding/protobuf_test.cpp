// SPDX-License-Identifier: MIT
// Expected bytes: the examples of protobuf.dev, "Encoding", and a reader written from its rules.

#include <sonde/encoding/protobuf.hpp>

#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

namespace encoding = sonde::encoding;
using namespace std::string_view_literals;

struct read_varint {
  std::uint64_t value = 0;
  std::size_t size = 0;
};
read_varint decode(const char* at) {
  read_varint read;
  for (;; ++read.size) {
    const auto byte = static_cast<unsigned char>(at[read.size]);
    read.value += std::uint64_t{byte & 0x7Fu} << (7 * read.size);
    if (byte < 0x80) break;
  }
  ++read.size;
  return read;
}

template <std::size_t N>
constexpr std::string_view view(const sonde::meta::fixed_string<N>& bytes) {
  return {bytes.value, N};
}

constexpr bool writes_the_documents_examples() {
  char bytes[32]{};
  const auto wrote = [&](char* end, std::string_view expected) {
    return std::string_view(bytes, static_cast<std::size_t>(end - bytes)) == expected;
  };
  return wrote(encoding::put_varint(bytes, 150), "\x96\x01"sv) &&
         wrote(encoding::put_varint_field(bytes, 1, 150), "\x08\x96\x01"sv) &&
         wrote(encoding::put_bytes_field(bytes, 2, "testing", 7), "\x12\x07testing"sv) &&
         wrote(encoding::put_varint(bytes, static_cast<std::uint64_t>(std::int64_t{-2})),
               "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv) &&
         wrote(encoding::put_tag(bytes, 16, encoding::wire_type::varint), "\x80\x01"sv) &&
         wrote(encoding::put_fixed64_field(bytes, 7, 0x0102030405060708), "\x39\x08\x07\x06\x05\x04\x03\x02\x01"sv) &&
         wrote(encoding::put_fixed32_field(bytes, 16, 0x01020380), "\x85\x01\x80\x03\x02\x01"sv) &&
         wrote(encoding::put_double(bytes, 1.0), "\0\0\0\0\0\0\xf0\x3f"sv) &&
         wrote(encoding::put_padded_varint<4>(bytes, 150), "\x96\x81\x80\x00"sv);
}
static_assert(writes_the_documents_examples());
TEST(protobuf, writes_the_documents_examples) { EXPECT_TRUE(writes_the_documents_examples()); }

constexpr bool holds_fields_as_constants() {
  return view(encoding::field_bytes<2, "testing">) == "\x12\x07testing"sv &&
         view(encoding::field_bytes<1, "">) == "\x0a\x00"sv &&
         view(encoding::field_bytes<9, encoding::field_bytes<1, "key">>) == "\x4a\x05\x0a\x03key"sv &&
         view(encoding::field_bytes<1, "a"> + encoding::field_bytes<2, "b">) ==
             "\x0a\x01"
             "a\x12\x01"
             "b"sv;
}
static_assert(holds_fields_as_constants());
TEST(protobuf, holds_fields_as_constants) { EXPECT_TRUE(holds_fields_as_constants()); }

TEST(protobuf, reads_back_every_varint_at_its_stated_size) {
  std::mt19937_64 random(1);
  for (int bits = 0; bits <= 64; ++bits) {
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t limit = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
      const std::uint64_t value = i == 0 ? limit : i == 1 ? limit + 1 : random() & limit;
      char bytes[encoding::max_varint_size];
      char* end = encoding::put_varint(bytes, value);
      ASSERT_EQ(decode(bytes).value, value);
      ASSERT_EQ(static_cast<std::size_t>(end - bytes), decode(bytes).size);
      ASSERT_EQ(encoding::varint_size(value), decode(bytes).size);
      ASSERT_EQ(encoding::put_padded_varint<10>(bytes, value), bytes + 10);
      ASSERT_EQ(decode(bytes).value, value);
      ASSERT_EQ(decode(bytes).size, 10u);
    }
  }
}

TEST(protobuf, states_the_sizes_of_fields) {
  char bytes[400];
  const std::string content(300, 'x');
  for (std::uint32_t field : {1u, 15u, 16u, 2047u, 2048u, 536870911u}) {
    EXPECT_EQ(encoding::put_tag(bytes, field, encoding::wire_type::bytes), bytes + encoding::tag_size(field));
    EXPECT_EQ(encoding::put_varint_field(bytes, field, 300), bytes + encoding::varint_field_size(field, 300));
    EXPECT_EQ(encoding::put_fixed64_field(bytes, field, 300), bytes + encoding::fixed64_field_size(field));
    EXPECT_EQ(encoding::put_fixed32_field(bytes, field, 300), bytes + encoding::fixed32_field_size(field));
    for (std::size_t size : {0u, 1u, 127u, 128u, 300u})
      EXPECT_EQ(encoding::put_bytes_field(bytes, field, content.data(), size),
                bytes + encoding::bytes_field_size(field, size));
  }
}

TEST(protobuf, writes_the_same_at_run_time_as_when_compiled) {
  volatile std::uint64_t value = 0x8899AABBCCDDEEFF;
  char bytes[8];
  encoding::put_fixed64(bytes, value);
  EXPECT_EQ(std::memcmp(bytes, "\xFF\xEE\xDD\xCC\xBB\xAA\x99\x88", 8), 0);
  encoding::put_fixed32(bytes, static_cast<std::uint32_t>(value));
  EXPECT_EQ(std::memcmp(bytes, "\xFF\xEE\xDD\xCC", 4), 0);
}

}  // namespace
