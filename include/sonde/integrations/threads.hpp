// SPDX-License-Identifier: MIT
#pragma once

// Threads of the standard library that go on under the span of whoever starts them: what they open has it as its parent,
// even if it has ended by then. Everything else is as the standard library says.

#include <future>
#include <thread>
#include <type_traits>
#include <utility>

#include <sonde/integrations/carried_task.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// Callable and arguments are copied or moved, as std::thread does.
template <class Callable, class... Arguments>
[[nodiscard, gnu::always_inline]] inline std::thread start_thread(Callable&& callable, Arguments&&... arguments) {
  if constexpr (enabled)
    return std::thread{carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...)};
  else
    return std::thread{std::forward<Callable>(callable), std::forward<Arguments>(arguments)...};
}

/// The callable may take a std::stop_token first.
template <class Callable, class... Arguments>
[[nodiscard, gnu::always_inline]] inline std::jthread start_jthread(Callable&& callable, Arguments&&... arguments) {
  if constexpr (enabled)
    return std::jthread{carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...)};
  else
    return std::jthread{std::forward<Callable>(callable), std::forward<Arguments>(arguments)...};
}

template <class Callable, class... Arguments>
[[nodiscard, gnu::always_inline]] inline auto async(std::launch policy, Callable&& callable, Arguments&&... arguments) {
  if constexpr (enabled)
    return std::async(policy, carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...));
  else
    return std::async(policy, std::forward<Callable>(callable), std::forward<Arguments>(arguments)...);
}
template <class Callable, class... Arguments>
  requires(!std::is_same_v<std::decay_t<Callable>, std::launch>)
[[nodiscard, gnu::always_inline]] inline auto async(Callable&& callable, Arguments&&... arguments) {
  return sonde::async(std::launch::async | std::launch::deferred, std::forward<Callable>(callable),
               std::forward<Arguments>(arguments)...);
}

}  // namespace SONDE_ABI
}  // namespace sonde
