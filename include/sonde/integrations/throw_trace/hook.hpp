// SPDX-License-Identifier: MIT
#pragma once

// What is done where an exception is raised, and what the session asks about it afterwards (record/throw_hook.hpp). Allocates
// nothing and waits for nobody. Used by integrations/throw_trace.hpp.

#include <cstddef>
#include <cstdint>
#include <exception>

#include <dlfcn.h>
#include <unwind.h>

#include <sonde/integrations/throw_trace/exception_object.hpp>
#include <sonde/integrations/throw_trace/stacks.hpp>
#include <sonde/integrations/throw_trace/symbols.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/session_table.hpp>
#include <sonde/record/throw_hook.hpp>

/// Of the address sanitizer, where that is linked in: whoever leaves frames behind must say so.
extern "C" [[gnu::weak]] void __asan_handle_no_return();  // NOLINT(bugprone-reserved-identifier)

namespace sonde::throw_trace {

inline constinit stack_table stacks{};

/// The exceptions that unwind this thread, one within the clean-up of another. The runtime counts them, and lists only those
/// that are handled.
struct raised_exceptions {
  static constexpr std::size_t most = 8;
  const _Unwind_Exception* by_depth[most];

  void note(const _Unwind_Exception& raised) noexcept {
    const auto depth = static_cast<std::size_t>(std::uncaught_exceptions());  // this one included
    if (depth != 0 && depth <= most) by_depth[depth - 1] = &raised;
  }
  [[nodiscard]] const _Unwind_Exception* innermost() const noexcept {
    const auto depth = static_cast<std::size_t>(std::uncaught_exceptions());
    return depth != 0 && depth <= most ? by_depth[depth - 1] : nullptr;
  }
};
inline constinit thread_local raised_exceptions raised_here{};

[[nodiscard]] inline record::thrown unwinding() noexcept {
  const _Unwind_Exception* const raised = raised_here.innermost();
  return raised != nullptr ? thrown_of(*raised) : record::thrown{};
}
inline void put_stack(record::frame& into, record::description& key, const void* object) noexcept {
  const stack found = stacks.find(object);
  if (found.size == 0) return;
  record::put_text(into, record::id_of(key), record::entry_type::stack,
                   {reinterpret_cast<const char*>(found.addresses), found.size * sizeof found.addresses[0]});
}
inline constexpr record::throw_hook the_hook{unwinding, put_stack, look_up};

/// Installed by the first throw: where the functions that call this are not reached, nothing is known of throws.
inline void note_rethrown(const _Unwind_Exception& raised) noexcept {
  if (__asan_handle_no_return != nullptr) __asan_handle_no_return();
  __atomic_store_n(&record::the_throw_hook, &the_hook, __ATOMIC_RELEASE);
  raised_here.note(raised);
}
/// `caller`: a return address in the function of the runtime that raises. One raised again keeps its first stack.
[[gnu::noinline]] inline void note_raised(const _Unwind_Exception& raised, const void* caller) noexcept {
  note_rethrown(raised);
  const void* const object = object_of(raised);
  if (object == nullptr || was_thrown_before(raised)) return;
  stack captured;
  if (record::installed_table() != nullptr) captured.capture(caller);
  stacks.keep(object, captured);
}

using raise_function = _Unwind_Reason_Code (*)(_Unwind_Exception*);

/// That of the library, which comes next.
[[nodiscard]] inline raise_function find_next(const char* name) noexcept {
  if (void* const found = dlsym(RTLD_NEXT, name)) return reinterpret_cast<raise_function>(found);
  return [](_Unwind_Exception*) noexcept { return _URC_FATAL_PHASE1_ERROR; };  // then the runtime terminates
}
[[nodiscard]] inline raise_function next_raise() noexcept {
  static const raise_function next = find_next("_Unwind_RaiseException");
  return next;
}
[[nodiscard]] inline raise_function next_rethrow() noexcept {
  static const raise_function next = find_next("_Unwind_Resume_or_Rethrow");
  return next;
}

}  // namespace sonde::throw_trace
