// SPDX-License-Identifier: MIT
#pragma once

// Where traces go over OTLP and with which headers: what code says, else the variables for traces, else the general ones,
// else the defaults. Settled once, when the session starts. Source: OpenTelemetry specification, "OTLP exporter configuration".

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/environment/key_values.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::otlp {

/// Every field left out comes from the variable beside it (first OTEL_EXPORTER_OTLP_TRACES_…, then OTEL_EXPORTER_OTLP_…).
struct config {
  std::optional<std::string> endpoint{};         // …ENDPOINT: /v1/traces is appended; http://localhost:4318
  std::optional<std::string> traces_endpoint{};  // OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: used as given
  std::optional<environment::pairs> headers{};   // …HEADERS
  std::optional<std::chrono::milliseconds> timeout{};     // …TIMEOUT, all attempts included; 10 s; 0: no limit
  std::optional<std::string> certificate{};               // …CERTIFICATE, a PEM file; the system's trust store
  std::optional<std::string> client_certificate{};        // …CLIENT_CERTIFICATE
  std::optional<std::string> client_key{};                // …CLIENT_KEY
  std::optional<std::chrono::milliseconds> batch_age{};   // OTEL_BSP_SCHEDULE_DELAY; 5 s
  std::optional<std::uint32_t> batch_count{};             // OTEL_BSP_MAX_EXPORT_BATCH_SIZE; 512
  std::optional<std::uint32_t> queue_count{};             // OTEL_BSP_MAX_QUEUE_SIZE; bounded by bytes alone
  std::optional<std::size_t> batch_bytes{};               // of one request; 4 MiB
};

/// The same, settled and checked.
struct settings {
  transport::url endpoint{};
  std::string endpoint_source{};  // `from OTEL_EXPORTER_OTLP_ENDPOINT`, for error lines
  environment::pairs headers{};
  std::string headers_source{};
  std::string certificate{};
  std::string client_certificate{};
  std::string client_key{};
  pipeline::batch_limits limits{};
};

/// Settles one exporter's config; throws pipeline::setup_error for what code got wrong. What the environment got wrong is
/// a finding, and the next source is used.
class settings_reader {
 public:
  settings_reader(const config& given, pipeline::setup& at_start)
      : given_{given}, env_{at_start.environment}, record_{at_start.settings}, queue_bytes_{at_start.queue_bytes} {}

  [[nodiscard]] settings read() {
    settings made;
    read_endpoint(made);
    read_headers(made);
    made.certificate = file("CERTIFICATE", "otlp.certificate", given_.certificate);
    made.client_certificate = file("CLIENT_CERTIFICATE", "otlp.client_certificate", given_.client_certificate);
    made.client_key = file("CLIENT_KEY", "otlp.client_key", given_.client_key);
    made.limits = limits();
    refuse_unsupported("PROTOCOL", "http/protobuf", {"http/protobuf", "grpc", "http/json"});
    refuse_unsupported("COMPRESSION", "none", {"none", "gzip"});
    return made;
  }

 private:
  static constexpr std::string_view traces_path = "/v1/traces";
  enum class form { base, whole };

  [[nodiscard]] static std::string for_traces(std::string_view name) { return "OTEL_EXPORTER_OTLP_TRACES_" + std::string{name}; }
  [[nodiscard]] static std::string in_general(std::string_view name) { return "OTEL_EXPORTER_OTLP_" + std::string{name}; }

  void read_endpoint(settings& into) {
    const bool found = take_endpoint(into, given_.traces_endpoint, form::whole, "") ||
                       take_endpoint(into, given_.endpoint, form::base, "") ||
                       take_endpoint(into, env_.text(for_traces("ENDPOINT")), form::whole, for_traces("ENDPOINT")) ||
                       take_endpoint(into, env_.text(in_general("ENDPOINT")), form::base, in_general("ENDPOINT"));
    if (!found) {
      into.endpoint = transport::join_path(transport::parse_url("http://localhost:4318").url, traces_path);
      into.endpoint_source = "default";
    }
    record_.record("otlp.endpoint", into.endpoint.shown(), into.endpoint_source, environment::visibility::plain);
  }

  /// `variable` is empty for what was set in code.
  bool take_endpoint(settings& into, const std::optional<std::string>& text, form what, const std::string& variable) {
    if (!text) return false;
    transport::parsed_url parsed = transport::parse_url(environment::trimmed(*text));
    if (!parsed) {
      if (variable.empty()) throw pipeline::setup_error{"the OTLP endpoint " + parsed.error};
      env_.report(variable + ": " + parsed.error + "; not used");
      return false;
    }
    into.endpoint_source = variable.empty() ? "set in code" : "from " + variable;
    if (what == form::base && parsed.url.path.ends_with(traces_path))
      env_.report("the OTLP endpoint " + parsed.url.shown() + " (" + into.endpoint_source + ") gets " +
                  std::string{traces_path} + " appended though it ends in it; " +
                  (variable.empty() ? "set traces_endpoint instead" : "set " + for_traces("ENDPOINT") + " instead"));
    into.endpoint = what == form::base ? transport::join_path(std::move(parsed.url), traces_path) : std::move(parsed.url);
    return true;
  }

  void read_headers(settings& into) {
    if (given_.headers)
      for (const auto& [name, value] : *given_.headers) check_header(name, value);
    const std::string specific = for_traces("HEADERS");
    const std::string general = in_general("HEADERS");
    into.headers = record_.resolve("otlp.headers", given_.headers,
                                   {{specific, env_.key_values(specific, environment::pair_kind::headers)},
                                    {general, env_.key_values(general, environment::pair_kind::headers)}},
                                   environment::pairs{}, environment::visibility::secret);
    into.headers_source = source_of("otlp.headers");
  }

  static void check_header(const std::string& name, const std::string& value) {
    const std::string shown = "the OTLP header " + environment::shown_header_name(name);
    if (!environment::is_header_name(name)) throw pipeline::setup_error{shown + " has a name that no header may have"};
    if (!environment::is_header_value(value)) throw pipeline::setup_error{shown + " has a line break in its value"};
    if (environment::is_placeholder(value)) throw pipeline::setup_error{shown + " has the value '" + value + "', which nobody substituted"};
    if (environment::trimmed(value).empty()) throw pipeline::setup_error{shown + " is empty"};
  }

  [[nodiscard]] std::string file(std::string_view name, std::string_view setting, const std::optional<std::string>& given) {
    const std::string specific = for_traces(name);
    const std::string general = in_general(name);
    return record_.resolve(setting, given, {{specific, env_.text(specific)}, {general, env_.text(general)}}, "");
  }

  [[nodiscard]] pipeline::batch_limits limits() {
    using std::chrono::milliseconds;
    pipeline::batch_limits made;
    const std::string specific = for_traces("TIMEOUT");
    const std::string general = in_general("TIMEOUT");
    made.timeout = record_.resolve("otlp.timeout", given_.timeout,
                                   {{specific, env_.milliseconds(specific, "10000")}, {general, env_.milliseconds(general, "10000")}},
                                   made.timeout);
    const auto whole = env_.milliseconds("OTEL_BSP_EXPORT_TIMEOUT", "30000");
    if (!given_.timeout && whole && whole->count() != 0 && (made.timeout.count() == 0 || *whole < made.timeout))
      made.timeout = record_.record("otlp.export_timeout", *whole, "from OTEL_BSP_EXPORT_TIMEOUT", environment::visibility::plain);
    made.age = record_.resolve("otlp.batch_age", given_.batch_age,
                               {{"OTEL_BSP_SCHEDULE_DELAY", env_.milliseconds("OTEL_BSP_SCHEDULE_DELAY", "5000")}}, made.age);
    made.count = record_.resolve("otlp.batch_count", given_.batch_count,
                                 {{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512")}}, made.count);
    const auto queue = given_.queue_count ? given_.queue_count : count("OTEL_BSP_MAX_QUEUE_SIZE", "the bound in bytes");
    if (queue)
      made.queue_count = record_.record("otlp.queue_count", *queue,
                                        given_.queue_count ? "set in code" : "from OTEL_BSP_MAX_QUEUE_SIZE",
                                        environment::visibility::plain);
    made.count = std::clamp<std::uint32_t>(made.count, 1, std::max<std::uint32_t>(made.queue_count, 1));
    made.queue_bytes = queue_bytes_;
    made.bytes = std::min(given_.batch_bytes.value_or(made.bytes), queue_bytes_ / 2);
    return made;
  }
  [[nodiscard]] std::optional<std::uint32_t> count(std::string_view name, std::string_view instead) {
    const auto found = env_.integer(name, 1, UINT32_MAX, instead);
    return found ? std::optional{static_cast<std::uint32_t>(*found)} : std::nullopt;
  }

  /// Says so where a variable asks for what is not there yet, or for what nobody knows.
  void refuse_unsupported(std::string_view what, std::string_view supported, std::initializer_list<std::string_view> known) {
    for (const std::string& name : {for_traces(what), in_general(what)}) {
      const auto wanted = env_.choice(name, known, supported);
      if (!wanted) continue;
      if (*wanted != supported)
        env_.report(env_.named(name, *wanted) + " is not supported yet; using " + std::string{supported} +
                    (*wanted == "grpc" ? ", which backends take on port 4318 where gRPC has 4317" : ""));
      return;
    }
  }

  [[nodiscard]] std::string source_of(std::string_view name) const {
    const environment::setting* const found = record_.find(name);
    return found == nullptr ? "" : found->source;
  }

  const config& given_;
  environment::reader& env_;
  environment::provenance& record_;
  std::size_t queue_bytes_;
};

}  // namespace sonde::otlp
