// SPDX-License-Identifier: MIT
#pragma once

// A home directory for a test, with the files that it writes there; gone afterwards.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace sonde::tests {

class scratch {
 public:
  scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sonde-aws-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no scratch directory"};
    path_ = pattern;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// The path of the file, which is made with the directories it lies in.
  std::string write(const std::string& name, std::string_view text) const {
    const std::filesystem::path path = std::filesystem::path{path_} / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
  }

 private:
  std::string path_;
};

}  // namespace sonde::tests
