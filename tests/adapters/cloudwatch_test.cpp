// SPDX-License-Identifier: MIT
// A whole session against a stand-in for CloudWatch Logs that takes everything. Limits, signatures and refusals are checked by
// tests/interop/check_cloudwatch.py.

#include <sonde/adapters/cloudwatch.hpp>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

using namespace std::chrono_literals;

/// Answers 200 to all; keeps what it was asked.
class stand_in {
 public:
  struct asked {
    std::string operation;
    nlohmann::json body;
    httplib::Headers headers;
  };

  stand_in() {
    server_.Post("/", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock{mutex_};
      requests_.push_back({request.get_header_value("X-Amz-Target"), nlohmann::json::parse(request.body), request.headers});
      response.set_content("{}", "application/x-amz-json-1.1");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    while (!server_.is_running()) std::this_thread::sleep_for(1ms);
  }
  ~stand_in() {
    server_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<asked> requests() {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  httplib::Server server_;
  std::mutex mutex_;
  std::vector<asked> requests_;
  int port_ = 0;
  std::thread thread_;
};

class cloudwatch : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* const name : {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
                                   "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"})
      unsetenv(name);
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere", 1);
    setenv("AWS_CONFIG_FILE", "/nowhere", 1);
  }
  void TearDown() override {
    for (const char* const name : {"AWS_EC2_METADATA_DISABLED", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"}) unsetenv(name);
  }
  [[nodiscard]] sonde::cloudwatch::config complete() const {
    sonde::cloudwatch::config made{.log_group = "cruddur", .log_stream = "s", .region = "r-1", .endpoint = server_.url()};
    made.credentials.keys = sonde::aws::credentials{"AKIDEXAMPLE12345678", "secretsecretsecret", "", {}};
    made.batch_age = 60s;
    return made;
  }
  /// A span and two log lines in a session of their own; its ledger.
  [[nodiscard]] sonde::exporter_stats run(sonde::cloudwatch::config config) {
    auto session = sonde::start({.service_name = "test",
                                 .diagnostics =
                                     [this](std::string_view line) {
                                       const std::lock_guard lock{mutex_};
                                       said_ += std::string{line} + '\n';
                                     }},
                                sonde::cloudwatch::exporter{std::move(config)});
    {
      sonde::span<"work"> span;
      sonde::log::info("one");
    }
    sonde::log::warning("two");
    static_cast<void>(session.shutdown(10s));
    return session.stats().exporters.at(0);
  }
  [[nodiscard]] bool was_said(std::string_view part) const { return said_.find(part) != std::string::npos; }

  stand_in server_;
  std::string said_;

 private:
  std::mutex mutex_;
};

TEST_F(cloudwatch, log_lines_arrive_signed) {
  const auto stats = run(complete());
  EXPECT_EQ(stats.logs.exported, 2u);
  EXPECT_EQ(stats.logs.dropped.total(), 0u);
  const auto requests = server_.requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].operation, "Logs_20140328.PutLogEvents");
  EXPECT_TRUE(requests[0].headers.find("Authorization")->second.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE12345678/"));
  EXPECT_EQ(requests[0].body["logGroupName"], "cruddur");
  EXPECT_EQ(requests[0].body["logStreamName"], "s");
  ASSERT_EQ(requests[0].body["logEvents"].size(), 2u);
  EXPECT_TRUE(requests[0].body["logEvents"][0]["message"].get<std::string>().starts_with("INFO one TraceId: 1-"));
  EXPECT_EQ(requests[0].body["logEvents"][1]["message"], "WARNING two");
  EXPECT_TRUE(was_said("test -> cloudwatch: logs to group 'cruddur', stream 's' in r-1 (set in code) at " + server_.url() +
                       "/ (set in code), signed with keys AKID… from code\n"))
      << said_;
  EXPECT_TRUE(was_said("cloudwatch: first batch accepted: 2 log records\n")) << said_;
}

TEST_F(cloudwatch, spans_are_unwanted_and_nobody_is_told_of_a_loss) {
  const auto stats = run(complete());
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::unwanted], 1u);
  EXPECT_EQ(stats.spans.dropped.total(), 1u);
  EXPECT_FALSE(was_said("lost")) << said_;
}

TEST_F(cloudwatch, without_a_group_a_region_or_keys_a_line_says_what_to_do) {
  auto without = complete();
  without.log_group = "";
  EXPECT_EQ(run(without).logs.dropped[sonde::drop_reason::not_configured], 2u);
  EXPECT_TRUE(was_said("cloudwatch: not exporting: no log group was given")) << said_;
  without = complete();
  without.region.reset();
  static_cast<void>(run(without));
  EXPECT_TRUE(was_said("cloudwatch: not exporting: no AWS region: set AWS_REGION")) << said_;
  without = complete();
  without.credentials.keys.reset();
  static_cast<void>(run(without));
  EXPECT_TRUE(was_said("cloudwatch: not exporting: no AWS credentials: set AWS_ACCESS_KEY_ID")) << said_;
  EXPECT_TRUE(server_.requests().empty());
}

}  // namespace
