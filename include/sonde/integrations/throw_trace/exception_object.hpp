// SPDX-License-Identifier: MIT
#pragma once

// What the runtime of exceptions puts in front of a thrown object, as far as it must be known to find type and object. Used by
// hook.hpp. Source: Itanium C++ ABI: Exception Handling, 2.2.1; libstdc++, unwind-cxx.h.

#include <cstddef>
#include <typeinfo>

#include <unwind.h>

#include <sonde/record/thrown.hpp>

namespace sonde::throw_trace {

struct exception_header {
  void* type_or_primary;  // of a dependent exception, made by std::rethrow_exception: the object it stands for
  void (*destructor)(void*);
  void (*unexpected)();
  void (*terminate)();
  exception_header* next;
  int handlers;
  int switch_value;
  const unsigned char* action;
  const unsigned char* language_data;
  _Unwind_Ptr catch_temporary;
  void* adjusted;
  _Unwind_Exception unwind;  // the object comes behind it
};

/// "GNUCC++" and a byte: 0 for an exception with an object of its own, 1 for a dependent one.
inline constexpr _Unwind_Exception_Class primary_class = 0x474E'5543'432B'2B00;
inline constexpr _Unwind_Exception_Class dependent_class = primary_class + 1;

[[nodiscard]] inline const void* header_of(const _Unwind_Exception& of) noexcept {
  return reinterpret_cast<const char*>(&of) - offsetof(exception_header, unwind);
}
[[nodiscard]] inline const void* type_or_primary(const _Unwind_Exception& of) noexcept {
  return static_cast<const exception_header*>(header_of(of))->type_or_primary;
}
/// That in front of an object.
[[nodiscard]] inline const _Unwind_Exception& unwind_header(const void* object) noexcept {
  return static_cast<const _Unwind_Exception*>(object)[-1];
}

/// The object of a C++ exception; null of another.
[[nodiscard]] inline const void* object_of(const _Unwind_Exception& of) noexcept {
  if (of.exception_class == primary_class) return &of + 1;
  return of.exception_class == dependent_class ? type_or_primary(of) : nullptr;
}
[[nodiscard]] inline record::thrown thrown_of(const _Unwind_Exception& of) noexcept {
  const void* const object = object_of(of);
  if (object == nullptr) return {};
  return {static_cast<const std::type_info*>(type_or_primary(unwind_header(object))), object};
}

/// Whether it is thrown again, or stands for one that was thrown (std::make_exception_ptr throws none). The first unwinding
/// leaves a mark. Source: GCC, libgcc/unwind.inc.
[[nodiscard]] inline bool was_thrown_before(const _Unwind_Exception& of) noexcept {
  return of.private_2 != 0 || (of.exception_class == dependent_class && unwind_header(object_of(of)).private_2 != 0);
}

}  // namespace sonde::throw_trace
