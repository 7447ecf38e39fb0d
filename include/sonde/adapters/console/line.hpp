// SPDX-License-Identifier: MIT
#pragma once

// One line of the console's output: a time, a bar, then guides and words, broken where the terminal ends.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/console/held_trace.hpp>
#include <sonde/adapters/console/look.hpp>
#include <sonde/encoding/time_text.hpp>

namespace sonde::console {

struct time_range {
  std::int64_t start;
  std::int64_t end;
};

[[nodiscard]] inline std::size_t columns(std::string_view text) noexcept {
  return encoding::columns({text.data(), text.size()});
}

/// `2026-11-21T05:20:11.123Z`
[[nodiscard]] inline std::string moment_text(std::int64_t unix_nano) {
  constexpr std::int64_t milli = 1'000'000;
  char written[encoding::max_rfc3339_size];
  const std::int64_t shown = unix_nano > 0 ? unix_nano - unix_nano % milli : 0;
  const char* const end = encoding::put_rfc3339(written, static_cast<std::uint64_t>(shown));
  std::string text{written, static_cast<std::size_t>(end - written)};
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

/// Appends to one line, and to those that continue it.
class line_builder {
 public:
  line_builder(std::string& out, const look& style, std::size_t margin)
      : out_{out}, style_{style}, margin_{margin}, column_{margin} {}

  void guide(std::string_view glyph) { guides_ += glyph; }
  /// Lines that continue this one start below where its words start.
  void hang() { hangs_ = true; }

  void put(colour which, std::string_view text) {
    place_guides();
    style_.put(out_, which, text);
    column_ += columns(text);
  }
  void word(colour which, std::string_view text) {
    put(colour::none, "  ");
    put(which, text);
  }
  /// A log's severity and text, without its attributes.
  void log(const moment& written) {
    const severity_look severity = look_of(written.severity);
    put(severity.shade, severity.label);
    put(colour::none, " " + written.text);
    if (written.type == moment::what::occurrence) word(colour::dim, "(reported)");
  }
  void pairs(const std::vector<pair_text>& all) {
    place_guides();
    for (const pair_text& each : all) {
      const std::size_t needed = columns(each.key) + 1 + columns(each.value);
      const std::size_t from = margin_ + guide_columns_;
      if (column_ > from && column_ + 2 + needed > style_.width)
        next_line();
      else if (column_ > from)
        put(colour::none, "  ");
      if (each.key.empty()) {
        put(colour::dim, each.value);
      } else {
        put(colour::key, each.key);
        put(colour::dim, "=");
        put(colour::none, each.value);
      }
    }
  }
  void end() {
    place_guides();
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    out_ += '\n';
  }

 private:
  void place_guides() {
    if (placed_) return;
    placed_ = true;
    guide_columns_ = columns(guides_);
    if (guide_columns_ != 0) style_.put(out_, colour::dim, guides_);
    column_ += guide_columns_;
  }
  void next_line() {
    out_ += '\n';
    out_.append(margin_, ' ');
    placed_ = false;
    column_ = margin_;
    place_guides();
    if (!hangs_) return;
    out_ += "  ";
    column_ += 2;
  }

  std::string& out_;
  const look& style_;
  std::string guides_;
  std::size_t margin_;
  std::size_t column_;
  std::size_t guide_columns_ = 0;
  bool placed_ = false;
  bool hangs_ = false;
};

/// Starts lines whose bars share one scale.
class line_writer {
 public:
  line_writer(const look& style, time_range range) : style_{style}, range_{range} {}

  std::string text;

  [[nodiscard]] time_range range() const noexcept { return range_; }

  [[nodiscard]] line_builder begin_span(std::int64_t start, std::int64_t end, bool failed) {
    put_time(duration_text(end - start, style_.charset), colour::none);
    const std::size_t width = style_.bar_width();
    // In eighths of a column, the finest step the block characters have.
    const std::size_t from = std::min(scaled(start, 8 * width) / 8, width - 1);
    const std::size_t length = std::max<std::size_t>(scaled(range_.start + end - start, 8 * width), 1);
    const std::size_t to = length < 8 ? 8 * from + length : std::max(scaled(end, 8 * width), 8 * from + 1);
    text.append(from, ' ');
    style_.begin(text, failed ? colour::bad : colour::bar);
    std::size_t drawn = from;
    if (style_.charset == encoding::charset::utf8) {
      static constexpr std::string_view parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
      for (; drawn < to / 8; ++drawn) text += "█";
      if (to % 8 != 0) text += parts[to % 8], ++drawn;
    } else {
      for (; drawn < std::max(to / 8, from + 1); ++drawn) text += '=';
    }
    style_.end(text, failed ? colour::bad : colour::bar);
    text.append(width - drawn + gap, ' ');
    return {text, style_, margin()};
  }
  [[nodiscard]] line_builder begin_moment(std::int64_t unix_nano) {
    put_time("+" + duration_text(unix_nano - range_.start, style_.charset), colour::dim);
    const std::size_t width = style_.bar_width();
    const std::size_t at = std::min(scaled(unix_nano, width), width - 1);
    text.append(at, ' ');
    style_.put(text, colour::bar, style_.glyph().moment);
    text.append(width - at - 1 + gap, ' ');
    return {text, style_, margin()};
  }
  [[nodiscard]] line_builder begin_detail() {
    text.append(margin(), ' ');
    return {text, style_, margin()};
  }

 private:
  static constexpr std::size_t time_width = 9;
  static constexpr std::size_t gap = 2;

  [[nodiscard]] std::size_t margin() const noexcept { return time_width + gap + style_.bar_width() + gap; }

  void put_time(std::string_view time, colour shade) {
    const std::size_t taken = columns(time);
    text.append(taken < time_width ? time_width - taken : 0, ' ');
    style_.put(text, shade, time);
    text.append(gap, ' ');
  }
  /// Where a moment lies on a scale of `steps`.
  [[nodiscard]] std::size_t scaled(std::int64_t at, std::size_t steps) const noexcept {
    if (range_.end <= range_.start) return at <= range_.start ? 0 : steps;
    const double part = static_cast<double>(at - range_.start) / static_cast<double>(range_.end - range_.start);
    return static_cast<std::size_t>(std::lround(std::clamp(part, 0.0, 1.0) * static_cast<double>(steps)));
  }

  const look& style_;
  time_range range_;
};

}  // namespace sonde::console
