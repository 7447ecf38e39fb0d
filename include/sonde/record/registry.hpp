// SPDX-License-Identifier: MIT
#pragma once

// Keeps a copy of every description under its id, for as long as the process runs: sites may lie in plugins that unload.
// Filled through the session's table, read by the collector.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <sonde/record/description.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/layout.hpp>
#include <sonde/record/location.hpp>

namespace sonde::record {

/// Bytes with `padding` more behind them that may be read: encoders copy a short run as a whole block of that size, without
/// looking at how long it is.
struct padded_view {
  static constexpr std::size_t padding = 32;
  const char* data;
  std::size_t size;
};
/// Owns such bytes.
class padded_bytes {
 public:
  padded_bytes& operator=(std::string_view bytes) {
    held_.reserve(bytes.size() + padded_view::padding);
    held_.assign(bytes).append(padded_view::padding, '\0');
    size_ = bytes.size();
    return *this;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  operator padded_view() const noexcept { return {held_.data(), size_}; }  // NOLINT(google-explicit-constructor): a view of it

 private:
  std::string held_ = std::string(padded_view::padding, '\0');
  std::size_t size_ = 0;
};

/// A description with its texts owned, and its scope numbered. Never moves, never goes.
struct registered {
  std::uint32_t id = 0;
  std::uint32_t scope = 0;  // index into the registry's scopes
  std::uint32_t key = 0;    // id of the first attribute, annotation or metadata of this name: equal for equal keys
  std::uint32_t line = 0;
  description_type type = description_type::span;
  padded_bytes protobuf;
  std::string name, name_space, json, file, function, location_protobuf, location_json;
  std::string location_entries;  // of a log: the code.* attributes, as a record has its entries
};
struct registered_scope {
  std::string name, version;
};

/// One per process, never destroyed. Locks only when something new is enrolled or the collector meets a new id.
class registry {
 public:
  [[nodiscard]] std::uint32_t enroll(description& fresh) {
    const std::lock_guard lock{mutex_};
    return find_or_add(fresh);
  }

  /// The place a plain span was opened at; its attributes are encoded here, once. `tail` is what the last word of records
  /// opened there holds beside the location.
  [[nodiscard]] std::uint32_t locate(description& site, const char* file, std::uint32_t line, const char* function) {
    const std::lock_guard lock{mutex_};
    auto [found, is_new] = places_.try_emplace({file, line, function}, 0);
    if (is_new) {
      auto& kept = add(description_type::location);
      kept.file = file;
      kept.function = function;
      kept.line = line;
      kept.location_protobuf = location_protobuf(kept.file, line, kept.function);
      kept.location_json = location_json(kept.file, line, kept.function);
      found->second = kept.id;
    }
    if (site.opened_file == nullptr) {
      site.tail = tail_word(found->second, record_type::span, sampled, static_cast<std::uint8_t>(kind::internal));
      site.opened_line = line;
      __atomic_store_n(&site.opened_file, file, __ATOMIC_RELEASE);
    }
    return found->second;
  }

  /// All descriptions in id order, from `first` on; the pointers stay good.
  void append_from(std::vector<const registered*>& into) const {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = into.size(); i < descriptions_.size(); ++i) into.push_back(&descriptions_[i]);
  }
  void append_scopes(std::vector<const registered_scope*>& into) const {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = into.size(); i < scopes_.size(); ++i) into.push_back(&scopes_[i]);
  }

  /// Held over fork(), so that the child finds it whole.
  [[nodiscard]] std::mutex& mutex() const noexcept { return mutex_; }

 private:
  std::uint32_t find_or_add(description& fresh) {
    const scope_description none{};
    const scope_description& scope = fresh.scope ? *fresh.scope : none;
    auto [found, is_new] =
        ids_.try_emplace({static_cast<int>(fresh.type), std::string{view(fresh.name)}, std::string{view(fresh.name_space)},
                          std::string{view(scope.name)} + '\n' + std::string{view(scope.version)},
                          std::string{view(fresh.file)}, fresh.line, std::string{view(fresh.function)}},
                         0);
    if (is_new) {
      auto& kept = add(fresh.type);
      kept.line = fresh.line;
      kept.name = view(fresh.name);
      kept.name_space = view(fresh.name_space);
      kept.protobuf = view(fresh.protobuf);
      kept.json = view(fresh.json);
      kept.file = view(fresh.file);
      kept.function = view(fresh.function);
      kept.location_protobuf = view(fresh.location_protobuf);
      kept.location_json = view(fresh.location_json);
      kept.scope = scope_index(scope);
      if (fresh.type == description_type::log && fresh.file.size != 0) kept.location_entries = location_entries(fresh);
      kept.key = keys_.try_emplace(kept.name, kept.id).first->second;
      found->second = kept.id;
    }
    __atomic_store_n(&fresh.head, head_word(found->second), __ATOMIC_RELAXED);
    return found->second;
  }

  [[nodiscard]] std::string location_entries(const description& of) {
    auto file = describe_key<description_type::attribute, "code.file.path">();
    auto line = describe_key<description_type::attribute, "code.line.number">();
    auto function = describe_key<description_type::attribute, "code.function.name">();
    std::string made = entry_bytes(find_or_add(file), entry_type::text, view(of.file)) +
                       entry_bytes(find_or_add(line), std::int64_t{of.line});
    if (of.function.size != 0) made += entry_bytes(find_or_add(function), entry_type::text, view(of.function));
    return made;
  }

  registered& add(description_type type) {
    auto& kept = descriptions_.emplace_back();
    kept.id = static_cast<std::uint32_t>(descriptions_.size() - 1);
    kept.type = type;
    return kept;
  }

  std::uint32_t scope_index(const scope_description& scope) {
    for (std::uint32_t i = 0; i < scopes_.size(); ++i)
      if (scopes_[i].name == view(scope.name) && scopes_[i].version == view(scope.version)) return i;
    scopes_.push_back({std::string{view(scope.name)}, std::string{view(scope.version)}});
    return static_cast<std::uint32_t>(scopes_.size() - 1);
  }

  using content = std::tuple<int, std::string, std::string, std::string, std::string, std::uint32_t, std::string>;
  mutable std::mutex mutex_;
  std::deque<registered> descriptions_{1};  // id 0 is nobody's
  std::deque<registered_scope> scopes_;
  std::map<content, std::uint32_t> ids_;
  std::map<std::string, std::uint32_t> keys_;
  std::map<std::tuple<std::string, std::uint32_t, std::string>, std::uint32_t> places_;
};

}  // namespace sonde::record
