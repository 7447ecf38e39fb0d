// SPDX-License-Identifier: MIT
#pragma once

// The way of every value and text into an item: secrets are replaced, addresses shortened, and only then long texts cut. What
// has not come through here is not the program's. Used by whatever makes a part of an item.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <sonde/adapters/rollbar/config.hpp>
#include <sonde/adapters/rollbar/ip_address.hpp>
#include <sonde/adapters/rollbar/secret_names.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/record/json_value.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::rollbar {

/// Members stay in the order they were put in.
using json = nlohmann::ordered_json;

/// In place of a secret: its length tells nothing.
inline constexpr std::string_view scrubbed = "********";

class scrubber {
 public:
  scrubber() = default;
  scrubber(secret_names names, addresses how) : names_{std::move(names)}, addresses_{how} {}

  [[nodiscard]] bool is_secret(std::string_view name) const { return names_.contain(name); }

  /// The value of an attribute; null where nothing of it may be sent.
  [[nodiscard]] json value(std::string_view key, const record::value_view& of, int depth = 0) const {
    if (is_secret(key)) return scrubbed;
    return record::visit(of, reading{*this, key, depth});
  }
  /// Of any origin: what is no UTF-8 is replaced.
  [[nodiscard]] std::string text(std::string_view plain, std::size_t longest = longest_text) const {
    std::string made;
    for (std::size_t at = 0; at < plain.size();) {
      std::size_t end = plain.find_first_of(ends_word, at);
      if (end == std::string_view::npos) end = plain.size();
      append_word(made, plain.substr(at, end - at));
      if (end < plain.size()) made += plain[end];
      at = end + 1;
      if (end + 1 < plain.size() && is_quote(plain[end]) && made.ends_with(std::string{'=', plain[end]}) &&
          names_secret(std::string_view{made}.substr(0, made.size() - 2))) {
        at = std::min(plain.find(plain[end], at), plain.size());
        if (at > end + 1) made += scrubbed;
      }
      if (made.size() > 2 * longest) break;
    }
    return tidy(made, longest);
  }
  /// `a=1&token=x` -> `a=1&token=********`. Order and all other bytes stay.
  [[nodiscard]] std::string query(std::string_view plain) const {
    std::string made;
    append_word(made, plain);
    return tidy(made, longest_text);
  }
  /// The value of a header.
  [[nodiscard]] std::string header(std::string_view name, std::string_view plain) const {
    if (is_secret(name) || (addresses_ != addresses::keep && is_address_header(name))) return std::string{scrubbed};
    return text(plain);
  }
  [[nodiscard]] std::string address(std::string_view plain) const { return tidy(shown_address(plain, addresses_), 64); }

 private:
  static constexpr std::size_t longest_text = std::size_t{64} << 10;  // of all that is said at once; items have their own limit
  static constexpr int deepest = 16;
  static constexpr std::string_view ends_word = " \t\r\n\"'`<>";

  struct reading {
    const scrubber& with;
    std::string_view key;
    int depth;

    json operator()(bool value) const { return value; }
    json operator()(std::int64_t value) const { return value; }
    json operator()(double value) const {
      if (value != value) return "NaN";
      if (value - value != 0) return value > 0 ? "Infinity" : "-Infinity";
      return value;
    }
    json operator()(std::string_view plain) const {
      if (is_address_key(key)) return with.address(plain);
      constexpr std::string_view of_headers[] = {"http.request.header.", "http.response.header."};
      for (const std::string_view prefix : of_headers)
        if (key.starts_with(prefix)) return with.header(key.substr(prefix.size()), plain);
      if (key.ends_with("query") || key.ends_with("query_string") || key.ends_with("fragment")) return with.query(plain);
      return with.text(plain);
    }
    json operator()(record::array_view array) const {
      json made = json::array();
      if (depth < deepest)
        for (record::entry_cursor each = array.elements(); each.next();)
          made.push_back(with.value(key, each.value(), depth + 1));
      return made;
    }
    json operator()(record::map_view map) const {
      json made = json::object();
      if (depth < deepest)
        for (record::entry_cursor each = map.pairs(); each.next();) {
          const std::string_view name = each.value().key();
          if (!each.next()) break;
          made[with.text(name, longest_key)] = with.value(name, each.value(), depth + 1);
        }
      return made;
    }
  };
  static constexpr std::size_t longest_key = 256;

  [[nodiscard]] static bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
  /// Whether what is behind the `=` that ends here is secret.
  [[nodiscard]] bool names_secret(std::string_view before) const {
    const std::size_t parted = before.find_last_of("&;,?#= \t\r\n\"'`<>");  // npos + 1 is 0
    return is_secret(decoded(before.substr(parted + 1)));
  }

  /// URLs, a query, `password=…`, or plain text.
  void append_word(std::string& to, std::string_view word) const {
    bool nested = false;
    for (std::size_t scheme; (scheme = word.find("://")) != std::string_view::npos; nested = true) {
      const std::string_view before = word.substr(0, scheme + 3);
      if (const std::size_t equals = before.rfind('='); equals != before.npos && names_secret(before.substr(0, equals))) {
        append_parts(to, before.substr(0, equals + 1));
        to += scrubbed;  // `secret=https://…`: the URL itself is one
        return;
      }
      append_parts(to, before);
      word.remove_prefix(before.size());
      const std::size_t secret = userinfo_size(word, nested);
      if (secret != 0) to += scrubbed;
      word.remove_prefix(secret);
    }
    append_parts(to, word);
  }
  /// Between each `?` or `#`, pairs.
  void append_parts(std::string& to, std::string_view parts) const {
    for (;;) {
      const std::size_t end = std::min(parts.find_first_of("?#"), parts.size());
      append_pairs(to, parts.substr(0, end));
      if (end == parts.size()) return;
      to += parts[end];
      parts.remove_prefix(end + 1);
    }
  }

  /// Up to its '@'. A '/' in a password is not allowed, but happens; a port is digits alone.
  /// One that is the value of another's parameter ends where that does.
  [[nodiscard]] static std::size_t userinfo_size(std::string_view rest, bool nested) noexcept {
    const std::size_t authority = std::min(rest.find_first_of(nested ? "/?#&" : "/?#"), rest.size());
    const std::size_t inside = rest.substr(0, authority).rfind('@');
    if (inside != std::string_view::npos) return inside;
    const std::size_t colon = rest.substr(0, authority).rfind(':');
    if (colon == std::string_view::npos || colon + 1 == authority || rest[authority - 1] == ']') return 0;
    const bool is_port = rest.substr(colon + 1, authority - colon - 1).find_first_not_of("0123456789") == std::string_view::npos;
    constexpr std::size_t longest = 4096;
    const std::size_t at = rest.substr(0, longest).find('@');
    return is_port || at == std::string_view::npos ? 0 : at;
  }

  void append_pairs(std::string& to, std::string_view pairs) const {
    while (!pairs.empty()) {
      const std::size_t end = std::min(pairs.find_first_of("&;,"), pairs.size());
      const std::string_view pair = pairs.substr(0, end);
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && equals + 1 < pair.size() && is_secret(decoded(pair.substr(0, equals)))) {
        to += pair.substr(0, equals + 1);
        to += scrubbed;
      } else {
        to += pair;
      }
      if (end < pairs.size()) to += pairs[end];
      pairs.remove_prefix(std::min(end + 1, pairs.size()));
    }
  }
  /// `%74oken` is `token`. What is no proper escape stays.
  [[nodiscard]] static std::string decoded(std::string_view name) {
    std::string made;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const int high = name[i] == '%' && i + 2 < name.size() ? environment::hex_digit(name[i + 1]) : -1;
      const int low = high >= 0 ? environment::hex_digit(name[i + 2]) : -1;
      made += low >= 0 ? static_cast<char>(high * 16 + low) : name[i] == '+' ? ' ' : name[i];
      if (low >= 0) i += 2;
    }
    return std::string{environment::trimmed(made)};
  }

  [[nodiscard]] static std::string tidy(std::string_view raw, std::size_t longest) {
    return record::sanitised(record::view(encoding::cut_bytes(record::text(raw), longest)));
  }

  secret_names names_;
  addresses addresses_ = addresses::keep;
};

}  // namespace sonde::rollbar
