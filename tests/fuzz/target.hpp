// SPDX-License-Identifier: MIT
#pragma once

// What the fuzzers of this folder have in common: an input's first byte chooses a check, the rest is what a stranger sent. A
// check returns the rule that is broken, as a sentence; null where all hold.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

using verdict = const char*;
using check = verdict (*)(std::string_view input);

/// What must appear in no sentence for people; inputs name it by a byte that stands for it, since no mutation would spell it.
inline constexpr std::string_view secret = "hV7s3cr3tQ2x9Lw0";
inline constexpr char secret_mark = '\x1D';
inline constexpr char separator = '\x1E';

[[nodiscard]] inline bool tells_secret(std::string_view sentence) {
  return sentence.find(secret) != sentence.npos;
}
[[nodiscard]] inline std::string with_secrets(std::string_view input) {
  std::string made;
  for (const char c : input)
    if (c == secret_mark)
      made += secret;
    else
      made += c;
  return made;
}

/// What stands between separators.
[[nodiscard]] inline std::vector<std::string_view> parts_of(std::string_view input) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = input.find(separator);
    parts.push_back(input.substr(0, end));
    if (end == input.npos) return parts;
    input.remove_prefix(end + 1);
  }
}

/// Takes an input byte by byte, zeros once it is used up.
class source {
 public:
  explicit source(std::string_view input) noexcept : rest_{input} {}

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::uint8_t byte() noexcept {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  [[nodiscard]] std::size_t below(std::size_t end) noexcept { return byte() % end; }
  [[nodiscard]] std::uint64_t word() noexcept {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
    return bits;
  }
  [[nodiscard]] std::string_view bytes(std::size_t most) noexcept {
    const std::string_view taken = rest_.substr(0, most);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] std::string_view rest() noexcept { return bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

/// Well-formed UTF-8 by Unicode's table 3-7; written here again, as a judge of ours.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
      return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const std::uint32_t lead = byte(0);
    const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (size == 0) return false;
    std::uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
      if (byte(i) >> 6 != 2) return false;
      point = point << 6 | (byte(i) & 0x3F);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    at += size;
  }
  return true;
}
/// Fit for a terminal: one line of UTF-8 without control characters.
[[nodiscard]] inline bool is_line(std::string_view text) noexcept {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < ' ') || c == 127) return false;
  return is_utf8(text);
}

inline int run(const std::uint8_t* data, std::size_t size, std::span<const check> checks) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (size == 0 || tells_secret(input)) return 0;  // libFuzzer learns what is compared with
  const verdict broken = checks[data[0] % checks.size()](input.substr(1));
  if (broken == nullptr) return 0;
  std::fprintf(stderr, "broken: %s\n", broken);
  std::abort();
}

}  // namespace fuzz
