// SPDX-License-Identifier: MIT
#pragma once

// A stack as text, one frame a line, innermost first, as Boost.Stacktrace prints it: ` 0# label at path:line`, or
// ` 0# label in module`. Made from return addresses by the reader of records, taken apart again by adapters.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <sonde/record/throw_hook.hpp>

namespace sonde::record {

/// A line of the text; borrowed from it.
struct stack_frame {
  std::string_view label;    // the function; an address where its name is not known
  std::string_view path{};   // of the source; empty where not known
  std::uint32_t line = 0;    // from 1; 0 where not known
  std::string_view module{}; // program or library; empty where the source is known
};

/// Steps through the frames of a text; lines that are no frame are passed over.
class stack_frames {
 public:
  explicit stack_frames(std::string_view text) noexcept : rest_{text} {}

  /// False at the end; else `frame()` is the next.
  [[nodiscard]] bool next() noexcept {
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      const std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      if (read(line)) return true;
    }
    return false;
  }
  [[nodiscard]] const stack_frame& frame() const noexcept { return frame_; }

 private:
  [[nodiscard]] bool read(std::string_view line) noexcept {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t number = line.find_first_not_of(' ');
    const std::size_t mark = number == line.npos ? line.npos : line.find_first_not_of("0123456789", number);
    if (mark == line.npos || mark == number || line[mark] != '#') return false;
    line.remove_prefix(mark + 1);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    frame_ = {line};
    const std::size_t at = line.find(" at ");
    const std::size_t in = line.find(" in ");
    if (at < in && read_source(line.substr(at + 4)))
      frame_.label = line.substr(0, at);
    else if (in != line.npos)
      frame_ = {line.substr(0, in), {}, 0, line.substr(in + 4)};
    return true;
  }
  [[nodiscard]] bool read_source(std::string_view place) noexcept {
    const std::size_t colon = place.rfind(':');
    if (colon == place.npos || colon == 0) return false;
    const char* const end = place.data() + place.size();
    const auto [stopped, error] = std::from_chars(place.data() + colon + 1, end, frame_.line);
    if (error != std::errc{} || stopped != end) {
      frame_.line = 0;
      return false;
    }
    frame_.path = place.substr(0, colon);
    return true;
  }

  std::string_view rest_;
  stack_frame frame_{};
};

/// The text of addresses as they stand in a record. Slow where the hook meets an address for the first time.
[[nodiscard]] inline std::string stack_text(std::string_view addresses) {
  std::string made;
  const throw_hook* const hook = installed_throw_hook();
  for (std::size_t number = 0; addresses.size() >= sizeof(std::uint64_t); ++number) {
    std::uint64_t address;
    std::memcpy(&address, addresses.data(), sizeof address);
    addresses.remove_prefix(sizeof address);
    if (number < 10) made += ' ';
    made += std::to_string(number) + "# ";
    if (hook != nullptr) hook->look_up(made, address);
    made += '\n';
  }
  return made;
}

}  // namespace sonde::record
