// SPDX-License-Identifier: MIT
#pragma once

// Where a trace lies in a table. Whoever sends a request may choose its trace's id: without a secret of the table's own they
// could put thousands into one place, each to be compared with all others. Used by adapters that keep spans by trace.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <sonde/context/entropy.hpp>
#include <sonde/context/trace_id.hpp>

namespace sonde::context {

class trace_id_hash {
 public:
  trace_id_hash() noexcept {
    id_source drawn = seeded_id_source();
    for (std::uint64_t& each : secret_) each = drawn.next();
  }
  [[nodiscard]] std::size_t operator()(const trace_id& id) const noexcept {
    std::uint64_t half[2];
    std::memcpy(half, id.bytes, sizeof half);
    const std::uint64_t mixed = (half[0] ^ secret_[0]) * ((half[1] ^ secret_[1]) | 1);
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
  }

 private:
  std::uint64_t secret_[2];
};

}  // namespace sonde::context
