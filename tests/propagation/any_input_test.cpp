// SPDX-License-Identifier: MIT
// The rules the fuzzer checks (tests/fuzz), over random bytes and damaged headers: parsers are total, and what goes out is valid.

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/context/id_source.hpp>

#include "example_context.hpp"
#include "fuzz/propagation_rules.hpp"

namespace {

std::string shown(std::string_view input) {
  std::string text;
  for (const char c : input) {
    const char digits[] = {'\\', 'x', "0123456789abcdef"[(c >> 4) & 15], "0123456789abcdef"[c & 15]};
    if (c >= 0x20 && c < 0x7F && c != '\\')
      text += c;
    else
      text.append(digits, 4);
  }
  return text;
}

TEST(any_input, breaks_no_rule) {
  sonde::context::id_source random{{1, 2, 3, 4}};
  for (int i = 0; i < 30'000; ++i) {
    std::string input;
    for (auto size = random.next() % 100; size > 0; --size) input += static_cast<char>(random.next() & 0xFF);
    const char* const broken = propagation_rules::broken_by(input);
    ASSERT_EQ(broken, nullptr) << broken << ": " << shown(input);
  }
}

// What looks like a header nearly all the way gets further than noise.
TEST(any_input, that_is_nearly_a_header_breaks_no_rule) {
  const std::string traceparent{propagation_test::example_traceparent};
  const std::string xray = "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1;Lineage=1:2";
  const std::string request = std::string{"\1\2\5"} + "\x1E" + '\0' + traceparent + "\x1E\1a=1,b=2" +  //
                              "\x1E\2k=v;p,l=%20" + "\x1E\3" + xray;
  const std::string good[] = {std::string{"\0", 1} + traceparent,
                              "\1rojo=00f067aa0ba902b7,congo=t61rcWkgMzE\x1E" "a@b=1",
                              "\2key1=value1;p1;p2, key2 = value2\x1Ekey3=%C3%A9; p=%zz",
                              "\3" + xray,
                              "\4" "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90",
                              "\5" "Am\xC3\xA9lie, 100%",
                              "\6" + request};
  sonde::context::id_source random{{5, 6, 7, 8}};
  constexpr std::string_view favourites{"\0\r\n\t ,;=-%&0aF\x7F\x80\xFF\x1E", 19};
  for (const std::string& each : good) ASSERT_EQ(propagation_rules::broken_by(each), nullptr) << shown(each);
  for (int i = 0; i < 30'000; ++i) {
    std::string input = good[random.next() % std::size(good)];
    for (auto changes = random.next() % 4; changes > 0; --changes) {
      const std::size_t at = 1 + random.next() % (input.size() - 1);
      const char c = favourites[random.next() % favourites.size()];
      switch (random.next() % 3) {
        case 0: input[at] = c; break;
        case 1: input.insert(at, 1, c); break;
        default: input.erase(at, 1 + random.next() % 3); break;
      }
      if (input.size() < 2) input += "xx";
    }
    const char* const broken = propagation_rules::broken_by(input);
    ASSERT_EQ(broken, nullptr) << broken << ": " << shown(input);
  }
}

}  // namespace
