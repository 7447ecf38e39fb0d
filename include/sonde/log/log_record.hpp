// SPDX-License-Identifier: MIT
#pragma once

// A log record on its way into the ring: made on the stack, stamped with the active span's ids, published at once.

#include <sonde/config.hpp>
#include <sonde/record/attribute.hpp>
#include <sonde/record/publish.hpp>
#include <sonde/span/activation.hpp>

namespace sonde::record {

/// Null-operation where no session takes records.
class log_record {
 public:
  explicit log_record(level severity, std::uint8_t flags = 0) noexcept : mine_{live_recorder()} {
    if (mine_ == nullptr) return;
    count(mine_->logs.started);
    frame_.header = {};
    frame_.set_head(record::head_word(0));
    frame_.room = frame::plain_room;
    frame_.header.type = record_type::log;
    frame_.header.flags = flags;
    frame_.header.kind = static_cast<std::uint8_t>(severity);
    frame_.header.start = frame_.header.end = context::ticks();
    if (frame* active = active_frame(*mine_)) {
      const span_context within = context_of(*active);
      frame_.header.trace_id = within.trace_id;
      frame_.header.span_id = within.span_id;
      if (within.sampled) frame_.header.flags |= sampled;
    }
  }
  log_record(const log_record&) = delete;
  log_record& operator=(const log_record&) = delete;
  ~log_record() {
    if (mine_ != nullptr && publish(*mine_, frame_, mine_->logs, false)) count(mine_->logs.written);
  }
  /// Null where nothing is recorded.
  [[nodiscard]] frame* target() noexcept { return mine_ != nullptr ? &frame_ : nullptr; }
  [[nodiscard]] recorder* owner() const noexcept { return mine_; }

 private:
  recorder* mine_;
  roomy_frame frame_;
};

}  // namespace sonde::record
