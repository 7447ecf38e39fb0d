// SPDX-License-Identifier: MIT
// Exporters that want to know hear of spans that begin here, and nobody else notices.

#include <sonde/record/opening.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/propagation.hpp>
#include <sonde/sampling/always.hpp>
#include <sonde/span/opening_request.hpp>
#include "span/recording.hpp"

namespace {

struct heard {
  std::string name, rule, tracestate;
  sonde::span_id id;
  std::uint64_t start;  // in ticks, which no correction of the clock changes
  sonde::kind kind;
  bool local_root;
  std::map<std::string, std::string, std::less<>> attributes;
};

struct listening_exporter {
  struct notes {
    std::vector<heard> begun;
    std::vector<std::pair<sonde::span_id, std::uint64_t>> ended;
  };
  std::shared_ptr<notes> kept = std::make_shared<notes>();

  [[nodiscard]] std::string_view name() const { return "listening"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "memory"; }
  bool write(const sonde::record::span_view& span) {
    kept->ended.push_back({span.header.span_id, span.header.start});
    return true;
  }
  void opened(const sonde::record::span_view& span) {
    heard one{std::string{span.name}, {}, std::string{span.tracestate}, span.header.span_id, span.header.start, span.kind(),
              span.is_local_root(), {}};
    for (const auto& each : span.attributes)
      one.attributes[std::string{each.key->name}] = each.value.type == sonde::record::entry_type::text
                                                        ? std::string{each.value.text()}
                                                        : std::to_string(each.value.word());
    kept->begun.push_back(one);
  }
};

TEST(opening, tells_of_local_roots_while_they_are_open) {
  const listening_exporter listens;
  auto session = sonde::start({.diagnostics = [](std::string_view) {}}, listens, sonde::testing::memory_exporter{});
  {
    const sonde::request_facts facts{{"GET", 3}, {"/a", 2}, {"shop:8080", 9}};
    const sonde::record::opening_request seen{facts};
    const sonde::span<"request"> root{sonde::kind::server};
    const sonde::span<"child"> child;
    EXPECT_TRUE(session.force_flush());
    ASSERT_EQ(listens.kept->begun.size(), 1u) << "a child is not announced";
    const heard& one = listens.kept->begun[0];
    EXPECT_EQ(one.name, "request");
    EXPECT_EQ(one.id, root.context().span_id);
    EXPECT_EQ(one.kind, sonde::kind::server);
    EXPECT_TRUE(one.local_root);
    const decltype(one.attributes) expected{
        {"http.request.method", "GET"}, {"url.path", "/a"}, {"server.address", "shop"}, {"server.port", "8080"}};
    EXPECT_EQ(one.attributes, expected);
    EXPECT_TRUE(listens.kept->ended.empty());
  }
  EXPECT_TRUE(session.force_flush());
  ASSERT_EQ(listens.kept->ended.size(), 2u);
  EXPECT_EQ(listens.kept->ended[1].second, listens.kept->begun[0].start) << "one start, told twice";
  const auto stats = session.stats();
  EXPECT_EQ(stats.spans.started, 2u);
  EXPECT_TRUE(balanced(stats.spans));
  EXPECT_EQ(stats.logs.started + stats.logs.taken, 0u);
  EXPECT_EQ(stats.exporters[1].spans.exported, 2u) << "the other exporter saw two spans and nothing else";
}

TEST(opening, has_what_the_span_has_by_then) {
  const listening_exporter listens;
  auto session = sonde::start({.diagnostics = [](std::string_view) {}}, listens);
  const std::map<std::string, std::string> headers{
      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"tracestate", "long=" + std::string(250, 'x')}};  // outgrows the span's own room
  const auto incoming = sonde::extract(headers);
  const sonde::propagation_scope travelling{incoming};
  { const sonde::span<"request"> root{sonde::kind::server, incoming}; }
  { const sonde::detached_span<"job"> job{sonde::kind::consumer}; }
  EXPECT_TRUE(session.force_flush());
  ASSERT_EQ(listens.kept->begun.size(), 2u);
  EXPECT_EQ(listens.kept->begun[0].tracestate, "long=" + std::string(250, 'x'));
  EXPECT_EQ(listens.kept->begun[1].kind, sonde::kind::consumer);
}

TEST(opening, unsampled_traces_have_none) {
  const listening_exporter listens;
  auto session = sonde::start({.sampler = sonde::sampling::always_off{}, .diagnostics = [](std::string_view) {}}, listens);
  { const sonde::span<"request"> root{sonde::kind::server}; }
  EXPECT_TRUE(session.force_flush());
  EXPECT_TRUE(listens.kept->begun.empty());
}

TEST(opening, hosts_are_told_with_and_without_port) {
  const listening_exporter listens;
  auto session = sonde::start({.diagnostics = [](std::string_view) {}}, listens);
  for (const std::string_view host : {"shop", "[2001:db8::1]:81", "[::1]", "2001:db8::1", "shop:", "shop:123456"}) {
    const sonde::request_facts facts{{}, {}, {host.data(), host.size()}};
    const sonde::record::opening_request seen{facts};
    const sonde::span<"request"> root{sonde::kind::server};
  }
  EXPECT_TRUE(session.force_flush());
  std::vector<std::string> told;
  for (auto& each : listens.kept->begun) told.push_back(each.attributes["server.address"] + " " + each.attributes["server.port"]);
  const std::vector<std::string> expected{"shop ", "2001:db8::1 81", "::1 ", "2001:db8::1 ", "shop ", "shop:123456 "};
  EXPECT_EQ(told, expected);
}

}  // namespace
