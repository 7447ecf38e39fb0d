// SPDX-License-Identifier: MIT
#pragma once

// Traces and logs to any OTLP backend (a collector, Honeycomb, AWS, …) over HTTP or gRPC. Included by main alone:
// `sonde::start({.service_name = "backend"}, sonde::otlp::exporter{})` takes everything from OTEL_EXPORTER_OTLP_*.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <sonde/adapters/otlp/config.hpp>
#include <sonde/adapters/otlp/lane.hpp>
#include <sonde/adapters/otlp/settings_reader.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/http.hpp>

namespace sonde::otlp {

/// Batches, queues, retries and connections are the pipeline's.
class exporter {
 public:
  using transport = sonde::transport::http;

  exporter() = default;
  /// What `given` leaves out comes from the environment. Nothing is read before the session starts.
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "otlp"; }

  /// Throws pipeline::setup_error where the config in code cannot be used.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    std::vector<resource::attribute> added;
    if (given_.sample_rate) added.push_back({"SampleRate", std::int64_t{at_start.sample_rate}});
    open(traces_, at_start, added);
    open(logs_, at_start, added);
    return destination();
  }

  [[nodiscard]] auto lanes() { return std::tie(traces_, logs_); }

 private:
  template <signal Signal>
  void open(lane<Signal>& which, pipeline::setup& at_start, const std::vector<resource::attribute>& added) {
    const settings used = settings_reader{given_, Signal, at_start}.read();
    if (used.wanted && used.aws && credentials_ == nullptr) find_credentials(at_start.environment);
    which.open(used, at_start.resource, added, used.aws ? credentials_.get() : nullptr);
  }
  void find_credentials(environment::reader& environment) {
    const aws::shared_profile profile = aws::read_shared_profile(given_.aws.profile, environment);
    credentials_ = std::make_unique<aws::credential_chain>(given_.aws, profile, environment);
    if (credentials_->source().empty()) throw pipeline::setup_error{credentials_->complaint()};
  }

  /// For the start-up line; what is true of both signals is said once.
  [[nodiscard]] std::string destination() const {
    const settings& traces = traces_.used();
    const settings& logs = logs_.used();
    if (!traces.wanted && !logs.wanted) return "nothing, since traces and logs are switched off";
    const settings& last = logs.wanted ? logs : traces;
    std::string told;
    if (traces.wanted) told = "traces to " + traces.endpoint.shown();
    if (traces.wanted && logs.wanted) told += (manner(traces) == manner(logs) ? "" : manner(traces)) + ", ";
    if (logs.wanted) told += "logs to " + logs.endpoint.shown();
    return told + manner(last);
  }
  [[nodiscard]] std::string manner(const settings& of) const {
    std::string told = " (" + of.endpoint_source + ")";
    if (of.protocol != protocol::http_protobuf) told += ", as " + std::string{name_of(of.protocol)};
    if (of.compression != compression::none) told += ", compressed";
    if (of.aws) told += ", signed with keys " + credentials_->source();
    if (!of.headers.empty()) told += ", headers " + environment::mask_headers(of.headers) + " (" + of.headers_source + ")";
    return told;
  }

  config given_;
  lane<signal::traces> traces_;
  lane<signal::logs> logs_;
  std::unique_ptr<aws::credential_chain> credentials_;  // where requests are signed
};

static_assert(pipeline::request_exporter<exporter>);

}  // namespace sonde::otlp
