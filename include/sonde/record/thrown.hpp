// SPDX-License-Identifier: MIT
#pragma once

// An exception of whatever type: what was thrown, and what it is as std::exception or std::nested_exception. Asked of the
// runtime's type information, as a handler would ask it: nothing is thrown again for it. Used by exception_text.hpp.

#include <exception>
#include <typeinfo>

namespace sonde::record {

struct thrown {
  const std::type_info* type = nullptr;  // null where there is none, or of foreign making
  const void* object = nullptr;          // its first byte

  /// What a handler for `const T&` would get; null where it would not take it.
  template <class T>
  [[nodiscard]] const T* as() const noexcept {
    if (type == nullptr) return nullptr;
#ifdef __GLIBCXX__
    void* found = const_cast<void*>(object);
    constexpr unsigned as_handlers_ask = 1;
    return typeid(T).__do_catch(type, &found, as_handlers_ask) ? static_cast<const T*>(found) : nullptr;
#else
    return nullptr;
#endif
  }

  /// The object is the exception's own: a handler got a reference to it.
  [[nodiscard]] static thrown of(const std::exception& error) noexcept {
    return {&typeid(error), dynamic_cast<const void*>(&error)};
  }
  [[nodiscard]] static thrown of(const std::exception_ptr& held) noexcept {
    thrown made;
#ifdef __GLIBCXX__
    static_assert(sizeof held == sizeof made.object);  // it is a pointer to the object
    if (held == nullptr) return made;
    made.type = held.__cxa_exception_type();
    __builtin_memcpy(static_cast<void*>(&made.object), &held, sizeof made.object);
#endif
    return made;
  }
};

}  // namespace sonde::record
