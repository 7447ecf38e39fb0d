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
#include <sonde/pipeline/tally.hpp>
#include <sonde/record/drop_reason.hpp>
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
  std::uint32_t sample_rate = 1;         // how many traces each recorded one stands for, by the session's sampler
  bool sampler_chosen = false;           // the program gave a sampler: the environment has no say
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

/// What became of records a sink had kept for later.
struct settlement {
  tally written{};
  tally lost{};
  drop_reason lost_as = drop_reason::rejected;
  std::uint64_t cut = 0;  // texts of spans that had to be shortened
};

/// `write` returns whether the record was kept. Where there is `flush()`, it follows each batch of records; `advance(now,
/// flushing)` in its place is called on every pass, for a sink that waits for something. A sink that keeps records in memory
/// for a while before they are safe has `take_settled()`: the settlement of those whose fate is known since the last call;
/// it is asked again until there is none; the rest is queued. `trouble()` has a sentence on what may still come right, else
/// nothing. One that has no place for one of the signals says so in `takes(tally)`. What it has no `write` for is unsupported, or
/// `of_other_signals`: unwanted, where nobody would expect it to be sent there. One that goes on holding some of them through a
/// flush has `idle()`: nothing more to do now.
/// Where a constant `tells_roles_apart` is there, one key may come as attribute, as annotation and in each namespace of metadata.
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
  std::uint32_t count = 512;                 // of records in a request
  std::size_t bytes = std::size_t{4} << 20;  // of a request: none is larger
  std::chrono::milliseconds age{5000};
  std::uint32_t queue_count = UINT32_MAX;
  std::size_t queue_bytes = std::size_t{32} << 20;
  std::chrono::milliseconds timeout{10000};  // for one request with all its attempts; 0: no limit
  std::uint32_t concurrent = 1;              // requests under way at once
};

/// What a reply means.
struct verdict {
  enum class outcome : std::uint8_t {
    accepted,
    retry,     // the same again, later
    too_much,  // less at once may do: the batch is split where it can be
    refused,
  };
  outcome result = outcome::accepted;
  std::uint64_t rejected = 0;                              // of an accepted request: how many the backend refused
  std::optional<std::chrono::milliseconds> retry_after{};  // the backend's wish
  std::string sentence{};  // for people: why, and what to do; empty where a retry is nothing to speak of
  drop_reason lost_as = drop_reason::rejected;  // of a refused request
};

template <class L>
concept encodes_spans = requires(L& lane, const record::span_view& span) { lane.encode(span); };
template <class L>
concept encodes_logs = requires(L& lane, const record::log_view& log) { lane.encode(log); };

/// What a lane that selects lets go of: records that make a request, or that come to nothing after all.
template <class Batch>
struct released {
  Batch content{};
  tally records{};  // none, where the lane has something to say of its own
  std::size_t bytes = 0;
  std::optional<drop_reason> lost_as{};
};

/// Looks at every record and makes requests of few (Rollbar): `consider` returns why a record comes to nothing, which is mostly
/// `unwanted`, or nothing where the lane holds it. `release` hands over what is held no longer, one request at a time; all of it
/// where `flushing`. Whatever is held is released in the end, once.
template <class L>
concept selects_records =
    std::movable<typename L::batch> && requires(L& lane, const record::span_view& span, const record::log_view& log,
                                                std::chrono::steady_clock::time_point now, bool flushing) {
      { lane.consider(span, now) } -> std::same_as<std::optional<drop_reason>>;
      { lane.consider(log, now) } -> std::same_as<std::optional<drop_reason>>;
      { lane.release(now, flushing) } -> std::same_as<std::optional<released<typename L::batch>>>;
      { lane.release_due() } -> std::same_as<std::chrono::steady_clock::time_point>;
    };

template <class L>
concept judges_replies = requires(L& lane, const transport::response& reply) {
  { lane.judge(reply) } -> std::same_as<verdict>;
};
/// For replies that name records by their place in the batch.
template <class L>
concept judges_by_batch = requires(L& lane, const transport::response& reply, const typename L::batch& sent) {
  { lane.judge(reply, sent) } -> std::same_as<verdict>;
};

/// The way of some records to one endpoint: `encode` adds to the open batch and may return how many texts it had to shorten;
/// `take_batch` closes it, `request_for` makes a request of it, anew for each attempt; `judge` reads the reply. May have
///   `split(batch&)`                      takes the later half out, for batches that are too large; of one signal then
///   `exceeds(batch)`                     whether a closed batch is more than one request takes, by rules of its own: then it
///                                        is split, quietly; the size of a request's body does not count with it
///   `encode_plain(record, reader)`       true where it could encode a span without a view of it
///   `label()`                            what to call it in lines, where an exporter has several lanes
///   `wanted()` or `wanted(header)`       false where the user switched it off, or records of that kind: counted as unwanted
///   `errand(now)`, `errand_done(reply, now)`, `errand_due()`, `ready(now)`, `obstacle()`
///                                        a request to be made first, like one for credentials; its reply; when to ask again;
///                                        whether batches can be sent; why not, if something went wrong
///   `reduce(batch&)`                     makes a batch of the same records smaller, when it was too much; false: no further
///   `withholds(batch, now)`              why a waiting batch is not to be sent any more, if so: it is dropped.
/// A lane that selects has `consider` and `release` in place of `encode`, `encoded_size` and `take_batch`.
template <class L>
concept request_lane =
    (selects_records<L> ||
     ((encodes_spans<L> || encodes_logs<L>) && std::movable<typename L::batch> &&
      requires(L& lane) {
        { lane.encoded_size() } -> std::same_as<std::size_t>;
        { lane.take_batch() } -> std::same_as<typename L::batch>;
      })) &&
    (judges_replies<L> || judges_by_batch<L>) && requires(L& lane, typename L::batch& closed) {
      { lane.request_for(closed) } -> std::same_as<transport::request>;
      { lane.limits() } -> std::convertible_to<batch_limits>;
    };

/// Is one lane itself, or has `lanes()`: a tuple of references to those it has. A record goes to the first that encodes it.
/// What none encodes counts as unsupported, or as `of_other_signals`: unwanted, where nobody would expect it to be sent there.
template <class E>
concept request_exporter = names_and_opens<E> && requires { typename E::transport; } &&
                           (request_lane<E> || requires(E& exporter) { exporter.lanes(); });

template <class E>
concept exporter = sink<E> || run_sink<E> || request_exporter<E>;

}  // namespace sonde::pipeline
