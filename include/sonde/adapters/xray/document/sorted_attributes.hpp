// SPDX-License-Identifier: MIT
#pragma once

// The attributes of the span whose document is being written, each with what is known of its key. Used by
// writer.hpp and metadata_writer.hpp.

#include <cstddef>
#include <vector>

#include <sonde/adapters/xray/document/blocks.hpp>
#include <sonde/adapters/xray/document/key_role.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::xray {

class sorted_attributes {
 public:
  placed_attributes placed{};

  /// One look at each, to know what there is. Borrowed from the view.
  void read(const record::span_view& span, known_keys& keys) {
    placed.clear();
    keys_.clear();
    all_ = span.attributes;
    has_annotations_ = has_namespaces_ = may_clash_ = false;
    for (const record::attribute_view& each : all_) {
      const known_key& key = keys.of(*each.key);
      keys_.push_back(&key);
      may_clash_ = may_clash_ || !key.plain_attribute;
      if (key.role >= key_role::first_with_a_place)
        placed.add(key.role, each);
      else if (key.role == key_role::annotation)
        has_annotations_ = true;
      else if (key.role == key_role::metadata)
        has_namespaces_ = true;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
  [[nodiscard]] const record::value_view& value(std::size_t i) const noexcept { return all_.begin()[i].value; }
  [[nodiscard]] const known_key& key(std::size_t i) const noexcept { return *keys_[i]; }
  [[nodiscard]] bool has_annotations() const noexcept { return has_annotations_; }
  /// Whether one key may be there twice, in different roles.
  [[nodiscard]] bool may_clash() const noexcept { return may_clash_; }
  /// Whether there is metadata of another namespace than "default".
  [[nodiscard]] bool has_namespaces() const noexcept { return has_namespaces_; }

 private:
  record::attribute_run all_{};
  std::vector<const known_key*> keys_;  // of each
  bool has_annotations_ = false;
  bool has_namespaces_ = false;
  bool may_clash_ = false;
};

}  // namespace sonde::xray
