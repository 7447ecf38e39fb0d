// SPDX-License-Identifier: MIT
#pragma once

// Which parts of the resource are looked up at start. Chosen in session_config or by SONDE_RESOURCE_DETECTORS; all of them
// where nobody chooses.

#include <initializer_list>

namespace sonde::resource {

/// `none` stands for nothing in a list: {detector::none} is an empty one.
enum class detector : unsigned char {
  none,
  service,    // service.instance.id; the name is there in any case
  host,       // host.*
  os,         // os.*
  process,    // process.*
  container,  // container.id
};

class detector_list {
 public:
  constexpr detector_list() noexcept
      : detector_list{detector::service, detector::host, detector::os, detector::process, detector::container} {}
  constexpr detector_list(std::initializer_list<detector> chosen) noexcept {
    for (const detector each : chosen) add(each);
  }

  constexpr void add(detector added) noexcept { bits_ |= bit(added); }
  [[nodiscard]] constexpr bool has(detector wanted) const noexcept { return (bits_ & bit(wanted)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(detector_list, detector_list) noexcept = default;

 private:
  [[nodiscard]] static constexpr unsigned bit(detector one) noexcept {
    return one == detector::none ? 0 : 1U << static_cast<unsigned>(one);
  }

  unsigned bits_ = 0;
};

}  // namespace sonde::resource
