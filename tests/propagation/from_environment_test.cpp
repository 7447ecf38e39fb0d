// SPDX-License-Identifier: MIT

#include <sonde/propagation/from_environment.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using enum sonde::propagation::propagator;
using sonde::propagation::propagator_list;

struct outcome {
  propagator_list list;
  std::vector<std::string> findings;
};
outcome read(std::string value) {
  sonde::environment::reader environment{{{"OTEL_PROPAGATORS", std::move(value)}}};
  outcome made{sonde::propagation::propagators_from(environment), {}};
  for (const auto& each : environment.findings()) made.findings.push_back(each.sentence);
  return made;
}
using sentences = std::vector<std::string>;

TEST(propagators_from, takes_the_default_where_nothing_is_set) {
  sonde::environment::reader nothing{{}};
  EXPECT_EQ(sonde::propagation::propagators_from(nothing), propagator_list{});
  EXPECT_EQ(read("").list, propagator_list{});
  EXPECT_EQ(read(" , ").list, propagator_list{});
  EXPECT_EQ(read(" , ").findings, sentences{});
}

TEST(propagators_from, knows_the_names_in_their_order) {
  EXPECT_EQ(read("xray,tracecontext,baggage,b3multi,b3").list, (propagator_list{xray, tracecontext, baggage, b3multi, b3}));
  EXPECT_EQ(read(" b3 , TraceContext ").list, (propagator_list{b3, tracecontext}));
  EXPECT_EQ(read("xray,xray,b3").list, (propagator_list{xray, b3}));
  EXPECT_EQ(read("xray,xray,b3").findings, sentences{});
}

TEST(propagators_from, turns_all_off_with_none) {
  EXPECT_EQ(read("none").list, propagator_list{none});
  EXPECT_EQ(read("none").findings, sentences{});
}

TEST(propagators_from, ignores_none_beside_others_and_says_so) {
  EXPECT_EQ(read("none,xray").list, propagator_list{xray});
  EXPECT_EQ(read("none,xray").findings, sentences{"OTEL_PROPAGATORS has 'none' beside others; 'none' is ignored"});
}

TEST(propagators_from, ignores_unknown_names_and_says_so) {
  const outcome made = read("jaeger,xray,ottrace");
  EXPECT_EQ(made.list, propagator_list{xray});
  EXPECT_EQ(made.findings,
            (sentences{"OTEL_PROPAGATORS='jaeger' is not one of tracecontext, baggage, b3, b3multi, xray, none; ignored",
                       "OTEL_PROPAGATORS='ottrace' is not one of tracecontext, baggage, b3, b3multi, xray, none; ignored"}));
}

TEST(propagators_from, takes_the_default_where_no_name_is_known) {
  EXPECT_EQ(read("tracecontxt").list, propagator_list{});
  EXPECT_EQ(read("tracecontxt").findings.size(), 1u);
}

}  // namespace
