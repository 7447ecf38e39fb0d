// SPDX-License-Identifier: MIT
#pragma once

// Which span is current on this thread, and how one from elsewhere becomes it for a while.

#include <sonde/context/span_context.hpp>
#include <sonde/record/frame.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/writing.hpp>

namespace sonde::record {

/// The innermost span of a thread; null where there is none, or none above a boundary.
[[nodiscard]] inline frame* active_frame(const recorder& mine) noexcept {
  frame* const top = mine.current;
  return top != nullptr && top->header.type < record_type::boundary ? top : nullptr;
}
/// Null where no session takes records or no span is active.
[[nodiscard]] inline frame* active_frame() noexcept {
  const recorder* mine = live_recorder();
  return mine != nullptr ? active_frame(*mine) : nullptr;
}

[[gnu::noinline, gnu::cold]] inline void draw_ids(frame& root) noexcept {
  if (const session_table* const table = installed_table()) return table->unusual->draw_ids(root);
  root.header.trace_id = root.owner->ids.next_trace_id();  // its session has ended: nobody wants to know the time
  root.header.span_id = root.owner->ids.next_span_id();
}
[[nodiscard]] inline span_context context_of(frame& active) noexcept {
  if (!active.is_sampled() && !active.header.trace_id.valid()) draw_ids(active);  // a root whose ids nobody needed yet
  return {.trace_id = active.header.trace_id,
          .span_id = active.header.span_id,
          .sampled = active.is_sampled(),
          .random = (active.header.flags & random_id) != 0};
}

/// What goes out with requests of a thread beside the ids; null where nothing does.
[[nodiscard]] inline const propagated_fields* active_fields(const recorder& mine) noexcept {
  return mine.fields != nullptr ? mine.fields->fields : nullptr;
}
[[nodiscard]] inline const propagated_fields* active_fields() noexcept {
  const recorder* mine = live_recorder();
  return mine != nullptr ? active_fields(*mine) : nullptr;
}

/// Takes `self` out of this thread's active fields, wherever in them it lies; or out of those of the thread it began on, where
/// it is the innermost: what lies deeper there nobody else may touch.
[[gnu::noinline, gnu::cold]] inline void unlink(fields_link& self, recorder& began_on) noexcept {
  if (recorder* const mine = attached_recorder())
    for (fields_link** each = &mine->fields; *each != nullptr; each = &(*each)->outer)
      if (*each == &self) {
        *each = self.outer;
        return;
      }
  fields_link* top = &self;
  __atomic_compare_exchange_n(&began_on.fields, &top, self.outer, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/// Takes `self` off the stack it is on, wherever in it that is. False where it is on none: its session is gone, or it lies
/// deep in another thread's stack, which nobody else may touch.
[[gnu::noinline, gnu::cold]] inline bool unlink(frame& self) noexcept {
  if (is_borrowed(self)) unlink(static_cast<borrowed_frame&>(self).active, *self.owner);
  frame* top = &self;
  if (__atomic_compare_exchange_n(&self.owner->current, &top, self.outer, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    return true;
  if (self.owner != this_thread) return false;
  for (frame* above = top; above != nullptr; above = above->outer) {
    if (above->outer != &self) continue;
    above->outer = self.outer;
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
                                                 detached_frame* lender = nullptr) noexcept {
    frame_.owner = nullptr;
    if (context.tail == 0) return;
    recorder* mine = live_recorder();
    if (mine == nullptr || is_writing(*mine)) return;
    frame_.owner = mine;
    frame_.take_no_entries();
    frame_.header.trace_id = context.trace_id;
    frame_.header.span_id = context.span_id;
    frame_.set_tail(context.tail);
    frame_.lender = lender;
    frame_.active.fields = fields;
    frame_.active.outer = mine->fields;
    mine->fields = &frame_.active;
    asm volatile("" ::: "memory");  // a signal handler finds it whole; and far from `owner`: packed into one store, closing would wait
    frame_.outer = mine->current;
    mine->current = &frame_;
  }
  borrowed_scope(const borrowed_scope&) = delete;
  borrowed_scope& operator=(const borrowed_scope&) = delete;
  [[gnu::always_inline]] ~borrowed_scope() {
    if (frame_.owner == nullptr) return;
    recorder& owner = *frame_.owner;
    if (owner.current == &frame_ && owner.fields == &frame_.active && frame_.owner == attached_recorder()) [[likely]] {
      owner.current = frame_.outer;
      owner.fields = frame_.active.outer;
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
      : owner_{fields != nullptr ? live_recorder() : nullptr}, link_{fields, nullptr} {
    if (owner_ == nullptr) return;
    link_.outer = owner_->fields;
    owner_->fields = &link_;
  }
  fields_scope(const fields_scope&) = delete;
  fields_scope& operator=(const fields_scope&) = delete;
  ~fields_scope() {
    if (owner_ == nullptr) return;
    if (owner_->fields == &link_ && owner_ == attached_recorder()) [[likely]]
      owner_->fields = link_.outer;
    else
      unlink(link_, *owner_);  // out of turn, or, in a coroutine, on another thread than it began on
  }

 private:
  recorder* owner_;
  fields_link link_;
};

}  // namespace sonde::record
