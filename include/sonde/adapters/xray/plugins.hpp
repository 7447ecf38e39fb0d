// SPDX-License-Identifier: MIT
#pragma once

// Where on AWS the program runs, as X-Ray wants to know it of each segment: its origin and its `aws` block. A user lists
// the plugins in the exporter's config; the exporter asks once, when the session starts.
// Source: AWS X-Ray, "Segment documents" (aws, origin).

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <sonde/adapters/xray/plugins/lambda.hpp>
#include <sonde/adapters/xray/plugins/member_list.hpp>
#include <sonde/adapters/xray/plugins/questions.hpp>
#include <sonde/aws/beanstalk_environment.hpp>
#include <sonde/aws/cluster_name.hpp>
#include <sonde/aws/instance_identity.hpp>
#include <sonde/aws/task_metadata.hpp>
#include <sonde/environment/provenance.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/resource/container.hpp>

namespace sonde::xray {

/// ec2, ecs and eks ask a service on the network; the others look at files and variables. In Lambda, lambda is on by
/// itself.
enum class plugin : unsigned char { ec2, ecs, eks, elastic_beanstalk, lambda };

struct surroundings {
  std::string origin{};       // of segments: `AWS::EC2::Instance`; empty where nothing is known
  std::string aws_members{};  // of the segment's aws block, without its braces: `"ec2":{…},"ecs":{…}`
  bool facade = false;        // the segment is Lambda's own: what has no local parent is a subsegment of it
};

/// Files that tests have elsewhere, and how long services are waited for, all of them together.
struct plugin_places {
  std::string beanstalk_file{aws::beanstalk_file};
  std::string service_account_directory{aws::service_account_directory};
  std::string lambda_directory = "/tmp/.aws-xray";
  std::chrono::milliseconds deadline{1000};
};

/// Never throws for what it finds or does not find: each failure is one finding of the environment. `origin` is that of
/// the most telling plugin: Elastic Beanstalk, EKS, ECS, EC2, whatever their order in `wanted`.
[[nodiscard]] inline surroundings read_surroundings(const std::vector<plugin>& wanted, pipeline::setup& at_start,
                                                    const plugin_places& places = {}) {
  const auto wants = [&](plugin one) { return std::find(wanted.begin(), wanted.end(), one) != wanted.end(); };
  environment::reader& environment = at_start.environment;
  plugin_questions questions{environment};
  std::optional<aws::instance_identity_source> instance;
  std::optional<aws::task_metadata_source> task;
  std::optional<aws::cluster_name_source> cluster;
  if (wants(plugin::ec2)) questions.ask("ec2", instance.emplace(environment));
  if (wants(plugin::ecs)) questions.ask("ecs", task.emplace(environment));
  if (wants(plugin::eks)) questions.ask("eks", cluster.emplace(environment, places.service_account_directory));
  questions.finish(places.deadline);

  char host[256]{};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  std::string container{at_start.resource.text("container.id")};
  if (container.empty() && cluster) container = resource::container_id();

  surroundings found;
  member_list blocks;
  if (instance && instance->complete()) {
    const aws::instance_identity& who = instance->found();
    blocks.add_object("ec2", member_list{}
                                 .add_text("instance_id", who.instance_id)
                                 .add_text("instance_size", who.instance_type)
                                 .add_text("ami_id", who.image_id)
                                 .add_text("availability_zone", who.availability_zone));
    found.origin = "AWS::EC2::Instance";
  }
  if (task && task->refusal().empty()) {  // a container of ECS, whatever its service says
    const aws::task_metadata& which = task->found();
    blocks.add_object("ecs", member_list{}
                                 .add_text("container", host)
                                 .add_text("container_id", which.container_id)
                                 .add_text("container_arn", which.container_arn));
    if (!which.log_group.empty())
      blocks.add_array("cloudwatch_logs", member_list{}.add_text("log_group", which.log_group));
    found.origin = "AWS::ECS::Container";
  }
  if (cluster && cluster->refusal().empty()) {  // a pod, likewise
    blocks.add_object("eks", member_list{}
                                 .add_text("pod", host)
                                 .add_text("cluster_name", cluster->found())
                                 .add_text("container_id", container));
    found.origin = "AWS::EKS::Container";
  }
  if (wants(plugin::elastic_beanstalk)) {
    const aws::beanstalk_environment which = aws::read_beanstalk_environment(places.beanstalk_file);
    if (!which.complaint.empty()) {
      questions.complain("elastic_beanstalk", which.complaint);
    } else {
      blocks.add_object("elastic_beanstalk", member_list{}
                                                 .add_text("environment_name", which.environment_name)
                                                 .add_text("version_label", which.version_label)
                                                 .add_number("deployment_id", which.deployment_id));
      found.origin = "AWS::ElasticBeanstalk::Environment";
    }
  }
  found.aws_members = blocks.text();
  found.facade = in_lambda(environment);
  if (found.facade && !tell_lambda(places.lambda_directory))
    questions.complain("lambda", places.lambda_directory + "/initialized cannot be written, by which Lambda would hear of us");
  if (wants(plugin::lambda) && !found.facade)
    questions.complain("lambda", "LAMBDA_TASK_ROOT is not set: this is no function of AWS Lambda");
  if (!found.origin.empty())
    at_start.settings.record("xray.origin", found.origin, "from plugins", environment::visibility::plain);
  return found;
}

}  // namespace sonde::xray
