// SPDX-License-Identifier: MIT
#pragma once

// Lists the attributes of one record: applies limits, keeps the last value under a key. Used by record_reader.hpp.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <sonde/record/known_descriptions.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::record {

/// What it needs lies in locals: through its owner's members each step would load it anew.
class attribute_filler {
 public:
  /// `list` has as many attributes as there is room for, at least one. `roles_apart`: an annotation and metadata of a namespace
  /// may stand under one key, each.
  template <typename Limits>
  [[gnu::always_inline]] attribute_filler(std::vector<attribute_view>& list, known_descriptions& known, const Limits& limits,
                                          bool roles_apart) noexcept
      : list_{list},
        known_{known},
        seen_keys_{known.keys()},
        first_{list.data()},
        room_{list.size()},
        limit_{limits.attributes},
        longest_{limits.value_length},
        roles_apart_{roles_apart} {}

  /// The last value under a key wins; only keys whose bit was seen before are searched for.
  [[gnu::always_inline]] void add(std::uint32_t id, value_view value) {
    value.max_characters = longest_;
    if (value.size > longest_) [[unlikely]]
      cut_values_ += count_cut_texts(value);
    const registered* const key = id < seen_keys_.size() ? seen_keys_[id] : learn(id);
    const std::uint64_t bit = std::uint64_t{1} << (key->key & 63);
    if ((seen_ & bit) != 0 && replace(key, value)) [[unlikely]]
      return;
    seen_ |= bit;
    if (size_ >= limit_) [[unlikely]] {
      ++cut_;
      return;
    }
    if (size_ == room_) [[unlikely]]
      grow();
    first_[size_++] = {key, value};
  }

  /// After others may have learned descriptions.
  [[gnu::always_inline]] void look_again() noexcept { seen_keys_ = known_.keys(); }

  [[gnu::always_inline]] void finish(signal_view& made) const noexcept {
    made.attributes = {first_, size_};
    made.cut_attributes += cut_;
    made.cut_values += cut_values_;
  }

 private:
  [[nodiscard, gnu::noinline, gnu::cold]] const registered* learn(std::uint32_t id) {
    const registered* const found = known_.key(id);
    look_again();
    return found;
  }
  [[nodiscard, gnu::noinline]] bool replace(const registered* key, const value_view& value) noexcept {
    for (std::size_t i = 0; i < size_; ++i)
      if (first_[i].key->key == key->key && (!roles_apart_ || is_same_role(*first_[i].key, *key))) {
        first_[i] = {key, value};
        return true;
      }
    return false;
  }
  [[gnu::noinline, gnu::cold]] void grow() {
    list_.resize(2 * room_);
    first_ = list_.data();
    room_ *= 2;
  }

  /// Attributes are X-Ray metadata in its default namespace.
  [[nodiscard]] static bool is_same_role(const registered& a, const registered& b) noexcept {
    const auto name_space = [](const registered& of) {
      return of.name_space.empty() ? std::string_view{"default"} : std::string_view{of.name_space};
    };
    const bool annotations = a.type == description_type::annotation;
    return annotations == (b.type == description_type::annotation) && (annotations || name_space(a) == name_space(b));
  }

  std::vector<attribute_view>& list_;
  known_descriptions& known_;
  std::span<const registered* const> seen_keys_;
  attribute_view* first_;
  std::size_t size_ = 0;
  std::size_t room_;
  std::uint64_t seen_ = 0;
  std::uint32_t limit_;
  std::uint32_t longest_;
  std::uint32_t cut_ = 0;
  std::uint32_t cut_values_ = 0;
  bool roles_apart_;
};

}  // namespace sonde::record
