// SPDX-License-Identifier: MIT
#pragma once

// While a thread writes into its ring, this frame is its current one: a signal handler that records meanwhile finds it, and what it
// begins is dropped and counted. Used by whatever publishes, and by whatever begins.

#include <sonde/record/frame.hpp>

namespace sonde::record {

[[nodiscard]] consteval frame make_writing_frame() noexcept {
  frame made{};
  made.header.size = frame::no_entries;
  made.header.type = record_type::writing;
  return made;
}
/// Not sampled, so that no usual path goes on from it.
[[gnu::visibility("default")]] inline constinit frame writing_frame = make_writing_frame();

/// By its type: each module may have a frame of its own.
[[nodiscard, gnu::always_inline]] inline bool is_writing(const recorder& mine) noexcept {
  return mine.current != nullptr && mine.current->header.type == record_type::writing;
}

/// The compiler leaves what lies between them there. To the handler, which runs on the same thread, that is order enough.
[[gnu::always_inline]] inline void begin_writing(recorder& mine) noexcept {
  mine.current = &writing_frame;
  asm volatile("" ::: "memory");
}
[[gnu::always_inline]] inline void end_writing(recorder& mine, frame* current) noexcept {
  asm volatile("" ::: "memory");
  mine.current = current;
}

}  // namespace sonde::record
