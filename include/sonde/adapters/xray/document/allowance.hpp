// SPDX-License-Identifier: MIT
#pragma once

// How much of a span its document may tell. A document too long for a datagram is written again with less, until it fits.
// Used by writer.hpp.

#include <cstddef>
#include <cstdint>

namespace sonde::xray {

/// Sizes are bytes of JSON, lengths characters.
struct allowance {
  std::uint32_t text;          // the length of a text within a value or a message
  std::size_t value;           // the size of a value
  std::size_t list;            // the size of all events, and of all links
  std::size_t frames;          // of an exception's stack
  std::size_t exceptions;
  bool metadata = true;
};

/// In characters: who says more fits in no datagram in any case, and need not be escaped to the end first.
inline constexpr std::uint32_t longest_text = 64'000;

/// In the order in which they are tried. The last one fits whatever the span, unless the session itself says too much.
inline constexpr allowance allowances[] = {
    {longest_text, SIZE_MAX, SIZE_MAX, 50, 64},
    {1000, 2000, 8000, 20, 8},
    {200, 300, 1000, 5, 3},
    {100, 200, 0, 3, 2, false},
};

}  // namespace sonde::xray
