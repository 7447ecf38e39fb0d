// SPDX-License-Identifier: MIT
#pragma once

// How the console's output looks: its characters, colours and width, chosen once when the session starts.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include <sonde/config.hpp>
#include <sonde/encoding/terminal.hpp>
#include <sonde/environment/reader.hpp>

namespace sonde::console {

/// What lines are drawn with.
struct glyphs {
  std::string_view branch, last_branch, guide, no_guide;  // three columns each
  std::string_view moment;                                // one column: an event on the bar, and before its name
  std::string_view failure, link;
};
inline constexpr glyphs utf8_glyphs{"├─ ", "└─ ", "│  ", "   ", "•", "✗", "→"};
inline constexpr glyphs ascii_glyphs{"|- ", "`- ", "|  ", "   ", "*", "!", "->"};

enum class colour : unsigned char { none, name, dim, key, bar, good, warning, bad };

struct look {
  encoding::charset charset = encoding::charset::ascii;
  bool coloured = false;
  std::size_t width = 120;

  [[nodiscard]] const glyphs& glyph() const noexcept {
    return charset == encoding::charset::utf8 ? utf8_glyphs : ascii_glyphs;
  }
  [[nodiscard]] std::size_t bar_width() const noexcept { return std::clamp<std::size_t>(width / 5, 8, 24); }

  void begin(std::string& into, colour which) const {
    static constexpr std::string_view codes[] = {"",         "\x1b[1m",  "\x1b[2m",  "\x1b[36m",
                                                 "\x1b[34m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m"};
    if (coloured) into += codes[static_cast<std::size_t>(which)];
  }
  void end(std::string& into, colour which) const {
    if (coloured && which != colour::none) into += "\x1b[0m";
  }
  void put(std::string& into, colour which, std::string_view text) const {
    begin(into, which);
    into += text;
    end(into, which);
  }
};

/// Explicit settings win over what the terminal and the environment say. Source: no-color.org; POSIX, "Locale".
[[nodiscard]] inline look choose_look(int fd, std::optional<bool> coloured, std::optional<bool> utf8, std::size_t width,
                                      environment::reader& environment) {
  look made;
  const bool terminal = ::isatty(fd) == 1;
  const auto speaks_utf8 = [&] {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
      if (const auto locale = environment.text(name)) {
        std::string upper = *locale;
        for (char& c : upper)
          if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        return upper.find("UTF-8") != std::string::npos || upper.find("UTF8") != std::string::npos;
      }
    return false;
  };
  const auto wants_colour = [&] {
    return terminal && !environment.is_set("NO_COLOR") && environment.text("TERM").value_or("dumb") != "dumb";
  };
  made.charset = utf8 ? (*utf8 ? encoding::charset::utf8 : encoding::charset::ascii)
                      : (speaks_utf8() ? encoding::charset::utf8 : encoding::charset::ascii);
  made.coloured = coloured ? *coloured : wants_colour();
  if (width != 0) {
    made.width = width;
  } else if (winsize size{}; terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
    made.width = size.ws_col;
  }
  made.width = std::max<std::size_t>(made.width, 60);
  return made;
}

struct severity_look {
  std::string_view label;
  colour shade;
};
[[nodiscard]] inline severity_look look_of(level severity) noexcept {
  switch (severity) {
    case level::trace: return {"TRACE", colour::dim};
    case level::debug: return {"DEBUG", colour::dim};
    case level::info: return {"INFO", colour::good};
    case level::warning: return {"WARNING", colour::warning};
    case level::error: return {"ERROR", colour::bad};
    case level::critical: return {"CRITICAL", colour::bad};
  }
  return {"?", colour::bad};
}

}  // namespace sonde::console
