// SPDX-License-Identifier: MIT
// Spans from a ring's bytes to OTLP protobuf on one core: reading the record, encoding, and assembling requests of 512.
// The bar is 30 million spans/s for a span with three short attributes; with the place in the source it has to say more.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <sonde/context/clock.hpp>
#include <sonde/otlp/protobuf.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/registry.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/resource/resource.hpp>

namespace {

using namespace sonde;

constexpr std::size_t records = 8192;  // about 1 MiB: as much as a busy thread's ring holds between two passes
constexpr std::size_t batch = 512;
constexpr double bar = 30;  // million spans/s

/// Records as guards leave them in a ring, one after the other.
class ring {
 public:
  ring(std::uint32_t site, std::uint32_t place, const std::uint32_t (&keys)[3]) {
    for (std::size_t i = 0; i < records; ++i) {
      char entries[128];
      char* at = put(entries, keys[0], record::entry_type::integer, i * 7919 % 100'000);
      at = put(at, keys[1], record::entry_type::boolean, i % 2);
      at = put(at, keys[2], record::entry_type::text, "sixteen chars ok");
      record::header head{};
      head.size = static_cast<std::uint32_t>(sizeof head + static_cast<std::size_t>(at - entries));
      head.description = site;
      head.location = place;
      head.start = context::ticks();
      head.end = head.start + 1000 + i;
      std::memset(head.trace_id.bytes, static_cast<int>(i % 255 + 1), sizeof head.trace_id.bytes);
      std::memcpy(head.span_id.bytes, &i, sizeof i);
      head.span_id.bytes[7] = 1;
      head.parent_id.bytes[0] = 7;
      head.type = record::record_type::span;
      head.flags = record::sampled;
      head.kind = 1;
      bytes_.insert(bytes_.end(), reinterpret_cast<const char*>(&head), reinterpret_cast<const char*>(&head + 1));
      bytes_.insert(bytes_.end(), entries, at);
    }
  }
  [[nodiscard]] const char* begin() const { return bytes_.data(); }
  [[nodiscard]] const char* end() const { return bytes_.data() + bytes_.size(); }

 private:
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

/// Nanoseconds per span, the median of many rounds over the ring.
double measure(const ring& from, record::record_reader& reader, otlp::protobuf_encoder& encoder, std::size_t& bytes_per_span) {
  std::vector<double> rounds;
  for (int round = 0; round < 201; ++round) {
    std::size_t total = 0;
    std::size_t in_batch = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (const char* at = from.begin(); at != from.end();) {
      const record::record_view each{at};
      if (!encoder.append_plain(each, reader)) encoder.append(reader.span(each));
      at += each.size();
      if (++in_batch == batch) total += encoder.request(encoder.take()).size(), in_batch = 0;
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begun;
    rounds.push_back(took.count() / records);
    bytes_per_span = total / records;
  }
  std::nth_element(rounds.begin(), rounds.begin() + 100, rounds.end());
  return rounds[100];
}

}  // namespace

int main(int count, char** arguments) {
  const bool bare = count > 1 && std::string{arguments[1]} == "--spans-per-second";  // for the speed table
  record::registry known;
  const context::clock_sync clock;
  const record::span_limits limits;
  resource::resource who;
  who.set("service.name", "bench");
  record::record_reader reader{known, clock, limits};
  otlp::protobuf_encoder encoder{who};

  const record::scope_description scope{{"bench", 5}, {"1", 1}};
  record::description site;
  site.name = {"home-activities", 15};
  const std::string name = record::protobuf_field(5, "home-activities");
  site.protobuf = record::text(name);
  site.scope = &scope;
  const std::uint32_t site_id = known.enroll(site);
  const std::uint32_t place = known.locate(site, "/srv/backend/home_activities.cpp", 42, "home_activities");
  using enum record::description_type;
  const std::uint32_t keys[] = {known.enroll(record::key<attribute, "app.count">),
                                known.enroll(record::key<attribute, "app.cached">),
                                known.enroll(record::key<attribute, "user.handle">)};
  const ring plain{site_id, 0, keys};
  const ring placed{site_id, place, keys};

  bool held = true;
  const auto report = [&](const char* what, const ring& from, bool barred) {
    std::size_t bytes = 0;
    const double nanoseconds = measure(from, reader, encoder, bytes);
    const double millions = 1000 / nanoseconds;
    if (bare) {
      if (barred) std::printf("%.1f\n", millions);
      return;
    }
    std::printf("%-44s %6.1f ns/span %6.1f million spans/s %4zu bytes/span", what, nanoseconds, millions, bytes);
    if (barred) {
      held = millions >= bar;
      std::printf("   bar %.0f: %s", bar, held ? "held" : "MISSED");
    }
    std::printf("\n");
  };
  report("otlp protobuf, 3 attributes", plain, true);
  report("otlp protobuf, 3 attributes and the place", placed, false);
  return held ? 0 : 1;
}
