// SPDX-License-Identifier: MIT
// Programs that fork while they are traced, in processes of their own: no child hangs, sends what is its parent's, or
// writes where its parent writes; the parent's ledger stays exact. SONDE_TEST_FORKS says how often; 100 unless set.

#include <sonde/pipeline/hub.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <sonde/adapters/xray.hpp>
#include <sonde/log.hpp>
#include <sonde/sonde.hpp>

#include "fault/crashes.hpp"
#include "fault/ledger.hpp"
#include "forked_child.hpp"
#include "sessions.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using sonde::tests::audit;
using sonde::tests::known_ending;
using sonde::tests::run_to_end;

/// Requests, datagrams and a file: everything a child could share with its parent by mistake.
[[nodiscard]] sonde::session start_all(const char* service) {
  const std::string directory = std::getenv(sonde::tests::directory_variable);
  return sonde::start({.service_name = service, .shutdown_timeout = 20s, .diagnostics = [](auto) {}},
                      sonde::otlp::exporter{{.protocol = sonde::otlp::protocol::http_json}}, sonde::xray::exporter{},
                      sonde::file::exporter{{.path = directory + "/traces"}});
}
/// 0 where a program that has just been started, or forked, ended so.
[[nodiscard]] int code_of(pid_t child) {
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 2000 + WTERMSIG(status);
}
void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::_Exit(1);
}
void require_sound(const sonde::session_stats& ledger, const sonde::tests::own_count& spans) {
  for (const std::string& each : audit::of(ledger, spans)) require(false, each.c_str());
}

/// What came to the backends of a program and its children: how often each span's id, by the name of the service.
struct backends {
  using ids = std::map<std::string, std::multiset<std::string>>;

  backends() {
    // A thread for each connection, since a kept one holds it.
    server.set_keep_alive_timeout(1);
    server.new_task_queue = [] { return new httplib::ThreadPool{32}; };
    server.Post("/v1/traces", [this](const httplib::Request& asked, httplib::Response& answer) {
      keep(otlp, json::parse(asked.body));
      answer.set_content("{}", "application/json");
    });
    server.Post("/v1/logs", [](const httplib::Request&, httplib::Response& answer) {
      answer.set_content("{}", "application/json");
    });
    server.Post("/exported", [this](const httplib::Request& asked, httplib::Response&) {
      const std::lock_guard lock{mutex};
      exported = std::stoull(asked.body);
    });
    const int port = server.bind_to_any_port("127.0.0.1");
    serving = std::thread{[this] { server.listen_after_bind(); }};
    datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(datagrams, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(datagrams, reinterpret_cast<sockaddr*>(&address), &size), 0);
    receiving = std::thread{[this] { receive(); }};
    setenv("OTEL_EXPORTER_OTLP_ENDPOINT", ("http://127.0.0.1:" + std::to_string(port)).c_str(), 1);
    setenv("AWS_XRAY_DAEMON_ADDRESS", ("127.0.0.1:" + std::to_string(ntohs(address.sin_port))).c_str(), 1);
    to = address;
  }
  backends(const backends&) = delete;
  backends& operator=(const backends&) = delete;
  ~backends() { stop(); }

  void stop() {
    if (!serving.joinable()) return;
    server.stop();
    serving.join();
    sendto(datagrams, "", 0, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);  // behind all others
    receiving.join();
    close(datagrams);
    unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT");
    unsetenv("AWS_XRAY_DAEMON_ADDRESS");
  }

  ids otlp;
  ids xray;
  ids announced;
  std::optional<std::uint64_t> exported;  // over OTLP, in the words of the parent's ledger

 private:
  void keep(ids& into, const json& whole) {
    const std::lock_guard lock{mutex};
    for (const json& resource : whole["resourceSpans"]) {
      std::string service;
      for (const json& each : resource["resource"]["attributes"])
        if (each["key"] == "service.name") service = each["value"]["stringValue"];
      for (const json& scope : resource["scopeSpans"])
        for (const json& span : scope["spans"]) into[service].insert(span["spanId"]);
    }
  }
  void receive() {
    std::vector<char> bytes(65'536);
    for (;;) {
      const ssize_t size = recv(datagrams, bytes.data(), bytes.size(), 0);
      if (size <= 0) return;
      const std::string text(bytes.data(), static_cast<std::size_t>(size));
      const json document = json::parse(text.substr(text.find('\n') + 1));
      const std::lock_guard lock{mutex};
      const bool announces = document.contains("in_progress");  // a span open for long, which comes again when it has ended
      (announces ? announced : xray)[document["name"]].insert(document["id"]);
    }
  }

  std::mutex mutex;
  httplib::Server server;
  std::thread serving;
  std::thread receiving;
  int datagrams = -1;
  sockaddr_in to{};
};

[[nodiscard]] std::set<std::string> different(const std::multiset<std::string>& ids) {
  return {ids.begin(), ids.end()};
}

/// The backend and the file got so many spans of each service, the backend but for those that the parent's ledger counts as
/// dropped; no two alike. The X-Ray daemon, since datagrams may be lost, got no more than those.
void expect_each_once(backends& got, const sonde::tests::remains& left, std::size_t of_parent,
                      std::size_t of_children) {
  got.stop();
  EXPECT_EQ(got.otlp["parent"].size(), got.exported.value_or(of_parent));
  EXPECT_EQ(got.otlp["child"].size(), of_children);
  for (backends::ids* const each : {&got.otlp, &got.xray}) {
    std::set<std::string> all = different((*each)["parent"]);
    all.merge(different((*each)["child"]));
    EXPECT_EQ(all.size(), (*each)["parent"].size() + (*each)["child"].size());
  }
  EXPECT_LE(got.xray["parent"].size(), of_parent);
  EXPECT_LE(got.xray["child"].size(), of_children);
  EXPECT_GE(got.xray["parent"].size(), 1u);
  EXPECT_LE(got.announced["parent"].size(), 1u);
  EXPECT_EQ(got.announced["child"].size(), 0u);
  std::set<std::string> in_file;
  for (const json& each : left.spans) in_file.insert(each["spanId"]);
  EXPECT_EQ(left.spans.size(), of_parent + of_children);
  EXPECT_EQ(in_file.size(), of_parent + of_children);
}

[[nodiscard]] int forks() {
  const char* const said = std::getenv("SONDE_TEST_FORKS");
  return said != nullptr ? std::atoi(said) : 100;
}

/// In a child, whose parent has a session and a span open.
[[noreturn]] void live_as_child(sonde::session& of_parent, int number) {
  alarm(60);
  require(!sonde::current_span().is_recording(), "a child is in no span of its parent's");
  { const sonde::span<"recorded by nobody"> span; }
  sonde::log::info("recorded by nobody");
  require(of_parent.force_flush(1ms) == of_parent.force_flush(1h), "a child does not wait for its parent's session");
  if (number % 2 == 0) require(of_parent.shutdown(1h), "a child's end of its parent's session does nothing");
  if (number % 10 == 0) {
    auto own = start_all("child");
    require(static_cast<bool>(own), "a child may start a session");
    { const sonde::span<"child's"> span; }
    require(own.force_flush(30s), "what a child records is sent");
    require_sound(own.stats(), {.started = 1, .open = 0, .received = {1, 1, 1}});
  }
  if (number % 3 == 0) std::exit(0);
  _exit(0);
}

constexpr int threads = 2;
constexpr int spans_at_once = 5;
std::atomic<int> turn = 0;

const known_ending forks_under_load{"forks_under_load", [] {
  if (std::getenv("SONDE_TEST_FORKS") != nullptr) alarm(0);  // who asks for many waits for them
  auto session = start_all("parent");
  std::vector<std::thread> busy;
  for (int i = 0; i < threads; ++i)
    busy.emplace_back([] {
      for (int seen = 0;;) {
        turn.wait(seen);
        const int now = turn;
        if (now < 0) return;
        for (; seen < now; ++seen)
          for (int each = 0; each < spans_at_once; ++each) const sonde::span<"parent's"> span;
      }
    });
  busy.emplace_back([&] { while (turn >= 0) static_cast<void>(session.force_flush(1s)); });
  {
    const sonde::span<"open at each fork"> open;
    for (int i = 0; i < forks(); ++i) {
      ++turn;
      turn.notify_all();
      const pid_t child = fork();
      if (child == 0) live_as_child(session, i);
      require(code_of(child) == 0, "each child ends well");
    }
  }
  // Threads that are behind finish what they began.
  for (std::uint64_t due = static_cast<std::uint64_t>(forks()) * threads * spans_at_once + 1;
       session.stats().spans.started < due;)
    std::this_thread::yield();
  turn = -1;
  turn.notify_all();
  for (std::thread& each : busy) each.join();
  require(session.force_flush(30s), "what the parent recorded is sent");
  const std::uint64_t all = static_cast<std::uint64_t>(forks()) * threads * spans_at_once + 1;
  const sonde::session_stats ledger = session.stats();
  require_sound(ledger, {.started = all, .open = 0, .unsampled = 0, .received = {{}, {}, all}});
  // Many forks flush many times, in requests of a few spans each, which the backend may not keep up with.
  const sonde::delivery_stats& sent = ledger.exporters[0].spans;
  require(ledger.spans.taken == all && sent.queued == 0, "what started has come to an end");
  const std::uint64_t lost = std::getenv("SONDE_TEST_FORKS") != nullptr ? sent.dropped[sonde::drop_reason::queue_full] : 0;
  require(sent.exported + lost == all, "nothing is lost but what a full queue dropped");
  httplib::Client backend{std::getenv("OTEL_EXPORTER_OTLP_ENDPOINT")};
  backend.set_read_timeout(30);
  require(static_cast<bool>(backend.Post("/exported", std::to_string(sent.exported), "text/plain")), "the backend hears of it");
}};
TEST(fork, under_load_leaves_each_process_its_own) {
  SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK();
  backends got;
  const auto left = run_to_end("forks_under_load");
  EXPECT_EQ(left.signal, 0);
  EXPECT_EQ(left.code, 0);
  const auto times = static_cast<std::size_t>(forks());
  expect_each_once(got, left, times * threads * spans_at_once + 1, (times + 9) / 10);
}

const known_ending forks_once{"forks_once", [] {
  auto session = start_all("parent");
  { const sonde::span<"parent's"> span; }
  require(session.force_flush(30s), "what the parent recorded is sent");
  const pid_t child = fork();
  if (child == 0) live_as_child(session, 0);
  require(code_of(child) == 0, "the child ends well");
}};
const known_ending becomes_a_daemon{"becomes_a_daemon", [] {
  auto session = start_all("parent");
  { const sonde::span<"parent's"> span; }
  require(session.force_flush(30s), "what the parent recorded is sent");
  std::array<int, 2> life{};
  require(pipe(life.data()) == 0, "there is a pipe");
  if (const pid_t between = fork(); between != 0) {
    require(code_of(between) == 0, "the process between ends well");
    close(life[1]);
    char none = 0;
    require(read(life[0], &none, 1) == 0, "the daemon ends, and with it the pipe");
    return;
  }
  setsid();
  if (fork() != 0) _exit(0);
  live_as_child(session, 0);
}};
TEST(fork, lets_child_and_daemon_have_a_session_and_leak_nothing) {
  SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS();
  for (const char* const each : {"forks_once", "becomes_a_daemon"}) {
    SCOPED_TRACE(each);
    backends got;
    const auto left = run_to_end(each);
    EXPECT_EQ(left.signal, 0);
    EXPECT_EQ(left.code, 0);
    expect_each_once(got, left, 1, 1);
  }
}

[[nodiscard]] sonde::session start_in_memory(const sonde::testing::memory_exporter& memory) {
  return sonde::start({.diagnostics = [](auto) {}}, memory);
}
const known_ending main_thread_of_a_child_ends{"main_thread_of_a_child_ends", [] {
  auto session = start_in_memory({});
  { const sonde::span<"parent's"> span; }
  require(session.force_flush(30s), "what the parent recorded is sent");
  const pid_t child = fork();
  if (child != 0) return require(code_of(child) == 0, "the child ends well");
  alarm(60);
  static auto own = start_in_memory({});
  std::thread{[forked = pthread_self()] {
    { const sonde::span<"child's"> on_what_the_parents_thread_recorded_on; }
    turn = 1;
    turn.notify_one();
    pthread_join(forked, nullptr);
    require(own.force_flush(30s), "what the child recorded is sent");
    for (int i = 0; i < 100; ++i) const sonde::span<"child's"> span;
    require(own.force_flush(30s), "what the child recorded is sent");
    require_sound(own.stats(), {.started = 101, .open = 0, .received = {101}});
    std::_Exit(0);
  }}.detach();
  turn.wait(0);
  pthread_exit(nullptr);
}};
TEST(fork, in_a_thread_that_ends_in_the_child_harms_no_other) {
  SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS();
  const auto left = run_to_end("main_thread_of_a_child_ends");
  EXPECT_EQ(left.signal, 0);
  EXPECT_EQ(left.code, 0);
}

constexpr const char* known_variable = "SONDE_TEST_KNOWN_DESCRIPTORS";
constexpr int most_descriptors = 256;

[[nodiscard]] std::string open_descriptors() {
  std::string open;
  for (int each = 0; each < most_descriptors; ++each) open += fcntl(each, F_GETFD) >= 0 ? 'x' : '-';
  return open;
}
const known_ending inherits{"inherits", [] {
  const std::string known = std::getenv(known_variable);
  const std::string open = open_descriptors();
  for (int each = 0; each < most_descriptors; ++each) {
    if (open[static_cast<std::size_t>(each)] == known[static_cast<std::size_t>(each)]) continue;
    std::array<char, 256> what{};
    static_cast<void>(readlink(("/proc/self/fd/" + std::to_string(each)).c_str(), what.data(), what.size() - 1));
    require(false, ("descriptor " + std::to_string(each) + ", " + what.data() + ", is inherited by nobody").c_str());
  }
}};
const known_ending starts_programs{"starts_programs", [] {
  setenv(known_variable, open_descriptors().c_str(), 1);
  setenv(sonde::tests::crash_variable, "inherits", 1);
  auto session = start_all("parent");
  const std::array<char*, 2> arguments{const_cast<char*>("program"), nullptr};
  for (int way = 0; way < 3; ++way) {
    const sonde::span<"around"> around;
    { const sonde::span<"parent's"> span; }
    require(session.force_flush(30s), "what was recorded is sent, and connections are open");
    pid_t child = -1;
    if (way == 0) child = fork();
    if (way == 1) child = vfork();
    if (child == 0) {
      execv("/proc/self/exe", arguments.data());
      _exit(127);
    }
    if (way == 2 && posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0) child = -1;
    require(code_of(child) == 0, "the program ends well");
    require(sonde::current_span().is_recording(), "the parent goes on");
  }
  require(session.force_flush(30s), "the rest is sent");
  require_sound(session.stats(), {.started = 6, .open = 0});
}};
TEST(fork, and_exec_leave_a_program_no_descriptor_of_ours) {
  backends got;
  const auto left = run_to_end("starts_programs");
  EXPECT_EQ(left.signal, 0);
  EXPECT_EQ(left.code, 0);
  got.stop();
  EXPECT_EQ(got.otlp["parent"].size(), 6u);
  EXPECT_EQ(left.spans.size(), 6u);
}

const known_ending sessions_come_and_go{"sessions_come_and_go", [] {
  std::vector<std::thread> busy;
  busy.emplace_back([] {
    while (turn >= 0) {
      const auto session = start_in_memory({});
      const sonde::span<"parent's"> span;
    }
  });
  for (int i = 0; i < 2; ++i)
    busy.emplace_back([] { while (turn >= 0) static_cast<void>(sonde::xray::explain({})); });
  for (int i = 0; i < forks(); ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);
      require(sonde::xray::explain({}).source == "no session samples by X-Ray's rules", "a child has no rules");
      const sonde::testing::memory_exporter memory;
      auto own = start_in_memory(memory);
      { const sonde::span<"child's"> span; }
      require(own.force_flush(30s) && memory.spans().size() == 1, "a child may start a session");
      _exit(0);
    }
    require(code_of(child) == 0, "each child ends well");
  }
  turn = -1;
  for (std::thread& each : busy) each.join();
}};
TEST(fork, while_sessions_start_and_end_hangs_no_child) {
  SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK();
  const auto left = run_to_end("sessions_come_and_go");
  EXPECT_EQ(left.signal, 0);
  EXPECT_EQ(left.code, 0);
}

}  // namespace
