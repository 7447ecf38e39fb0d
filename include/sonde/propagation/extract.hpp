// SPDX-License-Identifier: MIT
#pragma once

// From the headers of a request to the parent of the span that answers it. Allocates nothing, and never throws.

#include <iterator>
#include <string_view>
#include <type_traits>

#include <sonde/propagation/carrier.hpp>
#include <sonde/propagation/extracted.hpp>
#include <sonde/propagation/header_name.hpp>
#include <sonde/propagation/interpret.hpp>
#include <sonde/propagation/propagator_list.hpp>
#include <sonde/propagation/received_headers.hpp>

namespace sonde::propagation {

/// A get() that throws where a header is missing is as good as one that returns nothing.
template <header_lookup Carrier>
constexpr void look_up(const Carrier& carrier, std::string_view name, received_headers& received) noexcept {
  try {
    received.take(name, text_of(carrier.get(name)));
  } catch (...) {
  }
}

/// Reads the headers that `list` names, in its order. What comes out borrows from the carrier.
template <readable_carrier Carrier>
[[nodiscard]] constexpr extracted extract(const Carrier& carrier, propagator_list list = {}) noexcept {
  received_headers received;
  if constexpr (header_range<const Carrier>) {
    using element = decltype(*std::begin(carrier));
    static_assert(outlives_element<element, decltype(std::remove_cvref_t<element>::second)>,
                  "sonde: the elements of this carrier are copies, gone before they are read: let it give references or views");
    for (auto&& each : carrier) received.take(each.first, each.second);
  } else {
    for (const std::string_view name : header::all_read) look_up(carrier, name, received);
  }
  return interpret(received, list);
}

}  // namespace sonde::propagation
