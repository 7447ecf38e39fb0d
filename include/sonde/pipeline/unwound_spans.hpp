// SPDX-License-Identifier: MIT
#pragma once

// Spans that an exception left, held back for a moment: a report in the handler may tell which exception it was. A guard's
// destructor cannot know; the amendment that follows it in the same thread's ring can.

#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/record/key.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/recorder.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/view.hpp>

namespace sonde::pipeline {

class unwound_spans {
 public:
  using clock = std::chrono::steady_clock;
  /// An amendment that comes later than this finds its spans gone.
  static constexpr std::chrono::milliseconds longest_wait{1000};
  static constexpr std::size_t most = 4096;
  static constexpr std::size_t most_bytes = std::size_t{8} << 20;

  /// Enrols its keys while a session is plugged in; once it is shutting down nothing new can be.
  unwound_spans() {
    for (record::description* each : {&inferred, &type, &message}) static_cast<void>(record::id_of(*each));
  }

  [[nodiscard]] bool empty() const noexcept { return held_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return held_.size(); }
  /// When the oldest must go on.
  [[nodiscard]] clock::time_point due() const noexcept {
    return held_.empty() ? clock::time_point::max() : held_.front().until;
  }

  /// False where no more are held: then the span goes on as it is.
  [[nodiscard]] bool hold(const record::recorder& thread, record::record_view span, clock::time_point now) noexcept {
    const std::size_t size = span.size();
    if (held_.size() >= most || bytes_ + size > most_bytes) return false;
    try {
      held_.push_back({&thread, {span.data, size}, size, now + longest_wait});
    } catch (...) {
      return false;
    }
    bytes_ += size;
    return true;
  }

  /// A record of a thread that has spans held: the ones it settles go on. An amendment settles those beneath its span and
  /// adds its event to them; a span that ends normally settles those beneath it, since nobody reported in between.
  template <class Release>
  void settle(const record::recorder& thread, record::record_view later, Release release) {
    const record::header head = later.header();
    const bool amends = head.type == record::record_type::amendment;
    if (!amends && (head.type != record::record_type::span || (head.flags & record::unwound) != 0)) return;
    std::vector<sonde::span_id> above{head.span_id};
    for (auto at = held_.rbegin(); at != held_.rend(); ++at) {  // parents were held after their children
      if (at->thread != &thread) continue;
      const record::header held = at->header();
      const bool beneath = amends && !head.span_id.valid() ? is_outermost(held) || contains(above, held.parent_id)
                                                           : contains(above, held.parent_id);
      if (!beneath) continue;
      above.push_back(held.span_id);
      at->settled = true;
      if (amends) amend(at->bytes, later);
    }
    release_if([](const held_span& each) { return each.settled; }, release);
  }

  /// The thread has ended: nobody will report any more.
  template <class Release>
  void release_of(const record::recorder& thread, Release release) {
    release_if([&](const held_span& each) { return each.thread == &thread; }, release);
  }
  template <class Release>
  void release_due(clock::time_point now, Release release) {
    release_if([&](const held_span& each) { return each.until <= now; }, release);
  }

 private:
  static constexpr auto& inferred = record::key<record::description_type::attribute, "sonde.exception.inferred">;
  static constexpr auto& type = record::key<record::description_type::attribute, "exception.type">;
  static constexpr auto& message = record::key<record::description_type::attribute, "exception.message">;

  struct held_span {
    const record::recorder* thread;
    std::string bytes;  // of the record
    std::size_t size;   // when it came; an amendment adds to it
    clock::time_point until;
    bool settled = false;

    [[nodiscard]] record::header header() const noexcept { return record::record_view{bytes.data()}.header(); }
  };

  [[nodiscard]] static bool is_outermost(const record::header& head) noexcept {
    return (head.flags & record::local_root) != 0;
  }
  [[nodiscard]] static bool contains(const std::vector<sonde::span_id>& ids, const sonde::span_id& id) noexcept {
    for (const sonde::span_id& each : ids)
      if (each == id && id.valid()) return true;
    return false;
  }

  /// Appends the amendment's exception event, marked as inferred, and its message as the description of the status where there
  /// is none yet.
  static void amend(std::string& span, record::record_view amendment) {
    const std::uint64_t ended = record::record_view{span.data()}.header().end;
    for (record::entry_cursor entries = amendment.entries(); entries.next();) {
      if (entries.value().type != record::entry_type::event) continue;
      const record::value_view& event = entries.value();
      const std::uint32_t mark_id = record::id_of(inferred);
      const record::entry mark{mark_id, record::entry::make_shape(record::entry_type::boolean, 8)};
      const std::uint64_t yes = 1;
      const std::size_t size = record::padded(event.size) + sizeof mark + sizeof yes;
      const record::entry head{entries.id(), record::entry::make_shape(record::entry_type::event, size)};
      span.append(reinterpret_cast<const char*>(&head), sizeof head);
      const std::size_t when = span.size();
      span.append(event.data, record::padded(event.size));
      std::memcpy(span.data() + when, &ended, sizeof ended);  // it was thrown before the span ended, not when it was reported
      span.append(reinterpret_cast<const char*>(&mark), sizeof mark);
      span.append(reinterpret_cast<const char*>(&yes), sizeof yes);
      describe_status(span, event);
    }
    const auto total = static_cast<std::uint32_t>(span.size());
    std::memcpy(span.data(), &total, sizeof total);
  }

  static void describe_status(std::string& span, const record::value_view& event) {
    const record::record_view record{span.data()};
    if (record.header().status != static_cast<std::uint8_t>(sonde::status::error)) return;
    for (record::entry_cursor entries = record.entries(); entries.next();)
      if (entries.value().type == record::entry_type::status_message) return;
    const std::uint32_t message_id = record::id_of(message);
    const std::uint32_t type_id = record::id_of(type);
    std::string_view said;
    for (record::entry_cursor each{event.data + 8, event.size - 8}; each.next();)
      if (each.id() == message_id || (each.id() == type_id && said.empty())) said = each.value().text();
    span += record::entry_bytes(0, record::entry_type::status_message, said);
  }

  template <class Which, class Release>
  void release_if(Which which, Release release) {
    for (auto at = held_.begin(); at != held_.end();) {
      if (!which(*at)) {
        ++at;
        continue;
      }
      const std::string bytes = std::move(at->bytes);
      const record::thread_identity* const thread = &at->thread->thread;
      bytes_ -= at->size;
      at = held_.erase(at);
      // Its own size: where memory ran out, half an amendment lies behind it.
      release(record::record_run{bytes.data(), record::record_view{bytes.data()}.size(), 1, 0, thread});
    }
  }

  std::deque<held_span> held_;
  std::size_t bytes_ = 0;
};

}  // namespace sonde::pipeline
