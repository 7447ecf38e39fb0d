// SPDX-License-Identifier: MIT
#pragma once

// The names of an aggregate's fields as constants: the keys of typed attributes. From Boost.PFR where it knows them
// (Boost 1.84), else read from __PRETTY_FUNCTION__ of a pointer to the field. Reached from <sonde/attributes.hpp> only.

#include <cstddef>

#include <boost/pfr/core.hpp>
#if __has_include(<boost/pfr/core_name.hpp>)
#include <boost/pfr/core_name.hpp>
#endif

#include <sonde/meta/fixed_string.hpp>
#include <sonde/meta/text.hpp>

namespace sonde::meta {

#if defined(BOOST_PFR_CORE_NAME_ENABLED) && BOOST_PFR_CORE_NAME_ENABLED

template <class Aggregate, std::size_t Index>
[[nodiscard]] consteval text find_field_name() noexcept {
  return {boost::pfr::get_name<Index, Aggregate>().data(), boost::pfr::get_name<Index, Aggregate>().size()};
}

#else

/// An object whose fields have addresses when the program is compiled. It is nowhere defined, for nobody reads it.
template <class Aggregate>
struct never_made {
  const Aggregate value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class Aggregate>
extern const never_made<Aggregate> never_made_object;

template <class Pointer>
struct wrapped_pointer {  // Clang takes a pointer to a part of an object as a template argument only inside a struct
  Pointer value;
};
template <class Pointer>
wrapped_pointer(Pointer) -> wrapped_pointer<Pointer>;

template <auto Field>
[[nodiscard]] consteval text field_signature() noexcept {
  return {__PRETTY_FUNCTION__, sizeof __PRETTY_FUNCTION__ - 1};
}

template <class Aggregate, std::size_t Index>
[[nodiscard]] consteval text find_field_name() noexcept {
  constexpr text signature =
      field_signature<wrapped_pointer{&boost::pfr::get<Index>(never_made_object<Aggregate>.value)}>();
  // `... {&never_made_object.value.handle}]`, `... {(& never_made_object<..>.never_made<..>::value.user::handle)}]`
  std::size_t end = signature.size;
  while (signature.data[end - 1] == ']' || signature.data[end - 1] == '}' || signature.data[end - 1] == ')') --end;
  std::size_t begin = end;
  while (signature.data[begin - 1] != '.' && signature.data[begin - 1] != ':') --begin;
  return {signature.data + begin, end - begin};
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif

template <class Aggregate, std::size_t Index>
[[nodiscard]] consteval auto read_field_name() noexcept {
  constexpr text name = find_field_name<Aggregate, Index>();
  return fixed_string<name.size>(name.data, name.size);
}

/// The name of field number `Index`, as written in the aggregate's definition.
template <class Aggregate, std::size_t Index>
[[gnu::visibility("hidden")]] inline constexpr auto field_name = read_field_name<Aggregate, Index>();

}  // namespace sonde::meta
