// SPDX-License-Identifier: MIT
#pragma once

// Settles the config of CloudWatch Logs when the session starts: what code says, then the variables of the AWS SDKs, then the
// defaults. Used by the exporter.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/cloudwatch/config.hpp>
#include <sonde/adapters/cloudwatch/settings.hpp>
#include <sonde/aws/endpoint.hpp>
#include <sonde/aws/region.hpp>
#include <sonde/aws/shared_profile.hpp>
#include <sonde/pipeline/exporter.hpp>

namespace sonde::cloudwatch {

/// Source: CloudWatch Logs API reference, CreateLogGroup.
[[nodiscard]] constexpr bool is_log_group_name(std::string_view name) noexcept {
  constexpr std::string_view besides = "_-/.#";
  for (const char c : name) {
    const char letter = environment::upper(c);
    if (!((letter >= 'A' && letter <= 'Z') || (c >= '0' && c <= '9') || besides.find(c) != std::string_view::npos)) return false;
  }
  return !name.empty() && name.size() <= max_name_size && name.substr(0, 4) != "aws/";
}

/// Throws pipeline::setup_error, one sentence, where code or environment leave no place to send lines to.
class settings_reader {
 public:
  settings_reader(const config& given, const aws::shared_profile& profile, pipeline::setup& at_start)
      : given_{given}, profile_{profile}, at_start_{at_start} {}

  [[nodiscard]] settings read() {
    settings made;
    read_names(made);
    read_endpoint(made);
    made.form = given_.form;
    made.least = given_.least;
    made.create = given_.create;
    read_group_settings(made);
    read_limits(made);
    return made;
  }

 private:
  static constexpr auto plain = environment::visibility::plain;

  void read_names(settings& into) {
    into.log_group = given_.log_group;
    if (into.log_group.empty())
      throw pipeline::setup_error{"no log group was given: write cloudwatch::exporter{{.log_group = \"NAME\"}}"};
    if (!is_log_group_name(into.log_group))
      throw pipeline::setup_error{environment::reader::named("the log group", into.log_group) +
                                  " cannot be one: letters, digits and _ - / . # make a name, 512 of them at most, and it does "
                                  "not begin with aws/"};
    if (const std::string why = into.log_stream.parse(given_.log_stream, at_start_.resource); !why.empty())
      throw pipeline::setup_error{why};
  }

  /// The endpoint's own name may tell the region; code and environment go before it, since they sign for a stand-in, too.
  void read_endpoint(settings& into) {
    std::optional<std::string> address = given_.endpoint;
    into.endpoint_source = address ? "set in code" : "";
    if (!address) {
      address = aws::configured_service_url("logs", at_start_.environment);
      if (address) {
        const bool own = at_start_.environment.is_set("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS");
        into.endpoint_source = own ? "from AWS_ENDPOINT_URL_CLOUDWATCH_LOGS" : "from AWS_ENDPOINT_URL";
      }
    }
    std::optional<aws::endpoint> named;
    if (address) {
      transport::parsed_url parsed = transport::parse_url(environment::trimmed(*address));
      if (!parsed)
        throw pipeline::setup_error{"the endpoint of CloudWatch Logs (" + into.endpoint_source + "): " + parsed.error};
      into.endpoint = std::move(parsed.url);
      named = aws::endpoint_of(into.endpoint);
      if (into.endpoint.path != "/" || !into.endpoint.query.empty() || !into.endpoint.userinfo.empty())
        throw pipeline::setup_error{"the endpoint of CloudWatch Logs " + into.where() +
                                    " has more than scheme, host and port, which cannot be signed for"};
    }
    if (named && !given_.region) {
      into.signed_for.region = named->region;
      into.region_source = "from the endpoint's name";
    } else {
      aws::region_lookup found = aws::find_region(given_.region, at_start_.environment, profile_);
      if (found.name.empty()) throw pipeline::setup_error{found.refusal};
      into.signed_for.region = std::move(found.name);
      into.region_source = std::move(found.source);
    }
    into.signed_for.service = "logs";
    if (!address) into.endpoint = transport::parse_url(aws::service_url(into.signed_for)).url;
    at_start_.settings.record("cloudwatch.region", into.signed_for.region, into.region_source, plain);
    at_start_.settings.record("cloudwatch.endpoint", into.endpoint.shown(),
                              into.endpoint_source.empty() ? "default" : into.endpoint_source, plain);
  }

  void read_group_settings(settings& into) {
    into.retention_days = given_.retention_days;
    into.tags = given_.tags;
    if (!into.retention_days || is_retention(*into.retention_days)) return;
    std::string choices;
    for (const std::uint32_t each : retention_choices) choices += (choices.empty() ? "" : ", ") + std::to_string(each);
    throw pipeline::setup_error{"retention_days is " + std::to_string(*into.retention_days) +
                                ", but CloudWatch Logs keeps lines for one of " + choices + " days"};
  }

  void read_limits(settings& into) {
    pipeline::batch_limits& made = into.limits;
    made.count = max_batch_count;
    made.queue_bytes = at_start_.queue_bytes;
    made.bytes = std::max(std::min(max_batch_bytes, made.queue_bytes / 2), min_event_bytes + event_overhead);
    made.age = given_.batch_age;
    made.timeout = given_.timeout;
    made.concurrent = std::max<std::uint32_t>(given_.concurrent_requests, 1);
    into.event_bytes = std::clamp(given_.event_bytes, min_event_bytes, std::min(max_event_bytes, made.bytes - event_overhead));
  }

  const config& given_;
  const aws::shared_profile& profile_;
  pipeline::setup& at_start_;
};

}  // namespace sonde::cloudwatch
