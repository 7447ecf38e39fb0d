// SPDX-License-Identifier: MIT
#pragma once

// How a span begins and ends: the few functions every guard, of whatever type, calls. Not templates, so that a call site
// costs a call. The usual path of `open` and `close` calls nothing: whatever is unusual leaves by a call in last place, before
// anything is written, so that neither saves a register.

#include <cstdint>

#include <sonde/context/clock.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/record/attribute.hpp>
#include <sonde/record/publish.hpp>
#include <sonde/span/activation.hpp>

namespace sonde::record {

/// Where a guard in plain form was opened; `file` is null where that is not captured.
struct opened_at {
  const char* file = nullptr;
  std::uint32_t line = 0;
  const char* function = nullptr;
};

/// Not the place this site was first opened at: the thread's own memory of places, then the registry.
[[nodiscard, gnu::noinline, gnu::cold]] inline std::uint64_t locate(description& site, recorder& mine,
                                                                    opened_at where) noexcept {
  const auto slot = (reinterpret_cast<std::uintptr_t>(where.file) / 8 + where.line) % (sizeof mine.places / sizeof mine.places[0]);
  known_place& known = mine.places[slot];
  if (known.file != where.file || known.line != where.line || __atomic_load_n(&site.opened_file, __ATOMIC_RELAXED) == nullptr) {
    const session_table* table = installed_table();
    const std::uint32_t id = table ? table->locate(site, where.file, where.line, where.function) : 0;
    if (id == 0) return plain_tail;
    known = {where.file, where.line, id};
  }
  return plain_tail | make_word(known.id, 0);
}

/// Whether `site.tail` is that of spans opened here.
[[nodiscard, gnu::always_inline]] inline bool is_known_place(const description& site, opened_at where) noexcept {
  return __atomic_load_n(&site.opened_file, __ATOMIC_ACQUIRE) == where.file && site.opened_line == where.line;
}
/// The last word of a record's header: location, and a sampled, internal span of unset status.
[[nodiscard]] inline std::uint64_t tail_for(description& site, recorder& mine, opened_at where) noexcept {
  if (where.file == nullptr) return plain_tail;
  return is_known_place(site, where) ? site.tail : locate(site, mine, where);
}

/// What opening a recorded span writes whatever its parent is: everything but ids, the stack and the time, which comes last.
[[gnu::always_inline]] inline void begin_record(frame& self, recorder& mine, std::uint64_t head, std::uint64_t tail) noexcept {
  self.set_head(head);
  self.set_tail(tail);
  add(mine.spans.begun_and_open, signal_counters::one_begun_and_open);
}
[[gnu::noinline]] inline void begin_record(frame& self, description& site, recorder& mine, opened_at where) noexcept {
  begin_record(self, mine, enrolled_head(site), tail_for(site, mine, where));
  self.open_during(*mine.uncaught);
  self.header.start = context::ticks();
}

/// An unsampled local root: only its ids matter, for headers and for children that ask.
inline void begin_unsampled(frame& self, recorder& mine, std::uint8_t flags) noexcept {
  self.take_no_entries();
  self.set_tail(tail_word(0, record_type::span, flags, static_cast<std::uint8_t>(kind::internal)));
  count(mine.spans.started);
  count(mine.spans.unsampled);
}

/// A local root nobody will ask the sampler about. Its ids are drawn when somebody asks for them (context_of).
inline void begin_dropped_root(frame& self, recorder& mine) noexcept {
  self.header.trace_id = {};
  begin_unsampled(self, mine, local_root | random_id);
}

/// The flags a span has from a caller elsewhere.
[[nodiscard]] inline std::uint8_t flags_from(const span_context& incoming) noexcept {
  unsigned flags = local_root;
  if (incoming.span_id.valid()) flags |= remote_parent;
  if (incoming.random) flags |= random_id;
  return static_cast<std::uint8_t>(flags);
}
/// What the sampler is shown of them. A caller who left the decision to us is no parent to it, though one to the span.
[[nodiscard]] inline std::uint8_t flags_to_judge(const span_context& incoming) noexcept {
  unsigned flags = local_root;
  if (!incoming.span_id.valid() || incoming.undecided) return static_cast<std::uint8_t>(flags);
  flags |= remote_parent;
  if (incoming.sampled) flags |= sampled;
  return static_cast<std::uint8_t>(flags);
}

/// A span that could not even begin.
[[gnu::noinline, gnu::cold]] inline void count_unrecorded(recorder& mine, drop_reason why) noexcept {
  count(mine.spans.started);
  count_drop(mine.spans, why);
}
/// The handler of a signal begins it while its thread writes a record.
[[gnu::noinline, gnu::cold]] inline void refuse(frame& self, recorder& mine) noexcept {
  self.owner = nullptr;
  count_unrecorded(mine, drop_reason::in_signal_handler);
}

/// A span without a parent in this process: asks the sampler, once for the whole trace. `incoming` may be null.
[[gnu::noinline]] inline void begin_root(frame& self, description& site, recorder& mine, opened_at where, kind what,
                                         const span_context* incoming) noexcept {
  if (mine.begins_trace) return begin_dropped_root(self, mine);
  mine.begins_trace = true;
  asm volatile("" ::: "memory");
  if (incoming != nullptr) {
    self.header.trace_id = incoming->trace_id;
    self.header.parent_id = incoming->span_id;
    self.header.flags = flags_to_judge(*incoming);
  } else {
    self.header.trace_id = draw_trace_id(mine);
    self.header.parent_id = span_id{};
    self.header.flags = local_root;
  }
  self.header.span_id = draw_span_id(mine);
  self.header.kind = static_cast<std::uint8_t>(what);
  const std::uint8_t origin = incoming != nullptr ? flags_from(*incoming) : std::uint8_t{local_root | random_id};
  const session_table* table = installed_table();
  if (table != nullptr && table->sample(mine, self.header, site.name)) {
    begin_record(self, site, mine, where);
    self.header.flags |= origin;
    self.header.kind = static_cast<std::uint8_t>(what);
    if (incoming != nullptr || mine.rule.size != 0 || mine.announces_roots) table->complete_root(self, mine);
  } else {
    begin_unsampled(self, mine, origin);
  }
  asm volatile("" ::: "memory");
  mine.begins_trace = false;
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

/// A span that begins a trace.
[[gnu::noinline]] inline void open_root(frame& self, description& site, recorder& mine, opened_at where, kind what) noexcept {
  if (mine.drops_roots)
    begin_dropped_root(self, mine);
  else
    begin_root(self, site, mine, where, what, nullptr);
  push(self, mine);
}

/// A local root; or the first span of its site, or one of another place than that, or one opened while an exception flies.
[[gnu::noinline]] inline void open_unusual(frame& self, description& site, recorder& mine, opened_at where) noexcept {
  if (is_writing(mine)) return refuse(self, mine);
  const frame* const outer = active_frame(mine);
  if (outer == nullptr) return open_root(self, site, mine, where, kind::internal);
  join_trace(self, mine, outer->header);
  begin_record(self, site, mine, where);
  self.header.flags |= outer->header.flags & random_id;
  push(self, mine);
}

/// Opens a guard under this thread's active span. Under an unsampled one nothing is opened: that one stays current.
[[gnu::noinline]] inline void open(frame& self, description& site, recorder& mine, opened_at where) noexcept {
  const frame* const outer = mine.current;
  if (outer == nullptr) return open_unusual(self, site, mine, where);
  if (!outer->is_sampled()) {
    if (outer->header.type >= record_type::boundary) return open_unusual(self, site, mine, where);
    self.owner = nullptr;
    count(mine.spans.started);
    count(mine.spans.unsampled);
    return;
  }
  const std::uint64_t head = head_of(site);
  if (head == 0 || !is_known_place(site, where) || *mine.unusual != 0) [[unlikely]]
    return open_unusual(self, site, mine, where);
  join_trace(self, mine, outer->header);
  begin_record(self, mine, head, site.tail | (outer->tail() & inherited_flags));
  self.header.start = context::counter();
  push(self, mine);
}

/// Begins `self` under an explicit parent, on no thread's stack. An invalid parent is no parent.
[[gnu::noinline]] inline void begin_under(frame& self, description& site, recorder& mine, opened_at where, kind what,
                                          const span_context& parent) noexcept {
  self.owner = &mine;
  const std::uint8_t inherited = parent.random ? random_id : 0;
  if (parent.declines_trace()) {
    begin_dropped_root(self, mine);
  } else if (!parent.valid() || parent.remote) {
    begin_root(self, site, mine, where, what, parent.continues_trace() ? &parent : nullptr);
  } else if (parent.sampled) {
    struct header above;
    above.trace_id = parent.trace_id;
    above.span_id = parent.span_id;
    join_trace(self, mine, above);
    begin_record(self, site, mine, where);
    self.header.flags |= inherited;
  } else {
    begin_unsampled(self, mine, inherited);
    self.header.trace_id = parent.trace_id;
    self.header.span_id = parent.span_id;
  }
}

/// Opens a guard of a given kind, under an explicit parent where that is valid, and makes it the thread's active span.
[[gnu::noinline]] inline void open_under(frame& self, description& site, recorder& mine, opened_at where, kind what,
                                         const span_context& parent) noexcept {
  if (is_writing(mine)) return refuse(self, mine);
  if (parent.continues_trace()) {
    begin_under(self, site, mine, where, what, parent);
    push(self, mine);
  } else if (parent.declines_trace()) {
    begin_dropped_root(self, mine);
    push(self, mine);
  } else if (active_frame(mine) == nullptr) {
    open_root(self, site, mine, where, what);
  } else {
    open(self, site, mine, where);
  }
  self.header.kind = static_cast<std::uint8_t>(what);
}

/// A guard was left by an exception; which one it cannot know, unless the throw was hooked. A report in the handler may tell
/// the collector.
[[gnu::noinline, gnu::cold]] inline void mark_unwound(frame& self) noexcept {
  if (const session_table* table = installed_table(); table != nullptr && table->leave_with_unwinding(self)) return;
  self.header.flags |= unwound;
  if (self.header.status != static_cast<std::uint8_t>(status::ok))
    self.header.status = static_cast<std::uint8_t>(status::error);
}

/// Counts `self` as ended on `mine` and publishes it there.
[[gnu::always_inline]] inline void end_record(frame& self, recorder& mine) noexcept {
  add(mine.spans.begun_and_open, signal_counters::one_ended);
  publish(mine, self, mine.spans);
}

/// Publishes a span that is on no stack, from whichever thread ends it, in the session it began in. After that has ended
/// nothing is left to do.
[[gnu::noinline]] inline void end_unlinked(frame& self, std::uint64_t session) noexcept {
  if (!self.is_sampled()) return;
  recorder* mine = session != 0 ? live_recorder<arrival::purpose::end_of_span>(level::critical, session) : nullptr;
  if (mine != nullptr && mine->session == session)
    end_record(self, *mine);
  else
    self.free_spill();
}

/// Every close that is not plainly "the innermost guard of its thread, left normally".
[[gnu::noinline]] inline void close_unusual(frame& self) noexcept {
  self.header.end = context::ticks();
  recorder& mine = *self.owner;
  const bool at_home = &mine == this_thread;
  const bool is_current_session = unlink(self);  // a session's stacks go with it
  if (at_home && self.is_sampled() && *mine.uncaught > self.uncaught()) mark_unwound(self);
  end_unlinked(self, is_current_session ? mine.session : 0);
}
/// The ring's chunk is full, or the frame unusual.
[[gnu::noinline, gnu::cold]] inline void close_elsewhere(frame& self, recorder& mine) noexcept {
  self.header.end = context::ticks();
  end_writing(mine, self.outer);
  if (self.is_sampled()) end_record(self, mine);
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
