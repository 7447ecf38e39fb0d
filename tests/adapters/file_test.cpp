// SPDX-License-Identifier: MIT

#include <sonde/adapters/file.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

using namespace std::chrono_literals;

class file : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sonde_file_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = (directory_ / "traces.jsonl").string();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  sonde::session start(const std::string& path) {
    return sonde::start({.service_name = "test", .diagnostics = [this](std::string_view line) { said_ += std::string{line} + '\n'; }},
                        sonde::file::exporter{{.path = path}});
  }
  /// How many spans the file's lines hold; each line must be whole.
  [[nodiscard]] std::size_t spans_in(const std::string& path) const {
    std::ifstream lines{path};
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
      const nlohmann::json traces = nlohmann::json::parse(line);
      for (const auto& scope : traces.at("resourceSpans").at(0).at("scopeSpans")) count += scope.at("spans").size();
    }
    return count;
  }

  std::filesystem::path directory_;
  std::string path_;
  std::string said_;  // by the session, read once it has ended
};

TEST_F(file, every_line_is_a_whole_object_and_private) {
  const mode_t before = umask(0);
  auto session = start(path_);
  umask(before);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) {
      sonde::span<"work"> span;
      span.set_attribute<"text">("line\nbreak \"quoted\"");
    }
    EXPECT_TRUE(session.force_flush());
    EXPECT_EQ(spans_in(path_), 1000u * (static_cast<std::size_t>(round) + 1));  // flushed means written
  }
  EXPECT_TRUE(session.shutdown());
  struct stat found {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_EQ(session.stats().exporters.at(0).spans.exported, 3000u);
}

TEST_F(file, a_second_session_appends) {
  for (int i = 0; i < 2; ++i) {
    auto session = start(path_);
    sonde::span<"work"> span;
  }
  EXPECT_EQ(spans_in(path_), 1u + 1u);
}

TEST_F(file, a_full_disk_is_told_and_counted) {
  auto session = start("/dev/full");
  for (int i = 0; i < 3; ++i) {
    { sonde::span<"work"> span; }
    static_cast<void>(session.force_flush(200ms));  // the disk stays full: it keeps what it has until then
  }
  static_cast<void>(session.shutdown(200ms));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_GE(stats.spans.dropped[sonde::drop_reason::rejected], 2u);
  EXPECT_NE(said_.find("cannot write to '/dev/full': No space left on device"), std::string::npos) << said_;
}

TEST_F(file, what_cannot_be_opened_is_told) {
  auto session = start(path_ + "/no/such/directory");
  { sonde::span<"work"> span; }
  static_cast<void>(session.shutdown());
  EXPECT_EQ(session.stats().exporters.at(0).spans.dropped[sonde::drop_reason::not_configured], 1u);
  EXPECT_NE(said_.find("cannot open '"), std::string::npos) << said_;
}

}  // namespace
