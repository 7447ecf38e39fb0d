// SPDX-License-Identifier: MIT
// Built with SONDE_ENABLED=0: what a user writes still compiles, runs what is the user's, and does nothing else.
#include <gtest/gtest.h>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>

#if SONDE_ENABLED
#error "these tests are about SONDE_ENABLED=0"
#endif

namespace {

using tracer = sonde::tracer<"home.activities", "1.0">;

struct user_activities {
  std::string_view handle;
  std::size_t results_size = 3;
};
struct owner {
  std::string name;
  std::unique_ptr<int> only_movable;
};

static_assert(!sonde::enabled);
template <class Idle>
constexpr bool is_nothing = std::is_empty_v<Idle> && std::is_trivial_v<Idle> && std::is_trivially_destructible_v<Idle>;
static_assert(is_nothing<sonde::span<"name">>);
static_assert(is_nothing<tracer::span<"name">>);
static_assert(is_nothing<sonde::span_at<sonde::level::critical, "name">>);
static_assert(is_nothing<sonde::placed_span<"name", "file", 1, "function">>);
static_assert(is_nothing<decltype(sonde::current_span())>);
static_assert(std::is_empty_v<sonde::detached_span<"name">> && std::is_trivially_destructible_v<sonde::detached_span<"name">>);
static_assert(std::is_empty_v<sonde::scope> && std::is_trivially_destructible_v<sonde::scope>);
static_assert(std::is_nothrow_move_constructible_v<sonde::detached_span<"name">>);
static_assert(!std::is_copy_constructible_v<sonde::detached_span<"name">>);
static_assert(std::is_trivially_copyable_v<sonde::span<"name", user_activities>>);
static_assert(sizeof(sonde::span<"name", user_activities>) == sizeof(user_activities));

// Whatever can be said to a span, live or idle.
template <class Span>
concept span_like = requires(Span& span, const Span& read, const std::string& text, const std::exception& error,
                             int (*lazy)()) {
  span.template set_attribute<"key">(1);
  span.template set_attribute<"key">("text");
  span.template set_attribute<"key">(text);
  span.template set_attribute<"key">(lazy);
  span.template put_annotation<"key">(text);
  span.template put_metadata<"key">(1.5);
  span.template put_metadata<"key", "namespace">(true);
  span.template add_event<"event">();
  span.template add_event<"event">(sonde::attr<"key">(text), sonde::attr<"other">(1));
  span.add_link(sonde::span_context{});
  span.add_link(sonde::span_context{}, sonde::attr<"key">(text));
  span.update_name(text);
  span.set_status(sonde::status::ok);
  span.set_status(sonde::status::error, text);
  span.record_exception(error);
  { read.context() } -> std::same_as<sonde::span_context>;
  { read.is_recording() } -> std::same_as<bool>;
};
template <bool Live>
constexpr bool same_operations =
    span_like<typename sonde::span_forms<Live>::template span<sonde::default_scope, "name">> &&
    span_like<typename sonde::span_forms<Live>::template span<sonde::default_scope, "name", user_activities>> &&
    span_like<typename sonde::span_forms<Live>::template detached_span<sonde::default_scope, "name">> &&
    span_like<typename sonde::span_forms<Live>::current_span>;
static_assert(same_operations<true> && same_operations<false>);

template <class Span>
concept opened_in_all_ways = requires(const sonde::span_context& parent) {
  Span{};
  Span{sonde::kind::server};
  Span{parent};
  Span{sonde::kind::server, parent};
};
template <bool Live>
constexpr bool same_constructors =
    opened_in_all_ways<typename sonde::span_forms<Live>::template span<sonde::default_scope, "name">> &&
    opened_in_all_ways<typename sonde::span_forms<Live>::template detached_span<sonde::default_scope, "name">>;
static_assert(same_constructors<true> && same_constructors<false>);

TEST(idle_span, takes_everything_and_does_nothing) {
  const std::string handle = "andrew";
  sonde::span<"home-activities-mock-data"> span;
  span.set_attribute<"app.now">(std::chrono::system_clock::now());
  span.set_attribute<"app.result_length">(handle.size());
  span.put_annotation<"handle">(handle);
  span.put_metadata<"results", "user_activities">(7);
  span.add_event<"cache.miss">();
  span.add_event<"cache.hit">(sonde::attr<"key">(handle), sonde::attr<"size">(handle.size()));
  span.add_link(span.context(), sonde::attr<"why">("because"));
  span.update_name(handle);
  span.set_status(sonde::status::error, "no such handle");
  span.record_exception(std::runtime_error{"none"});
  EXPECT_FALSE(span.is_recording());
  EXPECT_FALSE(span.context().valid());

  tracer::span<"mock-data"> scoped;
  sonde::span_at<sonde::level::critical, "probe"> probe;
  sonde::span<"GET /x"> request{sonde::kind::server, sonde::span_context{}};
  SONDE_SPAN();
  SONDE_SPAN("mock-data");
  EXPECT_FALSE(scoped.is_recording() || probe.is_recording() || request.is_recording());
}

TEST(idle_span, never_calls_what_is_lazy) {
  int calls = 0;
  sonde::span<"lazy"> span;
  span.set_attribute<"a">([&] { return ++calls; });
  span.put_annotation<"b">([&] { return ++calls; });
  span.put_metadata<"c">([&] { return ++calls; });
  EXPECT_EQ(calls, 0);
}

TEST(idle_span, takes_values_that_cannot_be_copied) {
  const auto only_movable = std::make_unique<int>(1);
  const int numbers[] = {1, 2, 3};
  sonde::span<"values"> span;
  span.set_attribute<"a">(numbers);
  span.set_attribute<"b">(std::optional<std::vector<std::string>>{});
  span.set_attribute<"c">([held = only_movable.get()] { return *held; });
  EXPECT_FALSE(span.is_recording());
}

TEST(idle_span, keeps_typed_attributes_readable) {
  const std::string handle = "andrew";
  sonde::span<"user_activities", user_activities> span{{.handle = handle}};
  EXPECT_EQ(span->handle, "andrew");
  EXPECT_EQ(span->results_size, 3u);
  span->results_size = 5;
  EXPECT_EQ(span->results_size, 5u);

  sonde::span<"user_activities", user_activities> defaulted;
  EXPECT_EQ(defaulted->results_size, 3u);
  tracer::span<"user_activities", user_activities> server{sonde::kind::server};
  EXPECT_EQ(server->results_size, 3u);
  sonde::span<"owner", owner> moved{{.name = "andrew", .only_movable = std::make_unique<int>(4)}, sonde::kind::client};
  EXPECT_EQ(*moved->only_movable, 4);
}

struct service {
  int count = 1;
  int add(int more) { return count += more; }
  [[nodiscard]] int read() const { return count; }
};
int twice(int n) { return 2 * n; }

TEST(idle_callables, run_and_return_what_they_return) {
  const auto run = sonde::capture<"run">([](int n) { return n + 1; });
  EXPECT_EQ(run(2), 3);
  const auto of_tracer = tracer::capture<"run">(twice);
  EXPECT_EQ(of_tracer(2), 4);
  const auto named = sonde::capture<&twice>();
  EXPECT_EQ(named(2), 4);
  auto counter = sonde::capture<"count">([n = 0]() mutable { return ++n; });
  counter();
  EXPECT_EQ(counter(), 2);

  int here = 1;
  EXPECT_EQ(&sonde::in_span<"x">([&]() -> int& { return here; }), &here);
  EXPECT_EQ(tracer::in_span<"x">([] { return std::make_unique<int>(6); }).operator*(), 6);
  static_assert(std::is_void_v<decltype(sonde::in_span<"x">([] {}))>);
  EXPECT_THROW(sonde::in_span<"x">([]() -> int { throw std::runtime_error{"through"}; }), std::runtime_error);

  auto owned = sonde::bind_current([held = std::make_unique<int>(5)] { return *held; });
  EXPECT_EQ(owned(), 5);
}

TEST(idle_callables, call_member_functions) {
  service backend;
  const auto add = sonde::capture<&service::add>();
  EXPECT_EQ(add(backend, 2), 3);
  EXPECT_EQ(add(&backend, 2), 5);
  const auto by_value = sonde::capture<"add">(&service::add);
  EXPECT_EQ(by_value(backend, 1), 6);
  const auto bound = sonde::bind_current(&service::read);
  EXPECT_EQ(bound(&backend), 6);
}

TEST(idle_detached_span, moves_and_ends) {
  sonde::detached_span<"job"> job;
  {
    sonde::scope active{job};
    sonde::current_span().set_attribute<"user.id">(7);
    EXPECT_FALSE(sonde::current_span().is_recording());
  }
  auto moved = std::move(job);
  sonde::detached_span<"job"> other{sonde::kind::producer, sonde::span_context{}};
  other = std::move(moved);
  other.set_status(sonde::status::ok);
  other.end();
  other.end();
  EXPECT_FALSE(other.context().valid());
}

TEST(idle_reports, do_nothing) {
  sonde::report_message("Hello World!", sonde::level::warning);
  sonde::report_exception(std::runtime_error{"none"});
  sonde::report_exception();
  try {
    throw 7;
  } catch (...) {
    sonde::report_exception();
  }
  EXPECT_EQ(sonde::record::known_root().table, nullptr);
}

}  // namespace
