// SPDX-License-Identifier: MIT
#pragma once

// Reads the reply of a backend that takes OTLP over gRPC, from its trailers: taken, to be sent again, or refused for good; and
// in which words to say so. Source: OTLP specification 1.11, "OTLP/gRPC Response".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/otlp/refusal.hpp>
#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/otlp/grpc_message.hpp>
#include <sonde/otlp/grpc_status.hpp>
#include <sonde/otlp/response.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/excerpt.hpp>

namespace sonde::otlp {

class grpc_verdict {
 public:
  explicit grpc_verdict(const settings& used) : used_{used} {}

  [[nodiscard]] pipeline::verdict judge(const transport::response& reply) const {
    using outcome = pipeline::verdict::outcome;
    if (std::optional<pipeline::verdict> none = without_answer(used_, reply)) return *std::move(none);
    const std::string_view status = reply.header("grpc-status");
    const grpc_code code = status.empty() ? grpc_code_of_http(reply.status) : grpc_code_of(status);
    if (!status.empty() && code == grpc_code::ok) {
      const partial_success partial = read_partial_success(grpc_message_in(reply.body));
      return partly_accepted(used_, partial.rejected, transport::excerpt(partial.message, used_.headers));
    }
    const std::string message = message_of(reply);
    const std::optional<std::chrono::milliseconds> wish = read_retry_info(reply.header("grpc-status-details-bin"));
    std::string sentence = words_for(reply, status.empty(), code) + told_by(used_, transport::excerpt(message, used_.headers));
    const bool limited = code == grpc_code::resource_exhausted || code == grpc_code::out_of_range;  // the latter: Rust's tonic
    if (limited && !wish && tells_of_size(message)) return {outcome::too_much, 0, {}, std::move(sentence)};
    if (is_retryable(code) || (code == grpc_code::resource_exhausted && wish))
      return {outcome::retry, 0, wish && wish->count() != 0 ? wish : std::nullopt, std::move(sentence)};
    if (code == grpc_code::unauthenticated || code == grpc_code::permission_denied) sentence += credentials_advice(used_);
    if (code == grpc_code::unimplemented)
      sentence += used_.signal == signal::logs ? "; a backend without logs wants OTEL_LOGS_EXPORTER=none"
                                               : "; is this the port for OTLP over gRPC (4317)?";
    return {outcome::refused, 0, {}, std::move(sentence)};
  }

 private:
  [[nodiscard]] static std::string words_for(const transport::response& reply, bool no_status, grpc_code code) {
    if (!no_status) return "gRPC " + std::string{name_of(code)};
    if (reply.status != 200) return "HTTP " + std::to_string(reply.status);
    return "an answer without grpc-status";
  }
  /// Percent-encoded; a damaged one is shown as it came.
  [[nodiscard]] static std::string message_of(const transport::response& reply) {
    const std::string_view raw = reply.header("grpc-message");
    return environment::percent_decoded(raw).value_or(std::string{raw});
  }
  /// A quota is final, a message over the server's limit may do in pieces; only the words tell them apart.
  [[nodiscard]] static bool tells_of_size(std::string_view message) {
    using environment::contains_ignoring_case;
    return contains_ignoring_case(message, "larger than") || contains_ignoring_case(message, "exceeds maximum size") ||
           contains_ignoring_case(message, "too large");
  }

  const settings& used_;
};

}  // namespace sonde::otlp
