// SPDX-License-Identifier: MIT
// Headers in, headers out, by the propagators of the session.

#include <sonde/propagation.hpp>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using headers = std::map<std::string, std::string>;
using sonde::propagation::propagator;

const headers w3c_request{{"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                          {"tracestate", "rojo=00f067aa0ba902b7"},
                          {"baggage", "user=1"}};

template <class Span>
std::string id_of(const Span& span) {
  const auto hex = span.context().span_id.to_hex();
  return {hex.data(), hex.size()};
}

headers injected() {
  headers out;
  sonde::inject(out);
  return out;
}

TEST(propagation, a_request_goes_on_with_the_callers_trace) {
  recording kept;
  {
    const auto incoming = sonde::extract(w3c_request);
    sonde::propagation_scope travelling{incoming};
    sonde::span<"request"> request{sonde::kind::server, incoming};
    sonde::span<"call"> call{sonde::kind::client};
    const headers out = injected();
    EXPECT_EQ(out.at("traceparent"), "00-4bf92f3577b34da6a3ce929d0e0e4736-" + id_of(call) + "-01");
    EXPECT_EQ(out.at("tracestate"), "rojo=00f067aa0ba902b7");
    EXPECT_EQ(out.at("baggage"), "user=1");
    EXPECT_EQ(out.size(), 3u);
  }
  const auto request = kept.named("request");
  const auto parent = request.parent_span_id.to_hex();
  EXPECT_EQ(std::string(parent.data(), parent.size()), "00f067aa0ba902b7");
  EXPECT_TRUE(request.remote_parent);
  EXPECT_EQ(request.tracestate, "rojo=00f067aa0ba902b7");
  EXPECT_EQ(kept.named("call").parent_span_id, request.span_id);
}

TEST(propagation, the_tracestate_of_one_trace_does_not_go_out_with_another) {
  recording kept;
  const auto incoming = sonde::extract(w3c_request);
  sonde::propagation_scope travelling{incoming};
  sonde::span<"of its own"> own;
  const headers out = injected();
  EXPECT_FALSE(out.contains("tracestate"));
  EXPECT_EQ(out.at("baggage"), "user=1") << "baggage belongs to the request";
}

TEST(propagation, an_unsampled_trace_goes_on_unsampled) {
  recording kept;
  const headers request{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}};
  sonde::span<"request"> span{sonde::kind::server, sonde::extract(request)};
  sonde::span<"call"> call{sonde::kind::client};
  const std::string out = injected().at("traceparent");
  EXPECT_EQ(out.substr(0, 36), "00-4bf92f3577b34da6a3ce929d0e0e4736-");
  EXPECT_NE(out.substr(36, 16), "00f067aa0ba902b7") << "a hop of its own";
  EXPECT_EQ(out.substr(52), "-00");
}

TEST(propagation, a_caller_that_records_nothing_and_names_no_trace_is_obeyed) {
  recording kept{{.propagators = {{propagator::xray}}}};
  const headers request{
      {"X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0"}};
  {
    const auto incoming = sonde::extract(request);
    sonde::span<"request"> span{sonde::kind::server, incoming};
    sonde::detached_span<"job"> job{incoming};
    EXPECT_FALSE(span.is_recording());
    EXPECT_FALSE(job.is_recording());
    const std::string out = injected().at("X-Amzn-Trace-Id");
    EXPECT_EQ(out.find("1-00000000-"), std::string::npos) << out;
    EXPECT_TRUE(out.ends_with(";Sampled=0")) << out;
  }
  EXPECT_TRUE(kept.spans().empty());
  const auto stats = kept.session.stats();
  EXPECT_EQ(stats.spans.unsampled, 2u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(propagation, a_detached_span_too_goes_on_with_the_trace_of_a_load_balancer) {
  recording kept{{.propagators = {{propagator::xray}}}};
  const headers request{{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"}};
  const auto incoming = sonde::extract(request);
  sonde::span<"active"> active;
  { sonde::detached_span<"job"> job{sonde::kind::server, incoming}; }
  const auto hex = kept.named("job").trace_id.to_hex();
  EXPECT_EQ(std::string(hex.data(), hex.size()), "67891233abcdef012345678912345678");
}

TEST(propagation, without_a_span_or_a_session_nothing_goes_out) {
  EXPECT_TRUE(injected().empty());
  recording kept;
  EXPECT_TRUE(injected().empty());
}

TEST(propagation, where_the_sdk_is_disabled_a_context_can_still_be_passed_on) {
  setenv("OTEL_SDK_DISABLED", "true", 1);
  const auto refused = sonde::start({.diagnostics = [](std::string_view) {}}, sonde::testing::memory_exporter{});
  unsetenv("OTEL_SDK_DISABLED");
  ASSERT_FALSE(refused);
  const headers request = w3c_request;
  const auto incoming = sonde::extract(request);
  ASSERT_TRUE(incoming.parent.valid());
  headers out;
  sonde::inject(out, incoming.parent);
  EXPECT_EQ(out.at("traceparent"), w3c_request.at("Traceparent"));
}

TEST(propagation, propagators_are_chosen_in_code) {
  recording kept{{.propagators = {{propagator::xray, propagator::b3}}}};
  EXPECT_FALSE(sonde::extract(w3c_request).parent.valid());
  const headers request{{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1;Lineage=a:1"}};
  const auto incoming = sonde::extract(request);
  sonde::propagation_scope travelling{incoming};
  sonde::span<"request"> span{sonde::kind::server, incoming};
  const headers out = injected();
  const std::string id = id_of(span);
  EXPECT_EQ(out.at("X-Amzn-Trace-Id"), "Root=1-67891233-abcdef012345678912345678;Parent=" + id + ";Sampled=1;Lineage=a:1");
  EXPECT_EQ(out.at("b3"), "67891233abcdef012345678912345678-" + id + "-1");
  EXPECT_EQ(out.size(), 2u);
}

TEST(propagation, or_by_the_environment) {
  setenv("OTEL_PROPAGATORS", "none", 1);
  {
    recording kept;
    sonde::span<"request"> span;
    EXPECT_TRUE(injected().empty());
    EXPECT_FALSE(sonde::extract(w3c_request).parent.valid());
  }
  setenv("OTEL_PROPAGATORS", "b3multi", 1);
  {
    recording kept;
    sonde::span<"request"> span;
    EXPECT_EQ(injected().at("X-B3-Sampled"), "1");
  }
  unsetenv("OTEL_PROPAGATORS");
}

TEST(propagation, bound_work_and_detached_spans_take_the_fields_along) {
  recording kept;
  std::thread worker;
  {
    const headers request = w3c_request;
    const auto incoming = sonde::extract(request);
    sonde::propagation_scope travelling{incoming};
    sonde::span<"request"> span{sonde::kind::server, incoming};
    worker = std::thread{sonde::bind_current([] {
      sonde::span<"call"> call{sonde::kind::client};
      EXPECT_EQ(injected().at("tracestate"), "rojo=00f067aa0ba902b7");
    })};
  }  // the headers are gone
  worker.join();
}

TEST(propagation, scopes_on_the_heap_end_in_any_order) {
  recording kept;
  sonde::span<"request"> span;
  auto first_headers = std::make_unique<headers>(headers{{"baggage", "first=1"}});
  auto first = std::make_unique<sonde::propagation_scope>(sonde::extract(*first_headers));
  const headers second_headers{{"baggage", "second=1"}};
  auto second = std::make_unique<sonde::propagation_scope>(sonde::extract(second_headers));
  first.reset();
  first_headers.reset();
  EXPECT_EQ(injected().at("baggage"), "second=1");
  second.reset();
  EXPECT_FALSE(injected().contains("baggage"));
}

}  // namespace
