// SPDX-License-Identifier: MIT
#pragma once

// std::exit destroys no session that lives in main's frame or on the heap, and takes down libraries that the collector's
// connections need. So the session that is live then ends first, as its destructor would. Armed by session.hpp.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include <sonde/pipeline/hub.hpp>

namespace sonde::pipeline {

class exit_hook {
 public:
  using end_function = void (*)(void* session) noexcept;

  /// Handlers run in the reverse order of their registration, so each session brings one: what its exporters loaded is still
  /// there then. Also run where the library that holds this code is unloaded.
  static void arm(const std::shared_ptr<void>& session, end_function end) {
    bool is_wanted = false;
    hub::instance().exclusively([&] {
      exit_hook& here = instance();
      here.session_ = session;
      here.end_ = end;
      is_wanted = here.registered_ < enough;
      if (is_wanted) ++here.registered_;
    });
    if (is_wanted) static_cast<void>(std::atexit(on_exit));  // without memory for it, the session ends by hand alone
  }
  static void disarm() noexcept {
    hub::instance().exclusively([&] { instance().session_.reset(); });
  }

 private:
  static constexpr std::size_t enough = 16;  // programs that start more sessions have brought all libraries by then

  /// First asked for under the hub's lock, so that no child of a fork waits for its making. Never destroyed: what it is for comes
  /// last. Takes no memory, which may be short when a session ends.
  [[nodiscard]] static exit_hook& instance() noexcept {
    alignas(exit_hook) static unsigned char room[sizeof(exit_hook)];
    static exit_hook* const made = new (room) exit_hook;
    return *made;
  }
  static void on_exit() noexcept {
    exit_hook& here = instance();
    std::shared_ptr<void> live;
    end_function end = nullptr;
    hub::instance().exclusively([&] {
      live = here.session_.lock();
      end = here.end_;
    });
    if (live != nullptr) end(live.get());
  }

  std::weak_ptr<void> session_;  // what follows is the hub's to guard, over a fork as well
  end_function end_ = nullptr;
  std::size_t registered_ = 0;
};

}  // namespace sonde::pipeline
