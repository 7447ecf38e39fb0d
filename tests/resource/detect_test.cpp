// SPDX-License-Identifier: MIT

#include <sonde/resource/detect.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <errno.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

namespace environment = sonde::environment;
namespace resource = sonde::resource;

using variables = std::vector<environment::variable>;

struct detected {
  environment::reader env;
  environment::provenance settings;
  resource::resource found;

  explicit detected(variables set, const resource::identity& given = {})
      : env{std::move(set)}, found{resource::detect(env, given, settings)} {}
  [[nodiscard]] std::string text(std::string_view key) const { return std::string{found.text(key)}; }
};

TEST(detect, the_service_name_has_four_sources_in_order) {
  const environment::variable name{"OTEL_SERVICE_NAME", "variable"};
  const environment::variable listed{"OTEL_RESOURCE_ATTRIBUTES", "service.name=listed"};
  EXPECT_EQ(detected(variables{name, listed}, {.service_name = "code"}).text("service.name"), "code");
  EXPECT_EQ(detected(variables{name, listed}).text("service.name"), "variable");
  EXPECT_EQ(detected(variables{listed}).text("service.name"), "listed");
  EXPECT_EQ(detected(variables{}).text("service.name"), "unknown_service:" + resource::executable_name());
}

TEST(detect, it_is_recorded_where_the_service_name_came_from) {
  const detected one(variables{{"OTEL_SERVICE_NAME", "backend"}});
  ASSERT_NE(one.settings.find("service.name"), nullptr);
  EXPECT_EQ(one.settings.find("service.name")->sentence(), "service.name = backend (from OTEL_SERVICE_NAME)");
}

TEST(detect, tells_host_process_and_toolkit) {
  const detected one(variables{});
  EXPECT_EQ(one.found.attributes().at(0).key, "service.name");
  EXPECT_EQ(one.text("telemetry.sdk.name"), "sonde");
  EXPECT_EQ(one.text("telemetry.sdk.language"), "cpp");
  EXPECT_EQ(one.text("telemetry.sdk.version"), sonde::version);
  ASSERT_NE(one.found.get("process.pid"), nullptr);
  EXPECT_EQ(*one.found.get("process.pid"), resource::attribute_value{std::int64_t{getpid()}});
#ifdef __linux__
  EXPECT_EQ(one.text("os.type"), "linux");
  const std::string invoked = program_invocation_short_name;
  EXPECT_EQ(one.text("process.executable.name"), invoked);
#endif
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(one.text("host.name"), host);
  EXPECT_EQ(one.found.get("service.instance.id"), nullptr);
  EXPECT_EQ(one.found.get("service.version"), nullptr);
}

TEST(detect, the_environment_adds_and_corrects_but_is_not_us) {
  const detected one(
      {{"OTEL_RESOURCE_ATTRIBUTES",
        "host.name=front,deployment.environment.name=a%2Cb,telemetry.sdk.name=opentelemetry,service.version=1"}},
      {.service_version = "2", .service_instance_id = "i-1"});
  EXPECT_EQ(one.text("host.name"), "front");
  EXPECT_EQ(one.text("deployment.environment.name"), "a,b");
  EXPECT_EQ(one.text("telemetry.sdk.name"), "sonde");
  EXPECT_EQ(one.text("service.version"), "2");
  EXPECT_EQ(one.text("service.instance.id"), "i-1");
}

TEST(detect, one_error_drops_the_whole_list) {
  const detected one(variables{{"OTEL_RESOURCE_ATTRIBUTES", "service.name=listed,a=%"}});
  EXPECT_EQ(one.text("service.name"), "unknown_service:" + resource::executable_name());
  EXPECT_EQ(one.env.findings().size(), 1U);
}

}  // namespace
