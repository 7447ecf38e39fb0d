// SPDX-License-Identifier: MIT
#pragma once

// This process: process.pid, its executable, the command it was started by, its owner. Not its arguments: people pass secrets
// there. No process.runtime.*: a C++ program has none. Source: OpenTelemetry semantic conventions, "Process".

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <unistd.h>

#include <sonde/resource/resource.hpp>
#include <sonde/resource/system_file.hpp>

namespace sonde::resource {

/// The file of the running program; empty where the system does not tell.
[[nodiscard]] inline std::string executable_path() {
  std::array<char, 4096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return {};
  std::string_view found{path.data(), static_cast<std::size_t>(size)};
  constexpr std::string_view deleted = " (deleted)";  // what Linux appends when the file was replaced meanwhile
  if (found.size() > deleted.size() && found.substr(found.size() - deleted.size()) == deleted)
    found.remove_suffix(deleted.size());
  return std::string{found};
}
[[nodiscard]] inline std::string executable_name() {
  const std::string path = executable_path();
  return path.substr(path.rfind('/') + 1);
}

/// The user of this number in the text of /etc/passwd; empty for one who is not there. A directory service is not asked: it
/// may be far away.
[[nodiscard]] inline std::string user_in(std::string_view passwd, std::uint64_t number) {
  const std::string wanted = std::to_string(number);
  while (!passwd.empty()) {
    const std::size_t end = passwd.find('\n');
    std::string_view line = passwd.substr(0, end);
    passwd.remove_prefix(end == std::string_view::npos ? passwd.size() : end + 1);
    const std::size_t name_end = line.find(':');
    if (name_end == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, name_end);
    line.remove_prefix(name_end + 1);
    const std::size_t password_end = line.find(':');
    if (password_end == std::string_view::npos) continue;
    line.remove_prefix(password_end + 1);
    if (line.substr(0, line.find(':')) == wanted) return std::string{name};
  }
  return {};
}

inline void add_process(resource& into) {
  into.set("process.pid", std::int64_t{getpid()});
  into.set("process.parent_pid", std::int64_t{getppid()});
  into.set_text("process.executable.name", executable_name());
  into.set_text("process.executable.path", executable_path());
  const std::string command_line = system_file("/proc/self/cmdline", 4096);
  into.set_text("process.command", command_line.substr(0, command_line.find('\0')));
  into.set_text("process.owner", user_in(system_file("/etc/passwd"), geteuid()));
}

}  // namespace sonde::resource
