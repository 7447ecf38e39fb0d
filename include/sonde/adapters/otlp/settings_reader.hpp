// SPDX-License-Identifier: MIT
#pragma once

// Settles one signal's config when the session starts: what code says of the signal, then of both, then the signal's variables,
// then the general ones, then the defaults. Source: OpenTelemetry specification, "OTLP exporter configuration".

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/otlp/agreement.hpp>
#include <sonde/adapters/otlp/config.hpp>
#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/environment/key_values.hpp>

namespace sonde::otlp {

/// Throws pipeline::setup_error for what code got wrong. What the environment got wrong is a finding, and the next source is
/// used.
class settings_reader {
 public:
  settings_reader(const config& given, signal which, pipeline::setup& at_start)
      : all_{given},
        own_{which == signal::traces ? given.traces : given.logs},
        which_{which},
        env_{at_start.environment},
        record_{at_start.settings},
        queue_bytes_{at_start.queue_bytes} {}

  [[nodiscard]] settings read() {
    settings made;
    made.signal = which_;
    made.wanted = is_wanted();
    if (!made.wanted) return made;
    made.protocol = read_protocol();
    made.compression = read_compression();
    read_endpoint(made);
    read_headers(made);
    made.certificate = file("CERTIFICATE", "certificate", own_.certificate, all_.certificate);
    made.client_certificate =
        file("CLIENT_CERTIFICATE", "client_certificate", own_.client_certificate, all_.client_certificate);
    made.client_key = file("CLIENT_KEY", "client_key", own_.client_key, all_.client_key);
    made.aws = aws::endpoint_of(made.endpoint);
    if (all_.aws_region) made.aws = aws::endpoint{which_ == signal::traces ? "xray" : "logs", *all_.aws_region};
    made.limits = limits(made);
    check_agreement(made, all_, env_);
    return made;
  }

 private:
  enum class form { base, whole };

  template <class T>
  [[nodiscard]] static const std::optional<T>& first_of(const std::optional<T>& own, const std::optional<T>& all) {
    return own ? own : all;
  }
  [[nodiscard]] std::string specific(std::string_view name) const {
    return std::string{"OTEL_EXPORTER_OTLP_"} + settings::variable_part(which_) + '_' + std::string{name};
  }
  [[nodiscard]] static std::string general(std::string_view name) { return "OTEL_EXPORTER_OTLP_" + std::string{name}; }
  [[nodiscard]] std::string processor(std::string_view name) const {
    return (which_ == signal::traces ? "OTEL_BSP_" : "OTEL_BLRP_") + std::string{name};
  }
  /// `otlp.traces.endpoint`
  [[nodiscard]] std::string setting(std::string_view name) const {
    return std::string{"otlp."} + settings::word(which_) + '.' + std::string{name};
  }
  [[nodiscard]] std::string path() const { return std::string{"/v1/"} + settings::word(which_); }

  [[nodiscard]] bool is_wanted() {
    if (own_.enabled) return record_.record(setting("enabled"), *own_.enabled, "set in code", plain);
    const std::string name = std::string{"OTEL_"} + settings::variable_part(which_) + "_EXPORTER";
    const auto listed = env_.list(name);
    if (!listed) return true;
    bool otlp = false;
    for (const std::string& each : *listed) {
      if (environment::same_ignoring_case(each, "none")) return record_.record(setting("enabled"), false, "from " + name, plain);
      otlp |= environment::same_ignoring_case(each, "otlp");
    }
    if (!otlp)
      env_.report(environment::reader::named(name, listed->front()) +
                  " is ignored: exporters are named in code; only `none` switches this one off");
    return true;
  }

  [[nodiscard]] protocol read_protocol() {
    using enum otlp::protocol;
    const auto from = [&](const std::string& name, std::string_view instead) -> std::optional<otlp::protocol> {
      const auto text = env_.choice(name, {name_of(http_protobuf), name_of(http_json), name_of(grpc)}, instead);
      if (!text) return std::nullopt;
      return *text == name_of(grpc) ? grpc : *text == name_of(http_json) ? http_json : http_protobuf;
    };
    return settle<otlp::protocol>("protocol", first_of(own_.protocol, all_.protocol), "PROTOCOL", from, http_protobuf,
                                  [](otlp::protocol found) { return std::string{name_of(found)}; });
  }
  [[nodiscard]] compression read_compression() {
    using enum otlp::compression;
    const auto from = [&](const std::string& name, std::string_view instead) -> std::optional<otlp::compression> {
      const auto text = env_.choice(name, {name_of(none), name_of(gzip)}, instead);
      if (!text) return std::nullopt;
      return *text == name_of(gzip) ? gzip : none;
    };
    return settle<otlp::compression>("compression", first_of(own_.compression, all_.compression), "COMPRESSION", from, none,
                                     [](otlp::compression found) { return std::string{name_of(found)}; });
  }
  /// What counts where the signal's variable has a bad value, for the finding.
  [[nodiscard]] std::string instead_of_specific(std::string_view name, const std::string& fallback) const {
    return env_.is_set(general(name)) ? "that of " + general(name) : fallback;
  }
  /// Code, else the signal's variable, else the general one, else the default; recorded as `shown` has it.
  template <class T, class From, class Shown>
  [[nodiscard]] T settle(std::string_view what, const std::optional<T>& given, std::string_view variable, From from,
                         T fallback, Shown shown) {
    T found = fallback;
    std::string source = "default";
    if (given) {
      found = *given;
      source = "set in code";
    } else if (const auto own = from(specific(variable), instead_of_specific(variable, shown(fallback)))) {
      found = *own;
      source = "from " + specific(variable);
    } else if (const auto both = from(general(variable), shown(fallback))) {
      found = *both;
      source = "from " + general(variable);
    }
    record_.record(setting(what), shown(found), source, plain);
    return found;
  }

  void read_endpoint(settings& into) {
    const std::optional<std::string> preset =
        all_.honeycomb ? std::optional{std::string{all_.honeycomb->endpoint()}} : std::nullopt;
    const bool found = take_endpoint(into, own_.endpoint, form::whole, "") ||
                       take_endpoint(into, all_.endpoint, form::base, "") ||
                       take_endpoint(into, preset, form::base, "") ||
                       take_endpoint(into, env_.text(specific("ENDPOINT")), form::whole, specific("ENDPOINT")) ||
                       take_endpoint(into, env_.text(general("ENDPOINT")), form::base, general("ENDPOINT"));
    if (!found) {
      const bool grpc = into.protocol == protocol::grpc;
      into.endpoint = transport::parse_url(grpc ? "http://localhost:4317" : "http://localhost:4318").url;
      into.endpoint.path = grpc ? "/" : path();
      into.endpoint_source = "default";
    }
    record_.record(setting("endpoint"), into.endpoint.shown(), into.endpoint_source, plain);
  }

  /// `variable` is empty for what was set in code.
  bool take_endpoint(settings& into, const std::optional<std::string>& text, form what, const std::string& variable) {
    if (!text) return false;
    const bool grpc = into.protocol == protocol::grpc;
    transport::parsed_url parsed = transport::parse_url(grpc ? with_scheme(*text) : std::string{environment::trimmed(*text)});
    if (!parsed) {
      if (variable.empty()) throw pipeline::setup_error{"the OTLP endpoint " + parsed.error};
      env_.report(variable + ": " + parsed.error + "; not used");
      return false;
    }
    into.endpoint = std::move(parsed.url);
    into.endpoint_source = variable.empty() ? "set in code" : "from " + variable;
    if (grpc) {  // the method's name is the path
      into.endpoint.path = "/";
      into.endpoint.query.clear();
    } else if (what == form::base) {
      if (into.endpoint.path.ends_with(path()))
        env_.report("the OTLP endpoint " + into.where() + " gets " + path() + " appended though it ends in it; " +
                    (variable.empty() ? std::string{"set "} + settings::word(which_) + ".endpoint instead"
                                      : "set " + specific("ENDPOINT") + " instead"));
      into.endpoint = transport::join_path(std::move(into.endpoint), path());
    }
    return true;
  }
  /// gRPC endpoints may come as `host:port`.
  [[nodiscard]] std::string with_scheme(const std::string& text) {
    const std::string_view trimmed = environment::trimmed(text);
    if (trimmed.find("://") != std::string_view::npos) return std::string{trimmed};
    const std::optional<bool>& given = first_of(own_.insecure, all_.insecure);
    const bool insecure = given ? *given
                                : env_.boolean(specific("INSECURE")).value_or(env_.boolean(general("INSECURE")).value_or(false));
    return (insecure ? "http://" : "https://") + std::string{trimmed};
  }

  void read_headers(settings& into) {
    const std::optional<environment::pairs>& given = first_of(own_.headers, all_.headers);
    if (given)
      for (const auto& [name, value] : *given) check_header(name, value);
    into.headers = record_.resolve(setting("headers"), given,
                                   {{specific("HEADERS"), env_.key_values(specific("HEADERS"), environment::pair_kind::headers)},
                                    {general("HEADERS"), env_.key_values(general("HEADERS"), environment::pair_kind::headers)}},
                                   environment::pairs{}, environment::visibility::secret);
    into.headers_source = record_.find(setting("headers"))->source;
    if (all_.honeycomb) add_honeycomb(into, *all_.honeycomb);
  }
  static void check_header(const std::string& name, const std::string& value) {
    const std::string shown = "the OTLP header " + environment::shown_header_name(name);
    if (!environment::is_header_name(name)) throw pipeline::setup_error{shown + " has a name that no header may have"};
    if (!environment::is_header_value(value)) throw pipeline::setup_error{shown + " has a line break in its value"};
    if (environment::is_placeholder(value)) throw pipeline::setup_error{shown + " has the value '" + value + "', which nobody substituted"};
    if (environment::trimmed(value).empty()) throw pipeline::setup_error{shown + " is empty"};
  }
  /// A key in code, else HONEYCOMB_API_KEY, else among the headers from variables; and the dataset a classic key needs.
  void add_honeycomb(settings& into, const honeycomb& account) {
    const bool headers_in_code = first_of(own_.headers, all_.headers).has_value();
    const auto add = [&](std::string_view name, const std::string& given, const char* variable) {
      const bool in_code = !given.empty();
      if (!in_code && headers_in_code && !into.header(name).empty()) return;
      std::optional<std::string> value = in_code ? std::optional{given} : env_.text(variable);
      if (!value) return;
      value = environment::trimmed(*value);
      check_header(std::string{name}, *value);
      std::erase_if(into.headers, [&](const auto& each) { return environment::same_ignoring_case(each.first, name); });
      into.headers.emplace_back(name, *value);
      if (name == honeycomb::key_header) into.headers_source = in_code ? "set in code" : std::string{"from "} + variable;
    };
    add(honeycomb::dataset_header, account.dataset, "HONEYCOMB_DATASET");
    add(honeycomb::key_header, account.api_key, "HONEYCOMB_API_KEY");
    if (into.header(honeycomb::key_header).empty())
      throw pipeline::setup_error{"no key for Honeycomb: set HONEYCOMB_API_KEY, or honeycomb::api_key in code"};
  }

  [[nodiscard]] std::string file(std::string_view name, std::string_view what, const std::optional<std::string>& own,
                                 const std::optional<std::string>& all) {
    return record_.resolve(setting(what), first_of(own, all),
                           {{specific(name), env_.text(specific(name))}, {general(name), env_.text(general(name))}}, "");
  }

  [[nodiscard]] pipeline::batch_limits limits(const settings& of) {
    pipeline::batch_limits made;
    if (which_ == signal::logs) made.age = std::chrono::milliseconds{1000};
    const std::string own_age = std::to_string(made.age.count());
    made.timeout = record_.resolve(setting("timeout"), first_of(own_.timeout, all_.timeout),
                                   {{specific("TIMEOUT"), env_.milliseconds(specific("TIMEOUT"), instead_of_specific("TIMEOUT", "10000"))},
                                    {general("TIMEOUT"), env_.milliseconds(general("TIMEOUT"), "10000")}},
                                   made.timeout);
    const std::string whole_name = processor("EXPORT_TIMEOUT");
    const auto whole = env_.milliseconds(whole_name, "30000");
    if (!first_of(own_.timeout, all_.timeout) && whole && whole->count() != 0 &&
        (made.timeout.count() == 0 || *whole < made.timeout))
      made.timeout = record_.record(setting("export_timeout"), *whole, "from " + whole_name, plain);
    const std::string age = processor("SCHEDULE_DELAY");
    made.age = record_.resolve(setting("batch_age"), first_of(own_.batch_age, all_.batch_age),
                               {{age, env_.milliseconds(age, own_age)}}, made.age);
    const std::string size = processor("MAX_EXPORT_BATCH_SIZE");
    made.count = record_.resolve(setting("batch_count"), first_of(own_.batch_count, all_.batch_count),
                                 {{size, count(size, "512")}}, made.count);
    read_queue_count(made);
    made.count = std::clamp<std::uint32_t>(made.count, 1, made.queue_count);
    made.queue_bytes = queue_bytes_ / 2;  // the other signal has the other half
    made.bytes = std::min(all_.batch_bytes.value_or(made.bytes), made.queue_bytes / 2);
    made.concurrent = std::max<std::uint32_t>(all_.concurrent_requests, 1);
    if (of.aws) {  // CloudWatch User Guide, "OTLP Endpoints"
      made.count = std::min<std::uint32_t>(made.count, 10'000);
      made.bytes = std::min<std::size_t>(made.bytes, which_ == signal::traces ? 5'000'000 : 1'000'000);
    }
    return made;
  }
  void read_queue_count(pipeline::batch_limits& into) {
    const std::string name = processor("MAX_QUEUE_SIZE");
    const std::optional<std::uint32_t>& given = first_of(own_.queue_count, all_.queue_count);
    const auto queue = given ? given : count(name, "the bound in bytes");
    if (queue)
      into.queue_count = record_.record(setting("queue_count"), std::max<std::uint32_t>(*queue, 1),
                                        given ? "set in code" : "from " + name, plain);
  }
  [[nodiscard]] std::optional<std::uint32_t> count(std::string_view name, std::string_view instead) {
    const auto found = env_.integer(name, 1, UINT32_MAX, instead);
    return found ? std::optional{static_cast<std::uint32_t>(*found)} : std::nullopt;
  }

  static constexpr auto plain = environment::visibility::plain;

  const config& all_;
  const signal_config& own_;
  signal which_;
  environment::reader& env_;
  environment::provenance& record_;
  std::size_t queue_bytes_;
};

}  // namespace sonde::otlp
