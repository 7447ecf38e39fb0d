// SPDX-License-Identifier: MIT

#include <sonde/context/id_source.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/context/entropy.hpp>

namespace {

using sonde::context::id_source;

/// Judge: the generator as its authors publish it (xoshiro256++ 1.0, public domain), reduced to its first outputs.
TEST(id_source, is_the_published_generator) {
  id_source source{{1, 2, 3, 4}};
  // From rand_xoshiro, whose vector tests hold the reference implementation's output for this seed.
  const std::uint64_t expected[] = {41943041ull,           58720359ull,           3588806011781223ull,
                                    3591011842654386ull,   9228616714210784205ull, 9973669472204895162ull,
                                    14011001112246962877ull, 12406186145184390807ull};
  for (const std::uint64_t each : expected) EXPECT_EQ(source.next(), each);
}

TEST(id_source, a_million_ids_are_unlike_and_never_zero) {
  id_source source = sonde::context::seeded_id_source();
  std::vector<std::uint64_t> spans;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> traces;
  for (int i = 0; i < 1'000'000; ++i) {
    const sonde::span_id span = source.next_span_id();
    const sonde::trace_id trace = source.next_trace_id();
    std::uint64_t word;
    std::memcpy(&word, span.bytes, 8);
    ASSERT_NE(word, 0u);
    spans.push_back(word);
    std::pair<std::uint64_t, std::uint64_t> words;
    std::memcpy(&words.first, trace.bytes, 8);
    std::memcpy(&words.second, trace.bytes + 8, 8);
    ASSERT_NE(words.second, 0u);
    traces.push_back(words);
  }
  std::sort(spans.begin(), spans.end());
  EXPECT_EQ(std::adjacent_find(spans.begin(), spans.end()), spans.end());
  std::sort(traces.begin(), traces.end());
  EXPECT_EQ(std::adjacent_find(traces.begin(), traces.end()), traces.end());
}

TEST(id_source, replaces_a_zero_it_draws) {
  // rotate(s0 + s3, 23) + s0 is 0 where both are 0; the other two words keep the state alive.
  id_source source{{0, 1, 2, 0}};
  EXPECT_TRUE(source.next_span_id().valid());
  id_source same{{0, 1, 2, 0}};
  EXPECT_EQ(same.next(), 0u);
}

TEST(id_source, each_seed_is_another) {
  EXPECT_NE(sonde::context::seeded_id_source().next(), sonde::context::seeded_id_source().next());
}

}  // namespace
