// SPDX-License-Identifier: MIT
#pragma once

// What an argument of a log's format was, so that its text can be made later as it would have been made at once. Written
// by log/copied_argument.hpp, read by pipeline/log_text.hpp.

#include <cstdint>

namespace sonde::record {

/// In an entry of type `argument`, in place of a description's id. Text has its bytes as payload, everything else 8
/// bytes.
enum class argument_kind : std::uint32_t {
  boolean,
  character,
  integer,           // int64: fmt writes narrower ones alike
  unsigned_integer,  // uint64
  single_real,       // float, which has fewer digits than the same value as a double
  real,              // double
  pointer,           // an address, to be written as one
  text,
};

}  // namespace sonde::record
