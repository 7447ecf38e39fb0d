// SPDX-License-Identifier: MIT
#pragma once

// What a user may set for a session. Every field is optional: what is not set comes from the environment, else from the
// default named beside it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sonde/config.hpp>
#include <sonde/pipeline/diagnostics.hpp>
#include <sonde/propagation/propagator_list.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/resource/detector_list.hpp>
#include <sonde/sampling/sampler.hpp>

namespace sonde {

struct session_config {
  std::string service_name{};                                               // OTEL_SERVICE_NAME; unknown_service:<program>
  std::string service_version{};
  std::string service_instance_id{};
  std::vector<std::pair<std::string, std::string>> resource_attributes{};   // beside OTEL_RESOURCE_ATTRIBUTES
  std::optional<resource::detector_list> resource_detectors{};              // SONDE_RESOURCE_DETECTORS; all
  std::optional<sampling::any_sampler> sampler{};                           // OTEL_TRACES_SAMPLER; parentbased_always_on
  std::optional<propagation::propagator_list> propagators{};                // OTEL_PROPAGATORS; tracecontext, baggage
  std::optional<record::span_limits> limits{};                              // OTEL_SPAN_*_LIMIT …; 128 of each
  std::optional<record::log_limits> log_limits{};                           // OTEL_LOGRECORD_*_LIMIT …; 128 attributes
  std::optional<level> log_level{};                                         // SONDE_LOG_LEVEL; trace: all logs
  bool timed_trace_ids = false;  // begin with the seconds since 1970; of themselves where X-Ray is among the exporters
  std::size_t queue_bytes = std::size_t{64} << 20;  // half for the rings of all threads, half for each exporter's queue
  std::chrono::milliseconds shutdown_timeout{5000};                         // of the session's destructor
  bool report_terminate = true;                                             // what ends the program by std::terminate
  std::chrono::milliseconds terminate_timeout{2000};                        // for sending that, before the program aborts
  diagnostics_handler diagnostics{};                                        // lines to standard error
};

}  // namespace sonde
