// SPDX-License-Identifier: MIT
#pragma once

// Where exceptions were thrown: included in one file of the program, it hooks the throw, so that spans left by an exception
// know which it was, and reports have the stack of the throw. Needs Boost.Stacktrace (headers) and libstdc++; with
// BOOST_STACKTRACE_USE_BACKTRACE and -lbacktrace frames have file and line. Nothing where SONDE_ENABLED is 0.

#include <sonde/config.hpp>

#if SONDE_ENABLED

#include <unwind.h>

#include <sonde/integrations/throw_trace/hook.hpp>

// The runtime of exceptions raises and rethrows through these two. Defined in the program, they come before those of libgcc;
// weak, so that a program that links that statically has two of them and links all the same. The address sanitizer brings weak
// ones of its own, which would come first.
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SONDE_THROW_TRACE_IS_STRONG
#endif
#endif
#ifdef SONDE_THROW_TRACE_IS_STRONG
#define SONDE_THROW_TRACE_HOOK [[gnu::used, gnu::visibility("default")]]
#else
#define SONDE_THROW_TRACE_HOOK [[gnu::weak, gnu::used, gnu::visibility("default")]]
#endif

// NOLINTBEGIN(misc-definitions-in-headers): included in one file of the program, by the runtime's own names
extern "C" {

SONDE_THROW_TRACE_HOOK _Unwind_Reason_Code _Unwind_RaiseException(_Unwind_Exception* raised) {
  sonde::throw_trace::note_raised(*raised, __builtin_return_address(0));
  return sonde::throw_trace::next_raise()(raised);
}

SONDE_THROW_TRACE_HOOK _Unwind_Reason_Code _Unwind_Resume_or_Rethrow(_Unwind_Exception* raised) {
  sonde::throw_trace::note_rethrown(*raised);
  return sonde::throw_trace::next_rethrow()(raised);
}

}  // extern "C"
// NOLINTEND(misc-definitions-in-headers)

#undef SONDE_THROW_TRACE_HOOK
#undef SONDE_THROW_TRACE_IS_STRONG

#endif
