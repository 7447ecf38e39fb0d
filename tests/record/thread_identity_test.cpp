// SPDX-License-Identifier: MIT

#include <sonde/record/thread_identity.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

struct fixture {
  sonde::testing::memory_exporter kept;
  sonde::session session = sonde::start({.service_name = "test", .diagnostics = [](std::string_view) {}}, kept);
};

TEST(thread_identity, a_span_tells_which_thread_ended_it) {
  fixture here;
  pid_t other = 0;
  sonde::detached_span<"handed over"> job;
  { sonde::span<"here"> span; }
  std::thread{[&] {
    pthread_setname_np(pthread_self(), "fifteen letters");
    other = gettid();
    job.end();
    try {
      sonde::span<"unwound"> span;
      throw std::runtime_error{"no"};
    } catch (const std::exception&) {
    }
  }}.join();
  ASSERT_TRUE(here.session.force_flush());
  const auto spans = here.kept.spans();
  ASSERT_EQ(spans.size(), 3u);
  char mine[16];
  pthread_getname_np(pthread_self(), mine, sizeof mine);
  for (const auto& each : spans) {
    EXPECT_EQ(each.thread, static_cast<std::uint32_t>(each.name == "here" ? gettid() : other)) << each.name;
    EXPECT_EQ(each.thread_name, each.name == "here" ? mine : "fifteen letters") << each.name;
  }
}

TEST(thread_identity, a_thread_that_gets_the_recorder_of_another_has_its_own) {
  fixture here;
  for (const char* name : {"first", "second", "third"}) {
    std::thread{[&] {
      pthread_setname_np(pthread_self(), name);
      sonde::span<"work"> span;
    }}.join();
    ASSERT_TRUE(here.session.force_flush());
    EXPECT_EQ(here.kept.spans().back().thread_name, name);
  }
}

}  // namespace
