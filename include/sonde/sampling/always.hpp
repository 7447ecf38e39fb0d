// SPDX-License-Identifier: MIT
#pragma once

// The two constant samplers.

#include <sonde/sampling/sampler.hpp>

namespace sonde::sampling {

struct always_on {
  [[nodiscard]] bool should_sample(const question&) const noexcept { return true; }
  [[nodiscard]] std::string description() const { return "AlwaysOnSampler"; }
};

struct always_off {
  [[nodiscard]] bool should_sample(const question&) const noexcept { return false; }
  [[nodiscard]] std::string description() const { return "AlwaysOffSampler"; }
  [[nodiscard]] bool drops_roots() const noexcept { return true; }
};

}  // namespace sonde::sampling
