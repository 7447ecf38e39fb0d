// SPDX-License-Identifier: MIT
#pragma once

// Spans whose attributes are an aggregate: plain members while the span is open, attributes under the fields' names when it
// ends. Nested aggregates become dotted keys.

#include <type_traits>
#include <utility>

#include <boost/pfr/core.hpp>

#include <sonde/meta/field_name.hpp>
#include <sonde/span/span.hpp>

namespace sonde {

namespace record {

/// A struct to take apart, as opposed to aggregates that are values themselves: text, ranges, optionals, times.
template <class T>
concept nested_aggregate = std::is_class_v<T> && std::is_aggregate_v<T> && !meta::text_like<T> && !range_like<T> &&
                           !optional_like<T> && !duration_like<T> && !time_like<T> && !lazy_value<const T>;

template <class Aggregate, std::size_t... I>
[[nodiscard]] consteval bool distinct_fields(std::index_sequence<I...>) {
  return distinct_keys<meta::field_name<Aggregate, I>...>();
}

template <meta::fixed_string Prefix, class Aggregate>
void put_fields(frame& into, const Aggregate& values) noexcept {
  constexpr std::size_t count = boost::pfr::tuple_size_v<Aggregate>;
  if constexpr (count > 1)
    static_assert(distinct_fields<Aggregate>(std::make_index_sequence<count>{}),
                  "sonde: a key may be used only once in an aggregate of attributes");
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (put_field<Prefix + meta::field_name<Aggregate, I>>(into, boost::pfr::get<I>(values)), ...);
  }(std::make_index_sequence<count>{});
}
template <meta::fixed_string Key, class Field>
void put_field(frame& into, const Field& field) noexcept {
  if constexpr (nested_aggregate<Field>) {
    put_fields<Key + meta::fixed_string{"."}>(into, field);
  } else if constexpr (optional_like<Field>) {
    if (field.has_value()) put_field<Key>(into, *field);
  } else {
    put_value(into, key<description_type::attribute, Key>, field);
  }
}

/// An aggregate as one value (inside a range, or under one key): a map of its fields.
template <nested_aggregate Aggregate>
struct aggregate_value<Aggregate> {
  static void put(frame& into, description& key, const Aggregate& values) noexcept {
    const opened_entry map = begin(into, id_of(key), entry_type::map);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (put_member(into, text_of<meta::field_name<Aggregate, I>>, boost::pfr::get<I>(values)), ...);
    }(std::make_index_sequence<boost::pfr::tuple_size_v<Aggregate>>{});
    finish(into, map);
  }
  template <class Field>
  static void put_member(frame& into, meta::text name, const Field& field) noexcept {
    put_pair(into, [&] { put_text(into, no_key, name); }, [&] { put_value(into, no_key, field); });
  }
};

}  // namespace record

inline namespace SONDE_ABI {

template <class Scope, meta::fixed_string Name, class Attributes, class Place>
  requires std::is_aggregate_v<Attributes>
class live_span<Scope, Name, Attributes, Place> : public scoped_span {
  using where = here<Place>;

 public:
  live_span(where at = where::captured()) noexcept : scoped_span(record::site<Scope, Name, Place>, at) {}
  explicit live_span(Attributes initial, where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at), attributes_(std::move(initial)) {}
  explicit live_span(Attributes initial, kind what, const span_context& parent = {}, where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at, what, parent), attributes_(std::move(initial)) {}
  explicit live_span(kind what, const span_context& parent = {}, where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at, what, parent) {}
  ~live_span() {
    if (record::frame* into = this->target()) record::put_fields<"">(*into, attributes_);
  }

  [[nodiscard]] Attributes* operator->() noexcept { return &attributes_; }
  [[nodiscard]] const Attributes* operator->() const noexcept { return &attributes_; }

 private:
  Attributes attributes_{};
};

}  // namespace SONDE_ABI
}  // namespace sonde
