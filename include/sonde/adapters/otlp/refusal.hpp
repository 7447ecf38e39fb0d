// SPDX-License-Identifier: MIT
#pragma once

// Words for a backend that says no, whatever the protocol: what to look at, which key was sent, where it came from.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <sonde/adapters/otlp/honeycomb.hpp>
#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/environment/secret.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::otlp {

/// ` from http://localhost:4318/v1/traces (default): "unknown path"`; `said` is an excerpt already.
[[nodiscard]] inline std::string told_by(const settings& used, const std::string& said) {
  return " from " + used.where() + (said.empty() ? std::string{} : ": \"" + said + '"');
}

/// Where no answer came that could be read; nothing where one did.
[[nodiscard]] inline std::optional<pipeline::verdict> without_answer(const settings& used, const transport::response& reply) {
  using outcome = pipeline::verdict::outcome;
  if (reply.outcome == transport::outcome::answered) return std::nullopt;
  std::string sentence = reply.error + ", endpoint " + used.where();
  if (reply.outcome == transport::outcome::refused || reply.outcome == transport::outcome::too_large)
    return pipeline::verdict{outcome::refused, 0, {}, std::move(sentence)};
  if (used.endpoint_source == "default") sentence += "; start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT";
  return pipeline::verdict{outcome::retry, 0, {}, std::move(sentence)};
}

/// Which key was refused, and where it came from.
[[nodiscard]] inline std::string credentials_advice(const settings& used) {
  if (used.aws) return "; check that the AWS credentials may write here, and that the clock is right";
  const bool is_honeycomb = honeycomb::is_host(used.endpoint.host);
  if (used.headers.empty())
    return std::string{"; no header was sent: set OTEL_EXPORTER_OTLP_HEADERS to "} +
           (is_honeycomb ? "x-honeycomb-team=KEY" : "the one that carries your key, like x-honeycomb-team=KEY");
  std::string advice = "; sent " + environment::mask_headers(used.headers) + " (" + used.headers_source + "); check the key";
  if (is_honeycomb) advice += ", and that it belongs to this region (api.honeycomb.io or api.eu1.honeycomb.io)";
  return advice;
}

/// Of a request the backend took: `rejected` records it did not, and why.
[[nodiscard]] inline pipeline::verdict partly_accepted(const settings& used, std::uint64_t rejected, const std::string& said) {
  pipeline::verdict made;
  made.rejected = rejected;
  if (rejected == 0 && said.empty()) return made;
  made.sentence = rejected == 0 ? used.where() + " took all, and warns"
                                : used.where() + " rejected " + pipeline::counted(rejected, settings::noun(used.signal));
  if (!said.empty()) made.sentence += ": \"" + said + '"';
  return made;
}

}  // namespace sonde::otlp
