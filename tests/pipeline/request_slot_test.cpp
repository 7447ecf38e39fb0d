// SPDX-License-Identifier: MIT
// Exporters of one lane and of two, in a real session, over a transport that answers at once.

#include <sonde/pipeline/request_slot.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

namespace pipeline = sonde::pipeline;
namespace record = sonde::record;

/// Answers whatever it is sent in the next round, with the status that stands in the request's body.
class echo final : public sonde::transport::driver {
 public:
  using done_function = std::function<void(sonde::transport::response)>;

  void send(sonde::transport::request what, done_function done) {
    waiting_.emplace_back(std::move(what), std::move(done));
  }
  void perform() noexcept override {
    for (auto& [what, done] : std::exchange(waiting_, {})) {
      sonde::transport::response reply;
      reply.outcome = sonde::transport::outcome::answered;
      reply.status = what.method == "GET" ? 500 : 200;
      done(reply);
    }
  }
  [[nodiscard]] bool busy() const noexcept override { return !waiting_.empty(); }
  void wait(std::chrono::nanoseconds) noexcept override {}
  void wake() noexcept override {}

 private:
  std::vector<std::pair<sonde::transport::request, done_function>> waiting_;
};

/// `GET` fails for good, anything else arrives.
template <class View>
class word_lane {
 public:
  using batch = std::string;

  word_lane(std::string label, std::string method) : label_{std::move(label)}, method_{std::move(method)} {}
  void encode(const View&) { open_ += 'x'; }
  [[nodiscard]] std::size_t encoded_size() const { return open_.size(); }
  [[nodiscard]] batch take_batch() { return std::exchange(open_, {}); }
  [[nodiscard]] sonde::transport::request request_for(const batch& closed) const {
    sonde::transport::request made;
    made.method = method_;
    made.body = closed;
    return made;
  }
  [[nodiscard]] pipeline::verdict judge(const sonde::transport::response& reply) const {
    if (reply.status == 200) return {};
    return {pipeline::verdict::outcome::refused, 0, {}, "refused"};
  }
  [[nodiscard]] pipeline::batch_limits limits() const { return {}; }
  [[nodiscard]] std::string_view label() const { return label_; }

 private:
  std::string label_;
  std::string method_;
  std::string open_;
};

class one_lane : public word_lane<record::span_view> {
 public:
  using transport = echo;
  one_lane() : word_lane{"spans", "POST"} {}
  [[nodiscard]] std::string_view name() const { return "one"; }
  [[nodiscard]] std::string open(pipeline::setup&) { return "somewhere"; }
};
static_assert(pipeline::request_exporter<one_lane>);

class two_lanes {
 public:
  using transport = echo;
  [[nodiscard]] std::string_view name() const { return "two"; }
  [[nodiscard]] std::string open(pipeline::setup&) { return "somewhere"; }
  [[nodiscard]] auto lanes() { return std::tie(spans_, logs_); }

 private:
  word_lane<record::span_view> spans_{"spans", "POST"};
  word_lane<record::log_view> logs_{"logs", "GET"};
};
static_assert(pipeline::request_exporter<two_lanes>);

/// Two spans and a log through an exporter; its ledger, and what was said.
template <class Exporter>
std::pair<sonde::exporter_stats, std::string> run() {
  std::string said;
  std::mutex mutex;
  auto session = sonde::start({.service_name = "test",
                               .diagnostics =
                                   [&](std::string_view line) {
                                     const std::lock_guard lock{mutex};
                                     said += std::string{line} + '\n';
                                   }},
                              Exporter{});
  { sonde::span<"a"> outer; sonde::span<"b"> inner; sonde::log::info("c"); }
  EXPECT_TRUE(session.shutdown());
  return {session.stats().exporters.at(0), said};
}

TEST(request_slot, of_an_exporter_that_is_its_own_lane_speaks_in_its_name) {
  const auto [stats, said] = run<one_lane>();
  EXPECT_EQ(stats.spans.exported, 2u);
  EXPECT_EQ(stats.logs.dropped[sonde::drop_reason::unsupported], 1u);
  EXPECT_NE(said.find("\none: first batch accepted: 2 spans\n"), std::string::npos) << said;
}

TEST(request_slot, gives_each_lane_its_records_and_its_words_and_has_one_ledger_for_all) {
  const auto [stats, said] = run<two_lanes>();
  EXPECT_EQ(stats.name, "two");
  EXPECT_EQ(stats.spans.exported, 2u);
  EXPECT_EQ(stats.spans.dropped.total(), 0u);
  EXPECT_EQ(stats.logs.dropped[sonde::drop_reason::rejected], 1u);
  EXPECT_EQ(stats.logs.exported, 0u);
  EXPECT_NE(said.find("\ntwo spans: first batch accepted: 2 spans\n"), std::string::npos) << said;
  EXPECT_NE(said.find("\ntwo logs: refused\n"), std::string::npos) << said;
}

}  // namespace
