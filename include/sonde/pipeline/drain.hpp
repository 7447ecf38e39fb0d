// SPDX-License-Identifier: MIT
#pragma once

// Reads all rings of a session in place and hands on what it finds as runs of records. Counts what it reads; together with the
// producers' counters that is the upper half of the ledger.

#include <chrono>
#include <cstdint>

#include <sonde/pipeline/recorder_pool.hpp>
#include <sonde/pipeline/stats.hpp>
#include <sonde/pipeline/unattached.hpp>
#include <sonde/pipeline/unwound_spans.hpp>
#include <sonde/record/view.hpp>

namespace sonde::pipeline {

class drain {
 public:
  using clock = std::chrono::steady_clock;

  drain(recorder_pool& recorders, std::uint64_t session, const unattached& lost)
      : recorders_{recorders}, session_{session}, lost_{lost} {}

  /// Empties every ring, or a share of it where there is much: `take(run)` gets the records, `announce(opening)` hears which
  /// local roots have begun. `flushing` lets go of spans held for an amendment, and leaves nothing behind. Returns the bytes read.
  template <class Take, class Announce>
  std::size_t run(clock::time_point now, bool flushing, Take take, Announce announce) {
    std::size_t bytes = 0;
    const auto hand_on = [&](const record::record_run& run) {
      if (run.size == 0) return;
      taken_spans_ += run.spans;
      taken_logs_ += run.logs;
      take(run);
    };
    for (record::recorder* each = recorders_.first(); each != nullptr; each = each->next) {
      if (__atomic_load_n(&each->session, __ATOMIC_ACQUIRE) != session_) continue;
      const bool ended = __atomic_load_n(&each->abandoned, __ATOMIC_ACQUIRE);
      widen(*each);
      const std::size_t read = empty(*each, ended || flushing, now, hand_on, announce);
      bytes += read;
      if (ended) {
        unwound_.release_of(*each, hand_on);  // whoever gets the recorder next knows nothing of them
        take_over(*each);
        recorders_.recycle(*each);
      } else if (read != 0) {
        each->idle_passes = 0;
      } else if (++each->idle_passes == patience) {
        recorders_.trim(*each);
      }
    }
    unwound_.release_due(flushing ? clock::time_point::max() : now, hand_on);
    return bytes;
  }

  /// When a held span must go on.
  [[nodiscard]] clock::time_point due() const noexcept { return unwound_.due(); }

  /// The upper half of the ledger, each thread's part as it was between two of its calls. False where a thread stands inside
  /// one (it may have been preempted there): then come back a little later.
  [[nodiscard]] bool count(session_stats& into) const noexcept {
    bool settled = true;
    std::int64_t open = add_up(into, settled);
    // Below zero: one thread, already looked at, has begun spans since, which another, looked at later, has ended.
    for (int again = 0; open < 0 && again < 7; ++again) open = add_up(into, settled = true);
    into.spans.open = open > 0 ? static_cast<std::uint64_t>(open) : 0;
    return settled;
  }

 private:
  static constexpr std::size_t longest_run = std::size_t{64} << 10;  // stays in a core's cache for every exporter
  static constexpr std::uint32_t patience = 16;  // passes without a record before a thread's spare chunks are freed
  static constexpr std::size_t share = std::size_t{2} << 20;         // of one ring in one pass: no thread holds up the rest

  /// All but how many spans are open, which it returns.
  [[nodiscard]] std::int64_t add_up(session_stats& into, bool& settled) const noexcept {
    const std::uint64_t ended_unattached = lost_.ended();
    std::int64_t open = ended_open_ - static_cast<std::int64_t>(ended_unattached);
    into.spans = into.logs = {};
    into.spans.started = ended_begun_;
    into.spans.queued = unwound_.size();
    into.spans.taken = taken_spans_;
    into.logs.taken = taken_logs_;
    add(into.spans, ended_spans_);
    add(into.logs, ended_logs_);
    for (record::recorder* each = recorders_.first(); each != nullptr; each = each->next) {
      if (__atomic_load_n(&each->session, __ATOMIC_ACQUIRE) != session_) continue;
      const record::signal_counters spans = snapshot_spans(*each, settled);
      const record::signal_counters logs = snapshot_logs(*each, settled);
      open += open_spans(*each, spans.begun_and_open);
      into.spans.started += begun(*each, spans.begun_and_open);
      add(into.spans, spans);
      add(into.logs, logs);
      into.spans.queued += spans.written - each->spans_read;
      into.logs.queued += logs.written - each->logs_read;
    }
    lost_.add_to(into, ended_unattached);
    return open;
  }

  /// `all`: up to where the producer stands now, which it may leave behind meanwhile; else no more than a share.
  template <class HandOn, class Announce>
  std::size_t empty(record::recorder& from, bool all, clock::time_point now, HandOn hand_on, Announce announce) {
    record::ring_reader& reader = from.reader;
    if (reader.draining == nullptr) reader = at_start_of(__atomic_load_n(&from.first, __ATOMIC_ACQUIRE));
    const record::chunk* const last = all ? last_chunk(reader.draining) : nullptr;
    std::size_t bytes = 0;
    for (bool reached = false; reader.draining != nullptr && !reached && (all || bytes < share);) {
      reached = reader.draining == last;
      record::chunk* const next = __atomic_load_n(&reader.draining->next, __ATOMIC_ACQUIRE);  // before the end
      const char* const end = from.ring.end_of(*reader.draining);
      const auto size = static_cast<std::size_t>(end - reader.next);
      split(from, reader.next, size, now, hand_on, announce);
      bytes += size;
      from.bytes_read += size;
      reader.next = end;
      if (next == nullptr) break;
      record::chunk* const drained = reader.draining;
      reader = at_start_of(next);  // first: a child forked in between must not free it again
      recorders_.retire(from, drained);
    }
    return bytes;
  }

  [[nodiscard]] static const record::chunk* last_chunk(const record::chunk* at) noexcept {
    while (at != nullptr)
      if (const record::chunk* next = __atomic_load_n(&at->next, __ATOMIC_ACQUIRE))
        at = next;
      else
        break;
    return at;
  }

  /// Cuts fresh records into runs; amendments, openings and unwound spans are no part of any.
  template <class HandOn, class Announce>
  void split(record::recorder& from, const char* data, std::size_t size, clock::time_point now, HandOn hand_on,
             Announce announce) {
    record::record_run run{data, 0, 0, 0, &from.thread};
    const auto end_run = [&](const char* next) {
      hand_on(run);
      run = {next, 0, 0, 0, &from.thread};
    };
    for (const char* const end = data + size; data < end;) {
      const record::record_view each{data};
      const std::uint32_t each_size = each.size();
      const record::record_type type = type_of(each);
      std::uint8_t flags;
      std::memcpy(&flags, data + offsetof(record::header, flags), 1);
      data += each_size;
      const bool is_unwound =
          type == record::record_type::span && (flags & (record::unwound | record::described)) == record::unwound;
      if (type > record::record_type::log || is_unwound || !unwound_.empty()) [[unlikely]] {
        end_run(data);
        if (type == record::record_type::opening) {
          announce({each.data, &from.thread});
          continue;
        }
        try {
          unwound_.settle(from, each, hand_on);
        } catch (...) {  // out of memory: they go on when their time is up
        }
        if (type == record::record_type::amendment) continue;
        if (is_unwound && unwound_.hold(from, each, now)) {
          ++from.spans_read;
          continue;
        }
        run.data = each.data;
      }
      run.size += each_size;
      if (type == record::record_type::span)
        ++run.spans, ++from.spans_read;
      else
        ++run.logs, ++from.logs_read;
      if (run.size >= longest_run) end_run(data);
    }
    end_run(data);
  }

  /// The ended thread's counters join those of the session.
  void take_over(const record::recorder& ended) noexcept {
    ended_begun_ += begun(ended, ended.spans.begun_and_open);
    ended_open_ += open_spans(ended, ended.spans.begun_and_open);
    add(ended_spans_, ended.spans);
    add(ended_logs_, ended.logs);
  }
  static void widen(record::recorder& of) noexcept {
    const std::uint64_t word = __atomic_load_n(&of.spans.begun_and_open, __ATOMIC_RELAXED);
    of.begun_total = begun(of, word);
    of.open_total = open_spans(of, word);
    of.word_seen = word;
  }
  /// How many spans the thread has begun, widened from the 40 bits it counts in.
  [[nodiscard]] static std::uint64_t begun(const record::recorder& of, std::uint64_t word) noexcept {
    return of.begun_total + record::signal_counters::begun_in(word - of.word_seen);
  }
  /// How many more it has begun than ended, from 24 bits: a thread that ends what others begin goes ever deeper below zero.
  [[nodiscard]] static std::int64_t open_spans(const record::recorder& of, std::uint64_t word) noexcept {
    return of.open_total + record::signal_counters::open_in(word - of.word_seen);
  }
  static void add(record::signal_counters& sum, const record::signal_counters& more) noexcept {
    sum.started += more.started;
    sum.unsampled += more.unsampled;
    sum.cut += more.cut;
    for (std::size_t i = 0; i < drop_reasons; ++i) sum.dropped[i] += more.dropped[i];
  }
  static void add(signal_stats& sum, const record::signal_counters& more) noexcept {
    sum.started += more.started;
    sum.unsampled += more.unsampled;
    sum.cut += more.cut;
    for (std::size_t i = 0; i < drop_reasons; ++i) sum.dropped.by_reason[i] += more.dropped[i];
  }

  // A thread's own equation tells a torn reading of its counters.
  static constexpr int attempts = 100;

  [[nodiscard]] static record::signal_counters snapshot_spans(record::recorder& of, bool& settled) noexcept {
    record::signal_counters copy{};
    for (int attempt = 0; attempt < attempts; ++attempt) {
      copy.begun_and_open = __atomic_load_n(&of.spans.begun_and_open, __ATOMIC_ACQUIRE);
      const std::uint64_t lost = read_rest(of.spans, copy);
      copy.written = spans_written(of);
      const auto open = static_cast<std::uint64_t>(open_spans(of, copy.begun_and_open));
      if (begun(of, copy.begun_and_open) + copy.started == open + copy.unsampled + copy.written + lost) return copy;
    }
    settled = false;
    return copy;
  }
  [[nodiscard]] static record::signal_counters snapshot_logs(const record::recorder& of, bool& settled) noexcept {
    record::signal_counters copy{};
    for (int attempt = 0; attempt < attempts; ++attempt) {
      const std::uint64_t lost = read_rest(of.logs, copy);
      copy.written = __atomic_load_n(&of.logs.written, __ATOMIC_RELAXED);
      if (copy.started == copy.written + lost) return copy;
    }
    settled = false;
    return copy;
  }
  static std::uint64_t read_rest(const record::signal_counters& live, record::signal_counters& copy) noexcept {
    copy.started = __atomic_load_n(&live.started, __ATOMIC_RELAXED);
    copy.unsampled = __atomic_load_n(&live.unsampled, __ATOMIC_RELAXED);
    copy.cut = __atomic_load_n(&live.cut, __ATOMIC_RELAXED);
    std::uint64_t dropped = 0;
    for (std::size_t i = 0; i < drop_reasons; ++i)
      dropped += copy.dropped[i] = __atomic_load_n(&live.dropped[i], __ATOMIC_RELAXED);
    return dropped;
  }
  /// Counts the records themselves, from where the last look came to or where they are read, whichever is further. Where they end
  /// is looked at first, close to the other counters.
  [[nodiscard]] static std::uint64_t spans_written(record::recorder& of) noexcept {
    const char* written = __atomic_load_n(&of.ring.next, __ATOMIC_ACQUIRE);
    if (of.counted.draining == nullptr || of.bytes_counted <= of.bytes_read) {
      of.counted = of.reader.draining != nullptr ? of.reader : at_start_of(__atomic_load_n(&of.first, __ATOMIC_ACQUIRE));
      of.spans_counted = of.spans_read;
      of.bytes_counted = of.bytes_read;
    }
    while (of.counted.draining != nullptr) {
      const record::chunk& at = *of.counted.draining;
      if (at.holds(written)) {
        count_up_to(written, of);
        break;
      }
      record::chunk* const next = __atomic_load_n(&at.next, __ATOMIC_ACQUIRE);
      if (next == nullptr) break;
      count_up_to(at.end, of);
      of.counted = at_start_of(next);
      written = __atomic_load_n(&of.ring.next, __ATOMIC_ACQUIRE);
    }
    return of.spans_counted;
  }
  [[nodiscard]] static record::record_type type_of(record::record_view each) noexcept {
    record::record_type type;
    std::memcpy(&type, each.data + offsetof(record::header, type), 1);
    return type;
  }
  static void count_up_to(const char* end, record::recorder& of) noexcept {
    while (of.counted.next < end) {
      const record::record_view each{of.counted.next};
      of.spans_counted += type_of(each) == record::record_type::span;
      const std::uint32_t size = each.size();
      of.counted.next += size;
      of.bytes_counted += size;
    }
  }
  [[nodiscard]] static record::ring_reader at_start_of(record::chunk* first) noexcept {
    return {first, first != nullptr ? first->data : nullptr};
  }

  recorder_pool& recorders_;
  std::uint64_t session_;
  const unattached& lost_;
  unwound_spans unwound_;
  std::uint64_t taken_spans_ = 0;
  std::uint64_t taken_logs_ = 0;
  std::uint64_t ended_begun_ = 0;
  std::int64_t ended_open_ = 0;
  record::signal_counters ended_spans_{};
  record::signal_counters ended_logs_{};
};

}  // namespace sonde::pipeline
