// SPDX-License-Identifier: MIT
#pragma once

// Tells the collector that a local root has begun, for exporters that want to know before it ends (pipeline/exporter.hpp,
// `opened`). It is a copy of the span as far as it goes.

#include <cstddef>
#include <cstdint>

#include <sonde/context/request_facts.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/publish.hpp>

namespace sonde::record {

/// `host:port`, `host`, or `[address]:port`.
[[gnu::noinline, gnu::cold]] inline void put_host(frame& into, meta::text sent) noexcept {
  std::size_t end = sent.size;
  while (end > 0 && sent.data[end - 1] >= '0' && sent.data[end - 1] <= '9') --end;
  std::int64_t port = 0;
  const bool bracketed = end > 1 && sent.data[end - 2] == ']';
  const bool has_port = end > 0 && sent.data[end - 1] == ':' && sent.size - end <= 5 &&
                        (bracketed || __builtin_memchr(sent.data, ':', end - 1) == nullptr);  // not 2001:db8::1
  if (has_port) {
    for (std::size_t i = end; i < sent.size; ++i) port = 10 * port + (sent.data[i] - '0');
    sent.size = end - 1;
  }
  if (sent.size > 2 && sent.data[0] == '[' && sent.data[sent.size - 1] == ']') sent = {sent.data + 1, sent.size - 2};
  if (!sent.empty()) put_text(into, key<description_type::attribute, "server.address">, sent);
  if (port != 0) put_integer(into, key<description_type::attribute, "server.port">, port);
}

/// `request`, where the span answers one, is told under the keys the span itself will have. Where the ring is full nobody
/// hears of it; the span's end tells all.
[[gnu::noinline, gnu::cold]] inline void publish_opening(recorder& mine, frame& root, const request_facts* request) noexcept {
  roomy_frame note;
  note.header = root.header;
  note.set_head(make_word(sizeof(struct header), root.header.description));
  note.header.type = record_type::opening;
  note.header.end = root.header.start;
  const std::size_t size = root.entries_size();
  if (char* const to = reserve(note, size)) __builtin_memcpy(to, root.first_entry(), size);
  if (request != nullptr) {
    const auto put = [&note](description& key, meta::text value) {
      if (!value.empty()) put_text(note, key, value);
    };
    put(key<description_type::attribute, "http.request.method">, request->method);
    put(key<description_type::attribute, "url.path">, request->path);
    put_host(note, request->host);
  }
  signal_counters ignored{};  // neither span nor log
  publish(mine, note, ignored);
}

}  // namespace sonde::record
