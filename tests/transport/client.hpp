// SPDX-License-Identifier: MIT
#pragma once

// The near end for transport tests: requests made in a line, and a client driven until all of them have ended.

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <sonde/transport/http.hpp>

namespace sonde::tests {

inline constexpr std::chrono::seconds patience{60};  // for what should take no time; a test that needs it has failed

/// Performs until nothing is under way.
inline void run(transport::http& client) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (client.busy() && std::chrono::steady_clock::now() < deadline) {
    client.perform();
    if (client.busy()) client.wait(std::chrono::seconds{1});
  }
  ASSERT_FALSE(client.busy()) << "a request never ended";
}

inline transport::response answer_to(transport::http& client, transport::request what) {
  std::optional<transport::response> got;
  client.send(std::move(what), [&](transport::response answer) {
    EXPECT_FALSE(got) << "reported twice";
    got = std::move(answer);
  });
  EXPECT_FALSE(got) << "reported from inside send()";
  run(client);
  EXPECT_TRUE(got) << "never reported";
  return got.value_or(transport::response{});
}

inline transport::request post(std::string url, std::string body = {}) {
  transport::request what;
  what.url = std::move(url);
  what.body = std::move(body);
  return what;
}
inline transport::request get(std::string url) {
  transport::request what = post(std::move(url));
  what.method = "GET";
  return what;
}

}  // namespace sonde::tests
