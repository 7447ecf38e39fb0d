// SPDX-License-Identifier: MIT
// Four threads log at full speed, over OTLP, to a backend that is well, slow, gone or flapping: each line arrives once or is counted
// as lost, and those of one thread arrive in their order. LOG_FLOOD_LINES=1000000 for more of them than by default.

#include <sonde/log.hpp>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/adapters/otlp.hpp>
#include <sonde/session.hpp>

#include "transport/server.hpp"

namespace {

using namespace std::chrono_literals;

constexpr int writers = 4;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int by_default = 4'000;
#elif defined(__has_feature)
constexpr int by_default = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? 4'000 : 20'000;
#else
constexpr int by_default = 20'000;
#endif

[[nodiscard]] int lines_each() {
  const char* const asked = std::getenv("LOG_FLOOD_LINES");
  return (asked != nullptr ? std::atoi(asked) : by_default) / writers;
}

/// What the backend got, line by line.
class inbox {
 public:
  explicit inbox(int of_each)
      : seen_(writers, std::vector<std::uint8_t>(static_cast<std::size_t>(of_each))), last_(writers, -1) {}

  /// Reads `writer 3 line 17 of the flood` wherever the request's bytes have it.
  void take(std::string_view request) {
    const std::lock_guard lock{mutex_};
    for (std::size_t at = 0; (at = request.find("writer ", at)) != std::string_view::npos;) {
      at += 7;
      const auto writer = static_cast<std::size_t>(request[at] - '0');
      ASSERT_EQ(request.substr(at + 1, 6), " line ");
      int line = -1;
      const char* const digits = request.data() + at + 7;
      const auto end = std::from_chars(digits, request.data() + request.size(), line);
      ASSERT_EQ((std::string_view{end.ptr, 13}), " of the flood");
      ASSERT_LT(writer, seen_.size());
      ASSERT_LT(static_cast<std::size_t>(line), seen_[writer].size());
      ++lines;
      if (++seen_[writer][static_cast<std::size_t>(line)] > 1) ++repeated;
      if (line <= last_[writer]) ++out_of_order;
      last_[writer] = line;
    }
  }

  std::uint64_t lines = 0;
  std::uint64_t repeated = 0;
  std::uint64_t out_of_order = 0;

 private:
  std::mutex mutex_;
  std::vector<std::vector<std::uint8_t>> seen_;
  std::vector<int> last_;
};

struct outcome {
  sonde::session_stats stats;
  bool complete;
};

/// One request at a time, so that the backend sees the order.
[[nodiscard]] outcome flood(const std::string& endpoint, int lines, std::chrono::milliseconds deadline) {
  sonde::pipeline::collector::grace = 10s;
  auto session = sonde::start({.service_name = "flood", .diagnostics = [](auto) {}},
                              sonde::otlp::exporter{{.endpoint = endpoint, .concurrent_requests = 1}});
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer)
    threads.emplace_back([writer, lines] {
      for (int line = 0; line < lines; ++line) sonde::log::info("writer {} line {} of {}", writer, line, "the flood");
    });
  for (std::thread& each : threads) each.join();
  const bool complete = session.shutdown(deadline);
  return {session.stats(), complete};
}

void expect_accounted(const outcome& of, int lines, const char* backend) {
  const sonde::signal_stats& produced = of.stats.logs;
  const sonde::delivery_stats& delivered = of.stats.exporters.at(0).logs;
  EXPECT_EQ(produced.started, static_cast<std::uint64_t>(lines) * writers) << backend;
  EXPECT_EQ(produced.started, produced.queued + produced.dropped.total() + produced.taken) << backend;
  EXPECT_EQ(produced.queued, 0u) << backend;
  EXPECT_EQ(produced.taken, delivered.exported + delivered.dropped.total()) << backend;
  EXPECT_EQ(delivered.queued, 0u) << backend;
}

using answer = std::function<void(int request, httplib::Response&)>;

/// An answer that sets an error means that nothing of the request was kept.
void run(const char* backend, std::chrono::milliseconds deadline, const answer& reply,
         const std::function<void(const outcome&, const inbox&)>& judge) {
  const int lines = lines_each();
  inbox got{lines};
  std::atomic<int> requests{0};
  sonde::tests::http_server server;
  server.server.Post("/v1/logs", [&](const httplib::Request& request, httplib::Response& response) {
    response.set_content("", "application/x-protobuf");
    reply(requests++, response);
    if (response.status < 400) got.take(request.body);
  });
  server.start();
  const outcome ended = flood(server.url(""), lines, deadline);
  server.server.stop();
  server.thread.join();
  expect_accounted(ended, lines, backend);
  EXPECT_EQ(got.repeated, 0u) << backend;
  judge(ended, got);
}

TEST(flood, of_a_backend_that_is_well_arrives_in_order) {
  run("well", 60s, [](int, httplib::Response&) {}, [](const outcome& ended, const inbox& got) {
    EXPECT_TRUE(ended.complete);
    EXPECT_EQ(got.lines, ended.stats.exporters[0].logs.exported);
    EXPECT_EQ(got.out_of_order, 0u);
    EXPECT_GT(got.lines, 0u);
  });
}

TEST(flood, of_a_slow_backend_is_counted) {
  run("slow", 500ms, [](int, httplib::Response&) { std::this_thread::sleep_for(1s); },
      [](const outcome& ended, const inbox& got) {
        EXPECT_FALSE(ended.complete);
        EXPECT_GT(got.lines, 0u);
        EXPECT_GT(ended.stats.exporters[0].logs.dropped.total(), 0u);
        EXPECT_EQ(got.out_of_order, 0u);
        // The request under way at the deadline may have arrived, though nobody waited for the reply.
        EXPECT_GE(got.lines, ended.stats.exporters[0].logs.exported);
        EXPECT_LE(got.lines, ended.stats.exporters[0].logs.exported + 512);
      });
}

TEST(flood, of_a_flapping_backend_arrives_once) {
  run("flapping", 60s,
      [](int request, httplib::Response& response) {
        if (request % 3 == 1) response.status = 503, response.set_header("Retry-After", "0");
      },
      [](const outcome& ended, const inbox& got) {
        EXPECT_GE(got.lines, ended.stats.exporters[0].logs.exported);
        EXPECT_LE(got.lines, ended.stats.exporters[0].logs.exported + 512);
        EXPECT_GT(ended.stats.exporters[0].logs.exported, 0u);
      });
}

TEST(flood, of_a_backend_that_is_gone_ends_with_the_deadline) {
  const int lines = lines_each();
  std::string nobody;
  {
    sonde::tests::http_server server;
    server.start();
    nobody = server.url("");
  }
  const auto begun = std::chrono::steady_clock::now();
  const outcome ended = flood(nobody, lines, 300ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 60s) << "it waits for ever";
  expect_accounted(ended, lines, "gone");
  EXPECT_FALSE(ended.complete);
  EXPECT_EQ(ended.stats.exporters[0].logs.exported, 0u);
}

}  // namespace
