// SPDX-License-Identifier: MIT
#pragma once

// What an exporter is. Two kinds: a *sink* keeps records itself (console, file, memory); a *request exporter* turns them
// into requests, and the pipeline queues, sends and retries those (OTLP). Adapters implement one; the session takes any.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sonde/environment/provenance.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/resource/resource.hpp>
#include <sonde/transport/request.hpp>

namespace sonde::pipeline {

/// What an exporter gets to know when the session starts; the references outlive it.
struct setup {
  const resource::resource& resource;
  const record::span_limits& limits;
  environment::reader& environment;      // findings go to diagnostics
  environment::provenance& settings;     // what came from where
  std::size_t queue_bytes;               // bound of this exporter's queue
};

/// Thrown by an exporter's open(): what is wrong and what to do, one sentence. The session starts without it.
struct setup_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `open` returns where records will go, for the start-up line: "traces to http://localhost:4318/v1/traces".
template <class E>
concept names_and_opens = std::movable<E> && requires(E& exporter, setup& at_start) {
  { exporter.name() } -> std::convertible_to<std::string_view>;
  { exporter.open(at_start) } -> std::convertible_to<std::string>;
};

template <class E>
concept takes_logs = requires(E& exporter, const record::log_view& log) { exporter.write(log); };

/// How many spans and logs, handled as one.
struct tally {
  std::uint64_t spans = 0;
  std::uint64_t logs = 0;
};
/// What became of records a sink had kept for later.
struct settlement {
  tally written;
  tally lost;
};

/// `write` returns whether the record was kept. Where there is `flush()`, it follows each batch of records; `advance(now,
/// flushing)` in its place is called on every pass, for a sink that waits for something. A sink that keeps records in memory
/// for a while before they are safe has `take_settled()`: the settlement of those whose fate is known since the last call;
/// the rest is queued. One that goes on holding some of them through a flush has `idle()`: nothing more to do now.
template <class E>
concept sink = names_and_opens<E> && requires(E& exporter, const record::span_view& span) {
  { exporter.write(span) } -> std::same_as<bool>;
};

/// Counts without looking: gets whole runs of records.
template <class E>
concept run_sink = names_and_opens<E> && requires(E& exporter, const record::record_run& run) {
  { exporter.write(run) } -> std::same_as<void>;
};

/// When a batch is closed, whichever comes first, and how much may wait.
struct batch_limits {
  std::uint32_t count = 512;                 // OTEL_BSP_MAX_EXPORT_BATCH_SIZE
  std::size_t bytes = std::size_t{4} << 20;  // of the encoded request
  std::chrono::milliseconds age{5000};       // OTEL_BSP_SCHEDULE_DELAY
  std::uint32_t queue_count = UINT32_MAX;    // OTEL_BSP_MAX_QUEUE_SIZE
  std::size_t queue_bytes = std::size_t{32} << 20;
  std::chrono::milliseconds timeout{10000};  // for one request with all its attempts
};

/// What a reply means.
struct verdict {
  enum class outcome : std::uint8_t { accepted, retry, refused };
  outcome result = outcome::accepted;
  std::uint64_t rejected = 0;                              // of an accepted request: how many the backend refused
  std::optional<std::chrono::milliseconds> retry_after{};  // the backend's wish
  std::string sentence{};                                  // for people: why, and what to do
};

/// `encode` appends one record to the batch; `seal` takes the batch as a request; `judge` reads the reply.
template <class E>
concept request_exporter =
    names_and_opens<E> && requires(E& exporter, const record::span_view& span, const transport::response& reply) {
      typename E::transport;
      exporter.encode(span);
      { exporter.encoded_size() } -> std::same_as<std::size_t>;
      { exporter.seal() } -> std::same_as<transport::request>;
      { exporter.judge(reply) } -> std::same_as<verdict>;
      { exporter.limits() } -> std::convertible_to<batch_limits>;
    };

template <class E>
concept exporter = sink<E> || run_sink<E> || request_exporter<E>;

}  // namespace sonde::pipeline
