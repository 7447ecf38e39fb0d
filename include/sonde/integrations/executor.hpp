// SPDX-License-Identifier: MIT
#pragma once

// Thread pools of any make: `sonde::submit(pool, callable, arguments...)` hands the pool a task that goes on under the span
// of whoever submits it. Boost.Asio has a header of its own (integrations/asio.hpp).

#include <type_traits>
#include <utility>

#include <sonde/integrations/carried_task.hpp>

namespace sonde {

inline namespace SONDE_ABI {

template <class Pool, class Task>
concept has_submit = requires(Pool& pool, Task task) { pool.submit(std::move(task)); };
template <class Pool, class Task>
concept has_enqueue = requires(Pool& pool, Task task) { pool.enqueue(std::move(task)); };
template <class Pool, class Task>
concept has_post = requires(Pool& pool, Task task) { pool.post(std::move(task)); };
template <class Pool, class Task>
concept has_execute = requires(Pool& pool, Task task) { pool.execute(std::move(task)); };

/// Returns what the pool returns. Of several members the first of submit, enqueue, post and execute is called. Callable and
/// arguments are copied or moved, as std::thread does; where the pool keeps a std::function they must be copyable.
template <class Pool, class Callable, class... Arguments>
decltype(auto) submit(Pool&& pool, Callable&& callable, Arguments&&... arguments) {
  using task = carried_task<std::decay_t<Callable>, std::decay_t<Arguments>...>;
  using called = std::remove_reference_t<Pool>;
  static_assert(std::is_invocable_v<std::decay_t<Callable>, std::decay_t<Arguments>...>,
                "sonde: this callable cannot be called with copies of these arguments; std::ref passes a reference");
  constexpr bool takes_it =
      has_submit<called, task> || has_enqueue<called, task> || has_post<called, task> || has_execute<called, task>;
  static_assert(takes_it,
                "sonde: a pool needs a member submit, enqueue, post or execute that takes a callable; one that keeps it in a "
                "std::function takes only what can be copied");
  if constexpr (takes_it) {
    task given = carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...);
    if constexpr (has_submit<called, task>)
      return pool.submit(std::move(given));
    else if constexpr (has_enqueue<called, task>)
      return pool.enqueue(std::move(given));
    else if constexpr (has_post<called, task>)
      return pool.post(std::move(given));
    else
      return pool.execute(std::move(given));
  }
}

/// A pool to hand to code that submits tasks itself. Refers to `pool`, and has those of its members that take tasks.
template <class Pool>
class traced_executor {
 public:
  explicit traced_executor(Pool& pool) noexcept : pool_{&pool} {}

  template <class Callable, class... Arguments>
    requires has_submit<Pool, carried_task<std::decay_t<Callable>, std::decay_t<Arguments>...>>
  decltype(auto) submit(Callable&& callable, Arguments&&... arguments) const {
    return pool_->submit(carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...));
  }
  template <class Callable, class... Arguments>
    requires has_enqueue<Pool, carried_task<std::decay_t<Callable>, std::decay_t<Arguments>...>>
  decltype(auto) enqueue(Callable&& callable, Arguments&&... arguments) const {
    return pool_->enqueue(carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...));
  }
  template <class Callable, class... Arguments>
    requires has_post<Pool, carried_task<std::decay_t<Callable>, std::decay_t<Arguments>...>>
  decltype(auto) post(Callable&& callable, Arguments&&... arguments) const {
    return pool_->post(carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...));
  }
  template <class Callable, class... Arguments>
    requires has_execute<Pool, carried_task<std::decay_t<Callable>, std::decay_t<Arguments>...>>
  decltype(auto) execute(Callable&& callable, Arguments&&... arguments) const {
    return pool_->execute(carry(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...));
  }
  [[nodiscard]] Pool& pool() const noexcept { return *pool_; }

 private:
  Pool* pool_;
};

}  // namespace SONDE_ABI
}  // namespace sonde
