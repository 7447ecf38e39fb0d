// SPDX-License-Identifier: MIT
// A batch takes as many allocations as it has scopes, and a few: not more of them for more or longer records.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/otlp/json.hpp>
#include <sonde/otlp/protobuf.hpp>

#include "allocation/counted_malloc.hpp"
#include "otlp/hand_made_log.hpp"
#include "otlp/hand_made_span.hpp"

namespace {

using sonde::testing::hand_made_log;
using sonde::testing::hand_made_span;
using sonde::testing::payload;

struct per_batch {
  unsigned long filling;   // with the taking
  unsigned long a_request;
};

/// Of a batch like those before it.
template <class Encoder>
per_batch allocations_of(Encoder& encoder, std::size_t count, std::size_t scopes, std::size_t text) {
  std::vector<hand_made_span> spans(scopes);
  for (std::size_t i = 0; i < scopes; ++i) {
    spans[i].site().scope = static_cast<std::uint32_t>(i);
    spans[i].add("k", payload::text(std::string(text, 'x')));
  }
  per_batch found{};
  for (int round = 0; round < 5; ++round) {
    const unsigned long before = allocations;
    for (std::size_t i = 0; i < count; ++i) encoder.append(spans[i % scopes].view());
    const sonde::otlp::batch taken = encoder.take();
    const unsigned long between = allocations;
    const std::string request = encoder.request(taken);
    found = {between - before, allocations - between};
    EXPECT_GT(request.size(), count * text);
  }
  return found;
}

template <class Encoder>
class otlp_batch : public testing::Test {};
using encoders = testing::Types<sonde::otlp::protobuf_encoder, sonde::otlp::json_encoder>;
TYPED_TEST_SUITE(otlp_batch, encoders);

TYPED_TEST(otlp_batch, allocates_by_the_number_of_its_scopes_alone) {
  for (const std::size_t scopes : {std::size_t{1}, std::size_t{5}})
    for (const std::size_t count : {std::size_t{512}, std::size_t{4096}})
      for (const std::size_t text : {std::size_t{16}, std::size_t{1000}}) {
        TypeParam encoder{sonde::resource::resource{}};
        const per_batch found = allocations_of(encoder, count, scopes, text);
        EXPECT_EQ(found.filling, scopes + 1) << count << " spans of " << text;  // one for the list of scopes
        EXPECT_EQ(found.a_request, 1u) << count << " spans of " << text;
      }
}

TYPED_TEST(otlp_batch, of_logs_too) {
  TypeParam encoder{sonde::resource::resource{}, sonde::otlp::signal::logs};
  hand_made_log log;
  unsigned long found = 0;
  for (int round = 0; round < 5; ++round) {
    const unsigned long before = allocations;
    for (int i = 0; i < 3000; ++i) encoder.append(log.view());
    const sonde::otlp::batch taken = encoder.take();
    found = allocations - before;
  }
  EXPECT_EQ(found, 2u);
}

TYPED_TEST(otlp_batch, smaller_than_the_last_gives_back_what_it_does_not_need) {
  TypeParam encoder{sonde::resource::resource{}};
  static_cast<void>(allocations_of(encoder, 4096, 1, 100));
  hand_made_span span;
  const unsigned long before = allocations;
  encoder.append(span.view());
  const sonde::otlp::batch taken = encoder.take();
  EXPECT_EQ(allocations - before, 3u);
}

}  // namespace
