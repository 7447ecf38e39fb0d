// SPDX-License-Identifier: MIT
#include <sonde/adapters/rollbar/source_lines.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <stdlib.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/encoding/json_text.hpp>

namespace {

using nlohmann::json;
using sonde::rollbar::source_lines;
namespace fs = std::filesystem;

class source_lines_of_a_tree : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = fs::temp_directory_path() / "sonde_source_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    top_ = name;
    fs::create_directories(top_ / "tree/src");
    std::ofstream{top_ / "tree/src/a.cpp"} << "one\ntwo\nthree\nfour " << std::string(500, 'x') << "\n\xff five";
    std::ofstream{top_ / "secret"} << "canary\n";
    fs::create_symlink(top_ / "secret", top_ / "tree/link");
  }
  void TearDown() override { fs::remove_all(top_); }
  [[nodiscard]] json at(const std::string& file, std::uint32_t line, const std::string& root, std::uint32_t around = 1) const {
    auto frame = sonde::rollbar::json::object();
    source_lines{root, around}.put(frame, file, line);
    return json::parse(sonde::encoding::json_text(frame));
  }
  [[nodiscard]] std::string root() const { return top_ / "tree"; }
  fs::path top_;
};

TEST_F(source_lines_of_a_tree, stand_around_the_line_as_many_as_there_are) {
  EXPECT_EQ(at("src/a.cpp", 2, root()), (json{{"code", "two"}, {"context", {{"pre", {"one"}}, {"post", {"three"}}}}}));
  EXPECT_EQ(at("src/a.cpp", 1, root())["context"]["pre"], json::array());
  const json last = at("src/a.cpp", 5, root(), 10);
  EXPECT_EQ(last["code"], "\xEF\xBF\xBD five");
  ASSERT_EQ(last["context"]["pre"].size(), 4u);
  EXPECT_EQ(last["context"]["pre"][3].get<std::string>().size(), 200u);
  std::ofstream{top_ / "tree/src/long.cpp"} << std::string(100, '\n');
  EXPECT_EQ(at("src/long.cpp", 50, root(), UINT32_MAX)["context"]["post"].size(), 20u);
}

TEST_F(source_lines_of_a_tree, come_from_within_the_root_alone) {
  const json nothing = json::object();
  EXPECT_EQ(at("src/a.cpp", 6, root()), nothing);
  EXPECT_EQ(at("src/a.cpp", 0, root()), nothing);
  EXPECT_EQ(at("src/a.cpp", 1, root(), 0), nothing);
  EXPECT_EQ(at("src", 1, root()), nothing);
  EXPECT_EQ(at("link", 1, root()), nothing);
  EXPECT_EQ(at("../secret", 1, root()), nothing);
  EXPECT_EQ(at(top_ / "tree/src/a.cpp", 1, root()), nothing);
  const fs::path here = fs::current_path();
  fs::current_path(top_ / "tree");
  EXPECT_EQ(at("src/a.cpp", 1, "/nowhere/at/all"), nothing);
  EXPECT_EQ(at("src/a.cpp", 1, ""), nothing);
  fs::current_path(here);
}

}  // namespace
