// SPDX-License-Identifier: MIT
#pragma once

// A span tied to no scope and no thread: movable, ends with end() or with its owner. `scope` makes it current for a while.

#include <new>

#include <sonde/span/here.hpp>
#include <sonde/span/operations.hpp>
#include <sonde/span/site.hpp>

namespace sonde {

namespace record {

/// Its entries are on the heap, and a scope keeps it current, maybe on another thread, where a report reads them: so they
/// stay, and a copy is published.
[[gnu::noinline, gnu::cold]] inline void end_within_scopes(detached_frame& self) noexcept {
  roomy_frame copy;
  copy.header = self.header;
  copy.set_head(make_word(sizeof(struct header), self.header.description));
  copy.make_unusual();
  copy.room = frame::plain_room | (self.room >> 32 << 32);
  const std::size_t size = self.entries_size();
  if (char* const to = reserve(copy, size)) __builtin_memcpy(to, self.first_entry(), size);
  self.keeps_spill = true;
  end_unlinked(copy, self.session);
}

}  // namespace record

inline namespace SONDE_ABI {

/// All of a detached span that does not depend on its name. Its record lives on the heap, so that it can move while
/// active; where there is no memory it records nothing. One thread at a time may write to it,
/// and none may report meanwhile within a scope of it.
class basic_detached_span : public operations<basic_detached_span> {
 public:
  basic_detached_span(basic_detached_span&& other) noexcept : state_{other.state_} { other.state_ = nullptr; }
  basic_detached_span& operator=(basic_detached_span&& other) noexcept {
    if (this != &other) {
      end();
      state_ = other.state_;
      other.state_ = nullptr;
    }
    return *this;
  }
  /// Ends the span now, on whichever thread; later calls do nothing.
  void end() noexcept {
    if (state_ == nullptr) return;
    state_->header.end = context::ticks();
    if (state_->is_spilled() && __atomic_load_n(&state_->users, __ATOMIC_ACQUIRE) != 1) [[unlikely]]
      record::end_within_scopes(*state_);
    else
      record::end_unlinked(*state_, state_->session);
    __atomic_store_n(&state_->ended, true, __ATOMIC_RELEASE);
    state_->release();
    state_ = nullptr;
  }

 protected:
  basic_detached_span(record::description& site, record::opened_at where, kind what,
                      const span_context& parent) noexcept {
    record::recorder* mine = record::live_recorder<record::arrival::purpose::span>();
    if (mine == nullptr) return;
    const record::session_table* const table = record::installed_table();
    if (table == nullptr) return;
    const bool interrupts = record::is_writing(*mine);
    if (!interrupts) state_ = new (std::nothrow) record::detached_frame;
    if (state_ == nullptr) {
      record::count_unrecorded(*mine, interrupts ? drop_reason::in_signal_handler : drop_reason::no_memory);
      return;
    }
    record::frame* active = record::active_frame();
    const bool is_told = parent.continues_trace() || parent.declines_trace();
    table->unusual->begin_under(*state_, site, *mine, where, what,
                                is_told || active == nullptr ? parent : record::context_of(*active));
    state_->session = mine->session;
    state_->fields = context::shared_fields{record::active_fields(*mine)};
    state_->header.flags |= record::detached;
    state_->header.kind = static_cast<std::uint8_t>(what);
  }
  ~basic_detached_span() { end(); }

 private:
  friend class operations<basic_detached_span>;
  friend class live_scope;
  [[nodiscard]] record::frame* target() const noexcept { return record::writable(state_); }
  [[nodiscard]] record::frame* identity() const noexcept { return state_; }

  record::detached_frame* state_ = nullptr;
};

template <class Scope, meta::fixed_string Name>
class live_detached_span : public basic_detached_span {
  using where = here<>;

 public:
  live_detached_span(where at = where::captured()) noexcept
      : basic_detached_span(record::site<Scope, Name>, at, kind::internal, {}) {}
  explicit live_detached_span(kind what, where at = where::captured()) noexcept
      : basic_detached_span(record::site<Scope, Name>, at, what, {}) {}
  /// Without an explicit parent, or with an invalid one, the current span is the parent.
  explicit live_detached_span(const span_context& parent, where at = where::captured()) noexcept
      : basic_detached_span(record::site<Scope, Name>, at, kind::internal, parent) {}
  live_detached_span(kind what, const span_context& parent, where at = where::captured()) noexcept
      : basic_detached_span(record::site<Scope, Name>, at, what, parent) {}
};

/// While it lives, the detached span is this thread's current one. The span may move meanwhile; once it has ended, wherever,
/// it stays the parent of what begins, and takes nothing more.
class live_scope {
 public:
  explicit live_scope(const basic_detached_span& span) noexcept
      : used_{span.state_},
        active_{record::borrowed_context{span.state_ != nullptr ? record::context_of(*span.state_) : span_context{}},
                span.state_ != nullptr ? span.state_->fields.get() : nullptr, span.state_} {}

 private:
  struct use {
    record::detached_frame* const state;

    explicit use(record::detached_frame* used) noexcept : state{used} {
      if (state != nullptr) state->use();
    }
    use(const use&) = delete;
    use& operator=(const use&) = delete;
    ~use() {
      if (state != nullptr) state->release();
    }
  };

  use used_;  // longer than `active_`
  record::borrowed_scope active_;
};

}  // namespace SONDE_ABI
}  // namespace sonde
