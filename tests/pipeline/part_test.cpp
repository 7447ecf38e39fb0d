// SPDX-License-Identifier: MIT
// Parts of a session that are no exporters: they bring a sampler, and what keeps it up to date.

#include <sonde/pipeline/part.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/sampling/always.hpp>
#include "span/recording.hpp"

namespace {

using namespace sonde::pipeline;

/// Answers whatever it is asked in the next turn.
struct echoing_transport final : sonde::transport::driver {
  std::function<void(sonde::transport::response)> done;

  void send(sonde::transport::request, std::function<void(sonde::transport::response)> answer) { done = std::move(answer); }
  void perform() noexcept override {
    if (done) std::exchange(done, nullptr)({.outcome = sonde::transport::outcome::answered, .status = 200, .body = "all"});
  }
  [[nodiscard]] bool busy() const noexcept override { return done != nullptr; }
  void wait(std::chrono::nanoseconds) noexcept override {}
  void wake() noexcept override {}
};

/// Samples nothing until its keeper has heard from the backend.
struct learning_sampler {
  using asks_through = echoing_transport;

  struct keeper final : poller {
    std::atomic<bool> knows{false};
    [[nodiscard]] std::string name() const override { return "learning"; }
    [[nodiscard]] time_point due() const noexcept override { return knows ? time_point::max() : time_point{}; }
    [[nodiscard]] std::optional<sonde::transport::request> ask(time_point) override { return sonde::transport::request{}; }
    [[nodiscard]] poll_news take(const sonde::transport::response& reply, time_point) override {
      knows = reply.body == "all";
      return {.good = "learnt " + reply.body};
    }
  };
  struct taught {
    std::shared_ptr<const keeper> by;
    [[nodiscard]] bool should_sample(const sonde::sampling::question&) const noexcept { return by->knows; }
    [[nodiscard]] std::string description() const { return "Taught"; }
  };

  [[nodiscard]] std::optional<brought_sampler> bring_sampler(setup& at_start) {
    if (at_start.sampler_chosen) return std::nullopt;
    auto made = std::make_shared<keeper>();
    return brought_sampler{taught{made}, made, "sampled as it is taught"};
  }
};
static_assert(part<learning_sampler> && !exporter<learning_sampler>);

struct noting {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<std::mutex> guard = std::make_shared<std::mutex>();

  [[nodiscard]] sonde::diagnostics_handler handler() const {
    return [lines = lines, guard = guard](std::string_view line) {
      const std::lock_guard lock{*guard};
      lines->emplace_back(line);
    };
  }
  [[nodiscard]] bool heard(const std::string& line) const {
    const std::lock_guard lock{*guard};
    return std::find(lines->begin(), lines->end(), line) != lines->end();
  }
};

TEST(part, brings_a_sampler_that_is_kept_up_to_date) {
  const noting said;
  auto session = sonde::start({.service_name = "shop", .diagnostics = said.handler()}, learning_sampler{},
                              sonde::testing::memory_exporter{});
  EXPECT_TRUE(said.heard("shop: sampled as it is taught"));
  while (!said.heard("learning: learnt all")) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  EXPECT_TRUE(sonde::span<"root">{}.is_recording());
}

TEST(part, a_sampler_of_the_program_s_own_goes_first) {
  const noting said;
  auto session = sonde::start({.service_name = "shop", .sampler = sonde::sampling::always_off{}, .diagnostics = said.handler()},
                              learning_sampler{}, sonde::testing::memory_exporter{});
  EXPECT_FALSE(said.heard("shop: sampled as it is taught"));
  EXPECT_FALSE(sonde::span<"root">{}.is_recording());
}

TEST(part, of_two_that_bring_samplers_the_first_is_used) {
  struct second {
    using asks_through = echoing_transport;
    [[nodiscard]] std::optional<brought_sampler> bring_sampler(setup&) { return brought_sampler{sonde::sampling::always_on{}}; }
  };
  const noting said;
  auto session = sonde::start({.diagnostics = said.handler()}, learning_sampler{}, second{}, sonde::testing::memory_exporter{});
  EXPECT_TRUE(said.heard("of two samplers given to start Taught is used, AlwaysOnSampler is not"));
}

TEST(part, a_sampler_that_cannot_be_brought_is_one_line_and_the_session_runs) {
  struct failing {
    using asks_through = echoing_transport;
    [[nodiscard]] std::optional<brought_sampler> bring_sampler(setup&) { throw setup_error{"no rules"}; }
  };
  const noting said;
  auto session = sonde::start({.diagnostics = said.handler()}, failing{}, sonde::testing::memory_exporter{});
  EXPECT_TRUE(said.heard("a sampler given to start is not used: no rules"));
  EXPECT_TRUE(sonde::span<"root">{}.is_recording());
}

TEST(part, without_an_exporter_the_console_gets_the_traces) {
  const noting said;
  auto session = sonde::start({.service_name = "shop", .diagnostics = said.handler()}, learning_sampler{});
  const auto stats = session.stats();
  ASSERT_EQ(stats.exporters.size(), 1u);
  EXPECT_EQ(stats.exporters[0].name, "console");
}

TEST(part, that_may_not_be_there_is_a_std_optional) {
  sonde::testing::memory_exporter memory;
  const auto said_with = [](std::optional<learning_sampler> sampler, std::optional<sonde::testing::memory_exporter> kept) {
    const noting said;
    auto session = sonde::start({.service_name = "test", .diagnostics = said.handler()}, std::move(sampler), std::move(kept));
    { sonde::span<"work"> span; }
    session.shutdown();
    return said;
  };
  const std::string taught = "test: sampled as it is taught";
  const std::string nowhere = "no exporter is there: what is recorded goes nowhere";
  EXPECT_FALSE(said_with(std::nullopt, memory).heard(taught));
  EXPECT_EQ(memory.spans().size(), 1u);
  const noting both = said_with(learning_sampler{}, memory);
  EXPECT_TRUE(both.heard(taught));
  EXPECT_FALSE(both.heard(nowhere));
  EXPECT_TRUE(said_with(std::nullopt, std::nullopt).heard(nowhere));
}

}  // namespace
