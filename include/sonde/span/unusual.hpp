// SPDX-License-Identifier: MIT
#pragma once

// The long ways of spans: local roots, spans at a second place or under an explicit parent, spans that exceptions leave, that end
// out of order, on another thread or in a full ring. Behind the session's table, so that only the session's object file has them.

#include <cstdint>

#include <time.h>

#include <sonde/context/clock.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/context/trace_time.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/exception_event.hpp>
#include <sonde/record/exception_text.hpp>
#include <sonde/record/opening.hpp>
#include <sonde/record/publish.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/throw_hook.hpp>
#include <sonde/span/activation.hpp>
#include <sonde/span/lifecycle.hpp>

namespace sonde::record::unusual {

/// Not the place this site was first opened at: the thread's own memory of places, then the registry.
[[nodiscard]] inline std::uint64_t locate(description& site, recorder& mine, const opened_at& where) noexcept {
  const auto slot = (reinterpret_cast<std::uintptr_t>(where.file) / 8 + where.line) % (sizeof mine.places / sizeof mine.places[0]);
  known_place& known = mine.places[slot];
  if (known.file != where.file || known.line != where.line || __atomic_load_n(&site.opened_file, __ATOMIC_RELAXED) == nullptr) {
    const session_table* table = installed_table();
    const std::uint32_t id = table ? table->locate(site, where) : 0;
    if (id == 0) return plain_tail;
    known = {where.file, where.line, id};
  }
  return plain_tail | make_word(known.id, 0);
}
/// The last word of a record's header: location, and a sampled, internal span of unset status.
[[nodiscard]] inline std::uint64_t tail_for(description& site, recorder& mine, const opened_at& where) noexcept {
  if (where.file == nullptr) return plain_tail;
  return is_known_place(site, where.file, where.line) ? site.tail : locate(site, mine, where);
}

inline void begin_record(frame& self, description& site, recorder& mine, const opened_at& where) noexcept {
  record::begin_record(self, mine, enrolled_head(site), tail_for(site, mine, where));
  self.open_during(*mine.uncaught);
  self.header.start = context::ticks();
}

/// An unsampled local root: only its ids matter, for headers and for children that ask.
inline void begin_unsampled(frame& self, recorder& mine, std::uint8_t flags) noexcept {
  self.take_no_entries();
  self.set_tail(tail_word(0, record_type::span, flags, static_cast<std::uint8_t>(kind::internal)));
  count_unsampled(mine);
}
/// A local root nobody will ask the sampler about. Its ids are drawn when somebody asks for them.
inline void begin_dropped_root(frame& self, recorder& mine) noexcept {
  self.header.trace_id = {};
  begin_unsampled(self, mine, local_root | random_id);
}
/// Of a trace that begins on this thread.
[[nodiscard]] inline trace_id draw_trace_id(recorder& mine) noexcept {
  trace_id id = mine.ids.next_trace_id();
  if (mine.timed_trace_ids) context::put_time(id, static_cast<std::uint32_t>(::time(nullptr)));
  return id;
}
inline void draw_ids(frame& root) noexcept {
  root.header.trace_id = draw_trace_id(*root.owner);
  root.header.span_id = root.owner->ids.next_span_id();
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

/// The rule that decided, the tracestate the trace came with, and the opening, where somebody wants it.
inline void complete_root(frame& root, recorder& mine) noexcept {
  if (mine.rule.size != 0)
    put_text(root, key<description_type::attribute, "aws.xray.sampling_rule">, {mine.rule.text, mine.rule.size});
  if (mine.fields != nullptr && mine.fields->fields != nullptr) put_tracestate(root, *mine.fields->fields);
  if (mine.announces_roots) publish_opening(mine, root, mine.request);
}

/// A span without a parent in this process: asks the sampler, once for the whole trace. `incoming` may be null.
inline void begin_root(frame& self, description& site, recorder& mine, const opened_at& where, kind what,
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
    if (incoming != nullptr || mine.rule.size != 0 || mine.announces_roots) complete_root(self, mine);
  } else {
    begin_unsampled(self, mine, origin);
  }
  asm volatile("" ::: "memory");
  mine.begins_trace = false;
}

/// A span that begins a trace.
inline void open_root(frame& self, description& site, recorder& mine, const opened_at& where, kind what) noexcept {
  if (mine.drops_roots)
    begin_dropped_root(self, mine);
  else
    begin_root(self, site, mine, where, what, nullptr);
  push(self, mine);
}

/// The handler of a signal begins it while its thread writes a record.
[[gnu::noinline, gnu::cold]] inline void refuse(frame& self, recorder& mine) noexcept {
  self.owner = nullptr;
  count_unrecorded(mine, drop_reason::in_signal_handler);
}

inline void open(frame& self, description& site, const char* file, std::uint32_t line, const char* function,
                 recorder& mine) noexcept {
  const opened_at where{file, line, function};
  if (is_writing(mine)) return refuse(self, mine);
  const frame* const outer = active_frame(mine);
  if (outer == nullptr) return open_root(self, site, mine, where, kind::internal);
  if (!outer->is_sampled()) return leave_out(self, mine);
  join_trace(self, mine, outer->header);
  begin_record(self, site, mine, where);
  self.header.flags |= outer->header.flags & random_id;
  push(self, mine);
}

/// An invalid parent is no parent.
inline void begin_under(frame& self, description& site, recorder& mine, const opened_at& where, kind what,
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

inline void open_under(frame& self, description& site, recorder& mine, const opened_at& where, kind what,
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
    open(self, site, where.file, where.line, where.function, mine);
  }
  self.header.kind = static_cast<std::uint8_t>(what);
}

/// The exception that unwinds this thread leaves a span, whose end is set: false where no throw hook knows which it is.
[[nodiscard]] inline bool leave_with_unwinding(frame& span) noexcept {
  const throw_hook* const hook = installed_throw_hook();
  const thrown what = hook != nullptr ? hook->unwinding() : thrown{};
  if (what.type == nullptr) return false;
  leave_with(span, exception_text{what, what.object}.made());
  span.header.end = context::ticks();  // not before the event
  return true;
}
/// A guard was left by an exception; which one it cannot know, unless the throw was hooked. A report in the handler may tell
/// the collector.
inline void mark_unwound(frame& self) noexcept {
  if (leave_with_unwinding(self)) return;
  self.header.flags |= unwound;
  if (self.header.status != static_cast<std::uint8_t>(status::ok))
    self.header.status = static_cast<std::uint8_t>(status::error);
}

/// Counts `self` as ended on `mine` and publishes it there.
inline void end_record(frame& self, recorder& mine) noexcept {
  add(mine.spans.begun_and_open, signal_counters::one_ended);
  publish(mine, self, mine.spans);
}
/// After its session has ended nothing is left to do.
inline void end(frame& self, std::uint64_t session) noexcept {
  recorder* const mine = session != 0 ? live_recorder<arrival::purpose::end_of_span>(level::critical, session) : nullptr;
  if (mine != nullptr && mine->session == session)
    end_record(self, *mine);
  else
    self.free_spill();
}
inline void close(frame& self, const recorder* here, std::uint64_t session) noexcept {
  self.header.end = context::ticks();
  if (self.owner == here && *here->uncaught > self.uncaught()) mark_unwound(self);
  end(self, session);
}

inline constexpr unusual_spans functions{open, open_under, begin_under, close, end, draw_ids};

}  // namespace sonde::record::unusual
