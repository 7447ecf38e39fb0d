// SPDX-License-Identifier: MIT
#pragma once

// X-Ray's sampling rules as a session's sampler: `sonde::xray::sampler{}` beside exporters of any kind. The exporter brings
// the same where its config or OTEL_TRACES_SAMPLER=xray says so.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/xray/config.hpp>
#include <sonde/adapters/xray/daemon_address.hpp>
#include <sonde/adapters/xray/sampling/config.hpp>
#include <sonde/adapters/xray/sampling/explanation.hpp>
#include <sonde/adapters/xray/sampling/poller.hpp>
#include <sonde/adapters/xray/sampling/rules_file.hpp>
#include <sonde/pipeline/part.hpp>
#include <sonde/sampling/parent_based.hpp>
#include <sonde/sampling/rules.hpp>
#include <sonde/transport/http.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::xray {

class sampler {
 public:
  using asks_through = transport::http;

  explicit sampler(sampling_config config = {}) : config_{std::move(config)} {}

  [[nodiscard]] std::optional<pipeline::brought_sampler> bring_sampler(pipeline::setup& at_start) {
    environment::reader& environment = at_start.environment;
    read_argument(environment);
    settled_daemon_address daemon = find_daemon_address(config_.daemon_address, environment);
    if (!daemon.refusal.empty())
      environment.report(daemon.refusal + "; sampling rules are asked of " + daemon.address.tcp.shown());
    std::string target = "http://" + daemon.address.tcp.shown();
    std::string url = target;  // for people
    if (endpoint_ && daemon.source == "default") {
      target = endpoint_->text();
      url = endpoint_->shown();
      daemon.source = "from OTEL_TRACES_SAMPLER_ARG";
    }
    at_start.settings.record("xray.sampling.endpoint", url, daemon.source, environment::visibility::plain);

    local_rules local;
    if (!config_.rules_file.empty()) local = read_rules_file(config_.rules_file);
    for (const std::string& each : local.complaints) environment.report(each);
    const std::string own = local.own.empty() ? local.rest.description
                                              : std::to_string(local.own.size()) + (local.own.size() == 1 ? " rule" : " rules") +
                                                    " of " + config_.rules_file;
    const auto lifetime = std::min<std::chrono::milliseconds>(config_.rules_lifetime, sampling_poller::longest);
    const auto book =
        std::make_shared<sampling::rule_book>(audience(at_start), std::move(local.own), std::move(local.rest), lifetime);
    books_in_use::set(book);

    std::string line = "sampled by AWS X-Ray's rules, asked of " + url + "; until they arrive: " + own;
    if (!config_.central) line = "sampled by local rules: " + own;
    const std::span<const sampling::counted_rule> named{book->own_rules().data(), book->own_rules().size() - 1};
    if (!named.empty()) line += ": " + reach_of(named, book->audience());
    pipeline::brought_sampler made{sampling::parent_based{sampling::rules{book, "AWSXRay"}}, nullptr, std::move(line)};
    if (config_.central) made.keeper = std::make_shared<sampling_poller>(book, config_, std::move(target), url);
    return made;
  }

 private:
  /// `endpoint=http://localhost:2000,polling_interval=300`, where the environment asks for X-Ray's rules.
  /// Source: OpenTelemetry, AWS X-Ray remote sampler, OTEL_TRACES_SAMPLER_ARG.
  void read_argument(environment::reader& environment) {
    const std::optional<std::string> name = environment.text("OTEL_TRACES_SAMPLER");
    if (!name || !environment::same_ignoring_case(environment::trimmed(*name), "xray")) return;
    const auto members = environment.list("OTEL_TRACES_SAMPLER_ARG");
    if (!members) return;
    for (const std::string_view member : *members) {
      const std::size_t equals = member.find('=');
      const std::string_view key = member.substr(0, equals);
      const std::string_view value = equals == member.npos ? std::string_view{} : member.substr(equals + 1);
      std::int64_t seconds = 0;
      if (transport::parsed_url parsed = transport::parse_url(value); key == "endpoint") {
        if (!parsed || !parsed.url.query.empty()) {
          environment.report("OTEL_TRACES_SAMPLER_ARG: the endpoint " +
                             (parsed ? parsed.url.shown() + " has a query, which it cannot have" : parsed.error) + "; ignored");
          continue;
        }
        while (parsed.url.path.ends_with('/')) parsed.url.path.pop_back();
        endpoint_ = std::move(parsed.url);
      } else if (key == "polling_interval" && seconds_in(value, seconds)) {
        if (config_.rules_interval == sampling_config{}.rules_interval) config_.rules_interval = std::chrono::seconds{seconds};
      } else {
        environment.report(environment::reader::named("OTEL_TRACES_SAMPLER_ARG", member) +
                           " is neither endpoint=http://host:port nor polling_interval=seconds; ignored");
      }
    }
  }
  [[nodiscard]] static bool seconds_in(std::string_view text, std::int64_t& seconds) {
    return environment::parse_number(text, seconds) == environment::number_error::none && seconds > 0 && seconds <= 86'400;
  }
  [[nodiscard]] sampling::rule_audience audience(pipeline::setup& at_start) const {
    sampling::rule_audience who{config_.service_name, config_.dynamic_naming, config_.service_type};
    if (auto name = at_start.environment.text("AWS_XRAY_TRACING_NAME")) who.service_name = std::move(*name);
    if (who.service_name.empty()) who.service_name = at_start.resource.text("service.name");
    if (who.service_type.empty()) who.service_type = type_of(at_start.resource.text("cloud.platform"));
    return who;
  }
  /// Source: AWS X-Ray, "Segment documents", origin; OpenTelemetry semantic conventions, cloud.platform.
  [[nodiscard]] static std::string type_of(std::string_view platform) {
    constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"aws_ec2", "AWS::EC2::Instance"},
        {"aws_ecs", "AWS::ECS::Container"},
        {"aws_eks", "AWS::EKS::Container"},
        {"aws_elastic_beanstalk", "AWS::ElasticBeanstalk::Environment"},
        {"aws_lambda", "AWS::Lambda::Function"}};
    for (const auto& [ours, theirs] : known)
      if (platform == ours) return std::string{theirs};
    return {};
  }

  sampling_config config_;
  std::optional<transport::url> endpoint_{};
};

/// Whether an exporter is to bring the sampler: by its config, or by OTEL_TRACES_SAMPLER=xray where the program chose none.
[[nodiscard]] inline bool asks_for_rules(const config& exporter, pipeline::setup& at_start) {
  const auto name = at_start.environment.text("OTEL_TRACES_SAMPLER");
  const bool by_environment = name && environment::same_ignoring_case(environment::trimmed(*name), "xray");
  return exporter.sampling.enabled || (by_environment && !at_start.sampler_chosen);
}
/// What its sampler is to know; `origin` is what its plugins found.
[[nodiscard]] inline sampling_config sampling_of(const config& exporter, const std::string& origin) {
  sampling_config asked = exporter.sampling;
  if (!asked.daemon_address) asked.daemon_address = exporter.daemon_address;
  if (asked.service_name.empty()) asked.service_name = exporter.name;
  if (asked.dynamic_naming.empty()) asked.dynamic_naming = exporter.dynamic_naming;
  if (asked.service_type.empty()) asked.service_type = origin;
  return asked;
}

}  // namespace sonde::xray
