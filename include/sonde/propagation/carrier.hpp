// SPDX-License-Identifier: MIT
#pragma once

// What headers may be read from and written to: anything like a map of texts, and anything with `get` or `set`. A carrier is
// the user's own type; nothing is derived from, and nothing copied to be read.

#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

#include <sonde/environment/syntax.hpp>

namespace sonde::propagation {

template <class T>
concept text_value = std::is_convertible_v<T, std::string_view>;

/// Pairs of names and values: std::map, std::multimap (httplib::Headers), std::unordered_map, std::vector<std::pair>.
template <class Carrier>
concept header_range = requires(Carrier& carrier) {
  { (*std::begin(carrier)).first } -> text_value;
  { (*std::begin(carrier)).second } -> text_value;
  std::begin(carrier) != std::end(carrier);
};

/// `get(name)` returns a text, or what can be asked whether it holds one: a pointer, an optional. Of a header that occurs
/// several times it shows one.
template <class Carrier>
concept header_lookup = requires(const Carrier& carrier, std::string_view name) {
  requires text_value<decltype(carrier.get(name))> || requires {
    carrier.get(name) ? 1 : 0;
    { *carrier.get(name) } -> text_value;
  };
};

template <class Carrier>
concept readable_carrier = header_range<const Carrier> || header_lookup<Carrier>;

/// `set(name, value)` replaces the header of that name. It takes views, or strings. With `erase(name)` beside it, headers that
/// no longer hold are removed.
template <class Carrier>
concept header_setter = requires(Carrier& carrier, std::string_view name) { carrier.set(name, name); } ||
                        requires(Carrier& carrier, std::string name) { carrier.set(name, name); };

/// Pairs that can be erased and added.
template <class Carrier>
concept header_store = header_range<Carrier> && requires(Carrier& carrier, std::string text) {
  carrier.erase(std::begin(carrier));
  (*std::begin(carrier)).second = std::string_view{text};
} && (requires(Carrier& carrier, std::string text) { carrier.emplace_back(text, text); } ||
      requires(Carrier& carrier, std::string text) { carrier.emplace(text, text); });

template <class Carrier>
concept writable_carrier = header_setter<Carrier> || header_store<Carrier>;

/// Whether text of type T, as declared in an element of type Element, is there after the element is gone.
template <class Element, class T>
inline constexpr bool outlives_element =
    std::is_lvalue_reference_v<Element> || std::is_lvalue_reference_v<T> || std::is_trivially_copyable_v<T>;

/// The text that `found` holds; empty where it holds none.
template <class Found>
[[nodiscard]] constexpr std::string_view text_of(Found&& found) noexcept {
  if constexpr (!text_value<Found>) {
    using held = std::remove_cvref_t<decltype(*found)>;
    static_assert(std::is_pointer_v<std::remove_cvref_t<Found>> || outlives_element<Found, held>,
                  "sonde: get() of this carrier returns text by value, gone before it is read: return a view, or a reference");
    return found ? text_of(*found) : std::string_view{};
  } else if constexpr (std::is_pointer_v<std::remove_cvref_t<Found>>) {
    return found != nullptr ? std::string_view{found} : std::string_view{};
  } else {
    static_assert(outlives_element<Found, std::remove_cvref_t<Found>>,
                  "sonde: get() of this carrier returns text by value, gone before it is read: return a view, or a reference");
    return found;
  }
}

template <writable_carrier Carrier>
constexpr void erase_header(Carrier& carrier, std::string_view name) {
  if constexpr (header_store<Carrier>) {
    for (auto at = std::begin(carrier); at != std::end(carrier);)
      if (environment::same_ignoring_case((*at).first, name))
        at = carrier.erase(at);
      else
        ++at;
  } else if constexpr (requires { carrier.erase(name); }) {
    carrier.erase(name);
  }
}

/// Makes it the only header of that name, however others are spelt; a value in its place is written over.
template <header_store Carrier>
constexpr void store_header(Carrier& carrier, std::string_view name, std::string_view value) {
  using pair = std::remove_cvref_t<decltype(*std::begin(carrier))>;
  static_assert(!std::is_trivially_copyable_v<decltype(pair::first)> && !std::is_trivially_copyable_v<decltype(pair::second)>,
                "sonde: this carrier would keep views of texts that are gone when inject returns: use one that owns its texts");
  bool stored = false;
  for (auto at = std::begin(carrier); at != std::end(carrier);) {
    if (!environment::same_ignoring_case((*at).first, name)) {
      ++at;
    } else if (stored || std::string_view{(*at).first} != name) {
      at = carrier.erase(at);
    } else {
      (*at).second = value;
      stored = true;
      ++at;
    }
  }
  if (stored) return;
  if constexpr (requires(std::string text) { carrier.emplace_back(text, text); })
    carrier.emplace_back(std::string{name}, std::string{value});
  else
    carrier.emplace(std::string{name}, std::string{value});
}

template <writable_carrier Carrier>
constexpr void set_header(Carrier& carrier, std::string_view name, std::string_view value) {
  if constexpr (requires { carrier.set(name, value); })
    carrier.set(name, value);
  else if constexpr (header_setter<Carrier>)
    carrier.set(std::string{name}, std::string{value});
  else
    store_header(carrier, name, value);
}

}  // namespace sonde::propagation
