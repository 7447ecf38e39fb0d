// SPDX-License-Identifier: MIT
#pragma once

// Turns a record's bytes into a span_view or log_view: looks names up, converts times, applies limits, keeps the last value
// under a key. One per consumer of records.

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/record/attribute_filler.hpp>
#include <sonde/record/known_descriptions.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/record/stack_text.hpp>
#include <sonde/record/text_maker.hpp>

namespace sonde::record {

/// Keeps the lists that its views point to.
class record_reader {
 public:
  /// The limits must outlive it. Without `texts`, a log whose text is yet to be made shows its format.
  record_reader(const registry& known, const context::clock_sync& clock, const span_limits& limits,
                const log_limits& of_logs = default_log_limits, std::unique_ptr<text_maker> texts = nullptr)
      : known_{known}, clock_{clock}, limits_{limits}, log_limits_{of_logs}, texts_{std::move(texts)} {
    attributes_.resize(16);
  }

  /// For backends that keep annotations and the namespaces of metadata apart: there one key may stand in each. Elsewhere they are
  /// attributes alike, and the last one wins.
  void tell_roles_apart() noexcept { roles_apart_ = true; }

  [[nodiscard]] span_view span(record_view record) {
    part_attributes_.clear();
    stacks_.clear();
    events_.clear();
    links_.clear();
    span_view made{record.header(), events_, links_};
    made.thread = record.thread;
    made.site = known_.of(description_type::span, made.header.description);
    const std::uint32_t location = made.header.location;
    made.location = location != 0 ? known_.of(description_type::location, location) : nullptr;
    if (made.location == nullptr && !made.site->location_protobuf.empty()) made.location = made.site;
    made.scope = known_.scope(made.site->scope);
    made.name = made.site->name;
    made.start_unix_nano = clock_.unix_nano(made.header.start);
    made.end_unix_nano = made.start_unix_nano + clock_.nanoseconds(made.header.start, made.header.end);
    attribute_filler attributes{attributes_, known_, limits_, roles_apart_};
    for (entry_cursor entries = record.entries(); entries.next();) {
      if (entries.value().type <= entry_type::map) [[likely]]
        attributes.add(entries.id(), entries.value());
      else
        add_part(made, entries.id(), entries.value()), attributes.look_again();
    }
    attributes.finish(made);
    if (made.status() != status::error) made.status_message = {};
    return made;
  }

  [[nodiscard]] log_view log(record_view record) {
    part_attributes_.clear();
    active_spans_.clear();
    stacks_.clear();
    log_view made{{record.header()}, {}, 0, {}};
    made.thread = record.thread;
    made.unix_nano = clock_.unix_nano(made.header.start);
    const std::uint32_t described = made.header.description;
    const registered* const site = described != 0 ? known_.of(description_type::log, described) : nullptr;
    bool has_body = site == nullptr;
    attribute_filler attributes{attributes_, known_, log_limits_, roles_apart_};
    for (entry_cursor entries = record.entries(); entries.next();) {
      const value_view value = entries.value();
      if (value.type == entry_type::argument)
        continue;
      else if (value.type == entry_type::body)
        made.body = value.text(), has_body = true;
      else if (value.type == entry_type::cut)
        made.cut_attributes += static_cast<std::uint32_t>(value.word());
      else if (value.type == entry_type::active_span)
        add_active_span(entries.id(), value), attributes.look_again();
      else
        attributes.add(entries.id(), value.type == entry_type::stack ? stack(value) : value);
    }
    made.active_spans = active_spans();
    if (!has_body) make_text(made, *site, record);
    if (site != nullptr)
      for (entry_cursor place{site->location_entries.data(), site->location_entries.size()}; place.next();)
        attributes.add(place.id(), place.value());
    attributes.finish(made);
    return made;
  }

  /// For encoders that read a record themselves. Descriptions by id, those met so far.
  [[nodiscard]] std::span<const registered* const> descriptions() const noexcept { return known_.all(); }
  /// The same, with nobody's in place of what is no key of an attribute.
  [[nodiscard]] std::span<const registered* const> keys() const noexcept { return known_.keys(); }
  [[nodiscard]] const context::clock_sync& clock() const noexcept { return clock_; }
  [[nodiscard]] const span_limits& limits() const noexcept { return limits_; }

 private:
  /// What cannot be made is the format itself, and counted.
  void make_text(log_view& made, const registered& site, record_view record) const {
    made.body = site.name;
    if (texts_ != nullptr && !texts_->make(site.name, record.entries(), made.body)) ++made.cut_attributes;
  }

  /// Everything of a span but its attributes.
  [[gnu::noinline]] void add_part(span_view& made, std::uint32_t id, value_view value) {
    switch (value.type) {
      case entry_type::name:
        if (value.size != 0) made.name = value.text(), made.renamed = true;
        break;
      case entry_type::status_message: made.status_message = value.text(); break;
      case entry_type::tracestate: made.tracestate = value.text(); break;
      case entry_type::event: add_event(made, id, value); break;
      case entry_type::link: add_link(made, value); break;
      case entry_type::cut: made.cut_attributes += static_cast<std::uint32_t>(value.word()); break;
      default: break;
    }
  }

  struct part {
    attribute_list attributes;
    std::uint32_t cut;
  };
  [[nodiscard]] part read_part(span_view& of, value_view entries, std::uint32_t limit) {
    entries.max_characters = limits_.value_length;
    const std::size_t first = part_attributes_.size();
    std::uint32_t cut = 0;
    for (entry_cursor at{entries}; at.next();) {
      if (part_attributes_.size() - first < limit) {
        const value_view& value = at.value();
        part_attributes_.push_back({known_.key(at.id()), value.type == entry_type::stack ? stack(value) : value});
        of.cut_values += count_cut_texts(part_attributes_.back().value);
      } else {
        ++cut;
      }
    }
    of.cut_in_parts += cut;
    return {{part_attributes_, first, part_attributes_.size() - first}, cut};
  }
  void add_event(span_view& made, std::uint32_t id, const value_view& value) {
    if (events_.size() >= limits_.events || value.size < 8) {
      ++made.cut_events;
      return;
    }
    const part read = read_part(made, {value.type, value.data + 8, value.size - 8}, limits_.event_attributes);
    // Counted from the span's start, so that a correction of the clock never moves an event out of its span.
    const std::int64_t at = made.start_unix_nano + clock_.nanoseconds(made.header.start, value.word());
    events_.push_back({known_.of(description_type::event, id), at, read.attributes, read.cut});
  }
  void add_link(span_view& made, const value_view& value) {
    if (links_.size() >= limits_.links || value.size < 32) {
      ++made.cut_links;
      return;
    }
    const part read = read_part(made, {value.type, value.data + 32, value.size - 32}, limits_.link_attributes);
    link_view link{{}, {}, (value.data[24] & sampled) != 0, read.attributes, read.cut};
    std::memcpy(link.trace_id.bytes, value.data, 16);
    std::memcpy(link.span_id.bytes, value.data + 16, 8);
    links_.push_back(link);
  }

  /// A stack in words, kept until the next record.
  [[nodiscard, gnu::noinline, gnu::cold]] value_view stack(const value_view& addresses) {
    const std::string& text = stacks_.emplace_back(stack_text({addresses.data, addresses.size}));
    return {entry_type::text, text.data(), static_cast<std::uint32_t>(text.size()), addresses.max_characters};
  }

  [[gnu::noinline, gnu::cold]] void add_active_span(std::uint32_t id, const value_view& value) {
    if (value.size < 16) return;  // foreign bytes
    active_span_view span{known_.of(description_type::span, id), nullptr, {}, {}, {}};
    std::memcpy(span.span_id.bytes, value.data, 8);
    const auto location = static_cast<std::uint32_t>(value_view{value.type, value.data + 8, 8}.word());
    if (location != 0) span.location = known_.of(description_type::location, location);
    if (span.location == nullptr && !span.site->location_protobuf.empty()) span.location = span.site;
    span.name = span.site->name;
    const std::size_t first = part_attributes_.size();
    for (entry_cursor at{value.data + 16, value.size - 16}; at.next();)
      if (at.value().type == entry_type::name)
        span.name = at.value().text();
      else
        add_or_replace(first, {known_.key(at.id()), at.value()});
    span.attributes = {nullptr, part_attributes_.size() - first};
    active_spans_.push_back(span);
  }
  /// The last value under a key wins.
  void add_or_replace(std::size_t first, const attribute_view& each) {
    for (std::size_t i = first; i < part_attributes_.size(); ++i)
      if (part_attributes_[i].key->key == each.key->key) return void(part_attributes_[i] = each);
    part_attributes_.push_back(each);
  }
  /// Now that no attribute moves any more.
  [[nodiscard]] std::span<const active_span_view> active_spans() noexcept {
    const attribute_view* next = part_attributes_.data();
    for (active_span_view& each : active_spans_) {
      each.attributes = {next, each.attributes.size()};
      next += each.attributes.size();
    }
    return active_spans_;
  }

  known_descriptions known_;
  const context::clock_sync& clock_;
  const span_limits& limits_;
  const log_limits& log_limits_;
  std::unique_ptr<text_maker> texts_;
  std::vector<attribute_view> attributes_;  // as many as there is room for
  std::vector<attribute_view> part_attributes_;  // of events, links and active spans
  std::vector<active_span_view> active_spans_;
  std::deque<std::string> stacks_;
  std::vector<event_view> events_;
  std::vector<link_view> links_;
  bool roles_apart_ = false;
};

}  // namespace sonde::record
