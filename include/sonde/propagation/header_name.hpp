// SPDX-License-Identifier: MIT
#pragma once

// The names of the headers that carry context, as they are written, and a quick test whether a given name is one of them in
// whatever case.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <sonde/encoding/hex.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::propagation {

class header_name {
 public:
  consteval header_name(std::string_view name) noexcept : text_{name} {
    if (name.size() < sizeof(std::uint64_t)) return;
    for (const std::size_t from : {std::size_t{0}, name.size() - sizeof(std::uint64_t)}) {
      half& word = from == 0 ? head_ : tail_;
      for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i) {
        const char c = name[from + i];
        const bool letter = environment::upper(c) >= 'A' && environment::upper(c) <= 'Z';
        const unsigned char fold = letter ? 0x20 : 0;
        word.fold = word.fold << 8 | fold;
        word.lower = word.lower << 8 | (static_cast<unsigned char>(c) | fold);
      }
    }
  }
  constexpr operator std::string_view() const noexcept { return text_; }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return text_.size(); }

  /// `name` must have the size of this one. Eight characters at a time, the two words of longer names overlapping.
  [[nodiscard]] constexpr bool is(std::string_view name) const noexcept {
    constexpr std::size_t word = sizeof(std::uint64_t);
    if (size() < word || size() > 2 * word) return environment::same_ignoring_case(name, text_);
    return head_.matches(name.data()) && tail_.matches(name.data() + name.size() - word);
  }

 private:
  struct half {
    std::uint64_t fold = 0;  // the bit that tells upper from lower case, where there is a letter
    std::uint64_t lower = 0;
    [[nodiscard]] constexpr bool matches(const char* at) const noexcept {
      return (encoding::big_endian<std::uint64_t>(at) | fold) == lower;
    }
  };
  std::string_view text_;
  half head_{};
  half tail_{};
};

namespace header {

inline constexpr header_name traceparent{"traceparent"};
inline constexpr header_name tracestate{"tracestate"};
inline constexpr header_name baggage{"baggage"};
inline constexpr header_name xray{"X-Amzn-Trace-Id"};
inline constexpr header_name b3{"b3"};
inline constexpr header_name b3_trace_id{"X-B3-TraceId"};
inline constexpr header_name b3_span_id{"X-B3-SpanId"};
inline constexpr header_name b3_parent_span_id{"X-B3-ParentSpanId"};
inline constexpr header_name b3_sampled{"X-B3-Sampled"};
inline constexpr header_name b3_flags{"X-B3-Flags"};

inline constexpr std::string_view all_read[] = {traceparent, tracestate, baggage,    xray,    b3,
                                                b3_trace_id, b3_span_id, b3_sampled, b3_flags};

}  // namespace header
}  // namespace sonde::propagation
