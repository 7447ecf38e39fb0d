// SPDX-License-Identifier: MIT
#pragma once

// Where one signal goes over OTLP, settled and checked. Made by settings_reader, read by lane and by those who judge replies.

#include <optional>
#include <string>
#include <string_view>

#include <sonde/adapters/otlp/protocol.hpp>
#include <sonde/aws/endpoint.hpp>
#include <sonde/environment/secret.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/otlp/signal.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::otlp {

struct settings {
  otlp::signal signal = signal::traces;
  bool wanted = true;
  otlp::protocol protocol = protocol::http_protobuf;
  otlp::compression compression = compression::none;
  transport::url endpoint{};
  std::string endpoint_source{};  // `from OTEL_EXPORTER_OTLP_ENDPOINT`, for error lines
  environment::pairs headers{};
  std::string headers_source{};
  std::string certificate{};
  std::string client_certificate{};
  std::string client_key{};
  pipeline::batch_limits limits{};
  std::optional<aws::endpoint> aws{};  // where requests are signed

  /// What the signal is called in a variable's name and in lines.
  [[nodiscard]] static constexpr const char* variable_part(otlp::signal which) noexcept {
    return which == signal::traces ? "TRACES" : "LOGS";
  }
  [[nodiscard]] static constexpr const char* word(otlp::signal which) noexcept {
    return which == signal::traces ? "traces" : "logs";
  }
  /// One of its records, in a sentence.
  [[nodiscard]] static constexpr const char* noun(otlp::signal which) noexcept {
    return which == signal::traces ? "span" : "log record";
  }
  /// The value sent under that name, in any case; empty if there is none.
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [known, value] : headers)
      if (environment::same_ignoring_case(known, name)) return value;
    return {};
  }
  /// `http://localhost:4318/v1/traces (default)`
  [[nodiscard]] std::string where() const { return endpoint.shown() + " (" + endpoint_source + ")"; }
};

}  // namespace sonde::otlp
