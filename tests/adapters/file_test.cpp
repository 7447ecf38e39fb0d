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
#include <vector>

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/log.hpp>
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
    logs_path_ = (directory_ / "logs.jsonl").string();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  sonde::session start(const std::string& path, const std::string& logs_path = {}) {
    sonde::pipeline::collector::grace = 10s;
    return sonde::start({.service_name = "test", .diagnostics = [this](std::string_view line) { said_ += std::string{line} + '\n'; }},
                        sonde::file::exporter{{.path = path, .logs_path = logs_path}});
  }
  /// How many spans the file's lines hold; each line must be whole.
  [[nodiscard]] std::size_t spans_in(const std::string& path) const {
    return records_in(path, "/resourceSpans/0/scopeSpans", "spans").size();
  }
  [[nodiscard]] std::vector<nlohmann::json> logs_in(const std::string& path) const {
    return records_in(path, "/resourceLogs/0/scopeLogs", "logRecords");
  }
  [[nodiscard]] static std::vector<nlohmann::json> records_in(const std::string& path, const char* scopes, const char* records) {
    std::ifstream lines{path};
    std::vector<nlohmann::json> found;
    for (std::string line; std::getline(lines, line);) {
      const nlohmann::json whole = nlohmann::json::parse(line);
      EXPECT_EQ(whole.size(), 1u) << line;  // one signal in a file
      for (const auto& scope : whole.at(nlohmann::json::json_pointer{scopes}))
        for (const auto& each : scope.at(records)) found.push_back(each);
    }
    return found;
  }

  std::filesystem::path directory_;
  std::string path_;
  std::string logs_path_;
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

TEST_F(file, traces_and_logs_have_a_file_each) {
  auto session = start(path_, logs_path_);
  for (int i = 0; i < 1000; ++i) {
    sonde::span<"work"> span;
    sonde::log::warning("line {}\nbreak", i);
    sonde::log::info("alone", sonde::attr<"i">(i));
  }
  EXPECT_TRUE(session.force_flush());
  EXPECT_EQ(spans_in(path_), 1000u);
  const auto logs = logs_in(logs_path_);
  ASSERT_EQ(logs.size(), 2000u);
  EXPECT_EQ(logs[14].at("body").at("stringValue"), "line 7\nbreak");
  EXPECT_EQ(logs[14].at("severityText"), "warning");
  EXPECT_EQ(logs[14].at("spanId").get<std::string>().size(), 16u);
  EXPECT_TRUE(session.shutdown());
  EXPECT_NE(said_.find("traces to '" + path_ + "', logs to '" + logs_path_ + "' as OTLP/JSON lines"), std::string::npos) << said_;
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.spans.exported, 1000u);
  EXPECT_EQ(stats.logs.exported, 2000u);
  struct stat found {};
  ASSERT_EQ(stat(logs_path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0077, 0u);
}

TEST_F(file, a_signal_without_a_path_is_unsupported) {
  for (const bool traces : {true, false}) {
    auto session = start(traces ? path_ : "", traces ? "" : logs_path_);
    for (int i = 0; i < 3; ++i) {
      sonde::span<"work"> span;
      sonde::log::info("said");
    }
    EXPECT_TRUE(session.shutdown());
    const auto stats = session.stats().exporters.at(0);
    EXPECT_EQ((traces ? stats.spans : stats.logs).exported, 3u);
    EXPECT_EQ((traces ? stats.logs : stats.spans).dropped[sonde::drop_reason::unsupported], 3u);
  }
  EXPECT_EQ(spans_in(path_), 3u);
  EXPECT_EQ(logs_in(logs_path_).size(), 3u);
}

TEST_F(file, a_full_disk_under_logs_leaves_traces_alone) {
  auto session = start(path_, "/dev/full");
  for (int i = 0; i < 3; ++i) {
    sonde::log::info("lost");
    { sonde::span<"work"> span; }
    static_cast<void>(session.force_flush(200ms));
  }
  static_cast<void>(session.shutdown(200ms));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(spans_in(path_), 3u);
  EXPECT_EQ(stats.spans.exported, 3u);
  EXPECT_EQ(stats.logs.dropped[sonde::drop_reason::rejected], 3u);
  EXPECT_NE(said_.find("cannot write to '/dev/full': No space left on device"), std::string::npos) << said_;
}

TEST_F(file, one_file_for_both_is_refused) {
  std::filesystem::create_symlink(path_, logs_path_);
  auto session = start(path_, logs_path_);
  { sonde::span<"work"> span; }
  static_cast<void>(session.shutdown());
  EXPECT_EQ(session.stats().exporters.at(0).spans.dropped[sonde::drop_reason::not_configured], 1u);
  EXPECT_NE(said_.find("are one file: give traces and logs one each"), std::string::npos) << said_;
}

TEST_F(file, no_path_at_all_is_told) {
  auto session = start("");
  static_cast<void>(session.shutdown());
  EXPECT_NE(said_.find("no path was given: write file::exporter"), std::string::npos) << said_;
}

}  // namespace
