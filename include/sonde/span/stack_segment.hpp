// SPDX-License-Identifier: MIT
#pragma once

// The active spans of one coroutine: a piece of a thread's stack of active spans that is taken off one thread while the
// coroutine is suspended, and put on whichever resumes it. integrations/coroutine.hpp says when.

#include <cstdint>

#include <sonde/context/shared_fields.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/span/activation.hpp>

namespace sonde::record {

/// What a span that begins elsewhere takes over from the one that is current here.
struct captured_context {
  span_context parent;
  context::shared_fields fields;

  [[nodiscard]] static captured_context current() noexcept {
    frame* active = active_frame();
    return {active != nullptr ? context_of(*active) : span_context{}, context::shared_fields{active_fields()}};
  }
};

/// Lies between the spans of the thread and those of the coroutine as a borrowed frame, so that neither sees the other's.
/// One thread at a time may use it.
///
/// Parked frames keep the owner they had, which nobody looks at: guards close only while they are on a stack. Those whose
/// session has ended meanwhile are disowned when they would be put on again: a recycled recorder never meets them.
class stack_segment {
 public:
  /// Parked, without spans of its own yet. What begins in it has `from` as its parent; without one it begins a trace.
  explicit stack_segment(const captured_context& from) noexcept : fields_{from.fields} {
    base_.owner = nullptr;
    base_.take_no_entries();
    base_.header.trace_id = from.parent.trace_id;
    base_.header.span_id = from.parent.span_id;
    base_.header.type = from.parent.valid() ? record_type::borrowed : record_type::boundary;
    base_.header.flags = static_cast<std::uint8_t>((from.parent.sampled ? sampled : 0) | (from.parent.random ? random_id : 0));
    base_.lender = nullptr;
    base_.active.fields = fields_.get();
  }
  stack_segment(const stack_segment&) = delete;
  stack_segment& operator=(const stack_segment&) = delete;
  ~stack_segment() {
    if (base_.owner != nullptr) unlink(base_);
  }

  /// Makes its innermost span this thread's current one. Does nothing while it is on a thread already.
  [[gnu::noinline]] void put_on() noexcept {
    if (is_on_) return;
    is_on_ = true;
    recorder* const mine = live_recorder();
    if (mine == nullptr || mine->session != session_) disown();
    if (mine == nullptr) {
      session_ = this_thread != nullptr ? this_thread->session : 0;
      return;
    }
    session_ = mine->session;
    for (frame* each = top_; each != &base_; each = each->outer) adopt(*each, *mine);
    base_.owner = mine;
    base_.outer = mine->current;
    base_.active.outer = mine->fields;
    mine->current = top_;
    mine->fields = top_fields_;
    top_ = &base_;
    top_fields_ = &base_.active;
  }

  /// Parks what is on top of this thread's stack down to where put_on began; the thread has its own spans back.
  [[gnu::noinline]] void take_off() noexcept {
    if (!is_on_) return;
    recorder* const mine = this_thread;
    if (mine != nullptr && mine->session != session_) {
      take_all(*mine);
    } else if (mine != nullptr && mine == base_.owner) {
      top_ = mine->current;
      top_fields_ = mine->fields;
      mine->current = base_.outer;
      mine->fields = base_.active.outer;
    } else if (mine != nullptr && base_.owner != nullptr) {
      return;  // was resumed here unnoticed: it lies on another thread's stack, out of reach
    }
    base_.owner = nullptr;
    is_on_ = false;
  }

 private:
  /// On the thread that runs the coroutine now. An exception that flies there is none of the span's.
  static void adopt(frame& parked, recorder& mine) noexcept {
    parked.owner = &mine;
    if (!parked.takes_entries() || parked.uncaught() == 255) return;
    parked.set_uncaught(*mine.uncaught);
  }

  /// A session began while it was on: with an empty stack, so that all on it now was opened by this coroutine. Those of
  /// the session before, if any, are on no stack.
  void take_all(recorder& mine) noexcept {
    if (frame* bottom = mine.current) {
      top_ = bottom;
      while (bottom->outer != nullptr) bottom = bottom->outer;
      bottom->outer = &base_;
    }
    if (fields_link* bottom = mine.fields) {
      top_fields_ = bottom;
      while (bottom->outer != nullptr) bottom = bottom->outer;
      bottom->outer = &base_.active;
    }
    mine.current = nullptr;
    mine.fields = nullptr;
    session_ = mine.session;
  }

  /// The guards stay, and do nothing any more.
  void disown() noexcept {
    for (frame* each = top_; each != &base_; each = each->outer) {
      each->free_spill();
      each->owner = nullptr;
    }
    top_ = &base_;
    top_fields_ = &base_.active;  // others may have ended meanwhile, unseen
  }

  borrowed_frame base_;             // its owner is null while it is on no stack
  frame* top_ = &base_;             // while parked
  context::shared_fields fields_;
  fields_link* top_fields_ = &base_.active;  // while parked
  std::uint64_t session_ = 0;       // that its frames belong to
  bool is_on_ = false;              // the coroutine runs, though perhaps on a thread that records nothing
};

}  // namespace sonde::record
