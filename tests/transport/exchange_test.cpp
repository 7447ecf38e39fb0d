// SPDX-License-Identifier: MIT

#include <sonde/transport/exchange.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/transport/gzip.hpp>

#include "transport/client.hpp"
#include "transport/http2_server.hpp"
#include "transport/server.hpp"

// What comes of one request, whatever the server does; each test sends a second one, which must not suffer for it.

namespace {

using namespace std::chrono_literals;
using namespace sonde::transport;
using sonde::tests::answer_to;
using sonde::tests::connection;
using sonde::tests::get;
using sonde::tests::http2_connection;
using sonde::tests::http2_frame;
using sonde::tests::listener;
using sonde::tests::post;
using sonde::tests::run;
using sonde::tests::scripted_server;

constexpr const char* small_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::size_t megabyte = 1 << 20;

/// Serves its first connection as it is told, and each later one with small replies.
struct server_of_one_bad_turn {
  std::atomic<int> connections = 0;
  scripted_server server;

  explicit server_of_one_bad_turn(std::function<void(connection)> first)
      : server{[this, first = std::move(first)](connection peer) {
          ++connections;
          if (peer.index == 0) return first(peer);
          while (!peer.read_head().empty() && peer.write(small_reply)) continue;
        }} {}

  void still_answers(http& client) const {
    const response next = answer_to(client, get(server.url()));
    EXPECT_EQ(next.outcome, outcome::answered) << next.error;
    EXPECT_EQ(next.body, "ok");
  }
};

TEST(exchange, a_cut_reply_is_no_answer) {
  for (const char* cut : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nContent-Le",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"})
    for (const bool reset : {false, true}) {
      const server_of_one_bad_turn backend{[&](connection peer) {
        peer.read_head();
        peer.write(cut);
        if (reset) peer.reset_when_closed();
      }};
      http client;
      const response got = answer_to(client, get(backend.server.url()));
      EXPECT_EQ(got.outcome, outcome::no_answer) << cut;
      EXPECT_EQ(got.body, "");
      EXPECT_NE(got.error.find(backend.server.authority()), std::string::npos) << got.error;
      backend.still_answers(client);
    }
}

TEST(exchange, a_reply_in_http_1_0_ends_with_its_connection) {
  const server_of_one_bad_turn backend{[](connection peer) {
    peer.read_head();
    peer.write("HTTP/1.0 503 Busy\r\nretry-after: 3\r\n\r\nlater");
  }};
  http client;
  const response got = answer_to(client, get(backend.server.url()));
  EXPECT_EQ(got.outcome, outcome::answered) << got.error;
  EXPECT_EQ(got.status, 503);
  EXPECT_EQ(got.retry_after, "3");
  EXPECT_EQ(got.body, "later");
  backend.still_answers(client);
}

TEST(exchange, what_is_not_http_is_no_answer) {
  for (const char* noise : {"220 mail.example ESMTP\r\n", "\x15\x03\x01\x00\x02\x02\x46", "HTTP/1.1 abc\r\n\r\n"}) {
    const server_of_one_bad_turn backend{[&](connection peer) {
      peer.read_head();
      peer.write({noise, std::char_traits<char>::length(noise) + (*noise == '\x15' ? 4 : 0)});
    }};
    http client;
    const response got = answer_to(client, get(backend.server.url()));
    EXPECT_EQ(got.outcome, outcome::no_answer) << noise;
    EXPECT_NE(got.error.find(" does not answer in HTTP"), std::string::npos) << got.error;
    backend.still_answers(client);
  }
}

TEST(exchange, interim_replies_are_not_the_answer) {
  const server_of_one_bad_turn backend{[](connection peer) {
    peer.read_head();
    peer.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nx-kept: early\r\nContent-Type: a/b\r\n\r\n");
    peer.write(small_reply);
    peer.read_head();
  }};
  http client;
  request what = get(backend.server.url());
  what.kept_headers = {"x-kept"};
  const response got = answer_to(client, what);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "ok");
  EXPECT_EQ(got.content_type, "");
  EXPECT_EQ(got.header("x-kept"), "");
  backend.still_answers(client);
}

TEST(exchange, endless_headers_and_endless_interim_replies_end) {
  for (const std::string_view more : {"x-more: 0123456789abcdef\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    std::size_t written = 0;
    const server_of_one_bad_turn backend{[&](connection peer) {
      peer.read_head();
      if (more[0] == 'x') peer.write("HTTP/1.1 200 OK\r\n");
      std::string much;
      while (much.size() < 64'000) much += more;
      while (written < 200 * megabyte && peer.write(much)) written += much.size();
    }};
    http client;
    request what = get(backend.server.url());
    what.timeout = sonde::tests::patience / 2;
    const response got = answer_to(client, what);
    EXPECT_EQ(got.outcome, outcome::no_answer) << more;
    EXPECT_EQ(got.error.find("x-more"), std::string::npos);
    EXPECT_EQ(got.error.find(" within "), std::string::npos) << "given up, not waited for: " << got.error;
    backend.still_answers(client);
    EXPECT_LT(written, 100 * megabyte);
  }
}

TEST(exchange, a_reply_of_100_megabytes_is_not_taken_in) {
  for (const char* head : {"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"}) {
    std::atomic<std::size_t> written = 0;
    const server_of_one_bad_turn backend{[&](connection peer) {
      peer.read_head();
      peer.write(head);
      const std::string much(megabyte, 'x');
      while (written < 100 * megabyte && peer.write(much)) written += much.size();
    }};
    http client;
    const response got = answer_to(client, get(backend.server.url()));
    EXPECT_EQ(got.outcome, outcome::too_large);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, "");
    backend.still_answers(client);
    EXPECT_LT(written, 50 * megabyte) << "the client has hung up";
  }
}

// A small reply might be unpacked to gigabytes. Nobody asks for packed ones, and one that comes all the same stays as it is.
TEST(exchange, a_packed_reply_is_not_unpacked) {
  const std::string packed = gzip(std::string(64 * megabyte, 'x'));
  std::string asked;
  const server_of_one_bad_turn backend{[&](connection peer) {
    asked = peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n\r\n" + packed);
  }};
  http client;
  const response got = answer_to(client, get(backend.server.url()));
  EXPECT_EQ(got.outcome, outcome::answered) << got.error;
  EXPECT_EQ(got.body, packed);
  backend.still_answers(client);
  EXPECT_EQ(asked.find("-Encoding"), std::string::npos) << asked;
  EXPECT_EQ(asked.find("TE:"), std::string::npos) << asked;
}

TEST(exchange, redirects_lead_nowhere) {
  std::atomic<int> visitors = 0;
  const scripted_server elsewhere{[&](connection) { ++visitors; }};
  for (const int status : {301, 302, 303, 307, 308}) {
    const server_of_one_bad_turn backend{[&](connection peer) {
      peer.read_head();
      peer.write("HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + elsewhere.url() +
                 "\r\nContent-Length: 0\r\n\r\n");
      peer.read_head();
    }};
    http client;
    request what = post(backend.server.url(), "body");
    what.headers = {{"x-key", "secret"}};
    const response got = answer_to(client, what);
    EXPECT_EQ(got.outcome, outcome::answered);
    EXPECT_EQ(got.status, status);
  }
  EXPECT_EQ(visitors, 0);
}

TEST(exchange, keeps_the_headers_and_trailers_asked_for) {
  const std::string too_long(max_kept_header_bytes + 1, 'v');
  const scripted_server backend{[&](connection peer) {
    peer.read_head();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Twice: 1\r\nx-twice: 2\r\nx-both: head\r\n"
               "x-other: no\r\nx-long: " + too_long + "\r\nx-longest: " + too_long.substr(1) +
               "\r\nTrailer: x-both, x-trailer\r\n\r\n2\r\nok\r\n0\r\nX-Both: tail\r\nx-trailer: yes\r\n\r\n");
  }};
  http client;
  request what = get(backend.url());
  what.kept_headers = {"x-twice", "X-BOTH", "x-trailer", "x-long", "x-longest", "x-absent"};
  const response got = answer_to(client, what);
  EXPECT_EQ(got.body, "ok") << got.error;
  EXPECT_EQ(got.headers, (sonde::environment::pairs{{"x-twice", "2"},
                                                    {"X-BOTH", "tail"},
                                                    {"x-trailer", "yes"},
                                                    {"x-longest", too_long.substr(1)}}));
  EXPECT_EQ(got.header("X-Both"), "tail");
  EXPECT_EQ(got.header("x-other"), "");
}

// A connection kept from an earlier request.

/// Answers one request per connection, breaks it off under the next in a way of its own, and counts.
struct breaking_server {
  std::atomic<int> connections = 0;
  int good_from;
  scripted_server server;

  /// Connections from number `from` on stay good.
  breaking_server(int from, std::function<void(connection)> under_the_next)
      : good_from{from}, server{[this, under_the_next = std::move(under_the_next)](connection peer) {
          ++connections;
          bool good = peer.index >= good_from;
          do {
            const std::string head = peer.read_head();
            if (head.empty()) return;
            const std::size_t length = head.find("Content-Length: ");
            if (length != std::string::npos) peer.read(std::stoul(head.substr(length + 16)));
            peer.write(small_reply);
          } while (good);
          under_the_next(peer);
        }} {}
};

TEST(exchange, a_kept_connection_that_breaks_is_replaced_once_at_once) {
  const std::string long_body(8 * megabyte, 'x');  // more than sockets hold
  const std::vector<std::function<void(connection)>> ways{
      [](connection) {},
      [](connection peer) { peer.reset_when_closed(); },
      [](connection peer) { peer.read_head(); },
      [](connection peer) { peer.read_head(), peer.reset_when_closed(); },
      [](connection peer) { peer.read_head(), peer.read(100), peer.reset_when_closed(); },
      [](connection peer) { peer.read_head(), peer.read(megabyte), peer.reset_when_closed(); },
  };
  for (std::size_t way = 0; way < ways.size(); ++way)
    for (const std::string& body : {std::string{"short"}, long_body}) {
      if (way >= 4 && body.size() < megabyte) continue;
      const breaking_server backend{1, ways[way]};
      http client;
      EXPECT_EQ(answer_to(client, post(backend.server.url(), "first")).body, "ok");
      const response got = answer_to(client, post(backend.server.url(), body));
      EXPECT_EQ(got.outcome, outcome::answered) << way << ": " << got.error;
      EXPECT_EQ(got.body, "ok");
      EXPECT_EQ(backend.connections, 2) << way;
    }
}

TEST(exchange, a_new_connection_that_breaks_is_not_replaced) {
  std::atomic<int> connections = 0;
  const scripted_server backend{[&](connection peer) {
    ++connections;
    if (peer.index == 0) peer.read_head(), peer.write(small_reply);
    peer.read_head();
    peer.read(megabyte);
    peer.reset_when_closed();
  }};
  http client;
  EXPECT_EQ(answer_to(client, get(backend.url())).body, "ok");
  const response got = answer_to(client, post(backend.url(), std::string(8 * megabyte, 'x')));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_NE(got.error, "");
  EXPECT_EQ(connections, 2) << "the second is new";
}

TEST(exchange, a_reply_begun_is_never_asked_for_twice) {
  std::atomic<int> requests = 0;
  const scripted_server backend{[&](connection peer) {
    while (!peer.read_head().empty()) {
      if (++requests % 2 == 0) {
        peer.write("HTTP/1.1 200 OK\r\n");
        return peer.reset_when_closed();
      }
      peer.write(small_reply);
    }
  }};
  http client;
  EXPECT_EQ(answer_to(client, get(backend.url())).body, "ok");
  EXPECT_EQ(answer_to(client, get(backend.url())).outcome, outcome::no_answer);
  EXPECT_EQ(requests, 2);
}

TEST(exchange, the_second_attempt_has_only_the_time_left) {
  std::atomic<int> connections = 0;
  const scripted_server backend{[&](connection peer) {
    if (++connections > 1) return static_cast<void>(peer.read(2 * 8 * megabyte));
    peer.read_head();
    peer.write(small_reply);
    peer.read_head();
    peer.read(megabyte);
    peer.reset_when_closed();
  }};
  http client;
  EXPECT_EQ(answer_to(client, get(backend.url())).body, "ok");
  request what = post(backend.url(), std::string(8 * megabyte, 'x'));
  what.timeout = 2s;
  const response got = answer_to(client, what);
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_EQ(got.error, "no answer from " + backend.authority() + " within 2000 ms");
  EXPECT_EQ(connections, 2);
}

// HTTP/2.

request grpc(std::string url, std::string body = "message") {
  request what = post(std::move(url), std::move(body));
  what.version = http_version::http2;
  what.headers = {{"content-type", "application/grpc+proto"}, {"te", "trailers"}};
  what.kept_headers = {"grpc-status", "grpc-message"};
  return what;
}

void good_reply(const http2_connection& peer, std::uint32_t stream) {
  peer.headers(stream, {{":status", "200"}, {"content-type", "application/grpc"}});
  peer.data(stream, "ok");
  peer.headers(stream, {{"grpc-status", "0"}, {"grpc-message", ""}}, http2_frame::end_stream);
}

/// libcurl 7.88 cannot use an HTTP/2 connection without TLS twice.
int expected_connections(int requests) {
  return curl_version_info(CURLVERSION_NOW)->version_num >> 8 == 0x0758 ? requests : 1;
}

/// Gives the request number `turn` (from 0) of connection number `index` an answer, or false to close.
using http2_turn = std::function<bool(http2_connection&, std::uint32_t stream, int index, int turn)>;

struct http2_server {
  std::atomic<int> connections = 0;
  std::atomic<int> requests = 0;
  scripted_server server;

  explicit http2_server(http2_turn answer)
      : server{[this, answer = std::move(answer)](connection socket) {
          ++connections;
          http2_connection peer{socket};
          for (int turn = 0;; ++turn) {
            const std::uint32_t stream = peer.read_request();
            if (stream == 0) return;
            ++requests;
            if (!answer(peer, stream, socket.index, turn)) return;
          }
        }} {}

  /// With an answer, for a bad one went before.
  void still_answers(http& client) const {
    const response next = answer_to(client, grpc(server.url()));
    EXPECT_EQ(next.outcome, outcome::answered) << next.error;
    EXPECT_EQ(next.header("grpc-status"), "0");
  }
};

/// A server whose very first request is answered as told, closing or not; all others well.
http2_turn first(std::function<bool(http2_connection&, std::uint32_t)> bad) {
  return [bad = std::move(bad), done = false](http2_connection& peer, std::uint32_t stream, int, int) mutable {
    if (!std::exchange(done, true)) return bad(peer, stream);
    good_reply(peer, stream);
    return true;
  };
}

TEST(exchange, http2_is_spoken_without_asking_first) {
  std::string seen, head;
  const http2_server backend{[&](http2_connection& peer, std::uint32_t stream, int, int) {
    seen = peer.body;
    head = peer.header_block;
    good_reply(peer, stream);
    return true;
  }};
  http client;
  std::string body(3 * megabyte, 'x');  // many times the window that the server opens
  body.back() = '\0';
  for (int times = 0; times < 3; ++times) {
    const response got = answer_to(client, grpc(backend.server.url(), body));
    EXPECT_EQ(got.outcome, outcome::answered) << got.error;
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.content_type, "application/grpc");
    EXPECT_EQ(got.body, "ok");
    EXPECT_EQ(got.header("grpc-status"), "0");
    EXPECT_TRUE(seen == body);
    if (times == 0) {
      EXPECT_NE(head.find("\x02te\x86\x4d\x83\x35\x05\xb1\x1f"), std::string::npos) << "te: trailers, RFC 7541";
    }
  }
  EXPECT_EQ(backend.connections, expected_connections(3));
}

TEST(exchange, trailers_come_behind_a_body_whose_length_was_told_before) {
  const http2_server backend{[](http2_connection& peer, std::uint32_t stream, int, int) {
    peer.headers(stream, {{":status", "200"}, {"content-type", "application/grpc"}, {"content-length", "2"}});
    peer.data(stream, "ok");
    std::this_thread::sleep_for(50ms);  // the body is complete meanwhile
    peer.headers(stream, {{"grpc-status", "0"}}, http2_frame::end_stream);
    return true;
  }};
  http client;
  const response got = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(got.outcome, outcome::answered) << got.error;
  EXPECT_EQ(got.body, "ok");
  EXPECT_EQ(got.header("grpc-status"), "0");
}

TEST(exchange, trailers_may_come_alone_or_not_at_all) {
  const http2_server backend{[turn = 0](http2_connection& peer, std::uint32_t stream, int, int) mutable {
    if (turn == 0) {
      peer.headers(stream, {{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "14"},
                            {"grpc-message", "try%20later"}}, http2_frame::end_stream);
    } else if (turn == 1) {
      peer.headers(stream, {{":status", "200"}, {"grpc-status", "7"}});
      peer.headers(stream, {{"grpc-status", "8"}}, http2_frame::end_stream);
    } else if (turn == 2) {
      peer.headers(stream, {{":status", "200"}});
      peer.data(stream, "ok", http2_frame::end_stream);
    } else {
      peer.headers(stream, {{":status", "103"}, {"grpc-status", "1"}});
      peer.headers(stream, {{":status", "502"}}, http2_frame::end_stream);
    }
    ++turn;
    return true;
  }};
  http client;
  const response alone = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(alone.outcome, outcome::answered) << alone.error;
  EXPECT_EQ(alone.header("grpc-status"), "14");
  EXPECT_EQ(alone.header("grpc-message"), "try%20later");
  const response without_body = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(without_body.outcome, outcome::answered) << without_body.error;
  EXPECT_EQ(without_body.header("grpc-status"), "8");
  const response missing = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(missing.outcome, outcome::answered) << missing.error;
  EXPECT_EQ(missing.body, "ok");
  EXPECT_TRUE(missing.headers.empty());
  const response interim = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(interim.status, 502);
  EXPECT_EQ(interim.header("grpc-status"), "");
  EXPECT_EQ(backend.connections, expected_connections(4));
}

TEST(exchange, a_broken_http2_reply_is_no_answer) {
  const std::vector<std::function<bool(http2_connection&, std::uint32_t)>> ways{
      [](auto& peer, auto stream) { return peer.reset(stream, http2_frame::internal_error), true; },
      [](auto& peer, auto stream) {
        peer.headers(stream, {{":status", "200"}});
        peer.data(stream, "half");
        peer.reset(stream, http2_frame::cancel);
        return true;
      },
      [](auto& peer, auto stream) { return peer.headers(stream, {{":status", "200"}}), false; },
      [](auto& peer, auto stream) {
        peer.headers(stream, {{":status", "200"}});
        peer.data(stream, "half");
        peer.goaway(stream, http2_frame::internal_error);
        return false;
      },
      [](auto& peer, auto stream) {  // half a frame
        peer.headers(stream, {{":status", "200"}});
        http2_frame frame{http2_frame::data, 0, stream, std::string(1000, 'x')};
        peer.write(frame.bytes().substr(0, 500));
        return false;
      },
      [](auto& peer, auto stream) { return peer.data(stream, "body without head"), true; },
      [](auto& peer, auto stream) {
        peer.send({http2_frame::headers, http2_frame::end_headers, stream, "\x80 no such field"});
        return true;
      },
      [](auto& peer, auto) { return peer.goaway(0, http2_frame::no_error), false; },
      [](auto& peer, auto) { return peer.write("HTTP/1.1 200 OK\r\n\r\n"), false; },
  };
  for (std::size_t way = 0; way < ways.size(); ++way) {
    const http2_server backend{first(ways[way])};
    http client;
    request what = grpc(backend.server.url());
    const response got = answer_to(client, what);
    EXPECT_EQ(got.outcome, outcome::no_answer) << way;
    EXPECT_EQ(got.body, "");
    EXPECT_NE(got.error.find(backend.server.authority()), std::string::npos) << way << ": " << got.error;
    EXPECT_EQ(backend.requests, 1) << way;
    backend.still_answers(client);
  }
}

TEST(exchange, a_server_that_goes_away_between_two_requests_is_found_again) {
  std::atomic<int> answered = 0;
  const http2_server backend{[&](http2_connection& peer, std::uint32_t stream, int index, int) {
    good_reply(peer, stream);
    while (answered <= index) std::this_thread::yield();
    peer.goaway(stream, http2_frame::no_error);
    return false;
  }};
  http client;
  for (int times = 1; times <= 3; ++times) {
    backend.still_answers(client);
    answered = times;
    EXPECT_EQ(backend.requests, times);
    EXPECT_EQ(backend.connections, times);
  }
}

TEST(exchange, a_server_that_refuses_every_stream_is_left_alone_after_a_few) {
  const http2_server backend{[](http2_connection& peer, std::uint32_t stream, int, int) {
    peer.reset(stream, http2_frame::refused_stream);
    return false;
  }};
  http client;
  const response got = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_LE(backend.requests, 6) << "libcurl's own limit";
}

TEST(exchange, a_server_of_http_1_asked_for_http2_is_named) {
  const scripted_server backend{[](connection peer) {
    peer.read_head();
    peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  }};
  http client;
  const response got = answer_to(client, grpc(backend.url()));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  EXPECT_EQ(got.error, backend.authority() +
                           " closed the connection without an answer in HTTP/2, which gRPC needs: is it the port for "
                           "gRPC (4317), not for OTLP over HTTP (4318), and without TLS?");
}

TEST(exchange, silence_in_http2_has_its_time) {
  for (const bool greeted : {false, true}) {
    const scripted_server backend{[&](connection peer) {
      if (!greeted) return static_cast<void>(peer.read(megabyte));
      http2_connection silent{peer};
      silent.read_request();
      silent.read_request();
    }};
    http client;
    request what = grpc(backend.url());
    what.timeout = 200ms;
    response got = answer_to(client, what);
    for (int i = 1; i < 5 && got.error.starts_with("no connection to"); ++i) got = answer_to(client, what);  // was held up
    EXPECT_EQ(got.outcome, outcome::no_answer);
    EXPECT_EQ(got.error, "no answer from " + backend.authority() + " within 200 ms");
  }
}

TEST(exchange, too_much_over_http2_is_not_taken_in) {
  std::atomic<std::size_t> sent = 0;
  const http2_server body{first([&](http2_connection& peer, std::uint32_t stream) {
    peer.headers(stream, {{":status", "200"}});
    const http2_frame frame{http2_frame::data, 0, stream, std::string(16'384, 'x')};
    while (sent < 100 * megabyte && peer.write(frame.bytes())) sent += frame.payload.size();
    return false;
  })};
  http client;
  EXPECT_EQ(answer_to(client, grpc(body.server.url())).outcome, outcome::too_large);
  body.still_answers(client);
  EXPECT_LT(sent, 50 * megabyte);

  sent = 0;
  const http2_server head{first([&](http2_connection& peer, std::uint32_t stream) {
    const std::string field = http2_connection::block({{"x-more", std::string(10'000, 'v')}});
    peer.send({http2_frame::headers, 0, stream, http2_connection::block({{":status", "200"}})});
    const http2_frame more{http2_frame::continuation, 0, stream, field};
    while (sent < 100 * megabyte && peer.write(more.bytes())) sent += field.size();
    return false;
  })};
  const response got = answer_to(client, grpc(head.server.url()));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  head.still_answers(client);
  EXPECT_LT(sent, 50 * megabyte);
}

TEST(exchange, http2_interim_replies_without_end_have_their_time) {
  const http2_server backend{first([](http2_connection& peer, std::uint32_t stream) {
    for (int times = 0; times < 10'000; ++times) peer.headers(stream, {{":status", "103"}, {"link", "x"}});
    return false;
  })};
  http client;
  const response got = answer_to(client, grpc(backend.server.url()));
  EXPECT_EQ(got.outcome, outcome::no_answer);
  backend.still_answers(client);
}

}  // namespace
