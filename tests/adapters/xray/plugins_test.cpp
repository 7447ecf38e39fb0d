// SPDX-License-Identifier: MIT

#include <sonde/adapters/xray/plugins.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/environment/reader.hpp>
#include <sonde/resource/resource.hpp>

#include "aws/scratch.hpp"
#include "transport/server.hpp"

namespace {

using sonde::xray::plugin;
using json = nlohmann::json;
constexpr char arn[] = "arn:aws:ecs:us-east-1:111122223333:container/cruddur/abc/0206b271";

/// All the services that plugins ask, on loopback, one port for plain text and one for TLS.
struct services {
  sonde::tests::http_server<> plain{};
  sonde::tests::scratch files{};
  std::string token_asked_with{};
  int identity_status = 200;

  services() {
    plain.server.Put("/latest/api/token", [this](const httplib::Request& asked, httplib::Response& answer) {
      token_asked_with = asked.get_header_value("X-aws-ec2-metadata-token-ttl-seconds");
      answer.set_content("AQAEtoken==", "text/plain");
    });
    plain.server.Get("/latest/dynamic/instance-identity/document",
                     [this](const httplib::Request& asked, httplib::Response& answer) {
                       const bool knows = asked.get_header_value("X-aws-ec2-metadata-token") == "AQAEtoken==";
                       answer.status = knows ? identity_status : 401;
                       answer.set_content(R"({"instanceId":"i-0a1b","instanceType":"t3.\"micro\"","imageId":"ami-0c2f",
                                              "availabilityZone":"us-east-1d","region":"us-east-1"})", "text/plain");
                     });
    plain.server.Get("/v4/0206b271", [](const httplib::Request&, httplib::Response& answer) {
      answer.set_content(R"({"DockerId":"0206b271","ContainerARN":")" + std::string{arn} +
                             R"(","LogDriver":"awslogs","LogOptions":{"awslogs-group":"cruddur"}})", "application/json");
    });
    plain.start();
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const { return plain.url(path); }
};

struct reading {
  sonde::xray::surroundings found{};
  std::vector<std::string> complaints{};

  [[nodiscard]] json aws() const { return json::parse("{" + found.aws_members + "}"); }
};

reading read(const std::vector<plugin>& wanted, std::vector<sonde::environment::variable> variables,
             const sonde::xray::plugin_places& places = {.deadline = std::chrono::seconds{30}}) {
  sonde::environment::reader environment{std::move(variables)};
  sonde::environment::provenance settings;
  sonde::resource::resource resource;
  resource.set("container.id", std::string{"c0ffee"});
  const sonde::record::span_limits limits;
  sonde::pipeline::setup setup{resource, limits, environment, settings, 0};
  reading result{sonde::xray::read_surroundings(wanted, setup, places), {}};
  for (const auto& finding : environment.findings()) result.complaints.push_back(finding.sentence);
  return result;
}

std::string host() {
  char name[256]{};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

TEST(xray_plugins, without_any_nothing_is_asked_or_known) {
  const reading none = read({}, {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1/"}});
  EXPECT_EQ(none.found.origin, "");
  EXPECT_EQ(none.found.aws_members, "");
  EXPECT_FALSE(none.found.facade);
  EXPECT_TRUE(none.complaints.empty());
}

TEST(xray_plugins, an_instance_tells_what_it_is_behind_a_session_token) {
  services stub;
  const reading ec2 = read({plugin::ec2}, {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", stub.url()}});
  EXPECT_EQ(ec2.found.origin, "AWS::EC2::Instance");
  EXPECT_EQ(ec2.aws(), json::parse(R"({"ec2":{"instance_id":"i-0a1b","instance_size":"t3.\"micro\"","ami_id":"ami-0c2f",
                                               "availability_zone":"us-east-1d"}})"));
  EXPECT_EQ(stub.token_asked_with, "300");
  EXPECT_TRUE(ec2.complaints.empty());
}

TEST(xray_plugins, a_container_of_ecs_tells_its_task_and_its_log_group) {
  services stub;
  const reading ecs = read({plugin::ecs}, {{"ECS_CONTAINER_METADATA_URI_V4", stub.url("/v4/0206b271")}});
  EXPECT_EQ(ecs.found.origin, "AWS::ECS::Container");
  EXPECT_EQ(ecs.aws(), (json{{"ecs", {{"container", host()}, {"container_id", "0206b271"}, {"container_arn", arn}}},
                             {"cloudwatch_logs", {{{"log_group", "cruddur"}}}}}));

  const reading silent = read({plugin::ecs}, {{"ECS_CONTAINER_METADATA_URI_V4", stub.url("/v4/other")}});
  EXPECT_EQ(silent.found.origin, "AWS::ECS::Container") << "a container of ECS all the same";
  EXPECT_EQ(silent.aws(), (json{{"ecs", {{"container", host()}}}}));
  EXPECT_EQ(silent.complaints.size(), 1U);
}

TEST(xray_plugins, a_pod_of_eks_asks_kubernetes_over_tls_with_the_service_accounts_token) {
  services stub;
  const std::string directory = std::filesystem::path{stub.files.write("token", "ey.service.account\n")}.parent_path();
  const std::string certificate = stub.files.write("ca.crt", sonde::tests::test_certificate);
  const std::string key = stub.files.write("key.pem", sonde::tests::test_key);
  sonde::tests::http_server<httplib::SSLServer> api{certificate.c_str(), key.c_str()};
  std::string presented;
  api.server.Get("/api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info",
                 [&](const httplib::Request& asked, httplib::Response& answer) {
                   presented = asked.get_header_value("Authorization");
                   answer.set_content(R"({"kind":"ConfigMap","data":{"cluster.name":"crud-cluster"}})", "application/json");
                 });
  api.start();
  sonde::xray::plugin_places places{.deadline = std::chrono::seconds{30}};
  places.service_account_directory = directory;
  const std::vector<sonde::environment::variable> variables{{"KUBERNETES_SERVICE_HOST", "127.0.0.1"},
                                                            {"KUBERNETES_SERVICE_PORT", std::to_string(api.port)}};
  const reading eks = read({plugin::eks}, variables, places);
  EXPECT_EQ(presented, "Bearer ey.service.account");
  EXPECT_EQ(eks.found.origin, "AWS::EKS::Container");
  EXPECT_EQ(eks.aws(), (json{{"eks", {{"pod", host()}, {"cluster_name", "crud-cluster"}, {"container_id", "c0ffee"}}}}));
  EXPECT_TRUE(eks.complaints.empty());

  stub.files.write("ca.crt", "");  // does not vouch for the API
  const reading untrusted = read({plugin::eks}, variables, places);
  EXPECT_EQ(untrusted.aws(), (json{{"eks", {{"pod", host()}, {"container_id", "c0ffee"}}}})) << "a pod all the same";
  ASSERT_EQ(untrusted.complaints.size(), 1U);
  EXPECT_EQ(untrusted.complaints[0].find("ey.serv"), std::string::npos);
}

TEST(xray_plugins, beanstalk_is_read_from_its_file) {
  const sonde::tests::scratch files;
  sonde::xray::plugin_places places;
  // Source: AWS Elastic Beanstalk's own file, as the tests of aws-xray-sdk-python have it.
  places.beanstalk_file = files.write("environment.conf",
                                      R"({"deployment_id":32,"version_label":"JAVAWAR-1.2","environment_name":"beta"})");
  const reading beanstalk = read({plugin::elastic_beanstalk}, {}, places);
  EXPECT_EQ(beanstalk.found.origin, "AWS::ElasticBeanstalk::Environment");
  EXPECT_EQ(beanstalk.aws(),
            json::parse(R"({"elastic_beanstalk":{"environment_name":"beta","version_label":"JAVAWAR-1.2","deployment_id":32}})"));
}

TEST(xray_plugins, the_most_telling_origin_wins_whatever_the_order) {
  services stub;
  const reading both = read({plugin::ecs, plugin::ec2}, {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", stub.url()},
                                                         {"ECS_CONTAINER_METADATA_URI_V4", stub.url("/v4/0206b271")}});
  EXPECT_EQ(both.found.origin, "AWS::ECS::Container");
  EXPECT_TRUE(both.aws().contains("ec2"));
  EXPECT_TRUE(both.aws().contains("ecs"));
}

TEST(xray_plugins, in_lambda_the_segment_is_lambdas_own_and_lambda_hears_of_it) {
  const sonde::tests::scratch files;
  sonde::xray::plugin_places places;
  places.lambda_directory = files.path() + "/.aws-xray";
  EXPECT_TRUE(read({}, {{"LAMBDA_TASK_ROOT", "/var/task"}}, places).found.facade);
  EXPECT_TRUE(std::filesystem::exists(places.lambda_directory + "/initialized"));

  const reading elsewhere = read({plugin::lambda}, {}, places);
  EXPECT_FALSE(elsewhere.found.facade);
  EXPECT_EQ(elsewhere.complaints,
            std::vector<std::string>{"X-Ray plugin lambda: LAMBDA_TASK_ROOT is not set: this is no function of AWS Lambda"});
}

TEST(xray_plugins, what_is_not_there_is_one_sentence_each_and_nothing_else) {
  const reading none = read({plugin::ec2, plugin::ecs, plugin::eks, plugin::elastic_beanstalk},
                            {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1/"}});
  EXPECT_EQ(none.found.origin, "");
  EXPECT_EQ(none.found.aws_members, "");
  ASSERT_EQ(none.complaints.size(), 4U);
  EXPECT_EQ(none.complaints[0],
            "X-Ray plugin ecs: ECS_CONTAINER_METADATA_URI_V4 is not set: this is no container of ECS");
  EXPECT_EQ(none.complaints[2], "X-Ray plugin ec2: the instance metadata service (http://127.0.0.1:1/) does not answer: "
                                "connection refused by 127.0.0.1:1");

  EXPECT_EQ(read({plugin::ec2}, {{"AWS_EC2_METADATA_DISABLED", "true"}}).complaints,
            std::vector<std::string>{
                "X-Ray plugin ec2: AWS_EC2_METADATA_DISABLED switches the instance metadata service off"});
  EXPECT_EQ(read({plugin::ecs}, {{"ECS_CONTAINER_METADATA_URI_V4", "http://192.0.2.1/v4/x"}}).complaints.size(), 1U)
      << "only this machine and AWS's own addresses are asked";
}

TEST(xray_plugins, a_service_that_never_answers_costs_the_deadline_and_the_others_nothing) {
  sonde::tests::listener silent;
  services stub;
  sonde::xray::plugin_places places;
  places.deadline = std::chrono::milliseconds{300};
  const reading found = read({plugin::ec2, plugin::ecs},
                             {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", silent.url()},
                              {"ECS_CONTAINER_METADATA_URI_V4", stub.url("/v4/0206b271")}},
                             places);
  ASSERT_EQ(found.complaints.size(), 1U);
  EXPECT_NE(found.complaints[0].find("does not answer: no answer within 300 ms"), std::string::npos) << found.complaints[0];
  EXPECT_EQ(found.found.origin, "AWS::ECS::Container");
}

TEST(xray_plugins, a_service_that_answers_nonsense_does_no_harm) {
  services stub;
  stub.identity_status = 500;
  const reading refused = read({plugin::ec2}, {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", stub.url()}});
  EXPECT_EQ(refused.found.aws_members, "");
  ASSERT_EQ(refused.complaints.size(), 1U);
  EXPECT_NE(refused.complaints[0].find("answers with HTTP status 500"), std::string::npos);
}

}  // namespace
