// SPDX-License-Identifier: MIT
// Spans from a ring's bytes to X-Ray's datagrams on one core: reading the record, writing the members, putting documents into
// one another. Traces of a request and 20 subsegments with three attributes each; nothing is sent. The bar is 3 million
// subsegments/s, and no allocation once warm.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sonde/adapters/xray/document/trace_store.hpp>
#include <sonde/adapters/xray/document/writer.hpp>
#include <sonde/context/clock.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/record/registry.hpp>

#include "counted_malloc.hpp"

namespace {

using namespace sonde;

constexpr std::size_t subsegments = 20;  // of a trace
constexpr std::size_t traces = 400;      // about 1 MiB: as much as a busy thread's ring holds between two passes
constexpr double bar = 3;                // million subsegments/s

/// Records as guards leave them in a ring: children before their parents.
class ring {
 public:
  ring(std::uint32_t site, std::uint32_t place, const std::uint32_t (&keys)[3]) {
    for (std::uint64_t trace = 1; trace <= traces; ++trace) {
      for (std::uint64_t i = 1; i <= subsegments; ++i) add(site, place, keys, trace, i);
      add(site, place, keys, trace, 0);
    }
  }
  [[nodiscard]] const char* begin() const { return bytes_.data(); }
  [[nodiscard]] const char* end() const { return bytes_.data() + bytes_.size(); }

 private:
  void add(std::uint32_t site, std::uint32_t place, const std::uint32_t (&keys)[3], std::uint64_t trace, std::uint64_t number) {
    char entries[128];
    char* at = put(entries, keys[0], record::entry_type::integer, (trace + number) * 7919 % 100'000);
    at = put(at, keys[1], record::entry_type::boolean, number % 2);
    at = put(at, keys[2], record::entry_type::text, "sixteen chars ok");
    record::header head{};
    head.size = static_cast<std::uint32_t>(sizeof head + static_cast<std::size_t>(at - entries));
    head.description = site;
    head.location = place;
    head.start = context::ticks();
    head.end = head.start + 1000 + number;
    const std::uint64_t spread = trace * 0x9e3779b97f4a7c15u;
    std::memcpy(head.trace_id.bytes + 8, &spread, sizeof spread);
    const std::uint64_t id = spread + number * 0xbf58476d1ce4e5b9u;
    std::memcpy(head.span_id.bytes, &id, sizeof id);
    if (number != 0) std::memcpy(head.parent_id.bytes, &spread, sizeof spread);
    head.type = record::record_type::span;
    head.flags = static_cast<std::uint8_t>(record::sampled | (number == 0 ? record::local_root : 0));
    head.kind = static_cast<std::uint8_t>(number == 0 ? kind::server : kind::internal);
    bytes_.insert(bytes_.end(), reinterpret_cast<const char*>(&head), reinterpret_cast<const char*>(&head + 1));
    bytes_.insert(bytes_.end(), entries, at);
  }
  static char* put(char* at, std::uint32_t key, record::entry_type type, std::uint64_t word) {
    const record::entry head{key, record::entry::make_shape(type, 8)};
    std::memcpy(at, &head, sizeof head);
    std::memcpy(at + sizeof head, &word, sizeof word);
    return at + sizeof head + sizeof word;
  }
  static char* put(char* at, std::uint32_t key, record::entry_type type, const std::string& text) {
    const record::entry head{key, record::entry::make_shape(type, text.size())};
    std::memcpy(at, &head, sizeof head);
    std::memcpy(at + sizeof head, text.data(), text.size());
    return at + sizeof head + record::padded(text.size());
  }
  std::vector<char> bytes_;
};

struct outcome {
  double nanoseconds;  // for each span, the median of many rounds over the ring
  double allocated;    // for each span, in the last round
  std::size_t bytes;   // for each span
};

outcome measure(const ring& from, record::record_reader& reader, xray::document_writer& writer, int rounds) {
  constexpr std::size_t spans = traces * (subsegments + 1);
  xray::trace_store store;
  otlp::byte_buffer members;
  std::vector<double> took;
  outcome made{};
  for (int round = 0; round < rounds; ++round) {
    std::size_t bytes = 0;
    const auto send = [&](std::string_view datagram, std::uint64_t) { bytes += datagram.size(); };
    const std::uint64_t allocated = allocations;
    const auto begun = std::chrono::steady_clock::now();
    for (const char* at = from.begin(); at != from.end();) {
      const record::record_view each{at};
      at += each.size();
      const record::span_view span = reader.span(each);
      const bool segment = writer.is_segment(span);
      xray::local_trace& trace = store.of(span.header.trace_id);
      members.truncate(0);
      static_cast<void>(writer.write(members, span, xray::longest_members, trace.travelling));
      trace.add(span.header, segment, members.bytes());
      store.added(segment, begun);
    }
    store.advance(begun, true, send);
    const std::chrono::duration<double, std::nano> round_took = std::chrono::steady_clock::now() - begun;
    took.push_back(round_took.count() / spans);
    made.allocated = static_cast<double>(allocations - allocated) / spans;
    made.bytes = bytes / spans;
  }
  const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
  std::nth_element(took.begin(), middle, took.end());
  made.nanoseconds = *middle;
  return made;
}

}  // namespace

/// The number of rounds may be given, for counting instructions.
int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 201;
  record::registry known;
  const context::clock_sync clock;
  const record::span_limits limits;
  record::record_reader reader{known, clock, limits};
  xray::shared_members shared;
  shared.names = {"backend", {}};
  shared.aws = "\"xray\":{\"sdk\":\"sonde for C++\"";
  xray::document_writer writer{std::move(shared)};

  const record::scope_description scope{{"sonde", 5}, {"1", 1}};
  record::description site;
  site.name = {"home-activities", 15};
  site.scope = &scope;
  const std::uint32_t site_id = known.enroll(site);
  const std::uint32_t place = known.locate(site, "/srv/backend/home_activities.cpp", 42, "home_activities");
  using enum record::description_type;
  const std::uint32_t keys[] = {known.enroll(record::key<attribute, "app.count">),
                                known.enroll(record::key<annotation, "cached">),
                                known.enroll(record::key<metadata, "handle", "user">)};
  const ring plain{site_id, 0, keys};
  const ring placed{site_id, place, keys};

  bool held = true;
  const auto report = [&](const char* what, const ring& from, bool barred) {
    const outcome found = measure(from, reader, writer, rounds);
    const double millions = 1000 / found.nanoseconds;
    std::printf("%-44s %6.1f ns/span %5.2f million spans/s %4zu bytes/span %.3f allocations/span", what, found.nanoseconds,
                millions, found.bytes, found.allocated);
    if (barred) {
      held = millions >= bar;
      std::printf("   bar %.0f: %s", bar, held ? "held" : "MISSED");
    }
    std::printf("\n");
  };
  report("xray documents, 3 attributes", plain, true);
  report("xray documents, 3 attributes and the place", placed, false);
  return held ? 0 : 1;
}
