// SPDX-License-Identifier: MIT
#pragma once

// Whether settled settings go together: what is likely a mistake though each is fine by itself is told when the session starts.
// Used by settings_reader.

#include <string>

#include <sonde/adapters/otlp/config.hpp>
#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::otlp {

inline void check_port(const settings& made, environment::reader& env) {
  const bool grpc = made.protocol == protocol::grpc;
  if (made.endpoint.port != (grpc ? 4318 : 4317)) return;
  const std::string theirs = grpc ? "http/protobuf" : "grpc";
  env.report("the OTLP endpoint " + made.endpoint.authority() + " (" + made.endpoint_source + ") has port " +
             std::to_string(made.endpoint.port) + ", where backends take " + theirs + ", but the protocol is " +
             std::string{name_of(made.protocol)} + ": set OTEL_EXPORTER_OTLP_PROTOCOL=" + theirs + ", or use port " +
             (grpc ? "4317" : "4318"));
}

inline void check_honeycomb(const settings& made, bool preset, environment::reader& env) {
  const std::string key = made.header(honeycomb::key_header);
  if (key.empty())
    env.report(made.endpoint.host + " wants a key: set OTEL_EXPORTER_OTLP_HEADERS to x-honeycomb-team=KEY");
  else if (honeycomb::is_classic(key) && made.header(honeycomb::dataset_header).empty())
    env.report("the Honeycomb key " + environment::masked(key) + " is a classic one, which needs a dataset: " +
               (preset ? "set HONEYCOMB_DATASET=NAME" : "add x-honeycomb-dataset=NAME to OTEL_EXPORTER_OTLP_HEADERS"));
}

/// A signal that cannot arrive is switched off. Throws pipeline::setup_error where nothing can.
inline void check_agreement(settings& made, const config& given, environment::reader& env) {
  check_port(made, env);
  if (made.aws && made.protocol == protocol::grpc)
    throw pipeline::setup_error{"AWS takes no gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf"};
  if (made.aws && !given.aws_region)
    if (const std::string mistake = aws::otlp_mistake(made.endpoint, *made.aws); !mistake.empty()) {
      env.report(mistake + "; " + settings::word(made.signal) + " are not sent");
      made.wanted = false;
      return;
    }
  if (made.aws && made.signal == signal::logs && made.header("x-aws-log-group").empty())
    env.report(made.endpoint.shown() + " needs to know the log group and stream: set OTEL_EXPORTER_OTLP_LOGS_HEADERS" +
               "=x-aws-log-group=GROUP,x-aws-log-stream=STREAM");
  if (given.honeycomb || honeycomb::is_host(made.endpoint.host)) check_honeycomb(made, given.honeycomb.has_value(), env);
}

}  // namespace sonde::otlp
