// SPDX-License-Identifier: MIT
#pragma once

// What is asked of X-Ray about sampling through the daemon's proxy, and what it answers. Whatever a reply holds, reading it does
// no harm. Used by poller.hpp. Source: AWS X-Ray API, "GetSamplingRules", "GetSamplingTargets".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/sampling/rule_json.hpp>
#include <sonde/encoding/decimal.hpp>
#include <sonde/encoding/json_reader.hpp>
#include <sonde/record/location.hpp>
#include <sonde/sampling/counted_rule.hpp>

namespace sonde::xray {

/// One rule's, for one report.
struct statistics_document {
  std::string rule{};
  sampling::rule_statistics counted{};
};
/// Source: AWS X-Ray API, "GetSamplingTargets": 25 documents at most.
inline constexpr std::size_t most_statistics = 25;

[[nodiscard]] inline std::string in_json(std::string_view plain) { return '"' + record::json_escaped(plain) + '"'; }

[[nodiscard]] inline std::string rules_question(std::string_view next_token) {
  return next_token.empty() ? "{}" : "{\"NextToken\":" + in_json(next_token) + "}";
}
/// `now` in seconds since 1970.
[[nodiscard]] inline std::string targets_question(const std::vector<statistics_document>& reported, std::string_view client_id,
                                                  std::int64_t now) {
  std::string body = "{\"SamplingStatisticsDocuments\":[";
  for (const statistics_document& each : reported) {
    if (body.back() != '[') body += ',';
    body += "{\"RuleName\":" + in_json(each.rule) + ",\"ClientID\":" + in_json(client_id) +
            ",\"Timestamp\":" + std::to_string(now) + ",\"RequestCount\":" + std::to_string(each.counted.requests) +
            ",\"SampledCount\":" + std::to_string(each.counted.sampled) +
            ",\"BorrowCount\":" + std::to_string(each.counted.borrowed) + "}";
  }
  return body += "]}";
}

/// A page of rules.
struct rules_answer {
  bool usable = false;
  std::vector<sampling::rule> rules{};
  std::vector<std::string> passed_over{};  // `rule b is not of Version 1`
  std::string next_token{};
};
[[nodiscard]] inline rules_answer read_rules(const std::string& body) {
  rules_answer made;
  const encoding::json_value said = encoding::read_json_object(body);
  const encoding::json_value* const records = said.find("SamplingRuleRecords");
  if (records == nullptr || !records->is_array()) return made;
  made.usable = true;
  const encoding::json_value none;
  for (const encoding::json_value& each : records->elements()) {
    const encoding::json_value* const said_of_it = each.find("SamplingRule");
    rule_reading one = read_sampling_rule(said_of_it != nullptr ? *said_of_it : none);
    if (one.rule)
      made.rules.push_back(std::move(*one.rule));
    else
      made.passed_over.push_back("`" + one.name + "` " + one.complaint);
  }
  if (const std::string* const token = short_text(said, "NextToken", 4096)) made.next_token = *token;
  return made;
}

struct named_target {
  std::string rule{};
  sampling::rule_target target{};
  std::optional<std::int64_t> interval{};  // seconds to the next report of this rule
};
struct unprocessed_statistics {
  std::string rule{};
  std::string error{};  // `404`, `ThrottlingException`; shown to people
};
struct targets_answer {
  bool usable = false;
  std::vector<named_target> targets{};
  std::vector<unprocessed_statistics> unprocessed{};
  double rules_changed = 0;  // seconds since 1970; 0: not said
};
[[nodiscard]] inline targets_answer read_targets(const std::string& body) {
  targets_answer made;
  const encoding::json_value said = encoding::read_json_object(body);
  const encoding::json_value* const documents = said.find("SamplingTargetDocuments");
  if (documents == nullptr || !documents->is_array()) return made;
  made.usable = true;
  constexpr double most_seconds = UINT32_MAX - 1.0;
  const auto whole = [](std::optional<double> value) {
    return value ? std::optional{static_cast<std::uint32_t>(*value)} : std::nullopt;
  };
  for (const encoding::json_value& each : documents->elements()) {
    const std::string* const name = short_text(each, "RuleName", 128);
    if (name == nullptr) continue;
    named_target one{*name, {}, {}};
    one.target.fixed_rate = number_up_to(each, "FixedRate", 1);
    one.target.quota = whole(number_up_to(each, "ReservoirQuota", 1e9));
    one.target.valid_to = whole(number_up_to(each, "ReservoirQuotaTTL", most_seconds));
    if (const auto seconds = number_up_to(each, "Interval", 86'400)) one.interval = static_cast<std::int64_t>(*seconds);
    made.targets.push_back(std::move(one));
  }
  if (const encoding::json_value* const failed = said.find("UnprocessedStatistics"))
    for (const encoding::json_value& each : failed->elements()) {
      const std::string* const name = short_text(each, "RuleName", 128);
      if (name == nullptr) continue;
      const std::string* const code = short_text(each, "ErrorCode", 128);
      made.unprocessed.push_back({*name, code != nullptr ? transport::excerpt(*code, {}) : std::string{}});
    }
  made.rules_changed = number_up_to(said, "LastRuleModification", most_seconds).value_or(0);
  return made;
}

}  // namespace sonde::xray
