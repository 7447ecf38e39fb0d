// SPDX-License-Identifier: MIT

#include <sonde/transport/file_writer.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using sonde::transport::file_writer;

class file_writer_test : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sonde_file_writer_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = (directory_ / "out").string();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string content() const {
    std::ostringstream whole;
    whole << std::ifstream{path_}.rdbuf();
    return whole.str();
  }

  std::filesystem::path directory_;
  std::string path_;
};

TEST_F(file_writer_test, appends_or_replaces) {
  for (const auto what : {file_writer::existing::appended_to, file_writer::existing::appended_to}) {
    file_writer file;
    ASSERT_EQ(file.open(path_, what), "");
    file.add("line\n", {});
    EXPECT_TRUE(file.push());
  }
  EXPECT_EQ(content(), "line\nline\n");
  file_writer file;
  ASSERT_EQ(file.open(path_, file_writer::existing::replaced), "");
  EXPECT_EQ(content(), "");
  file_writer second;
  EXPECT_NE(second.open(path_, file_writer::existing::replaced).find("being written by another session"), std::string::npos);
  EXPECT_FALSE(second.is_open());
  file.close();
  EXPECT_EQ(second.open(path_, file_writer::existing::replaced), "");
}

/// Files of this process grow no further than `bytes` for a while.
class size_limit {
 public:
  explicit size_limit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    set(bytes);
  }
  ~size_limit() {
    set(before_.rlim_cur);
    std::signal(SIGXFSZ, handler_);
  }
  void set(rlim_t bytes) const {
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(file_writer_test, what_did_not_fit_follows_without_a_gap_and_counts_once_whole) {
  file_writer file;
  ASSERT_EQ(file.open(path_, file_writer::existing::appended_to), "");
  file.add("0123456789", {1, 2});
  file.add("abcdefghij", {3, 4});
  file.add("ABC", {5, 6});
  {
    const size_limit disk{13};
    EXPECT_FALSE(file.push());
    EXPECT_EQ(file.failure(), "cannot write to '" + path_ + "': File too large");
    EXPECT_EQ(content(), "0123456789abc");
    const auto written = file.take_written();
    EXPECT_EQ(written.spans, 1u);
    EXPECT_EQ(written.logs, 2u);
    disk.set(20);
    EXPECT_FALSE(file.push());
    EXPECT_EQ(file.take_written().spans, 3u);
  }
  EXPECT_TRUE(file.push());
  EXPECT_EQ(content(), "0123456789abcdefghijABC");
  const auto written = file.take_written();
  EXPECT_EQ(written.spans, 5u);
  EXPECT_EQ(written.logs, 6u);
  EXPECT_EQ(file.take_written().spans, 0u);
}

// Whoever may write to the directory could have put it there: a link to a file of ours, a file that they read, a second name
// for a file of ours. Elsewhere links are followed.
TEST_F(file_writer_test, in_a_directory_of_everybody_nothing_is_followed_or_taken_over) {
  const std::string other = (directory_ / "other").string();
  std::ofstream{other} << "precious";
  ASSERT_EQ(symlink(other.c_str(), path_.c_str()), 0);
  file_writer file;
  EXPECT_EQ(file.open(path_, file_writer::existing::appended_to), "") << "a directory of our own";
  file.close();

  ASSERT_EQ(chmod(directory_.c_str(), 01777), 0);
  const std::string advice = ", in a directory that everybody may write to; give a path in a directory of your own";
  EXPECT_EQ(file.open(path_, file_writer::existing::replaced), "'" + path_ + "' is a symbolic link" + advice);
  ASSERT_EQ(unlink(path_.c_str()), 0);
  ASSERT_EQ(link(other.c_str(), path_.c_str()), 0);
  EXPECT_EQ(file.open(path_, file_writer::existing::replaced), "'" + path_ + "' is not this user's alone" + advice);
  EXPECT_FALSE(file.is_open());
  EXPECT_EQ(content(), "precious");
  ASSERT_EQ(unlink(path_.c_str()), 0);
  if (geteuid() == 0) {  // only root can give files away
    std::ofstream{path_} << "bait";
    ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0);
    EXPECT_EQ(file.open(path_, file_writer::existing::appended_to), "'" + path_ + "' is not this user's alone" + advice);
    ASSERT_EQ(unlink(path_.c_str()), 0);
  }
  EXPECT_EQ(file.open(path_, file_writer::existing::appended_to), "") << "a new file";
  file.close();
  EXPECT_EQ(file.open(path_, file_writer::existing::appended_to), "") << "our own of before";
}

TEST_F(file_writer_test, a_pipe_that_nobody_reads_is_not_waited_for) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  file_writer file;
  std::promise<void> opened;
  std::thread reader{[this, opening = opened.get_future()] {  // comes to whoever waits after all
    if (opening.wait_for(std::chrono::seconds{20}) == std::future_status::ready) return;
    ::close(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }};
  EXPECT_EQ(file.open(path_, file_writer::existing::appended_to), "cannot open '" + path_ + "': it is a pipe that nobody reads");
  opened.set_value();
  reader.join();
}

TEST_F(file_writer_test, pipes_and_devices_are_neither_emptied_nor_locked) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  const int reader = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  file_writer file;
  file_writer second;
  EXPECT_EQ(file.open(path_, file_writer::existing::replaced), "");
  EXPECT_EQ(second.open(path_, file_writer::existing::replaced), "");
  file.add("text", {});
  EXPECT_TRUE(file.push());
  char got[8];
  EXPECT_EQ(::read(reader, got, sizeof got), 4);
  ::close(reader);
}

}  // namespace
