// SPDX-License-Identifier: MIT
// A lane that counts and a transport that keeps what it is given, so that every turn a request can take is seen without a
// network and without waiting.

#include <sonde/pipeline/request_queue.hpp>

#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/context/clock_sync.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/record/registry.hpp>

namespace {

using namespace std::chrono_literals;
namespace pipeline = sonde::pipeline;
namespace record = sonde::record;
using outcome = pipeline::verdict::outcome;
using time_point = std::chrono::steady_clock::time_point;

/// Encodes a span as as many bytes as its status says.
class counting_lane {
 public:
  struct batch {
    std::string bytes;
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '.')); }
    [[nodiscard]] std::size_t size() const { return bytes.size(); }
  };

  pipeline::batch_limits settings{.count = 3, .bytes = 1000, .age = 1s, .timeout = 10s};
  bool is_wanted = true;
  std::optional<bool> has_key{};  // where it needs one first
  std::deque<pipeline::verdict> verdicts{};
  std::size_t overhead = 0;  // of a request
  std::size_t span_size = 10;

  void encode(const record::span_view&) {}
  [[nodiscard]] bool encode_plain(record::record_view, const record::record_reader&) {
    if (span_size == 0) throw std::bad_alloc{};
    open_.append(span_size - 1, 'x');
    open_ += '.';
    return true;
  }
  [[nodiscard]] std::size_t encoded_size() const { return open_.size(); }
  [[nodiscard]] batch take_batch() { return {std::exchange(open_, {})}; }
  [[nodiscard]] batch split(batch& whole) const {
    const std::size_t kept = (whole.count() + 1) / 2;
    std::size_t at = 0;
    for (std::size_t i = 0; i < kept; ++i) at = whole.bytes.find('.', at) + 1;
    batch later{whole.bytes.substr(at)};
    whole.bytes.resize(at);
    return later;
  }
  [[nodiscard]] sonde::transport::request request_for(const batch& content) const {
    sonde::transport::request made;
    made.body = content.bytes + std::string(overhead, ' ');
    return made;
  }
  [[nodiscard]] pipeline::verdict judge(const sonde::transport::response&) {
    pipeline::verdict next = verdicts.empty() ? pipeline::verdict{} : verdicts.front();
    if (!verdicts.empty()) verdicts.pop_front();
    return next;
  }
  [[nodiscard]] pipeline::batch_limits limits() const { return settings; }
  [[nodiscard]] bool wanted() const { return is_wanted; }

  [[nodiscard]] std::optional<sonde::transport::request> errand(time_point) {
    if (!has_key || *has_key) return std::nullopt;
    sonde::transport::request made;
    made.body = "key";
    return made;
  }
  void errand_done(const sonde::transport::response& reply, time_point) {
    has_key = reply.status == 200;
    obstacle_ = *has_key ? "" : "no key";
  }
  [[nodiscard]] std::string obstacle() const { return obstacle_; }
  [[nodiscard]] time_point errand_due() const { return time_point::max(); }
  [[nodiscard]] bool ready(time_point) const { return has_key.value_or(true); }

 private:
  std::string open_;
  std::string obstacle_;
};

class held_transport {
 public:
  struct sent {
    sonde::transport::request what;
    std::function<void(sonde::transport::response)> done;
  };
  std::deque<sent> under_way{};
  std::vector<std::string> bodies{};

  void send(sonde::transport::request what, std::function<void(sonde::transport::response)> done) {
    bodies.push_back(what.body);
    under_way.push_back({std::move(what), std::move(done)});
  }
  void answer(int status = 200) {
    sent first = std::move(under_way.front());
    under_way.pop_front();
    sonde::transport::response reply;
    reply.status = status;
    first.done(reply);
  }
};

class request_queue : public ::testing::Test {
 protected:
  using queue_type = pipeline::request_queue<counting_lane, held_transport>;

  void begin() {
    queue_.emplace(pipeline::queue_surroundings<counting_lane, held_transport>{lane_, ledger_, reader_, transport_, out_});
    queue_->open("test", true);
  }
  void take(int spans) {
    for (int i = 0; i < spans; ++i) queue_->take(record::record_view{bytes_}, {1, 0}, now_);
  }
  void advance(bool flushing = false) { queue_->advance(now_, flushing); }
  [[nodiscard]] const sonde::delivery_stats& spans() const { return ledger_.stats().spans; }
  [[nodiscard]] std::uint64_t dropped(sonde::drop_reason why) const { return spans().dropped[why]; }
  /// Every span taken has one place in the ledger.
  void expect_ledger(std::uint64_t taken) const {
    EXPECT_EQ(spans().queued + spans().exported + spans().dropped.total(), taken);
  }
  static pipeline::verdict answer(outcome what, std::string sentence = "told") { return {what, 0, {}, std::move(sentence)}; }

  record::registry known_;
  sonde::context::clock_sync clock_;
  record::span_limits limits_;
  record::record_reader reader_{known_, clock_, limits_};
  counting_lane lane_;
  pipeline::account ledger_;
  held_transport transport_;
  std::string said_;
  pipeline::diagnostics out_{[this](std::string_view line) { said_ += std::string{line} + '\n'; }};
  std::optional<queue_type> queue_;
  time_point now_ = std::chrono::steady_clock::now();

 private:
  char bytes_[sizeof(record::header)]{};
};

TEST_F(request_queue, closes_a_batch_by_count_and_by_age) {
  begin();
  take(2);
  advance();
  EXPECT_TRUE(transport_.bodies.empty());
  EXPECT_EQ(queue_->due(), now_ + 1s);
  take(1);
  advance();
  ASSERT_EQ(transport_.bodies.size(), 1u);
  EXPECT_EQ(transport_.bodies[0].size(), 30u);
  transport_.answer();
  take(1);
  now_ += 1s;
  advance();
  EXPECT_EQ(transport_.bodies.size(), 2u);
  transport_.answer();
  EXPECT_TRUE(queue_->idle());
  EXPECT_EQ(spans().exported, 4u);
  EXPECT_EQ(said_, "test: first batch accepted: 3 spans\n");
}

TEST_F(request_queue, sends_the_next_batch_as_soon_as_there_is_room_for_it) {
  begin();
  take(6);
  advance();
  EXPECT_EQ(transport_.bodies.size(), 1u);
  EXPECT_GT(queue_->due(), now_);
  transport_.answer();
  EXPECT_LE(queue_->due(), now_);
}

TEST_F(request_queue, closes_a_batch_before_another_record_like_the_largest_would_be_too_much) {
  lane_.settings.count = 100;
  lane_.settings.bytes = 100;
  begin();
  take(25);
  advance(true);
  for (; !transport_.under_way.empty(); advance(true)) transport_.answer();
  ASSERT_EQ(transport_.bodies.size(), 3u);
  EXPECT_EQ(transport_.bodies[0].size(), 100u);
  EXPECT_EQ(transport_.bodies[1].size(), 100u);
  EXPECT_EQ(transport_.bodies[2].size(), 50u);
}

TEST_F(request_queue, splits_what_came_out_larger_than_the_limit_and_sends_none_over_it) {
  lane_.settings.count = 100;
  lane_.settings.bytes = 100;
  begin();
  lane_.span_size = 30;
  take(2);
  lane_.span_size = 80;  // an outlier
  take(1);
  advance(true);
  for (; !transport_.under_way.empty(); advance(true)) transport_.answer();
  ASSERT_EQ(transport_.bodies.size(), 2u);
  EXPECT_EQ(transport_.bodies[0].size(), 60u);
  EXPECT_EQ(transport_.bodies[1].size(), 80u);
  EXPECT_EQ(spans().exported, 3u);
  expect_ledger(3);
}

TEST_F(request_queue, drops_a_single_record_that_is_larger_than_a_request_may_be) {
  lane_.settings.bytes = 100;
  begin();
  lane_.span_size = 101;
  take(1);
  advance(true);
  EXPECT_TRUE(transport_.bodies.empty());
  EXPECT_EQ(dropped(sonde::drop_reason::too_large), 1u);
  EXPECT_TRUE(queue_->idle());
  EXPECT_EQ(said_, "test: a request of 101 bytes, over the limit of 100, was not sent: 1 span lost\n");
}

TEST_F(request_queue, measures_the_request_and_not_only_its_records) {
  lane_.settings.bytes = 100;
  lane_.overhead = 75;
  begin();
  take(3);
  advance();
  for (; !transport_.under_way.empty(); advance()) transport_.answer();
  ASSERT_EQ(transport_.bodies.size(), 2u);
  EXPECT_EQ(transport_.bodies[0].size(), 95u);
  EXPECT_EQ(transport_.bodies[1].size(), 85u);
}

TEST_F(request_queue, halves_what_a_backend_finds_too_much_down_to_a_single_record) {
  lane_.settings.count = 4;
  lane_.verdicts = {answer(outcome::too_much), answer(outcome::too_much), answer(outcome::too_much),
                    answer(outcome::accepted, ""), answer(outcome::accepted, "")};
  begin();
  take(4);
  advance();
  while (!transport_.under_way.empty()) {
    transport_.answer();
    expect_ledger(4);
    advance();
  }
  ASSERT_EQ(transport_.bodies.size(), 5u);  // four, two, one refused for good, one, two
  EXPECT_EQ(transport_.bodies[1].size(), 20u);
  EXPECT_EQ(transport_.bodies[2].size(), 10u);
  EXPECT_EQ(transport_.bodies[3].size(), 10u);
  EXPECT_EQ(transport_.bodies[4].size(), 20u);
  EXPECT_EQ(dropped(sonde::drop_reason::too_large), 1u);
  EXPECT_EQ(spans().exported, 3u);
  EXPECT_TRUE(queue_->idle());
}

TEST_F(request_queue, has_all_its_room_again_after_a_split) {
  lane_.settings.queue_bytes = 60;
  lane_.settings.count = 4;
  lane_.verdicts = {answer(outcome::too_much)};
  begin();
  take(4);
  for (advance(); !transport_.under_way.empty(); advance()) transport_.answer();
  EXPECT_EQ(spans().exported, 4u);
  take(6);
  EXPECT_EQ(dropped(sonde::drop_reason::queue_full), 0u);
}

TEST_F(request_queue, leaves_a_backend_alone_that_asked_for_time) {
  lane_.settings.concurrent = 1;
  lane_.verdicts = {{outcome::retry, 0, 3s, "busy"}};
  begin();
  take(6);
  advance();
  transport_.answer();
  now_ = std::chrono::steady_clock::now();
  now_ += 2900ms;
  advance();
  EXPECT_EQ(transport_.bodies.size(), 1u);
  EXPECT_GT(queue_->due(), now_);
  now_ += 200ms;
  advance();
  EXPECT_EQ(transport_.bodies.size(), 2u);
  transport_.answer();
  advance();
  transport_.answer();
  EXPECT_EQ(spans().exported, 6u);
  EXPECT_EQ(said_, "test: busy; will retry\ntest: first batch accepted: 3 spans\n");
}

TEST_F(request_queue, gives_up_a_request_whose_next_attempt_would_come_too_late) {
  lane_.verdicts = {{outcome::retry, 0, 11s, "busy"}};
  begin();
  take(3);
  advance();
  transport_.answer();
  EXPECT_EQ(dropped(sonde::drop_reason::retries_exhausted), 3u);
  EXPECT_TRUE(queue_->idle());
  EXPECT_EQ(said_, "test: busy; gave up after 1 attempt: 3 spans lost\n");
}

TEST_F(request_queue, has_as_many_requests_under_way_as_it_may) {
  lane_.settings.concurrent = 2;
  begin();
  take(9);
  advance();
  EXPECT_EQ(transport_.under_way.size(), 2u);
  transport_.answer();
  advance();
  EXPECT_EQ(transport_.under_way.size(), 2u);
  transport_.answer();
  transport_.answer();
  EXPECT_EQ(spans().exported, 9u);
  EXPECT_TRUE(queue_->idle());
}

TEST_F(request_queue, never_sends_again_what_was_refused) {
  lane_.verdicts = {answer(outcome::refused, "no")};
  begin();
  take(3);
  advance();
  transport_.answer();
  advance();
  EXPECT_EQ(transport_.bodies.size(), 1u);
  EXPECT_EQ(dropped(sonde::drop_reason::rejected), 3u);
}

TEST_F(request_queue, counts_what_a_backend_took_in_part) {
  pipeline::verdict partial;
  partial.rejected = 2;
  partial.sentence = "two were bad";
  lane_.verdicts = {partial};
  begin();
  take(3);
  advance();
  transport_.answer();
  EXPECT_EQ(spans().exported, 1u);
  EXPECT_EQ(dropped(sonde::drop_reason::rejected), 2u);
  partial.rejected = 99;  // more than there were
  lane_.verdicts = {partial};
  take(3);
  advance();
  transport_.answer();
  EXPECT_EQ(dropped(sonde::drop_reason::rejected), 5u);
  expect_ledger(6);
}

TEST_F(request_queue, runs_its_errand_before_it_sends) {
  lane_.has_key = false;
  begin();
  take(3);
  advance();
  EXPECT_EQ(transport_.bodies, std::vector<std::string>{"key"});
  advance();
  EXPECT_EQ(transport_.under_way.size(), 1u);  // one at a time
  transport_.answer(500);
  EXPECT_EQ(said_, "");
  advance();
  EXPECT_EQ(said_, "test: no key; waiting: 3 spans\n");
  EXPECT_GT(queue_->due(), now_) << "nothing to do until there is a key";
  transport_.answer(200);
  advance();
  EXPECT_EQ(transport_.bodies.size(), 3u);
  transport_.answer();
  EXPECT_EQ(spans().exported, 3u);
}

TEST_F(request_queue, counts_what_finds_no_room) {
  lane_.settings.queue_count = 4;
  begin();
  take(6);
  EXPECT_EQ(dropped(sonde::drop_reason::queue_full), 2u);
  expect_ledger(6);
}

TEST_F(request_queue, bounds_the_bytes_that_wait) {
  lane_.settings.queue_bytes = 50;
  begin();
  take(10);
  EXPECT_EQ(dropped(sonde::drop_reason::queue_full), 5u);
  advance(true);
  while (!transport_.under_way.empty()) transport_.answer();
  advance(true);
  while (!transport_.under_way.empty()) transport_.answer();
  take(5);  // there is room again
  EXPECT_EQ(dropped(sonde::drop_reason::queue_full), 5u);
}

TEST_F(request_queue, counts_a_record_that_no_memory_was_found_for) {
  begin();
  lane_.span_size = 0;
  take(1);
  EXPECT_EQ(dropped(sonde::drop_reason::no_memory), 1u);
  expect_ledger(1);
}

TEST_F(request_queue, counts_what_nobody_wants) {
  lane_.is_wanted = false;
  begin();
  take(2);
  EXPECT_EQ(dropped(sonde::drop_reason::unwanted), 2u);
  EXPECT_TRUE(queue_->idle());
}

TEST_F(request_queue, counts_what_is_left_at_the_end_and_hears_no_reply_after_it) {
  begin();
  take(4);
  advance();
  queue_->give_up();
  EXPECT_EQ(dropped(sonde::drop_reason::session_ended), 4u);
  EXPECT_TRUE(queue_->idle());
  transport_.answer();
  EXPECT_EQ(spans().exported, 0u);
  expect_ledger(4);
}

/// Encodes each log as one byte, says that it shortened it, takes three at most, has no place for those of level trace, and
/// wants to know which batch a reply is to.
class ruling_lane {
 public:
  using batch = counting_lane::batch;

  std::vector<std::size_t> judged{};
  std::deque<pipeline::verdict> verdicts{};

  std::size_t encode(const record::log_view&) {
    open_ += '.';
    return 1;
  }
  [[nodiscard]] std::size_t encoded_size() const { return open_.size(); }
  [[nodiscard]] batch take_batch() { return {std::exchange(open_, {})}; }
  [[nodiscard]] bool exceeds(const batch& closed) const { return closed.count() > 3; }
  [[nodiscard]] batch split(batch& whole) const {
    const std::size_t kept = exceeds(whole) ? 3 : (whole.count() + 1) / 2;
    batch later{whole.bytes.substr(kept)};
    whole.bytes.resize(kept);
    return later;
  }
  [[nodiscard]] sonde::transport::request request_for(const batch& content) const {
    sonde::transport::request made;
    made.body = content.bytes + std::string(5000, ' ');  // more than the limit, which counts otherwise
    return made;
  }
  [[nodiscard]] pipeline::verdict judge(const sonde::transport::response&, const batch& sent) {
    judged.push_back(sent.count());
    pipeline::verdict next = verdicts.empty() ? pipeline::verdict{} : verdicts.front();
    if (!verdicts.empty()) verdicts.pop_front();
    return next;
  }
  [[nodiscard]] pipeline::batch_limits limits() const { return {.count = 100, .bytes = 1000}; }
  [[nodiscard]] bool wanted(const record::header& of) const { return of.kind != 0; }

 private:
  std::string open_;
};

class ruled_queue : public ::testing::Test {
 protected:
  void SetUp() override {
    queue_.emplace(pipeline::queue_surroundings<ruling_lane, held_transport>{lane_, ledger_, reader_, transport_, out_});
    queue_->open("test", true);
  }
  void take(int logs, sonde::level severity = sonde::level::info) {
    record::header header{};
    header.size = sizeof header;
    header.type = record::record_type::log;
    header.kind = static_cast<std::uint8_t>(severity);
    std::memcpy(bytes_, &header, sizeof header);
    for (int i = 0; i < logs; ++i) queue_->take(record::record_view{bytes_}, {0, 1}, now_);
  }
  void send_all() {
    for (queue_->advance(now_, true); !transport_.under_way.empty(); queue_->advance(now_ + 1min, true)) transport_.answer();
  }

  record::registry known_;
  sonde::context::clock_sync clock_;
  record::span_limits limits_;
  record::record_reader reader_{known_, clock_, limits_};
  ruling_lane lane_;
  pipeline::account ledger_;
  held_transport transport_;
  std::string said_;
  pipeline::diagnostics out_{[this](std::string_view line) { said_ += std::string{line} + '\n'; }};
  std::optional<pipeline::request_queue<ruling_lane, held_transport>> queue_;
  time_point now_ = std::chrono::steady_clock::now();

 private:
  char bytes_[sizeof(record::header)]{};
};

TEST_F(ruled_queue, splits_by_the_lanes_own_rules_without_a_word) {
  take(8);
  send_all();
  EXPECT_EQ(lane_.judged, (std::vector<std::size_t>{3, 3, 2}));
  EXPECT_EQ(ledger_.stats().logs.exported, 8u);
  EXPECT_EQ(ledger_.stats().logs.queued, 0u);
  EXPECT_EQ(said_, "test: first batch accepted: 3 log records\n");
}

TEST_F(ruled_queue, counts_what_the_lane_shortened) {
  take(4);
  EXPECT_EQ(ledger_.stats().logs.cut, 4u);
}

TEST_F(ruled_queue, leaves_out_records_the_lane_does_not_want) {
  take(2, sonde::level::trace);
  take(1);
  send_all();
  EXPECT_EQ(ledger_.stats().logs.dropped[sonde::drop_reason::unwanted], 2u);
  EXPECT_EQ(ledger_.stats().logs.exported, 1u);
}

TEST_F(ruled_queue, a_retry_without_words_is_not_spoken_of) {
  lane_.verdicts = {{outcome::retry, 0, 0ms, ""}};
  take(1);
  send_all();
  EXPECT_EQ(lane_.judged.size(), 2u);
  EXPECT_EQ(said_, "test: first batch accepted: 1 log record\n");
}

/// Holds spans until they are released, two to a request; logs are not its business.
class selecting_lane {
 public:
  struct batch {
    std::string bytes;
  };
  std::deque<pipeline::verdict> verdicts{};
  std::optional<sonde::drop_reason> lost_as{};   // what is released
  std::optional<sonde::drop_reason> withheld{};  // what waits
  time_point held_until = time_point::max();
  std::uint64_t held = 0;
  int reductions = 0;  // that are possible
  bool scarce = false;  // memory is, when something is released

  [[nodiscard]] std::optional<sonde::drop_reason> consider(const record::span_view&, time_point) {
    ++held;
    return std::nullopt;
  }
  [[nodiscard]] std::optional<sonde::drop_reason> consider(const record::log_view&, time_point) {
    return sonde::drop_reason::unwanted;
  }
  [[nodiscard]] std::optional<pipeline::released<batch>> release(time_point now, bool flushing) {
    if (held == 0 || (!flushing && now < held_until)) return std::nullopt;
    if (scarce) throw std::bad_alloc{};
    pipeline::released<batch> made{{std::string(100, 'x')}, {std::min<std::uint64_t>(held, 2), 0}, 100, lost_as};
    held -= made.records.spans;
    return made;
  }
  [[nodiscard]] time_point release_due() const { return held_until; }
  [[nodiscard]] sonde::transport::request request_for(const batch& some) const {
    sonde::transport::request made;
    made.body = some.bytes;
    return made;
  }
  [[nodiscard]] pipeline::verdict judge(const sonde::transport::response&, const batch&) {
    pipeline::verdict next = verdicts.empty() ? pipeline::verdict{} : verdicts.front();
    if (!verdicts.empty()) verdicts.pop_front();
    return next;
  }
  [[nodiscard]] bool reduce(batch& some) {
    some.bytes.resize(some.bytes.size() / 2);
    return reductions-- > 0;
  }
  [[nodiscard]] std::optional<sonde::drop_reason> withholds(const batch&, time_point) const { return withheld; }
  [[nodiscard]] pipeline::batch_limits limits() const { return {.bytes = 1000, .queue_bytes = 250}; }
};

class selecting_queue : public ::testing::Test {
 protected:
  void SetUp() override {
    queue_.emplace(pipeline::queue_surroundings<selecting_lane, held_transport>{lane_, ledger_, reader_, transport_, out_});
    queue_->open("test", true);
  }
  void take(int count, record::record_type type) {
    record::header header{};
    header.size = sizeof header;
    header.type = type;
    std::memcpy(bytes_, &header, sizeof header);
    const bool is_span = type == record::record_type::span;
    for (int i = 0; i < count; ++i) queue_->take(record::record_view{bytes_}, {is_span ? 1u : 0u, is_span ? 0u : 1u}, now_);
  }
  void spans(int count) {
    sonde::record::description site{};
    static_cast<void>(known_.enroll(site));
    take(count, record::record_type::span);
  }
  [[nodiscard]] const sonde::delivery_stats& stats() const { return ledger_.stats().spans; }

  record::registry known_;
  sonde::context::clock_sync clock_;
  record::span_limits limits_;
  record::record_reader reader_{known_, clock_, limits_};
  selecting_lane lane_;
  pipeline::account ledger_;
  held_transport transport_;
  std::string said_;
  pipeline::diagnostics out_{[this](std::string_view line) { said_ += std::string{line} + '\n'; }};
  std::optional<pipeline::request_queue<selecting_lane, held_transport>> queue_;
  time_point now_ = std::chrono::steady_clock::now();

 private:
  char bytes_[sizeof(record::header)]{};
};

TEST_F(selecting_queue, sends_what_the_lane_lets_go_and_counts_the_rest_by_its_reason) {
  spans(3);
  take(2, record::record_type::log);
  EXPECT_EQ(ledger_.stats().logs.dropped[sonde::drop_reason::unwanted], 2u);
  queue_->advance(now_, false);
  EXPECT_TRUE(transport_.bodies.empty());
  EXPECT_EQ(stats().queued, 3u);
  EXPECT_FALSE(queue_->idle());
  lane_.held_until = now_ + 5s;
  EXPECT_EQ(queue_->due(), now_ + 5s);
  queue_->advance(now_ + 5s, false);
  ASSERT_EQ(transport_.bodies.size(), 1u);
  transport_.answer();
  queue_->advance(now_ + 5s, false);
  transport_.answer();
  EXPECT_EQ(stats().exported, 3u);
  EXPECT_TRUE(queue_->idle());
  lane_.lost_as = sonde::drop_reason::rate_limited;
  spans(1);
  queue_->advance(now_, true);
  EXPECT_EQ(stats().dropped[sonde::drop_reason::rate_limited], 1u);
  EXPECT_TRUE(queue_->idle());
}

TEST_F(selecting_queue, what_is_released_has_no_more_room_than_others) {
  spans(6);
  queue_->advance(now_, true);
  EXPECT_EQ(stats().dropped[sonde::drop_reason::queue_full], 2u);
  EXPECT_EQ(stats().queued, 4u);
  queue_->give_up();
  EXPECT_EQ(stats().dropped[sonde::drop_reason::session_ended], 4u);
}

TEST_F(selecting_queue, where_memory_is_scarce_what_is_held_waits_and_is_not_asked_for_without_pause) {
  spans(1);
  lane_.scarce = true;
  lane_.held_until = now_;
  queue_->advance(now_, false);
  EXPECT_GT(queue_->due(), now_);
  EXPECT_EQ(stats().queued, 1u);
  lane_.scarce = false;
  queue_->advance(queue_->due(), false);
  transport_.answer();
  EXPECT_EQ(stats().exported, 1u);
}

TEST_F(selecting_queue, a_refused_batch_is_counted_as_the_verdict_says_and_waiting_ones_are_withheld) {
  lane_.verdicts = {{outcome::refused, 0, {}, "told", sonde::drop_reason::rate_limited}};
  spans(4);
  queue_->advance(now_, true);
  transport_.answer();
  EXPECT_EQ(stats().dropped[sonde::drop_reason::rate_limited], 2u);
  lane_.withheld = sonde::drop_reason::rejected;
  queue_->advance(now_, true);
  EXPECT_EQ(stats().dropped[sonde::drop_reason::rejected], 2u);
  EXPECT_EQ(transport_.bodies.size(), 1u);
}

TEST_F(selecting_queue, what_is_too_much_is_sent_again_as_often_as_it_can_be_reduced) {
  lane_.reductions = 2;
  lane_.verdicts = std::deque<pipeline::verdict>(3, {outcome::too_much, 0, {}, "413"});
  spans(1);
  for (int i = 0; i < 3; ++i) {
    queue_->advance(now_, true);
    ASSERT_FALSE(transport_.under_way.empty());
    EXPECT_EQ(transport_.bodies.back().size(), 100u >> i);
    transport_.answer();
  }
  EXPECT_EQ(stats().dropped[sonde::drop_reason::too_large], 1u);
  EXPECT_NE(said_.find("test: 413; sending less of it\n"), std::string::npos) << said_;
}

}  // namespace
