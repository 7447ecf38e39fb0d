// SPDX-License-Identifier: MIT
#pragma once

// What can be said about a span while it is open, the same for scoped spans, detached spans and the current span.

#include <type_traits>

#include <sonde/config.hpp>
#include <sonde/context/kind.hpp>
#include <sonde/context/span_context.hpp>
#include <sonde/span/activation.hpp>
#include <sonde/span/parts.hpp>

namespace sonde {

namespace record {

template <description_type Type, meta::fixed_string Key, meta::fixed_string NameSpace, class Value>
[[gnu::always_inline]] inline void put_argument(frame& into, const Value& value) noexcept {
  if constexpr (lazy_value<const Value>) {
    try {
      put_value(into, key<Type, Key, NameSpace>, value());
    } catch (...) {
      into.count_cut();
    }
  } else {
    put_value(into, key<Type, Key, NameSpace>, value);
  }
}

}  // namespace record

inline namespace SONDE_ABI {

/// `Self::target()` gives the frame to write to, or null where nothing is recorded. Nothing here throws; values that do
/// not fit and lazy values that throw are counted as cut.
template <class Self>
class operations {
 public:
  /// Key: fixed at compile time. Value: bool, number, text, enum, chrono time or duration, optional or range of these, or
  /// a callable returning one, which is called only where the span is recorded. The last value under a key wins.
  template <meta::fixed_string Key, class Value>
  [[gnu::always_inline]] void set_attribute(const Value& value) noexcept {
    if (record::frame* into = self().target())
      record::put_argument<record::description_type::attribute, Key, "">(*into, value);
  }
  /// An attribute that X-Ray indexes; a plain one elsewhere.
  template <meta::fixed_string Key, class Value>
  [[gnu::always_inline]] void put_annotation(const Value& value) noexcept {
    if (record::frame* into = self().target())
      record::put_argument<record::description_type::annotation, Key, "">(*into, value);
  }
  /// X-Ray metadata under a namespace; a plain attribute elsewhere.
  template <meta::fixed_string Key, meta::fixed_string NameSpace = "default", class Value>
  [[gnu::always_inline]] void put_metadata(const Value& value) noexcept {
    if (record::frame* into = self().target())
      record::put_argument<record::description_type::metadata, Key, NameSpace>(*into, value);
  }
  /// Something that happened now. `span.add_event<"cache.miss">(sonde::attr<"key">(value))`.
  template <meta::fixed_string Name, class... Attributes>
  [[gnu::always_inline]] void add_event(const Attributes&... attributes) noexcept {
    constexpr bool keyed = (is_attribute<Attributes> && ...);
    static_assert(keyed, "sonde: pass the attributes of an event as sonde::attr<\"key\">(value)");
    if constexpr (keyed)
      if (record::frame* into = self().target()) record::put_event<Name>(*into, attributes...);
  }
  /// Points to a span of this or another trace that caused this one.
  template <class... Attributes>
  void add_link(const span_context& linked, const Attributes&... attributes) noexcept {
    constexpr bool keyed = (is_attribute<Attributes> && ...);
    static_assert(keyed, "sonde: pass the attributes of a link as sonde::attr<\"key\">(value)");
    if constexpr (keyed)
      if (record::frame* into = self().target()) record::put_link(*into, linked, attributes...);
  }
  /// Replaces the compile-time name by one known only at run time. Ignores an empty one.
  template <class Text>
  void update_name(const Text& name) noexcept {
    if (record::frame* into = self().target()) record::put_part(*into, record::entry_type::name, name);
  }
  /// `unset` is ignored; `ok` is final and beats `error`. Source: OpenTelemetry specification, "Set Status".
  void set_status(status outcome) noexcept {
    if (record::frame* into = self().target()) record::put_status(*into, outcome);
  }
  /// The description is kept for `error` only.
  template <class Text>
  void set_status(status outcome, const Text& description) noexcept {
    if (record::frame* into = self().target())
      if (record::put_status(*into, outcome) && outcome == status::error)
        record::put_part(*into, record::entry_type::status_message, description);
  }
  /// Adds the event `exception`. In a handler it also tells which exception left the spans unwound beneath this one.
  void record_exception(const std::exception& error) noexcept {
    if (record::frame* into = self().target()) record::note_exception(*into, error);
  }
  /// What a child elsewhere takes as its parent; invalid where nothing is recorded and no ids were drawn.
  [[nodiscard]] span_context context() const noexcept {
    record::frame* active = self().identity();
    return active ? record::context_of(*active) : span_context{};
  }
  [[nodiscard]] bool is_recording() const noexcept { return self().target() != nullptr; }

 private:
  [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }
  [[nodiscard]] const Self& self() const noexcept { return static_cast<const Self&>(*this); }
};

}  // namespace SONDE_ABI

}  // namespace sonde
