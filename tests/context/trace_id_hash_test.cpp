// SPDX-License-Identifier: MIT

#include <sonde/context/trace_id_hash.hpp>

#include <cstddef>
#include <set>

#include <gtest/gtest.h>

namespace {

using sonde::context::trace_id_hash;

sonde::trace_id numbered(unsigned number, std::size_t at) {
  sonde::trace_id id{};
  id.bytes[at] = static_cast<unsigned char>(number);
  id.bytes[at + 1] = static_cast<unsigned char>(number >> 8);
  id.bytes[15 - at] = 1;
  return id;
}

TEST(trace_id_hash, spreads_ids_that_somebody_chose_alike) {
  const trace_id_hash hash;
  for (const std::size_t at : {std::size_t{0}, std::size_t{6}, std::size_t{8}}) {  // the rest is the same in all of them
    std::set<std::size_t> places;
    for (unsigned number = 0; number < 4096; ++number) places.insert(hash(numbered(number, at)));
    EXPECT_GT(places.size(), 2000u) << at;
  }
  EXPECT_EQ(hash(numbered(7, 0)), hash(numbered(7, 0)));
}

TEST(trace_id_hash, nobody_knows_beforehand_where_an_id_lies) {
  const trace_id_hash hash;
  const trace_id_hash other;
  EXPECT_NE(hash(numbered(7, 0)), other(numbered(7, 0)));
  const trace_id_hash copy = hash;  // a table that moves keeps its places
  EXPECT_EQ(hash(numbered(7, 0)), copy(numbered(7, 0)));
}

}  // namespace
