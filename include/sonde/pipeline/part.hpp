// SPDX-License-Identifier: MIT
#pragma once

// What sonde::start takes beside its config: exporters, and parts that bring a sampler. One type may be both.

#include <concepts>
#include <memory>
#include <optional>
#include <string>

#include <sonde/pipeline/exporter.hpp>
#include <sonde/pipeline/poller.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/sampling/sampler.hpp>

namespace sonde::pipeline {

/// A sampler, and what keeps it up to date where something does.
struct brought_sampler {
  sampling::any_sampler sampler;
  std::shared_ptr<poller> keeper{};  // asks through the part's `asks_through`, a transport
  std::string line{};                // for people, at start: what decides
};

/// `bring_sampler` comes before anything is opened. Nothing: this part has none to bring, or was not asked for one.
template <class P>
concept brings_sampler = std::movable<P> && requires(P& part, setup& at_start) {
  typename P::asks_through;
  { part.bring_sampler(at_start) } -> std::same_as<std::optional<brought_sampler>>;
};

template <class P>
concept part = exporter<P> || brings_sampler<P>;

/// What `start` is given may also be a std::optional of a part: one that may not be there.
template <class Given>
struct held_part {
  using type = Given;
};
template <class Part>
struct held_part<std::optional<Part>> {
  using type = Part;
};
template <class Given>
using part_of = typename held_part<Given>::type;
template <class Given>
concept given_part = part<part_of<Given>>;

/// Calls `use` with the part, if it is there; whether it is.
template <given_part Given, class Use>
bool with_part(Given& given, Use use) {
  if constexpr (std::same_as<Given, part_of<Given>>) {
    use(given);
    return true;
  } else {
    if (given) use(*given);
    return given.has_value();
  }
}

/// X-Ray wants trace ids that begin with the time: an exporter may say so in a constant of this name.
template <class P>
[[nodiscard]] consteval bool wants_timed_trace_ids() {
  if constexpr (requires { P::wants_timed_trace_ids; })
    return P::wants_timed_trace_ids;
  else
    return false;
}

/// A sink may have this, to hear of each recorded span without a parent here when it begins: a view of what it has by then.
template <class P>
concept hears_of_openings = requires(P& exporter, const record::span_view& begun) { exporter.opened(begun); };

}  // namespace sonde::pipeline
