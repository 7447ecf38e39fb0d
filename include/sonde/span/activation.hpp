// SPDX-License-Identifier: MIT
#pragma once

// Which span is current on this thread, and how one from elsewhere becomes it for a while.

#include <sonde/context/span_context.hpp>
#include <sonde/record/frame.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::record {

/// The innermost span of a thread; null where there is none, or none above a boundary.
[[nodiscard]] inline frame* active_frame(const recorder& mine) noexcept {
  frame* const top = mine.current;
  return top != nullptr && top->header.type != record_type::boundary ? top : nullptr;
}
/// Null where no session takes records or no span is active.
[[nodiscard]] inline frame* active_frame() noexcept {
  const recorder* mine = live_recorder();
  return mine != nullptr ? active_frame(*mine) : nullptr;
}

[[nodiscard]] inline span_context context_of(frame& active) noexcept {
  if (!active.is_sampled() && !active.header.trace_id.valid()) {  // an unsampled root whose ids nobody needed yet
    active.header.trace_id = active.owner->ids.next_trace_id();
    active.header.span_id = active.owner->ids.next_span_id();
  }
  return {.trace_id = active.header.trace_id,
          .span_id = active.header.span_id,
          .sampled = active.is_sampled(),
          .random = (active.header.flags & random_id) != 0};
}

/// What goes out with requests of this thread beside the ids; null where nothing does.
[[nodiscard]] inline const propagated_fields* active_fields() noexcept {
  const recorder* mine = live_recorder();
  return mine != nullptr ? mine->fields : nullptr;
}

/// Takes `self` off the stack it is on, wherever in it that is. False where it is on none: its session is gone, or it lies
/// deep in another thread's stack, which nobody else may touch.
[[gnu::noinline, gnu::cold]] inline bool unlink(frame& self) noexcept {
  frame* top = &self;
  if (__atomic_compare_exchange_n(&self.owner->current, &top, self.outer, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    if (is_borrowed(self))
      __atomic_store_n(&self.owner->fields, static_cast<borrowed_frame&>(self).outer_fields, __ATOMIC_RELAXED);
    return true;
  }
  if (self.owner != this_thread) return false;
  borrowed_frame* inner = nullptr;  // the nearest one that would bring back the fields `self` brought
  for (frame* above = top; above != nullptr; above = above->outer) {
    if (is_borrowed(*above)) inner = static_cast<borrowed_frame*>(above);
    if (above->outer != &self) continue;
    above->outer = self.outer;
    if (is_borrowed(self))
      (inner != nullptr ? inner->outer_fields : self.owner->fields) = static_cast<borrowed_frame&>(self).outer_fields;
    return true;
  }
  return false;
}

/// A span of elsewhere, ready to be made current many times.
struct borrowed_context {
  sonde::trace_id trace_id;
  sonde::span_id span_id;
  std::uint64_t tail;  // of the frame's header; 0 where the context is invalid

  explicit borrowed_context(const span_context& from) noexcept
      : trace_id{from.trace_id},
        span_id{from.span_id},
        tail{from.valid() ? tail_word(0, record_type::borrowed,
                                      static_cast<std::uint8_t>(from.sampled * sampled | from.random * random_id), 0)
                          : 0} {}
};

/// Makes the span behind `context`, and the fields that travel with it, this thread's current ones until the object goes.
/// Children get the right parent; `lender`, where given, takes attributes. An invalid context changes nothing.
class borrowed_scope {
 public:
  [[gnu::always_inline]] explicit borrowed_scope(const borrowed_context& context, const propagated_fields* fields,
                                                 frame* lender = nullptr) noexcept {
    frame_.owner = nullptr;
    if (context.tail == 0) return;
    recorder* mine = live_recorder();
    if (mine == nullptr) return;
    frame_.owner = mine;
    frame_.set_head(0);
    frame_.header.trace_id = context.trace_id;
    frame_.header.span_id = context.span_id;
    frame_.set_tail(context.tail);
    frame_.lender = lender;
    frame_.outer_fields = mine->fields;
    mine->fields = fields;
    frame_.outer = mine->current;  // far from `owner`: packed into one store, closing would wait for both
    mine->current = &frame_;
  }
  borrowed_scope(const borrowed_scope&) = delete;
  borrowed_scope& operator=(const borrowed_scope&) = delete;
  [[gnu::always_inline]] ~borrowed_scope() {
    if (frame_.owner == nullptr) return;
    if (frame_.owner->current == &frame_ && frame_.owner == attached_recorder()) [[likely]] {
      frame_.owner->current = frame_.outer;
      frame_.owner->fields = frame_.outer_fields;
    } else {
      unlink(frame_);
    }
  }

 private:
  borrowed_frame frame_;
};

/// Makes fields active on this thread until the object goes; they must live as long. Null changes nothing.
class fields_scope {
 public:
  explicit fields_scope(const propagated_fields* fields) noexcept
      : owner_{fields != nullptr ? live_recorder() : nullptr}, ours_{fields} {
    if (owner_ == nullptr) return;
    outer_ = owner_->fields;
    owner_->fields = fields;
  }
  fields_scope(const fields_scope&) = delete;
  fields_scope& operator=(const fields_scope&) = delete;
  /// Ended out of turn, it leaves alone what has replaced it.
  ~fields_scope() {
    if (owner_ == nullptr) return;
    recorder* mine = attached_recorder();  // in a coroutine perhaps of another thread than it began on
    if (mine != nullptr && mine->fields == ours_) mine->fields = outer_;
  }

 private:
  recorder* owner_;
  const propagated_fields* ours_;
  const propagated_fields* outer_ = nullptr;
};

/// Nobody on this thread writes to `ended` any more, though a scope may keep it current.
inline void revoke(const frame& ended) noexcept {
  const recorder* mine = live_recorder();
  for (frame* each = mine != nullptr ? mine->current : nullptr; each != nullptr; each = each->outer)
    if (is_borrowed(*each) && static_cast<borrowed_frame*>(each)->lender == &ended)
      static_cast<borrowed_frame*>(each)->lender = nullptr;
}

}  // namespace sonde::record
