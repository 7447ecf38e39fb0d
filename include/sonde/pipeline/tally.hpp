// SPDX-License-Identifier: MIT
#pragma once

// How many spans and logs, handled as one, and in words. Used wherever records are counted on their way through an exporter.

#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/record/view.hpp>

namespace sonde::pipeline {

struct tally {
  std::uint64_t spans = 0;
  std::uint64_t logs = 0;

  [[nodiscard]] std::uint64_t records() const noexcept { return spans + logs; }
  tally& operator+=(tally more) noexcept {
    spans += more.spans;
    logs += more.logs;
    return *this;
  }
  tally& operator-=(tally less) noexcept {
    spans -= less.spans;
    logs -= less.logs;
    return *this;
  }
};

/// One span or one log.
[[nodiscard]] inline tally one_of(record::record_view record) noexcept {
  const bool is_span = record.header().type == record::record_type::span;
  return {is_span ? 1u : 0u, is_span ? 0u : 1u};
}

/// `1 span`, `2 spans`.
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string{noun} + (count == 1 ? "" : "s");
}

/// `3 spans`, `1 log record`, `3 spans and 1 log record`.
[[nodiscard]] inline std::string told(tally some) {
  std::string text = some.spans != 0 || some.logs == 0 ? counted(some.spans, "span") : std::string{};
  if (some.logs != 0) text += (text.empty() ? "" : " and ") + counted(some.logs, "log record");
  return text;
}

}  // namespace sonde::pipeline
