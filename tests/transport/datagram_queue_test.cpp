// SPDX-License-Identifier: MIT

#include <sonde/transport/datagram_queue.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "adapters/xray/daemon.hpp"

namespace {

using namespace std::chrono_literals;
using sonde::tests::stub_daemon;
using sonde::transport::datagram_queue;
using steady = std::chrono::steady_clock;

class datagrams : public testing::Test {
 protected:
  [[nodiscard]] static sonde::transport::host_port at(const stub_daemon& receiver, std::string host = "127.0.0.1") {
    return {std::move(host), static_cast<std::uint16_t>(receiver.port())};
  }
  /// As the collector does, until all is settled.
  void settle(bool flushing, const stub_daemon* receiver = nullptr) {
    for (const auto end = steady::now() + 30s; !queue_.empty() && steady::now() < end;) {
      queue_.advance(steady::now(), flushing);
      const auto known = queue_.take_settled();
      sent_ += known.sent;
      too_large_ += known.too_large;
      not_reached_ += known.not_reached;
      if (receiver != nullptr)
        for (std::string& each : receiver->take()) taken_.push_back(std::move(each));
      std::this_thread::sleep_for(200us);
    }
    EXPECT_TRUE(queue_.empty());
  }

  datagram_queue queue_;
  std::uint64_t sent_ = 0;
  std::uint64_t too_large_ = 0;
  std::uint64_t not_reached_ = 0;
  std::vector<std::string> taken_;
};

TEST_F(datagrams, arrive_in_order_and_count_once_nobody_refused_them) {
  const stub_daemon receiver;
  queue_.open(at(receiver), 1 << 20);
  queue_.add("one", 1, steady::now());
  queue_.add("two", 10, steady::now());
  const auto now = steady::now();
  queue_.advance(now, false);
  queue_.advance(now, false);
  EXPECT_EQ(queue_.take_settled().sent, 0u) << "a refusal may be on its way";
  settle(false, &receiver);
  EXPECT_EQ(sent_, 11u);
  EXPECT_EQ(taken_, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(queue_.bytes(), 0u);
}

TEST_F(datagrams, that_have_gone_leave_no_room_behind_that_an_outage_took) {
  const stub_daemon receiver;
  queue_.open(at(receiver), std::size_t{1} << 24);
  for (int i = 0; i < 50; ++i) queue_.add(std::string(60'000, 'x'), 1, steady::now());
  EXPECT_GT(queue_.room(), 50u * 60'000u);
  settle(false, &receiver);
  EXPECT_LE(queue_.room(), datagram_queue::most_kept_room);
}

TEST_F(datagrams, wait_for_a_receiver_that_comes_back) {
  stub_daemon gone;
  const auto where = at(gone);
  gone.stop();
  queue_.open(where, 1 << 20);
  for (const char* each : {"one", "two", "three"}) queue_.add(each, 1, steady::now());
  for (int i = 0; i < 1000 && queue_.obstacle().empty(); ++i) {
    queue_.advance(steady::now(), false);
    std::this_thread::sleep_for(100us);
  }
  EXPECT_EQ(queue_.obstacle(), "Connection refused");
  EXPECT_EQ(queue_.take_settled().sent, 0u);

  const int again = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(where.port);
  ASSERT_EQ(::bind(again, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  settle(false);
  EXPECT_EQ(sent_, 3u);
  EXPECT_EQ(not_reached_, 0u);
  EXPECT_EQ(queue_.obstacle(), "");
  std::string taken;
  char room[16];
  for (ssize_t size; (size = ::recv(again, room, sizeof room, MSG_DONTWAIT)) >= 0;)
    taken.append(room, static_cast<std::size_t>(size)) += ' ';
  EXPECT_EQ(taken, "one two three ");
  ::close(again);
}

TEST_F(datagrams, are_given_up_at_once_by_a_flush_that_finds_nobody) {
  stub_daemon gone;
  const auto where = at(gone);
  gone.stop();
  queue_.open(where, 1 << 20);
  queue_.add("one", 2, steady::now());
  settle(true);
  EXPECT_EQ(not_reached_, 2u);
  EXPECT_EQ(sent_, 0u);
}

TEST_F(datagrams, do_not_wait_for_ever) {
  stub_daemon gone;
  const auto where = at(gone);
  gone.stop();
  queue_.open(where, 1 << 20);
  const auto begun = steady::now();
  queue_.add("one", 1, begun);
  queue_.advance(begun, false);
  queue_.advance(begun + datagram_queue::longest_wait - 1ms, false);
  EXPECT_FALSE(queue_.empty());
  for (int i = 0; i < 10; ++i) queue_.advance(begun + datagram_queue::longest_wait + std::chrono::seconds{10 * i}, false);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.take_settled().not_reached, 1u);
}

TEST_F(datagrams, too_large_for_the_system_do_not_stop_the_others) {
  const stub_daemon receiver;
  queue_.open(at(receiver), 1 << 20);
  queue_.add("one", 1, steady::now());
  queue_.add(std::string(65'507, 'm'), 2, steady::now());
  queue_.add(std::string(65'508, 'l'), 4, steady::now());
  queue_.add("two", 8, steady::now());
  settle(false, &receiver);
  EXPECT_EQ(sent_, 11u);
  EXPECT_EQ(too_large_, 4u);
  ASSERT_EQ(taken_.size(), 3u);
  EXPECT_EQ(taken_[1].size(), 65'507u);
}

TEST_F(datagrams, are_bounded_in_bytes) {
  queue_.open({"127.0.0.1", 9}, datagram_queue::cost(100));
  EXPECT_TRUE(queue_.has_room_for(100));
  EXPECT_FALSE(queue_.has_room_for(101));
  queue_.add(std::string(50, 'x'), 1, steady::now());
  EXPECT_FALSE(queue_.has_room_for(51));
  EXPECT_EQ(queue_.close(), 1u);
  EXPECT_TRUE(queue_.has_room_for(100));
}

TEST_F(datagrams, go_no_faster_than_a_receivers_buffer_takes_them) {
  const stub_daemon receiver;
  queue_.open(at(receiver), 1 << 20);
  for (int i = 0; i < 1000; ++i) queue_.add(std::string(500, 'x'), 1, steady::now());
  const auto begun = steady::now();
  queue_.advance(begun, false);
  queue_.advance(begun, false);
  const std::size_t at_once = receiver.take().size();
  EXPECT_GT(at_once, 10u);
  EXPECT_LT(at_once, 118u);  // 212,992 bytes, 1,800 for each
  settle(false, &receiver);
  EXPECT_EQ(taken_.size() + at_once, 1000u);
  EXPECT_EQ(sent_, 1000u);
}

// Times are made up here, so that the receiver is as slow as it should be on any machine.
TEST_F(datagrams, that_waited_for_a_receiver_do_not_overrun_its_buffer_when_it_comes_back) {
  stub_daemon gone;
  const auto where = at(gone);
  gone.stop();
  queue_.open(where, std::size_t{1} << 24);
  std::uint64_t all = 0;
  for (const std::size_t size : {8'000u, 300u, 2'000u, 12'000u, 63'000u})
    for (int i = 0; i < 100; ++i, ++all) queue_.add(std::string(size, 'x'), 1, steady::now());
  for (int i = 0; i < 1000 && queue_.obstacle().empty(); ++i) {
    queue_.advance(steady::now(), false);
    std::this_thread::sleep_for(100us);
  }
  ASSERT_EQ(queue_.obstacle(), "Connection refused");

  const stub_daemon back{AF_INET, where.port};
  ASSERT_TRUE(back.is_bound());
  std::uint64_t received = 0;
  auto now = steady::now() + 10s;
  for (int step = 1; !queue_.empty() && step < 20'000; ++step) {
    queue_.advance(now += 500us, false);
    sent_ += queue_.take_settled().sent;
    if (step % 7 != 3) continue;  // it looks away for 3.5 ms
    std::this_thread::sleep_for(100us);  // a busy system delivers late
    received += back.take().size();
  }
  for (const auto end = steady::now() + 10s; received < all && steady::now() < end; std::this_thread::sleep_for(1ms))
    received += back.take().size();
  EXPECT_EQ(sent_, all);
  EXPECT_EQ(received, all);
}

TEST_F(datagrams, find_a_receiver_by_name_and_by_ipv6) {
  const stub_daemon by_name;
  queue_.open(at(by_name, "localhost"), 1 << 20);
  queue_.add("named", 1, steady::now());
  settle(true, &by_name);
  const stub_daemon six{AF_INET6};
  if (six.is_bound()) {
    datagram_queue other;
    std::swap(queue_, other);
    queue_.open(at(six, "::1"), 1 << 20);
    queue_.add("six", 1, steady::now());
    settle(true, &six);
    EXPECT_EQ(taken_, (std::vector<std::string>{"named", "six"}));
  }
}

TEST_F(datagrams, a_name_that_is_none_is_told_and_does_not_hold_up_a_flush) {
  queue_.open({"no..such..name", 2000}, 1 << 20);
  queue_.add("one", 1, steady::now());
  settle(true);
  EXPECT_EQ(not_reached_, 1u);
  EXPECT_FALSE(queue_.has_address());
  EXPECT_FALSE(queue_.obstacle().empty());
}

}  // namespace
