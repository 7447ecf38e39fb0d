// SPDX-License-Identifier: MIT
#pragma once

// The innermost active span of this thread, found instead of passed.

#include <sonde/span/operations.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// Valid until that span ends; does nothing where there is none, or where it is open on another thread (bind_current).
class live_current_span : public operations<live_current_span> {
 public:
  live_current_span() noexcept : active_{record::active_frame()} {}

 private:
  friend class operations<live_current_span>;
  [[nodiscard]] record::frame* target() const noexcept { return record::writable(active_); }
  [[nodiscard]] record::frame* identity() const noexcept { return active_; }

  record::frame* active_;
};

}  // namespace SONDE_ABI
}  // namespace sonde
