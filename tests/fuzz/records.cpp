// SPDX-License-Identifier: MIT
// libFuzzer over the readers of records, whose bytes may come from a file that another process wrote: entries, spans, logs, and
// the texts that are made of formats and arguments.

#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/pipeline/log_text.hpp>
#include <sonde/record/stack_text.hpp>

#include "fuzz/hostile_record.hpp"

namespace {

using namespace sonde;
using fuzz::hostile_record;
using fuzz::verdict;

constexpr record::span_limits narrow{
    .attributes = 9, .events = 2, .links = 2, .event_attributes = 2, .link_attributes = 2, .value_length = 5};
constexpr record::log_limits narrow_logs{.attributes = 9, .value_length = 5};

/// Looks at all of a value; how many characters its longest text has.
std::size_t walk(const record::value_view& value, int depth = 0) {
  if (depth > 1000) return 0;
  std::size_t longest = 0;
  const auto take = [&](std::size_t size) { longest = size > longest ? size : longest; };
  record::visit(value, [&](const auto& held) {
    using held_type = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<held_type, record::array_view>) {
      for (record::entry_cursor each = held.elements(); each.next();) take(walk(each.value(), depth + 1));
    } else if constexpr (std::is_same_v<held_type, record::map_view>) {
      for (record::entry_cursor each = held.pairs(); each.next();) take(walk(each.value(), depth + 1));
    } else if constexpr (std::is_same_v<held_type, std::string_view>) {
      std::size_t characters = 0;
      for (const char c : held) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      if (value.type == record::entry_type::text) take(characters);
    }
  });
  return longest;
}
/// `view` shows this record as the limits allow it.
template <class View>
verdict shown(const View& view, std::uint32_t most, std::uint32_t longest) {
  if (view.attributes.size() > most) return "there are no more attributes than the limit allows";
  std::set<std::string_view> keys;
  for (const record::attribute_view& each : view.attributes) {
    if (!keys.insert(each.key->name).second) return "a key comes once";
    if (each.value.type == record::entry_type::text && walk(each.value) > longest)
      return "no text is longer than the limit allows";
    static_cast<void>(walk(each.value));
  }
  return nullptr;
}

struct readers {
  context::clock_sync clock;
  record::span_limits usual;
  record::log_limits usual_logs;
  record::record_reader plain{fuzz::vocabulary::one().known(), clock, usual, usual_logs, std::make_unique<pipeline::log_text>()};
  record::record_reader strict{fuzz::vocabulary::one().known(), clock, narrow, narrow_logs};
};
readers& all() {
  static readers one;
  return one;
}

verdict of_span(const record::span_view& span, const record::span_limits& limits) {
  if (span.end_unix_nano < span.start_unix_nano) return "no span ends before it begins";
  if (span.events.size() > limits.events || span.links.size() > limits.links)
    return "there are no more events and links than the limit allows";
  for (const record::event_view& each : span.events) {
    if (each.attributes.size() > limits.event_attributes) return "an event has no more attributes than the limit allows";
    for (const record::attribute_view& inner : each.attributes) static_cast<void>(walk(inner.value));
  }
  for (const record::link_view& each : span.links)
    for (const record::attribute_view& inner : each.attributes) static_cast<void>(walk(inner.value));
  return shown(span, limits.attributes, limits.value_length);
}
verdict of_spans(std::string_view input) {
  fuzz::source from{input};
  const bool damaged = from.byte() % 2 == 0;
  fuzz::source of_damage{input.substr(input.size() / 2)};
  hostile_record bytes{from, record::record_type::span};
  if (damaged) bytes.damage(of_damage);
  if (const verdict broken = of_span(all().plain.span(bytes.view()), all().usual)) return broken;
  return of_span(all().strict.span(bytes.view()), narrow);
}
verdict of_logs(std::string_view input) {
  fuzz::source from{input};
  const bool damaged = from.byte() % 2 == 0;
  fuzz::source of_damage{input.substr(input.size() / 2)};
  hostile_record bytes{from, record::record_type::log};
  if (damaged) bytes.damage(of_damage);
  const record::log_view log = all().plain.log(bytes.view());
  if (bytes.faithful && log.header.description == 0 && log.body != bytes.body) return "a log's text is what was written";
  if (log.body.size() > record::max_payload) return "a text is no longer than a record takes";
  if (const verdict broken = shown(log, all().usual_logs.attributes, all().usual_logs.value_length)) return broken;
  return shown(all().strict.log(bytes.view()), narrow_logs.attributes, narrow_logs.value_length);
}

/// Any bytes at all as entries of a span and of a log that names an active span.
verdict of_entries(std::string_view input) {
  std::vector<char> bytes(sizeof(record::header) + input.size() / 8 * 8);
  record::header head{};
  head.size = static_cast<std::uint32_t>(bytes.size());
  head.start = head.end = context::ticks();
  for (const bool log : {false, true}) {
    head.type = log ? record::record_type::log : record::record_type::span;
    head.description = log ? fuzz::vocabulary::one().logs[1] : fuzz::vocabulary::one().spans[0];
    std::memcpy(bytes.data(), &head, sizeof head);
    if (bytes.size() > sizeof head) std::memcpy(bytes.data() + sizeof head, input.data(), bytes.size() - sizeof head);
    const record::record_view view{bytes.data()};
    const verdict broken = log ? shown(all().plain.log(view), 128, UINT32_MAX) : of_span(all().plain.span(view), all().usual);
    if (broken != nullptr) return broken;
  }
  return nullptr;
}

/// A format and arguments that do not suit each other, and formats that ask for more than there is memory.
verdict of_texts(std::string_view input) {
  const std::string_view format = input.substr(0, input.find(fuzz::separator));
  fuzz::source from{input.substr(std::min(format.size() + 1, input.size()))};
  std::string entries;
  std::string plain;
  bool only_texts = true;
  for (int count = 0; count < 20 && !from.empty(); ++count) {
    const auto kind = static_cast<record::argument_kind>(from.byte() % 10);  // two of them unknown
    const bool text = kind == record::argument_kind::text;
    std::uint64_t bits = text ? 0 : from.word();
    if (count != 0) bits %= 10'000;  // only the first may be a width that costs time
    const std::string_view payload = text ? from.bytes(from.byte()) : std::string_view{reinterpret_cast<const char*>(&bits), 8};
    entries += record::entry_bytes(static_cast<std::uint32_t>(kind), record::entry_type::argument, payload);
    only_texts = only_texts && text;
    plain += payload;
  }
  const auto bytes = std::make_unique<char[]>(entries.size());
  std::memcpy(bytes.get(), entries.data(), entries.size());
  static pipeline::log_text maker;
  const record::entry_cursor at{bytes.get(), entries.size()};
  std::string_view made = "as it was";
  if (!maker.make(format, at, made)) return made == "as it was" ? nullptr : "where no text can be made, none is";
  if (made.size() > record::max_payload) return "a text is no longer than a record takes";
  if (!only_texts) return nullptr;
  std::string blanks;
  for (record::entry_cursor each = at; each.next();) blanks += "{}";
  return maker.make(blanks, at, made) && made == plain ? nullptr : "texts are put in as they are";
}

verdict of_stacks(std::string_view input) {
  for (record::stack_frames each{input}; each.next();)
    for (const std::string_view part : {each.frame().label, each.frame().path, each.frame().module})
      if (part.find('\n') != part.npos) return "a frame is on one line";
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr fuzz::check checks[] = {of_spans, of_logs, of_entries, of_texts, of_stacks};
  return fuzz::run(data, size, checks);
}
