// SPDX-License-Identifier: MIT
// A session with CloudWatch Logs as its only backend, told line by line on standard input what to log, for check_cloudwatch.py.
// The argument is the config as JSON. Each line is a JSON object:
//   {"text": "…" or "hex": "…", "level": 2, "shift_ms": -5000}   a line, written as if so much earlier or later
//   {"span": "…", "text": "…"}                                   a line inside a span
//   {"threads": 4, "count": 1000}                                that many lines from each of so many threads
//   {"flush": true}                                              waits until all has been sent, and says so
// At the end the ledger and what the session said are printed as JSON.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sonde/adapters/cloudwatch.hpp>
#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

/// Writes records as of another time, which the attribute `shift_ms` gives; it is left out.
class shifting_lane : public sonde::cloudwatch::lane {
 public:
  std::size_t encode(const sonde::record::log_view& log) {
    sonde::record::log_view shifted = log;
    std::vector<sonde::record::attribute_view> others;
    for (const auto& each : log.attributes)
      if (each.key->name == "shift_ms")
        shifted.unix_nano += each.value.integer() * 1'000'000;
      else
        others.push_back(each);
    shifted.attributes = {others.data(), others.size()};
    return lane::encode(shifted);
  }
};

/// cloudwatch::exporter with such a lane.
class shifting_exporter {
 public:
  using transport = sonde::transport::http;
  explicit shifting_exporter(sonde::cloudwatch::config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const { return "cloudwatch"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup& at_start) {
    const auto profile = sonde::aws::read_shared_profile(given_.credentials.profile, at_start.environment);
    auto used = sonde::cloudwatch::settings_reader{given_, profile, at_start}.read();
    credentials_ = std::make_unique<sonde::aws::credential_chain>(given_.credentials, profile, at_start.environment);
    logs_.open(std::move(used), at_start.resource.text("service.name"), *credentials_);
    return "shifted logs";
  }
  [[nodiscard]] auto lanes() { return std::tie(logs_); }

 private:
  sonde::cloudwatch::config given_;
  shifting_lane logs_;
  std::unique_ptr<sonde::aws::credential_chain> credentials_;
};

sonde::cloudwatch::config read_config(const nlohmann::json& from) {
  sonde::cloudwatch::config made;
  made.log_group = from.value("log_group", "cruddur");
  made.log_stream = from.value("log_stream", made.log_stream);
  made.form = from.value("json", false) ? sonde::cloudwatch::form::json : sonde::cloudwatch::form::text;
  made.least = static_cast<sonde::level>(from.value("least", 0));
  made.create = from.value("create", true);
  if (from.contains("retention_days")) made.retention_days = from["retention_days"].get<std::uint32_t>();
  if (from.contains("tags"))
    for (const auto& [key, value] : from["tags"].items()) made.tags.emplace_back(key, value.get<std::string>());
  made.event_bytes = from.value("event_bytes", made.event_bytes);
  made.batch_age = std::chrono::milliseconds{from.value("batch_age_ms", 1000)};
  made.timeout = std::chrono::milliseconds{from.value("timeout_ms", 30'000)};
  return made;
}

std::string text_of(const nlohmann::json& command) {
  if (!command.contains("hex")) return command.value("text", "");
  const std::string digits = command["hex"];
  std::string bytes(digits.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
  return bytes;
}

void write_line(const nlohmann::json& command) {
  const std::string text = text_of(command);
  const int shift = command.value("shift_ms", 0);
  const auto write = [&](const auto& at_level) {
    if (shift != 0)
      at_level("{}", text, sonde::attr<"shift_ms">(static_cast<std::int64_t>(shift)));
    else if (command.contains("user"))
      at_level("{}", text, sonde::attr<"user">(command["user"].get<std::string>()));
    else
      at_level("{}", text);
  };
  switch (command.value("level", 2)) {
    case 0: return write(sonde::log::trace);
    case 1: return write(sonde::log::debug);
    case 3: return write(sonde::log::warning);
    case 4: return write(sonde::log::error);
    case 5: return write(sonde::log::critical);
    default: return write(sonde::log::info);
  }
}

void obey(const nlohmann::json& command, sonde::session& session) {
  if (command.contains("flush")) {
    const bool flushed = session.force_flush(std::chrono::seconds{60});
    std::puts(flushed ? "flushed" : "not flushed");
    std::fflush(stdout);
  } else if (command.contains("threads")) {
    std::vector<std::thread> threads;
    for (int i = 0; i < command["threads"].get<int>(); ++i)
      threads.emplace_back([i, count = command["count"].get<int>()] {
        for (int n = 0; n < count; ++n) sonde::log::info("thread {} line {}", i, n);
      });
    for (auto& each : threads) each.join();
  } else if (command.contains("span")) {
    sonde::span<"work"> span;
    write_line(command);
  } else {
    write_line(command);
  }
}

template <class Exporter>
int run(const nlohmann::json& config) {
  sonde::pipeline::collector::grace = std::chrono::seconds{10};
  std::mutex mutex;
  std::vector<std::string> said;
  nlohmann::json report;
  {
    auto session = sonde::start({.service_name = config.value("service", "backend"),
                                 .diagnostics =
                                     [&](std::string_view line) {
                                       const std::lock_guard lock{mutex};
                                       said.emplace_back(line);
                                     }},
                                Exporter{read_config(config)});
    for (std::string line; std::getline(std::cin, line);) obey(nlohmann::json::parse(line), session);
    const auto begun = std::chrono::steady_clock::now();
    report["complete"] = session.shutdown(std::chrono::milliseconds{config.value("shutdown_ms", 60'000)});
    report["shutdown_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
    const sonde::session_stats stats = session.stats();
    const auto& logs = stats.exporters.at(0).logs;
    report["started"] = stats.logs.started;
    report["lost_before"] = stats.logs.dropped.total();
    report["exported"] = logs.exported;
    report["queued"] = logs.queued;
    report["cut"] = logs.cut;
    report["dropped"] = nlohmann::json::object();
    for (std::size_t i = 0; i < sonde::drop_reasons; ++i) {
      const auto why = static_cast<sonde::drop_reason>(i);
      if (logs.dropped[why] != 0) report["dropped"][sonde::to_string(why)] = logs.dropped[why];
    }
    report["spans"] = stats.exporters.at(0).spans.dropped[sonde::drop_reason::unwanted];
  }
  report["said"] = said;
  std::puts(report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return 0;
}

}  // namespace

int main(int, char** arguments) {
  const nlohmann::json config = nlohmann::json::parse(arguments[1]);
  return config.value("shifted", false) ? run<shifting_exporter>(config) : run<sonde::cloudwatch::exporter>(config);
}
