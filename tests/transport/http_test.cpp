// SPDX-License-Identifier: MIT

#include <sonde/transport/http.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "forked_child.hpp"
#include "transport/client.hpp"
#include "transport/server.hpp"

namespace {

/// A name server under our control: `unknown.test` does not exist, `alias.test` is 127.0.0.1, looking up `slow.test`
/// takes until release() (or 45 s, so that a test fails rather than hangs).
struct resolver {
  std::mutex mutex;
  std::condition_variable changed;
  bool slow = true;
  int waiting = 0;

  static resolver& instance() {
    static resolver* const one = new resolver;  // lookups may outlive main
    return *one;
  }
  void look_up_slowly() {
    std::unique_lock lock{mutex};
    ++waiting;
    changed.notify_all();
    changed.wait_for(lock, std::chrono::seconds{45}, [this] { return !slow; });
    --waiting;
    changed.notify_all();
  }
  void until_waiting() {
    std::unique_lock lock{mutex};
    changed.wait(lock, [this] { return waiting > 0; });
  }
  void release() {
    std::unique_lock lock{mutex};
    slow = false;
    changed.notify_all();
    changed.wait(lock, [this] { return waiting == 0; });
    slow = true;
  }
};

}  // namespace

/// Takes the place of the system's for the whole program, libcurl included.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** result) {
  const std::string_view name = host == nullptr ? "" : host;
  if (name == "slow.test") resolver::instance().look_up_slowly();
  if (name == "slow.test" || name == "unknown.test") return EAI_NONAME;
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name == "alias.test" ? "127.0.0.1" : host, service, hints, result);
}

namespace {

using namespace std::chrono_literals;
using namespace sonde::transport;
using sonde::tests::answer_to;
using sonde::tests::connection;
using sonde::tests::get;
using sonde::tests::http_server;
using sonde::tests::listener;
using sonde::tests::patience;
using sonde::tests::post;
using sonde::tests::run;
using sonde::tests::scripted_server;
using steady = std::chrono::steady_clock;

constexpr const char* small_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(http, delivers_a_request_as_it_is_given) {
  http_server<> backend;
  std::optional<httplib::Request> seen;
  backend.server.Post("/v1/traces", [&](const httplib::Request& asked, httplib::Response& reply) {
    seen = asked;
    reply.set_content("thanks", "text/plain");
  });
  backend.start();

  std::string body(3 << 20, '\0');  // more than libcurl sends without asking first
  body.back() = 'x';
  request what = post(backend.url("/v1/traces"), body);
  what.headers = {{"Content-Type", "application/x-protobuf"}, {"x-team", "key"}};
  http client;
  const response got = answer_to(client, what);

  EXPECT_EQ(got.outcome, outcome::answered);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "thanks");
  EXPECT_EQ(got.content_type, "text/plain");
  EXPECT_EQ(got.error, "");
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->body == body);
  EXPECT_EQ(seen->get_header_value_count("Content-Type"), 1U);
  EXPECT_EQ(seen->get_header_value("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(seen->get_header_value("x-team"), "key");
  EXPECT_FALSE(seen->has_header("Expect"));
}

TEST(http, an_empty_header_is_a_header) {
  std::string head;
  const scripted_server backend{[&](connection peer) {
    head = peer.read_head();
    peer.write(small_reply);
  }};
  request what = get(backend.url());
  what.headers = {{"x-empty", ""}, {"x-blank", " "}, {"User-Agent", "OTel-OTLP-Exporter-Cpp/1 sonde/1"}};
  http client;
  EXPECT_EQ(answer_to(client, what).body, "ok");
  EXPECT_NE(head.find("\r\nx-empty:\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nx-blank:\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nUser-Agent: OTel-OTLP-Exporter-Cpp/1 sonde/1\r\n"), std::string::npos) << head;
}

TEST(http, knows_other_methods_and_calls_no_body_a_form) {
  http_server<> backend;
  std::string seen;
  const auto note = [&](const httplib::Request& asked, httplib::Response&) {
    seen = asked.method + " " + asked.body + " " + asked.get_header_value("Content-Type");
  };
  backend.server.Get("/", note).Put("/", note);
  backend.start();
  http client;
  EXPECT_EQ(answer_to(client, get(backend.url("/"))).status, 200);
  EXPECT_EQ(seen, "GET  ");
  request put = post(backend.url("/"), "x");
  put.method = "PUT";
  EXPECT_EQ(answer_to(client, put).status, 200);
  EXPECT_EQ(seen, "PUT x ");
}

TEST(http, tells_when_to_come_back) {
  http_server<> backend;
  backend.server.Post("/", [](const httplib::Request&, httplib::Response& reply) {
    reply.status = 503;
    reply.set_header("retry-after", "7");
  });
  backend.start();
  http client;
  const response got = answer_to(client, post(backend.url("/")));
  EXPECT_EQ(got.outcome, outcome::answered);
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.retry_after, "7");
}

TEST(http, does_not_follow_redirects) {
  http_server<> backend;
  std::atomic<int> followed = 0;
  backend.server.Post("/", [](const httplib::Request&, httplib::Response& reply) { reply.set_redirect("/next", 307); });
  backend.server.Post("/next", [&](const httplib::Request&, httplib::Response&) { ++followed; });
  backend.start();
  http client;
  const response got = answer_to(client, post(backend.url("/"), "secret"));
  EXPECT_EQ(got.outcome, outcome::answered);
  EXPECT_EQ(got.status, 307);
  EXPECT_EQ(followed, 0);
}

TEST(http, uses_one_connection_for_one_request_after_another) {
  http_server<> backend;
  std::set<int> client_ports;
  backend.server.Post(
      "/", [&](const httplib::Request& asked, httplib::Response&) { client_ports.insert(asked.remote_port); });
  backend.start();
  http client;
  for (int times = 0; times < 5; ++times) EXPECT_EQ(answer_to(client, post(backend.url("/"), "x")).status, 200);
  EXPECT_EQ(client_ports.size(), 1U);
}

TEST(http, comes_back_at_once_when_a_kept_connection_was_dropped) {
  std::atomic<int> connections = 0;
  const scripted_server backend{[&](connection peer) {
    ++connections;
    if (peer.read_head().empty()) return;
    peer.write(small_reply);
    if (peer.index == 0) peer.read_head();  // and closes instead of answering the second
  }};
  http client;
  EXPECT_EQ(answer_to(client, get(backend.url())).status, 200);
  const response second = answer_to(client, get(backend.url()));
  EXPECT_EQ(second.outcome, outcome::answered) << second.error;
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(connections, 2);
}

TEST(http, many_requests_are_under_way_at_once) {
  constexpr int count = 6;  // fewer than the server has threads
  http_server<> backend;
  backend.server.new_task_queue = [] { return new httplib::ThreadPool(count + 2); };
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  backend.server.Post("/", [&](const httplib::Request&, httplib::Response&) {
    std::unique_lock lock{mutex};
    if (++here == count) all_here.notify_all();
    all_here.wait_for(lock, patience, [&] { return here >= count; });
  });
  backend.start();
  http client;
  int answered = 0;
  for (int i = 0; i < count; ++i)
    client.send(post(backend.url("/")), [&](const response& got) { answered += got.status == 200; });
  run(client);
  EXPECT_EQ(answered, count);
  EXPECT_EQ(here, count);
}

TEST(http, the_number_of_requests_under_way_is_bounded) {
  const listener silent;
  http client;
  std::vector<response> got;
  for (std::size_t i = 0; i <= http::max_requests; ++i)
    client.send(get(silent.url()), [&](response answer) { got.push_back(std::move(answer)); });
  client.perform();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].outcome, outcome::no_answer);
  EXPECT_EQ(got[0].error, "too many requests under way");
  client.abort_all("enough");
  EXPECT_EQ(got.size(), http::max_requests + 1);
}

TEST(http, says_who_refused_the_connection) {
  listener closed;
  closed.close();
  http client;
  const response got = answer_to(client, post(closed.url()));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.error, "connection refused by " + closed.authority());
}

TEST(http, says_which_name_is_unknown) {
  http client;
  const response got = answer_to(client, post("http://unknown.test:4318/"));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_EQ(got.error, "could not resolve host 'unknown.test'");
}

TEST(http, gives_up_on_a_silent_backend_in_time) {
  const listener silent;
  request what = get(silent.url());
  what.timeout = 150ms;
  http client;
  const auto start = steady::now();
  response got = answer_to(client, what);
  for (int i = 1; i < 5 && got.error.starts_with("no connection to"); ++i) got = answer_to(client, what);  // was held up
  EXPECT_GE(steady::now() - start, 100ms);
  EXPECT_LT(steady::now() - start, 20s);
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_EQ(got.error, "no answer from " + silent.authority() + " within 150 ms");
}

TEST(http, says_that_the_answer_was_none) {
  const scripted_server closing{[](connection peer) { peer.read_head(); }};
  const scripted_server babbling{[](connection peer) {
    peer.read_head();
    peer.write("220 mail.example.com ESMTP\r\n");
  }};
  const scripted_server breaking_off{[](connection peer) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  }};
  http client;
  EXPECT_EQ(answer_to(client, get(closing.url())).error,
            closing.authority() + " closed the connection without an answer");
  EXPECT_EQ(answer_to(client, get(babbling.url())).error.find(babbling.authority() + " does not answer in HTTP"), 0U);
  const response half = answer_to(client, get(breaking_off.url()));
  EXPECT_EQ(half.error, breaking_off.authority() + " closed the connection in the middle of its answer");
  EXPECT_EQ(half.outcome, outcome::no_answer);
  EXPECT_EQ(half.status, 200) << "what had arrived of the answer";
  EXPECT_EQ(half.body, "");
}

TEST(http, takes_replies_up_to_four_mebibytes) {
  http_server<> backend;
  backend.server.Get(R"(/(\d+))", [](const httplib::Request& asked, httplib::Response& reply) {
    reply.set_content(std::string(std::stoul(asked.matches[1]), 'x'), "text/plain");
  });
  backend.start();
  http client;
  const response largest = answer_to(client, get(backend.url("/" + std::to_string(4 << 20))));
  EXPECT_EQ(largest.outcome, outcome::answered);
  EXPECT_EQ(largest.body.size(), std::size_t{4} << 20);
  for (const int size : {(4 << 20) + 1, 5 << 20}) {
    const response got = answer_to(client, get(backend.url("/" + std::to_string(size))));
    EXPECT_EQ(got.outcome, outcome::too_large);
    EXPECT_EQ(got.error, "reply larger than 4 MiB from 127.0.0.1:" + std::to_string(backend.port));
    EXPECT_EQ(got.body.size(), 0U);
  }
}

TEST(http, sends_nothing_that_could_be_read_as_another_header) {
  std::atomic<int> connections = 0;
  const scripted_server backend{[&](connection) { ++connections; }};
  http client;
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"x", "a\r\nHost: evil"},
                                                                                    {"x", "a\nb"},
                                                                                    {"x", std::string{"a\0b", 3}},
                                                                                    {"x\r\nHost", "evil"},
                                                                                    {"x: y", "z"},
                                                                                    {"", "x"}}) {
    request what = post(backend.url());
    what.headers = {{name, value}};
    const response got = answer_to(client, what);
    EXPECT_EQ(got.outcome, outcome::refused);
    EXPECT_NE(got.error, "");
    EXPECT_EQ(got.error.find("evil"), std::string::npos);
  }
  request what = post(backend.url());
  what.method = "GET / HTTP/1.1\r\nx:";
  EXPECT_EQ(answer_to(client, what).outcome, outcome::refused);
  EXPECT_EQ(connections, 0);
}

TEST(http, refuses_what_is_no_http_url) {
  http client;
  for (const char* wrong :
       {"", "localhost:4318", "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/"}) {
    const response got = answer_to(client, post(wrong));
    EXPECT_EQ(got.outcome, outcome::refused) << wrong;
    EXPECT_NE(got.error, "") << wrong;
  }
}

TEST(http, reaches_loopback_past_any_proxy) {
  http_server<> backend;
  backend.server.Post("/", [](const httplib::Request&, httplib::Response&) {});
  backend.start();
  listener no_proxy_here;
  no_proxy_here.close();
  setenv("http_proxy", ("http://me:hush-hush@" + no_proxy_here.authority()).c_str(), 1);
  http client;
  const response got = answer_to(client, post(backend.url("/")));
  request elsewhere = post("http://unknown.test/");
  const response proxied = answer_to(client, elsewhere);
  unsetenv("http_proxy");
  EXPECT_EQ(got.status, 200) << got.error;
  EXPECT_EQ(proxied.error.find("connection refused"), 0U) << "others go through it: " << proxied.error;
  EXPECT_EQ(proxied.error.find("hush-hush"), std::string::npos) << proxied.error;
}

TEST(http, wait_lasts_as_long_as_nothing_happens) {
  http client;
  const auto start = steady::now();
  client.wait(50ms);
  EXPECT_GE(steady::now() - start, 45ms);
  client.wait(-1s);
  client.wait(0ns);
}

TEST(http, wake_ends_a_wait_from_another_thread) {
  http client;
  std::thread waker{[&] {
    std::this_thread::sleep_for(50ms);
    client.wake();
  }};
  const auto start = steady::now();
  client.wait(patience);
  waker.join();
  EXPECT_LT(steady::now() - start, patience / 2);
}

TEST(http, a_wake_before_the_wait_is_not_lost_nor_counted_twice) {
  http client;
  for (int times = 0; times < 100'000; ++times) client.wake();  // more than any pipe holds
  auto start = steady::now();
  client.wait(patience);
  EXPECT_LT(steady::now() - start, patience / 2);
  for (int times = 0; times < 10; ++times) client.wait(0ns);  // libcurl empties its pipe bit by bit
  start = steady::now();
  client.wait(50ms);
  EXPECT_GE(steady::now() - start, 45ms);
}

TEST(http, abort_ends_everything_at_once) {
  const listener silent;
  http client;
  std::vector<response> got;
  for (int i = 0; i < 3; ++i)
    client.send(get(silent.url()), [&](response answer) { got.push_back(std::move(answer)); });
  client.perform();
  EXPECT_TRUE(client.busy());
  EXPECT_TRUE(got.empty());
  client.abort_all("the shutdown deadline has passed");
  EXPECT_FALSE(client.busy());
  ASSERT_EQ(got.size(), 3U);
  for (const response& one : got) {
    EXPECT_EQ(one.outcome, outcome::aborted);
    EXPECT_EQ(one.error, "the shutdown deadline has passed");
  }
}

TEST(http, a_slow_name_server_holds_up_nobody) {
  const auto start = steady::now();
  {
    http client;
    request what = post("http://slow.test/");
    what.timeout = 100ms;
    EXPECT_EQ(answer_to(client, what).error, "no connection to slow.test:80 within 100 ms");
    what.timeout = patience;
    outcome aborted = outcome::answered;
    client.send(what, [&](const response& got) { aborted = got.outcome; });
    client.send(what, [](const response&) {});
    client.perform();
    resolver::instance().until_waiting();
    client.abort_all("enough");
    EXPECT_EQ(aborted, outcome::aborted);
    client.send(what, [](const response&) { FAIL() << "dropped without a word"; });
    client.perform();
  }
  EXPECT_LT(steady::now() - start, patience / 2);
  resolver::instance().release();
}

TEST(http, a_reply_may_lead_to_the_next_request) {
  http_server<> backend;
  backend.server.Post("/", [](const httplib::Request&, httplib::Response&) {});
  backend.start();
  http client;
  int answered = 0;
  std::function<void(response)> again = [&](const response& got) {
    if (got.status == 200 && ++answered < 5) client.send(post(backend.url("/")), again);
  };
  client.send(post(backend.url("/")), again);
  run(client);
  EXPECT_EQ(answered, 5);
}

TEST(http, a_request_that_fails_and_is_sent_again_does_not_trap_perform) {
  http client;
  int failed = 0;
  std::function<void(response)> again = [&](const response&) {
    if (++failed < 1000) client.send(post("nonsense"), again);
  };
  client.send(post("nonsense"), again);
  client.perform();
  EXPECT_EQ(failed, 1);
  const auto start = steady::now();
  client.wait(patience);
  EXPECT_LT(steady::now() - start, patience / 2) << "there is something to perform";
  client.perform();
  EXPECT_EQ(failed, 2);
}

TEST(http, survives_a_callback_that_throws) {
  http client;
  client.send(post("nonsense"), [](const response&) { throw 1; });
  int reported = 0;
  client.send(post("nonsense"), [&](const response&) { ++reported; });
  client.send(post("nonsense"), {});
  client.perform();
  EXPECT_FALSE(client.busy());
  EXPECT_EQ(reported, 1);
}

TEST(http, a_forked_child_leaves_the_connections_of_its_parent_alone) {
  http_server<> backend;
  std::set<int> client_ports;
  backend.server.Post(
      "/", [&](const httplib::Request& asked, httplib::Response&) { client_ports.insert(asked.remote_port); });
  backend.start();
  {
    http client;
    EXPECT_EQ(answer_to(client, post(backend.url("/"))).status, 200);
    const listener silent;
    bool aborted = false;
    client.send(get(silent.url()), [&](const response&) { aborted = true; });
    client.perform();

    EXPECT_EQ(sonde::tests::exit_code_of_child([&] {
      client.abandon();
      client.wake();
      client.perform();
      client.abort_all("in the child");
      outcome refused = outcome::answered;
      client.send(post("http://127.0.0.1:1/"), [&](const response& got) { refused = got.outcome; });
      client.perform();
      client.~http();
      return !aborted && refused == outcome::no_answer;
    }), 0);
    client.abort_all("enough");
    EXPECT_EQ(answer_to(client, post(backend.url("/"))).status, 200);
  }
  EXPECT_EQ(client_ports.size(), 1U) << "the parent's connection went on";
}

/// Files that go away with the test.
struct pem_files {
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("sonde-http-test-" + std::to_string(getpid()));
  std::string certificate = (directory / "certificate.pem").string();
  std::string key = (directory / "key.pem").string();

  pem_files() {
    std::filesystem::create_directory(directory);
    std::ofstream{certificate} << sonde::tests::test_certificate;
    std::ofstream{key} << sonde::tests::test_key;
  }
  ~pem_files() { std::filesystem::remove_all(directory); }
};

TEST(http, trusts_only_certificates_it_can_verify) {
  const pem_files files;
  http_server<httplib::SSLServer> backend{files.certificate.c_str(), files.key.c_str()};
  ASSERT_TRUE(backend.server.is_valid());
  std::atomic<int> requests = 0;
  backend.server.Post("/", [&](const httplib::Request&, httplib::Response&) { ++requests; });
  backend.start();

  http client;
  request what = post(backend.url("/", "https"), "secret");
  const response untrusted = answer_to(client, what);
  EXPECT_EQ(untrusted.outcome, outcome::no_answer);
  EXPECT_EQ(untrusted.error.find("the certificate of 127.0.0.1:" + std::to_string(backend.port) + " is not trusted ("),
            0U)
      << untrusted.error;
  EXPECT_EQ(requests, 0);

  what.ca_file = files.certificate;
  const response trusted = answer_to(client, what);
  EXPECT_EQ(trusted.status, 200) << trusted.error;
  EXPECT_EQ(requests, 1);

  request stranger = what;
  stranger.url = "https://alias.test:" + std::to_string(backend.port) + "/";
  const response wrong_name = answer_to(client, stranger);
  EXPECT_EQ(wrong_name.error.find("the certificate of alias.test:"), 0U)
      << "valid, but for another: " << wrong_name.error;

  what.ca_file.clear();
  EXPECT_EQ(answer_to(client, what).outcome, outcome::no_answer)
      << "trust given to one request is not kept for the next";
  EXPECT_EQ(requests, 1);

  what.ca_file = files.certificate + ".missing";
  EXPECT_EQ(answer_to(client, what).error, "cannot use the CA file '" + what.ca_file + "'");
}

TEST(http, says_that_a_port_does_not_speak_tls) {
  http_server<> backend;
  backend.start();
  http client;
  const response got = answer_to(client, post(backend.url("/", "https")));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  const std::string peer = "127.0.0.1:" + std::to_string(backend.port);
  EXPECT_EQ(got.error.find("no TLS connection to " + peer), 0U) << got.error;
  EXPECT_NE(got.error.find("; where it speaks none, write http://" + peer), std::string::npos) << got.error;
}

TEST(http, says_that_a_tls_server_does_not_speak_http2) {
  const pem_files files;
  http_server<httplib::SSLServer> backend{files.certificate.c_str(), files.key.c_str()};
  backend.server.Post("/", [](const httplib::Request&, httplib::Response&) {});
  backend.start(60);  // longer than the request: the end of the connection tells nothing
  http client;
  request what = post(backend.url("/", "https"));
  what.ca_file = files.certificate;
  EXPECT_EQ(answer_to(client, what).status, 200) << "any version will do";
  what.version = http_version::http2;
  const response got = answer_to(client, what);
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_EQ(got.error, "127.0.0.1:" + std::to_string(backend.port) +
                           " does not speak HTTP/2, which gRPC needs: is it the port for OTLP over HTTP (4318), not "
                           "for gRPC (4317)?");
}

}  // namespace
