// SPDX-License-Identifier: MIT
// Programs that end in every way, each in a process of its own: none crashes, hangs or leaks, and what had ended is
// sent where the way leaves time for it.

#include <sonde/pipeline/session.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <thread>

#include <pthread.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <sonde/log.hpp>
#include <sonde/sonde.hpp>

#include "fault/crashes.hpp"
#include "fault/ledger.hpp"
#include "forked_child.hpp"
#include "sessions.hpp"
#include "transport/server.hpp"

#if defined(__SANITIZE_THREAD__) || SONDE_HAS_FEATURE(thread_sanitizer)
#define SKIP_WHERE_SIGNAL_HANDLERS_ARE_WATCHED() GTEST_SKIP() << "the handler calls what the system does not promise it"
#else
#define SKIP_WHERE_SIGNAL_HANDLERS_ARE_WATCHED() static_cast<void>(0)
#endif

namespace {

using namespace std::chrono_literals;
using sonde::tests::known_ending;
using sonde::tests::remains;
using sonde::tests::run_to_end;
using sonde::tests::start_doomed;

template <sonde::meta::fixed_string Name>
void record() {
  const sonde::span<Name> span;
  sonde::log::info("log {}", 1);
  sonde::report_message("report");
}

[[nodiscard]] std::set<std::string> names_of_spans(const remains& left) {
  std::set<std::string> names;
  for (const nlohmann::json& each : left.spans) names.insert(each["name"].get<std::string>());
  return names;
}
using names = std::set<std::string>;

/// Ran to its end with this exit code: no signal, no leak, no hang.
void expect_ended(const remains& left, int code) {
  EXPECT_EQ(left.signal, 0);
  EXPECT_EQ(left.code, code);
}

/// Records while the program is not yet, and no longer, in main.
struct recording_static {
  recording_static() { record<"static constructor">(); }
  ~recording_static() { record<"static destructor">(); }
};
const recording_static before_main;
sonde::session global;

const known_ending global_session{"global_session", [] {
  global = start_doomed();
  record<"in main">();
  static const recording_static inner;
}};
const known_ending local_static_session{"local_static_session", [] {
  static const auto session = start_doomed();
  static const recording_static inner;
}};
const known_ending thread_local_session{"thread_local_session", [] {
  std::thread{[] {
    static thread_local const auto session = start_doomed();
    record<"on its thread">();
  }}.join();
}};
sonde::session* leaked = nullptr;
const known_ending leaked_session{"leaked_session", [] {
  leaked = new sonde::session{start_doomed()};
  record<"never deleted">();
}};
TEST(exit, sends_what_had_ended_wherever_the_session_lives) {
  const remains of_global = run_to_end("global_session");
  expect_ended(of_global, 0);
  EXPECT_EQ(names_of_spans(of_global), (names{"in main", "static constructor", "static destructor"}));
  EXPECT_EQ(of_global.logs.size(), 6u);
  const remains of_local = run_to_end("local_static_session");
  expect_ended(of_local, 0);
  EXPECT_EQ(names_of_spans(of_local), (names{"static constructor", "static destructor"}));
  const remains of_thread = run_to_end("thread_local_session");
  expect_ended(of_thread, 0);
  EXPECT_EQ(names_of_spans(of_thread), names{"on its thread"});
  const remains never_deleted = run_to_end("leaked_session");
  expect_ended(never_deleted, 0);
  EXPECT_EQ(names_of_spans(never_deleted), names{"never deleted"});
}

const known_ending exit_in_span{"exit_in_span", [] {
  std::atexit([] { record<"handler from before the start">(); });
  const auto session = start_doomed();
  std::atexit([] { record<"handler from after the start">(); });
  record<"ended">();
  const sonde::span<"open"> open;
  std::exit(7);
}};
const known_ending exit_on_a_thread{"exit_on_a_thread", [] {
  const auto session = start_doomed();
  std::thread{[] {
    record<"on the thread">();
    std::exit(8);
  }}.join();
}};
TEST(exit, from_within_a_span_and_on_any_thread_sends_what_had_ended) {
  const remains left = run_to_end("exit_in_span");
  expect_ended(left, 7);
  EXPECT_EQ(names_of_spans(left), (names{"ended", "handler from after the start"}));
  const remains threads = run_to_end("exit_on_a_thread");
  expect_ended(threads, 8);
  EXPECT_EQ(names_of_spans(threads), names{"on the thread"});
}

const known_ending quick_exit{"quick_exit", [] {
  global = start_doomed();
  std::at_quick_exit([] {
    record<"in the handler">();
    static_cast<void>(global.force_flush());
    record<"never sent">();
  });
  std::quick_exit(9);
}};
const known_ending underscore_exit{"underscore_exit", [] {
  const auto session = start_doomed();
  record<"never sent">();
  _exit(10);
}};
TEST(exit, in_a_hurry_sends_nothing_that_was_not_flushed) {
  const remains quick = run_to_end("quick_exit");
  expect_ended(quick, 9);
  EXPECT_EQ(names_of_spans(quick), names{"in the handler"});
  expect_ended(run_to_end("underscore_exit"), 10);
}

struct recording_at_thread_exit {
  ~recording_at_thread_exit() { record<"thread-local destructor">(); }
  bool used = false;
};
thread_local recording_at_thread_exit at_thread_exit;
pthread_key_t late_key;
const known_ending thread_exit{"thread_exit", [] {
  auto session = start_doomed();
  // Its destructor runs after those of thread-local objects, and after or before sonde's own.
  pthread_key_create(&late_key, [](void*) { record<"destructor of a key">(); });
  std::thread{[] {
    at_thread_exit.used = true;
    pthread_setspecific(late_key, &late_key);
    record<"on the thread">();
  }}.join();
  static_cast<void>(session.force_flush());
  at_thread_exit.used = true;
  const auto spans = session.stats().spans;
  std::exit(spans.started == 3 && spans.taken == 3 ? 0 : 1);
}};
TEST(exit, of_a_thread_takes_what_its_last_destructors_record) {
  const remains left = run_to_end("thread_exit");
  expect_ended(left, 0);
  EXPECT_EQ(names_of_spans(left), (names{"on the thread", "thread-local destructor", "destructor of a key"}));
  EXPECT_EQ(left.spans.size(), 4u) << "three of the thread, one of the main thread's destructor";
}

/// To a backend that takes connections and never says a word.
[[nodiscard]] sonde::session start_unheard(std::chrono::milliseconds timeout) {
  static const auto* const silent = new sonde::tests::listener;
  return sonde::start({.shutdown_timeout = timeout, .diagnostics = [](auto) {}},
                      sonde::otlp::exporter{{.endpoint = silent->url()}});
}

std::atomic<int> recording = 0;
void record_for_ever() {
  std::thread{[] {
    for (;;) {
      record<"of a thread that outlives main">();
      ++recording;
    }
  }}.detach();
}
const known_ending detached_threads{"detached_threads", [] {
  const auto session = start_unheard(50ms);
  record_for_ever();
  record_for_ever();
  while (recording < 1000) std::this_thread::yield();
}};
const known_ending detached_threads_and_exit{"detached_threads_and_exit", [] {
  const auto session = start_unheard(50ms);
  record_for_ever();
  record_for_ever();
  while (recording < 1000) std::this_thread::yield();
  std::exit(11);
}};
TEST(exit, lets_detached_threads_go_on_recording) {
  expect_ended(run_to_end("detached_threads"), 0);
  expect_ended(run_to_end("detached_threads_and_exit"), 11);
}

const known_ending after_shutdown{"ending_after_shutdown", [] {
  auto session = start_doomed();
  const sonde::span<"open at the shutdown"> open;
  static_cast<void>(session.shutdown());
  record<"too late">();
  static_cast<void>(session.force_flush());
  static_cast<void>(session.shutdown());
  if (session.stats().spans.started != 1) std::exit(1);
}};
TEST(exit, after_a_shutdown_finds_all_calls_harmless) {
  const remains left = run_to_end("ending_after_shutdown");
  expect_ended(left, 0);
  EXPECT_TRUE(left.spans.empty());
}

const known_ending silent_backend{"silent_backend", [] {
  const auto session = start_unheard(50ms);
  record<"unheard">();
  std::exit(12);
}};
const known_ending silent_backend_of_a_static{"silent_backend_of_a_static", [] {
  static auto session = start_unheard(50ms);
  record<"unheard">();
  static_cast<void>(session.force_flush(1ms));
}};
TEST(exit, is_not_held_up_by_a_backend_that_hangs) {
  expect_ended(run_to_end("silent_backend"), 12);
  expect_ended(run_to_end("silent_backend_of_a_static"), 0);
}

const known_ending exit_on_the_collector{"exit_on_the_collector", [] {
  global = sonde::start({.shutdown_timeout = 1h, .diagnostics = [](auto) { if (recording == 1) std::exit(13); }},
                        sonde::otlp::exporter{{.endpoint = "http://127.0.0.1:1", .timeout = 1ms}});
  recording = 1;
  record<"refused">();
  static_cast<void>(global.force_flush(1h));
}};
TEST(exit, from_the_diagnostics_handler_waits_for_nothing_of_its_own) {
  expect_ended(run_to_end("exit_on_the_collector"), 13);
}

const known_ending exit_in_a_signal_handler{"exit_in_a_signal_handler", [] {
  global = start_unheard(50ms);
  std::signal(SIGPROF, [](int) { std::exit(14); });
  const itimerval soon{{}, {0, 20'000}};
  setitimer(ITIMER_PROF, &soon, nullptr);
  for (;;) {
    const sonde::span<"interrupted"> span;
    sonde::log::info("again {}", 1);
  }
}};
TEST(exit, in_a_signal_handler_that_interrupts_recording_ends_the_program) {
  SKIP_WHERE_SIGNAL_HANDLERS_ARE_WATCHED();
  expect_ended(run_to_end("exit_in_a_signal_handler"), 14);
}

// The handler of a timer records in its turn whatever the thread is at that moment: opening, closing, writing a log, beginning a
// trace, asking for room.
std::atomic<int> handled = 0;
void record_in_handler(int) {
  const sonde::span<"in the handler"> span;
  sonde::log::info("in the handler {}", 1);
  ++handled;
}
const known_ending interrupted{"interrupted", [] {
  auto session = start_unheard(50ms);
  record_in_handler(0);  // so that what it records is known
  std::signal(SIGPROF, record_in_handler);
  const itimerval often{{0, 50}, {0, 50}};
  setitimer(ITIMER_PROF, &often, nullptr);
  timer_t timer{};
  sigevent by{};
  by.sigev_notify = SIGEV_SIGNAL;
  by.sigev_signo = SIGPROF;
  const itimerspec each{{0, 30'000}, {0, 30'000}};
  if (timer_create(CLOCK_MONOTONIC, &by, &timer) != 0 || timer_settime(timer, 0, &each, nullptr) != 0) std::exit(2);
  std::uint64_t own = 0;
  while (handled < 20'000) {
    sonde::log::info("in no span {}", own);
    if (sonde::current_span().is_recording()) recording = 1;  // a handler's
    const sonde::span<"root"> root;
    for (int i = 0; i < 10; ++i, ++own) {
      sonde::span<"child"> child;
      child.set_attribute<"n">(i);
      sonde::log::info("log {}", i);
    }
    ++own;
  }
  timer_delete(timer);
  const itimerval never{};
  setitimer(ITIMER_PROF, &never, nullptr);
  const auto ledger = session.stats();
  const auto handlers = static_cast<std::uint64_t>(handled.load());
  for (const std::string& wrong :
       sonde::tests::audit::of(ledger, {.started = own + handlers, .open = 0}, {.started = own + handlers})) {
    std::fprintf(stderr, "%s\n", wrong.c_str());
    recording = 1;
  }
  std::exit(recording);
}};
TEST(signal_handler, that_interrupts_recording_and_records_is_counted) {
  SKIP_WHERE_SIGNAL_HANDLERS_ARE_WATCHED();
  expect_ended(run_to_end("interrupted"), 0);
}

/// With a cancellation pending from the first call on.
void* record_until_cancelled(void*) {
  const sonde::span<"left by cancellation"> span;
  for (;;) {
    record<"once more">();
    ++recording;
    pthread_testcancel();
  }
}
const known_ending cancelled{"cancelled", [] {
  const sonde::testing::memory_exporter memory;
  auto session = sonde::start({.diagnostics = [](auto) {}}, memory);
  std::array<pthread_t, 8> threads{};
  for (pthread_t& each : threads) {
    pthread_create(&each, nullptr, record_until_cancelled, nullptr);
    pthread_cancel(each);
  }
  for (const pthread_t each : threads) pthread_join(each, nullptr);
  static_cast<void>(session.force_flush());
  int left = 0;
  for (const auto& each : memory.spans())
    left += each.name == "left by cancellation" && each.status == sonde::status::unset;
  const auto ledger = session.stats().spans;
  if (ledger.open != 0 || ledger.started != ledger.taken || left != static_cast<int>(threads.size())) {
    std::fprintf(stderr, "open %d, started %d, taken %d, left %d\n", static_cast<int>(ledger.open),
                 static_cast<int>(ledger.started), static_cast<int>(ledger.taken), left);
    std::exit(1);
  }
}};
const known_ending cancelled_in_a_flush{"cancelled_in_a_flush", [] {
  global = start_unheard(1ms);
  record<"unheard">();
  pthread_t waiting{};
  pthread_create(&waiting, nullptr, [](void*) -> void* {
    recording = 1;
    for (;;) {
      static_cast<void>(global.force_flush(100ms));
      static_cast<void>(global.stats());
      pthread_testcancel();
    }
  }, nullptr);
  while (recording != 1) std::this_thread::yield();
  pthread_cancel(waiting);
  void* how = nullptr;
  pthread_join(waiting, &how);
  if (how != PTHREAD_CANCELED) std::exit(2);
}};
TEST(exit, of_a_thread_that_is_cancelled_ends_its_spans_and_no_program) {
  expect_ended(run_to_end("cancelled"), 0);
  expect_ended(run_to_end("cancelled_in_a_flush"), 0);
}

}  // namespace
