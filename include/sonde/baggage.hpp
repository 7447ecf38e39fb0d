// SPDX-License-Identifier: MIT
#pragma once

// The entry for code that reads or sets baggage: what a program says about a trace to all services that the trace reaches.
// Whoever gets a request can read it: nothing secret belongs there.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <sonde/config.hpp>
#include <sonde/propagation/baggage_text.hpp>
#include <sonde/span/activation.hpp>

namespace sonde {

inline namespace SONDE_ABI {

/// The value of the last member of this key, decoded; nothing where there is none. Source: W3C Baggage.
[[nodiscard]] inline std::optional<std::string> baggage_value([[maybe_unused]] std::string_view key) {
  if constexpr (enabled)
    if (const propagated_fields* const active = record::active_fields())
      if (const auto found = propagation::baggage_view{active->baggage}.find(key))
        return propagation::decoded_baggage(found->value);
  return std::nullopt;
}

/// The active baggage with one more member, or with another value of it, while the object lives.
class live_baggage_scope {
 protected:
  live_baggage_scope(std::string_view key, std::string_view value) noexcept
      : outer_{record::active_fields()},
        fields_{outer_.get() != nullptr ? *outer_.get() : propagated_fields{}},
        is_whole_{add(key, value)},
        active_{is_whole_ ? &fields_ : nullptr} {}
  live_baggage_scope(const live_baggage_scope&) = delete;
  live_baggage_scope& operator=(const live_baggage_scope&) = delete;

 private:
  /// False where memory is short, or the member is longer than all of baggage may be: the others go on without it.
  [[nodiscard]] bool add(std::string_view key, std::string_view value) noexcept {
    try {
      text_ = propagation::make_baggage(key, value);  // first: what exceeds the limits is cut from the end
      if (text_.size() > propagation::baggage_limit) return false;
      for (const propagation::baggage_member& each : propagation::baggage_view{fields_.baggage}) {
        if (each.key == key) continue;
        (((text_ += ',') += each.key) += '=') += each.value;
        if (!each.properties.empty()) (text_ += ';') += each.properties;
      }
    } catch (...) {
      return false;
    }
    field_lines line;
    line.add({text_.data(), text_.size()});
    fields_.baggage = line;
    fields_.is_shared = false;
    return true;
  }

  context::shared_fields outer_;  // their scope may end first
  std::string text_;
  propagated_fields fields_;
  bool is_whole_;
  record::fields_scope active_;
};

/// `sonde::baggage_scope<"user.tier"> tier{"gold"};`: goes out with requests made meanwhile, is kept by bind_current and by
/// detached spans. Any text may be a value.
template <meta::fixed_string Key>
class named_live_baggage_scope : public live_baggage_scope {
  static_assert(!Key.empty() && propagation::token_characters.has_all({Key.data(), Key.size()}),
                "sonde: the key of baggage must be a token: letters, digits and !#$%&'*+-.^_`|~");

 public:
  explicit named_live_baggage_scope(std::string_view value) noexcept
      : live_baggage_scope{{Key.data(), Key.size()}, value} {}
};

struct [[maybe_unused]] idle_baggage_scope {
  template <class Text>
  [[gnu::always_inline]] explicit constexpr idle_baggage_scope(const Text&) noexcept {}
  idle_baggage_scope(const idle_baggage_scope&) = delete;
  idle_baggage_scope& operator=(const idle_baggage_scope&) = delete;
};

template <meta::fixed_string Key>
using baggage_scope = std::conditional_t<enabled, named_live_baggage_scope<Key>, idle_baggage_scope>;

}  // namespace SONDE_ABI
}  // namespace sonde
