// SPDX-License-Identifier: MIT
#pragma once

// Programs that crash, or end otherwise, in processes of their own: this executable once more, told by an environment variable
// which of them to run instead of the tests. What it exported lies in files when it has ended.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sonde/adapters/file.hpp>
#include <sonde/session.hpp>

extern template sonde::live_session sonde::live_session::begin(session_config, file::exporter);  // in crash_test.cpp

namespace sonde::tests {

inline constexpr const char* crash_variable = "SONDE_TEST_CRASH";
inline constexpr const char* directory_variable = "SONDE_TEST_CRASH_DIRECTORY";

/// Programs by name.
struct program {
  std::function<void()> run;
  bool is_crash;  // the runtime has words for it that nobody wants to read
};
[[nodiscard]] inline std::map<std::string, program>& programs() {
  static auto* const all = new std::map<std::string, program>;  // some run while statics are destroyed
  return *all;
}
/// A crash returns only where it fails to be one.
struct known_crash {
  known_crash(const char* name, std::function<void()> run) { programs().emplace(name, program{std::move(run), true}); }
};
struct known_ending {
  known_ending(const char* name, std::function<void()> run) { programs().emplace(name, program{std::move(run), false}); }
};

/// In the process that is to crash: a session that exports to the directory it was given.
[[nodiscard]] inline session start_doomed(session_config config = {.shutdown_timeout = std::chrono::seconds{30},
                                                                  .terminate_timeout = std::chrono::seconds{30}}) {
  const std::string directory = std::getenv(directory_variable);
  config.service_name = "doomed";
  config.diagnostics = [](auto) {};
  return start(std::move(config), file::exporter{{.path = directory + "/traces", .logs_path = directory + "/logs"}});
}

/// What is left of a process.
struct remains {
  int signal = 0;  // that ended it; 0 where it exited
  int code = 0;    // of its exit
  std::vector<nlohmann::json> logs;
  std::vector<nlohmann::json> spans;

  [[nodiscard]] const nlohmann::json& only_log() const {
    if (logs.size() != 1) throw std::runtime_error{std::to_string(logs.size()) + " logs instead of one"};
    return logs[0];
  }
  [[nodiscard]] const nlohmann::json& span(const std::string& name) const {
    for (const nlohmann::json& each : spans)
      if (each["name"] == name) return each;
    throw std::runtime_error{"no span " + name};
  }
};

/// The value of an attribute of a log, span or event; null where there is none.
[[nodiscard]] inline nlohmann::json attribute(const nlohmann::json& of, const std::string& key) {
  for (const nlohmann::json& each : of["attributes"])
    if (each["key"] == key) return each["value"];
  return {};
}

[[nodiscard]] inline std::vector<nlohmann::json> records_in(const std::string& path, const char* resources,
                                                            const char* scopes, const char* records) {
  std::vector<nlohmann::json> made;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json whole = nlohmann::json::parse(line);
    for (const nlohmann::json& resource : whole[resources])
      for (const nlohmann::json& scope : resource[scopes])
        for (const nlohmann::json& each : scope[records]) made.push_back(each);
  }
  return made;
}

/// Runs a program to its end; one that hangs is killed by SIGALRM after a minute.
[[nodiscard]] inline remains run_to_end(const std::string& name) {
  std::string directory = std::filesystem::temp_directory_path() / "sonde_crash_XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
  setenv(crash_variable, name.c_str(), 1);
  setenv(directory_variable, directory.c_str(), 1);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    alarm(60);
    execl("/proc/self/exe", "crash", nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  unsetenv(crash_variable);
  remains made;
  if (WIFSIGNALED(status)) made.signal = WTERMSIG(status);
  if (WIFEXITED(status)) made.code = WEXITSTATUS(status);
  made.logs = records_in(directory + "/logs", "resourceLogs", "scopeLogs", "logRecords");
  made.spans = records_in(directory + "/traces", "resourceSpans", "scopeSpans", "spans");
  std::filesystem::remove_all(directory);
  return made;
}
[[nodiscard]] inline remains crash(const std::string& name) { return run_to_end(name); }

}  // namespace sonde::tests
