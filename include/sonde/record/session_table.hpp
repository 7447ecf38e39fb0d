// SPDX-License-Identifier: MIT
#pragma once

// The socket between instrumented code and the session: `start` plugs in a table of functions, without one every span is
// a no-op. Thus instrumented code links without the pipeline, whatever flags either was built with.

#include <cstddef>
#include <cstdint>
#include <exception>

#include <sonde/meta/text.hpp>
#include <sonde/record/description.hpp>
#include <sonde/record/recorder.hpp>

namespace sonde::record {

/// What is known of an exception; texts live until the sink returns.
struct exception_sink {
  void (*take)(void* target, meta::text type, meta::text message) noexcept;
  void* target;
};

/// None of these throws or blocks for longer than a short lock on a cold path.
struct session_table {
  /// This thread's recorder, made or found; null where none can be had (out of memory, thread being torn down).
  recorder* (*attach)() noexcept;
  /// The registry id of a description, also stored in it; 0 on failure.
  std::uint32_t (*enroll)(description&) noexcept;
  /// Interns a place in the source; null on failure.
  const place* (*locate)(const char* file, std::uint32_t line, const char* function) noexcept;
  /// May the trace of this new local root be recorded? One decision per trace.
  bool (*sample)(const header& root, meta::text name) noexcept;
  /// Room for a record of `size` bytes at `writer.next`, in a new chunk; false where the bound is reached.
  bool (*make_room)(recorder&, std::size_t size) noexcept;
  /// Gives the sink the exception being handled (inside a catch block), or a given one.
  void (*describe_current_exception)(exception_sink) noexcept;
  void (*describe_exception)(const std::exception&, exception_sink) noexcept;
};

/// All that modules of one program share.
struct root {
  const session_table* table;
};
inline constinit root the_root{};

[[gnu::tls_model("initial-exec")]] inline constinit thread_local recorder* this_thread = nullptr;

[[nodiscard]] inline const session_table* installed_table() noexcept {
  return __atomic_load_n(&the_root.table, __ATOMIC_ACQUIRE);
}

[[nodiscard, gnu::noinline, gnu::cold]] inline recorder* attach_this_thread() noexcept {
  const session_table* table = installed_table();
  return table ? table->attach() : nullptr;
}

/// This thread's recorder if a session is taking records, else null.
[[nodiscard, gnu::always_inline]] inline recorder* live_recorder() noexcept {
  recorder* mine = this_thread;
  if (mine != nullptr && __atomic_load_n(&mine->live, __ATOMIC_RELAXED)) [[likely]]
    return mine;
  if (__atomic_load_n(&the_root.table, __ATOMIC_RELAXED) == nullptr) return nullptr;
  return attach_this_thread();
}

/// The table, or an id of 0 where the session has just ended.
[[nodiscard, gnu::noinline, gnu::cold]] inline std::uint32_t enroll(description& fresh) noexcept {
  const session_table* table = installed_table();
  return table ? table->enroll(fresh) : 0;
}
[[nodiscard, gnu::always_inline]] inline std::uint32_t id_of(description& known) noexcept {
  const std::uint32_t id = enrolled_id(known);
  return id != 0 ? id : enroll(known);
}

}  // namespace sonde::record
