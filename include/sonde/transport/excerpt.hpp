// SPDX-License-Identifier: MIT
#pragma once

// What a backend said, as one short line fit for a terminal. A backend may quote our key back at us, so that is masked. Used by
// adapters when they put a reply into words.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/encoding/utf8.hpp>
#include <sonde/environment/secret.hpp>

namespace sonde::transport {

inline constexpr std::size_t longest_excerpt = 200;  // bytes

/// Replaces what may be a secret: texts of 8 bytes and more; shorter ones are too likely a word.
inline void mask_in(std::string& text, std::string_view secret) {
  if (secret.size() < 8) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;) {
    const std::string shown = environment::masked(secret);
    text.replace(at, secret.size(), shown);
    at += shown.size();
  }
}

/// `sent` are the headers whose values must not be shown; a scheme before the key (`Bearer …`) is no part of it.
[[nodiscard]] inline std::string excerpt(std::string_view said, const environment::pairs& sent) {
  const meta::text raw{said.data(), std::min(said.size(), 16 * longest_excerpt)};
  std::string text(encoding::sanitised_size(raw), '\0');
  encoding::put_sanitised(text.data(), raw);
  std::size_t longest_secret = 0;
  const auto mask = [&](std::string& what) {
    for (const auto& [name, value] : sent) {
      longest_secret = std::max(longest_secret, value.size());
      mask_in(what, value);
      if (const std::size_t blank = value.rfind(' '); blank != std::string::npos)
        mask_in(what, std::string_view{value}.substr(blank + 1));
    }
  };
  mask(text);
  if (raw.size < said.size())  // its end may be half a secret
    text.resize(encoding::cut_bytes({text.data(), text.size()}, text.size() - std::min(text.size(), longest_secret)).size);
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool blank = byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {  // U+0080 to U+009F: control characters too
      ++i;
      continue;
    }
    if (blank || (byte > ' ' && byte != 127)) line += blank ? ' ' : text[i];
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  mask(line);  // control characters may have stood between its halves
  const meta::text kept = encoding::cut_bytes({line.data(), line.size()}, longest_excerpt);
  if (kept.size == line.size()) return line;
  line.resize(kept.size);
  return line += "…";
}

}  // namespace sonde::transport
