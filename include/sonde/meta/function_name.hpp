// SPDX-License-Identifier: MIT
#pragma once

// From the text of __PRETTY_FUNCTION__ to the function's qualified name: `ns::type::member`, `f::lambda`. Spans named
// after their function use it. GCC and Clang give the same name, but for what only one of them tells: GCC alone names
// inline namespaces, and leaves out the namespace of a lambda that initialises a variable template.

#include <cstddef>

#include <sonde/meta/fixed_string.hpp>
#include <sonde/meta/signature_reader.hpp>
#include <sonde/meta/text.hpp>

namespace sonde::meta {

[[nodiscard]] consteval text text_of(const char* zero_terminated) noexcept {
  text all{zero_terminated, 0};
  while (zero_terminated[all.size] != '\0') ++all.size;
  return all;
}
[[nodiscard]] consteval std::size_t function_name_size(text signature) noexcept {
  return signature_reader(signature, nullptr, 0).read();
}
template <std::size_t Size>
[[nodiscard]] consteval fixed_string<Size> read_function_name(text signature) noexcept {
  fixed_string<Size> name;
  (void)signature_reader(signature, name.value, Size).read();
  return name;
}

/// The qualified name of the function whose __PRETTY_FUNCTION__ is `Pretty`. A macro that must also work in a generic
/// lambda inside a template, where GCC hides the size of __PRETTY_FUNCTION__ and so cannot make a fixed_string of it,
/// uses read_function_name<function_name_size(text_of(P))>(text_of(P)), with P for __PRETTY_FUNCTION__.
template <fixed_string Pretty>
[[gnu::visibility("hidden")]] inline constexpr auto function_name =
    read_function_name<function_name_size({Pretty.value, Pretty.size()})>({Pretty.value, Pretty.size()});

template <auto Function>
[[nodiscard]] consteval text signature_with() noexcept {
  text from{__PRETTY_FUNCTION__, sizeof __PRETTY_FUNCTION__ - 1};
  while (from.data[0] != '=') ++from.data, --from.size;
  return {from.data + 2, from.size - 3};  // `&ns::type::member` from `... [with auto Function = &ns::type::member]`
}

/// The qualified name of a function given as a template argument: `UserActivities::run` for `&UserActivities::run`.
/// GCC has no name for a conversion operator here.
template <auto Function>
[[gnu::visibility("hidden")]] inline constexpr auto name_of =
    read_function_name<function_name_size(signature_with<Function>())>(signature_with<Function>());

}  // namespace sonde::meta
