// SPDX-License-Identifier: MIT
#pragma once

// The lines of code around a frame, read from the source tree where it is there to be read. Only regular files below the root,
// small ones, a few for each item. Used by frames.hpp on the collector's thread.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <sonde/adapters/rollbar/scrubber.hpp>
#include <sonde/aws/small_file.hpp>

namespace sonde::rollbar {

/// For one item.
class source_lines {
 public:
  static constexpr std::uint32_t most_around = 20;
  static constexpr std::size_t most_files = 16;
  static constexpr std::size_t longest_file = std::size_t{2} << 20;
  static constexpr std::size_t longest_line = 200;

  /// `around`: how many lines before and behind; 0: none at all.
  source_lines(const std::string& root, std::uint32_t around)
      : root_{root}, around_{root.empty() ? 0 : std::min(around, most_around)} {}

  /// Adds `code` and `context` to a frame whose file is relative to the root.
  void put(json& frame, const std::string& file, std::uint32_t line) {
    if (around_ == 0 || line == 0 || file.empty() || file[0] == '/' || file.find("..") != std::string::npos) return;
    const std::vector<std::string>& all = lines_of(file);
    if (line > all.size()) return;
    const std::size_t at = line - 1;
    frame["code"] = all[at];
    json before = json::array();
    json behind = json::array();
    for (std::size_t i = at > around_ ? at - around_ : 0; i < at; ++i) before.push_back(all[i]);
    for (std::size_t i = at + 1; i < all.size() && i <= at + around_; ++i) behind.push_back(all[i]);
    frame["context"] = json::object("pre", std::move(before), "post", std::move(behind));
  }

 private:
  const std::vector<std::string>& lines_of(const std::string& file) {
    static const std::vector<std::string> nothing;
    const auto known = files_.find(file);
    if (known != files_.end()) return known->second;
    if (files_.size() >= most_files) return nothing;
    std::vector<std::string>& lines = files_[file];
    std::error_code error;
    const std::filesystem::path root = std::filesystem::canonical(root_, error);
    if (error) return lines;
    const std::filesystem::path path = std::filesystem::canonical(root / file, error);
    if (error || !path.native().starts_with(root.native() + '/')) return lines;  // a link that leads elsewhere
    const std::string text = aws::read_small_file(path.native(), longest_file).text;  // nothing of what is no file, or too large
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      lines.push_back(record::sanitised(view_of(line)));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return lines;
  }
  [[nodiscard]] static std::string_view view_of(std::string_view line) noexcept {
    return record::view(encoding::cut_bytes(record::text(line), longest_line));
  }

  const std::string& root_;
  std::uint32_t around_;
  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace sonde::rollbar
