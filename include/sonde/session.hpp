// SPDX-License-Identifier: MIT
#pragma once

// The entry for main: starts and stops the recording. Include adapters beside it; without any, traces are printed as trees
// to standard error.

#include <type_traits>
#include <utility>

#include <sonde/adapters/console.hpp>
#include <sonde/config.hpp>
#include <sonde/pipeline/session.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// What `start` returns in a program built with SONDE_ENABLED=0: as quiet as the rest.
class [[maybe_unused]] idle_session {
 public:
  [[nodiscard]] explicit operator bool() const noexcept { return false; }
  [[nodiscard]] std::string refusal() const { return "built with SONDE_ENABLED=0"; }
  bool force_flush(std::chrono::milliseconds = {}) noexcept { return true; }
  bool shutdown(std::chrono::milliseconds = {}) noexcept { return true; }
  void set_log_level(level) noexcept {}
  [[nodiscard]] session_stats stats() const { return {}; }
  [[nodiscard]] std::vector<environment::setting> settings() const { return {}; }
};

/// Ends, flushing, where it goes out of scope.
using session = std::conditional_t<enabled, live_session, idle_session>;

/// Starts recording to the exporters given, or to the console where none is named. A part may also bring a sampler
/// (sonde::xray::sampler); one that may not be there comes as a std::optional. Where something is wrong with a setting or an
/// exporter, one line says so and the rest runs; where a session is live already, the returned one is refused and records nothing.
template <pipeline::given_part... Parts>
[[nodiscard]] session start(session_config config = {}, Parts... parts) {
  if constexpr (!enabled)
    return {};
  else if constexpr ((pipeline::exporter<pipeline::part_of<Parts>> || ...))
    return live_session::begin(std::move(config), std::move(parts)...);
  else
    return live_session::begin(std::move(config), std::move(parts)..., console::exporter{});
}

}  // namespace SONDE_ABI
}  // namespace sonde
