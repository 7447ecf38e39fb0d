// SPDX-License-Identifier: MIT
#pragma once

// A value that can be held and used, but not recorded: as an attribute, in a log line or a report it is a compile error. For
// tokens, passwords and card numbers of the program itself.

#include <type_traits>

namespace sonde {

/// `sonde::secret<std::string> token{read()}; send(token.reveal());`. No conversion leads out of it, nothing prints it.
template <class T>
class secret {
 public:
  using value_type = T;

  secret() = default;
  template <class... Arguments>
    requires std::is_constructible_v<T, Arguments&&...> && (sizeof...(Arguments) != 0)
  explicit constexpr secret(Arguments&&... arguments) : held_(static_cast<Arguments&&>(arguments)...) {}

  /// The value, for whom it is meant.
  [[nodiscard]] constexpr const T& reveal() const noexcept { return held_; }

 private:
  T held_{};
};

template <class T>
inline constexpr bool is_secret = false;
template <class T>
inline constexpr bool is_secret<secret<T>> = true;

}  // namespace sonde
