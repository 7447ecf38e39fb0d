// SPDX-License-Identifier: MIT
#pragma once

// The machine that the program runs on: host.name, host.arch, host.id.
// Source: OpenTelemetry semantic conventions, "Host".

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <sys/utsname.h>
#include <unistd.h>

#include <sonde/environment/syntax.hpp>
#include <sonde/resource/resource.hpp>
#include <sonde/resource/system_file.hpp>

namespace sonde::resource {

/// Empty where the system does not tell.
[[nodiscard]] inline std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : std::string{};
}

/// The semantic conventions' name of what uname(2) calls `machine`; of one they do not name, that.
[[nodiscard]] constexpr std::string_view host_arch(std::string_view machine) noexcept {
  struct name {
    std::string_view machine, arch;
  };
  for (const name& each : {name{"x86_64", "amd64"}, name{"aarch64", "arm64"}, name{"ppc64le", "ppc64"},
                           name{"ppc", "ppc32"}, name{"ppcle", "ppc32"}})
    if (machine == each.machine) return each.arch;
  if (machine.size() == 4 && machine[0] == 'i' && machine.substr(2) == "86") return "x86";  // i386 to i686
  if (machine.substr(0, 4) == "armv") return machine.substr(0, 5) == "armv8" ? "arm64" : "arm32";
  return machine;
}

/// What /etc/machine-id holds: 32 digits. Empty while a system is being set up, or made an image of.
/// Source: machine-id(5).
[[nodiscard]] inline std::string machine_id(std::string_view file) {
  const std::string_view id = environment::trimmed(file);
  const bool is_id = id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
                     id.find_first_not_of('0') != std::string_view::npos;
  return is_id ? std::string{id} : std::string{};
}

/// `contained`: the files are those of a container's image, the same in each of its copies: no host.id then.
inline void add_host(resource& into, bool contained) {
  into.set_text("host.name", host_name());
  utsname system{};
  if (uname(&system) == 0) into.set_text("host.arch", std::string{host_arch(system.machine)});
  if (contained) return;
  std::string id = machine_id(system_file("/etc/machine-id"));
  if (id.empty()) id = machine_id(system_file("/var/lib/dbus/machine-id"));
  into.set_text("host.id", std::move(id));
}

}  // namespace sonde::resource
