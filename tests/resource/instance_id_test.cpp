// SPDX-License-Identifier: MIT
// Judge: RFC 9562, section 5.4, and the example of its appendix A.3.

#include <sonde/resource/instance_id.hpp>

#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sonde::resource;

TEST(instance_id, is_written_as_a_uuid_of_version_4) {
  // 919108F752D133205BACF847DB4148A8 is what the RFC starts from.
  unsigned char drawn[16] = {0x91, 0x91, 0x08, 0xf7, 0x52, 0xd1, 0x33, 0x20, 0x5b, 0xac, 0xf8, 0x47, 0xdb, 0x41, 0x48, 0xa8};
  EXPECT_EQ(written_uuid(drawn), "919108f7-52d1-4320-9bac-f847db4148a8");
}

TEST(instance_id, is_another_each_time) {
  const std::string first = random_instance_id();
  const std::regex form{"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"};
  EXPECT_TRUE(std::regex_match(first, form)) << first;
  EXPECT_NE(first, random_instance_id());
}

}  // namespace
