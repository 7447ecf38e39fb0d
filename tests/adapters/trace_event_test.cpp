// SPDX-License-Identifier: MIT

#include <sonde/adapters/trace_event.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class trace_event : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sonde_trace_event_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = (directory_ / "trace.json").string();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  sonde::session start(const std::string& path, std::string service = "test") {
    sonde::pipeline::collector::grace = 10s;
    return sonde::start({.service_name = std::move(service),
                         .diagnostics = [this](std::string_view line) { said_ += std::string{line} + '\n'; }},
                        sonde::trace_event::exporter{{.path = path}}, kept_);
  }
  sonde::session start() { return start(path_); }

  [[nodiscard]] std::string text() const {
    std::ifstream file{path_};
    std::ostringstream whole;
    whole << file.rdbuf();
    return whole.str();
  }
  /// The events of a file that is closed properly.
  [[nodiscard]] json events() const { return json::parse(text()); }

  std::filesystem::path directory_;
  std::string path_;
  std::string said_;  // by the session, read once it has ended
  sonde::testing::memory_exporter kept_;
};

[[nodiscard]] std::int64_t nanoseconds(const json& microseconds) {
  return std::llround(microseconds.get<double>() * 1000);
}
[[nodiscard]] std::vector<json> with(const json& events, std::string_view phases) {
  std::vector<json> found;
  for (const json& each : events)
    if (phases.find(each.at("ph").get<std::string>()) != std::string_view::npos) found.push_back(each);
  return found;
}
[[nodiscard]] json named(const json& events, std::string_view phases, const std::string& name) {
  std::vector<json> found;
  for (const json& each : with(events, phases))
    if (each.at("name") == name) found.push_back(each);
  EXPECT_EQ(found.size(), 1u) << name;
  return found.empty() ? json{} : found[0];
}
[[nodiscard]] std::string thread_name(const json& events, const json& tid) {
  std::string last;
  for (const json& each : with(events, "M"))
    if (each.at("name") == "thread_name" && each.at("tid") == tid) last = each.at("args").at("name");
  return last;
}
[[nodiscard]] std::string hex(const auto& id) {
  const auto digits = id.to_hex();
  return {digits.data(), digits.size()};
}

/// The rules viewers have, for every event of a file.
void check_rules(const json& events) {
  ASSERT_TRUE(events.is_array());
  struct slice {
    std::int64_t start, end;
  };
  std::map<std::uint32_t, std::vector<slice>> lanes;
  std::set<std::uint32_t> threads;
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<json>> tracks;
  std::map<std::tuple<std::string, std::string>, slice> async_spans;
  for (const json& each : events) {
    const std::string phase = each.at("ph");
    ASSERT_EQ(each.at("pid"), getpid()) << each;
    ASSERT_TRUE(each.at("tid").is_number_unsigned() && each.at("tid") <= UINT32_MAX) << each;
    if (phase == "M") continue;
    threads.insert(each.at("tid").get<std::uint32_t>());
    ASSERT_TRUE(each.at("ts").is_number() && each.at("ts") >= 0) << each;
    ASSERT_TRUE(each.at("name").is_string() && each.at("cat").is_string()) << each;
    const std::int64_t start = nanoseconds(each.at("ts"));
    if (phase == "X") {
      ASSERT_TRUE(each.at("dur").is_number() && each.at("dur") >= 0) << each;
      lanes[each.at("tid").get<std::uint32_t>()].push_back({start, start + nanoseconds(each.at("dur"))});
    } else if (phase == "b" || phase == "e") {
      tracks[{each.at("id2").at("local"), each.at("cat"), each.at("name")}].push_back(each);
    } else if (phase == "i") {
      ASSERT_EQ(each.at("s"), "t") << each;
    } else {
      ASSERT_EQ(phase, "n") << each;
    }
  }
  for (auto& [thread, slices] : lanes) {
    std::sort(slices.begin(), slices.end(), [](const slice& a, const slice& b) {
      return a.start != b.start ? a.start < b.start : a.end > b.end;
    });
    std::vector<slice> open;
    for (const slice& each : slices) {
      while (!open.empty() && open.back().end <= each.start) open.pop_back();
      ASSERT_TRUE(open.empty() || each.end <= open.back().end)
          << "on " << thread << ": " << each.start << ".." << each.end << " crosses " << open.back().start << ".." << open.back().end;
      open.push_back(each);
    }
  }
  for (const auto& [key, pair] : tracks) {
    ASSERT_EQ(pair.size(), 2u) << std::get<2>(key);
    EXPECT_EQ(pair[0].at("ph"), "b");
    EXPECT_EQ(pair[1].at("ph"), "e");
    EXPECT_LE(pair[0].at("ts"), pair[1].at("ts"));
    async_spans[{std::get<0>(key), std::get<1>(key)}] = {nanoseconds(pair[0].at("ts")), nanoseconds(pair[1].at("ts"))};
  }
  for (const json& each : with(events, "n")) {
    const auto track = async_spans.find({each.at("id2").at("local"), each.at("cat")});
    ASSERT_NE(track, async_spans.end()) << each;
    EXPECT_GE(nanoseconds(each.at("ts")), track->second.start);
    EXPECT_LE(nanoseconds(each.at("ts")), track->second.end);
  }
  for (const std::uint32_t each : threads) {
    EXPECT_NE(thread_name(events, each), "") << each;
    EXPECT_NE(thread_name(events, each), "unknown thread") << each;
  }
}

TEST_F(trace_event, threads_are_named_and_spans_lie_within_each_other) {
  auto session = start(path_, "bakery");
  std::int32_t oven = 0;
  {
    sonde::span<"breakfast"> outer;
    { sonde::span<"bake"> inner; std::this_thread::sleep_for(2ms); }
    std::thread{[&] {
      pthread_setname_np(pthread_self(), "oven");
      oven = gettid();
      sonde::span<"heat"> heat;
      sonde::span<"watch"> watch;
    }}.join();
  }
  ASSERT_TRUE(session.shutdown());
  const json got = events();
  check_rules(got);
  EXPECT_EQ(named(got, "M", "process_name").at("args").at("name"), "bakery");
  const std::string labels = named(got, "M", "process_labels").at("args").at("labels");
  std::tm base{};
  const char* const rest = strptime(labels.c_str(), "0 is %Y-%m-%dT%H:%M:%SZ", &base);
  ASSERT_TRUE(rest != nullptr && *rest == '\0') << labels;
  EXPECT_EQ(with(got, "X").size(), 4u);

  const json breakfast = named(got, "X", "breakfast");
  EXPECT_EQ(breakfast.at("tid"), gettid());
  EXPECT_EQ(breakfast.at("cat"), "sonde");
  EXPECT_EQ(named(got, "X", "bake").at("tid"), gettid());
  EXPECT_EQ(named(got, "X", "watch").at("tid"), oven);
  EXPECT_EQ(thread_name(got, oven), "oven");

  for (const auto& each : kept_.spans()) {
    const json event = named(got, "X", each.name);
    EXPECT_EQ(event.at("args").at("trace_id"), hex(each.trace_id));
    EXPECT_EQ(event.at("args").at("span_id"), hex(each.span_id));
    EXPECT_EQ(event.at("args").value("parent_span_id", ""), each.parent_span_id.valid() ? hex(each.parent_span_id) : "");
    EXPECT_EQ(event.at("args").at("file"), each.file);
    EXPECT_EQ(event.at("args").at("line"), each.line);
    const double since_base = static_cast<double>(each.start_unix_nano - std::int64_t{timegm(&base)} * 1'000'000'000) / 1000;
    EXPECT_NEAR(event.at("ts").get<double>(), since_base, 10'000);
    const double micros = static_cast<double>(each.end_unix_nano - each.start_unix_nano) / 1000;
    EXPECT_NEAR(event.at("dur").get<double>(), micros, 0.01 + micros / 1000);  // the session's clock learns its rate anew
  }
}

TEST_F(trace_event, detached_spans_have_tracks_of_their_own) {
  auto session = start();
  {
    sonde::tracer<"other.scope">::detached_span<"job"> job;
    std::this_thread::sleep_for(2ms);
    job.add_event<"late">(sonde::attr<"n">(1));
    std::thread{[&] {
      sonde::span<"there"> span;
      job.end();
    }}.join();
  }
  ASSERT_TRUE(session.shutdown());
  const json got = events();
  check_rules(got);
  const json begin = named(got, "b", "job");
  const json end = named(got, "e", "job");
  EXPECT_EQ(begin.at("cat"), "other.scope");
  EXPECT_EQ(begin.at("id2").at("local"), begin.at("args").at("span_id"));
  EXPECT_GT(nanoseconds(end.at("ts")) - nanoseconds(begin.at("ts")), 1'900'000);
  EXPECT_EQ(named(got, "n", "late").at("args").at("attributes"), json({{"n", 1}}));
  EXPECT_EQ(named(got, "X", "there").at("tid"), end.at("tid"));  // it keeps its place, though `job` crosses it
}

TEST_F(trace_event, guards_that_cross_each_other_do_not_share_a_lane) {
  auto session = start();
  {
    sonde::span<"around"> span;
    auto first = std::make_unique<sonde::span<"first">>();
    std::this_thread::sleep_for(1ms);
    auto second = std::make_unique<sonde::span<"second">>();
    std::this_thread::sleep_for(1ms);
    first.reset();
    std::this_thread::sleep_for(1ms);
    second->add_event<"late">();
    second.reset();
  }
  ASSERT_TRUE(session.shutdown());
  const json got = events();
  check_rules(got);
  EXPECT_EQ(with(got, "X").size(), 2u);
  EXPECT_GT(nanoseconds(named(got, "e", "second").at("ts")) - nanoseconds(named(got, "b", "second").at("ts")), 1'900'000);
  EXPECT_EQ(named(got, "n", "late").at("id2"), named(got, "b", "second").at("id2"));
}

TEST_F(trace_event, rules_hold_whatever_threads_do) {
  auto session = start();
  std::mutex mutex;
  std::vector<sonde::detached_span<"job">> jobs;
  const auto work = [&](unsigned seed) {
    std::mt19937 random{seed};
    const auto nest = [&](auto& self, int depth) -> void {
      sonde::span<"level"> span;
      for (unsigned i = random() % 4; i > 0 && depth < 6; --i) {
        const unsigned what = random() % 8;
        if (what == 0) {
          const std::lock_guard lock{mutex};
          jobs.emplace_back();
          jobs.back().add_event<"begun">();
        } else if (what == 1) {
          const std::lock_guard lock{mutex};
          if (!jobs.empty()) std::swap(jobs[random() % jobs.size()], jobs.back());
          if (!jobs.empty()) jobs.pop_back();  // often begun by another thread
        } else if (what == 2) {
          try {
            sonde::span<"throws"> doomed;
            self(self, depth + 1);
            throw std::runtime_error{"no"};
          } catch (const std::exception& error) {
            if (random() % 2 == 0) sonde::report_exception(error);
          }
        } else {
          self(self, depth + 1);
        }
      }
      span.add_event<"done">();
    };
    for (int round = 0; round < 60; ++round) nest(nest, 0);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(work, i);
  for (std::thread& each : threads) each.join();
  jobs.clear();
  ASSERT_TRUE(session.shutdown(60s));
  const json got = events();
  check_rules(got);

  std::multiset<std::string> drawn, recorded;
  for (const json& each : with(got, "Xb")) drawn.insert(each.at("args").at("span_id"));
  for (const auto& each : kept_.spans()) recorded.insert(hex(each.span_id));
  EXPECT_EQ(drawn, recorded);
  EXPECT_GT(with(got, "X").size(), with(got, "b").size());
  EXPECT_GT(with(got, "b").size(), 100u);
  for (const json& each : with(got, "b")) EXPECT_EQ(each.at("name"), "job") << each;  // scoped spans stay with their thread
}

TEST_F(trace_event, texts_come_back_as_they_were) {
  const std::string hostile = "\"quoted\" \\ \n\t\r\b\f\x01\x1f </script> \xE2\x80\xA8 \xF0\x9F\x8D\x9E \x7f";
  auto session = start(path_, hostile);
  std::thread{[&] {
    pthread_setname_np(pthread_self(), "a\"b\\c\xC3\xA9");
    sonde::tracer<"we\"ird\\scope">::span<"e\"ve\\nt"> span;
    span.update_name(hostile);
    span.set_attribute<"k\"e\\y">(hostile);
    span.set_attribute<"nul">(std::string_view{"a\0b", 3});
    span.set_attribute<"broken">("a\xFF\xC3(b");
    span.set_status(sonde::status::error, hostile);
    span.add_event<"ev\"ent">();
  }}.join();
  ASSERT_TRUE(session.shutdown());
  const json got = events();
  check_rules(got);
  EXPECT_EQ(named(got, "M", "process_name").at("args").at("name"), hostile);
  const json span = named(got, "X", hostile);
  EXPECT_EQ(thread_name(got, span.at("tid")), "a\"b\\c\xC3\xA9");
  EXPECT_EQ(span.at("cat"), "we\"ird\\scope");
  EXPECT_EQ(span.at("args").at("status"), "error");
  EXPECT_EQ(span.at("args").at("status_message"), hostile);
  EXPECT_EQ(span.at("args").at("attributes"),
            json({{"k\"e\\y", hostile}, {"nul", std::string("a\0b", 3)}, {"broken", "a\xEF\xBF\xBD\xEF\xBF\xBD(b"}}));
  EXPECT_EQ(named(got, "i", "ev\"ent").at("args").at("span_id"), span.at("args").at("span_id"));
}

TEST_F(trace_event, values_keep_their_types) {
  auto session = start();
  const sonde::span_context linked{{{0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c}},
                                   {{0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31}}, true, true};
  {
    sonde::span<"values"> span{sonde::kind::client};
    span.set_attribute<"no">(false);
    span.set_attribute<"zero">(0);
    span.set_attribute<"least">(std::numeric_limits<std::int64_t>::min());
    span.set_attribute<"most">(std::numeric_limits<std::uint64_t>::max());
    span.set_attribute<"real">(0.1);
    span.set_attribute<"whole">(3.0);
    span.set_attribute<"large">(1e300);
    span.set_attribute<"nan">(std::nan(""));
    span.set_attribute<"inf">(-INFINITY);
    span.set_attribute<"empty">("");
    span.set_attribute<"list">(std::vector<std::vector<int>>{{1, 2}, {}});
    span.set_attribute<"map">(std::map<std::string, std::vector<bool>>{{"a", {true}}, {"b", {}}});
    span.set_attribute<"no map">(std::map<std::string, int>{});
    span.set_attribute<"day">(std::chrono::system_clock::time_point{});
    span.set_attribute<"wait">(1500ms);
    span.put_annotation<"handle">("@a");
    span.put_metadata<"rows", "db">(7);
    span.add_link(linked, sonde::attr<"why">(true));
    span.set_status(sonde::status::ok);
  }
  ASSERT_TRUE(session.shutdown());
  const json args = named(events(), "X", "values").at("args");
  EXPECT_EQ(args.at("attributes"),
            (json{{"no", false}, {"zero", 0}, {"least", std::numeric_limits<std::int64_t>::min()},
                  {"most", "18446744073709551615"}, {"real", 0.1}, {"whole", 3.0}, {"large", 1e300}, {"nan", "NaN"}, {"inf", "-Infinity"}, {"empty", ""},
                  {"list", {{1, 2}, json::array()}}, {"map", {{"a", {true}}, {"b", json::array()}}},
                  {"no map", json::object()}, {"day", "1970-01-01T00:00:00Z"}, {"wait", 1.5}, {"handle", "@a"}, {"rows", 7}}))
      << args;
  EXPECT_TRUE(args.at("attributes").at("zero").is_number_integer() && args.at("attributes").at("least").is_number_integer());
  EXPECT_TRUE(args.at("attributes").at("whole").is_number_float());
  EXPECT_EQ(args.at("kind"), "client");
  EXPECT_EQ(args.at("status"), "ok");
  EXPECT_EQ(args.at("links"), json::array({{{"trace_id", "0af7651916cd43dd8448eb211c80319c"},
                                            {"span_id", "b7ad6b7169203331"},
                                            {"attributes", {{"why", true}}}}}));
}

TEST_F(trace_event, logs_and_exceptions_are_moments) {
  auto session = start();
  try {
    sonde::in_span<"query">([] { throw std::runtime_error{"connection lost"}; });
  } catch (const std::exception&) {
  }
  {
    sonde::span<"request"> span;
    sonde::log::warning("{} rows", 3);
  }
  sonde::log::info("alone");
  ASSERT_TRUE(session.shutdown());
  const json got = events();
  check_rules(got);
  const json query = named(got, "X", "query");
  EXPECT_EQ(query.at("args").at("status"), "error");
  EXPECT_EQ(query.at("args").at("exception").at("exception.message"), "connection lost");
  const json thrown = named(got, "i", "exception");
  EXPECT_EQ(thrown.at("args").at("attributes").at("exception.type"), "std::runtime_error");
  EXPECT_EQ(thrown.at("tid"), query.at("tid"));

  const json request = named(got, "X", "request");
  const json warning = named(got, "i", "3 rows");
  EXPECT_EQ(warning.at("cat"), "log");
  EXPECT_EQ(warning.at("args").at("severity"), "warning");
  EXPECT_EQ(warning.at("args").at("span_id"), request.at("args").at("span_id"));
  EXPECT_GE(nanoseconds(warning.at("ts")), nanoseconds(request.at("ts")));
  EXPECT_LE(nanoseconds(warning.at("ts")), nanoseconds(request.at("ts")) + nanoseconds(request.at("dur")));
  EXPECT_FALSE(named(got, "i", "alone").at("args").contains("trace_id"));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.spans.exported, 2u);
  EXPECT_EQ(stats.logs.exported, 2u);
}

TEST_F(trace_event, cut_off_after_any_line_it_loads) {
  auto session = start();
  for (int i = 0; i < 50; ++i) {
    sonde::span<"work"> span;
    span.add_event<"step">();
  }
  ASSERT_TRUE(session.force_flush());
  const std::string running = text();  // what kill -9 leaves behind
  EXPECT_TRUE(json::parse(running, nullptr, false).is_discarded());
  EXPECT_EQ(with(json::parse(running + "]"), "X").size(), 50u);
  for (std::size_t at = running.find('\n'); at != std::string::npos; at = running.find('\n', at + 1)) {
    std::string some = running.substr(0, at);
    if (some.back() == ',') some.pop_back();  // as chrome://tracing does
    EXPECT_FALSE(json::parse(some + "]", nullptr, false).is_discarded()) << some;
  }
  ASSERT_TRUE(session.shutdown());
  EXPECT_EQ(with(events(), "X").size(), 50u);
  struct stat found {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(trace_event, a_later_session_replaces_the_file_but_not_under_another) {
  for (int i = 0; i < 2; ++i) {
    auto session = start();
    sonde::span<"work"> span;
  }
  EXPECT_EQ(with(events(), "X").size(), 1u);

  const int other = open(path_.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  said_.clear();
  {
    auto session = start();
    sonde::span<"work"> span;
  }
  EXPECT_NE(said_.find("is being written by another session"), std::string::npos) << said_;
  EXPECT_EQ(with(events(), "X").size(), 1u);
  close(other);
}

TEST_F(trace_event, a_full_disk_is_told_and_counted) {
  auto session = start("/dev/full");
  for (int i = 0; i < 3; ++i) {
    { sonde::span<"work"> span; }
    sonde::log::info("line");
    static_cast<void>(session.force_flush(200ms));  // the disk stays full: it keeps what it has until then
  }
  static_cast<void>(session.shutdown(200ms));
  const auto stats = session.stats().exporters.at(0);
  EXPECT_EQ(stats.spans.exported + stats.logs.exported, 0u);
  EXPECT_EQ(stats.spans.dropped[sonde::drop_reason::rejected], 3u);
  EXPECT_EQ(stats.logs.dropped[sonde::drop_reason::rejected], 3u);
  EXPECT_NE(said_.find("cannot write to '/dev/full': No space left on device"), std::string::npos) << said_;
}

TEST_F(trace_event, what_cannot_be_opened_is_told) {
  auto session = start(path_ + "/no/such/directory");
  { sonde::span<"work"> span; }
  static_cast<void>(session.shutdown());
  EXPECT_EQ(session.stats().exporters.at(0).spans.dropped[sonde::drop_reason::not_configured], 1u);
  EXPECT_NE(said_.find("cannot open '"), std::string::npos) << said_;
}

// What the lanes of threads promise, against all pairs of what they took in.

TEST(trace_event_lane, takes_in_what_nests_and_nothing_that_crosses) {
  std::mt19937 random{7};
  for (int round = 0; round < 200; ++round) {
    sonde::trace_event::lane lane;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t start = random() % 40;
      const std::uint64_t end = start + random() % 12;
      if (!lane.admit(start, end)) continue;
      for (const auto& [from, to] : taken) {
        const bool apart = to <= start || end <= from;
        const bool nested = (from <= start && end <= to) || (start <= from && to <= end);
        ASSERT_TRUE(apart || nested) << start << ".." << end << " and " << from << ".." << to;
      }
      taken.emplace_back(start, end);
    }
    ASSERT_GT(taken.size(), 2u);
  }
}

TEST(trace_event_lane, refuses_only_what_crosses_or_comes_too_late) {
  sonde::trace_event::lane lane;
  EXPECT_TRUE(lane.admit(10, 20));
  EXPECT_TRUE(lane.admit(20, 30));  // they may touch
  EXPECT_TRUE(lane.admit(32, 32));
  EXPECT_TRUE(lane.admit(32, 40));
  EXPECT_FALSE(lane.admit(25, 41));
  EXPECT_FALSE(lane.admit(35, 36));  // it may cross something within 32..40
  EXPECT_TRUE(lane.admit(30, 32));
  EXPECT_TRUE(lane.admit(10, 40));
  EXPECT_TRUE(lane.admit(1, 5));     // of a thread's earlier spans, held back for a while
  EXPECT_TRUE(lane.admit(0, 41));
}

TEST(trace_event_lane, a_span_around_very_many_still_fits) {
  sonde::trace_event::lane lane;
  constexpr std::uint64_t many = 100'000;
  for (std::uint64_t i = 1; i < many; ++i) ASSERT_TRUE(lane.admit(10 * i, 10 * i + 9));
  EXPECT_TRUE(lane.admit(10 * (many - 100) - 1, 10 * many)) << "recent ones are known one by one";
  EXPECT_FALSE(lane.admit(105, 10 * many + 1)) << "crosses the tenth";
  EXPECT_TRUE(lane.admit(1, 10 * many + 2));
}

}  // namespace
