// SPDX-License-Identifier: MIT

#include <sonde/adapters/xray/document/local_trace.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/adapters/xray/document/trace_store.hpp>

#include "adapters/xray/daemon.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sonde::xray::local_trace;

[[nodiscard]] sonde::span_id id_of(std::uint64_t number) {
  sonde::span_id id{};
  for (int i = 7; i >= 0; --i, number >>= 8) id.bytes[i] = static_cast<unsigned char>(number & 255);
  return id;
}
[[nodiscard]] std::string hex(std::uint64_t number) {
  const auto digits = id_of(number).to_hex();
  return {digits.data(), digits.size()};
}

/// Spans with hand-made members, numbered from 1; 0 is no parent.
class traces : public testing::Test {
 protected:
  void SetUp() override {
    std::memset(trace_id_.bytes, 0x5a, sizeof trace_id_.bytes);
    trace_.begin(trace_id_);
  }
  [[nodiscard]] static sonde::record::header header(std::uint64_t id, std::uint64_t parent) {
    sonde::record::header made{};
    made.span_id = id_of(id);
    made.parent_id = id_of(parent);
    return made;
  }
  /// Of `size` bytes where that is given.
  [[nodiscard]] std::string members(std::uint64_t id, bool segment, std::size_t size = 0) const {
    std::string made = "\"id\":\"" + hex(id) + "\",\"name\":\"n\",\"start_time\":1.5,\"end_time\":2.5";
    if (segment) made += ",\"trace_id\":\"1-5a5a5a5a-5a5a5a5a5a5a5a5a5a5a5a5a\"";
    constexpr std::string_view filler = ",\"metadata\":{\"default\":{\"x\":\"\"}}";
    if (size == 0) return made;
    const std::size_t fill = size - made.size() - filler.size();
    return made + ",\"metadata\":{\"default\":{\"x\":\"" + std::string(fill, 'x') + "\"}}";
  }
  void add(std::uint64_t id, std::uint64_t parent, std::size_t size = 0) {
    trace_.add(header(id, parent), parent == 0, members(id, parent == 0, size));
    parents_[hex(id)] = parent == 0 ? "" : hex(parent);
  }
  void send(local_trace::part part = local_trace::part::all) {
    trace_.send(part, 30, scratch_, [&](std::string_view datagram, std::uint64_t spans) {
      longest_ = std::max(longest_, datagram.size());
      documents_.push_back(sonde::tests::read_datagram(datagram));
      EXPECT_EQ(sonde::tests::spans_in(documents_.back()), spans);
      EXPECT_LE(spans, 31u);
      look_at(documents_.back(), documents_.back().value("parent_id", ""));
    });
  }
  /// Every span once, and under its parent.
  void look_at(const json& document, const std::string& parent) {
    const std::string id = document.at("id");
    EXPECT_TRUE(seen_.insert(id).second) << id << " twice";
    EXPECT_EQ(parent, parents_[id]);
    for (const json& each : document.value("subsegments", json::array())) look_at(each, id);
  }

  sonde::trace_id trace_id_{};
  local_trace trace_;
  sonde::otlp::byte_buffer scratch_;
  std::map<std::string, std::string> parents_;
  std::vector<json> documents_;
  std::set<std::string> seen_;
  std::size_t longest_ = 0;
};

TEST_F(traces, documents_lie_within_one_another_whatever_order_they_came_in) {
  for (const std::vector<int>& order : {std::vector<int>{4, 3, 2, 1}, {1, 2, 3, 4}, {2, 4, 1, 3}}) {
    const std::map<int, int> parent{{1, 0}, {2, 1}, {3, 1}, {4, 2}};
    documents_.clear();
    seen_.clear();
    for (const int each : order) add(static_cast<std::uint64_t>(each), static_cast<std::uint64_t>(parent.at(each)));
    send();
    ASSERT_EQ(documents_.size(), 1u);
    EXPECT_EQ(documents_[0].at("id"), hex(1));
    EXPECT_EQ(seen_.size(), 4u);
    EXPECT_EQ(trace_.count(), 0u);
  }
}

TEST_F(traces, a_datagram_may_be_full_and_never_one_byte_more) {
  const std::size_t alone = std::string_view{"{\"type\":\"subsegment\",\"trace_id\":\"1-5a5a5a5a-5a5a5a5a5a5a5a5a5a5a5a5a\","
                                             "\"parent_id\":\"0000000000000001\",}"}.size();
  EXPECT_LE(alone, sonde::xray::alone_overhead + 2);
  std::size_t longest_within = 0;
  for (std::size_t size = 31'895; size < 31'910; ++size) {  // a segment with two children that just fit, or do not
    documents_.clear();
    seen_.clear();
    add(2, 1, size);
    add(3, 1, size - 100);
    add(1, 0);
    send();
    EXPECT_EQ(seen_.size(), 3u);
    if (documents_.size() == 1) longest_within = size;
  }
  EXPECT_GT(longest_within, 31'895u);
  EXPECT_LT(longest_within, 31'909u);
  EXPECT_GT(longest_, 63'700u);
  EXPECT_LE(longest_, 64'000u);
  documents_.clear();
  add(9, 8, sonde::xray::longest_members);
  parents_[hex(9)] = hex(8);
  send();
  EXPECT_LE(longest_, 64'000u);
}

TEST_F(traces, thousands_of_subsegments_all_go) {
  std::mt19937 draw{1};
  add(1, 0);
  for (std::uint64_t i = 2; i <= 2'001; ++i) add(i, std::uniform_int_distribution<std::uint64_t>{1, i - 1}(draw), 300);
  send();
  EXPECT_EQ(seen_.size(), 2'001u);
}

TEST_F(traces, a_long_chain_is_cut_into_documents) {
  for (std::uint64_t i = 1'000; i > 0; --i) add(i, i - 1);
  send();
  EXPECT_EQ(seen_.size(), 1'000u);
  EXPECT_EQ(documents_.size(), (1'000u + 30) / 31);
}

TEST_F(traces, spans_that_are_each_others_ancestors_go_alone) {
  add(5, 6);
  add(6, 5);
  add(7, 7);
  add(1, 0);
  send();
  EXPECT_EQ(documents_.size(), 4u);
}

TEST_F(traces, segments_can_go_before_what_waits_for_another) {
  add(3, 2);
  add(2, 1);
  add(1, 0);
  add(20, 10);
  send(local_trace::part::segments);
  ASSERT_EQ(documents_.size(), 1u);
  EXPECT_EQ(trace_.count(), 1u);
  add(10, 0);
  send(local_trace::part::segments);
  ASSERT_EQ(documents_.size(), 2u);
  EXPECT_EQ(documents_[1].at("subsegments")[0].at("id"), hex(20));
  EXPECT_EQ(seen_.size(), 5u);
}

/// What is sent, pass by pass.
class store : public traces {
 protected:
  void add(std::uint64_t id, std::uint64_t parent, sonde::xray::trace_store::time_point now = {}) {
    parents_[hex(id)] = parent == 0 ? "" : hex(parent);
    store_.of(trace_id_).add(header(id, parent), parent == 0, members(id, parent == 0));
    store_.added(parent == 0, now);
  }
  [[nodiscard]] std::size_t advance(sonde::xray::trace_store::time_point now = {}, bool flushing = false) {
    std::size_t sent = 0;
    store_.advance(now, flushing, [&](std::string_view datagram, std::uint64_t) {
      ++sent;
      documents_.push_back(sonde::tests::read_datagram(datagram));
    });
    return sent;
  }
  sonde::xray::trace_store store_;
};

TEST_F(store, a_segment_waits_for_one_pass_over_all_threads) {
  add(1, 0);
  EXPECT_EQ(advance(), 0u);
  add(2, 1);  // had ended before, on a thread that was read earlier
  EXPECT_EQ(advance(), 1u);
  EXPECT_EQ(documents_[0].at("subsegments").size(), 1u);
  EXPECT_TRUE(store_.empty());
  EXPECT_EQ(store_.bytes(), 0u);
}

TEST_F(store, a_trace_that_is_gone_leaves_no_exceptions_to_the_next) {
  add(1, 0);
  store_.of(trace_id_).travelling.push_back({1, 2, 3});
  while (!store_.empty()) static_cast<void>(advance());
  EXPECT_TRUE(store_.of(trace_id_).travelling.empty());
}

TEST_F(store, what_has_no_segment_yet_waits_until_it_is_too_much_or_too_old) {
  const sonde::xray::trace_store::time_point begun{};
  for (std::uint64_t i = 2; i < 32; ++i) add(i, 1, begun);
  EXPECT_EQ(advance(begun), 0u);
  EXPECT_EQ(advance(begun), 0u);
  add(32, 1, begun);
  EXPECT_EQ(advance(begun), 31u);
  add(33, 1, begun);
  EXPECT_EQ(advance(begun + 4999ms), 0u);
  EXPECT_EQ(advance(begun + 5000ms), 1u);
  add(34, 1, begun);
  EXPECT_EQ(advance(begun, true), 1u);
  EXPECT_EQ(store_.bytes(), 0u);
}

}  // namespace
