// SPDX-License-Identifier: MIT
#pragma once

// A stand-in for the X-Ray daemon: receives datagrams on loopback, checks each against the rules of documents, keeps what it
// says. Source of the rules: AWS X-Ray developer guide, "Segment documents".

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sonde::tests {

using nlohmann::json;

[[nodiscard]] inline bool are_all_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == text.npos;
}
[[nodiscard]] inline bool is_id(const json& id) {
  return id.is_string() && id.get_ref<const std::string&>().size() == 16 &&
         are_all_of(id.get_ref<const std::string&>(), "0123456789abcdef");
}
/// 1-581cf771-a006649127e371903a2de979
[[nodiscard]] inline bool is_trace_id(const json& id) {
  if (!id.is_string()) return false;
  const std::string& text = id.get_ref<const std::string&>();
  return text.size() == 35 && text.substr(0, 2) == "1-" && text[10] == '-' &&
         are_all_of(text.substr(2, 8), "0123456789abcdef") && are_all_of(text.substr(11), "0123456789abcdef");
}

inline void check_cause(const json& cause) {
  if (cause.is_string()) {
    EXPECT_TRUE(is_id(cause)) << cause;
    return;
  }
  ASSERT_FALSE(cause.at("exceptions").empty()) << cause;
  for (const json& each : cause.at("exceptions")) {
    EXPECT_TRUE(is_id(each.at("id"))) << each;
    EXPECT_TRUE(each.at("message").is_string() && each.at("type").is_string() && each.at("remote").is_boolean()) << each;
    if (each.contains("cause")) {
      EXPECT_TRUE(is_id(each.at("cause"))) << each;
    }
    for (const json& frame : each.value("stack", json::array()))
      EXPECT_TRUE(frame.at("path").is_string() && frame.at("label").is_string()) << frame;
  }
}

/// Of a document, and of those within it.
inline void check_document(const json& document, bool within = false) {
  EXPECT_TRUE(is_id(document.at("id"))) << document.at("id");
  const std::string name = document.at("name");
  EXPECT_FALSE(name.empty());
  EXPECT_LE(name.size(), 800u);
  EXPECT_EQ(name.find_first_of("?;*()!$~^<>\"'`,|{}[]\n\t"), name.npos) << name;
  const bool subsegment = within || document.contains("type");
  if (document.contains("type")) {
    EXPECT_EQ(document.at("type"), "subsegment");
  }
  EXPECT_EQ(document.contains("trace_id"), !within);
  if (!within) {
    EXPECT_TRUE(is_trace_id(document.at("trace_id"))) << document.at("trace_id");
  }
  if (document.contains("parent_id")) {
    EXPECT_TRUE(is_id(document.at("parent_id")));
  }
  if (document.contains("type")) {
    EXPECT_TRUE(document.contains("parent_id")) << document;
  }
  EXPECT_TRUE(document.at("start_time").is_number_float());
  EXPECT_NE(document.contains("end_time"), document.contains("in_progress")) << document;
  if (document.contains("end_time")) {
    EXPECT_GE(document.at("end_time"), document.at("start_time"));
  }
  for (const char* flag : {"error", "throttle", "fault", "in_progress"})
    if (document.contains(flag)) {
      EXPECT_EQ(document.at(flag), true);
    }
  for (const char* of_segments : {"user", "origin", "service"}) EXPECT_FALSE(subsegment && document.contains(of_segments));
  for (const char* of_subsegments : {"namespace", "sql"}) EXPECT_FALSE(!subsegment && document.contains(of_subsegments));
  if (document.contains("namespace")) {
    EXPECT_TRUE(document.at("namespace") == "aws" || document.at("namespace") == "remote");
  }
  if (document.contains("cause")) check_cause(document.at("cause"));
  const json annotations = document.value("annotations", json::object());
  EXPECT_LE(annotations.size(), 50u);
  for (const auto& [key, value] : annotations.items()) {
    EXPECT_TRUE(!key.empty() && key.size() <= 500 &&
                are_all_of(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.")) << key;
    EXPECT_TRUE(value.is_primitive() && !value.is_null()) << value;
  }
  const json metadata = document.value("metadata", json::object());
  for (const auto& [space, members] : metadata.items()) {
    EXPECT_TRUE(members.is_object() && !members.empty()) << space;
    EXPECT_NE(space.substr(0, 4), "AWS.");
  }
  for (const json& each : document.value("links", json::array()))
    EXPECT_TRUE(is_trace_id(each.at("trace_id")) && is_id(each.at("id"))) << each;
  for (const json& each : document.value("subsegments", json::array())) check_document(each, true);
}

/// Refuses a member that is there twice, which parsers forgive.
[[nodiscard]] inline json parse_strictly(std::string_view text) {
  std::vector<std::vector<std::string>> open;
  return json::parse(text, [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key) {
      for (const std::string& each : open.back()) EXPECT_NE(each, parsed.get<std::string>()) << "twice in " << text;
      open.back().push_back(parsed);
    }
    return true;
  });
}

/// A datagram's document.
[[nodiscard]] inline json read_datagram(std::string_view datagram) {
  constexpr std::string_view header = "{\"format\":\"json\",\"version\":1}\n";
  EXPECT_EQ(datagram.substr(0, header.size()), header);
  EXPECT_LE(datagram.size(), 64'000u);
  const json document = parse_strictly(datagram.substr(header.size()));
  check_document(document);
  return document;
}

/// How many spans a document tells of.
[[nodiscard]] inline std::size_t spans_in(const json& document) {
  std::size_t count = document.contains("in_progress") ? 0 : 1;
  for (const json& each : document.value("subsegments", json::array())) count += spans_in(each);
  return count;
}

class stub_daemon {
 public:
  /// On any free port, or on one that was free a moment ago.
  explicit stub_daemon(int family = AF_INET, int port = 0) : number_{::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    six.sin6_port = htons(static_cast<std::uint16_t>(port));
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = six.sin6_port;
    const auto* const address = family == AF_INET ? reinterpret_cast<sockaddr*>(&four) : reinterpret_cast<sockaddr*>(&six);
    bound_ = ::bind(number_, address, family == AF_INET ? sizeof four : sizeof six) == 0;
    sockaddr_in6 got{};
    socklen_t size = sizeof got;
    ::getsockname(number_, reinterpret_cast<sockaddr*>(&got), &size);
    port_ = ntohs(got.sin6_port);  // lies where that of IPv4 does
  }
  stub_daemon(const stub_daemon&) = delete;
  stub_daemon& operator=(const stub_daemon&) = delete;
  ~stub_daemon() { stop(); }

  [[nodiscard]] bool is_bound() const { return bound_; }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void stop() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

  /// What has arrived and was not taken yet; loopback delivers before the sender goes on.
  [[nodiscard]] std::vector<std::string> take() const {
    std::vector<std::string> taken;
    std::string room(70'000, '\0');
    for (ssize_t size; (size = ::recv(number_, room.data(), room.size(), MSG_DONTWAIT)) >= 0;)
      taken.push_back(room.substr(0, static_cast<std::size_t>(size)));
    return taken;
  }

 private:
  int number_;
  int port_ = 0;
  bool bound_ = false;
};

}  // namespace sonde::tests
