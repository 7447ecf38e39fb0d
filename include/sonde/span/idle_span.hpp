// SPDX-License-Identifier: MIT
#pragma once

// What every kind of span becomes where it is switched off: empty and trivial, with the same members, all of them nothing.

#include <type_traits>
#include <utility>

#include <sonde/config.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/record/attribute.hpp>

namespace std {
class exception;  // NOLINT(cert-dcl58-cpp): <exception> costs more than this header
}

namespace sonde {

inline namespace SONDE_ABI {

template <class Value>
concept scalar_value = std::is_scalar_v<std::decay_t<Value>>;

/// Members of span/operations.hpp that do nothing. Keys and values are not looked at: what is off is also unchecked.
/// Scalars come by value: a variable whose address was once taken ends up in another register than in stripped code.
struct idle_operations {
  template <meta::fixed_string, scalar_value Value>
  [[gnu::always_inline]] constexpr void set_attribute(Value) const noexcept {}
  template <meta::fixed_string, class Value>
    requires(!scalar_value<Value>)
  [[gnu::always_inline]] constexpr void set_attribute(const Value&) const noexcept {}
  template <meta::fixed_string, scalar_value Value>
  [[gnu::always_inline]] constexpr void put_annotation(Value) const noexcept {}
  template <meta::fixed_string, class Value>
    requires(!scalar_value<Value>)
  [[gnu::always_inline]] constexpr void put_annotation(const Value&) const noexcept {}
  template <meta::fixed_string, meta::fixed_string = "default", scalar_value Value>
  [[gnu::always_inline]] constexpr void put_metadata(Value) const noexcept {}
  template <meta::fixed_string, meta::fixed_string = "default", class Value>
    requires(!scalar_value<Value>)
  [[gnu::always_inline]] constexpr void put_metadata(const Value&) const noexcept {}
  template <meta::fixed_string, class... Attributes>
  [[gnu::always_inline]] constexpr void add_event(const Attributes&...) const noexcept {}
  template <class... Attributes>
  [[gnu::always_inline]] constexpr void add_link(const span_context&, const Attributes&...) const noexcept {}
  template <class Text>
  [[gnu::always_inline]] constexpr void update_name(const Text&) const noexcept {}
  [[gnu::always_inline]] constexpr void set_status(status) const noexcept {}
  template <class Text>
  [[gnu::always_inline]] constexpr void set_status(status, const Text&) const noexcept {}
  [[gnu::always_inline]] constexpr void record_exception(const std::exception&) const noexcept {}
  [[nodiscard, gnu::always_inline]] constexpr span_context context() const noexcept { return {}; }
  [[nodiscard, gnu::always_inline]] constexpr bool is_recording() const noexcept { return false; }
};

/// Trivial to make without arguments, so that an unused one leaves nothing behind.
struct [[maybe_unused]] idle_span : idle_operations {
  idle_span() = default;
  [[gnu::always_inline]] explicit constexpr idle_span(kind) noexcept {}
  [[gnu::always_inline]] explicit constexpr idle_span(const span_context&) noexcept {}
  [[gnu::always_inline]] constexpr idle_span(kind, const span_context&) noexcept {}
};

/// Keeps the typed attributes, since the program may read them back, and nothing else.
template <class Attributes>
struct [[maybe_unused]] idle_typed_span : idle_operations {
  Attributes attributes{};

  idle_typed_span() = default;
  [[gnu::always_inline]] explicit constexpr idle_typed_span(Attributes initial, kind = kind::internal,
                                                      const span_context& = {}) noexcept
      : attributes{std::move(initial)} {}
  [[gnu::always_inline]] explicit constexpr idle_typed_span(kind, const span_context& = {}) noexcept {}
  [[nodiscard, gnu::always_inline]] constexpr Attributes* operator->() noexcept { return &attributes; }
  [[nodiscard, gnu::always_inline]] constexpr const Attributes* operator->() const noexcept { return &attributes; }
};

struct [[maybe_unused]] idle_detached_span : idle_operations {
  idle_detached_span() = default;
  [[gnu::always_inline]] explicit constexpr idle_detached_span(kind) noexcept {}
  [[gnu::always_inline]] explicit constexpr idle_detached_span(const span_context&) noexcept {}
  [[gnu::always_inline]] constexpr idle_detached_span(kind, const span_context&) noexcept {}
  idle_detached_span(const idle_detached_span&) = delete;  // as movable as the live one, and no more
  idle_detached_span(idle_detached_span&&) = default;
  idle_detached_span& operator=(idle_detached_span&&) = default;
  [[gnu::always_inline]] constexpr void end() const noexcept {}
};

struct [[maybe_unused]] idle_scope {
  template <class Span>
  [[gnu::always_inline]] explicit constexpr idle_scope(const Span&) noexcept {}
  idle_scope(const idle_scope&) = delete;
  idle_scope& operator=(const idle_scope&) = delete;
};

}  // namespace SONDE_ABI
}  // namespace sonde
