// SPDX-License-Identifier: MIT

#include <sonde/resource/from_environment.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
using namespace sonde::resource;

struct chosen {
  environment::reader env;
  detector_list list;

  explicit chosen(const std::string& value)
      : env{std::vector<environment::variable>{{"SONDE_RESOURCE_DETECTORS", value}}}, list{detectors_from(env)} {}
  [[nodiscard]] std::string finding() const {
    return env.findings().size() == 1 ? env.findings()[0].sentence : std::to_string(env.findings().size()) + " findings";
  }
};

constexpr detector_list none{detector::none};
constexpr detector_list all{detector::service, detector::host, detector::os, detector::process, detector::container};
static_assert(detector_list{} == all && none.empty() && !all.empty());
static_assert(detector_list{detector::os}.has(detector::os) && !detector_list{detector::os}.has(detector::host));
static_assert(!detector_list{}.has(detector::none) && !none.has(detector::none));

TEST(resource_detectors, are_those_listed) {
  EXPECT_EQ(chosen{"host,os"}.list, (detector_list{detector::host, detector::os}));
  EXPECT_EQ(chosen{" Service , PROCESS"}.list, (detector_list{detector::process, detector::service}));
  EXPECT_EQ(chosen{"container"}.list, detector_list{detector::container});
  EXPECT_EQ(chosen{"none"}.list, none);
  EXPECT_EQ(chosen{"all"}.list, all);
  EXPECT_EQ(chosen{""}.list, all);
  for (const char* right : {"host,os", "none", "all", ""}) EXPECT_EQ(chosen{right}.finding(), "0 findings") << right;
}

TEST(resource_detectors, unknown_names_are_findings_with_what_was_meant) {
  const chosen near{"hots,os"};
  EXPECT_EQ(near.list, detector_list{detector::os});
  EXPECT_EQ(near.finding(), "SONDE_RESOURCE_DETECTORS='hots' is not one of service, host, os, process, container, all, none; "
                            "did you mean host?");
  const chosen far{"kernel,container"};
  EXPECT_EQ(far.list, detector_list{detector::container});
  EXPECT_EQ(far.finding(), "SONDE_RESOURCE_DETECTORS='kernel' is not one of service, host, os, process, container, all, none; "
                           "ignored");
  EXPECT_NE(chosen{"containers"}.finding().find("did you mean container?"), std::string::npos);
  EXPECT_EQ(chosen{"kernel"}.list, all) << "nothing usable is nothing set";
}

TEST(resource_detectors, none_beside_others_is_ignored) {
  const chosen mixed{"none,host"};
  EXPECT_EQ(mixed.list, detector_list{detector::host});
  EXPECT_EQ(mixed.finding(), "SONDE_RESOURCE_DETECTORS has 'none' beside others; 'none' is ignored");
  EXPECT_EQ(chosen{"all,none"}.list, all);
}

}  // namespace
