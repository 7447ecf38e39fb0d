// SPDX-License-Identifier: MIT
#pragma once

// Where ids come from: one generator per thread, seeded by the system (context/entropy.hpp) when the thread first records.

#include <cstdint>

#include <sonde/context/span_id.hpp>
#include <sonde/context/trace_id.hpp>

namespace sonde::context {

/// xoshiro256++ (Blackman, Vigna: "Scrambled linear pseudorandom number generators", 2019): 256 bits of state, so that
/// trace ids keep all their 128 random bits. Not for secrets.
struct id_source {
  std::uint64_t state[4];  // never all zero

  [[nodiscard]] std::uint64_t next() noexcept {
    const std::uint64_t drawn = rotate(state[0] + state[3], 23) + state[0];
    const std::uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return drawn;
  }
  [[nodiscard]] span_id next_span_id() noexcept {
    std::uint64_t drawn = next();
    drawn += drawn == 0;
    span_id id;
    __builtin_memcpy(id.bytes, &drawn, sizeof id.bytes);
    return id;
  }
  [[nodiscard]] trace_id next_trace_id() noexcept {
    const std::uint64_t high = next();
    std::uint64_t low = next();
    low += low == 0;
    trace_id id;
    __builtin_memcpy(id.bytes, &high, 8);
    __builtin_memcpy(id.bytes + 8, &low, 8);
    return id;
  }

 private:
  [[nodiscard]] static constexpr std::uint64_t rotate(std::uint64_t value, int bits) noexcept {
    return (value << bits) | (value >> (64 - bits));
  }
};

}  // namespace sonde::context
