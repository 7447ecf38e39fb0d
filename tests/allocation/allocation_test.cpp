// SPDX-License-Identifier: MIT
// A recorded span takes nothing from the heap. Counts what the calling thread asks of malloc, which operator new goes
// through as well. Only the ring may ask for a chunk, now and then: one serves thousands of spans.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <string_view>

#include <sonde/attributes.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

#include "allocation/counted_malloc.hpp"

namespace {

struct user_activities {
  std::string_view handle;
  std::size_t results_size;
};

class allocation : public ::testing::Test {
 protected:
  static constexpr unsigned long rounds = 200;
  static constexpr unsigned long calls_a_round = 100;
  static constexpr unsigned long warm_up = 2000;
  static constexpr unsigned long for_the_ring = rounds / 10;

  /// In how many rounds of `calls_a_round` calls something was asked of the heap.
  template <class Work>
  unsigned long rounds_with_allocations(Work work) {
    for (unsigned long i = 0; i < warm_up; ++i) work();
    unsigned long found = 0;
    for (unsigned long round = 0; round < rounds; ++round) {
      EXPECT_TRUE(session_.force_flush());
      const unsigned long before = allocations;
      for (unsigned long i = 0; i < calls_a_round; ++i) work();
      if (allocations != before) ++found;
    }
    EXPECT_TRUE(session_.force_flush());
    return found;
  }

  sonde::testing::null_exporter counts_;
  sonde::session session_ = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, counts_);
};

TEST_F(allocation, is_counted) {
  EXPECT_EQ(rounds_with_allocations([] { delete ::new int; }), rounds);
  EXPECT_EQ(rounds_with_allocations([] { sonde::detached_span<"on the heap, so that it can move"> job; }), rounds);
  EXPECT_EQ(rounds_with_allocations([turn = 0u]() mutable {
              if (++turn % calls_a_round == 0) delete ::new int;
            }),
            rounds);
}

TEST_F(allocation, none_by_a_plain_span) {
  EXPECT_LE(rounds_with_allocations([] { sonde::span<"plain"> span; }), for_the_ring);
  EXPECT_LE(rounds_with_allocations([] { SONDE_SPAN(); }), for_the_ring);
  EXPECT_EQ(session_.stats().spans.dropped.total(), 0u);
  EXPECT_EQ(counts_.spans(), 2 * (warm_up + rounds * calls_a_round));
}

TEST_F(allocation, none_by_nested_spans) {
  EXPECT_LE(rounds_with_allocations([] {
              sonde::span<"outer"> outer;
              sonde::span<"middle"> middle{sonde::kind::client};
              sonde::span<"inner"> inner{outer.context()};
            }),
            for_the_ring);
}

TEST_F(allocation, none_by_attributes) {
  EXPECT_LE(rounds_with_allocations([] {
              sonde::span<"with attributes"> span;
              span.set_attribute<"whole">(7);
              span.set_attribute<"truth">(true);
              span.set_attribute<"text">("sixteen letters!");
            }),
            for_the_ring);
}

TEST_F(allocation, none_by_events_status_and_name) {
  EXPECT_LE(rounds_with_allocations([] {
              sonde::span<"with an event"> span;
              span.add_event<"cache.miss">(sonde::attr<"key">("home"), sonde::attr<"size">(7));
              span.set_status(sonde::status::error, "no such handle");
              span.update_name("renamed");
            }),
            for_the_ring);
}

TEST_F(allocation, none_by_typed_attributes) {
  EXPECT_LE(rounds_with_allocations([] {
              sonde::span<"typed", user_activities> span{{.handle = "andrew", .results_size = 0}};
              span->results_size = 7;
            }),
            for_the_ring);
}

TEST_F(allocation, none_by_callables) {
  const auto captured = sonde::capture<"captured">([](int n) { return n; });
  int sum = 0;
  EXPECT_LE(rounds_with_allocations([&] { sum += captured(1) + sonde::in_span<"in span">([] { return 1; }); }), for_the_ring);
  sonde::span<"parent"> parent;
  auto bound = sonde::bind_current([&] { sonde::span<"child"> child; });
  EXPECT_LE(rounds_with_allocations([&] { bound(); }), for_the_ring);
}

TEST_F(allocation, none_by_a_span_left_by_an_exception) {
  const auto counted = [](auto open) {
    const unsigned long before = allocations;
    try {
      open();
    } catch (int) {
    }
    return allocations - before;
  };
  const auto thrown_alone = counted([] { throw 1; });
  unsigned long more = 0;
  for (unsigned long i = 0; i < warm_up; ++i)
    if (counted([] {
          sonde::span<"left"> span;
          throw 1;
        }) != thrown_alone)
      ++more;
  EXPECT_LE(more, for_the_ring);
}

TEST_F(allocation, none_by_logs_and_reports) {
  EXPECT_LE(rounds_with_allocations([] { sonde::log::info("{} activities for {}", 7, "andrew"); }), for_the_ring);
  EXPECT_LE(rounds_with_allocations([] { sonde::report_message("Hello World!"); }), for_the_ring);
}

}  // namespace
