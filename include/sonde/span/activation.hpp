// SPDX-License-Identifier: MIT
#pragma once

// Which span is current on this thread, and how one from elsewhere becomes it for a while.

#include <sonde/context/span_context.hpp>
#include <sonde/record/frame.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::record {

/// Null where no session takes records or no span is active.
[[nodiscard]] inline frame* active_frame() noexcept {
  const recorder* mine = live_recorder();
  return mine != nullptr ? mine->current : nullptr;
}

[[nodiscard]] inline span_context context_of(frame& active) noexcept {
  if (!active.is_sampled() && !active.header.trace_id.valid()) {  // an unsampled root whose ids nobody needed yet
    active.header.trace_id = active.owner->ids.next_trace_id();
    active.header.span_id = active.owner->ids.next_span_id();
  }
  return {active.header.trace_id, active.header.span_id, active.is_sampled(), false};
}

/// Takes `self` off the stack it is on, wherever in it that is. False where it is on none: its session is gone, or it lies
/// deep in another thread's stack, which nobody else may touch.
[[gnu::noinline, gnu::cold]] inline bool unlink(frame& self) noexcept {
  frame* top = &self;
  if (__atomic_compare_exchange_n(&self.owner->current, &top, self.outer, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    return true;
  if (self.owner != this_thread) return false;
  for (frame* above = top; above != nullptr; above = above->outer)
    if (above->outer == &self) {
      above->outer = self.outer;
      return true;
    }
  return false;
}

/// Makes the span behind `context` this thread's current one until the object goes. Its children get the right parent;
/// `lender`, where given, takes attributes. An invalid context changes nothing.
class borrowed_scope {
 public:
  [[gnu::always_inline]] explicit borrowed_scope(const span_context& context, frame* lender = nullptr) noexcept {
    frame_.owner = nullptr;
    if (!context.valid()) return;
    recorder* mine = live_recorder();
    if (mine == nullptr) return;
    frame_.owner = mine;
    frame_.outer = mine->current;
    frame_.take_no_entries();
    frame_.header.trace_id = context.trace_id;
    frame_.header.span_id = context.span_id;
    frame_.header.type = record_type::borrowed;
    frame_.header.flags = context.sampled ? sampled : 0;
    frame_.lender = lender;
    mine->current = &frame_;
  }
  borrowed_scope(const borrowed_scope&) = delete;
  borrowed_scope& operator=(const borrowed_scope&) = delete;
  [[gnu::always_inline]] ~borrowed_scope() {
    if (frame_.owner == nullptr) return;
    if (frame_.owner->current == &frame_ && frame_.owner == this_thread) [[likely]]
      frame_.owner->current = frame_.outer;
    else
      unlink(frame_);
  }

 private:
  borrowed_frame frame_;
};

/// Nobody on this thread writes to `ended` any more, though a scope may keep it current.
inline void revoke(const frame& ended) noexcept {
  for (frame* each = active_frame(); each != nullptr; each = each->outer)
    if (each->header.type == record_type::borrowed && static_cast<borrowed_frame*>(each)->lender == &ended)
      static_cast<borrowed_frame*>(each)->lender = nullptr;
}

}  // namespace sonde::record
