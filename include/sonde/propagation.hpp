// SPDX-License-Identifier: MIT
#pragma once

// The entry for code that takes and makes requests by hand: headers in, headers out. Middleware and clients of
// `integrations/` do this by themselves.

#include <type_traits>

#include <sonde/propagation/extract.hpp>
#include <sonde/propagation/inject.hpp>
#include <sonde/span/current_span.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// The session's: OTEL_PROPAGATORS, or session_config::propagators. Those of the specification where none is live.
[[nodiscard]] inline propagation::propagator_list active_propagators() noexcept {
  const record::session_table* const table = record::installed_table();
  return table != nullptr ? propagation::propagator_list::unpack(table->propagators()) : propagation::propagator_list{};
}

/// What is left of it in a program built with SONDE_ENABLED=0: no parent.
struct [[maybe_unused]] idle_extracted {
  static constexpr span_context parent{};
  static constexpr bool asks_for_decision = false;

  [[gnu::always_inline]] constexpr operator span_context() const noexcept { return {}; }
  constexpr operator propagation::extracted() const noexcept { return {}; }
};
using extracted = std::conditional_t<enabled, propagation::extracted, idle_extracted>;

/// What the headers of a request say of the trace it belongs to. Give it to the span that answers the request:
/// `sonde::span<"GET /x"> span{sonde::kind::server, incoming};`. It borrows from the headers, which must outlive it.
template <propagation::readable_carrier Carrier>
[[nodiscard, gnu::always_inline]] inline extracted extract([[maybe_unused]] const Carrier& headers) noexcept {
  if constexpr (enabled)
    return propagation::extract(headers, active_propagators());
  else
    return {};
}

/// A container that is gone at the semicolon leaves nothing to borrow.
template <class Carrier>
  requires(!std::is_reference_v<Carrier> && propagation::header_store<Carrier>)
extracted extract(Carrier&&) noexcept {
  static_assert(!std::is_same_v<Carrier, Carrier>, "sonde: extract borrows from the headers: keep them in a variable");
  return {};
}

/// Writes the headers that make `parent` the parent of what the request causes; an invalid one writes no trace header. What
/// the carrier throws, out of memory, ends here: the request goes without.
template <propagation::writable_carrier Carrier>
[[gnu::always_inline]] inline void inject([[maybe_unused]] Carrier& headers,
                                          [[maybe_unused]] const span_context& parent) noexcept {
  if constexpr (enabled) propagation::inject(headers, active_propagators(), parent, record::active_fields());
}
/// The same for the current span. Open a span of kind client around the request first: it is the parent to name.
template <propagation::writable_carrier Carrier>
[[gnu::always_inline]] inline void inject([[maybe_unused]] Carrier& headers) noexcept {
  if constexpr (enabled) inject(headers, live_current_span{}.context());
}

/// While it lives, what came with a request beside the ids goes out with the requests made meanwhile: tracestate, baggage,
/// a vendor's own pairs. Kept by bind_current and by detached spans, too.
class live_propagation_scope {
 public:
  explicit live_propagation_scope(const propagation::extracted& incoming) noexcept : fields_{incoming.fields} {}
  live_propagation_scope(const live_propagation_scope&) = delete;
  live_propagation_scope& operator=(const live_propagation_scope&) = delete;

 private:
  propagated_fields fields_;
  record::fields_scope active_{&fields_};
};

struct [[maybe_unused]] idle_propagation_scope {
  template <class Incoming>
  [[gnu::always_inline]] explicit constexpr idle_propagation_scope(const Incoming&) noexcept {}
  idle_propagation_scope(const idle_propagation_scope&) = delete;
  idle_propagation_scope& operator=(const idle_propagation_scope&) = delete;
};

using propagation_scope = std::conditional_t<enabled, live_propagation_scope, idle_propagation_scope>;

}  // namespace SONDE_ABI
}  // namespace sonde
