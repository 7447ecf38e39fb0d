// SPDX-License-Identifier: MIT
#pragma once

// What one reader of records has met of the registry so far, so that it asks the registry, which locks, once for what is new.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <sonde/record/registry.hpp>

namespace sonde::record {

class known_descriptions {
 public:
  explicit known_descriptions(const registry& all) noexcept : registry_{all} {}

  /// The description of that id; nobody's where that is of something else, as in foreign bytes. Learning a new one moves the
  /// lists, never the descriptions.
  [[nodiscard]] const registered* of(description_type what, std::uint32_t id) {
    if (id >= descriptions_.size()) [[unlikely]]
      learn();
    const registered* const found = descriptions_[id < descriptions_.size() ? id : 0];
    return found->type == what ? found : descriptions_[0];
  }
  /// That of an attribute's key, in whichever role.
  [[nodiscard]] const registered* key(std::uint32_t id) {
    if (id >= keys_.size()) [[unlikely]]
      learn();
    return keys_[id < keys_.size() ? id : 0];
  }
  [[nodiscard]] const registered_scope* scope(std::uint32_t index) {
    if (index >= scopes_.size()) [[unlikely]]
      registry_.append_scopes(scopes_);
    return scopes_[index];
  }

  /// By id; good until a new one is learned.
  [[nodiscard]] std::span<const registered* const> all() const noexcept { return descriptions_; }
  [[nodiscard]] std::span<const registered* const> keys() const noexcept { return keys_; }

 private:
  [[gnu::noinline, gnu::cold]] void learn() {
    registry_.append_from(descriptions_);
    for (std::size_t i = keys_.size(); i < descriptions_.size(); ++i)
      keys_.push_back(is_key(descriptions_[i]->type) ? descriptions_[i] : descriptions_[0]);
  }

  const registry& registry_;
  std::vector<const registered*> descriptions_;
  std::vector<const registered*> keys_;  // the same, with nobody's in place of what is no key
  std::vector<const registered_scope*> scopes_;
};

}  // namespace sonde::record
