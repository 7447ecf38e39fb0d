// SPDX-License-Identifier: MIT
#pragma once

// Reads the reply of a backend that takes OTLP over HTTP: taken, to be sent again, or refused for good; and in which words to
// say so. Source: OTLP specification 1.11, "OTLP/HTTP Response".

#include <ctime>
#include <optional>
#include <string>
#include <utility>

#include <sonde/adapters/otlp/refusal.hpp>
#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/otlp/response.hpp>
#include <sonde/otlp/response_json.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/excerpt.hpp>
#include <sonde/transport/retry_after.hpp>

namespace sonde::otlp {

class http_verdict {
 public:
  explicit http_verdict(const settings& used) : used_{used} {}

  [[nodiscard]] pipeline::verdict judge(const transport::response& reply) const {
    using outcome = pipeline::verdict::outcome;
    if (std::optional<pipeline::verdict> none = without_answer(used_, reply)) return *std::move(none);
    if (reply.status >= 200 && reply.status < 300) return accepted(reply);
    std::string sentence = "HTTP " + std::to_string(reply.status) + told_by(used_, error_text(reply));
    switch (reply.status) {
      case 429:
      case 502:
      case 503:
      case 504:
        return {outcome::retry, 0, transport::parse_retry_after(reply.retry_after, std::time(nullptr)), std::move(sentence)};
      case 413: return {outcome::too_much, 0, {}, std::move(sentence)};
      case 401:
      case 403: sentence += credentials_advice(used_); break;
      case 404:
      case 405: sentence += path_advice(); break;
      case 415: sentence += "; it may take another OTEL_EXPORTER_OTLP_PROTOCOL than " + std::string{name_of(used_.protocol)}; break;
      default:
        if (reply.status >= 300 && reply.status < 400) sentence += "; redirects are not followed: set the final address";
    }
    return {outcome::refused, 0, {}, std::move(sentence)};
  }

 private:
  [[nodiscard]] static bool is_protobuf(const transport::response& reply) {
    return environment::contains_ignoring_case(reply.content_type, "protobuf");
  }
  [[nodiscard]] static bool is_json(const transport::response& reply) {
    return environment::contains_ignoring_case(reply.content_type, "json");
  }

  [[nodiscard]] pipeline::verdict accepted(const transport::response& reply) const {
    if (is_json(reply)) {
      const json_partial_success partial = read_json_partial_success(reply.body);
      return partly_accepted(used_, partial.rejected, transport::excerpt(partial.message, used_.headers));
    }
    if (environment::contains_ignoring_case(reply.content_type, "html")) {
      pipeline::verdict made;
      made.sentence = "HTTP " + std::to_string(reply.status) + " from " + used_.where() + " in " + transport::excerpt(reply.content_type, used_.headers) +
                      ", which is no answer of an OTLP backend; is the endpoint right?";
      return made;
    }
    if (!reply.content_type.empty() && !is_protobuf(reply)) return {};
    const partial_success partial = read_partial_success(reply.body);
    return partly_accepted(used_, partial.rejected, transport::excerpt(partial.message, used_.headers));
  }

  [[nodiscard]] std::string error_text(const transport::response& reply) const {
    if (is_protobuf(reply)) return transport::excerpt(read_status_message(reply.body), used_.headers);
    if (is_json(reply))
      if (const std::string message = read_json_error(reply.body); !message.empty())
        return transport::excerpt(message, used_.headers);
    return transport::excerpt(reply.body, used_.headers);
  }

  [[nodiscard]] std::string path_advice() const {
    const std::string part = settings::variable_part(used_.signal);
    const std::string word = settings::word(used_.signal);
    std::string advice = "; check the path: /v1/" + word + " is appended to OTEL_EXPORTER_OTLP_ENDPOINT, and OTEL_EXPORTER_OTLP_" +
                         part + "_ENDPOINT is used as given";
    if (used_.signal == signal::logs) advice += "; a backend without logs wants OTEL_LOGS_EXPORTER=none";
    return advice;
  }

  const settings& used_;
};

}  // namespace sonde::otlp
