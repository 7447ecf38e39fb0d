// SPDX-License-Identifier: MIT
#pragma once

// The container that the program runs in: container.id. Found in what Linux tells a process of its control groups and mounts;
// with Docker, Podman, containerd and CRI-O. Source: OpenTelemetry semantic conventions, "Container"; cgroups(7), proc(5).

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/resource/resource.hpp>
#include <sonde/resource/system_file.hpp>

namespace sonde::resource {

/// The 64 hexadecimal digits that `segment` of a path is, or ends with: `cri-containerd-<id>.scope`,
/// `…slice:cri-containerd:<id>`. Empty for another segment, and for one that names a runtime's monitor beside the container.
[[nodiscard]] constexpr std::string_view container_id_in_segment(std::string_view segment) noexcept {
  constexpr std::size_t digits = 64;
  constexpr std::string_view scope = ".scope";
  if (segment.size() > scope.size() && segment.substr(segment.size() - scope.size()) == scope)
    segment.remove_suffix(scope.size());
  if (segment.size() < digits) return {};
  const std::string_view id = segment.substr(segment.size() - digits);
  const std::string_view before = segment.substr(0, segment.size() - digits);
  if (id.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  if (!before.empty() && before.back() != '-' && before.back() != ':') return {};
  return before.find("conmon") == std::string_view::npos ? id : std::string_view{};
}

/// The innermost container in the path of a control group; empty where there is none.
[[nodiscard]] constexpr std::string_view container_id_in_group(std::string_view path) noexcept {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view id = container_id_in_segment(path.substr(slash + 1));
    if (!id.empty() || slash == std::string_view::npos) return id;
    path = path.substr(0, slash);
  }
  return {};
}

/// In the text of /proc/self/cgroup: lines `hierarchy:controllers:path`. Says nothing in a control group namespace of its own,
/// as is usual with version 2.
[[nodiscard]] constexpr std::string_view container_id_in_cgroup(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t slash = line.find('/');
    if (slash == std::string_view::npos) continue;
    if (const std::string_view id = container_id_in_group(line.substr(slash)); !id.empty()) return id;
  }
  return {};
}

/// In the text of /proc/self/mountinfo, whose fourth field is what lies, on its own file system, under the fifth. The surest
/// comes first: control groups, a directory of the container's own, files that a runtime made for it. In a pod the latter
/// belong to the sandbox that all its containers share, and are not looked at.
[[nodiscard]] constexpr std::string_view container_id_in_mounts(std::string_view text) noexcept {
  const bool in_pod = text.find("/kubelet/pods/") != std::string_view::npos;
  std::array<std::string_view, 3> found{};
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    std::array<std::string_view, 5> field{};
    for (std::string_view& each : field) {
      each = line.substr(0, line.find(' '));
      line.remove_prefix(each.size() < line.size() ? each.size() + 1 : line.size());
    }
    const std::string_view root = field[3];
    const std::string_view target = field[4];
    if (target.substr(0, 14) == "/sys/fs/cgroup") {
      if (found[0].empty()) found[0] = container_id_in_group(root);
      continue;
    }
    const bool is_directory = target == "/run/secrets";
    if (!is_directory && (in_pod || (target != "/etc/hostname" && target != "/run/.containerenv"))) continue;
    constexpr std::string_view parent = "containers/";  // or "overlay-containers/"; the last counts: others hold the store
    const std::size_t at = root.rfind(parent);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = root.substr(at + parent.size());
    found[is_directory ? 1 : 2] = container_id_in_segment(rest.substr(0, rest.find('/')));
  }
  return !found[0].empty() ? found[0] : !found[1].empty() ? found[1] : found[2];
}

/// Empty outside of containers, and in one that does not let itself be known.
[[nodiscard]] inline std::string container_id() {
  std::string id{container_id_in_cgroup(system_file("/proc/self/cgroup"))};
  if (id.empty()) id = std::string{container_id_in_mounts(system_file("/proc/self/mountinfo"))};
  return id;
}

}  // namespace sonde::resource
