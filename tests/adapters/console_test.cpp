// SPDX-License-Identifier: MIT
// What a person sees: trees of spans, logs in their place, nothing a terminal would obey, and bounds that hold.

#include <sonde/adapters/console.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <sonde/log.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

namespace {

using namespace std::chrono_literals;

// It is moved into `start`, which must not throw where memory is short.
static_assert(std::is_nothrow_move_constructible_v<sonde::console::exporter>);

/// Environment variables for one test.
class environment_change {
 public:
  explicit environment_change(std::vector<std::pair<const char*, const char*>> wanted) {
    for (const auto& [name, value] : wanted) {
      const char* const before = std::getenv(name);
      before_.emplace_back(name, before != nullptr ? before : "", before != nullptr);
      value != nullptr ? setenv(name, value, 1) : unsetenv(name);
    }
  }
  environment_change(const environment_change&) = delete;
  environment_change& operator=(const environment_change&) = delete;
  ~environment_change() {
    for (const auto& [name, value, was_set] : before_) was_set ? setenv(name, value.c_str(), 1) : unsetenv(name);
  }

 private:
  std::vector<std::tuple<const char*, std::string, bool>> before_;
};

class temporary_file {
 public:
  temporary_file() : file_{std::tmpfile()} {}
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::fclose(file_); }

  [[nodiscard]] int fd() const { return fileno(file_); }
  [[nodiscard]] std::string text() const {
    std::string all(static_cast<std::size_t>(::lseek(fd(), 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(fd(), all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
    return all;
  }

 private:
  std::FILE* file_;
};

sonde::session start(sonde::console::config config) {
  return sonde::start({.service_name = "test", .diagnostics = [](auto) {}}, sonde::console::exporter{config});
}

/// What `body(session)` made a console print until the session ended.
template <class Body>
std::string printed(Body body, sonde::console::config config = {.utf8 = true}) {
  const temporary_file file;
  config.fd = file.fd();
  sonde::session session = start(config);
  body(session);
  session.shutdown();
  return file.text();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

/// The part of each line right of times and bars, which differ from run to run; header and blank lines left out.
std::string tree_of(const std::string& text, std::size_t margin = 37) {
  std::string trees;
  for (const std::string& line : lines(text)) {
    if (line.empty() || line.starts_with("trace ")) continue;
    std::size_t column = 0;
    std::size_t byte = 0;
    for (; byte < line.size() && column < margin; ++column)
      while (++byte < line.size() && (static_cast<unsigned char>(line[byte]) & 0xC0) == 0x80) {
      }
    trees += line.substr(byte) + "\n";
  }
  return trees;
}

/// Without places in the source, which change with every edit above them.
std::string without_places(std::string text) {
  for (;;) {
    const std::size_t at = text.find("  console_test.cpp:");
    if (at == std::string::npos) return text;
    text.erase(at, text.find_first_not_of("0123456789", at + 19) - at);
  }
}

std::size_t count(std::string_view text, std::string_view piece) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(piece, at)) != std::string_view::npos; at += piece.size()) ++found;
  return found;
}

void a_request() {
  sonde::span<"GET /home"> request{sonde::kind::server};
  request.set_attribute<"status">(200);
  {
    sonde::tracer<"home">::span<"load"> load;
    load.set_attribute<"handle">("andrew brown");
    sonde::log::info("loading for {}", "andrew");
    { const sonde::span<"query"> query; }
    load.add_event<"cache.miss">(sonde::attr<"key">("home"));
  }
  const sonde::span<"render"> render;
}

TEST(console, draws_a_tree) {
  const std::string text = printed([](auto&) { a_request(); });
  EXPECT_EQ(without_places(tree_of(text)),
            "GET /home  server\n"
            "│  status=200\n"
            "├─ load  [home]\n"
            "│  │  handle=\"andrew brown\"\n"
            "│  │  INFO loading for andrew\n"
            "│  └─ query\n"
            "│     • cache.miss  key=home\n"
            "└─ render\n");
  EXPECT_EQ(lines(text).front().substr(0, 6), "trace ");
  EXPECT_NE(lines(text).front().find("4 spans"), std::string::npos);
  EXPECT_EQ(lines(text).front().find("error"), std::string::npos);
}

TEST(console, a_log_does_not_repeat_what_its_span_says) {
  const std::string text = printed([](auto&) {
    sonde::span<"request"> request;
    request.set_attribute<"status">(200);
    sonde::log::info("answered", sonde::attr<"status">(200), sonde::attr<"size">(7));
    sonde::log::info("almost", sonde::attr<"status">(404));
    request.add_event<"sent">(sonde::attr<"status">(200));
    const sonde::span<"after"> after;
    sonde::log::info("elsewhere", sonde::attr<"status">(200));
  });
  EXPECT_EQ(without_places(tree_of(text)),
            "request\n"
            "│  status=200\n"
            "│  INFO answered  size=7\n"
            "│  INFO almost  status=404\n"
            "│  • sent  status=200\n"
            "└─ after\n"
            "      INFO elsewhere  status=200\n");
}

TEST(console, draws_in_ascii_where_the_locale_has_no_more) {
  for (const auto& [locale, expected] :
       {std::pair{"C", "|- load"}, {"en_US.UTF-8", "├─ load"}, {"de_DE.utf8", "├─ load"}}) {
    const environment_change change{{{"LC_ALL", locale}}};
    const std::string text = printed([](auto&) { a_request(); }, {});
    EXPECT_EQ(count(text, expected), 1u) << locale << "\n" << text;
  }
  const std::string text = printed([](auto&) { a_request(); }, {.utf8 = false});
  for (const char c : text) ASSERT_LT(static_cast<unsigned char>(c), 0x80) << text;
}

TEST(console, shows_where_an_exception_was_thrown) {
  const std::string text = printed([](auto&) {
    sonde::span<"request"> request;
    request.add_event<"exception">(sonde::attr<"exception.type">("e"),
                                   sonde::attr<"exception.stacktrace">(" 0# (anonymous namespace)::f(int) at /a/b.cpp:7\n"
                                                                       " 1# g in /usr/bin/program\n 2# h()\n 3# i()\n"));
    request.add_event<"exception">(sonde::attr<"exception.stacktrace">("0# a\n1# b\n2# c\n3# d\n4# e"));
    request.add_event<"exception">(sonde::attr<"exception.stacktrace">("0# a\n1# main\n2# __libc_start_main"));
  });
  EXPECT_EQ(count(text, "thrown=(anonymous namespace)::f b.cpp:7 < g < h < i\n"), 1u) << text;
  EXPECT_EQ(count(text, "thrown=a < main\n"), 1u) << text;
  EXPECT_EQ(count(text, "thrown=a < b < c < d < ...\n"), 1u) << text;
}

TEST(console, shows_what_failed) {
  const std::string text = printed([](auto&) {
    sonde::span<"request"> request;
    try {
      sonde::span<"inner"> inner;
      throw std::out_of_range{"no such handle"};
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
    request.set_status(sonde::status::error, "gave up");
  });
  EXPECT_EQ(without_places(tree_of(text)),
            "request  ERROR: gave up\n"
            "└─ inner  ERROR\n"
            "      ✗ std::out_of_range: no such handle (inferred)\n"
            "   ✗ std::out_of_range: no such handle\n");
  EXPECT_NE(lines(text).front().find("2 errors"), std::string::npos);
}

TEST(console, says_that_an_unknown_exception_left_a_span) {
  const std::string text = printed([](auto&) {
    try {
      sonde::span<"alone"> alone;
      throw 1;
    } catch (int) {
    }
  });
  EXPECT_EQ(without_places(tree_of(text)), "alone  ERROR\n   ✗ left by an exception\n");
}

TEST(console, puts_logs_outside_spans_on_lines_of_their_own) {
  const std::string text = printed([](auto&) {
    sonde::log::warning("alone", sonde::attr<"n">(1));
    sonde::report_message("reported");
  });
  const auto all = lines(without_places(text));
  ASSERT_EQ(all.size(), 2u) << text;
  EXPECT_EQ(all[0].substr(all[0].find('Z')), "Z  WARNING alone  n=1");
  EXPECT_EQ(all[1].substr(all[1].find('Z')), "Z  INFO reported  (reported)");
}

TEST(console, prints_logs_of_unsampled_traces_at_once) {
  const temporary_file file;
  sonde::session session = sonde::start(
      {.service_name = "test", .sampler = sonde::sampling::always_off{}, .diagnostics = [](auto) {}},
      sonde::console::exporter{{.fd = file.fd()}});
  const sonde::span<"unsampled"> span;
  sonde::log::info("heard all the same");
  session.force_flush();
  EXPECT_EQ(count(file.text(), "INFO heard all the same"), 1u);
}

TEST(console, escapes_what_a_terminal_would_obey) {
  const std::string text = printed([](auto&) {
    sonde::span<"request"> request;
    request.update_name(std::string{"na\x1b]0;me"});
    request.set_attribute<"evil">("\x1b[2J\x9b" "31m\r\n");
    request.set_attribute<"turned">("\u202Egpj.exe");
    request.set_status(sonde::status::error, "bad\x07");
    sonde::log::info("log \x1b[31m {}", "\b");
    sonde::report_exception(std::runtime_error{"exc\x1b[0m"});
  });
  for (const char c : text) ASSERT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= ' ') << text;
  EXPECT_EQ(count(text, "\u202E"), 0u);
  EXPECT_EQ(count(text, "na\\x1b]0;me"), 1u);
  EXPECT_EQ(count(text, "bad\\x07"), 1u);
  EXPECT_EQ(count(text, "INFO log \\x1b[31m \\x08"), 1u);
}

TEST(console, quotes_shortens_and_writes_values) {
  const std::string text = printed(
      [](auto&) {
        sonde::span<"values"> span;
        span.set_attribute<"a">("plain/text:1");
        span.set_attribute<"b">("two words");
        span.set_attribute<"c">("");
        span.set_attribute<"d">(std::vector<int>{1, 2});
        span.set_attribute<"e">(1500us);
        span.set_attribute<"f">(0.5);
        span.set_attribute<"g">(std::string(5000, 'x'));
        span.set_attribute<"h">(std::vector<int>(5000, 7));
        span.set_attribute<"i">(std::vector<std::pair<std::string, bool>>{{"k", true}});
        span.set_attribute<"j">(~0ull);
      },
      {.utf8 = true, .width = 5000});
  EXPECT_EQ(count(text, "a=plain/text:1  b=\"two words\"  c=\"\"  d=[1, 2]  e=1.5 ms  f=0.5  g=xxx"), 1u) << text;
  EXPECT_EQ(count(text, "i={k: true}  j=18446744073709551615"), 1u);
  EXPECT_EQ(count(text, std::string(120, 'x') + "…"), 1u);
  EXPECT_EQ(count(text, std::string(121, 'x')), 0u);
  EXPECT_LT(text.size(), 1200u);
}

TEST(console, breaks_attributes_at_the_width) {
  const std::string text = printed(
      [](auto&) {
        sonde::span<"wide"> span;
        span.set_attribute<"first">("0123456789012345678901234567890123456789");
        span.set_attribute<"second">("0123456789012345678901234567890123456789");
      },
      {.utf8 = true, .width = 100});
  EXPECT_EQ(count(text, "\n" + std::string(9 + 2 + 20 + 2, ' ') + "   second="), 1u) << text;
}

TEST(console, waits_for_children_that_end_after_their_root) {
  const std::string text = printed(
      [](sonde::session& session) {
        std::unique_ptr<sonde::span<"root">> root{new sonde::span<"root">};
        sonde::detached_span<"job"> job;
        root.reset();
        std::this_thread::sleep_for(250ms);  // the collector looks every 100
        job.end();
        session.force_flush();
      },
      {.utf8 = true, .patience = 60s});
  EXPECT_EQ(without_places(tree_of(text)), "root\n└─ job\n");
  EXPECT_EQ(count(text, "trace "), 1u);
}

TEST(console, marks_what_comes_too_late) {
  const temporary_file file;
  sonde::session session = start({.fd = file.fd(), .utf8 = true});
  std::unique_ptr<sonde::span<"root">> root{new sonde::span<"root">};
  const auto id = root->context().trace_id.to_hex();
  const std::string header = "trace " + std::string{id.data(), id.size()};
  sonde::detached_span<"job"> job;
  root.reset();
  session.force_flush();
  {
    const sonde::scope active{job};
    sonde::log::info("still at it");
  }
  session.force_flush();
  job.end();
  session.force_flush();

  const auto all = lines(without_places(file.text()));
  ASSERT_EQ(all.size(), 9u) << file.text();
  for (std::size_t i : {0u, 3u, 6u}) EXPECT_EQ(all[i].substr(0, header.size()), header);
  EXPECT_TRUE(all[0].ends_with("  1 span")) << all[0];
  EXPECT_TRUE(all[3].ends_with("  1 log  (late)")) << all[3];
  EXPECT_TRUE(all[4].ends_with("  INFO still at it")) << all[4];
  EXPECT_TRUE(all[6].ends_with("  1 span  (late)")) << all[6];
  EXPECT_TRUE(all[7].ends_with("  job")) << all[7];
}

TEST(console, prints_by_itself_soon_after_the_root_ended) {
  const temporary_file file;
  sonde::session session = start({.fd = file.fd(), .utf8 = true});
  a_request();
  const auto give_up = std::chrono::steady_clock::now() + 60s;
  while (count(file.text(), "└─ render") == 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(count(file.text(), "└─ render"), 1u);
}

TEST(console, prints_what_is_left_when_the_session_ends) {
  auto root = std::unique_ptr<sonde::span<"never-ended">>{};
  const std::string text = printed([&](auto&) {
    root = std::make_unique<sonde::span<"never-ended">>();
    const sonde::span<"child"> child;
    sonde::log::info("within");
  });
  EXPECT_NE(text.find("1 span  (incomplete: its root has not ended)"), std::string::npos) << text;
  EXPECT_EQ(without_places(tree_of(text)), "child\n   INFO within\n");
}

TEST(console, holds_no_more_than_it_may) {
  const std::string text = printed(
      [](sonde::session& session) {
        const sonde::span<"root"> root;
        for (int i = 0; i < 1000; ++i) const sonde::span<"child"> child;
        session.force_flush();
      },
      {.utf8 = true, .held_bytes = 100'000});
  EXPECT_GT(count(text, "too much is waiting for its root"), 1u);
  EXPECT_LT(count(text, "too much is waiting for its root"), 50u) << "in a few large pieces";
  EXPECT_EQ(count(text, "child"), 1000u) << "shed early, yet nothing lost";
  EXPECT_EQ(count(text, "  root"), 1u);
}

TEST(console, draws_trace_nested_ten_thousand_deep) {
  const std::string text = printed([](auto&) {
    std::vector<std::unique_ptr<sonde::span<"level">>> open;  // a sanitizer's stack frames are large
    for (int i = 0; i < 10'000; ++i) open.push_back(std::make_unique<sonde::span<"level">>());
    while (!open.empty()) open.pop_back();
  });
  EXPECT_EQ(count(text, "level"), 10'000u);
  EXPECT_EQ(count(text, "depth 9999  level"), 1u);
  EXPECT_LT(text.size(), 10'000u * 250u);
}

TEST(console, draws_a_trace_of_many_children_without_delay) {
  const auto start = std::chrono::steady_clock::now();
  const std::string text = printed([](auto&) {
    const sonde::span<"root"> root;
    for (int i = 0; i < 20'000; ++i) {
      const sonde::span<"child"> child;
      sonde::current_span().add_event<"tick">();
    }
  });
  EXPECT_EQ(count(text, "tick"), 20'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
}

TEST(console, colours_only_where_asked) {
  const auto body = [](auto&) { a_request(); };
  EXPECT_EQ(count(printed(body, {}), "\x1b"), 0u) << "a file is no terminal";
  EXPECT_GT(count(printed(body, {.colour = true}), "\x1b[1mGET /home\x1b[0m"), 0u);
}

/// What a terminal got.
std::string shown_on_terminal(std::vector<std::pair<const char*, const char*>> environment) {
  const environment_change change{std::move(environment)};
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) return {};
  const int program_side = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  {
    sonde::session session = start({.fd = program_side, .utf8 = true});
    a_request();
  }
  ::close(program_side);
  std::string text;
  char room[4096];
  for (ssize_t size; (size = ::read(terminal, room, sizeof room)) > 0;) text.append(room, static_cast<std::size_t>(size));
  ::close(terminal);
  return text;
}

TEST(console, colours_on_a_terminal_unless_told_not_to) {
  const std::string coloured = shown_on_terminal({{"TERM", "xterm"}, {"NO_COLOR", nullptr}});
  if (coloured.empty()) GTEST_SKIP() << "no pseudo-terminal here";
  EXPECT_GT(count(coloured, "\x1b["), 0u);
  EXPECT_GT(count(shown_on_terminal({{"TERM", "xterm"}, {"NO_COLOR", ""}}), "\x1b["), 0u) << "empty counts as not set";
  for (const auto& plain : {shown_on_terminal({{"TERM", "xterm"}, {"NO_COLOR", "1"}}),
                            shown_on_terminal({{"TERM", "dumb"}, {"NO_COLOR", nullptr}})}) {
    EXPECT_EQ(count(plain, "\x1b"), 0u) << plain;
    EXPECT_EQ(count(plain, "GET /home"), 1u);
  }
}

TEST(console, survives_a_pipe_that_nobody_reads) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto begin = std::chrono::steady_clock::now();
  sonde::session session = start({.fd = ends[1]});
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 100; ++j) a_request();
    session.force_flush();
  }
  session.shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
  const auto stats = session.stats();
  EXPECT_GT(stats.exporters.at(0).spans.dropped.total(), 0u);
  EXPECT_EQ(stats.exporters.at(0).spans.exported + stats.exporters.at(0).spans.dropped.total(), stats.spans.taken);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(console, says_once_that_its_stream_is_gone) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  std::string said;
  {
    const auto listen = [&](auto line) { said += std::string{line} + "\n"; };
    auto session = sonde::start({.service_name = "test", .diagnostics = listen},
                                sonde::console::exporter{{.fd = ends[1]}});
    for (int i = 0; i < 5; ++i) {
      a_request();
      session.force_flush();
    }
    session.shutdown();
    const auto stats = session.stats().exporters.at(0).spans;
    EXPECT_EQ(stats.exported, 0u);
    EXPECT_GT(stats.dropped.total(), 0u);
  }
  EXPECT_EQ(count(said, "console: cannot print: Broken pipe"), 1u) << said;
  ::close(ends[1]);
}

TEST(console, refuses_a_closed_stream) {
  std::string said;
  const auto session = sonde::start({.service_name = "test", .diagnostics = [&](auto line) { said += line; }},
                                    sonde::console::exporter{{.fd = 987}});
  EXPECT_EQ(said, "test -> console: not exporting: file descriptor 987 is closed; reopen it, or name another exporter");
}

std::string bar(std::int64_t start, std::int64_t end, bool utf8) {
  sonde::console::look look;
  look.charset = utf8 ? sonde::encoding::charset::utf8 : sonde::encoding::charset::ascii;
  look.width = 60;  // a bar of 12 columns
  sonde::console::line_writer writer{look, {1000, 1960}};  // 80 ns a column
  auto line = writer.begin_span(start, end, false);
  line.put(sonde::console::colour::none, "x");
  return writer.text.substr(11, writer.text.size() - 11 - 3);
}

TEST(console_line, draws_bars_to_scale) {
  EXPECT_EQ(bar(1000, 1960, false), "============");
  EXPECT_EQ(bar(1000, 1480, false), "======      ");
  EXPECT_EQ(bar(1480, 1960, false), "      ======");
  EXPECT_EQ(bar(1240, 1400, false), "   ==       ");
  EXPECT_EQ(bar(1960, 1960, false), "           =") << "never invisible";
  EXPECT_EQ(bar(1000, 1960, true), "████████████");
  EXPECT_EQ(bar(1000, 1520, true), "██████▌     ");
  EXPECT_EQ(bar(1480, 1481, true), "      ▏     ");
  EXPECT_EQ(bar(1480, 2400, true), "      ██████") << "beyond the scale: clamped";
  EXPECT_EQ(bar(900, 1400, true), "█████       ");
}

}  // namespace
