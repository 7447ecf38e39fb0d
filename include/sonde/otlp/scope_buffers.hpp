// SPDX-License-Identifier: MIT
#pragma once

// The records of a batch while it is filled, apart by instrumentation scope: OTLP wants them so. Shared by the two encoders.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/otlp/batch.hpp>
#include <sonde/otlp/byte_buffer.hpp>
#include <sonde/record/registry.hpp>

namespace sonde::otlp {

class scope_buffers {
 public:
  /// `encode` makes what a request says of a scope; it puts at most `room` bytes more around that and its records.
  scope_buffers(std::string (*encode)(const record::registered_scope&), std::size_t room) noexcept
      : encode_{encode}, room_{room} {}

  /// Where records of this scope go.
  [[nodiscard]] byte_buffer& of(std::size_t index, const record::registered_scope& scope) {
    if (index >= all_.size() || !all_[index].met) [[unlikely]]
      meet(index, scope);
    return all_[index].records;
  }
  /// The same; null before the first `of` for it.
  [[nodiscard]] byte_buffer* known(std::size_t index) noexcept {
    return index < all_.size() && all_[index].met ? &all_[index].records : nullptr;
  }

  /// What `encode` made of it.
  [[nodiscard]] std::string_view encoded(std::size_t index) const noexcept { return all_[index].encoded; }
  /// Bytes that a request puts around the records of all scopes met so far, at most.
  [[nodiscard]] std::size_t envelope() const noexcept { return envelope_; }

  /// All records; it is empty afterwards. Throws std::bad_alloc; then it is as it was.
  [[nodiscard]] std::vector<batch::part> take() {
    std::size_t in_use = 0;
    for (const scope_buffer& one : all_) in_use += one.records.size() != 0 ? 1u : 0u;
    std::vector<batch::part> taken;
    taken.reserve(in_use);
    for (std::size_t i = 0; i < all_.size(); ++i)
      if (all_[i].records.size() != 0)
        taken.push_back({i, room_ + all_[i].encoded.size(), all_[i].records.hand_over()});
    return taken;
  }

 private:
  struct scope_buffer {
    bool met = false;
    std::string encoded{};
    byte_buffer records{};
  };

  [[gnu::noinline, gnu::cold]] void meet(std::size_t index, const record::registered_scope& scope) {
    if (index >= all_.size()) all_.resize(index + 1);
    all_[index].encoded = encode_(scope);
    all_[index].met = true;
    envelope_ += room_ + all_[index].encoded.size();
  }

  std::string (*encode_)(const record::registered_scope&);
  std::size_t room_;
  std::size_t envelope_ = 0;
  std::vector<scope_buffer> all_;  // by the registry's index
};

}  // namespace sonde::otlp
