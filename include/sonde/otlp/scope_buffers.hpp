// SPDX-License-Identifier: MIT
#pragma once

// The spans of a batch, encoded, apart by instrumentation scope: OTLP wants them so. Shared by the two encoders.

#include <cstddef>
#include <vector>

#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::otlp {

struct scope_buffer {
  const record::registered_scope* scope = nullptr;
  byte_buffer spans;
};

class scope_buffers {
 public:
  /// Where spans of this one's scope go.
  [[nodiscard]] byte_buffer& of(const record::span_view& span) {
    const std::size_t index = span.site->scope;
    if (index >= all_.size()) [[unlikely]]
      all_.resize(index + 1);
    all_[index].scope = span.scope;
    return all_[index].spans;
  }
  /// The same by the scope's index; null before the first `of` for it.
  [[nodiscard]] byte_buffer* known(std::size_t index) noexcept {
    return index < all_.size() && all_[index].scope != nullptr ? &all_[index].spans : nullptr;
  }

  /// Calls `use(const scope_buffer&)` for each scope that has spans.
  template <class Use>
  void each(Use use) const {
    for (const scope_buffer& one : all_)
      if (one.spans.size() != 0) use(one);
  }

  void clear() noexcept {
    for (scope_buffer& one : all_) one.spans.clear();
  }

 private:
  std::vector<scope_buffer> all_;  // by the registry's index
};

}  // namespace sonde::otlp
