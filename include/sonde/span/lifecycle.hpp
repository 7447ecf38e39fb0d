// SPDX-License-Identifier: MIT
#pragma once

// How a span begins and ends: the few functions every guard, of whatever type, calls. Not templates, so that a call site
// costs a call. `open` and `close` are the usual path, which calls nothing: a child of a recorded span, left in order. Whatever is
// unusual leaves by a call in last place, before anything is written, so that neither saves a register, and goes through the
// session's table (span/unusual.hpp), so that no object file but the session's has its code. Where the session has ended
// since this thread looked, there is no table, and nothing is left to do.

#include <cstdint>

#include <sonde/context/clock.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/record/attribute.hpp>
#include <sonde/record/publish.hpp>
#include <sonde/span/activation.hpp>

namespace sonde::record {

/// Whether `site.tail` is that of spans opened here.
[[nodiscard, gnu::always_inline]] inline bool is_known_place(const description& site, const char* file,
                                                             std::uint32_t line) noexcept {
  return __atomic_load_n(&site.opened_file, __ATOMIC_ACQUIRE) == file && site.opened_line == line;
}

/// What opening a recorded span writes whatever its parent is: everything but ids, the stack and the time, which comes last.
[[gnu::always_inline]] inline void begin_record(frame& self, recorder& mine, std::uint64_t head, std::uint64_t tail) noexcept {
  self.set_head(head);
  self.set_tail(tail);
  add(mine.spans.begun_and_open, signal_counters::one_begun_and_open);
}
/// A child takes its trace and the decision from its parent, which belongs to this process.
[[gnu::always_inline]] inline void join_trace(frame& self, recorder& mine, const struct header& parent) noexcept {
  self.header.trace_id = parent.trace_id;
  self.header.parent_id = parent.span_id;
  self.header.span_id = draw_span_id(mine);
}
[[gnu::always_inline]] inline void push(frame& self, recorder& mine) noexcept {
  self.owner = &mine;
  asm volatile("" ::: "memory");  // else both go through one 16-byte register, which takes longer
  self.outer = mine.current;
  asm volatile("" ::: "memory");  // a signal handler finds it whole
  mine.current = &self;
}

/// A span that could not even begin.
[[gnu::noinline, gnu::cold]] inline void count_unrecorded(recorder& mine, drop_reason why) noexcept {
  count(mine.spans.started);
  count_drop(mine.spans, why);
}

/// A local root; or the first span of its site, or one of another place than that, or one opened while an exception flies.
[[gnu::noinline]] inline void open_unusual(frame& self, description& site, const char* file, std::uint32_t line, const char* function,
                                           recorder& mine) noexcept {
  if (const session_table* const table = installed_table())
    table->unusual->open(self, site, file, line, function, mine);
  else
    self.owner = nullptr;
}
/// The first span of a module on this thread, or of a session.
[[gnu::noinline, gnu::cold]] inline void open_first(frame& self, description& site, const char* file, std::uint32_t line,
                                                    const char* function) noexcept {
  if (recorder* const mine = live_recorder<arrival::purpose::span>())
    open_unusual(self, site, file, line, function, *mine);
  else
    self.owner = nullptr;
}

[[gnu::always_inline]] inline void count_unsampled(recorder& mine) noexcept {
  count(mine.spans.started);
  count(mine.spans.unsampled);
}
/// Nothing is opened beneath an unsampled span: that one stays current.
[[gnu::always_inline]] inline void leave_out(frame& self, recorder& mine) noexcept {
  self.owner = nullptr;
  count_unsampled(mine);
}
/// Opens a guard under this thread's active span; `mine` may be null. The place comes in parts, which stay in the registers they
/// come in.
[[gnu::noinline]] inline void open(frame& self, description& site, const char* file, std::uint32_t line, const char* function,
                                   recorder* mine) noexcept {
  if (mine == nullptr || !__atomic_load_n(&mine->live, __ATOMIC_RELAXED)) [[unlikely]]
    return open_first(self, site, file, line, function);
  const frame* const outer = mine->current;
  if (outer == nullptr) return open_unusual(self, site, file, line, function, *mine);
  if (!outer->is_sampled()) {
    if (outer->header.type >= record_type::boundary) return open_unusual(self, site, file, line, function, *mine);
    return leave_out(self, *mine);
  }
  const std::uint64_t head = head_of(site);
  if (head == 0 || !is_known_place(site, file, line) || *mine->unusual != 0) [[unlikely]]
    return open_unusual(self, site, file, line, function, *mine);
  join_trace(self, *mine, outer->header);
  begin_record(self, *mine, head, site.tail | (outer->tail() & inherited_flags));
  self.header.start = context::counter();
  push(self, *mine);
}

/// Opens a guard of a given kind, under an explicit parent where that is valid, and makes it the thread's active span.
[[gnu::noinline]] inline void open_under(frame& self, description& site, const opened_at& where, kind what,
                                         const span_context& parent) noexcept {
  recorder* const mine = live_recorder<arrival::purpose::span>();
  const session_table* const table = mine != nullptr ? installed_table() : nullptr;
  if (table != nullptr)
    table->unusual->open_under(self, site, *mine, where, what, parent);
  else
    self.owner = nullptr;
}

/// Publishes a span that is on no stack, from whichever thread ends it, in the session it began in.
[[gnu::noinline]] inline void end_unlinked(frame& self, std::uint64_t session) noexcept {
  if (!self.is_sampled()) return;
  if (const session_table* const table = installed_table())
    table->unusual->end(self, session);
  else
    self.free_spill();
}

/// A guard that is off the stack; `session` is that in which it was on one, else 0.
[[gnu::noinline]] inline void close_unlinked(frame& self, std::uint64_t session) noexcept {
  if (!self.is_sampled()) return;
  if (const session_table* const table = installed_table())
    table->unusual->close(self, attached_recorder(), session);
  else
    self.free_spill();
}
/// Every close that is not plainly "the innermost guard of its thread, left normally".
[[gnu::noinline, gnu::cold]] inline void close_unusual(frame& self) noexcept {
  // Before a signal handler may join the next one; where its thread has ended, another may be taking it over.
  const std::uint64_t session = __atomic_load_n(&self.owner->session, __ATOMIC_RELAXED);
  const bool is_current = unlink(self);  // a session's stacks go with it
  close_unlinked(self, is_current ? session : 0);
}
/// The ring's chunk is full, or the frame unusual.
[[gnu::noinline, gnu::cold]] inline void close_elsewhere(frame& self, recorder& mine) noexcept {
  const std::uint64_t session = mine.session;
  end_writing(mine, self.outer);
  close_unlinked(self, session);
}

/// Ends a guard that `open` gave an owner.
[[gnu::noinline]] inline void close(frame& self) noexcept {
  recorder* const mine = this_thread;
  if (mine == nullptr || mine->current != &self || *mine->unusual != 0) [[unlikely]]
    return close_unusual(self);
  begin_writing(*mine);
  const std::uint64_t head = self.head();
  char* const to = mine->ring.room(first_half(head));
  if (to == nullptr) [[unlikely]] return close_elsewhere(self, *mine);
  const std::uint64_t end = context::counter();
  add(mine->spans.begun_and_open, signal_counters::one_ended);
  publish_in_place(*mine, self, head, end, to);
  end_writing(*mine, self.outer);
}

}  // namespace sonde::record
