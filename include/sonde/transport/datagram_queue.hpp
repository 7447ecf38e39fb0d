// SPDX-License-Identifier: MIT
#pragma once

// Datagrams on their way to one host and port: kept in order within a bound of bytes, sent no faster than a receiver's usual
// buffer takes them, kept until no refusal has come back for them. Addresses of names are followed as they change. Used by
// adapters/xray.hpp.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sonde/transport/host_port.hpp>
#include <sonde/transport/resolver.hpp>
#include <sonde/transport/udp.hpp>

namespace sonde::transport {

/// What became of datagrams, in what they were made of.
struct datagrams_settled {
  std::uint64_t sent = 0;         // and not refused
  std::uint64_t too_large = 0;    // for the system, or the network
  std::uint64_t not_reached = 0;  // in time
};

class datagram_queue {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  /// A receiver that comes back within this time gets all that was kept for it.
  static constexpr std::chrono::seconds longest_wait{30};

  void open(host_port where, std::size_t most_bytes) {
    where_ = std::move(where);
    most_bytes_ = most_bytes;
    resolver_.ask(where_);
  }

  /// What a datagram takes of the bound.
  [[nodiscard]] static constexpr std::size_t cost(std::size_t size) noexcept { return size + sizeof(datagram); }
  [[nodiscard]] std::size_t bytes() const noexcept { return held_; }
  /// The memory it has. What an outage made large is given back once everything has gone.
  [[nodiscard]] std::size_t room() const noexcept { return bytes_.capacity() + datagrams_.capacity() * sizeof(datagram); }
  static constexpr std::size_t most_kept_room = std::size_t{1} << 20;
  [[nodiscard]] bool has_room_for(std::size_t size) const noexcept { return held_ + cost(size) <= most_bytes_; }

  /// Keeps a copy. `worth`: how many records it was made of. Throws std::bad_alloc; then it is not kept.
  void add(std::string_view bytes, std::uint64_t worth, time_point now) {
    if (begin_ > bytes_.size() / 2) close_gap();
    const std::size_t before = bytes_.size();
    bytes_.append(bytes);
    try {
      datagrams_.push_back({bytes.size(), worth, now});
    } catch (...) {
      bytes_.resize(before);
      throw;
    }
    held_ += cost(bytes.size());
  }

  /// Sends what it can without waiting. `flushing`: whoever does not answer now is not waited for.
  void advance(time_point now, bool flushing) {
    follow_address(now);
    if (socket_.is_open()) {
      if (const int why = socket_.take_error(); why != 0 && why != EMSGSIZE) take_back(why, now);
    }
    give_up(now, flushing);
    if (!socket_.is_open()) return;
    if (in_doubt_ != 0 && now - last_sent_ >= doubt) confirm();
    if (in_doubt_ == 0 || refusals_ == 0) send_waiting(now, flushing);
  }

  /// Gives up what has not been sent; of how many records that was made. What is in doubt counts as sent.
  [[nodiscard]] std::uint64_t close() noexcept {
    if (refusals_ == 0) confirm();
    std::uint64_t left = 0;
    for (; !empty(); pop()) left += datagrams_[first_].worth;
    in_doubt_ = doubtful_bytes_ = 0;
    socket_.close();
    return left;
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == datagrams_.size(); }
  /// Whether there is something to send now, or soon.
  [[nodiscard]] bool waits() const noexcept { return refusals_ == 0 && first_ + in_doubt_ < datagrams_.size(); }
  [[nodiscard]] datagrams_settled take_settled() noexcept { return std::exchange(settled_, {}); }
  /// Why nothing goes out, in the system's words; empty where all is well.
  [[nodiscard]] const std::string& obstacle() const noexcept { return obstacle_; }
  [[nodiscard]] bool has_address() const noexcept { return !addresses_.empty(); }

 private:
  static constexpr std::chrono::milliseconds doubt{2};             // within it refusals come back, from the same network
  static constexpr std::chrono::seconds address_lifetime{30};      // of a name's
  static constexpr std::chrono::milliseconds shortest_pause{100};  // after a refusal; then twice as long each time
  static constexpr std::chrono::milliseconds longest_pause{5000};
  // Linux gives a socket 212,992 bytes to receive into. What arrives while that is full is gone without a word, so no more than
  // a third is sent at once, and a sixth each millisecond after that: a receiver may look away for four.
  static constexpr std::int64_t burst = 212'992 / 3;
  static constexpr std::int64_t burst_microseconds = 2000;  // in which it grows again
  /// What a datagram takes of the receiver's buffer, at most: the system rounds what is not large up to a power of two.
  /// Measured on Linux 6.18 over loopback, 10 to 64,000 bytes.
  [[nodiscard]] static constexpr std::int64_t footprint(std::size_t size) noexcept {
    constexpr std::int64_t large = 16'384, overhead = 1'600;
    const auto bytes = static_cast<std::int64_t>(size);
    return (bytes < large ? 2 * bytes : bytes) + overhead;
  }

  struct datagram {
    std::size_t size;
    std::uint64_t worth;
    time_point since;
  };

  void follow_address(time_point now) {
    if (!resolver_.is_numeric() && now >= address_until_) resolver_.ask(where_);
    if (std::optional<resolved> answer = resolver_.take()) {
      address_until_ = now + (answer->addresses.empty() ? std::chrono::seconds{1} : address_lifetime);
      if (answer->addresses.empty() && addresses_.empty()) {
        ++refusals_;
        obstacle_ = answer->error.empty() ? "it has no address" : std::move(answer->error);
      }
      if (!answer->addresses.empty()) use(std::move(answer->addresses));
    }
    if (!addresses_.empty() && !socket_.is_open() && now >= resume_) connect(now);
  }
  void use(std::vector<socket_address> fresh) {
    if (std::is_permutation(addresses_.begin(), addresses_.end(), fresh.begin(), fresh.end())) return;
    addresses_ = std::move(fresh);
    current_ = 0;
    resume_ = {};
    socket_.close();  // what was in doubt there is sent to the new address
    in_doubt_ = doubtful_bytes_ = 0;
  }
  void connect(time_point now) {
    if (const int why = socket_.connect(addresses_[current_]); why != 0) take_back(why, now);
  }

  void send_waiting(time_point now, bool flushing) {
    if (now < resume_ && !flushing) return;
    const std::int64_t since = std::chrono::duration_cast<std::chrono::microseconds>(now - refilled_).count();
    allowance_ = std::min(burst, allowance_ + std::min(since, 4 * burst_microseconds) * burst / burst_microseconds);
    refilled_ = now;
    while (first_ + in_doubt_ < datagrams_.size() && allowance_ > 0) {
      const datagram& next = datagrams_[first_ + in_doubt_];
      const int why = socket_.send({bytes_.data() + begin_ + doubtful_bytes_, next.size});
      if (why == EAGAIN) return;
      if (why == EMSGSIZE) {
        drop_unsendable();
        continue;
      }
      if (why != 0) return take_back(why, now);
      allowance_ -= footprint(next.size);
      doubtful_bytes_ += next.size;
      ++in_doubt_;
      last_sent_ = now;
      if (refusals_ != 0) return;  // one alone, to see whether somebody is there
    }
  }

  /// Somebody refused: which ones is not known, so all that were in doubt are sent again, later or to the next address.
  void take_back(int why, time_point now) {
    in_doubt_ = doubtful_bytes_ = 0;
    const auto pause = shortest_pause * (1 << std::min(refusals_, 6u));
    resume_ = now + std::min<std::chrono::milliseconds>(pause, longest_pause);
    ++refusals_;
    obstacle_ = std::generic_category().message(why);
    address_until_ = std::min(address_until_, resume_);
    if (addresses_.size() < 2) return;
    current_ = (current_ + 1) % addresses_.size();
    socket_.close();
    if (current_ != 0) resume_ = now;
  }

  void confirm() noexcept {
    refusals_ = 0;
    obstacle_.clear();
    for (; in_doubt_ != 0; --in_doubt_) {
      settled_.sent += datagrams_[first_].worth;
      pop();
    }
    doubtful_bytes_ = 0;
  }

  /// The system says that it is too long.
  void drop_unsendable() noexcept {
    confirm();
    settled_.too_large += datagrams_[first_].worth;
    pop();
  }

  void give_up(time_point now, bool flushing) noexcept {
    if (in_doubt_ != 0) return;
    const bool hopeless = flushing && !resolver_.busy() && refusals_ > 2 * addresses_.size();
    while (!empty() && (hopeless || now - datagrams_[first_].since >= longest_wait)) {
      settled_.not_reached += datagrams_[first_].worth;
      pop();
    }
  }

  void pop() noexcept {
    const std::size_t size = datagrams_[first_].size;
    held_ -= cost(size);
    begin_ += size;
    if (++first_ != datagrams_.size()) return;
    first_ = begin_ = 0;
    datagrams_.clear();
    bytes_.clear();
    if (room() > most_kept_room) {  // assigning keeps it
      std::string{}.swap(bytes_);
      std::vector<datagram>{}.swap(datagrams_);
    }
  }
  void close_gap() noexcept {
    bytes_.erase(0, std::exchange(begin_, 0));
    datagrams_.erase(datagrams_.begin(), datagrams_.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
  }

  host_port where_;
  std::size_t most_bytes_ = 0;
  resolver resolver_;
  std::vector<socket_address> addresses_;
  std::size_t current_ = 0;  // of them
  time_point address_until_{};
  udp socket_;

  std::string bytes_;  // of all, from `begin_` on
  std::size_t begin_ = 0;
  std::vector<datagram> datagrams_;  // from `first_` on
  std::size_t first_ = 0;
  std::size_t held_ = 0;
  std::size_t in_doubt_ = 0;  // so many of the first have been sent, and might have been refused
  std::size_t doubtful_bytes_ = 0;
  time_point last_sent_{};
  time_point refilled_{};
  std::int64_t allowance_ = burst;
  time_point resume_{};
  unsigned refusals_ = 0;  // in a row
  std::string obstacle_;
  datagrams_settled settled_;
};

}  // namespace sonde::transport
