// SPDX-License-Identifier: MIT
#pragma once

// The way of every value and text into an item: secrets are replaced, addresses shortened, and only then long texts cut. What
// has not come through here is not the program's. Used by whatever makes a part of an item.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/rollbar/config.hpp>
#include <sonde/adapters/rollbar/ip_address.hpp>
#include <sonde/adapters/rollbar/secret_names.hpp>
#include <sonde/encoding/json_value.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/record/location.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::rollbar {

using json = encoding::json_value;

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
    bool is_key = false;  // the word before says that this one is
    for (std::size_t at = 0; at < plain.size();) {
      const std::size_t end = std::min(plain.find_first_of(ends_word, at), plain.size());
      const std::string_view word = plain.substr(at, end - at);
      if (is_key && looks_like_key(word))
        made += scrubbed;
      else
        append_word(made, word);
      if (!word.empty()) is_key = is_scheme(word);
      if (end < plain.size()) made += plain[end];
      at = end + 1;
      if (end < plain.size() && is_quote(plain[end]) && quotes_secret(plain.substr(0, end))) {
        at = end_of_quoted(plain, end);
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

  /// How many backslashes stand at its end: a quote behind them is that of a text within texts.
  [[nodiscard]] static std::size_t escapes(std::string_view before) noexcept {
    return before.size() - (before.find_last_not_of('\\') + 1);  // npos + 1 is 0
  }
  [[nodiscard]] static std::string_view without_end(std::string_view text, std::string_view unwanted) noexcept {
    return text.substr(0, text.find_last_not_of(unwanted) + 1);
  }
  /// Whether the quote behind it opens what is secret: `token="`, `"token": "`, `\"token\":\"`.
  [[nodiscard]] bool quotes_secret(std::string_view before) const {
    before = without_end(without_end(before, "\\"), " \t\r\n");
    if (before.empty() || (before.back() != '=' && before.back() != ':')) return false;
    before.remove_suffix(1);
    before = without_end(before, " \t\r\n");
    if (!before.empty() && is_quote(before.back())) before = without_end(before.substr(0, before.size() - 1), "\\");
    return names_secret(before.substr(before.size() - std::min<std::size_t>(before.size(), 256)));
  }
  /// Where the quote is that closes what the one at `open` opens, or the text's end. More backslashes belong to what is quoted.
  [[nodiscard]] static std::size_t end_of_quoted(std::string_view text, std::size_t open) noexcept {
    const std::size_t level = escapes(text.substr(0, open));
    std::size_t close = open;
    do {
      close = text.find(text[open], close + 1);
      if (close == text.npos) return text.size();
    } while (escapes(text.substr(open + 1, close - open - 1)) > level);
    return close - escapes(text.substr(open + 1, close - open - 1));
  }

  /// Of the schemes of HTTP's authentication those that a key follows, and what stands before. Source: RFC 6750, RFC 7617.
  [[nodiscard]] static bool is_scheme(std::string_view word) noexcept {
    word.remove_prefix(word.find_last_of("=:,;([{") + 1);  // npos + 1 is 0
    return environment::same_ignoring_case(word, "Bearer") || environment::same_ignoring_case(word, "Basic");
  }
  /// And no word of a sentence.
  [[nodiscard]] static bool looks_like_key(std::string_view word) noexcept {
    const bool lower_case = word.find_first_not_of("abcdefghijklmnopqrstuvwxyz.,;:!?-") == word.npos;
    return word.size() >= (lower_case ? 20 : 8);
  }

  /// URLs, a query, `password=…`, or plain text.
  void append_word(std::string& to, std::string_view word, int level = 0) const {
    bool nested = false;
    for (std::size_t scheme; (scheme = word.find("://")) != std::string_view::npos; nested = true) {
      const std::string_view before = word.substr(0, scheme + 3);
      if (const std::size_t equals = before.rfind('='); equals != before.npos && names_secret(before.substr(0, equals))) {
        append_parts(to, before.substr(0, equals + 1), level);
        to += scrubbed;  // `secret=https://…`: the URL itself is one
        return;
      }
      append_parts(to, before, level);
      word.remove_prefix(before.size());
      const std::size_t secret = userinfo_size(word, nested);
      if (secret != 0) to += scrubbed;
      word.remove_prefix(secret);
    }
    append_parts(to, word, level);
  }
  /// Between each `?` or `#`, pairs.
  void append_parts(std::string& to, std::string_view parts, int level) const {
    for (;;) {
      const std::size_t end = std::min(parts.find_first_of("?#"), parts.size());
      append_pairs(to, parts.substr(0, end), level);
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

  void append_pairs(std::string& to, std::string_view pairs, int level) const {
    while (!pairs.empty()) {
      const std::size_t end = std::min(pairs.find_first_of("&;,"), pairs.size());
      const std::string_view pair = pairs.substr(0, end);
      const std::size_t equals = pair.find('=');
      if (equals != pair.npos && pair.find_first_not_of('\\', equals + 1) != pair.npos &&
          is_secret(decoded(pair.substr(0, equals)))) {
        to += pair.substr(0, equals + 1);
        to += scrubbed;
      } else {
        append_encoded(to, pair, level);
      }
      if (end < pairs.size()) to += pairs[end];
      pairs.remove_prefix(std::min(end + 1, pairs.size()));
    }
  }
  /// A URL or a query in percent-encoding, as a parameter of another: `next=https%3A%2F%2F…%3Ftoken%3D…`.
  void append_encoded(std::string& to, std::string_view pair, int level) const {
    constexpr int deepest_encoding = 4;
    const std::string plain = pair.find('%') == pair.npos ? std::string{pair} : unescaped(pair, '+');
    if (plain == pair) return static_cast<void>(to += pair);
    std::string made;
    if (level < deepest_encoding)
      append_word(made, plain, level + 1);
    else
      made = scrubbed;
    to += made == plain ? std::string{pair} : escaped(made);
  }
  /// Not to be taken for more than one parameter.
  [[nodiscard]] static std::string escaped(std::string_view pair) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string made;
    for (const char c : pair) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte > ' ' && byte < 127 && std::string_view{"&;,?#%+\"'`<>"}.find(c) == std::string_view::npos)
        made += c;
      else
        ((made += '%') += digits[byte >> 4]) += digits[byte & 15];
    }
    return made;
  }
  /// `%74oken` is `token`.
  [[nodiscard]] static std::string decoded(std::string_view name) {
    return std::string{environment::trimmed(unescaped(name, ' '))};
  }
  /// What is no proper escape stays.
  [[nodiscard]] static std::string unescaped(std::string_view name, char plus) {
    std::string made;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const int high = name[i] == '%' && i + 2 < name.size() ? environment::hex_digit(name[i + 1]) : -1;
      const int low = high >= 0 ? environment::hex_digit(name[i + 2]) : -1;
      made += low >= 0 ? static_cast<char>(high * 16 + low) : name[i] == '+' ? plus : name[i];
      if (low >= 0) i += 2;
    }
    return made;
  }

  [[nodiscard]] static std::string tidy(std::string_view raw, std::size_t longest) {
    return record::sanitised(record::view(encoding::cut_bytes(record::text(raw), longest)));
  }

  secret_names names_;
  addresses addresses_ = addresses::keep;
};

}  // namespace sonde::rollbar
