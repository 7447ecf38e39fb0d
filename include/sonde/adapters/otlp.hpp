// SPDX-License-Identifier: MIT
#pragma once

// Traces to any OTLP backend (a collector, Honeycomb, …) over HTTP with protobuf. Included by main alone:
// `sonde::start({.service_name = "backend"}, sonde::otlp::exporter{})` takes everything from OTEL_EXPORTER_OTLP_*.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/adapters/otlp/verdict.hpp>
#include <sonde/otlp/protobuf.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/transport/http.hpp>
#include <sonde/version.hpp>

namespace sonde::otlp {

/// Batches, queue, retries and connections are the pipeline's.
class exporter {
 public:
  using transport = sonde::transport::http;

  exporter() = default;
  /// What `given` leaves out comes from the environment. Nothing is read before the session starts.
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "otlp"; }

  /// Throws pipeline::setup_error where the config in code cannot be used.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    used_ = settings_reader{given_, at_start}.read();
    encoder_ = std::make_unique<protobuf_encoder>(at_start.resource);
    std::string destination = "traces to " + used_.endpoint.shown() + " (" + used_.endpoint_source + ")";
    if (!used_.headers.empty())
      destination += ", headers " + environment::mask_headers(used_.headers) + " (" + used_.headers_source + ")";
    return destination;
  }

  [[nodiscard]] bool encode_plain(record::record_view record, const record::record_reader& reader) {
    return encoder_->append_plain(record, reader);
  }
  void encode(const record::span_view& span) { encoder_->append(span); }
  [[nodiscard]] std::size_t encoded_size() const noexcept { return encoder_->size(); }

  [[nodiscard]] sonde::transport::request seal() {
    sonde::transport::request made;
    made.url = used_.endpoint.text();
    made.headers = used_.headers;
    made.headers.emplace_back("Content-Type", "application/x-protobuf");
    made.headers.emplace_back("User-Agent", std::string{"sonde/"} + version + " OTel-OTLP-Exporter-Cpp/" + version);
    made.body = encoder_->take();
    made.ca_file = used_.certificate;
    made.client_certificate_file = used_.client_certificate;
    made.client_key_file = used_.client_key;
    return made;
  }

  [[nodiscard]] pipeline::verdict judge(const sonde::transport::response& reply) const {
    return reply_judge{used_}.judge(reply);
  }
  [[nodiscard]] pipeline::batch_limits limits() const noexcept { return used_.limits; }

 private:
  config given_;
  settings used_;
  std::unique_ptr<protobuf_encoder> encoder_;  // from open() on
};

static_assert(pipeline::request_exporter<exporter>);

}  // namespace sonde::otlp
