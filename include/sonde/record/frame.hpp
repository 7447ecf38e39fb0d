// SPDX-License-Identifier: MIT
#pragma once

// An entry of a thread's stack of active spans. Frames lie in the guards themselves and form a linked list, so that the
// current span is one pointer and a child's parent is one load away.

#include <cstddef>
#include <cstdint>

#include <sonde/context/shared_fields.hpp>
#include <sonde/record/layout.hpp>
#include <sonde/record/recorder.hpp>

namespace sonde::record {

/// Room for entries behind a header before they move to the heap.
inline constexpr std::size_t inline_entries = 256;

/// Where entries go that outgrew their guard.
struct spill {
  std::size_t capacity;
  char data[1];
};

/// Only `owner` is always initialised: where it is null, nothing else is looked at. The header comes last, so that entries
/// follow it in memory. Its first word tells how far they reach, and in one bit whether anything else is to be looked at. With
/// that bit a record would be larger than any chunk: whoever asks for room in the ring has asked for both.
struct frame {
  recorder* owner;
  frame* outer;
  // Of an unusual one. Lower half: how large the record may grow in place; then what was cut (24 bits); then how many exceptions
  // were in flight when it was opened.
  std::uint64_t room;
  struct spill* spill;  // only where the lower half of `room` is 0 though the frame takes entries
  struct header header;

  static constexpr std::uint32_t unusual = 0x8000'0000;  // in `header.size`, while the frame is open
  static constexpr std::uint32_t no_entries = unusual;   // all there is where the frame takes none
  static constexpr std::uint64_t plain_room = sizeof(struct header) + inline_entries;
  static constexpr std::uint64_t one_cut = std::uint64_t{1} << 32;
  static constexpr std::uint64_t one_uncaught = std::uint64_t{1} << 56;
  static constexpr std::uint64_t exception_known = 255 * one_uncaught;

  [[nodiscard]] std::uint64_t head() const noexcept {
    std::uint64_t word;
    __builtin_memcpy(&word, &header, sizeof word);
    return word;
  }
  void set_head(std::uint64_t word) noexcept { __builtin_memcpy(&header, &word, sizeof word); }
  [[nodiscard]] std::uint64_t tail() const noexcept {
    std::uint64_t word;
    __builtin_memcpy(&word, reinterpret_cast<const char*>(&header) + sizeof header - sizeof word, sizeof word);
    return word;
  }
  void set_tail(std::uint64_t word) noexcept {
    __builtin_memcpy(reinterpret_cast<char*>(&header) + sizeof header - sizeof word, &word, sizeof word);
  }
  void take_no_entries() noexcept { set_head(make_word(no_entries, 0)); }
  [[nodiscard]] bool takes_entries() const noexcept { return first_half(head()) != no_entries; }
  [[nodiscard]] bool is_plain() const noexcept { return (first_half(head()) & unusual) == 0; }
  void make_unusual() noexcept {
    if (!is_plain()) return;
    room = plain_room;
    set_head(head() | make_word(unusual, 0));
  }
  [[nodiscard]] bool is_spilled() const noexcept {
    return !is_plain() && takes_entries() && static_cast<std::uint32_t>(room) == 0;
  }
  [[nodiscard]] char* first_entry() noexcept {
    return is_spilled() ? spill->data : reinterpret_cast<char*>(this) + sizeof(frame);
  }
  [[nodiscard]] std::size_t entries_size() const noexcept { return (header.size & ~unusual) - sizeof header; }
  void set_entries_size(std::size_t bytes) noexcept {
    header.size = (header.size & unusual) | static_cast<std::uint32_t>(sizeof header + bytes);
  }
  /// How large the record may grow in place; 0 where it has moved.
  [[nodiscard]] std::size_t room_in_place() const noexcept {
    return is_plain() ? plain_room : static_cast<std::uint32_t>(room);
  }
  [[nodiscard]] std::uint32_t cut() const noexcept {
    return is_plain() ? 0 : static_cast<std::uint32_t>(room >> 32) & 0xff'ffff;
  }
  void count_cut() noexcept {
    make_unusual();
    if (cut() != 0xff'ffff) room += one_cut;
  }
  [[nodiscard]] std::uint32_t uncaught() const noexcept { return is_plain() ? 0 : static_cast<std::uint32_t>(room >> 56); }
  /// Of one just opened. At most 254 exceptions are told apart.
  void open_during(std::uint64_t exceptions) noexcept {
    if (exceptions == 0) return;
    room = plain_room;
    set_head(head() | make_word(unusual, 0));
    set_uncaught(exceptions);
  }
  void set_uncaught(std::uint64_t exceptions) noexcept {
    if (exceptions == 0 && is_plain()) return;
    make_unusual();
    room = (room & (one_uncaught - 1)) | (exceptions < 254 ? exceptions : 254) * one_uncaught;
  }
  [[nodiscard]] bool is_sampled() const noexcept { return (header.flags & sampled) != 0; }
  void free_spill() noexcept {
    if (is_spilled()) __builtin_free(spill);
  }
};
static_assert(sizeof(frame) % 8 == 0);

/// A frame with room for entries.
struct roomy_frame : frame {
  char entries[inline_entries];
};

/// One that is on no stack and may outlive the session it began in. Counted, since a scope on another thread may be left that
/// keeps it current when it ends.
struct detached_frame : roomy_frame {
  std::uint64_t session;
  context::shared_fields fields;  // that were active where it began
  std::uint32_t users = 1;
  bool ended = false;             // takes nothing more
  bool keeps_spill = false;       // though it has ended: somebody may be reading

  void use() noexcept { __atomic_fetch_add(&users, 1, __ATOMIC_RELAXED); }
  void release() noexcept {
    if (__atomic_sub_fetch(&users, 1, __ATOMIC_ACQ_REL) != 0) return;
    if (keeps_spill) free_spill();
    delete this;
  }
};

/// Makes a span of another thread or of no thread the current one here. `lender` takes entries; null where it is out of reach.
struct borrowed_frame : frame {
  detached_frame* lender;
  fields_link active;  // while the frame is on a stack
};

/// Whether it is a borrowed_frame: that of a span from elsewhere, or a boundary.
[[nodiscard]] inline bool is_borrowed(const frame& active) noexcept { return active.header.type >= record_type::borrowed; }

/// The frame that takes entries for `active`, or null.
[[nodiscard]] inline frame* writable(frame* active) noexcept {
  if (active != nullptr && is_borrowed(*active)) {
    detached_frame* const lender = static_cast<borrowed_frame*>(active)->lender;
    active = lender != nullptr && !__atomic_load_n(&lender->ended, __ATOMIC_ACQUIRE) ? lender : nullptr;
  }
  return active != nullptr && active->is_sampled() ? active : nullptr;
}

}  // namespace sonde::record
