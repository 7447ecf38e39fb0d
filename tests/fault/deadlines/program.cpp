// SPDX-License-Identifier: MIT
// A program with a session to whichever exporters it is told of, for check_deadlines.py: their backends misbehave, or the system
// refuses it what it needs. Arguments are name=value; what happened is printed as JSON.
//   otlp= grpc= rollbar= cloudwatch=   URLs      xray=   host:port      poll=  host:port, asked for sampling rules
//   file=   a path      stuck=write|flush|slow|throws   an exporter of the user's      handler=writes|losses   blocks there
//   flush= shutdown=   timeouts in ms; max: for ever      spans=   how many
//   expected besides, so that an attempt is repeated without it:      complete=0|1   what the shutdown returns
//   whole=1   everything in file=, which each attempt makes anew      sent=   the name of an exporter, which got spans out
//   what=deadlines|for_ever|descriptors|threads|recorders|memory

#include "scarcity.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sonde/adapters/cloudwatch.hpp>
#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/adapters/rollbar.hpp>
#include <sonde/adapters/xray.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

#include "fault/ledger.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using clock_type = std::chrono::steady_clock;
using sonde::tests::audit;
using sonde::tests::scarcity;

std::map<std::string, std::string>& told = *new std::map<std::string, std::string>;  // threads left behind read it at the end

std::string text(const std::string& name, const std::string& otherwise = {}) {
  const auto found = told.find(name);
  return found != told.end() ? found->second : otherwise;
}
std::uint64_t number(const std::string& name, std::uint64_t otherwise) {
  const std::string value = text(name);
  return value.empty() ? otherwise : std::stoull(value);
}

[[noreturn]] void block_for_ever() {
  for (;;) std::this_thread::sleep_for(1h);
}

/// A user's, which does what none should.
struct stuck_exporter {
  std::string where;

  [[nodiscard]] std::string_view name() const { return "stuck"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) {
    if (where == "throws") throw 42;
    return "nowhere";
  }
  bool write(const sonde::record::span_view&) {
    if (where == "write") block_for_ever();
    for (const auto until = clock_type::now() + 10us; where == "slow" && clock_type::now() < until;) continue;
    return true;
  }
  void flush() {
    if (where == "flush") block_for_ever();
  }
};

class lines {
 public:
  void add(std::string_view line) {
    {
      const std::lock_guard lock{mutex_};
      said_.emplace_back(line);
    }
    const std::string blocks = text("handler");
    if (blocks == "writes" && line.find("cannot write") != line.npos) block_for_ever();
    if (blocks == "losses" && line.find(" lost: ") != line.npos) block_for_ever();
  }
  [[nodiscard]] std::vector<std::string> said() {
    const std::lock_guard lock{mutex_};
    return said_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> said_;
};

sonde::session start(lines& into) {
  using namespace sonde;
  std::optional<otlp::exporter> http, grpc;
  std::optional<xray::exporter> documents;
  std::optional<rollbar::exporter> reports;
  std::optional<cloudwatch::exporter> lines_of_logs;
  std::optional<file::exporter> written;
  std::optional<stuck_exporter> stuck;
  otlp::config to;
  to.endpoint = text("otlp");
  if (told.contains("otlp")) http.emplace(to);
  to.endpoint = text("grpc");
  to.protocol = otlp::protocol::grpc;
  if (told.contains("grpc")) grpc.emplace(to);
  if (told.contains("xray")) {
    xray::config config{.daemon_address = text("xray")};
    if (told.contains("poll")) {
      config.sampling.enabled = true;
      config.sampling.daemon_address = text("poll");
    }
    documents.emplace(config);
  }
  if (told.contains("rollbar"))
    reports.emplace(rollbar::config{.access_token = "0123456789abcdef0123456789abcdef", .endpoint = text("rollbar")});
  if (told.contains("cloudwatch"))
    lines_of_logs.emplace(cloudwatch::config{.log_group = "cruddur", .region = "eu-central-1", .endpoint = text("cloudwatch")});
  if (told.contains("file")) written.emplace(file::config{.path = text("file")});
  if (told.contains("stuck")) stuck.emplace(stuck_exporter{text("stuck")});
  session_config config;
  config.service_name = "tortured";
  config.diagnostics = [&into](std::string_view line) { into.add(line); };
  scarcity::begin(number("first", SIZE_MAX), number("count", 0));
  return sonde::start(std::move(config), std::move(http), std::move(grpc), std::move(documents), std::move(reports),
                      std::move(lines_of_logs), std::move(written), std::move(stuck));
}

const std::runtime_error error{"out of order"};

/// One span more than `spans`, one log, and a report of an exception.
void work() {
  const sonde::span<"request"> request{sonde::kind::server};
  for (std::uint64_t i = number("spans", 20); i > 0; --i) {
    sonde::span<"step"> step;
    step.set_attribute<"app.text">("some text that takes a little room");
    step.put_annotation<"app.number">(i);
  }
  sonde::log::info("worked on {}", "it");
  sonde::report_exception(error);
}
constexpr std::uint64_t logs_of_work = 2;

std::chrono::milliseconds timeout(const std::string& name) {
  if (text(name) == "max") return std::chrono::milliseconds::max();
  return std::chrono::milliseconds{number(name, 200)};
}
/// How much longer than that it took, in ms.
template <class Call>
double over(std::chrono::milliseconds limit, Call call) {
  using milliseconds = std::chrono::duration<double, std::milli>;
  const auto begun = clock_type::now();
  call();
  return std::max(-1e6, (milliseconds{clock_type::now() - begun} - milliseconds{limit}).count());
}

json told_of(const sonde::session_stats& stats) {
  json made = json::object();
  for (const auto& each : stats.exporters)
    made[each.name] += {{"spans", each.spans.exported}, {"logs", each.logs.exported}, {"lost", each.spans.dropped.total()},
                        {"too late", each.spans.dropped[sonde::drop_reason::session_ended]}};
  return made;
}

/// One session from start to end.
json live() {
  static auto& all_lines = *new std::vector<std::unique_ptr<lines>>;  // a thread left behind may have more to say
  lines& into = *all_lines.emplace_back(std::make_unique<lines>());
  sonde::session session = start(into);
  json made;
  made["started"] = static_cast<bool>(session);
  work();
  made["flush over"] = over(timeout("flush"), [&] { made["flushed"] = session.force_flush(timeout("flush")); });
  work();
  made["shutdown over"] = over(timeout("shutdown"), [&] { made["complete"] = session.shutdown(timeout("shutdown")); });
  scarcity::end();
  const sonde::session_stats last = session.stats();
  made["ledger"] = audit::of(last);
  made["spans"] = last.spans.started;
  made["exporters"] = told_of(last);
  made["lines"] = into.said();
  return made;
}

/// As often as the machine was too busy for a deadline, or for what else is expected by then: what is not kept at all is not kept
/// the fifth time either.
json deadlines() {
  const auto worst = [](const json& of) {
    return std::max(of["flush over"].get<double>(), of["shutdown over"].get<double>());
  };
  const auto is_kept = [&](const json& of) {
    return worst(of) <= 50 && (text("complete").empty() || of["complete"] == (text("complete") == "1")) &&
           (text("whole").empty() || of["exporters"]["file"][0]["spans"] == 2 * (number("spans", 20) + 1)) &&
           (text("sent").empty() || of["exporters"][text("sent")][0]["spans"] > 0) &&
           (text("stuck") != "slow" || of["exporters"]["stuck"][0]["too late"] > 0);
  };
  json best;
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (told.contains("whole")) std::filesystem::remove(text("file"));
    json made = live();
    if (best.is_null() || is_kept(made) || (!is_kept(best) && worst(made) < worst(best))) best = std::move(made);
    if (is_kept(best)) break;
  }
  return best;
}

rlim_t lowest_free_descriptor() {
  const int probe = dup(0);
  close(probe);
  return static_cast<rlim_t>(probe);
}
void allow_descriptors(rlim_t most) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = most != 0 ? most : limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}
/// None are left, before the start of the session or after it; then there are enough again.
json descriptors() {
  lines said;
  const bool early = text("when") == "early";
  if (early) allow_descriptors(lowest_free_descriptor());
  sonde::session session = start(said);
  if (!early) allow_descriptors(lowest_free_descriptor());
  json made;
  made["started"] = static_cast<bool>(session);
  work();
  const auto is_told = [](const std::string& line) { return line.find("oo many open files") != line.npos; };
  const auto patience = clock_type::now() + 20s;
  do {
    static_cast<void>(session.force_flush(300ms));
  } while (std::ranges::count_if(said.said(), is_told) < static_cast<std::ptrdiff_t>(number("told", 1)) && clock_type::now() < patience);
  made["ledger"] = audit::of(session.stats());
  made["before"] = told_of(session.stats());
  allow_descriptors(0);
  work();
  made["flushed later"] = session.force_flush(20s);
  made["complete"] = session.shutdown(5s);
  for (const std::string& each : audit::of(session.stats())) made["ledger"] += each;
  made["spans"] = session.stats().spans.started;
  made["exporters"] = told_of(session.stats());
  made["lines"] = said.said();
  return made;
}

json threads() {
  json made;
  lines said;
  scarcity::of_threads = true;
  {
    sonde::session session = start(said);
    made["started"] = static_cast<bool>(session);
    made["refusal"] = session.refusal();
    work();
    static_cast<void>(session.force_flush(100ms));
  }
  made["lines"] = said.said();
  scarcity::of_threads = false;
  made["again"] = live();
  return made;
}

/// A thread that gets no recorder, ends what began elsewhere, and then gets one.
json recorders() {
  lines said;
  sonde::session session = start(said);
  session.set_log_level(sonde::level::info);
  const auto record = [] {
    sonde::span<"scoped"> scoped;
    { const sonde::span<"of a kind"> of_a_kind{sonde::kind::client}; }
    sonde::detached_span<"detached"> detached;
    const sonde::scope active{detached};
    sonde::current_span().set_attribute<"app.key">(1);
    sonde::log::debug("below the level");
    sonde::log::info("at {}", "the level");
    sonde::report_message("reported", sonde::level::trace);
    sonde::report_exception(error);
  };
  sonde::detached_span<"elsewhere"> elsewhere;
  std::thread{[&] {
    scarcity::begin(0, SIZE_MAX);
    elsewhere.end();
    record();
    scarcity::end();
    record();
  }}.join();
  json made;
  made["flushed"] = session.force_flush(20s);
  const sonde::session_stats stats = session.stats();
  made["ledger"] = audit::of(stats, {.started = 7, .open = 0}, {.started = 6});
  made["lost"] = {stats.spans.dropped[sonde::drop_reason::no_memory], stats.logs.dropped[sonde::drop_reason::no_memory]};
  made["of malloc"] = scarcity::of_malloc;
  session.shutdown(5s);
  const auto again = sonde::start({.diagnostics = [](auto) {}}, stuck_exporter{""});
  made["of the next session"] = again.stats().spans.started;
  return made;
}

/// Sessions in processes of their own, one for each allocation that fails, or for `runs` of them; in turns that one
/// fails, twenty do, and all from that one on.
struct scarce_run {
  std::size_t allocations;
  char complaint[400];
};
void live_short_of_memory(scarce_run& told_to) {
  std::string wrong;
  try {
    lines said;
    sonde::session session = start(said);
    const bool started = static_cast<bool>(session);
    work();
    static_cast<void>(session.force_flush(100ms));
    work();
    const bool complete = session.shutdown(200ms);
    told_to.allocations = scarcity::seen;
    scarcity::end();
    const auto last = session.stats();
    // A session that did not end in time has the ledger it last counted.
    const std::uint64_t calls = started ? 2 : 0;
    sonde::tests::own_count spans, logs;
    if (complete) spans = {.started = calls * (number("spans", 20) + 1), .open = 0}, logs = {.started = calls * logs_of_work};
    for (const std::string& each : audit::of(last, spans, logs)) wrong += each + "; ";
    if (!started && session.refusal().empty()) wrong += "refused without a word; ";
  } catch (const std::exception& thrown) {
    scarcity::end();
    wrong += std::string{"thrown: "} + thrown.what();
  }
  wrong.copy(told_to.complaint, sizeof told_to.complaint - 1);
}
json memory() {
  auto& shared = *static_cast<scarce_run*>(
      mmap(nullptr, sizeof(scarce_run), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  json made{{"complaints", json::array()}};
  const auto run = [&](std::size_t first, std::size_t count) {
    told["first"] = std::to_string(first);
    told["count"] = std::to_string(count);
    shared = {};
    const pid_t child = fork();
    if (child == 0) {
      alarm(30);
      live_short_of_memory(shared);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    std::string wrong = shared.complaint;
    if (WIFSIGNALED(status)) wrong = "ended by signal " + std::to_string(WTERMSIG(status));
    if (!wrong.empty())
      made["complaints"] += std::to_string(count) + " from allocation " + std::to_string(first) + ": " + wrong;
  };
  run(SIZE_MAX - 1, 1);
  const std::size_t all = shared.allocations;
  const std::size_t runs = number("runs", 0);
  const std::size_t stride = runs == 0 ? 1 : std::max<std::size_t>(1, all / runs);
  const std::size_t until = number("until", all + all / 10);
  std::size_t done = 0;
  constexpr std::size_t bursts[] = {1, 20, SIZE_MAX};
  for (std::size_t first = number("from", 0); first < until; first += stride)
    run(first, number("burst", bursts[done++ % 3]));
  made["allocations"] = all;
  made["runs"] = done;
  return made;
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    told[argument.substr(0, argument.find('='))] = argument.substr(argument.find('=') + 1);
  }
  const std::string what = text("what", "deadlines");
  const json happened = what == "deadlines"     ? deadlines()
                        : what == "descriptors" ? descriptors()
                        : what == "threads"     ? threads()
                        : what == "recorders"   ? recorders()
                        : what == "memory"      ? memory()
                                                : live();
  std::printf("%s\n", happened.dump().c_str());
}
