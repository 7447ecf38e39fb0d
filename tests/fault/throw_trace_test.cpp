// SPDX-License-Identifier: MIT
// Throws, hooked: spans know what left them, and reports where it was thrown. The only file of this executable with the header.

#include <sonde/integrations/throw_trace.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <sonde/record/stack_text.hpp>

#include "forked_child.hpp"
#include "span/recording.hpp"

// Functions with names of their own in the stacks below; not in an unnamed namespace, so that they are exported.
namespace thrower {
[[maybe_unused]] constexpr std::uint32_t first_throw = __LINE__ + 2;
[[gnu::noinline]] void of_the_first(int depth) {
  if (depth == 0) throw std::out_of_range{"no such handle"};
  of_the_first(depth - 1);
  asm volatile("");  // no tail call
}
[[gnu::noinline]] void of_the_second() {
  throw std::runtime_error{"second"};
}
}  // namespace thrower

namespace {

using sonde::testing::attributes;
using sonde::testing::recorded_span;

/// The functions of a stack, innermost first, each shown without its arguments.
std::vector<std::string> functions_of(const attributes& of) {
  std::vector<std::string> made;
  const sonde::testing::value* const text = of.find("exception.stacktrace");
  if (text == nullptr) return made;
  for (sonde::record::stack_frames frames{text->as<std::string>()}; frames.next();) {
    const std::string_view label = frames.frame().label;
    made.emplace_back(label.substr(0, label.find('(')));
  }
  return made;
}
std::size_t count(const std::vector<std::string>& all, std::string_view name) {
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), name));
}

class throw_trace : public testing::Test {
 protected:
  const attributes& event_of(const std::string& name) {
    span_ = kept.named(name);
    EXPECT_EQ(span_.events.size(), 1u) << name;
    return span_.events.at(0).attributes;
  }
  const attributes& report() {
    static_cast<void>(kept.spans());
    log_ = kept.memory.logs().at(0);
    return log_.attributes;
  }
  recording kept;

 private:
  recorded_span span_;
  sonde::testing::recorded_log log_;
};

TEST_F(throw_trace, spans_know_what_left_them) {
  try {
    sonde::span<"root"> root;
    sonde::span<"inner"> inner;
    thrower::of_the_first(2);
  } catch (...) {  // nobody reports it
  }
  for (const char* name : {"root", "inner"}) {
    const attributes& event = event_of(name);
    EXPECT_EQ(event["exception.type"], "std::out_of_range");
    EXPECT_EQ(event["exception.message"], "no such handle");
    EXPECT_FALSE(event.contains("sonde.exception.inferred"));
    EXPECT_EQ(count(functions_of(event), "thrower::of_the_first"), 3u) << event["exception.stacktrace"].as<std::string>();
    EXPECT_EQ(kept.named(name).status_message, "no such handle");
    EXPECT_TRUE(kept.named(name).left_by_exception);
  }
}

TEST_F(throw_trace, stacks_begin_at_the_throw) {
  try {
    thrower::of_the_first(0);
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  const auto functions = functions_of(report());
  ASSERT_FALSE(functions.empty());
#if !defined(__SANITIZE_ADDRESS__) && !SONDE_HAS_FEATURE(address_sanitizer)  // which hooks the throw as well
  EXPECT_EQ(functions[0], "thrower::of_the_first");
#endif
#ifdef BOOST_STACKTRACE_USE_BACKTRACE
  bool found = false;
  for (sonde::record::stack_frames frames{report()["exception.stacktrace"].as<std::string>()}; frames.next();)
    found = found || (frames.frame().path.ends_with("throw_trace_test.cpp") && frames.frame().line == thrower::first_throw);
  EXPECT_TRUE(found) << report()["exception.stacktrace"].as<std::string>();
#endif
}

TEST_F(throw_trace, one_event_is_enough) {
  {
    sonde::span<"request"> request;
    try {
      sonde::span<"left"> left;
      thrower::of_the_first(0);
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  }
  EXPECT_FALSE(event_of("left").contains("sonde.exception.inferred"));
  EXPECT_FALSE(functions_of(event_of("request")).empty());
}

TEST_F(throw_trace, throwing_again_keeps_the_first_stack) {
  try {
    try {
      thrower::of_the_first(0);
    } catch (...) {
      sonde::span<"again"> again;
      try {
        thrower::of_the_second();
      } catch (...) {
      }
      throw;
    }
  } catch (...) {
    sonde::report_exception();
  }
  EXPECT_EQ(event_of("again")["exception.message"], "no such handle");
  EXPECT_EQ(count(functions_of(event_of("again")), "thrower::of_the_first"), 1u);
  EXPECT_EQ(count(functions_of(report()), "thrower::of_the_first"), 1u);
}

TEST_F(throw_trace, an_exception_of_another_thread_brings_its_stack) {
  auto task = std::async(std::launch::async, [] { thrower::of_the_first(0); });
  try {
    sonde::span<"waiting"> waiting;
    task.get();
  } catch (...) {
    sonde::report_exception();
  }
  EXPECT_EQ(event_of("waiting")["exception.message"], "no such handle");
  EXPECT_EQ(count(functions_of(event_of("waiting")), "thrower::of_the_first"), 1u);
  EXPECT_EQ(count(functions_of(report()), "thrower::of_the_first"), 1u);
}

TEST_F(throw_trace, what_was_made_but_not_thrown_has_the_stack_of_its_first_throw) {
  for (int i = 0; i < 2; ++i) {
    try {
      thrower::of_the_first(0);  // the next exception may lie where this one lay
    } catch (...) {
    }
    kept.memory.clear();
    const std::exception_ptr made = std::make_exception_ptr(std::out_of_range{"made"});
    try {
      std::rethrow_exception(made);
    } catch (...) {
      sonde::report_exception();
    }
    EXPECT_EQ(report()["exception.message"], "made");
    EXPECT_FALSE(functions_of(report()).empty());
    EXPECT_EQ(count(functions_of(report()), "thrower::of_the_first"), 0u);
  }
}

TEST_F(throw_trace, an_exception_that_is_no_longer_that_which_was_thrown_has_no_stack) {
  try {
    thrower::of_the_first(0);
  } catch (const std::out_of_range& error) {
    sonde::report_exception(std::out_of_range{error});
  }
  EXPECT_TRUE(report().contains("exception.type"));
  EXPECT_FALSE(report().contains("exception.stacktrace"));
}

struct throws_and_catches {
  ~throws_and_catches() {
    sonde::span<"clean-up"> span;
    try {
      sonde::span<"in the clean-up"> inner;
      thrower::of_the_second();
    } catch (...) {
    }
  }
};
TEST_F(throw_trace, exceptions_within_the_clean_up_of_another_are_told_apart) {
  try {
    sonde::span<"outer"> outer;
    const throws_and_catches guard;
    thrower::of_the_first(0);
  } catch (...) {
  }
  EXPECT_EQ(event_of("in the clean-up")["exception.message"], "second");
  EXPECT_EQ(event_of("outer")["exception.message"], "no such handle");
  EXPECT_TRUE(kept.named("clean-up").events.empty());
}

TEST_F(throw_trace, a_thread_may_exit_through_spans) {
  std::thread{[] {
    sonde::span<"plain"> plain;
    sonde::in_span<"rethrows">([] { pthread_exit(nullptr); });
  }}.join();
  EXPECT_TRUE(kept.named("plain").events.empty());
  EXPECT_TRUE(kept.named("rethrows").events.empty());
}

TEST(throw_trace_symbols, nothing_is_told_of_a_library_that_is_unloaded) {
#ifdef BOOST_STACKTRACE_USE_BACKTRACE
  GTEST_SKIP() << "libbacktrace itself remembers libraries that are gone";
#endif
  constexpr const char* unused = "libthread_db.so.1";  // of the C library, and of no program but debuggers
  void* const library = dlopen(unused, RTLD_LAZY | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const std::uint64_t inside = reinterpret_cast<std::uintptr_t>(dlsym(library, "td_init"));
  std::string text;
  sonde::throw_trace::look_up(text, inside);
  EXPECT_NE(text.find("td_init"), std::string::npos) << text;
  dlclose(library);
  ASSERT_EQ(dlopen(unused, RTLD_LAZY | RTLD_NOLOAD), nullptr);
  text.clear();
  sonde::throw_trace::look_up(text, inside);
  EXPECT_EQ(text.find("td_init"), std::string::npos) << text;
}

struct of_no_standard_type {};
TEST_F(throw_trace, any_type_may_be_thrown_and_any_number_at_once) {
  try {
    sonde::span<"left"> left;
    throw of_no_standard_type{};
  } catch (...) {
  }
  EXPECT_NE(event_of("left")["exception.type"].as<std::string>().find("of_no_standard_type"), std::string::npos);

  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int j = 0; j < 200; ++j)
        try {
          const sonde::span<"busy"> span;
          thrower::of_the_second();
        } catch (...) {
          sonde::report_exception();
        }
    });
  for (std::thread& each : threads) each.join();
  for (const auto& each : kept.spans())
    if (each.name == "busy") {
      ASSERT_EQ(each.events.size(), 1u);
      EXPECT_EQ(each.events[0].attributes["exception.message"], "second");
      EXPECT_EQ(count(functions_of(each.events[0].attributes), "thrower::of_the_first"), 0u);
    }
}

}  // namespace
