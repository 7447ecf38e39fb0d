// SPDX-License-Identifier: MIT
#pragma once

// Obeys the decision of a parent in another process; asks another sampler where there is none.

#include <cstdint>

#include <sonde/sampling/sampler.hpp>

namespace sonde::sampling {

template <sampler Root>
class parent_based {
 public:
  explicit parent_based(Root root) : root_{std::move(root)} {}

  [[nodiscard]] decision should_sample(const question& asked) const noexcept {
    if (asked.has_parent) return asked.parent_sampled;
    return root_.should_sample(asked);
  }
  [[nodiscard]] bool drops_roots() const noexcept { return sampling::drops_roots(root_); }
  [[nodiscard]] std::uint32_t sample_rate() const noexcept { return sampling::sample_rate(root_); }
  [[nodiscard]] std::string description() const { return "ParentBased{" + root_.description() + "}"; }

 private:
  Root root_;
};

}  // namespace sonde::sampling
