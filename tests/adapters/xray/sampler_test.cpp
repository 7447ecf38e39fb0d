// SPDX-License-Identifier: MIT
// X-Ray's rules as a part of a session: who brings them, what people read, and a daemon on loopback that has them.

#include <sonde/adapters/xray/sampler.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <sonde/adapters/xray.hpp>
#include <sonde/sampling/always.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

/// Lines of a session.
struct heard {
  std::mutex guard;
  std::vector<std::string> lines;

  [[nodiscard]] sonde::diagnostics_handler handler() {
    return [this](std::string_view line) {
      const std::lock_guard lock{guard};
      lines.emplace_back(line);
    };
  }
  [[nodiscard]] bool has(std::string_view part) {
    const std::lock_guard lock{guard};
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return line.find(part) != line.npos; });
  }
  void wait_for(std::string_view part) {
    while (!has(part)) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
};

struct variable {
  variable(const char* its_name, const std::string& value) : name{its_name} { ::setenv(name, value.c_str(), 1); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;
  ~variable() { ::unsetenv(name); }
  const char* name;
};

const sonde::xray::sampling_config local_alone{.central = false};

TEST(xray_sampler, is_brought_where_the_program_names_it) {
  heard said;
  const auto session = sonde::start({.service_name = "shop", .diagnostics = said.handler()}, sonde::xray::sampler{local_alone},
                                    sonde::testing::memory_exporter{});
  EXPECT_TRUE(said.has("shop: sampled by local rules: the default of 1 trace a second and 5 % of the others"));
}

TEST(xray_sampler, the_exporter_alone_changes_nothing_but_its_config_and_the_environment_do) {
  const auto is_sampled_by_rules = [](sonde::xray::config config, sonde::session_config session = {}) {
    heard said;
    config.sampling.central = false;
    session.diagnostics = said.handler();
    const auto live = sonde::start(std::move(session), sonde::xray::exporter{std::move(config)});
    return said.has("sampled by local rules");
  };
  EXPECT_FALSE(is_sampled_by_rules({}));
  EXPECT_TRUE(is_sampled_by_rules({.sampling = {.enabled = true}}));
  const variable chosen{"OTEL_TRACES_SAMPLER", "xray"};
  EXPECT_TRUE(is_sampled_by_rules({}));
  EXPECT_FALSE(is_sampled_by_rules({}, {.sampler = sonde::sampling::always_on{}})) << "the program's own choice goes first";
}

TEST(xray_sampler, knows_what_the_exporter_knows) {
  const sonde::xray::config exporter{.name = "shop", .dynamic_naming = "*.example.com", .daemon_address = "daemon:1"};
  const auto known = sonde::xray::sampling_of(exporter, "AWS::EC2::Instance");
  EXPECT_EQ(known.service_name, "shop");
  EXPECT_EQ(known.dynamic_naming, "*.example.com");
  EXPECT_EQ(known.service_type, "AWS::EC2::Instance");
  EXPECT_EQ(known.daemon_address, "daemon:1");
  const auto said = sonde::xray::sampling_of(
      {.name = "shop", .daemon_address = "daemon:1", .sampling = {.daemon_address = "other:1", .service_name = "till"}}, {});
  EXPECT_EQ(said.service_name, "till");
  EXPECT_EQ(said.daemon_address, "other:1");
}

TEST(xray_sampler, the_start_up_line_names_rules_for_others) {
  const std::string path = testing::TempDir() + "sonde-sampler-" + std::to_string(::getpid()) + ".json";
  std::ofstream{path} << R"({"SamplingRule": {"RuleName": "Cruddur", "ResourceARN": "*", "Priority": 9000, "FixedRate": 0.1,
    "ReservoirSize": 5, "ServiceName": "backend-flask", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "*",
    "Version": 1}})";
  const auto line = [&](const std::string& service) {
    heard said;
    const auto session = sonde::start({.service_name = service, .diagnostics = said.handler()},
                                      sonde::xray::sampler{{.rules_file = path, .central = false}});
    return said.lines.at(0).substr(said.lines[0].find(".json: ") + 7);
  };
  EXPECT_EQ(line("backend-flask"), "`Cruddur` can match this service (backend-flask)");
  EXPECT_EQ(line("backend"),
            "no rule can match this service (backend); `Cruddur` never will: its ServiceName is `backend-flask`");
  const variable name{"AWS_XRAY_TRACING_NAME", "backend-flask"};
  EXPECT_EQ(line("backend"), "`Cruddur` can match this service (backend-flask)");
  std::remove(path.c_str());
}

/// The daemon's proxy, with one rule that takes everything or nothing.
struct daemon {
  httplib::Server server;
  std::atomic<int> rate{1};
  std::atomic<int> requests{0};
  int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread;

  daemon() {
    server.Post("/GetSamplingRules", [this](const httplib::Request&, httplib::Response& reply) {
      reply.set_content(R"({"SamplingRuleRecords": [{"SamplingRule": {"RuleName": "all", "ResourceARN": "*", "Priority": 1,
                            "ReservoirSize": 0, "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*",
                            "URLPath": "*", "Version": 1, "FixedRate": )" + std::to_string(rate) + "}}]}",
                        "application/json");
    });
    server.Post("/SamplingTargets", [this](const httplib::Request& asked, httplib::Response& reply) {
      requests += std::atoi(asked.body.substr(asked.body.find("RequestCount\":") + 14).c_str());
      reply.set_content(R"({"SamplingTargetDocuments": []})", "application/json");
    });
    thread = std::thread{[this] { server.listen_after_bind(); }};
    while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  ~daemon() {
    server.stop();
    thread.join();
  }
};

TEST(xray_sampler, follows_the_daemon_s_rules_and_reports) {
  daemon there;
  heard said;
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "shop", .diagnostics = said.handler()},
                              sonde::xray::sampler{{.daemon_address = "127.0.0.1:" + std::to_string(there.port),
                                                    .rules_interval = std::chrono::milliseconds{20},
                                                    .targets_interval = std::chrono::milliseconds{20}}},
                              memory);
  said.wait_for("AWS X-Ray sampling: 1 rule of the account arrived: `all` can match this service (shop)");
  EXPECT_TRUE(sonde::span<"sampled">{}.is_recording());
  EXPECT_EQ(sonde::xray::explain({.path = "/"}).rule, "`all`");
  while (there.requests == 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  EXPECT_EQ(there.requests, 1);
  there.rate = 0;
  while (sonde::span<"asked">{}.is_recording()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  session.force_flush();
  EXPECT_EQ(memory.spans().at(0).attributes["aws.xray.sampling_rule"], "all");
}

TEST(xray_sampler, a_daemon_that_is_not_there_is_told_once) {
  heard said;
  auto session = sonde::start({.diagnostics = said.handler()},
                              sonde::xray::sampler{{.daemon_address = "127.0.0.1:1",
                                                    .rules_interval = std::chrono::milliseconds{10},
                                                    .targets_interval = std::chrono::milliseconds{10}}},
                              sonde::testing::memory_exporter{});
  said.wait_for("AWS X-Ray sampling: the daemon at http://127.0.0.1:1 does not answer: ");
  EXPECT_TRUE(said.has("; local rules decide"));
  EXPECT_TRUE(sonde::span<"first of its second">{}.is_recording());
  EXPECT_TRUE(session.shutdown());
}

TEST(xray_sampler, the_environment_says_where_to_ask) {
  const auto line = [] {
    heard said;
    const auto session = sonde::start({.diagnostics = said.handler()},
                                      sonde::xray::sampler{{.rules_interval = std::chrono::hours{1}}},
                                      sonde::testing::memory_exporter{});
    const std::lock_guard lock{said.guard};
    std::string all;
    for (const std::string& each : said.lines) all += each + "\n";
    return all;
  };
  EXPECT_NE(line().find("asked of http://127.0.0.1:2000;"), std::string::npos);
  const variable chosen{"OTEL_TRACES_SAMPLER", "xray"};
  const variable argument{"OTEL_TRACES_SAMPLER_ARG", "endpoint=http://127.0.0.1:1234/,polling_interval=5,colour=red"};
  const std::string told = line();
  EXPECT_NE(told.find("asked of http://127.0.0.1:1234;"), std::string::npos) << told;
  EXPECT_NE(told.find("OTEL_TRACES_SAMPLER_ARG='colour=red' is neither endpoint=http://host:port nor polling_interval=seconds"),
            std::string::npos);
  const variable address{"AWS_XRAY_DAEMON_ADDRESS", "tcp:127.0.0.1:4321 udp:127.0.0.1:2"};
  EXPECT_NE(line().find("asked of http://127.0.0.1:4321;"), std::string::npos);
}

TEST(xray_sampler, a_password_in_the_endpoint_is_not_shown) {
  const variable chosen{"OTEL_TRACES_SAMPLER", "xray"};
  for (const char* const said : {"endpoint=http://me:canary@127.0.0.1:9", "endpoint=ftp://me:canary@127.0.0.1:9"}) {
    const variable argument{"OTEL_TRACES_SAMPLER_ARG", said};
    heard lines;
    auto session = sonde::start({.diagnostics = lines.handler()}, sonde::xray::sampler{}, sonde::testing::memory_exporter{});
    EXPECT_TRUE(session.shutdown());
    const std::lock_guard lock{lines.guard};
    for (const std::string& each : lines.lines) EXPECT_EQ(each.find("canary"), std::string::npos) << each;
    for (const auto& each : session.settings()) EXPECT_EQ(each.value.find("canary"), std::string::npos) << each.value;
  }
}

}  // namespace
