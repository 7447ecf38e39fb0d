// SPDX-License-Identifier: MIT
#pragma once

// The scoped span: begins where it is declared, ends at the closing brace, is its thread's current span in between.

#include <sonde/span/here.hpp>
#include <sonde/span/operations.hpp>
#include <sonde/span/site.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// All of a scoped span that does not depend on its name. Constructed in place, never initialised as a whole: zeroing the
/// room for entries would cost as much as the rest.
class scoped_span : public operations<scoped_span>, private record::roomy_frame {
 public:
  scoped_span(const scoped_span&) = delete;
  scoped_span& operator=(const scoped_span&) = delete;

 protected:
  [[gnu::always_inline]] scoped_span(record::description& site, record::opened_at where) noexcept {
    record::recorder* const mine = record::attached_recorder();
    if (mine == nullptr && record::is_quiet())
      owner = nullptr;
    else
      record::open(*this, site, where.file, where.line, where.function, mine);
  }
  [[gnu::always_inline]] scoped_span(record::description& site, record::opened_at where, kind what,
                                     const span_context& parent) noexcept {
    if (record::is_quiet())
      owner = nullptr;
    else
      record::open_under(*this, site, where, what, parent);
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"                // GCC does not know the next,
#pragma GCC diagnostic ignored "-Wunknown-warning-option"  // nor Clang the last:
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"     // what GCC guesses of a span in a std::optional
  [[gnu::always_inline]] ~scoped_span() {
    if (owner != nullptr) record::close(*this);
  }
#pragma GCC diagnostic pop
  void fail_with_handled_exception() noexcept {
    if (record::frame* into = target()) record::fail_with_handled_exception(*into);
  }
  [[nodiscard, gnu::always_inline]] record::frame* target() noexcept {
    return owner != nullptr && is_sampled() ? this : nullptr;
  }
  [[nodiscard, gnu::always_inline]] const record::frame* target() const noexcept {
    return owner != nullptr && is_sampled() ? this : nullptr;
  }

 private:
  friend class operations<scoped_span>;
  [[nodiscard]] record::frame* identity() const noexcept {
    return owner != nullptr ? const_cast<scoped_span*>(this) : record::active_frame();  // ids may be drawn late
  }
};

/// `Attributes` is void, or an aggregate (span/typed_span.hpp). `Place` is unknown_place, or the source_place of the macro.
template <class Scope, meta::fixed_string Name, class Attributes, class Place>
class live_span : public scoped_span {
  static_assert(std::is_aggregate_v<Attributes>,
                "sonde: the attributes of a span must be an aggregate: a struct of public members, without constructors");
  static_assert(!std::is_aggregate_v<Attributes>, "sonde: a span with typed attributes needs #include <sonde/attributes.hpp>");
};

template <class Scope, meta::fixed_string Name, class Place>
class live_span<Scope, Name, void, Place> : public scoped_span {
  using where = here<Place>;

 public:
  [[gnu::always_inline]] live_span(where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at) {}
  [[gnu::always_inline]] explicit live_span(kind what, where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at, what, {}) {}
  /// `parent`: of another thread, or extracted from headers; an invalid one counts as none.
  [[gnu::always_inline]] explicit live_span(const span_context& parent, where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at, kind::internal, parent) {}
  [[gnu::always_inline]] live_span(kind what, const span_context& parent, where at = where::captured()) noexcept
      : scoped_span(record::site<Scope, Name, Place>, at, what, parent) {}

  using scoped_span::fail_with_handled_exception;
};

}  // namespace SONDE_ABI
}  // namespace sonde
