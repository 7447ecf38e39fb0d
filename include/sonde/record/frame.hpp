// SPDX-License-Identifier: MIT
#pragma once

// An entry of a thread's stack of active spans. Frames lie in the guards themselves and form a linked list, so that the
// current span is one pointer and a child's parent is one load away.

#include <cstddef>
#include <cstdint>

#include <sonde/record/layout.hpp>
#include <sonde/record/recorder.hpp>

namespace sonde::record {

/// Room for entries behind a header before they move to the heap.
inline constexpr std::size_t inline_entries = 256;

/// Only `owner` is always initialised: where it is null, nothing else is looked at. The header comes last, so that a
/// guard's attributes follow it in memory and leave with it in one copy.
struct frame {
  recorder* owner;
  frame* outer;
  char* cursor;            // where the next entry goes; null where this frame takes none
  char* limit;             // end of the room for entries
  char* spill;             // heap block the entries moved to; null while they lie behind the header
  std::uint64_t session;   // of the recorder, when the span began
  std::uint32_t uncaught;  // exceptions in flight when it was opened
  std::uint32_t cut;       // attributes, events, links that did not fit or threw
  struct header header;

  [[nodiscard]] bool is_sampled() const noexcept { return (header.flags & sampled) != 0; }
  [[nodiscard]] char* first_entry() noexcept { return spill ? spill : reinterpret_cast<char*>(this) + sizeof(frame); }
  void begin_entries() noexcept {
    cursor = reinterpret_cast<char*>(this) + sizeof(frame);
    limit = cursor + inline_entries;
    spill = nullptr;
    cut = 0;
  }
  [[nodiscard]] std::size_t entries_size() noexcept {
    return cursor ? static_cast<std::size_t>(cursor - first_entry()) : 0;
  }
};
static_assert(sizeof(frame) % 8 == 0);

/// Makes a span of another thread or of no thread the current one here. `lender` takes entries; null where it is out of reach.
struct borrowed_frame : frame {
  frame* lender;
};

/// The frame that takes entries for `active`, or null.
[[nodiscard]] inline frame* writable(frame* active) noexcept {
  if (active != nullptr && active->header.type == record_type::borrowed)
    active = static_cast<borrowed_frame*>(active)->lender;
  return active != nullptr && active->is_sampled() ? active : nullptr;
}

/// A frame with room for entries.
struct roomy_frame : frame {
  char entries[inline_entries + chunk::slack];
};

}  // namespace sonde::record
