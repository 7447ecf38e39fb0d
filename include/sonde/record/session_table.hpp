// SPDX-License-Identifier: MIT
#pragma once

// The socket between instrumented code and the session: `start` plugs in a table of functions, without one every span is
// a no-op. Thus instrumented code links without the pipeline, whatever flags either was built with.

#include <cstddef>
#include <cstdint>
#include <exception>

#include <sonde/config.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/meta/text.hpp>
#include <sonde/record/description.hpp>
#include <sonde/record/modules.hpp>
#include <sonde/record/recorder.hpp>

namespace sonde::record {

/// What is known of an exception; all of it lives until the sink returns.
struct described_exception {
  meta::text type;
  meta::text message;
  meta::text details;  // attribute entries as they stand in a record: its causes, its stack
  bool cut;            // there was more than is kept
};
struct exception_sink {
  void (*take)(void* target, const described_exception&) noexcept;
  void* target;
};

/// What a thread that has no recorder yet comes for.
struct arrival {
  enum class purpose : std::uint8_t { look, span, end_of_span, log, report };
  purpose what;
  level severity = level::critical;  // of a log
  std::uint64_t session = 0;         // in which the span began that ends
};

/// The long ways of spans (span/unusual.hpp), which so are not in every user's object file.
struct unusual_spans {
  /// A guard under the thread's active span, if any, and the same of a given kind under an explicit parent. The place by parts,
  /// which stay in the registers they came in.
  void (*open)(frame& self, description& site, const char* file, std::uint32_t line, const char* function, recorder&) noexcept;
  void (*open_under)(frame& self, description& site, recorder&, const opened_at&, kind, const span_context& parent) noexcept;
  /// The same on no thread's stack.
  void (*begin_under)(frame& self, description& site, recorder&, const opened_at&, kind, const span_context& parent) noexcept;
  /// A guard that is off the stack again. `here` is the calling thread's recorder, or null; `session` that in which it was on a
  /// stack, else 0.
  void (*close)(frame& self, const recorder* here, std::uint64_t session) noexcept;
  /// A span whose end is set, that is on no stack, of a session.
  void (*end)(frame& self, std::uint64_t session) noexcept;
  /// The ids of an unsampled root which nobody had asked for.
  void (*draw_ids)(frame& root) noexcept;
};

/// None of these throws or blocks for longer than a short lock on a cold path.
struct session_table {
  /// This thread's recorder, made or found; null where memory is short: then what it came for is counted as lost.
  recorder* (*attach)(arrival) noexcept;
  /// The registry id of a description, also stored in it; 0 on failure.
  std::uint32_t (*enroll)(description&) noexcept;
  /// The registry id of a place in the source, also kept in the site if it is the first one there; 0 on failure.
  std::uint32_t (*locate)(description& site, const opened_at&) noexcept;
  /// May the trace of this new local root be recorded? One decision per trace; `rule` of the recorder says by which rule.
  bool (*sample)(recorder&, const header& root, meta::text name) noexcept;
  /// How spans begin and end otherwise than as children of recorded ones, left in order. See span/lifecycle.hpp.
  const unusual_spans* unusual;
  /// The session's propagators, as propagation::propagator_list packs them.
  std::uint32_t (*propagators)() noexcept;
  /// Room for a record of `size` bytes at `writer.next`, in a new chunk; false where the bound is reached.
  bool (*make_room)(recorder&, std::size_t size) noexcept;
  /// Gives the sink the exception being handled (inside a catch block), or a given one.
  void (*describe_current_exception)(exception_sink) noexcept;
  void (*describe_exception)(const std::exception&, exception_sink) noexcept;
  /// Appends the spans from `innermost` outwards to an occurrence.
  void (*put_active_spans)(frame& occurrence, const frame* innermost) noexcept;
  /// Whether this thread hands a line of sonde's own to the user's handler just now (record/own_words.hpp).
  bool (*is_saying_own_words)() noexcept;
};

// Clang 15 to 18 keep the address of a thread-local over a co_await and so would look at the thread left behind, unless the
// coroutine calls for it. Source: llvm/llvm-project issue 63022, pull request 81937.
#if defined(__clang_major__) && __clang_major__ >= 15 && __clang_major__ <= 18
[[nodiscard, gnu::noinline]] inline recorder* attached_recorder() noexcept { return this_thread; }
#else
[[nodiscard, gnu::always_inline]] inline recorder* attached_recorder() noexcept { return this_thread; }
#endif

[[nodiscard]] inline const session_table* installed_table() noexcept {
  const root* const known = &known_root();
  const session_table* const table = __atomic_load_n(&known->table, __ATOMIC_ACQUIRE);
  if (table != nullptr || __atomic_load_n(&known->is_quiet, __ATOMIC_RELAXED)) return table;
  look_for_session();
  return __atomic_load_n(&known_root().table, __ATOMIC_ACQUIRE);
}

// One for each purpose, so that a call site passes no more than it has to.
template <arrival::purpose What, class... More>
[[nodiscard, gnu::noinline, gnu::cold]] recorder* attach_this_thread(More... more) noexcept {
  const session_table* table = installed_table();
  return table ? noted_here(table->attach({What, more...})) : nullptr;
}

/// Whether there is no session, as far as is known: what begins now is nobody's. False until somebody has looked for one.
[[nodiscard, gnu::always_inline]] inline bool is_quiet() noexcept { return __atomic_load_n(&known_root().is_quiet, __ATOMIC_RELAXED); }

/// This thread's recorder if a session is taking records, else null. Where there is no memory for one, what the caller would
/// have recorded is lost, and counted: a caller that records no span and no log only looks.
template <arrival::purpose What = arrival::purpose::look, class... More>
[[nodiscard, gnu::always_inline]] inline recorder* live_recorder(More... more) noexcept {
  recorder* mine = attached_recorder();
  if (mine != nullptr && __atomic_load_n(&mine->live, __ATOMIC_RELAXED)) [[likely]]
    return mine;
  if (is_quiet()) return nullptr;
  return attach_this_thread<What>(more...);
}

/// The first word of records about it; with an id of 0 where none can be had or the session has just ended.
[[nodiscard, gnu::noinline, gnu::cold]] inline std::uint64_t enroll(description& fresh) noexcept {
  const session_table* table = installed_table();
  const std::uint32_t id = table ? table->enroll(fresh) : 0;
  return head_word(id);
}
[[nodiscard, gnu::always_inline]] inline std::uint64_t enrolled_head(description& known) noexcept {
  const std::uint64_t head = head_of(known);
  return head != 0 ? head : enroll(known);
}
[[nodiscard, gnu::always_inline]] inline std::uint32_t id_of(description& known) noexcept {
  return second_half(enrolled_head(known));
}

}  // namespace sonde::record
