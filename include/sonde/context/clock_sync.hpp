// SPDX-License-Identifier: MIT
#pragma once

// Turns ticks into wall-clock time. Owned by the collector, which lets it look at all clocks on every pass.

#include <cstdint>

#include <time.h>

#include <sonde/context/clock.hpp>
#include <sonde/context/clock_reading.hpp>

namespace sonde::context {

/// A line through (ticks, CLOCK_MONOTONIC), bent where a look contradicts it, and beside it how far the wall clock is from
/// that. Durations come from the line alone, so that a wall clock that is set makes none wrong or negative. Between two looks
/// the error is theirs, some 0.1 µs; where the system's clock changed its rate by r in between, at most another quarter of r
/// times their distance.
class clock_sync {
 public:
  clock_sync() noexcept : clock_sync{read_clocks()} {
    const timespec pause{0, 1'000'000};  // for a first rate, good to about 50 parts in a million
    nanosleep(&pause, nullptr);
    update();
  }
  /// From readings alone. The second one gives the rate.
  explicit clock_sync(const clock_reading& first) noexcept { begin_anew(first); }

  /// Call now and then, and before converting fresh records.
  void update() noexcept {
    if (of_counter_ == reads_counter()) update(read_clocks());
  }

  void update(const clock_reading& now) noexcept {
    knot& newest = knots_[last_];
    const std::int64_t elapsed = now.monotonic - newest.monotonic;
    if (elapsed <= 0) return;
    if (now.ticks <= newest.ticks) {
      if (elapsed > longest_slip) begin_anew(now);  // the counter started again, as after a suspend
      return;
    }
    const std::int64_t off = elapsed - newest.since(now.ticks);
    const std::int64_t doubt = bounded(static_cast<double>(now.width) * newest.rate);
    const bool contradicts = off > doubt || off < -doubt;
    const std::int64_t most = doubt + elapsed / 8;  // no clock is slewed by more than a tenth
    if (rate_known_ && (off > most || off < -most)) return begin_anew(now);

    follow_wall_clock(newest, now.wall - now.monotonic, doubt);
    const bool straight = rate_known_ && !contradicts;
    add({now.ticks, straight ? now.monotonic - off : now.monotonic, newest.rate, newest.wall_offset});
  }

  /// Nanoseconds since 1970 (UTC); from 1970 to 2116, whatever it is given.
  [[nodiscard]] std::int64_t unix_nano(std::uint64_t at) const noexcept {
    const knot& before = knot_before(at);
    std::int64_t wall;
    if (__builtin_add_overflow(before.at(at), before.wall_offset, &wall) || wall > farthest) return farthest;
    return wall < 0 ? 0 : wall;
  }
  /// Nanoseconds from one reading to a later one; zero where the counter went backwards. Within what can be added to `unix_nano`.
  [[nodiscard]] std::int64_t nanoseconds(std::uint64_t from, std::uint64_t to) const noexcept {
    return to <= from ? 0 : knot_before(to).at(to) - knot_before(from).at(from);
  }

 private:
  static constexpr std::int64_t second = 1'000'000'000;
  static constexpr std::int64_t longest_slip = 1'000'000;  // by which two cores' counters may differ
  static constexpr std::int64_t farthest = std::int64_t{1} << 62;
  static constexpr int most_knots = 64;  // a minute and more

  [[nodiscard]] static std::int64_t bounded(double nanoseconds) noexcept {
    constexpr double most = 0x1p61;
    return static_cast<std::int64_t>(nanoseconds < -most ? -most : nanoseconds > most ? most : nanoseconds);
  }

  /// Where a piece of the line begins.
  struct knot {
    std::uint64_t ticks;
    std::int64_t monotonic;
    double rate;               // nanoseconds per tick, up to the next knot
    std::int64_t wall_offset;  // of the wall clock from the monotonic one, up to the next knot

    [[nodiscard]] std::int64_t since(std::uint64_t later) const noexcept {
      return bounded(static_cast<double>(later - ticks) * rate);
    }
    [[nodiscard]] std::int64_t at(std::uint64_t when) const noexcept {
      return when >= ticks ? monotonic + since(when) : monotonic - bounded(static_cast<double>(ticks - when) * rate);
    }
    void lead_to(const knot& next) noexcept {
      rate = static_cast<double>(next.monotonic - monotonic) / static_cast<double>(next.ticks - ticks);
    }
  };

  [[nodiscard]] const knot& knot_before(std::uint64_t at) const noexcept {
    int i = last_;
    while (i > 0 && at < knots_[i].ticks) --i;
    return knots_[i];
  }

  /// The wall clock was set if two looks cannot both be right; else the sharper look is believed. From the last look on, since
  /// nobody knows when it was.
  void follow_wall_clock(knot& since, std::int64_t offset, std::int64_t doubt) noexcept {
    const std::int64_t change = offset - since.wall_offset;
    const std::int64_t explained = doubt + offset_doubt_;
    if (change <= explained && change >= -explained && doubt >= offset_doubt_) return;
    since.wall_offset = offset;
    offset_doubt_ = doubt;
  }

  /// Keeps the last look apart, for what was recorded since; of those before, one each second, and those where the clock was set.
  void add(const knot& fresh) noexcept {
    knots_[last_].lead_to(fresh);
    if (last_ >= 2 && knots_[last_ - 1].monotonic - knots_[last_ - 2].monotonic < second &&
        knots_[last_ - 1].wall_offset == knots_[last_ - 2].wall_offset) {
      knots_[last_ - 2].lead_to(knots_[last_]);
      knots_[last_ - 1] = knots_[last_];
    } else if (last_ + 1 < most_knots) {
      ++last_;
    } else {
      for (int i = 0; i < last_; ++i) knots_[i] = knots_[i + 1];
    }
    knots_[last_] = fresh;
    // What comes next goes on as the last second or two went: one look's error says little then.
    const knot& base = knots_[last_ < 3 ? 0 : last_ - 3];
    knots_[last_].rate = static_cast<double>(fresh.monotonic - base.monotonic) / static_cast<double>(fresh.ticks - base.ticks);
    rate_known_ = true;
  }

  /// With the rate there was, for want of a better one, until the next look.
  void begin_anew(const clock_reading& now) noexcept {
    knots_[0] = {now.ticks, now.monotonic, knots_[last_].rate, now.wall - now.monotonic};
    offset_doubt_ = bounded(static_cast<double>(now.width) * knots_[0].rate);
    last_ = 0;
    rate_known_ = false;
  }

  knot knots_[most_knots] = {{0, 0, 1.0, 0}};
  int last_ = 0;
  bool rate_known_ = false;
  std::int64_t offset_doubt_ = 0;
  bool of_counter_ = reads_counter();  // another session may choose another
};

}  // namespace sonde::context
