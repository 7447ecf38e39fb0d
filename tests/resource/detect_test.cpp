// SPDX-License-Identifier: MIT

#include <sonde/resource/detect.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <errno.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <sonde/semconv/container.hpp>
#include <sonde/semconv/host.hpp>
#include <sonde/semconv/os.hpp>
#include <sonde/semconv/process.hpp>
#include <sonde/semconv/service.hpp>
#include <sonde/semconv/telemetry.hpp>

namespace {

namespace environment = sonde::environment;
namespace resource = sonde::resource;

using variables = std::vector<environment::variable>;

struct detected {
  environment::reader env;
  environment::provenance settings;
  resource::resource found;

  explicit detected(variables set, const resource::identity& given = {}, resource::detector_list detectors = {})
      : env{std::move(set)}, found{resource::detect(env, given, settings, detectors)} {}
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
  EXPECT_EQ(one.text("service.instance.id").size(), 36U);
  EXPECT_EQ(one.found.get("service.version"), nullptr);
}

/// How many attributes `found` has whose key begins with `prefix`.
int count_of(const resource::resource& found, std::string_view prefix) {
  int count = 0;
  for (const resource::attribute& each : found.attributes()) count += each.key.substr(0, prefix.size()) == prefix;
  return count;
}

TEST(detect, each_detector_can_be_switched_off) {
  using resource::detector;
  const resource::resource nothing = detected(variables{}, {}, {detector::none}).found;
  EXPECT_EQ(nothing.attributes().size(), 4U) << "who it is, and telemetry.sdk.*";
  EXPECT_EQ(count_of(nothing, "telemetry.sdk."), 3);
  EXPECT_EQ(nothing.text("service.name"), "unknown_service:" + resource::executable_name());
  for (const auto& [chosen, prefix, fewest] : {std::tuple<detector, std::string_view, int>{detector::host, "host.", 2},
                                               {detector::os, "os.", 4},
                                               {detector::process, "process.", 5},
                                               {detector::service, "service.instance.id", 1},
                                               {detector::container, "container.id", 0}}) {
    const resource::resource found = detected(variables{}, {}, {chosen}).found;
    const int its_own = count_of(found, prefix);
    EXPECT_GE(its_own, fewest) << prefix;
    EXPECT_EQ(found.attributes().size(), static_cast<std::size_t>(4 + its_own)) << prefix << " brings nothing else";
  }
}

TEST(detect, keys_are_those_of_the_conventions) {
  namespace semconv = sonde::semconv;
  const resource::resource found = detected(variables{}).found;
  std::set<std::string_view> known;
  const auto know = [&](const auto& key) { known.insert({key.data(), key.size()}); };
  know(semconv::service::name), know(semconv::service::instance_id);
  know(semconv::host::name), know(semconv::host::arch), know(semconv::host::id);
  know(semconv::os::type), know(semconv::os::name), know(semconv::os::version), know(semconv::os::description);
  know(semconv::process::pid), know(semconv::process::parent_pid), know(semconv::process::executable_name);
  know(semconv::process::executable_path), know(semconv::process::command), know(semconv::process::owner);
  know(semconv::container::id);
  know(semconv::telemetry::sdk_name), know(semconv::telemetry::sdk_language), know(semconv::telemetry::sdk_version);
  for (const resource::attribute& each : found.attributes()) EXPECT_TRUE(known.contains(each.key)) << each.key;
}

TEST(detect, a_service_instance_has_its_own_id_unless_somebody_gives_it_one) {
  EXPECT_NE(detected(variables{}).text("service.instance.id"), detected(variables{}).text("service.instance.id"));
  EXPECT_EQ(detected(variables{{"OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=i-2"}}).text("service.instance.id"), "i-2");
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
