// SPDX-License-Identifier: MIT
// Programs that die of an exception, each in a process of its own: what they report arrives, and they die as they would have.

#include <sonde/pipeline/terminate_report.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include <sonde/sonde.hpp>

#include "fault/crashes.hpp"
#include "forked_child.hpp"

template sonde::live_session sonde::live_session::begin(session_config, file::exporter);

int main(int count, char** arguments) {
  if (const char* const crash = std::getenv(sonde::tests::crash_variable)) {
    const sonde::tests::program& chosen = sonde::tests::programs().at(crash);
    if (chosen.is_crash && std::freopen("/dev/null", "w", stderr) == nullptr) return 1;
    chosen.run();
    return 0;
  }
  testing::InitGoogleTest(&count, arguments);
  return RUN_ALL_TESTS();
}

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sonde::tests::attribute;
using sonde::tests::crash;
using sonde::tests::known_crash;
using sonde::tests::remains;
using sonde::tests::start_doomed;

/// A throw that the compiler does not see through.
template <class Exception>
[[noreturn, gnu::noinline]] void raise(const char* message) {
  throw Exception{message};
}

/// Died of std::abort, and told once of what it died, critically.
void expect_reported(const remains& left, const std::string& type, const std::string& message) {
  EXPECT_EQ(left.signal, SIGABRT);
  const json& log = left.only_log();
  EXPECT_EQ(log["severityNumber"], 21) << "FATAL";
  EXPECT_EQ(attribute(log, "exception.type")["stringValue"], type);
  EXPECT_EQ(attribute(log, "exception.message")["stringValue"], message);
}
/// A root that it died in, with the event of that.
void expect_failed(const json& span, const std::string& message) {
  EXPECT_EQ(span["status"]["code"], 2) << span;
  EXPECT_EQ(span["status"]["message"], message) << span;
  ASSERT_EQ(span["events"].size(), 1u) << span;
  EXPECT_EQ(span["events"][0]["name"], "exception");
  EXPECT_EQ(attribute(span["events"][0], "exception.message")["stringValue"], message);
}

const known_crash uncaught{"uncaught", [] {
  const auto session = start_doomed({.terminate_timeout = 1h});  // it takes no longer than it must
  const sonde::span<"root"> root;
  const sonde::span<"inner"> inner;
  throw std::out_of_range{"nobody caught it"};
}};
TEST(crash, an_uncaught_exception_is_reported_with_the_spans_it_ends) {
  const remains left = crash("uncaught");
  expect_reported(left, "std::out_of_range", "nobody caught it");
  expect_failed(left.span("root"), "nobody caught it");
  expect_failed(left.span("inner"), "nobody caught it");
  EXPECT_EQ(left.only_log()["spanId"], left.span("inner")["spanId"]);
  const auto stack = attribute(left.only_log(), "exception.stacktrace")["stringValue"].get<std::string>();
  EXPECT_NE(stack.find("# main "), std::string::npos) << stack;
}

const known_crash on_a_thread{"on_a_thread", [] {
  const auto session = start_doomed();
  std::thread{[] {
    const sonde::span<"job"> job;
    throw std::runtime_error{"on a thread"};
  }}.join();
}};
TEST(crash, an_exception_of_another_thread_is_reported) {
  const remains left = crash("on_a_thread");
  expect_reported(left, "std::runtime_error", "on a thread");
  expect_failed(left.span("job"), "on a thread");
}

void promise_broken() noexcept { raise<std::runtime_error>("promised not to"); }
const known_crash noexcept_violated{"noexcept_violated", [] {
  const auto session = start_doomed();
  const sonde::span<"root"> root;
  try {
    promise_broken();
  } catch (...) {  // never reached
  }
}};
TEST(crash, a_broken_noexcept_is_reported) {
  const remains left = crash("noexcept_violated");
  expect_reported(left, "std::runtime_error", "promised not to");
  expect_failed(left.span("root"), "promised not to");
}

struct throwing_guard {
  ~throwing_guard() noexcept(false) { throw std::logic_error{"second"}; }
};
const known_crash while_unwinding{"while_unwinding", [] {
  const auto session = start_doomed();
  const sonde::span<"root"> root;
  try {
    const throwing_guard guard;
    const sonde::span<"left before"> left;
    throw std::runtime_error{"first"};
  } catch (...) {
  }
}};
TEST(crash, an_exception_during_unwinding_is_reported) {
  const remains left = crash("while_unwinding");
  // Which is the current one then, is the compiler's choice: where GCC optimises, it is the first.
  const bool second = attribute(left.only_log(), "exception.type")["stringValue"] == "std::logic_error";
  expect_reported(left, second ? "std::logic_error" : "std::runtime_error", second ? "second" : "first");
  expect_failed(left.span("left before"), "first");
  expect_failed(left.span("root"), second ? "second" : "first");
}

[[noreturn]] void nest(int depth) {
  try {
    if (depth == 0) throw std::out_of_range{"0"};
    nest(depth - 1);
  } catch (...) {
    std::throw_with_nested(std::runtime_error{std::to_string(depth + 1)});
  }
}
const known_crash nested{"nested", [] {
  const auto session = start_doomed();
  nest(49);
}};
TEST(crash, of_fifty_nested_exceptions_all_are_told) {
  const remains left = crash("nested");
  expect_reported(left, "std::runtime_error", "50");
  const json causes = attribute(left.only_log(), "sonde.exception.causes")["arrayValue"]["values"];
  ASSERT_EQ(causes.size(), 50u);
  EXPECT_EQ(causes[49]["kvlistValue"]["values"][1]["value"]["stringValue"], "0");
}

struct saying : std::exception {
  explicit saying(std::string words) : text{std::move(words)} {}
  [[nodiscard]] const char* what() const noexcept override { return text.c_str(); }
  std::string text;
};
const known_crash ten_megabytes{"ten_megabytes", [] {
  const auto session = start_doomed();
  throw saying{std::string(10u << 20, 'x')};
}};
const known_crash invalid_utf8{"invalid_utf8", [] {
  const auto session = start_doomed();
  throw saying{"a\xFF" "b"};
}};
const known_crash without_what{"without_what", [] {
  const auto session = start_doomed();
  throw 42;
}};
TEST(crash, whatever_was_thrown_is_reported) {
  const remains long_one = crash("ten_megabytes");
  EXPECT_EQ(long_one.signal, SIGABRT);
  const auto message = attribute(long_one.only_log(), "exception.message")["stringValue"].get<std::string>();
  EXPECT_EQ(message, std::string(sonde::record::exception_limits::message, 'x'));
  const remains torn = crash("invalid_utf8");
  EXPECT_EQ(torn.signal, SIGABRT);
  EXPECT_EQ(attribute(torn.only_log(), "exception.message")["stringValue"], "a\xEF\xBF\xBD" "b");
  const remains number = crash("without_what");
  EXPECT_EQ(number.signal, SIGABRT);
  EXPECT_EQ(number.only_log()["body"]["stringValue"], "int");
}

struct treacherous : std::exception {
  [[nodiscard]] const char* what() const noexcept override { raise<std::runtime_error>("what() throws"); }
};
const known_crash what_throws{"what_throws", [] {
  const auto session = start_doomed({.terminate_timeout = 1h});
  throw treacherous{};
}};
struct bottomless : std::exception {
  explicit bottomless(const char*) {}
  [[nodiscard]] const char* what() const noexcept override { raise<bottomless>(""); }
};
const known_crash what_throws_its_like{"what_throws_its_like", [] {
  const auto session = start_doomed({.terminate_timeout = 1h});
  throw bottomless{""};
}};
TEST(crash, a_what_that_throws_is_reported_in_place_of_its_exception) {
  expect_reported(crash("what_throws"), "std::runtime_error", "what() throws");
  EXPECT_EQ(crash("what_throws_its_like").signal, SIGABRT);
}

const known_crash no_exception{"no_exception", [] {
  const auto session = start_doomed();
  const sonde::span<"root"> root;
  const std::thread still_joinable{[] {}};
}};
TEST(crash, terminate_without_an_exception_is_reported_as_that) {
  const remains left = crash("no_exception");
  EXPECT_EQ(left.signal, SIGABRT);
  EXPECT_EQ(left.only_log()["body"]["stringValue"], "std::terminate was called without an exception");
  EXPECT_EQ(left.span("root")["status"]["code"], 2);
}

const known_crash before_start{"before_start", [] { throw std::runtime_error{"too early"}; }};
const known_crash after_shutdown{"after_shutdown", [] {
  auto session = start_doomed();
  { const sonde::span<"fine"> span; }
  session.shutdown();
  throw std::runtime_error{"too late"};
}};
const known_crash switched_off{"switched_off", [] {
  const auto session = start_doomed({.report_terminate = false});
  throw std::runtime_error{"not to be told"};
}};
TEST(crash, without_a_session_or_switched_off_the_program_dies_as_ever) {
  const remains early = crash("before_start");
  EXPECT_EQ(early.signal, SIGABRT);
  const remains late = crash("after_shutdown");
  EXPECT_EQ(late.signal, SIGABRT);
  EXPECT_TRUE(late.logs.empty());
  EXPECT_EQ(late.span("fine")["name"], "fine");
  const remains off = crash("switched_off");
  EXPECT_EQ(off.signal, SIGABRT);
  EXPECT_TRUE(off.logs.empty());
}

const known_crash own_handler{"own_handler", [] {
  std::set_terminate([] { std::_Exit(42); });
  const auto session = start_doomed();
  throw std::runtime_error{"for both"};
}};
std::terminate_handler ours = nullptr;
const known_crash handler_on_top{"handler_on_top", [] {
  std::set_terminate([] { ours(); });  // as a handler does that was set while an earlier session was live
  const auto session = start_doomed();
  ours = std::get_terminate();
  throw std::runtime_error{"round and round"};
}};
std::atomic<int> called = 0;
const known_crash handler_in_between{"handler_in_between", [] {
  std::set_terminate([] { std::_Exit(43 + called); });
  {
    const auto session = start_doomed();
    ours = std::get_terminate();
    std::set_terminate([] {
      ++called;
      ours();
    });
  }
  const auto session = start_doomed();
  throw std::runtime_error{"through all"};
}};
TEST(crash, goes_on_to_the_handler_that_was_there_before) {
  const remains left = crash("own_handler");
  EXPECT_EQ(left.code, 42);
  EXPECT_EQ(left.only_log()["body"]["stringValue"], "for both");
  expect_reported(crash("handler_on_top"), "std::runtime_error", "round and round");
  const remains chained = crash("handler_in_between");
  EXPECT_EQ(chained.code, 44) << "one set between two sessions, and the one before both";
  EXPECT_EQ(chained.only_log()["body"]["stringValue"], "through all");
}

const known_crash at_once{"at_once", [] {
  const auto session = start_doomed();
  std::atomic<int> ready = 0;
  const auto die = [&] {
    ++ready;
    while (ready != 2) std::this_thread::yield();
    throw std::runtime_error{"both"};
  };
  std::thread one{die};
  std::thread other{die};
  one.join();
  other.join();
}};
TEST(crash, two_threads_that_die_at_once_do_not_hinder_each_other) {
  const remains left = crash("at_once");
  EXPECT_EQ(left.signal, SIGABRT);
  EXPECT_FALSE(left.logs.empty());
}

struct breaking_exporter {
  [[nodiscard]] std::string_view name() const { return "breaking"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view&) noexcept { raise<std::runtime_error>("on the collector's thread"); }
};
const known_crash on_the_collector{"on_the_collector", [] {
  auto session = sonde::start({.terminate_timeout = 1h, .diagnostics = [](auto) {}}, breaking_exporter{});
  { const sonde::span<"span"> span; }
  session.force_flush();
  std::this_thread::sleep_for(1h);
}};
const known_crash with_a_lock_held{"with_a_lock_held", [] {
  const auto session = start_doomed({.terminate_timeout = 1ms});
  sonde::pipeline::hub::instance().descriptions.mutex().lock();
  throw std::runtime_error{"while others wait"};
}};
TEST(crash, ends_in_time_on_the_collectors_thread_and_with_a_lock_held) {
  EXPECT_EQ(crash("on_the_collector").signal, SIGABRT);
  EXPECT_EQ(crash("with_a_lock_held").signal, SIGABRT);
}

const known_crash in_a_forked_child{"in_a_forked_child", [] {
  auto session = start_doomed({.terminate_timeout = 1h});
  session.force_flush();
  const pid_t child = fork();
  if (child == 0) throw std::runtime_error{"in the child"};
  int status = 0;
  waitpid(child, &status, 0);
  sonde::report_message("the child died of signal " + std::to_string(WTERMSIG(status)));
}};
TEST(crash, of_a_forked_child_is_nothing_of_its_parents) {
  SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK();
  const remains left = crash("in_a_forked_child");
  EXPECT_EQ(left.code, 0);
  EXPECT_EQ(left.only_log()["body"]["stringValue"], "the child died of signal " + std::to_string(SIGABRT));
}

TEST(terminate_report, is_gone_with_its_session) {
  const std::terminate_handler before = std::get_terminate();
  {
    const auto session = sonde::start({.diagnostics = [](auto) {}}, breaking_exporter{});
    EXPECT_NE(std::get_terminate(), before);
  }
  EXPECT_EQ(std::get_terminate(), before);
}

}  // namespace
