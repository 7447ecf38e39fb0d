// SPDX-License-Identifier: MIT
#pragma once

// Decides, once per trace and at its first span in this process, whether the trace is recorded.
// Source: OpenTelemetry specification, "Sampling".

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/context/kind.hpp>
#include <sonde/context/request_facts.hpp>
#include <sonde/context/trace_id.hpp>
#include <sonde/sampling/decision.hpp>

namespace sonde::sampling {

/// What a sampler may look at.
struct question {
  const sonde::trace_id& trace_id;
  std::string_view span_name;
  bool has_parent = false;      // a parent in another process; children in this one are never asked about
  bool parent_sampled = false;  // that parent's W3C flag
  sonde::kind kind = sonde::kind::internal;
  const request_facts& request = no_request;  // that the span answers, as far as it is known
};

/// Answers with a bool, or with a decision that names a rule: that name is an attribute of the trace's first span here.
template <class T>
concept sampler = std::copyable<T> && requires(const T& chosen, const question& asked) {
  { chosen.should_sample(asked) } noexcept -> std::convertible_to<decision>;
  { chosen.description() } -> std::convertible_to<std::string>;
};

/// A sampler may say in a member of this name that it refuses every trace without a parent elsewhere.
template <sampler Sampler>
[[nodiscard]] bool drops_roots(const Sampler& chosen) noexcept {
  if constexpr (requires { chosen.drops_roots(); })
    return chosen.drops_roots();
  else
    return false;
}

/// A sampler may say in a member of this name how many traces each one stands for that it records where there is no parent
/// elsewhere: the weight a backend counts it with.
template <sampler Sampler>
[[nodiscard]] std::uint32_t sample_rate(const Sampler& chosen) noexcept {
  if constexpr (requires {
                  { chosen.sample_rate() } noexcept -> std::convertible_to<std::uint32_t>;
                }) {
    const std::uint32_t said = chosen.sample_rate();
    return said != 0 ? said : 1;
  } else {
    return 1;
  }
}

/// Any sampler, by value. Asked from every thread at once.
class any_sampler {
 public:
  template <class Sampler>
    requires(!std::same_as<Sampler, any_sampler> && sampler<Sampler>)  // in this order: it must not ask about itself
  any_sampler(Sampler chosen) : held_{std::make_shared<const holder<Sampler>>(std::move(chosen))} {}  // implicit: config

  [[nodiscard]] decision should_sample(const question& asked) const noexcept { return held_->should_sample(asked); }
  [[nodiscard]] std::string description() const { return held_->description(); }
  /// Whether it refuses every trace that begins in this process, so that it need not be asked, nor ids be drawn.
  [[nodiscard]] bool drops_roots() const noexcept { return held_->drops_roots(); }
  /// How many traces each recorded one stands for, as this process decides; at least 1.
  [[nodiscard]] std::uint32_t sample_rate() const noexcept { return held_->sample_rate(); }

 private:
  struct interface {
    virtual ~interface() = default;
    [[nodiscard]] virtual decision should_sample(const question&) const noexcept = 0;
    [[nodiscard]] virtual std::string description() const = 0;
    [[nodiscard]] virtual bool drops_roots() const noexcept = 0;
    [[nodiscard]] virtual std::uint32_t sample_rate() const noexcept = 0;
  };
  template <class Sampler>
  struct holder final : interface {
    explicit holder(Sampler&& moved) : chosen{std::move(moved)} {}
    [[nodiscard]] decision should_sample(const question& asked) const noexcept override {
      return chosen.should_sample(asked);
    }
    [[nodiscard]] std::string description() const override { return chosen.description(); }
    [[nodiscard]] bool drops_roots() const noexcept override { return sampling::drops_roots(chosen); }
    [[nodiscard]] std::uint32_t sample_rate() const noexcept override { return sampling::sample_rate(chosen); }
    Sampler chosen;
  };

  std::shared_ptr<const interface> held_;
};

}  // namespace sonde::sampling
