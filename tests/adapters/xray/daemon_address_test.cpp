// SPDX-License-Identifier: MIT

#include <sonde/adapters/xray/daemon_address.hpp>

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using sonde::transport::host_port;
using sonde::xray::daemon_address;
using sonde::xray::find_daemon_address;
using sonde::xray::parse_daemon_address;

TEST(daemon_address, one_address_is_for_both) {
  for (const char* text : {"xray-daemon:3000", " xray-daemon:3000 ", "xray-daemon:3000\n"})
    EXPECT_EQ(parse_daemon_address(text), (daemon_address{{"xray-daemon", 3000}, {"xray-daemon", 3000}})) << text;
  EXPECT_EQ(parse_daemon_address("[::1]:2000"), (daemon_address{{"::1", 2000}, {"::1", 2000}}));
}

TEST(daemon_address, two_are_told_apart_by_their_protocol) {
  const daemon_address expected{{"b", 2}, {"a", 1}};
  for (const char* text : {"tcp:a:1 udp:b:2", "udp:b:2 tcp:a:1", "TCP:a:1  UDP:b:2", " tcp:a:1\tudp:b:2 "})
    EXPECT_EQ(parse_daemon_address(text), expected) << text;
  EXPECT_EQ(parse_daemon_address("tcp:[fe80::1]:1 udp:127.0.0.1:2"), (daemon_address{{"127.0.0.1", 2}, {"fe80::1", 1}}));
}

TEST(daemon_address, anything_else_is_none) {
  for (const char* text : {"", " ", "host", "host:", ":2000", "host:0", "host:65536", "host:2000x", "host:-1", "a:1 b:2", "tcp:a:1",
                           "udp:a:1", "udp:a:1 udp:b:2", "tcp:a:1 udp:b", "tcp:a:1 udp:b:2 udp:c:3", "::1:2000", "[::1]2000", "[::1",
                           "[host]:2000", "http://host:2000", "ho st:2000", "user@host:2000"})
    EXPECT_EQ(parse_daemon_address(text), std::nullopt) << text;
}

TEST(daemon_address, an_address_is_shown_as_it_is_written) {
  EXPECT_EQ((host_port{"::1", 2000}).shown(), "[::1]:2000");
  EXPECT_EQ((host_port{"localhost", 80}).shown(), "localhost:80");
}

TEST(daemon_address, the_variable_goes_before_code_and_code_before_the_default) {
  sonde::environment::reader set{{{"AWS_XRAY_DAEMON_ADDRESS", "a:1"}}};
  sonde::environment::reader unset{std::vector<sonde::environment::variable>{}};
  EXPECT_EQ(find_daemon_address("b:2", set).address.udp, (host_port{"a", 1}));
  EXPECT_EQ(find_daemon_address("b:2", set).source, "from AWS_XRAY_DAEMON_ADDRESS");
  EXPECT_EQ(find_daemon_address("b:2", unset).address.tcp, (host_port{"b", 2}));
  EXPECT_EQ(find_daemon_address(std::nullopt, unset).address.udp, (host_port{"127.0.0.1", 2000}));
  EXPECT_EQ(find_daemon_address(std::nullopt, unset).source, "default");
}

TEST(daemon_address, what_is_none_is_refused_with_a_sentence_that_names_it) {
  sonde::environment::reader set{{{"AWS_XRAY_DAEMON_ADDRESS", "host"}}};
  sonde::environment::reader unset{std::vector<sonde::environment::variable>{}};
  EXPECT_EQ(find_daemon_address(std::nullopt, set).refusal,
            "AWS_XRAY_DAEMON_ADDRESS='host' is not an address of the daemon: write host:port, or tcp:host:port udp:host:port");
  EXPECT_EQ(find_daemon_address("x", unset).refusal.substr(0, 18), "daemon_address='x'");
}

}  // namespace
