// SPDX-License-Identifier: MIT
// Libraries that a program opens and closes again, each built and linked in another way, are in the session of the program: even
// where the loader binds none of their symbols together. The same tests run in programs that export their symbols, in such that do
// not, and as a library themselves, in a program that knows nothing of sonde (host.cpp).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sonde/record/own_words.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

#include "unit.hpp"

namespace {

using sonde::testing::recorded_span;

/// How each was linked says CMakeLists.txt, under the name that ends its file's.
constexpr std::string_view all_units[]{"usual", "disabled", "min_level_3", "no_location", "in_hidden_library"};
constexpr std::string_view all_links[]{"usual", "secluded", "symbolic"};

std::string file_of(std::string_view unit, std::string_view link) {
  return MIXED_PLUGINS "/lib" + std::string{unit} + "_" + std::string{link} + ".so";
}

class plugin {
 public:
  plugin(std::string_view unit, std::string_view link, int visibility = RTLD_LOCAL)
      : library_{dlopen(file_of(unit, link).c_str(), RTLD_NOW | visibility), dlclose} {
    if (library_ == nullptr) throw std::runtime_error{dlerror()};
    const std::string symbol = "_ZN5mixed" + std::to_string(unit.size()) + std::string{unit} + "EPFvvE";
    run_ = reinterpret_cast<void (*)(mixed::step*)>(dlsym(library_.get(), symbol.c_str()));
    if (run_ == nullptr) throw std::runtime_error{dlerror()};
  }
  /// Opens its spans around a call of `next`.
  void operator()(mixed::step* next) const { run_(next); }

 private:
  std::unique_ptr<void, int (*)(void*)> library_;
  void (*run_)(mixed::step*) = nullptr;
};

struct recording {
  sonde::testing::memory_exporter memory;
  sonde::session session = sonde::start({.service_name = "plugins", .diagnostics = [](auto) {}}, memory);

  /// Outermost first: they are nested, and the innermost ended first.
  [[nodiscard]] std::vector<recorded_span> spans() {
    EXPECT_TRUE(session.force_flush());
    std::vector<recorded_span> all = memory.spans();
    std::reverse(all.begin(), all.end());
    return all;
  }
};

void expect_one_trace(const std::vector<recorded_span>& spans) {
  ASSERT_FALSE(spans.empty());
  EXPECT_FALSE(spans.front().parent_span_id.valid());
  for (std::size_t i = 1; i < spans.size(); ++i) {
    const recorded_span& outer = spans[i - 1];
    const recorded_span& inner = spans[i];
    EXPECT_EQ(inner.parent_span_id, outer.span_id) << inner.name;
    EXPECT_EQ(inner.trace_id, outer.trace_id) << inner.name;
    EXPECT_GE(inner.start_unix_nano + 1'000'000, outer.start_unix_nano) << inner.name << " has another clock";
    EXPECT_LE(inner.end_unix_nano, outer.end_unix_nano + 1'000'000) << inner.name << " has another clock";
  }
}
/// What a unit records around its call of `next`; with the definitions it is built with in CMakeLists.txt.
std::vector<std::string> names_of(std::string_view unit) {
  std::vector<std::string> names;
  for (const std::string_view span : {"plain", "debug", "error", "macro", "typed", "called"})
    if (unit != "disabled" && (span != "debug" || (unit != "min_level_3" && unit != "in_hidden_library")))
      names.push_back(std::string{unit} + " " + std::string{span});
  return names;
}
std::vector<std::string> names_of(const std::vector<recorded_span>& spans) {
  std::vector<std::string> names;
  for (const recorded_span& span : spans) names.push_back(span.name);
  return names;
}

std::vector<plugin> nested;
std::size_t depth = 0;
void next() {
  if (depth < nested.size()) nested[depth++](next);
}
/// Calls all plugins, each from within the one before.
void call_nested() {
  depth = 0;
  next();
}

TEST(plugins, are_in_one_trace_however_they_are_built_linked_and_opened) {
  for (const int visibility : {RTLD_LOCAL, RTLD_GLOBAL}) {
    for (const bool opened_first : {true, false}) {
      setenv("SONDE_CLOCK", opened_first ? "system" : "counter", 1);  // all read what the session reads
      std::vector<std::string> expected{"main"};
      const auto open_all = [&] {
        for (const std::string_view link : all_links)
          for (const std::string_view unit : all_units) {
            nested.emplace_back(unit, link, visibility);
            const std::vector<std::string> names = names_of(unit);
            expected.insert(expected.end(), names.begin(), names.end());
          }
      };
      if (opened_first) {
        open_all();
        call_nested();  // they look for a session, and there is none
      }
      recording kept;
      ASSERT_TRUE(kept.session);
      if (!opened_first) open_all();
      sonde::in_span<"main">(call_nested);
      const std::vector<recorded_span> spans = kept.spans();
      EXPECT_EQ(names_of(spans), expected);
      expect_one_trace(spans);
      const sonde::session_stats stats = kept.session.stats();
      EXPECT_EQ(stats.spans.started, expected.size());
      EXPECT_EQ(stats.spans.open, 0);
      kept.session.shutdown();
      call_nested();  // nobody's
      nested.clear();
    }
  }
}

TEST(plugins, find_the_session_again_when_they_are_opened_again) {
  recording kept;
  for (int i = 0; i < 3; ++i)
    for (const std::string_view link : all_links) plugin{"min_level_3", link}([] {});
  EXPECT_EQ(dlopen(file_of("min_level_3", "secluded").c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr) << "it never went away";
  EXPECT_EQ(kept.spans().size(), 9 * names_of("min_level_3").size());
}

/// Has so many other threads in a span meanwhile that none of the session's recorders is free.
template <class Work>
void while_others_record(Work work) {
  constexpr int others = 16;
  std::latch all_record{others}, is_done{1};
  std::vector<std::jthread> threads;
  for (int i = 0; i < others; ++i)
    threads.emplace_back([&] {
      const sonde::span<"another thread's"> span;
      all_record.count_down();
      is_done.wait();
    });
  all_record.wait();
  work();
  is_done.count_down();
}
/// Whether the plugin's last call opened a trace of its own, and not within a span of another thread.
[[nodiscard]] bool began_a_trace(recording& kept) {
  for (const recorded_span& span : kept.spans())
    if (span.name == "min_level_3 plain") return !span.parent_span_id.valid();
  return false;
}

/// As the thread ends, when the session has already seen it off and another thread has its recorder.
struct late_call {
  const plugin& called;
  recording& kept;

  static void make(void* call) {
    const late_call& late = *static_cast<late_call*>(call);
    EXPECT_TRUE(late.kept.session.force_flush());
    while_others_record([&] { late.called([] {}); });
  }
};

TEST(plugins, record_nothing_that_sonde_itself_says) {
  const plugin called{"min_level_3", "secluded"};
  recording kept;
  called([] {});
  {
    const sonde::record::own_words to_a_handler_that_logs;
    called([] {});
  }
  EXPECT_EQ(kept.spans().size(), 2 * names_of("min_level_3").size());
  ASSERT_EQ(kept.memory.logs().size(), 1u);
  EXPECT_EQ(kept.memory.logs()[0].body, "min_level_3 log");
}

/// The first span of theirs on a thread meets a decision that another module's made.
TEST(plugins, record_nothing_beneath_an_unsampled_span) {
  const plugin called{"min_level_3", "secluded"};
  sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "plugins", .sampler = sonde::sampling::always_off{}, .diagnostics = [](auto) {}}, memory);
  sonde::in_span<"main">([&] { called([] {}); });
  EXPECT_TRUE(session.force_flush());
  EXPECT_TRUE(memory.spans().empty());
  const sonde::session_stats stats = session.stats();
  EXPECT_EQ(stats.spans.started, 1 + names_of("min_level_3").size());
  EXPECT_EQ(stats.spans.unsampled, stats.spans.started);
}

TEST(plugins, know_when_a_thread_has_ended) {
  const plugin called{"min_level_3", "secluded"};
  recording kept;
  { const sonde::span<"first"> span; }  // the session makes its own key here: threads that end come to it first
  pthread_key_t key{};
  ASSERT_EQ(pthread_key_create(&key, late_call::make), 0);
  late_call late{called, kept};
  std::thread{[&] {
    called([] {});
    pthread_setspecific(key, &late);
  }}.join();
  pthread_key_delete(key);
  EXPECT_TRUE(began_a_trace(kept));
}

TEST(plugins, are_in_the_session_of_a_forked_child) {
  const plugin called{"min_level_3", "secluded"};
  recording parents;
  called([] {});
  const pid_t child = fork();
  if (child == 0) {
    recording kept;
    while_others_record([&] { called([] {}); });
    _exit(began_a_trace(kept) ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace

/// For host.cpp.
extern "C" [[gnu::visibility("default")]] int run_tests(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
