// SPDX-License-Identifier: MIT
// Traces like those before them take no allocation: neither their members, nor the documents made of them.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <sonde/adapters/xray/document/trace_store.hpp>
#include <sonde/adapters/xray/document/writer.hpp>

#include "allocation/counted_malloc.hpp"
#include "otlp/hand_made_span.hpp"

namespace {

using sonde::testing::hand_made_span;
using sonde::testing::payload;

TEST(xray_documents, of_traces_like_those_before_take_no_allocation) {
  constexpr std::uint64_t subsegments = 40;  // some go alone
  sonde::xray::shared_members shared;
  shared.names = {"a service with a name of some length", "*.example.com"};
  sonde::xray::document_writer writer{std::move(shared)};
  sonde::xray::trace_store store;
  sonde::otlp::byte_buffer members;
  hand_made_span span;
  span.add("server.address", payload::text("a-host-with-a-long-name.example.com"));
  std::size_t sent = 0;
  unsigned long found = 0;
  const auto add = [&](std::uint64_t trace, std::uint64_t number) {
    std::memcpy(span.header().trace_id.bytes, &trace, sizeof trace);
    const std::uint64_t parent = trace << 32;
    const std::uint64_t id = parent + number;
    std::memcpy(span.header().span_id.bytes, &id, sizeof id);
    std::memcpy(span.header().parent_id.bytes, number == 0 ? "\0\0\0\0\0\0\0" : reinterpret_cast<const char*>(&parent), sizeof parent);
    span.header().flags = number == 0 ? sonde::record::sampled | sonde::record::local_root : sonde::record::sampled;
    span.header().kind = static_cast<std::uint8_t>(number % 2 == 0 ? sonde::kind::internal : sonde::kind::client);
    const sonde::record::span_view view = span.view();
    sonde::xray::local_trace& into = store.of(view.header.trace_id);
    members.truncate(0);
    static_cast<void>(writer.write(members, view, sonde::xray::longest_members, into.travelling));
    into.add(view.header, number == 0, members.bytes());
    store.added(number == 0, {});
  };
  for (std::uint64_t round = 1; round <= 4; ++round) {
    const unsigned long before = allocations;
    for (std::uint64_t trace = 1; trace <= 100; ++trace)
      for (std::uint64_t left = subsegments + 1; left > 0; --left) add(round * 1000 + trace, left - 1);
    store.advance({}, true, [&](std::string_view, std::uint64_t spans) { sent += spans; });
    found = allocations - before;
  }
  EXPECT_EQ(found, 0u);
  EXPECT_EQ(sent, 4 * 100 * (subsegments + 1));
}

}  // namespace
