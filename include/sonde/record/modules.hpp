// SPDX-License-Identifier: MIT
#pragma once

// How the modules of one program (itself, its libraries, what it opens with dlopen) come to one session. Where the loader binds
// their symbols to each other's, they share `the_link`. Where it does not (plugins opened with RTLD_LOCAL, executables that export
// nothing, version scripts), they find each other by an ELF note that each module has which records.

#include <cstddef>
#include <cstdint>

#include <link.h>

#include <sonde/context/clock.hpp>
#include <sonde/record/recorder.hpp>

namespace sonde::record {

struct session_table;

/// What all modules share once a session has started; the hub's.
struct root {
  const session_table* table;  // null without a session
  bool is_quiet;               // there is none. Neither this nor a table: nobody has looked yet
  bool has_guests;             // some module has a `this_thread` of its own
  bool uses_system_clock;      // to stamp spans with
};
struct module_link {
  root* to;    // `alone` until there has been a session
  root alone;
};
/// Exported even from libraries built with -fvisibility=hidden, so that most modules need not look for each other.
[[gnu::visibility("default")]] inline constinit module_link the_link{&the_link.alone, {}};

[[gnu::visibility("default"), gnu::tls_model("initial-exec")]] inline constinit thread_local recorder* this_thread = nullptr;

[[nodiscard, gnu::always_inline]] inline root& known_root() noexcept { return *__atomic_load_n(&the_link.to, __ATOMIC_ACQUIRE); }

/// What others use of a module; null until it has recorded, or tried to.
struct module_part {
  module_link* link;
  bool* uses_system_clock;
  recorder*& (*thread)() noexcept;  // its `this_thread`, of the calling thread

  /// What is there, while its own threads may be entering it. The link comes last.
  [[nodiscard]] module_part entered() const noexcept {
    module_link* const known = __atomic_load_n(&link, __ATOMIC_SEQ_CST);
    return {known, __atomic_load_n(&uses_system_clock, __ATOMIC_RELAXED), __atomic_load_n(&thread, __ATOMIC_RELAXED)};
  }
};
[[gnu::visibility("hidden")]] inline constinit module_part this_module{};

/// Of all that modules share: of a recorder and its ring, of records, of a session's table. Modules of another number keep to
/// themselves: it changes with each of these.
inline constexpr std::uint32_t shared_layout = 3;

/// Source: System V ABI, "Note Section".
struct module_note {
  std::uint32_t name_size, size, type;
  char name[8];
  std::int32_t distance;  // from here to the module's part

  [[nodiscard]] bool is_ours() const noexcept {
    return name_size == sizeof "sonde" && size == sizeof distance && type == shared_layout &&
           __builtin_memcmp(name, "sonde", sizeof "sonde") == 0;
  }
  [[nodiscard]] module_part& part() const noexcept {
    return *reinterpret_cast<module_part*>(reinterpret_cast<std::intptr_t>(&distance) + distance);
  }
};

/// From now on others find this module. The note is made in a function, so that no module has one which does not record.
[[gnu::noinline, gnu::cold]] inline void enter_this_module() noexcept {
  asm(".pushsection .note.sonde,\"a\",%%note\n\t"
      ".balign 4\n\t"
      ".long 6, 4, %c1\n\t"
      ".asciz \"sonde\"\n\t"
      ".balign 4\n\t"
      ".long %c0 - .\n\t"
      ".popsection"
      :
      : "i"(&this_module), "i"(shared_layout));
  __atomic_store_n(&this_module.uses_system_clock, &context::uses_system_clock, __ATOMIC_RELAXED);
  __atomic_store_n(&this_module.thread, +[]() noexcept -> recorder*& { return this_thread; }, __ATOMIC_RELAXED);
  __atomic_store_n(&this_module.link, &the_link, __ATOMIC_SEQ_CST);
}

/// Calls visit(part) for each module that has entered. glibc loads and unloads none meanwhile.
template <class Visit>
void visit_modules(Visit visit) noexcept {
  const auto each = [](dl_phdr_info* module, std::size_t, void* to) -> int {
    for (std::size_t i = 0; i < module->dlpi_phnum; ++i) {
      const auto& segment = module->dlpi_phdr[i];
      if (segment.p_type != PT_NOTE) continue;
      const std::uintptr_t past_padding = segment.p_align == 8 ? 7 : 3;
      std::uintptr_t at = module->dlpi_addr + segment.p_vaddr;
      for (const std::uintptr_t end = at + segment.p_memsz; at + sizeof(module_note) <= end;) {
        const auto& note = *reinterpret_cast<const module_note*>(at);
        if (note.is_ours())
          if (const module_part part = note.part().entered(); part.link != nullptr) (*static_cast<Visit*>(to))(part);
        at = (at + offsetof(module_note, name) + note.name_size + past_padding) & ~past_padding;
        at = (at + note.size + past_padding) & ~past_padding;
      }
    }
    return 0;
  };
  dl_iterate_phdr(each, &visit);
}

/// Where some module has a session, or had one.
[[nodiscard]] inline root* root_elsewhere() noexcept {
  root* found = nullptr;
  visit_modules([&found](const module_part& part) {
    root* const to = __atomic_load_n(&part.link->to, __ATOMIC_SEQ_CST);
    if (to != &part.link->alone) found = to;
  });
  return found;
}

/// Once per link, by whoever first asks for a session. One that starts meanwhile writes to the link itself.
[[gnu::noinline, gnu::cold]] inline void look_for_session() noexcept {
  enter_this_module();
  root* alone = &the_link.alone;
  if (root* const found = root_elsewhere()) {
    bool known;
    do {  // again where a session that starts meanwhile has chosen otherwise: it may have told this module before
      known = __atomic_load_n(&found->uses_system_clock, __ATOMIC_SEQ_CST);
      __atomic_store_n(&context::uses_system_clock, known, __ATOMIC_SEQ_CST);
    } while (known != __atomic_load_n(&found->uses_system_clock, __ATOMIC_SEQ_CST));
    __atomic_compare_exchange_n(&the_link.to, &alone, found, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
  }
  __atomic_store_n(&the_link.alone.is_quiet, true, __ATOMIC_RELEASE);
}

/// The calling thread's recorder, which the session's module has noted in a `this_thread` that may be another than this one's.
[[nodiscard]] inline recorder* noted_here(recorder* mine) noexcept {
  if (mine == nullptr || mine == this_thread) return mine;
  enter_this_module();
  __atomic_store_n(&known_root().has_guests, true, __ATOMIC_RELAXED);
  return this_thread = mine;
}

}  // namespace sonde::record
