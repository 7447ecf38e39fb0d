// SPDX-License-Identifier: MIT
#pragma once

// One profile of the files that the AWS CLI and all SDKs share, ~/.aws/credentials and ~/.aws/config. Used once, at
// start: credentials and the region may stand in it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pwd.h>
#include <unistd.h>

#include <sonde/aws/ini.hpp>
#include <sonde/aws/small_file.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::aws {

struct shared_profile {
  std::string name = "default";
  std::string chosen_by{};  // `AWS_PROFILE`, or `code`; empty: nobody chose, it is the default
  bool found = false;       // in one of the files
  std::string credentials_file{};
  std::string config_file{};
  ini_options in_credentials{};
  ini_options in_config{};
  std::string refusal{};  // a sentence: a file is broken, or the chosen profile is in none; then the profile is empty

  /// The option's value, from the credentials file if it stands in both; null if in neither.
  [[nodiscard]] const std::string* find(std::string_view option) const noexcept {
    for (const ini_options* const options : {&in_credentials, &in_config})
      if (const auto place = options->find(option); place != options->end()) return &place->second;
    return nullptr;
  }
};

/// What a section of ~/.aws/config names: `[profile dev]` and `[profile "dev"]` dev, `[default]` default; nothing for a
/// section of another kind. Words and quotes are a POSIX shell's.
[[nodiscard]] inline std::optional<std::string> profile_of_section(std::string_view section) {
  if (section == "default") return std::string{section};
  if (section.substr(0, 7) != "profile") return std::nullopt;
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < section.size(); ++i) {
    const char c = section[i];
    if (quote == 0 && (c == ' ' || c == '\t')) {
      in_word = false;
      continue;
    }
    if (!std::exchange(in_word, true)) words.emplace_back();
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'') {
      if (++i == section.size()) return std::nullopt;
      if (quote == '"' && section[i] != '"' && section[i] != '\\') words.back() += c;
      words.back() += section[i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0 || words.size() != 2) return std::nullopt;
  return words[1];
}

/// Where the file is: `variable` says so, else ~/.aws/`name`. A leading `~` is the home directory: HOME, or what the
/// password file says, since a service often has no HOME.
[[nodiscard]] inline std::string shared_file_path(environment::reader& environment, std::string_view variable,
                                                  std::string_view name) {
  std::string path = environment.text(variable).value_or("~/.aws/" + std::string{name});
  if (path != "~" && path.substr(0, 2) != "~/") return path;
  std::string home = environment.text("HOME").value_or("");
  if (home.empty()) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> text(16 * 1024);
    if (::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
      home = entry.pw_dir;
  }
  return home + path.substr(1);
}

/// The profile chosen in code, or by AWS_PROFILE or AWS_DEFAULT_PROFILE, or the default one.
[[nodiscard]] inline shared_profile read_shared_profile(const std::optional<std::string>& in_code,
                                                        environment::reader& environment) {
  constexpr std::size_t max_file = 1024 * 1024;
  shared_profile profile;
  if (in_code) {
    profile.name = *in_code;
    profile.chosen_by = "code";
  } else {
    for (const char* const variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
      if (auto name = environment.text(variable)) {
        profile.name = std::move(*name);
        profile.chosen_by = variable;
        break;
      }
    }
  }

  const auto read = [&](std::string_view variable, const std::string& path, ini_options& into, bool is_config) {
    const small_file file = read_small_file(path, max_file);
    if (!file.exists) {
      if (environment.is_set(variable))
        environment.report(std::string{variable} + " names " + path + ", which is not a file");
      return;
    }
    if (!file.error.empty()) return void(profile.refusal = path + " " + file.error);
    parsed_ini parsed = parse_ini(file.text);
    if (!parsed.error.empty()) return void(profile.refusal = path + ": " + parsed.error);
    for (ini_section& section : parsed.sections) {
      const std::optional<std::string> named =
          is_config ? profile_of_section(section.name) : std::optional{section.name};
      if (named != profile.name) continue;
      into = std::move(section.options);  // of sections that name the same profile the last one counts
      into.insert(parsed.defaults.begin(), parsed.defaults.end());
      profile.found = true;
    }
  };
  profile.config_file = shared_file_path(environment, "AWS_CONFIG_FILE", "config");
  profile.credentials_file = shared_file_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  read("AWS_CONFIG_FILE", profile.config_file, profile.in_config, true);
  if (profile.refusal.empty())
    read("AWS_SHARED_CREDENTIALS_FILE", profile.credentials_file, profile.in_credentials, false);

  if (!profile.refusal.empty()) {
    profile.refusal += "; no AWS profile is read before this is mended";
    profile.found = false;
    profile.in_config.clear();
    profile.in_credentials.clear();
  } else if (!profile.found && !profile.chosen_by.empty()) {
    profile.refusal = "the AWS profile '" + profile.name + "' (chosen by " + profile.chosen_by + ") is neither in " +
                      profile.config_file + " nor in " + profile.credentials_file;
  }
  return profile;
}

}  // namespace sonde::aws
