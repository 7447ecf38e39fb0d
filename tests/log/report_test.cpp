// SPDX-License-Identifier: MIT
// Reports: the event on the active span, the occurrence for exporters, the guess at spans that unwinding closed.

#include <sonde/log/report.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

using sonde::testing::event;
using sonde::testing::recorded_span;

class report : public testing::Test {
 protected:
  recorded_span span(const std::string& name) {
    session.force_flush();
    const auto all = memory.spans();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
    EXPECT_NE(found, all.end()) << "no span " << name;
    return found != all.end() ? *found : recorded_span{};
  }
  std::vector<sonde::testing::recorded_log> logs() {
    session.force_flush();
    return memory.logs();
  }

  sonde::testing::memory_exporter memory;
  sonde::session session = sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, memory);
};

void expect_exception(const recorded_span& span, const std::string& message, bool inferred) {
  ASSERT_EQ(span.events.size(), 1u) << span.name;
  const event& only = span.events.front();
  EXPECT_EQ(only.name, "exception");
  EXPECT_EQ(only.attributes["exception.type"], "std::out_of_range");
  EXPECT_EQ(only.attributes["exception.message"], message);
  EXPECT_EQ(only.attributes.contains("sonde.exception.inferred"), inferred) << span.name;
}

TEST_F(report, makes_an_event_and_an_occurrence) {
  sonde::span_context active;
  {
    sonde::span<"request"> request;
    active = request.context();
    sonde::report_exception(std::out_of_range{"no such handle"}, sonde::level::critical);
  }
  expect_exception(span("request"), "no such handle", false);

  const auto all = logs();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].occurrence);
  EXPECT_EQ(all[0].severity, sonde::level::critical);
  EXPECT_EQ(all[0].body, "no such handle");
  EXPECT_EQ(all[0].attributes["exception.type"], "std::out_of_range");
  EXPECT_EQ(all[0].attributes["exception.message"], "no such handle");
  EXPECT_EQ(all[0].trace_id, active.trace_id);
  EXPECT_EQ(all[0].span_id, active.span_id);
}

TEST_F(report, reaches_the_spans_unwound_beneath) {
  {
    sonde::span<"request"> request;
    { const sonde::span<"earlier"> fine; }
    try {
      sonde::span<"outer"> outer;
      sonde::span<"inner"> inner;
      throw std::out_of_range{"deep"};
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  }
  expect_exception(span("inner"), "deep", true);
  expect_exception(span("outer"), "deep", true);
  expect_exception(span("request"), "deep", false);
  EXPECT_EQ(span("inner").status, sonde::status::error);
  EXPECT_EQ(span("outer").status, sonde::status::error);
  EXPECT_EQ(span("request").status, sonde::status::unset) << "a report is not a failure of the span";
  EXPECT_TRUE(span("earlier").events.empty());
  EXPECT_EQ(span("earlier").status, sonde::status::unset);
}

TEST_F(report, of_the_handled_exception_needs_no_name) {
  {
    sonde::span<"request"> request;
    try {
      sonde::span<"inner"> inner;
      throw std::out_of_range{"unnamed"};
    } catch (...) {
      sonde::report_exception();
    }
  }
  expect_exception(span("inner"), "unnamed", true);
  expect_exception(span("request"), "unnamed", false);
}

TEST_F(report, at_the_outermost_level_reaches_the_whole_trace) {
  try {
    sonde::span<"root"> root;
    sonde::span<"inner"> inner;
    throw std::out_of_range{"all the way"};
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  expect_exception(span("inner"), "all the way", true);
  expect_exception(span("root"), "all the way", true);
}

TEST_F(report, may_come_after_other_spans_of_the_handler) {
  {
    sonde::span<"request"> request;
    try {
      sonde::span<"inner"> inner;
      throw std::out_of_range{"late"};
    } catch (const std::exception& error) {
      { const sonde::span<"clean-up"> ends_normally; }
      sonde::report_exception(error);
    }
  }
  expect_exception(span("inner"), "late", true);
  EXPECT_TRUE(span("clean-up").events.empty());
}

TEST_F(report, leaves_other_exceptions_alone) {
  {
    sonde::span<"request"> request;
    try {
      sonde::span<"silent"> silent;
      throw std::out_of_range{"nobody reports this one"};
    } catch (const std::exception&) {
    }
    const sonde::span<"beside"> beside;
    sonde::report_exception(std::out_of_range{"of another span"});
  }
  {
    sonde::span<"next"> next;
    sonde::report_exception(std::out_of_range{"another"});
  }
  EXPECT_EQ(span("silent").status, sonde::status::error);
  for (const event& each : span("silent").events)
    EXPECT_FALSE(each.attributes.contains("exception.type")) << "it got the other's type";
  expect_exception(span("beside"), "of another span", false);
  expect_exception(span("next"), "another", false);
}

TEST_F(report, gives_a_failed_span_its_description) {
  struct no_message {};
  const auto leave = [](auto describe, auto thrown) {
    try {
      sonde::span<"left"> left;
      describe(left);
      throw thrown;
    } catch (...) {
      sonde::report_exception();
    }
    try {
      sonde::in_span<"known">([&] {
        auto here = sonde::current_span();
        describe(here);
        throw thrown;
      });
    } catch (...) {
    }
  };
  const auto said = [&](const char* name) {
    session.force_flush();
    std::string last = "nothing";
    for (const auto& each : memory.spans())
      if (each.name == name && each.left_by_exception)
        last = each.status == sonde::status::ok ? "ok" : each.status_message;
    return last;
  };
  leave([](auto&) {}, std::out_of_range{"no such handle"});
  EXPECT_EQ(said("left"), "no such handle");
  EXPECT_EQ(said("known"), "no such handle");
  leave([](auto& span) { span.set_status(sonde::status::error, "the user's own"); }, std::out_of_range{"another"});
  EXPECT_EQ(said("left"), "the user's own");
  EXPECT_EQ(said("known"), "the user's own");
  leave([](auto&) {}, no_message{});
  EXPECT_NE(said("left").find("no_message"), std::string::npos) << "its type stands for it";
  EXPECT_NE(said("known").find("no_message"), std::string::npos);
  leave([](auto& span) { span.set_status(sonde::status::ok); }, std::out_of_range{"unimportant"});
  EXPECT_EQ(said("left"), "ok");
  EXPECT_EQ(said("known"), "ok");
}

TEST_F(report, leaves_a_mark_on_roots_that_an_exception_left_whoever_knows_which) {
  const auto leave = [](auto run) {
    try {
      run();
    } catch (...) {  // not reported
    }
  };
  leave([] {
    sonde::span<"unknown"> root;
    throw 1;
  });
  leave([] { sonde::in_span<"known">([] { throw 1; }); });
  leave([] {
    sonde::span<"handled"> root;
    try {
      throw std::out_of_range{"within"};
    } catch (const std::exception& error) {
      root.record_exception(error);
    }
  });
  EXPECT_TRUE(span("unknown").left_by_exception);
  EXPECT_TRUE(span("unknown").events.empty());
  EXPECT_TRUE(span("known").left_by_exception);
  EXPECT_EQ(span("known").events.size(), 1u);
  EXPECT_FALSE(span("handled").left_by_exception);
  EXPECT_EQ(span("handled").status, sonde::status::unset);
}

TEST_F(report, of_a_message_is_an_occurrence) {
  {
    sonde::span<"request"> request;
    sonde::report_message("Hello World!", sonde::level::warning);
  }
  EXPECT_TRUE(span("request").events.empty());
  const auto all = logs();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].occurrence);
  EXPECT_EQ(all[0].body, "Hello World!");
  EXPECT_EQ(all[0].severity, sonde::level::warning);
  EXPECT_EQ(all[0].span_id, span("request").span_id);
}

TEST_F(report, outside_any_span_is_kept) {
  sonde::report_message(std::string{"alone"});
  const auto all = logs();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].body, "alone");
  EXPECT_EQ(all[0].severity, sonde::level::info);
  EXPECT_FALSE(all[0].trace_id.valid());
}

}  // namespace
