// SPDX-License-Identifier: MIT

#include <sonde/aws/cluster_name.hpp>

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "aws/scratch.hpp"

namespace {

using namespace sonde::aws;
using sonde::environment::reader;
using sonde::environment::variable;
using sonde::transport::outcome;
using sonde::transport::response;

cluster_name_source in(const sonde::tests::scratch& files, std::vector<variable> variables = {}) {
  reader environment{std::move(variables)};
  return cluster_name_source{environment, files.path()};
}
response answer(int status, std::string body) {
  response got;
  got.outcome = outcome::answered;
  got.status = status;
  got.body = std::move(body);
  return got;
}

// Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod".
TEST(cluster_name, is_asked_for_where_kubernetes_says_and_over_tls_alone) {
  const sonde::tests::scratch files;
  files.write("token", "ey.a.b\n");
  const auto request = in(files, {{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"KUBERNETES_SERVICE_PORT", "6443"}}).next_request();
  EXPECT_EQ(request.url, "https://10.0.0.1:6443/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info");
  EXPECT_EQ(request.ca_file, files.path() + "/ca.crt");
  EXPECT_EQ(request.headers, (sonde::environment::pairs{{"Authorization", "Bearer ey.a.b"}}));
  EXPECT_EQ(in(files, {{"KUBERNETES_SERVICE_HOST", "fd00::1"}}).next_request().url.find("https://[fd00::1]:443/api/"), 0U);
  EXPECT_EQ(in(files).next_request().url.find("https://kubernetes.default.svc:443/"), 0U);
}

TEST(cluster_name, is_not_asked_for_without_a_usable_token) {
  const sonde::tests::scratch files;
  EXPECT_EQ(in(files).refusal(),
            files.path() + "/token is not there: this is no pod of Kubernetes, or one without a service account");
  files.write("token", "\n");
  EXPECT_EQ(in(files).refusal(), files.path() + "/token is empty");
  files.write("token", "ey.a\nX-Other: b");
  EXPECT_EQ(in(files).refusal(), files.path() + "/token has a line break in it");
  files.write("token", "ey.a");
  EXPECT_NE(in(files, {{"KUBERNETES_SERVICE_PORT", "none"}}).refusal(), "");
}

TEST(cluster_name, is_complained_of_in_words_that_say_what_to_do) {
  const sonde::tests::scratch files;
  files.write("token", "ey.a.b");
  cluster_name_source source = in(files);
  EXPECT_EQ(source.receive(answer(403, "{}")),
            "answers with HTTP status 403: the cluster's name is in the map cluster-info of the namespace amazon-cloudwatch, if "
            "the service account may read it");
  EXPECT_EQ(source.receive(answer(500, "{}")), "answers with HTTP status 500");
  EXPECT_EQ(source.receive(answer(200, "[]")), "answers with something other than a JSON object");
  for (const std::string body : {"{}", R"({"data":7})", R"({"data":{"cluster.name":7}})", R"({"data":{"cluster.name":""}})"})
    EXPECT_EQ(source.receive(answer(200, body)), "answers without a cluster.name") << body;
  EXPECT_EQ(source.receive(answer(200, std::string(70'000, ' '))), "answers with more than 64 KiB");
  EXPECT_NE(source.receive(answer(200, R"({"data":{"cluster.name":")" + std::string(300, 'x') + "\"}}")), "")
      << "longer than X-Ray takes";
  EXPECT_FALSE(source.complete());
  EXPECT_EQ(source.receive(answer(200, R"({"data":{"cluster.name":"crud"}})")), "");
  EXPECT_EQ(source.found(), "crud");
}

}  // namespace
