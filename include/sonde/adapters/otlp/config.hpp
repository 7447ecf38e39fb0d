// SPDX-License-Identifier: MIT
#pragma once

// What a user may say about OTLP in code. Every field left out comes from the environment, else from the default beside it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sonde/adapters/otlp/honeycomb.hpp>
#include <sonde/adapters/otlp/protocol.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/environment/secret.hpp>

namespace sonde::otlp {

/// For one signal alone: OTEL_EXPORTER_OTLP_TRACES_… or OTEL_EXPORTER_OTLP_LOGS_…, and OTEL_BSP_… or OTEL_BLRP_….
struct signal_config {
  std::optional<bool> enabled{};                       // OTEL_TRACES_EXPORTER, OTEL_LOGS_EXPORTER: `none` is false; true
  std::optional<std::string> endpoint{};               // …ENDPOINT: used as given
  std::optional<otlp::protocol> protocol{};            // …PROTOCOL
  std::optional<environment::pairs> headers{};         // …HEADERS
  std::optional<otlp::compression> compression{};      // …COMPRESSION
  std::optional<std::chrono::milliseconds> timeout{};  // …TIMEOUT, all attempts included; 0: no limit
  std::optional<std::string> certificate{};            // …CERTIFICATE, a PEM file
  std::optional<std::string> client_certificate{};     // …CLIENT_CERTIFICATE
  std::optional<std::string> client_key{};             // …CLIENT_KEY
  std::optional<bool> insecure{};                      // …INSECURE: plain text for a gRPC endpoint without a scheme
  std::optional<std::chrono::milliseconds> batch_age{};  // …SCHEDULE_DELAY; 5 s for traces, 1 s for logs
  std::optional<std::uint32_t> batch_count{};          // …MAX_EXPORT_BATCH_SIZE; 512
  std::optional<std::uint32_t> queue_count{};          // …MAX_QUEUE_SIZE; bounded by bytes alone
};

/// For both signals; what `traces` or `logs` says of its own comes first.
struct config {
  std::optional<otlp::honeycomb> honeycomb{};          // endpoint and headers for Honeycomb
  std::optional<std::string> endpoint{};               // OTEL_EXPORTER_OTLP_ENDPOINT: /v1/traces or /v1/logs is appended
                                                       // (not for gRPC); http://localhost:4318, gRPC: …:4317
  std::optional<otlp::protocol> protocol{};            // …PROTOCOL; http/protobuf
  std::optional<environment::pairs> headers{};         // …HEADERS
  std::optional<otlp::compression> compression{};      // …COMPRESSION; none
  std::optional<std::chrono::milliseconds> timeout{};  // …TIMEOUT; 10 s
  std::optional<std::string> certificate{};            // …CERTIFICATE; the system's trust store
  std::optional<std::string> client_certificate{};
  std::optional<std::string> client_key{};
  std::optional<bool> insecure{};                      // false
  std::optional<std::chrono::milliseconds> batch_age{};
  std::optional<std::uint32_t> batch_count{};
  std::optional<std::uint32_t> queue_count{};
  std::optional<std::size_t> batch_bytes{};            // of one request, compressed or not; 4 MiB
  std::uint32_t concurrent_requests = 4;               // of one signal
  aws::credential_config aws{};                        // for endpoints of AWS, whose requests are signed; docs/aws.md
  std::optional<std::string> aws_region{};             // sign for it though the endpoint's name does not tell, like a proxy's
  bool sample_rate = false;                            // SampleRate on each span and log of a sampled trace, for Honeycomb
  signal_config traces{};
  signal_config logs{};
};

}  // namespace sonde::otlp
