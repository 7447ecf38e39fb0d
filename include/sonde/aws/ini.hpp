// SPDX-License-Identifier: MIT
#pragma once

// The INI grammar of ~/.aws/config and ~/.aws/credentials, as the AWS CLI reads it: what Python's configparser takes,
// with one level of nested blocks. Used by shared_profile.hpp.

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/environment/syntax.hpp>

namespace sonde::aws {

/// By name, in lower case.
using ini_options = std::map<std::string, std::string, std::less<>>;

struct ini_section {
  std::string name;  // what stands between the brackets, blanks included
  ini_options options;
};

struct parsed_ini {
  std::vector<ini_section> sections;  // in order
  ini_options defaults;               // those of [DEFAULT], for every section that does not have them itself
  std::string error;                  // `line 3 repeats a section`, without what stands there; empty if all is well
};

/// Also takes the blanks off the ends of values. The option whose block is broken, if one is.
[[nodiscard]] inline std::string remove_nested_blocks(ini_options& options) {
  for (auto option = options.begin(); option != options.end();) {
    std::string& whole = option->second;
    whole.erase(whole.find_last_not_of(" \t\r\n") + 1);
    if (whole.empty() || whole[0] != '\n') {
      ++option;
      continue;
    }
    for (std::string_view rest = std::string_view{whole}.substr(1); !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : rest.size());
      if (!line.empty() && line.find('=') == std::string_view::npos) return option->first;
    }
    option = options.erase(option);
  }
  return {};
}

/// Comments are lines that begin with '#' or ';'. A name ends at its first '=' or ':'. A line indented deeper than its
/// option continues the value. A repeated section or option is an error, as it is for the AWS CLI. An option with a
/// nested block (`s3 =` and indented lines) is left out: nothing here reads one.
[[nodiscard]] inline parsed_ini parse_ini(std::string_view text) {
  parsed_ini result;
  std::map<std::string, std::size_t, std::less<>> places;  // of sections
  ini_options* section = nullptr;
  std::string* value = nullptr;
  std::size_t indentation = 0;  // of the option that `value` belongs to
  std::size_t number = 0;
  const auto refuse = [&](const std::string& why) {
    result.error = "line " + std::to_string(number) + " " + why;
    result.sections.clear();
    return result;
  };

  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);  // the mark that some editors put in front of UTF-8
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    const bool pair = end != std::string_view::npos && text.substr(end, 2) == "\r\n";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + (pair ? 2 : 1));

    const std::string_view content = environment::trimmed(line);
    if (content.empty()) {
      if (value != nullptr) *value += '\n';
      continue;
    }
    if (content[0] == '#' || content[0] == ';') continue;
    const std::size_t indented = line.find_first_not_of(" \t");
    if (value != nullptr && indented > indentation) {
      (*value += '\n') += content;
      continue;
    }
    indentation = indented;

    if (const std::size_t closed = content.rfind(']');
        content[0] == '[' && closed != std::string_view::npos && closed > 1) {
      const std::string_view name = content.substr(1, closed - 1);
      value = nullptr;
      if (name == "DEFAULT") {
        section = &result.defaults;
        continue;
      }
      if (!places.emplace(name, result.sections.size()).second) return refuse("repeats a section");
      result.sections.push_back({std::string{name}, {}});
      section = &result.sections.back().options;
      continue;
    }
    if (section == nullptr) return refuse("comes before the first [section]");
    const std::size_t delimiter = content.find_first_of("=:");
    std::string name{environment::trimmed(content.substr(0, delimiter))};
    if (delimiter == std::string_view::npos || name.empty())
      return refuse("is neither a [section], nor 'name = value', nor a comment");
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const std::string_view said = environment::trimmed(content.substr(delimiter + 1));
    const auto [place, added] = section->try_emplace(std::move(name), said);
    if (!added) return refuse("repeats an option of its section");
    value = &place->second;
  }

  std::string broken = remove_nested_blocks(result.defaults);
  for (ini_section& one : result.sections)
    if (broken.empty()) broken = remove_nested_blocks(one.options);
  if (!broken.empty()) {
    result.error = "has a block under '" + broken + "' with a line that is not 'name = value'";
    result.sections.clear();
  }
  return result;
}

}  // namespace sonde::aws
