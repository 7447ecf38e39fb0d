// SPDX-License-Identifier: MIT
#pragma once

// Describes an exception: its type in words, its message, the chain of std::nested_exception beneath it and, where the throw
// was hooked, its stack. Bounded, since what() may be anything. Used by the session (pipeline/hub.hpp) on the throwing thread.

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>

#include <cxxabi.h>

#include <sonde/encoding/utf8.hpp>
#include <sonde/meta/text.hpp>
#include <sonde/record/entries.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/throw_hook.hpp>
#include <sonde/record/thrown.hpp>
#include <sonde/record/value.hpp>

namespace sonde::record {

/// Bounds in bytes. Beyond them texts are cut and the chain ends; that counts as one cut.
struct exception_limits {
  static constexpr std::size_t type = 1024;
  static constexpr std::size_t message = std::size_t{64} << 10;
  static constexpr std::size_t cause_message = 4096;
  static constexpr std::size_t causes = 64;
  static constexpr std::size_t causes_bytes = std::size_t{32} << 10;
};

/// A type's name as in source; freed where it goes. What std::throw_with_nested throws is named after what it was given.
class readable_type {
 public:
  explicit readable_type(const std::type_info* type) noexcept {
    if (type == nullptr) return;
    int failed = 0;
    made_ = abi::__cxa_demangle(type->name(), nullptr, nullptr, &failed);
    name_ = made_ != nullptr ? made_ : type->name();
  }
  readable_type(const readable_type&) = delete;
  readable_type& operator=(const readable_type&) = delete;
  ~readable_type() { std::free(made_); }
  [[nodiscard]] meta::text name() const noexcept {
    constexpr meta::text nested{"std::_Nested_exception<", 23};  // libstdc++'s
    const std::size_t size = __builtin_strlen(name_);
    if (size <= nested.size + 1 || __builtin_memcmp(name_, nested.data, nested.size) != 0) return {name_, size};
    return {name_ + nested.size, size - nested.size - (name_[size - 2] == ' ' ? 2u : 1u)};
  }

 private:
  char* made_ = nullptr;
  const char* name_ = "";
};

class exception_text {
 public:
  /// `with_stack`: the object of a throw whose stack to add, or null. What is made lives as long as the exception and this.
  exception_text(const thrown& what, const void* with_stack) noexcept : name_{what.type} {
    details_.header = {};
    details_.set_head(head_word(0));
    put_causes(what);
    const throw_hook* const hook = installed_throw_hook();
    if (hook != nullptr && with_stack != nullptr)
      hook->put_stack(details_, key<description_type::attribute, "exception.stacktrace">, with_stack);
    made_.type = bounded(name_.name(), exception_limits::type);
    made_.message = message_of(what, exception_limits::message);
    made_.details = {details_.first_entry(), details_.entries_size()};
    made_.cut = cut_ || details_.cut() != 0;
  }
  exception_text(const exception_text&) = delete;
  exception_text& operator=(const exception_text&) = delete;
  ~exception_text() { details_.free_spill(); }

  [[nodiscard]] const described_exception& made() const noexcept { return made_; }

 private:
  [[nodiscard]] meta::text message_of(const thrown& what, std::size_t most) noexcept {
    const char* said = nullptr;
    if (const auto* error = what.as<std::exception>())
      said = error->what();
    else if (what.type != nullptr && *what.type == typeid(const char*))
      said = *static_cast<const char* const*>(what.object);
    if (said == nullptr) return {};
    return bounded({said, strnlen(said, most + 1)}, most);  // read no further than it must be
  }

  [[nodiscard]] meta::text bounded(meta::text text, std::size_t most) noexcept {
    if (text.size <= most) return text;
    cut_ = true;
    return encoding::cut_bytes(text, most);
  }

  void put_causes(const thrown& outermost) noexcept {
    const auto* nested = outermost.as<std::nested_exception>();
    if (nested == nullptr || nested->nested_ptr() == nullptr) return;  // thrown outside a handler
    const opened_entry causes =
        begin(details_, id_of(key<description_type::attribute, "sonde.exception.causes">), entry_type::array);
    const void* seen[exception_limits::causes + 1] = {outermost.object};
    std::exception_ptr held;  // keeps what `nested` lies in
    for (std::size_t depth = 1; nested != nullptr; ++depth) {
      held = nested->nested_ptr();
      const thrown cause = thrown::of(held);
      if (cause.type == nullptr || contains(seen, depth, cause.object)) break;
      if (depth > exception_limits::causes || details_.entries_size() > exception_limits::causes_bytes) {
        cut_ = true;
        break;
      }
      seen[depth] = cause.object;
      put_cause(cause);
      nested = cause.as<std::nested_exception>();
    }
    finish(details_, causes);
  }
  void put_cause(const thrown& cause) noexcept {
    const readable_type type{cause.type};
    const opened_entry map = begin(details_, id_of(no_key), entry_type::map);
    put_member("type", bounded(type.name(), exception_limits::type));
    put_member("message", message_of(cause, exception_limits::cause_message));
    finish(details_, map);
  }
  void put_member(const char* name, meta::text value) noexcept {
    put_pair(
        details_, [&] { put_text(details_, no_key, {name, __builtin_strlen(name)}); },
        [&] { put_text(details_, no_key, value); });
  }
  [[nodiscard]] static bool contains(const void* const* objects, std::size_t size, const void* object) noexcept {
    for (std::size_t i = 0; i < size; ++i)
      if (objects[i] == object) return true;
    return false;
  }

  readable_type name_;
  roomy_frame details_;
  described_exception made_{};
  bool cut_ = false;
};

}  // namespace sonde::record
