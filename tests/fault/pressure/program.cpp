// SPDX-License-Identifier: MIT
// A program that answers requests and makes ten times the spans its backend takes, for check_pressure.py. Arguments are
// name=value; what happened is printed as JSON. Built with sonde disabled too, for the latency of its requests:
//   seconds=   how long      threads=   how many answer requests      rate=   requests a second of each; 0: as many as it can
//   work=      of a request, in steps of some 15 microseconds         queue=  queue_bytes
//   endpoint=  of the backend, OTLP over HTTP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include <sonde/adapters/otlp.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

#include "fault/ledger.hpp"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using clock_type = std::chrono::steady_clock;
using sonde::tests::audit;

std::map<std::string, std::string> told;

std::uint64_t number(const std::string& name, std::uint64_t otherwise) {
  return told.contains(name) ? std::stoull(told[name]) : otherwise;
}

/// Resident, in bytes.
std::uint64_t memory_in_use() {
  std::ifstream file{"/proc/self/statm"};
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * 4096;
}

/// What the program is for: some microseconds of work, or as many times that as it is told, with a span for each of its steps.
std::uint64_t answer(std::uint64_t request, std::uint64_t times) {
  constexpr int steps = 10;
  std::uint64_t state = request | 1;
  const sonde::span<"request"> whole{sonde::kind::server};
  for (int i = 0; i < steps; ++i) {
    sonde::span<"step"> step;
    step.set_attribute<"app.step">(i);
    step.set_attribute<"app.text">("some text that takes a little room");
    for (std::uint64_t j = 0; j < 1500 * times; ++j) state = state * 6364136223846793005u + 1442695040888963407u;
  }
  sonde::log::info("answered {}", request);
  return state;
}
constexpr std::uint64_t spans_of_answer = 11;

struct worker {
  std::vector<std::uint32_t> nanoseconds;  // of each request; sized before, so that it is no part of what is measured
  std::uint64_t requests = 0;
  std::uint64_t result = 0;

  void run(clock_type::time_point until, std::uint64_t rate) {
    const std::uint64_t times = number("work", 1);
    const auto pause = rate == 0 ? 0ns : std::chrono::nanoseconds{1s} / static_cast<std::int64_t>(rate);
    auto next = clock_type::now();
    for (auto begun = next; begun < until; ++requests) {
      result ^= answer(requests, times);
      const auto now = clock_type::now();
      const auto took = static_cast<std::uint64_t>((now - begun).count());
      nanoseconds[requests % nanoseconds.size()] = static_cast<std::uint32_t>(std::min<std::uint64_t>(took, UINT32_MAX));
      next = std::max(next + pause, now);
      if (next > now) std::this_thread::sleep_until(next);
      begun = clock_type::now();
    }
  }
};

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    told[argument.substr(0, argument.find('='))] = argument.substr(argument.find('=') + 1);
  }
  const auto length = std::chrono::seconds{number("seconds", 5)};
  std::vector<worker> workers(number("threads", 2));
  for (worker& each : workers) each.nanoseconds.resize(1 << 20);

  sonde::session_config config;
  config.service_name = "pressed";
  config.queue_bytes = number("queue", config.queue_bytes);
  sonde::otlp::config to;
  to.endpoint = told["endpoint"];
  to.timeout = 1h;  // nothing but the full queue may lose a span
  const std::uint64_t memory_before = memory_in_use();
  sonde::session session = sonde::start(std::move(config), sonde::otlp::exporter{to});

  const auto until = clock_type::now() + length;
  std::vector<std::thread> threads;
  for (worker& each : workers) threads.emplace_back([&] { each.run(until, number("rate", 0)); });

  json made{{"ledger", json::array()}, {"looks", 0}};
  std::uint64_t most_memory = 0;
  std::minstd_rand random{std::random_device{}()};
  while (clock_type::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1 + random() % 100});
    most_memory = std::max(most_memory, memory_in_use());
    for (const std::string& each : audit::of(session.stats())) made["ledger"] += each;
    made["looks"] = made["looks"].get<int>() + 1;
  }
  for (std::thread& each : threads) each.join();
  std::uint64_t requests = 0;
  std::uint64_t result = 0;
  std::vector<std::uint32_t> all;
  for (worker& each : workers) {
    requests += each.requests;
    result += each.result;
    const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(each.requests, each.nanoseconds.size()));
    all.insert(all.end(), each.nanoseconds.begin(), each.nanoseconds.begin() + kept);
  }
  std::sort(all.begin(), all.end());
  const auto part = [&](double share) { return all.empty() ? 0 : all[static_cast<std::size_t>(share * double(all.size() - 1))]; };

  made["all sent"] = session.force_flush(std::chrono::seconds{number("patience", 60)});
  session.shutdown();
  const auto last = session.stats();
  if constexpr (sonde::enabled) {
    for (const std::string& each : audit::of(last, {.started = requests * spans_of_answer, .open = 0}, {.started = requests}))
      made["ledger"] += "at the end: " + each;
    made["exported"] = {{"spans", last.exporters[0].spans.exported}, {"logs", last.exporters[0].logs.exported}};
    made["dropped"] = last.spans.dropped.total() + last.exporters[0].spans.dropped.total();
    made["queue full"] = last.spans.dropped[sonde::drop_reason::queue_full] +
                         last.exporters[0].spans.dropped[sonde::drop_reason::queue_full];
  }
  made["memory"] = {{"before", memory_before}, {"most", most_memory}};
  made["requests"] = requests;
  made["spans"] = requests * spans_of_answer;
  made["result"] = result;
  made["microseconds"] = {{"p50", part(0.5) / 1e3}, {"p99", part(0.99) / 1e3}, {"p99.9", part(0.999) / 1e3}};
  std::printf("%s\n", made.dump().c_str());
}
