// SPDX-License-Identifier: MIT
// Every public feature once, so that templates are instantiated and not only parsed: what the static analysers read, and what
// compilers compile that no preset builds with. Never run. check_lint.py puts every header before it.
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/string_body.hpp>
#include <curl/curl.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <sonde/adapters/cloudwatch.hpp>
#include <sonde/adapters/console.hpp>
#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/adapters/rollbar.hpp>
#include <sonde/adapters/trace_event.hpp>
#include <sonde/adapters/xray.hpp>
#include <sonde/adapters/xray/sampler.hpp>
#include <sonde/attributes.hpp>
#include <sonde/baggage.hpp>
#include <sonde/integrations/asio.hpp>
#include <sonde/integrations/beast.hpp>
#include <sonde/integrations/coroutine.hpp>
#include <sonde/integrations/curl.hpp>
#include <sonde/integrations/executor.hpp>
#include <sonde/integrations/httplib.hpp>
#include <sonde/integrations/httplib_client.hpp>
#include <sonde/integrations/spdlog.hpp>
#include <sonde/integrations/sqlite.hpp>
#include <sonde/integrations/threads.hpp>
#include <sonde/integrations/throw_trace.hpp>
#include <sonde/log.hpp>
#include <sonde/log/write.hpp>
#include <sonde/propagation.hpp>
#include <sonde/propagation/environment_carrier.hpp>
#include <sonde/semconv.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

using namespace std::chrono_literals;
using sonde::attr;
using tracer = sonde::tracer<"lint", "1.0">;

enum class colour : std::uint8_t { red, green };
struct typed {
  std::string_view handle;
  std::size_t size = 0;
  std::optional<double> share{};
  colour paint = colour::red;
};

void values(const std::string& text, const std::vector<double>& list, const std::map<std::string, std::vector<int>>& map) {
  const sonde::span<"values"> opened;
  sonde::span<"values"> span{sonde::kind::server, opened.context()};
  span.set_attribute<"bool">(true);
  span.set_attribute<"int">(-1);
  span.set_attribute<"beyond">(std::uint64_t{1} << 63);
  span.set_attribute<"real">(0.5);
  span.set_attribute<"literal">("text");
  span.set_attribute<"text">(text);
  span.set_attribute<"enum">(colour::green);
  span.set_attribute<"duration">(5ms);
  span.set_attribute<"time">(std::chrono::system_clock::now());
  span.set_attribute<"optional">(std::optional<int>{});
  span.set_attribute<"list">(list);
  span.set_attribute<"map">(map);
  span.set_attribute<"called">([&] { return text + text; });
  span.set_attribute<sonde::semconv::http::route>("/");
  span.put_annotation<"annotation">(text);
  span.put_metadata<"metadata">(list);
  span.put_metadata<"metadata", "space">(map);
  span.add_event<"event">(attr<"list">(list), attr<"text">(text));
  span.add_link(opened.context(), attr<"why">("retry"));
  span.update_name(text);
  span.set_status(sonde::status::error, text);
  if (span.is_recording()) span.record_exception(std::runtime_error{text});
}

template <class T>
T in_template(T n) {
  SONDE_SPAN();
  return n;
}

int forms(const sonde::span_context& remote) {
  SONDE_SPAN("named");
  const tracer::span<"scoped"> scoped{sonde::kind::producer, remote};
  const sonde::span_at<sonde::level::debug, "levelled"> levelled;
  sonde::span<"typed", typed> aggregate{{.handle = "andrew"}};
  aggregate->size = 7;
  tracer::span<"typed of a tracer", typed> other;
  other->share = 0.5;
  sonde::current_span().set_attribute<"user.id">(1);
  sonde::detached_span<"job"> job;
  job.set_attribute<"late">(true);
  {
    const sonde::scope active{job};
    const tracer::span<"step"> step;
  }
  auto moved = std::move(job);
  moved.end();
  auto bound = sonde::bind_current([](int n) { return n; });
  const int sum = bound(1) + sonde::in_span<"compute">([] { return 2; }) + in_template(3);
  sonde::capture<"captured">([] {})();
  sonde::capture<&in_template<long>>()(4);
  try {
    sonde::in_span<"thrown">([] { throw std::runtime_error{"thrown"}; });
  } catch (const std::exception& error) {
    sonde::report_exception(error);
    sonde::report_exception(error, sonde::level::critical);
  }
  sonde::report_message("message", sonde::level::warning);
  return sum;
}

void logs(std::string_view handle, const std::string& text) {
  sonde::log::trace("nothing");
  sonde::log::debug("{}", 1);
  sonde::log::info("{} activities for {} in {:.1f} s", 1, handle, 0.5);
  sonde::log::warning("{}", text, attr<"key">(handle), attr<"n">(1));
  sonde::log::error("{}", std::string{handle});
  sonde::log::critical("{}", true);
  sonde::log::write(sonde::level::info, handle, attr<"log.logger">("old"));
}

void headers(const std::map<std::string, std::string>& request, std::multimap<std::string, std::string>& next) {
  const auto incoming = sonde::extract(request);
  const sonde::propagation_scope travelling{incoming};
  const sonde::span<"GET /"> span{sonde::kind::server, incoming};
  const sonde::baggage_scope<"tier"> tier{"gold"};
  if (const auto tenant = sonde::baggage_value("tenant")) sonde::current_span().set_attribute<"tenant">(*tenant);
  for (const auto& member : sonde::propagation::baggage_view{incoming.fields.baggage})
    sonde::current_span().set_attribute<"key">(member.key);
  sonde::inject(next);
  sonde::inject(next, span.context());
  sonde::propagation::child_environment environment;
  sonde::inject(environment);
  const auto own = sonde::extract(sonde::propagation::environment_carrier{});
  const sonde::span<"child"> child{sonde::kind::internal, own};
}

struct pool {
  void post(const std::function<void()>& task) { task(); }
};

struct job {
  struct promise_type : sonde::traced_promise {
    job get_return_object() { return {}; }
    auto initial_suspend() noexcept { return follow(std::suspend_never{}); }
    auto final_suspend() noexcept { return follow(std::suspend_never{}); }
    void return_void() {}
    void unhandled_exception() {}
  };
};
job coroutine() {
  const sonde::span<"coroutine"> span;
  co_await std::suspend_never{};
}

#ifndef __clang_analyzer__  // which sees an uninitialised pointer in Boost.Asio's coroutines
boost::asio::awaitable<void> nap(sonde::captured_context from) {
  sonde::asio::coroutine_scope here{from};
  const sonde::span<"nap"> span;
  boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, 1ms};
  co_await here.follow(timer.async_wait(boost::asio::use_awaitable));
}
#endif

void elsewhere(pool& workers, boost::asio::thread_pool& threads) {
  sonde::start_thread([](int) {}, 1).join();
  auto stoppable = sonde::start_jthread([](const std::stop_token&) {});
  sonde::async(std::launch::async, [] { return 1; }).get();
  sonde::submit(workers, [](int) {}, 1);
  sonde::traced_executor{workers}.post([] {});
  coroutine();
#ifndef __clang_analyzer__
  boost::asio::co_spawn(threads, nap(sonde::current_context()), boost::asio::detached);
#endif
  const sonde::asio::executor executor{threads.get_executor()};
  boost::asio::post(executor, [] {});
  boost::asio::post(threads, sonde::asio::bind([] {}));
}

void servers() {
  sonde::httplib::server server{{.excluded_routes = {"/health"}, .access_log = true}};
  server.Get(R"(/@(\w+))", "/@handle", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content(request.matches[1].str(), "text/plain");
  });
  server.listen("127.0.0.1", 4567);

  using string_body = boost::beast::http::string_body;
  const boost::beast::http::request<string_body> asked;
  boost::beast::http::response<string_body> made;
  sonde::beast::serve(asked, made, {}, {}, [&](sonde::http::server_span& span) {
    span.set_route("/users/:id");
    made.body() = "hello";
  });
}

void clients(CURL* easy, sqlite3* database, sqlite3_stmt* statement) {
  sonde::httplib::client client{"http://localhost:4567"};
  client.Get("/");
  client.Get("/", httplib::Params{{"q", "1"}}, httplib::Headers{{"x", "y"}});
  client.Head("/");
  client.Post("/", "body", "text/plain");
  client.Put("/", "body", "text/plain");
  client.Patch("/", "body", "text/plain");
  client.Delete("/");
  client.Options("/");
  sonde::curl::request{easy, "https://example.com/"}.perform();
  sonde::sqlite::exec(database, "SELECT 1");
  sonde::sqlite::query found{statement};
  while (found.step() == SQLITE_ROW) continue;
}

void loggers() {
  spdlog::default_logger()->sinks().push_back(std::make_shared<sonde::spdlog::sink>());
  spdlog::set_default_logger(sonde::spdlog::in_front_of(spdlog::default_logger(), sonde::spdlog::ids_in_text::yes));
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<sonde::spdlog::trace_id_flag>('*').add_flag<sonde::spdlog::span_id_flag>('~');
  spdlog::set_formatter(std::move(formatter));
}

std::size_t sessions() {
  sonde::testing::memory_exporter memory;
  sonde::session session =
      sonde::start({.service_name = "lint",
                    .sampler = sonde::sampling::parent_based{sonde::sampling::ratio{0.5}},
                    .propagators = {{sonde::propagation::propagator::tracecontext, sonde::propagation::propagator::b3}},
                    .diagnostics = [](std::string_view) {}},
                   sonde::console::exporter{}, sonde::file::exporter{{.path = "traces.jsonl", .logs_path = "logs.jsonl"}},
                   sonde::trace_event::exporter{{.path = "trace.json"}}, sonde::otlp::exporter{},
                   sonde::otlp::exporter{{.honeycomb = sonde::otlp::honeycomb{}}},
                   sonde::cloudwatch::exporter{{.log_group = "lint"}},
                   sonde::rollbar::exporter{{.environment = "production"}},
                   sonde::xray::exporter{{.name = "lint", .plugins = {sonde::xray::plugin::ec2}}},
                   std::optional<sonde::testing::null_exporter>{}, memory);
  if (!session) return session.refusal().size();
  session.set_log_level(sonde::level::info);
  session.force_flush(1s);
  session.shutdown(1s);
  std::size_t sum = memory.spans().size() + memory.logs().size() + session.settings().size();
  for (const sonde::exporter_stats& each : session.stats().exporters)
    sum += each.name.size() + each.spans.dropped.total() + each.logs.exported;
  const sonde::session of_rules = sonde::start({}, sonde::xray::sampler{{.rules_file = "xray.json"}});
  return sum + sonde::xray::explain({.method = "GET", .path = "/"}).text().size();
}

}  // namespace

int everything(const std::string& text) {
  values(text, {0.5}, {{text, {1}}});
  logs(text, text);
  std::multimap<std::string, std::string> next;
  headers({}, next);
  pool workers;
  boost::asio::thread_pool threads;
  elsewhere(workers, threads);
  servers();
  clients(nullptr, nullptr, nullptr);
  loggers();
  return forms({}) + static_cast<int>(sessions());
}

// And the examples, of whose main functions some end without a return.
// NOLINTBEGIN(bugprone-suspicious-include)
#pragma GCC diagnostic ignored "-Wreturn-type"
#define main of_hello
#include "../../examples/hello.cpp"
#undef main
#define main of_rollbar
#include "../../examples/rollbar.cpp"
#undef main
#define main of_cruddur
#include "../../examples/cruddur/main.cpp"
#undef main
#define main of_profiles
#include "../../examples/cruddur/profiles/main.cpp"
#undef main
// NOLINTEND(bugprone-suspicious-include)
