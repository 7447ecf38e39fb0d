// SPDX-License-Identifier: MIT

#include <sonde/resource/system_file.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace {

using sonde::resource::system_file;

struct directory {
  std::string path = std::filesystem::temp_directory_path() / "sonde_system_file_XXXXXX";
  directory() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;
  ~directory() { std::filesystem::remove_all(path); }
};

TEST(system_file, is_read_whole_or_as_far_as_wanted) {
  const directory here;
  const std::string name = here.path + "/file";
  const std::string text(10'000, 'x');
  std::ofstream{name} << text;
  EXPECT_EQ(system_file(name.c_str()), text);
  EXPECT_EQ(system_file(name.c_str(), 5000), text.substr(0, 5000));
  EXPECT_EQ(system_file(name.c_str(), 7), "xxxxxxx");
}

TEST(system_file, that_cannot_be_read_is_empty) {
  const directory here;
  EXPECT_EQ(system_file((here.path + "/none").c_str()), "");
  EXPECT_EQ(system_file(here.path.c_str()), "");
  const std::string pipe = here.path + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(system_file(pipe.c_str()), "") << "and nobody waits for a writer";
}

}  // namespace
