// SPDX-License-Identifier: MIT
#pragma once

// What travels with a trace beside its ids: header fields of the request that a process is answering, to go out with the
// requests it makes meanwhile. Kept as text, as they came; the room `propagation` reads and writes them.

#include <cstddef>

#include <sonde/context/trace_id.hpp>
#include <sonde/meta/text.hpp>

namespace sonde {

/// The values of the header fields of one name, in order of arrival. They mean what they would mean joined with commas.
/// Source: RFC 9110, section 5.2.
struct field_lines {
  static constexpr std::size_t most = 4;

  meta::text line[most]{};
  std::size_t count = 0;

  [[nodiscard]] constexpr bool empty() const noexcept { return count == 0; }
  [[nodiscard]] constexpr const meta::text* begin() const noexcept { return line; }
  [[nodiscard]] constexpr const meta::text* end() const noexcept { return line + count; }
  [[nodiscard]] constexpr meta::text* begin() noexcept { return line; }
  [[nodiscard]] constexpr meta::text* end() noexcept { return line + count; }
  /// False where there is no room.
  constexpr bool add(meta::text value) noexcept {
    if (count == most) return false;
    line[count++] = value;
    return true;
  }
};

/// Borrowed from the headers they came in, or kept by a shared_fields.
struct propagated_fields {
  sonde::trace_id trace_id{};  // the trace that `tracestate` and `xray` belong to
  field_lines tracestate{};    // valid members only
  field_lines baggage{};
  meta::text xray{};           // the whole X-Amzn-Trace-Id, for its vendor pairs
  bool is_shared = false;      // kept by a shared_fields

  [[nodiscard]] constexpr bool empty() const noexcept { return tracestate.empty() && baggage.empty() && xray.empty(); }
};

}  // namespace sonde
