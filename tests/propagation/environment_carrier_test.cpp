// SPDX-License-Identifier: MIT

#include <sonde/propagation/environment_carrier.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/wait.h>
#include <spawn.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <sonde/propagation/extract.hpp>
#include <sonde/propagation/inject.hpp>

#include "example_context.hpp"

namespace {

using namespace propagation_test;
using sonde::propagation::child_environment;
using sonde::propagation::environment_carrier;
using enum sonde::propagation::propagator;

/// A variable of this process, while it lives.
class variable {
 public:
  variable(const char* name, std::string_view value) : name_{name} { setenv(name, std::string{value}.c_str(), 1); }
  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;
  ~variable() { unsetenv(name_); }

 private:
  const char* name_;
};

std::string output_of(const char* program, std::vector<const char*> arguments, char* const* environment) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  std::vector<char*> words;
  for (const char* each : arguments) words.push_back(const_cast<char*>(each));
  words.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program, &actions, nullptr, words.data(), environment);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output;
  char bytes[512];
  for (ssize_t got = 0; (got = read(ends[0], bytes, sizeof bytes)) > 0;) output.append(bytes, static_cast<std::size_t>(got));
  close(ends[0]);
  if (failed == 0) waitpid(child, nullptr, 0);
  return failed == 0 ? output : "not started";
}

std::size_t count(char* const* environment, std::string_view begin) {
  std::size_t found = 0;
  for (; *environment != nullptr; ++environment) found += std::string_view{*environment}.substr(0, begin.size()) == begin;
  return found;
}

constexpr bool names_variables_as_the_specification_says() {
  using sonde::propagation::variable_value;
  return *variable_value("TRACEPARENT=x", "traceparent") == 'x' &&
         *variable_value("X_AMZN_TRACE_ID=x", "X-Amzn-Trace-Id") == 'x' &&
         *variable_value("X_B3_TRACEID=", "X-B3-TraceId") == '\0' &&
         variable_value("TRACEPARENTS=x", "traceparent") == nullptr &&
         variable_value("TRACE=x", "traceparent") == nullptr && variable_value("traceparent=x", "traceparent") == nullptr &&
         variable_value("", "b3") == nullptr;
}
static_assert(names_variables_as_the_specification_says());
TEST(environment_carrier, names_variables_as_the_specification_says) {
  EXPECT_TRUE(names_variables_as_the_specification_says());
}

TEST(environment_carrier, reads_the_environment_of_this_process) {
  const variable traceparent{"TRACEPARENT", example_traceparent};
  const variable tracestate{"TRACESTATE", "rojo=1"};
  const variable baggage{"BAGGAGE", "userId=alice"};
  const auto found = sonde::propagation::extract(environment_carrier{});
  EXPECT_EQ(found.parent, example);
  ASSERT_EQ(found.fields.tracestate.count, 1u);
  EXPECT_EQ(sonde::propagation::view(found.fields.tracestate.line[0]), "rojo=1");
  ASSERT_EQ(found.fields.baggage.count, 1u);
  EXPECT_EQ(sonde::propagation::view(found.fields.baggage.line[0]), "userId=alice");
}

TEST(environment_carrier, finds_nothing_where_nothing_is_set) {
  const auto found = sonde::propagation::extract(environment_carrier{}, {tracecontext, baggage, b3, b3multi, xray});
  EXPECT_FALSE(found.parent.valid());
  EXPECT_TRUE(found.fields.empty());
}

TEST(environment_carrier, reads_x_amzn_trace_id_also_where_lambda_puts_it) {
  constexpr std::string_view header = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1";
  {
    const variable here{"X_AMZN_TRACE_ID", header};
    EXPECT_EQ(sonde::propagation::extract(environment_carrier{}, {xray}).parent, example);
  }
  const variable there{"_X_AMZN_TRACE_ID", header};
  EXPECT_EQ(sonde::propagation::extract(environment_carrier{}, {xray}).parent, example);
}

TEST(child_environment, reaches_a_child) {
  const variable marker{"SONDE_MARKER", "kept"};
  child_environment environment;
  sonde::propagation::inject(environment, {tracecontext, xray}, example, nullptr);
  const char* const script = "echo $TRACEPARENT; echo \"$X_AMZN_TRACE_ID\"; echo $SONDE_MARKER";
  EXPECT_EQ(output_of("/bin/sh", {"sh", "-c", script}, environment.data()),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n"
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1\nkept\n");
}

TEST(child_environment, replaces_what_this_process_was_given) {
  const variable traceparent{"TRACEPARENT", "00-11111111111111111111111111111111-1111111111111111-00"};
  const variable tracestate{"TRACESTATE", "theirs=1"};
  const variable other{"TRACEPARENT_OTHER", "1"};
  child_environment environment;
  EXPECT_EQ(count(environment.data(), "TRACESTATE="), 1u);
  sonde::propagation::inject(environment, {}, example, nullptr);
  EXPECT_EQ(count(environment.data(), "TRACEPARENT="), 1u);
  EXPECT_EQ(count(environment.data(), "TRACEPARENT=00-4bf92f"), 1u);
  EXPECT_EQ(count(environment.data(), "TRACESTATE="), 0u) << "of another trace";
  EXPECT_EQ(count(environment.data(), "TRACEPARENT_OTHER=1"), 1u);
  EXPECT_STREQ(std::getenv("TRACESTATE"), "theirs=1") << "our own environment stays as it is";
}

TEST(child_environment, hands_on_what_it_was_given_where_there_is_no_span) {
  const variable traceparent{"TRACEPARENT", example_traceparent};
  child_environment environment;
  sonde::propagation::inject(environment, {}, {}, nullptr);
  EXPECT_EQ(count(environment.data(), "TRACEPARENT=00-4bf92f"), 1u);
}

}  // namespace
