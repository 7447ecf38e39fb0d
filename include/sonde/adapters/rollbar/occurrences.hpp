// SPDX-License-Identifier: MIT
#pragma once

// Which records are occurrences, which of them are the same, and what is held until more is known: reports, and local roots that
// an exception left without one. Used by lane.hpp.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/rollbar/held_items.hpp>
#include <sonde/adapters/rollbar/item_maker.hpp>
#include <sonde/adapters/rollbar/settings.hpp>
#include <sonde/adapters/rollbar/trace_memory.hpp>
#include <sonde/adapters/rollbar/truncation.hpp>
#include <sonde/record/drop_reason.hpp>
#include <sonde/sampling/glob.hpp>

namespace sonde::rollbar {

class occurrences {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  occurrences() = default;
  /// All of these outlive it.
  occurrences(const settings& used, const scrubber& clean, item_maker& make)
      : used_{&used},
        clean_{&clean},
        make_{&make},
        memory_{used.telemetry_count, used.telemetry_bytes},
        held_{used.limits.queue_bytes / 2, used.repeat_window} {}

  /// Why the record comes to nothing; nothing where it is held, or part of what is.
  [[nodiscard]] std::optional<drop_reason> consider(const record::span_view& span, time_point now) {
    remembered_trace& of = memory_.at(span.header.trace_id);
    learn(of, span.attributes);
    memory_.add(of, breadcrumb::of(span, *clean_));
    const bool left = span.left_by_exception();
    exception_attributes thrown = left ? exception_attributes::read(span) : exception_attributes{};
    if (left && !of.reported.empty() && span.start_unix_nano > of.reported_at) of.left_anew = true;
    if (of.left_anew && thrown.unix_nano <= of.reported_at) thrown = {};  // what it knows of is the one before
    if (left)
      memory_.add(of, unwound_span{span.header.span_id, std::string{thrown.type},
                                   span_frame(span.name, span.location, span.attributes, used_->root, *clean_)});
    if (!span.is_local_root()) return drop_reason::unwanted;
    of.root_ended = true;
    of.root_name = clean_->text(span.name, 255);
    held_.end_of(span.header.trace_id, now);
    return left ? consider_ended(span, thrown, of, now) : drop_reason::unwanted;
  }

  [[nodiscard]] std::optional<drop_reason> consider(const record::log_view& log, time_point now) {
    remembered_trace* of = &memory_.at(log.header.trace_id);
    if (!log.is_occurrence()) {
      memory_.add(*of, breadcrumb::of(log, *clean_));
      return drop_reason::unwanted;
    }
    const exception_attributes thrown = exception_attributes::read(log.attributes);
    const bool is_exception = !thrown.type.empty();
    const std::size_t exception = is_exception ? exception_hash(thrown.type, thrown.message) : 0;
    if (is_exception && log.header.trace_id.valid()) trace_memory::add_reported(*of, exception, log.unix_nano);
    if (log.severity() < used_->least || is_ignored(thrown.type)) return drop_reason::unwanted;

    held_item made;
    made.records = {0, 1};
    made.trace_id = log.header.trace_id;
    made.thread = number_of(log.thread);
    made.exception = exception;
    if (is_exception && !made.trace_id.valid() && was_reported(made)) return drop_reason::unwanted;
    if (is_exception)
      if (held_item* const same = find_reported(made)) {  // by another handler on its way out
        same->records += made.records;
        return std::nullopt;
      }
    held_item* const ended = is_exception ? find_ended(made) : nullptr;  // the trace that it has left, reported outside of it
    if (ended != nullptr && !made.trace_id.valid()) {
      made.trace_id = ended->trace_id;
      of = &memory_.at(made.trace_id);
    }
    for (const record::active_span_view& each : log.active_spans) learn(*of, each.attributes);
    made.likeness = likeness_of(exception_hash(thrown.type, is_exception ? thrown.message : log.body), log.severity());
    if (ended == nullptr) {
      const bool joined = held_.join(made.likeness, made.records, now);
      if (joined || !held_.has_room(0)) {
        if (is_exception) memory_.forget_unwound(*of);
        return joined ? std::nullopt : std::optional{drop_reason::queue_full};
      }
    }
    made.payload = make_->of(log, span_trace(log, *of, thrown.type));
    if (made.trace_id.valid() && !log.header.trace_id.valid()) item_maker::link(made.payload, made.trace_id);
    made.due = made.trace_id.valid() && !of->root_ended ? now + used_->hold : now;
    return hold(std::move(made), ended, *of, now);
  }

  /// What need not be held any longer, with all that is known by now.
  [[nodiscard]] std::optional<held_item> take_due(time_point now, bool all) {
    std::optional<held_item> next = held_.take_due(now, all);
    if (!next) return next;
    const remembered_trace* const of = memory_.find(next->trace_id);
    const std::uint64_t reports = std::max(next->records.spans, next->records.logs);
    try {
      if (of != nullptr)
        make_->finish(next->payload, *of, reports);
      else
        make_->finish(next->payload, {}, reports);
    } catch (...) {  // out of memory: it goes with what it has
    }
    return next;
  }
  [[nodiscard]] time_point due() const noexcept { return held_.due(); }

 private:
  template <class List>
  void learn(remembered_trace& of, const List& attributes) {
    of.request.learn(attributes, *clean_);
    of.person.learn(attributes, *clean_);
    if (const auto found = find(attributes, "rollbar.title"); is_text(found)) of.title = clean_->text(found.text(), 1024);
    if (const auto found = find(attributes, "rollbar.fingerprint"); is_text(found))
      of.fingerprint = clean_->text(found.text(), 1024);
  }

  /// A local root that an exception left is an occurrence, unless that was reported.
  [[nodiscard]] std::optional<drop_reason> consider_ended(const record::span_view& root, const exception_attributes& thrown,
                                                          remembered_trace& of, time_point now) {
    const std::size_t exception = exception_hash(thrown.type, thrown.message);
    const auto is_same = [&](std::size_t each) { return thrown.type.empty() || each == exception; };
    if (!of.left_anew && std::any_of(of.reported.begin(), of.reported.end(), is_same)) {
      remember_left(number_of(root.thread), thrown.type.empty() ? of.reported.back() : exception);
      return drop_reason::unwanted;
    }
    if (level::error < used_->least || is_ignored(thrown.type)) return drop_reason::unwanted;
    held_item made;
    made.records = {1, 0};
    made.trace_id = root.header.trace_id;
    made.thread = number_of(root.thread);
    made.exception = exception;
    made.of_root = true;
    made.likeness = likeness_of(exception, level::error);
    if (held_.join(made.likeness, made.records, now)) return std::nullopt;
    if (!held_.has_room(0)) return drop_reason::queue_full;
    made.payload = make_->of(root, thrown, frames_of(of, thrown.type));
    made.due = now + used_->hold;
    return hold(std::move(made), nullptr, of, now);
  }

  /// `in_place_of`: one that is held; null where it has a place of its own.
  [[nodiscard]] std::optional<drop_reason> hold(held_item made, held_item* in_place_of, const remembered_trace& of,
                                                time_point now) {
    if (!of.telemetry.empty()) made.payload["data"]["body"]["telemetry"] = shown(of.telemetry);
    made.size = fit(made.payload, used_->item_bytes).value_or("").size();
    if (in_place_of != nullptr) {
      held_.replace(*in_place_of, std::move(made));
    } else {
      if (!held_.has_room(made.size)) return drop_reason::queue_full;
      held_.add(std::move(made), now);
    }
    return std::nullopt;
  }
  /// Oldest first, since threads hand over their records in turns; what is equally old as it came. (std::stable_sort calls
  /// what libstdc++ 12 deprecates, and Clang 19 says so.)
  [[nodiscard]] static json shown(const std::deque<breadcrumb>& telemetry) {
    std::vector<std::size_t> sorted(telemetry.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
    std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
      return telemetry[a].unix_milli != telemetry[b].unix_milli ? telemetry[a].unix_milli < telemetry[b].unix_milli : a < b;
    });
    json made = json::array();
    for (const std::size_t i : sorted) made.push_back(telemetry[i].shown());
    return made;
  }

  [[nodiscard]] held_item* find_reported(const held_item& like) noexcept {
    return held_.find([&](const held_item& each) {
      return !each.of_root && !each.gathers && each.exception == like.exception && each.trace_id == like.trace_id &&
             like.trace_id.valid() && each.thread == like.thread;
    });
  }
  /// An exception that was reported in a trace, left it, and is reported once more outside of it, is one occurrence.
  void remember_left(std::uint32_t thread, std::size_t exception) {
    constexpr std::size_t most = 64;
    if (thread == 0) return;
    if (left_.size() >= most) left_.clear();
    left_[thread] = exception;
  }
  [[nodiscard]] bool was_reported(const held_item& like) {
    const auto found = left_.find(like.thread);
    if (found == left_.end()) return false;
    const bool same = found->second == like.exception;
    left_.erase(found);
    return same;
  }
  [[nodiscard]] held_item* find_ended(const held_item& like) noexcept {
    return held_.find([&](const held_item& each) {
      const bool same_place = like.trace_id.valid() ? each.trace_id == like.trace_id : each.thread == like.thread;
      return each.of_root && same_place && each.exception == like.exception;
    });
  }

  /// Outermost first: what is open, and beneath it what the exception has left.
  [[nodiscard]] json span_trace(const record::log_view& log, remembered_trace& of, std::string_view type) {
    json made = json::array();
    for (std::size_t i = log.active_spans.size(); i-- != 0;) {
      const record::active_span_view& each = log.active_spans[i];
      made.push_back(span_frame(each.name, each.location, each.attributes, used_->root, *clean_));
    }
    if (type.empty()) return made;
    json left = frames_of(of, type);
    for (json& each : left.elements()) made.push_back(std::move(each));
    memory_.forget_unwound(of);  // the next exception leaves others
    return made;
  }
  [[nodiscard]] static json frames_of(const remembered_trace& of, std::string_view type) {
    json made = json::array();
    for (auto each = of.unwound.rbegin(); each != of.unwound.rend(); ++each)
      if (each->exception.empty() || each->exception == type) made.push_back(each->frame);
    return made;
  }

  [[nodiscard]] bool is_ignored(std::string_view type) const {
    return !type.empty() && std::any_of(used_->ignored.begin(), used_->ignored.end(), [type](const std::string& pattern) {
      return sampling::matches_glob(pattern, type);
    });
  }
  [[nodiscard]] static std::uint32_t number_of(const record::thread_identity* thread) noexcept {
    return thread == nullptr ? 0 : thread->number;
  }
  [[nodiscard]] static std::size_t likeness_of(std::size_t what, level severity) noexcept {
    return what * 8 + static_cast<std::size_t>(severity);
  }

  const settings* used_ = nullptr;
  const scrubber* clean_ = nullptr;
  item_maker* make_ = nullptr;
  trace_memory memory_{};
  held_items held_{};
  std::map<std::uint32_t, std::size_t> left_{};  // by thread: the exception that left its last trace, if it was reported there
};

}  // namespace sonde::rollbar
