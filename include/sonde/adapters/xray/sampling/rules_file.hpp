// SPDX-License-Identifier: MIT
#pragma once

// Local sampling rules from a file: the SDKs' own format in versions 1 and 2, or rules as X-Ray's API has them, one or many.
// Source: AWS X-Ray SDKs, "Sampling rules" (local); AWS X-Ray API, "GetSamplingRules".

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/sampling/rule_json.hpp>
#include <sonde/aws/small_file.hpp>
#include <sonde/encoding/json_reader.hpp>
#include <sonde/sampling/rules.hpp>

namespace sonde::xray {

struct local_rules {
  std::vector<sampling::rule> own{};  // in the order they are asked
  sampling::rule rest = sampling::rules::usual_rest();
  std::vector<std::string> complaints{};  // sentences: what is wrong, what is used instead
  bool usable = true;
};

/// Reads what a file holds; `name` is the file's.
class local_rules_reader {
 public:
  explicit local_rules_reader(std::string name) : name_{std::move(name)} {}

  [[nodiscard]] local_rules read(const std::string& text) {
    std::optional<encoding::json_value> said = encoding::read_json(text);
    if (!said) return refuse("is not JSON");
    if (const encoding::json_value* const version = said->find("version")) return sdk_format(*said, version->number());
    if (const encoding::json_value* const records = said->find("SamplingRuleRecords")) return list(*records);
    if (!said->is_object()) return list(*said);
    return list(encoding::json_value::array(std::move(*said)));
  }
  [[nodiscard]] local_rules refuse(const std::string& why) const {
    local_rules none;
    none.complaints.push_back("sampling rules in " + name_ + ": the file " + why + "; using " + none.rest.description);
    none.usable = false;
    return none;
  }

 private:
  static constexpr std::size_t most_rules = 1000;

  /// All or nothing, as the SDKs do.
  [[nodiscard]] local_rules sdk_format(const encoding::json_value& said, std::optional<double> version) const {
    if (version != 1 && version != 2) return refuse("is of a version other than 1 and 2");
    const char* const host = version == 1 ? "service_name" : "host";
    const encoding::json_value* const rest = said.find("default");
    if (rest == nullptr) return refuse("has no `default`");
    local_rules made;
    if (const std::string why = sdk_rule(*rest, made.rest); !why.empty()) return refuse("has a `default` that " + why);
    made.rest.description = "the default of " + name_;
    for (const char* const other : {host, "http_method", "url_path"})
      if (rest->contains(other)) return refuse("has a `default` with " + std::string{other} + ", which it cannot have");
    const encoding::json_value* const rules = said.find("rules");
    if (rules == nullptr) return made;
    if (!rules->is_array() || rules->size() > most_rules) return refuse("has `rules` that are no list, or too many");
    for (const encoding::json_value& each : rules->elements()) {
      sampling::rule rule;
      const std::string which = "rule " + std::to_string(made.own.size() + 1);
      if (const std::string why = sdk_rule(each, rule); !why.empty()) return refuse("has a " + which + " that " + why);
      const std::pair<const char*, sampling::rule_property> properties[] = {
          {host, sampling::rule_property::host},
          {"http_method", sampling::rule_property::method},
          {"url_path", sampling::rule_property::path}};
      for (const auto& [name, property] : properties) {
        const std::string* const pattern = short_text(each, name, 1024);
        if (pattern == nullptr || pattern->empty()) return refuse("has a " + which + " without " + name);
        rule.pattern(property) = *pattern;
      }
      const std::string* const described = short_text(each, "description", 1024);
      rule.description = which + " of " + name_;
      if (described != nullptr && !described->empty()) rule.description += " (" + transport::excerpt(*described, {}) + ")";
      made.own.push_back(std::move(rule));
    }
    return made;
  }
  /// Its two numbers; the rest of a sentence where they are wrong.
  [[nodiscard]] static std::string sdk_rule(const encoding::json_value& said, sampling::rule& into) {
    if (!said.is_object()) return "is no object";
    const auto target = number_up_to(said, "fixed_target", 1e9);
    if (!target || std::floor(*target) != *target) return "has no whole number as fixed_target";
    const auto rate = number_up_to(said, "rate", 1e9);
    if (!rate) return "has no rate from 0 to 1";
    into.reservoir_size = static_cast<std::uint32_t>(*target);
    into.fixed_rate = std::min(*rate, 1.0);
    return {};
  }

  /// Rule by rule.
  [[nodiscard]] local_rules list(const encoding::json_value& said) const {
    if (!said.is_array()) return refuse("holds neither rules of an X-Ray SDK nor of the X-Ray API");
    if (said.size() > most_rules) return refuse("holds more than " + std::to_string(most_rules) + " rules");
    local_rules made;
    for (const encoding::json_value& each : said.elements()) {
      const encoding::json_value* const wrapped = each.find("SamplingRule");
      rule_reading one = read_sampling_rule(wrapped != nullptr ? *wrapped : each);
      if (one.rule)
        made.own.push_back(std::move(*one.rule));
      else
        made.complaints.push_back("sampling rules in " + name_ + ": rule `" + one.name + "` " + one.complaint + "; not used");
    }
    if (made.own.empty()) {
      made.complaints.push_back("sampling rules in " + name_ + ": no rule is usable; using " + made.rest.description);
      made.usable = false;
    }
    std::sort(made.own.begin(), made.own.end(), [](const sampling::rule& a, const sampling::rule& b) {
      return std::tie(a.priority, a.name) < std::tie(b.priority, b.name);
    });
    return made;
  }

  std::string name_;
};

[[nodiscard]] inline local_rules read_rules_file(const std::string& path) {
  constexpr std::size_t largest = std::size_t{1} << 20;
  local_rules_reader reader{path};
  const aws::small_file file = aws::read_small_file(path, largest);
  if (!file.exists) return reader.refuse("is not there");
  if (!file.error.empty()) return reader.refuse(file.error);
  return reader.read(file.text);
}

}  // namespace sonde::xray
