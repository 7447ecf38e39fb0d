// SPDX-License-Identifier: MIT
// Spans where no session is, or another one than they began in: before, after, in forked children, as the program ends.

#include <sonde/record/session_table.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "forked_child.hpp"
#include "span/recording.hpp"

namespace {

using namespace std::chrono_literals;
using sonde::tests::exit_code_of_child;

/// Everything a span can do, for where it must do nothing.
void exercise() {
  sonde::span<"nobody's"> span{sonde::kind::client};
  span.set_attribute<"key">("value");
  span.add_event<"event">(sonde::attr<"key">(1));
  span.add_link(span.context());
  span.set_status(sonde::status::error, "message");
  span.update_name("name");
  span.record_exception(std::runtime_error{"e"});
  sonde::detached_span<"job"> job;
  sonde::scope active{job};
  sonde::current_span().set_attribute<"key">(1);
  sonde::in_span<"inner">([] { sonde::report_message("message"); });
  sonde::bind_current([] { SONDE_SPAN(); })();
  try {
    sonde::span<"left"> left;
    throw std::runtime_error{"e"};
  } catch (const std::exception& error) {
    sonde::report_exception(error);
    sonde::report_exception();
  }
}

TEST(session_table, without_a_session_all_is_quiet) {
  exercise();
  sonde::span<"span"> span;
  EXPECT_FALSE(span.is_recording());
  EXPECT_FALSE(span.context().valid());
  EXPECT_FALSE(sonde::current_span().is_recording());
  EXPECT_FALSE(sonde::current_span().context().valid());
}

TEST(session_table, a_root_that_nobody_sampled_has_ids_when_its_session_is_gone) {
  recording kept{{.sampler = sonde::sampling::always_off{}}};
  sonde::span<"span"> span;
  kept.session.shutdown();
  const sonde::span_context context = span.context();
  EXPECT_TRUE(context.valid());
  EXPECT_FALSE(context.sampled);
  EXPECT_EQ(span.context(), context);
}

TEST(session_table, lazy_values_are_not_asked_for_without_a_session) {
  bool called = false;
  sonde::span<"span"> span;
  span.set_attribute<"key">([&] { return called = true; });
  EXPECT_FALSE(called);
}

TEST(session_table, a_report_outside_of_any_handler_is_nothing) {
  recording kept;
  {
    sonde::span<"span"> span;
    sonde::report_exception();
  }
  EXPECT_TRUE(kept.only().events.empty());
}

TEST(session_table, guards_may_outlive_the_session) {
  std::optional<sonde::span<"open">> open;
  std::optional<sonde::detached_span<"job">> job;
  std::optional<sonde::scope> active;
  {
    recording kept;
    open.emplace();
    open->set_attribute<"long">(std::string(5000, 'x'));  // on the heap
    job.emplace();
    job->set_attribute<"long">(std::string(5000, 'x'));
    active.emplace(*job);
    EXPECT_TRUE(kept.session.shutdown());
    EXPECT_EQ(kept.session.stats().spans.open, 2u);
    EXPECT_FALSE(sonde::current_span().is_recording());
  }
  exercise();
  active.reset();
  job.reset();
  open.reset();
  recording next;
  { sonde::span<"next"> span; }
  EXPECT_EQ(next.only().name, "next");
}

TEST(session_table, a_span_opened_in_one_session_and_closed_in_the_next_belongs_to_neither_stack) {
  std::optional<recording> kept;
  kept.emplace();
  auto open = std::make_unique<sonde::span<"first">>();
  auto child = std::make_unique<sonde::span<"child">>();
  open->set_attribute<"long">(std::string(5000, 'x'));
  sonde::detached_span<"job"> job;
  kept.reset();
  kept.emplace();
  {
    sonde::span<"second"> root;
    EXPECT_TRUE(root.is_recording());
    open.reset();
    child.reset();
    job.end();
    EXPECT_TRUE(sonde::current_span().context() == root.context());
    sonde::span<"inner"> inner;
    EXPECT_TRUE(inner.is_recording());
  }
  ASSERT_EQ(kept->spans().size(), 2u);
  EXPECT_FALSE(kept->named("second").parent_span_id.valid());
  EXPECT_EQ(kept->named("inner").parent_span_id, kept->named("second").span_id);
  const auto stats = kept->session.stats();
  EXPECT_EQ(stats.spans.started, 2u);
  EXPECT_EQ(stats.spans.open, 0u);
  EXPECT_TRUE(balanced(stats.spans));
}

TEST(session_table, restarts_while_threads_record) {
  std::atomic<bool> stop{false};
  std::thread busy{[&, turn = 0]() mutable {
    while (!stop) {
      sonde::span<"outer"> outer;
      sonde::span<"inner"> inner;
      inner.set_attribute<"text">("some text");
      if (++turn % 3 == 0) std::this_thread::sleep_for(200us);  // or a flush takes as long as it may
    }
  }};
  for (int i = 0; i < 10; ++i) {
    recording kept;
    std::this_thread::sleep_for(2ms);
    for (const auto& each : kept.spans()) ASSERT_TRUE(each.name == "outer" || each.name == "inner") << each.name;
    EXPECT_TRUE(balanced(kept.session.stats().spans));
  }
  stop = true;
  busy.join();
}

/// Never comes back from its first span until told to.
struct stuck_exporter {
  std::shared_ptr<std::atomic<bool>> released = std::make_shared<std::atomic<bool>>(false);
  [[nodiscard]] std::string_view name() const { return "stuck"; }
  [[nodiscard]] std::string open(sonde::pipeline::setup&) { return "nowhere"; }
  bool write(const sonde::record::span_view& span) {
    while (!*released) std::this_thread::sleep_for(1ms);
    return !span.name.empty();
  }
};

TEST(session_table, a_collector_left_behind_reads_its_own_rings_only) {
  stuck_exporter stuck;
  const auto work = [] {
    for (int i = 0; i < 200; ++i) {
      sonde::span<"one"> span;
      span.set_attribute<"text">("some text");
    }
  };
  {
    auto session = sonde::start({.diagnostics = [](auto) {}}, stuck);
    work();
    std::thread{work}.join();
    std::this_thread::sleep_for(20ms);
    work();
    EXPECT_FALSE(session.shutdown(20ms));
  }
  recording kept;
  work();
  *stuck.released = true;
  std::this_thread::sleep_for(50ms);
  work();
  EXPECT_EQ(kept.spans().size(), 400u);
  EXPECT_EQ(kept.session.stats().spans.taken, 400u);
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(session_table, a_forked_child_records_nothing_of_its_parents) {
  recording kept;
  EXPECT_TRUE(kept.session.force_flush());
  sonde::span<"parent's"> open;
  open.set_attribute<"long">(std::string(5000, 'x'));
  sonde::detached_span<"job"> job;
  EXPECT_EQ(exit_code_of_child([&] {
              bool right = !sonde::current_span().is_recording();
              exercise();
              job.end();
              return right && kept.memory.spans().empty();
            }),
            0);
  job.end();
  EXPECT_EQ(kept.only().name, "job");
}

TEST(session_table, a_forked_child_closes_its_parents_guards_without_a_trace) {
  SKIP_WHERE_FORKED_CHILDREN_CANNOT_HAVE_THREADS();
  recording kept;
  EXPECT_TRUE(kept.session.force_flush());
  auto outer = std::make_unique<sonde::span<"outer">>();
  auto inner = std::make_unique<sonde::span<"inner">>();
  inner->set_attribute<"long">(std::string(5000, 'x'));
  const auto inherited = outer->context();
  const auto work = [&](bool close_first) {
    if (close_first) inner.reset(), outer.reset();
    bool right = true;
    {
      recording own;
      {
        sonde::span<"child's"> span;
        if (!close_first) inner.reset(), outer.reset();
        sonde::span<"grandchild"> further;
        right = right && !(span.context().trace_id == inherited.trace_id) && !(span.context().span_id == inherited.span_id);
      }
      right = right && own.spans().size() == 2 && !own.named("child's").parent_span_id.valid() &&
              own.named("grandchild").parent_span_id == own.named("child's").span_id &&
              balanced(own.session.stats().spans);
    }
    return right;
  };
  EXPECT_EQ(exit_code_of_child([&] { return work(true); }), 0);
  EXPECT_EQ(exit_code_of_child([&] { return work(false); }), 0);
  inner.reset();
  outer.reset();
  EXPECT_EQ(kept.spans().size(), 2u);
}

TEST(session_table, children_forked_under_load_start_whole) {
  SKIP_WHERE_BUSY_PROCESSES_CANNOT_FORK();
  recording kept;
  std::atomic<bool> stop{false};
  std::thread busy{[&] {
    while (!stop) {
      for (int i = 0; i < 100; ++i) sonde::span<"busy"> span;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});  // the exporter keeps them all
    }
  }};
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(exit_code_of_child([] {
                recording own;
                for (int each = 0; each < 100; ++each) sonde::span<"child's"> span;
                return own.spans().size() == 100;
              }),
              0);
  stop = true;
  busy.join();
}

/// Records when the program, or a thread, is nearly gone.
struct late {
  ~late() { exercise(); }
};

TEST(session_table, spans_of_static_destructors_are_quiet) {
  EXPECT_EXIT(
      {
        static const late object;
        {
          recording kept;
          exercise();
        }
        std::exit(7);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(session_table, a_static_session_may_end_with_the_program) {
  EXPECT_EXIT(
      {
        static const late after;
        static recording kept;
        static const late before;
        exercise();
        std::exit(7);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(session_table, spans_of_thread_local_destructors_are_recorded) {
  recording kept;
  struct late_span {
    ~late_span() { sonde::span<"late"> span; }
    int touched = 0;
  };
  std::thread{[] {
    thread_local late_span object;
    object.touched = 1;
    sonde::span<"early"> span;
  }}.join();
  EXPECT_EQ(kept.spans().size(), 2u);
  EXPECT_FALSE(kept.named("late").parent_span_id.valid());
  EXPECT_TRUE(balanced(kept.session.stats().spans));
}

TEST(session_table, a_second_session_waits_for_the_first_to_be_done) {
  stuck_exporter stuck;
  auto session = sonde::start({.diagnostics = [](auto) {}}, stuck);
  { sonde::span<"one"> span; }
  std::this_thread::sleep_for(20ms);
  std::thread stopping{[&] { static_cast<void>(session.shutdown(60s)); }};
  std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(sonde::start({.diagnostics = [](auto) {}}, sonde::testing::memory_exporter{})) << "its rings are still read";
  *stuck.released = true;
  stopping.join();
  EXPECT_TRUE(sonde::start({.diagnostics = [](auto) {}}, sonde::testing::memory_exporter{}));
}

}  // namespace
