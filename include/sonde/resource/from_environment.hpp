// SPDX-License-Identifier: MIT
#pragma once

// SONDE_RESOURCE_DETECTORS as a list of detectors: `host,os`, `all` or `none`.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/environment/near_miss.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/resource/detector_list.hpp>

namespace sonde::resource {

/// All of them where nothing usable is set. A name that is none is a finding, and so is `none` or `all` beside others.
[[nodiscard]] inline detector_list detectors_from(environment::reader& environment) {
  struct known_detector {
    std::string_view name;
    detector value;
  };
  static constexpr known_detector known[] = {{"service", detector::service},     {"host", detector::host},
                                             {"os", detector::os},               {"process", detector::process},
                                             {"container", detector::container}, {"none", detector::none}};
  constexpr std::string_view variable = "SONDE_RESOURCE_DETECTORS";
  const auto names = environment.list(variable);
  if (!names) return {};
  detector_list chosen{detector::none};
  bool none = false;
  bool all = false;
  for (const std::string& name : *names) {
    if (environment::same_ignoring_case(name, "all")) {
      all = true;
      continue;
    }
    const known_detector* found = nullptr;
    const known_detector* nearest = nullptr;
    std::string lower_name;  // letter case is no mistake
    for (const char c : name) lower_name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::size_t best = 3;
    for (const known_detector& each : known) {
      const std::size_t distance = environment::edit_distance(lower_name, each.name);
      if (distance == 0) found = &each;
      if (distance < best && distance * 2 <= each.name.size()) {
        best = distance;
        nearest = &each;
      }
    }
    if (found == nullptr)
      environment.report(environment::reader::named(variable, name) +
                         " is not one of service, host, os, process, container, all, none; " +
                         (nearest != nullptr ? "did you mean " + std::string{nearest->name} + "?" : "ignored"));
    else if (found->value == detector::none)
      none = true;
    else
      chosen.add(found->value);
  }
  if (none && (all || !chosen.empty()))
    environment.report(std::string{variable}.append(" has 'none' beside others; 'none' is ignored"));
  if (all) return {};
  return chosen.empty() && !none ? detector_list{} : chosen;
}

}  // namespace sonde::resource
