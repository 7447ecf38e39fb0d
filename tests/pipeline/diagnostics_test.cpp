// SPDX-License-Identifier: MIT

#include <sonde/pipeline/diagnostics.hpp>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

// Whatever a line quotes, a backend's reply, a path, an exception, it stays one line, and a terminal shows it.
TEST(diagnostics, lines_are_fit_for_a_terminal_whoever_they_quote) {
  std::string said;
  const sonde::pipeline::diagnostics out{[&](std::string_view line) { said = line; }};
  out.say("otlp: 'a\nsonde: all is well\x1b[2K\u202E\xC2\x9B' … \xFF");
  EXPECT_EQ(said, "otlp: 'a\\nsonde: all is well\\x1b[2K\\u202e\\x9b' … \uFFFD");

  testing::internal::CaptureStderr();
  sonde::pipeline::diagnostics{}.say("one\r\ntwo");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "sonde: one\\r\\ntwo\n");
}

}  // namespace
