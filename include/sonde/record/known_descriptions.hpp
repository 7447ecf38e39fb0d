// SPDX-License-Identifier: MIT
#pragma once

// What one reader of records has met of the registry so far, so that it asks the registry, which locks, once for what is new.

#include <cstdint>
#include <span>
#include <vector>

#include <sonde/record/registry.hpp>

namespace sonde::record {

class known_descriptions {
 public:
  explicit known_descriptions(const registry& all) noexcept : registry_{all} {}

  /// The description of that id. Learning a new one moves the list, never the descriptions.
  [[nodiscard]] const registered* operator[](std::uint32_t id) {
    if (id >= descriptions_.size()) [[unlikely]] {
      registry_.append_from(descriptions_);
      if (id >= descriptions_.size()) id = 0;  // foreign bytes
    }
    return descriptions_[id];
  }
  [[nodiscard]] const registered_scope* scope(std::uint32_t index) {
    if (index >= scopes_.size()) [[unlikely]]
      registry_.append_scopes(scopes_);
    return scopes_[index];
  }

  /// By id; good until a new one is learned.
  [[nodiscard]] std::span<const registered* const> all() const noexcept { return descriptions_; }

 private:
  const registry& registry_;
  std::vector<const registered*> descriptions_;
  std::vector<const registered_scope*> scopes_;
};

}  // namespace sonde::record
