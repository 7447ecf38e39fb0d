// SPDX-License-Identifier: MIT
// The hosts are those of the services' endpoint rules in botocore.

#include <sonde/aws/endpoint.hpp>

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sonde::aws;
using sonde::environment::reader;
using sonde::transport::parse_url;
using sonde::transport::url;

url at(std::string_view text) {
  const auto parsed = parse_url(text);
  EXPECT_TRUE(parsed) << parsed.error;
  return parsed.url;
}
std::string meant_by(std::string_view text) {
  const std::optional<endpoint> found = endpoint_of(at(text));
  return found ? found->service + " " + found->region : "";
}

TEST(endpoint, a_host_of_aws_names_service_and_region) {
  EXPECT_EQ(meant_by("https://xray.us-east-1.amazonaws.com/v1/traces"), "xray us-east-1");
  EXPECT_EQ(meant_by("https://logs.eu-central-1.amazonaws.com:443/v1/logs"), "logs eu-central-1");
  EXPECT_EQ(meant_by("https://XRay.US-East-1.AmazonAWS.com"), "xray us-east-1");
  EXPECT_EQ(meant_by("https://xray.cn-north-1.amazonaws.com.cn"), "xray cn-north-1");
  EXPECT_EQ(meant_by("https://logs.us-east-1.api.aws"), "logs us-east-1");
  EXPECT_EQ(meant_by("https://logs.cn-north-1.api.amazonwebservices.com.cn"), "logs cn-north-1");
  EXPECT_EQ(meant_by("https://xray.eusc-de-east-1.amazonaws.eu"), "xray eusc-de-east-1");
  EXPECT_EQ(meant_by("https://xray-fips.us-gov-west-1.amazonaws.com"), "xray us-gov-west-1");
  EXPECT_EQ(meant_by("https://logs-fips.us-east-1.api.aws"), "logs us-east-1");
  EXPECT_EQ(meant_by("https://vpce-0a1b-x.xray.us-east-1.vpce.amazonaws.com"), "xray us-east-1");
}

TEST(endpoint, other_hosts_are_not_signed_for) {
  for (const char* other :
       {"https://api.honeycomb.io", "http://localhost:4318", "https://xray.us-east-1.amazonaws.com.evil.com",
        "https://xray.us-east-1.evilamazonaws.com", "https://xray.us-east-1-amazonaws.com", "https://amazonaws.com",
        "https://xray.amazonaws.com",
        "https://us-east-1.amazonaws.com", "https://s3.us-east-1.amazonaws.com", "https://a.xray.us-east-1.amazonaws.com",
        "https://xray..amazonaws.com", "https://xray.us_east.amazonaws.com", "https://-fips.us-east-1.amazonaws.com",
        "https://127.0.0.1/amazonaws.com", "https://fipsxray.us-east-1.amazonaws.com"})
    EXPECT_EQ(meant_by(other), "") << other;
}

TEST(endpoint, signs_for_its_service_and_region) {
  const sonde::transport::aws_signature signature =
      endpoint{"logs", "eu-west-1"}.signature({"id", "secret", "token", {}});
  EXPECT_EQ(signature.service, "logs");
  EXPECT_EQ(signature.region, "eu-west-1");
  EXPECT_EQ(signature.access_key_id, "id");
  EXPECT_EQ(signature.secret_access_key, "secret");
  EXPECT_EQ(signature.session_token, "token");
}

TEST(endpoint, otlp_goes_to_one_path_of_each_service_over_tls) {
  const auto mistake = [](std::string_view text) { return otlp_mistake(at(text), endpoint_of(at(text)).value()); };
  EXPECT_EQ(mistake("https://xray.us-east-1.amazonaws.com/v1/traces"), "");
  EXPECT_EQ(mistake("https://logs.us-east-1.amazonaws.com/v1/logs"), "");
  EXPECT_EQ(mistake("https://xray.us-east-1.amazonaws.com/v1/logs"),
            "https://xray.us-east-1.amazonaws.com/v1/logs is not where AWS takes OTLP: set "
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://xray.us-east-1.amazonaws.com/v1/traces, "
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=https://logs.us-east-1.amazonaws.com/v1/logs, or switch the other signal off");
  EXPECT_NE(mistake("https://logs.cn-north-1.amazonaws.com.cn/").find("https://xray.cn-north-1.amazonaws.com.cn/v1/traces"),
            std::string::npos);
  EXPECT_EQ(mistake("http://xray.us-east-1.amazonaws.com/v1/traces"),
            "http://xray.us-east-1.amazonaws.com/v1/traces must begin with https: AWS takes nothing in the clear");
}

TEST(endpoint, of_a_service_lies_in_the_regions_partition) {
  EXPECT_EQ(service_url({"xray", "us-east-1"}), "https://xray.us-east-1.amazonaws.com");
  EXPECT_EQ(service_url({"logs", "us-gov-west-1"}), "https://logs.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(service_url({"logs", "cn-northwest-1"}), "https://logs.cn-northwest-1.amazonaws.com.cn");
  EXPECT_EQ(service_url({"xray", "eusc-de-east-1"}), "https://xray.eusc-de-east-1.amazonaws.eu");
  EXPECT_EQ(service_url({"xray", "us-iso-east-1"}), "https://xray.us-iso-east-1.c2s.ic.gov");
  EXPECT_EQ(service_url({"xray", "us-isob-east-1"}), "https://xray.us-isob-east-1.sc2s.sgov.gov");
}

TEST(endpoint, the_environment_may_name_another_url_for_a_service) {
  const auto configured = [](std::vector<sonde::environment::variable> variables, std::string_view service) {
    reader env{std::move(variables)};
    return configured_service_url(service, env);
  };
  using some = std::optional<std::string>;
  EXPECT_EQ(configured({}, "logs"), std::nullopt);
  EXPECT_EQ(configured({{"AWS_ENDPOINT_URL", "a"}, {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "b"}}, "logs"), some{"b"});
  EXPECT_EQ(configured({{"AWS_ENDPOINT_URL", "a"}, {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "b"}}, "xray"), some{"a"});
  EXPECT_EQ(configured({{"AWS_ENDPOINT_URL", "a"}, {"AWS_ENDPOINT_URL_XRAY", "c"}}, "xray"), some{"c"});
  EXPECT_EQ(configured({{"AWS_ENDPOINT_URL", "a"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"}}, "logs"), std::nullopt);
  EXPECT_EQ(configured({{"AWS_ENDPOINT_URL", "a"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"}}, "logs"), some{"a"});
}

}  // namespace
