// SPDX-License-Identifier: MIT
// Judges: uname(1) and the machine's own files, read by other means; the names of OpenTelemetry's semantic conventions.

#include <sonde/resource/host.hpp>

#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace sonde::resource;

TEST(host, architectures_have_the_conventions_names) {
  for (const auto& [machine, arch] : {std::pair<std::string_view, std::string_view>{"x86_64", "amd64"},
                                      {"i386", "x86"},
                                      {"i686", "x86"},
                                      {"aarch64", "arm64"},
                                      {"arm64", "arm64"},
                                      {"armv6l", "arm32"},
                                      {"armv7l", "arm32"},
                                      {"armv8l", "arm64"},
                                      {"ppc64le", "ppc64"},
                                      {"ppc64", "ppc64"},
                                      {"ppc", "ppc32"},
                                      {"s390x", "s390x"},
                                      {"ia64", "ia64"},
                                      {"riscv64", "riscv64"}})
    EXPECT_EQ(host_arch(machine), arch) << machine;
}

TEST(host, a_machine_id_is_32_digits_or_none) {
  EXPECT_EQ(machine_id("3d1219c7c4c5404aaa1f6d2a48adfda4\n"), "3d1219c7c4c5404aaa1f6d2a48adfda4");
  for (const std::string_view none : {"", "\n", "uninitialized\n", "3d1219c7c4c5404aaa1f6d2a48adfda\n",
                                      "3d1219c7c4c5404aaa1f6d2a48adfda4a", "3D1219C7C4C5404AAA1F6D2A48ADFDA4",
                                      "00000000000000000000000000000000\n"})
    EXPECT_EQ(machine_id(none), "") << none;
}

TEST(host, tells_name_and_id_of_this_one) {
  resource found;
  add_host(found, false);
  char name[256] = {};
  ASSERT_EQ(gethostname(name, sizeof name - 1), 0);
  EXPECT_EQ(found.text("host.name"), name);
  EXPECT_FALSE(found.text("host.arch").empty());
  std::string id;
  std::ifstream{"/etc/machine-id"} >> id;
  if (id.size() == 32) {
    EXPECT_EQ(found.text("host.id"), id);
  }
}

TEST(host, a_container_has_no_host_id_of_its_own) {
  resource found;
  add_host(found, true);
  EXPECT_FALSE(found.text("host.name").empty());
  EXPECT_EQ(found.get("host.id"), nullptr);
}

}  // namespace
