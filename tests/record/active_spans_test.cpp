// SPDX-License-Identifier: MIT
// The spans an occurrence carries: those active on its thread where it was reported, and what of them.

#include <sonde/record/active_spans.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using sonde::record::active_span_limits;
using sonde::testing::active_span;

class active_spans : public testing::Test {
 protected:
  std::vector<active_span> of_report() {
    static_cast<void>(kept.spans());
    return kept.memory.logs().at(0).active_spans;
  }
  recording kept;
};

TEST_F(active_spans, are_told_innermost_first_with_place_and_attributes) {
  {
    sonde::span<"GET /"> request;
    const int line = __LINE__ - 1;
    request.set_attribute<"http.route">("/");
    request.add_event<"no attribute">();
    request.update_name("GET /home");
    SONDE_SPAN("load");
    sonde::current_span().set_attribute<"tries">(1);
    sonde::current_span().set_attribute<"tries">(2);
    sonde::current_span().set_attribute<"handles">(std::vector<std::string>{"a", "b"});
    sonde::report_exception(std::out_of_range{"no such handle"});

    const auto spans = of_report();
    ASSERT_EQ(spans.size(), 2u);
    EXPECT_EQ(spans[0].name, "load");
    EXPECT_EQ(spans[0].span_id, sonde::current_span().context().span_id);
    EXPECT_EQ(spans[0].file, __FILE__);
    EXPECT_NE(spans[0].function.find("TestBody"), std::string::npos);
    ASSERT_EQ(spans[0].attributes.all.size(), 2u) << "the last value of a key, once";
    EXPECT_EQ(spans[0].attributes["tries"], 2);
    EXPECT_EQ(spans[0].attributes["handles"].as<sonde::testing::value::array>().at(1), "b");
    EXPECT_EQ(spans[1].name, "GET /home");
    EXPECT_EQ(spans[1].span_id, request.context().span_id);
    EXPECT_EQ(spans[1].line, static_cast<std::uint32_t>(line));
    ASSERT_EQ(spans[1].attributes.all.size(), 1u) << "events are none";
    EXPECT_EQ(spans[1].attributes["http.route"], "/");
  }
  EXPECT_TRUE(kept.memory.logs().at(0).attributes.contains("exception.type"));
  EXPECT_FALSE(kept.memory.logs().at(0).attributes.contains("tries"));
}

TEST_F(active_spans, messages_tell_of_them_and_plain_logs_do_not) {
  const sonde::span<"work"> work;
  sonde::report_message("Hello World!", sonde::level::warning);
  EXPECT_EQ(of_report().at(0).name, "work");
}

TEST_F(active_spans, are_none_where_none_is_active_or_the_trace_is_not_sampled) {
  sonde::report_message("alone");
  EXPECT_TRUE(of_report().empty());

  kept.session.shutdown();
  recording unsampled{{.sampler = sonde::sampling::always_off{}}};
  {
    const sonde::span<"not recorded"> span;
    sonde::report_message("inside");
  }
  static_cast<void>(unsampled.spans());
  EXPECT_TRUE(unsampled.memory.logs().at(0).active_spans.empty());
}

TEST_F(active_spans, a_detached_span_counts_where_it_is_active_and_a_bound_one_where_it_can_be_reached) {
  sonde::detached_span<"job"> job;
  job.set_attribute<"id">(7);
  std::thread{[&] {
    const sonde::scope active{job};
    const sonde::span<"step"> step;
    sonde::report_message("on another thread");
  }}.join();
  const auto spans = of_report();
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[1].name, "job");
  EXPECT_EQ(spans[1].attributes["id"], 7);

  kept.memory.clear();
  {
    const sonde::span<"elsewhere"> lent;
    std::thread{sonde::bind_current([] { sonde::report_message("bound"); })}.join();
  }
  EXPECT_TRUE(of_report().empty()) << "of which only the ids are known here";
}

TEST_F(active_spans, a_detached_span_may_end_elsewhere_while_a_report_reads_it) {
  const std::string long_text(4'000, 'x');  // on the heap
  for (int i = 0; i < 100; ++i) {
    sonde::detached_span<"job"> job;
    job.set_attribute<"text">(long_text);
    std::atomic<bool> within = false;
    std::thread other{[&] {
      const sonde::scope active{job};
      const sonde::span<"step"> step;
      within = true;
      for (int j = 0; j < 10; ++j) sonde::report_message("inside");
    }};
    while (!within) std::this_thread::yield();
    job.end();
    other.join();
  }
  EXPECT_EQ(kept.named("job").attributes["text"], long_text);
  EXPECT_EQ(kept.memory.logs().size(), 1'000u);
}

void descend(int depth) {
  const sonde::span<"deeper"> span;
  if (depth > 1)
    descend(depth - 1);
  else
    sonde::report_message("at the bottom");
}

TEST_F(active_spans, are_bounded_in_number_and_size) {
  std::string long_text = "x";
  while (long_text.size() < 1000) long_text += "\xC3\xA4";
  sonde::span<"long"> span;
  span.set_attribute<"text">(long_text);
  span.set_attribute<"array">(std::vector<std::string>{long_text, "after"});
  span.set_attribute<"number">(1);
  sonde::report_message("now");
  const auto one = of_report();
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].attributes["text"], long_text.substr(0, active_span_limits::text - 1)) << "the limit lies in a character";
  EXPECT_FALSE(one[0].attributes.contains("array"));
  EXPECT_EQ(one[0].attributes["number"], 1);

  kept.memory.clear();
  descend(100);
  EXPECT_EQ(of_report().size(), static_cast<std::size_t>(active_span_limits::spans));
}

}  // namespace
