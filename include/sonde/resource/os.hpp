// SPDX-License-Identifier: MIT
#pragma once

// The operating system: os.type, os.name, os.version, os.description.
// Source: OpenTelemetry semantic conventions, "OS"; os-release(5).

#include <cstddef>
#include <string>
#include <string_view>

#include <sys/utsname.h>

#include <sonde/environment/syntax.hpp>
#include <sonde/resource/resource.hpp>
#include <sonde/resource/system_file.hpp>

namespace sonde::resource {

/// The semantic conventions' name of the operating system; empty for one that has none here.
[[nodiscard]] constexpr std::string_view os_type() noexcept {
#if defined(__linux__)
  return "linux";
#elif defined(__APPLE__)
  return "darwin";
#elif defined(__FreeBSD__)
  return "freebsd";
#else
  return {};
#endif
}

/// The value of `name` in the text of an os-release file, without the quotes of a shell; empty where it is not there. The
/// last of several counts.
[[nodiscard]] inline std::string os_release_value(std::string_view text, std::string_view name) {
  std::string value;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = environment::trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.substr(0, name.size()) != name || line.substr(name.size(), 1) != "=") continue;
    value.clear();
    char quote = '\0';
    const std::string_view written = line.substr(name.size() + 1);
    for (std::size_t i = 0; i < written.size(); ++i) {
      const char c = written[i];
      if (c == '\\' && quote != '\'' && i + 1 < written.size())
        value += written[++i];
      else if (quote == '\0' && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote && quote != '\0')
        quote = '\0';
      else
        value += c;
    }
  }
  return value;
}

inline void add_os(resource& into) {
  into.set_text("os.type", std::string{os_type()});
  std::string release = system_file("/etc/os-release");
  if (release.empty()) release = system_file("/usr/lib/os-release");
  into.set_text("os.name", os_release_value(release, "NAME"));
  into.set_text("os.version", os_release_value(release, "VERSION_ID"));
  into.set_text("os.description", os_release_value(release, "PRETTY_NAME"));
  utsname system{};
  if (!release.empty() || uname(&system) != 0) return;
  into.set_text("os.name", system.sysname);
  into.set_text("os.version", system.release);
  into.set_text("os.description", std::string{system.sysname} + ' ' + system.release);
}

}  // namespace sonde::resource
