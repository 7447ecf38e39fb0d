// SPDX-License-Identifier: MIT
// How exceptions are described: types, messages and chains of them, whatever users throw; bounded.

#include <sonde/record/exception_text.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {

using sonde::record::exception_limits;
using sonde::testing::recorded_log;
using sonde::testing::value;

/// The occurrence that a handler of what `thrower` throws reports.
template <class Thrower>
recorded_log reported(Thrower thrower) {
  recording kept;
  try {
    thrower();
  } catch (...) {
    sonde::report_exception();
  }
  static_cast<void>(kept.spans());
  return kept.memory.logs().at(0);
}

using cause = std::pair<std::string, std::string>;
std::vector<cause> causes_of(const recorded_log& log) {
  std::vector<cause> made;
  const value* const causes = log.attributes.find("sonde.exception.causes");
  if (causes == nullptr) return made;
  for (const value& each : causes->as<value::array>()) {
    const auto& members = each.as<value::map>();
    EXPECT_EQ(members.size(), 2u);
    EXPECT_EQ(members.at(0).first, "type");
    EXPECT_EQ(members.at(1).first, "message");
    made.emplace_back(members.at(0).second.as<std::string>(), members.at(1).second.as<std::string>());
  }
  return made;
}

struct no_standard_exception {
  int code;
};
struct silent : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};
struct talking : std::exception {
  explicit talking(std::string said) : text{std::move(said)} {}
  [[nodiscard]] const char* what() const noexcept override { return text.c_str(); }
  std::string text;
};

template <class Inner, class Outer>
[[noreturn]] void nest(Inner inner, Outer outer) {
  try {
    inner();
  } catch (...) {
    std::throw_with_nested(std::move(outer));
  }
  throw std::logic_error{"nothing was thrown"};
}
[[noreturn]] void nest_deep(int depth, const std::string& words = "") {
  if (depth == 0) throw std::out_of_range{"0" + words};
  nest([&] { nest_deep(depth - 1, words); }, std::runtime_error{std::to_string(depth) + words});
}

TEST(exception_text, lists_what_caused_it_outermost_first_itself_left_out) {
  const recorded_log log = reported([] {
    nest([] { nest([] { throw std::out_of_range{"no such handle"}; }, std::runtime_error{"cannot load"}); },
         std::invalid_argument{"bad request"});
  });
  EXPECT_EQ(log.attributes["exception.type"], "std::invalid_argument") << "not what the library wraps it in";
  EXPECT_EQ(log.attributes["exception.message"], "bad request");
  EXPECT_EQ(causes_of(log), (std::vector<cause>{{"std::runtime_error", "cannot load"}, {"std::out_of_range", "no such handle"}}));
}

TEST(exception_text, chains_may_begin_and_end_with_types_of_any_kind) {
  const recorded_log log = reported([] { nest([] { throw 42; }, no_standard_exception{7}); });
  EXPECT_NE(log.attributes["exception.type"].as<std::string>().find("no_standard_exception"), std::string::npos);
  EXPECT_EQ(causes_of(log), (std::vector<cause>{{"int", ""}}));
}

TEST(exception_text, an_exception_at_hand_has_its_causes_too) {
  recording kept;
  try {
    nest_deep(2);
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  static_cast<void>(kept.spans());
  EXPECT_EQ(causes_of(kept.memory.logs().at(0)),
            (std::vector<cause>{{"std::runtime_error", "1"}, {"std::out_of_range", "0"}}));
}

TEST(exception_text, one_without_causes_has_no_list_of_them) {
  EXPECT_FALSE(reported([] { throw std::runtime_error{"alone"}; }).attributes.contains("sonde.exception.causes"));
  // Thrown where nothing was being handled: there is nothing in it.
  EXPECT_FALSE(reported([] { std::throw_with_nested(std::runtime_error{"empty"}); }).attributes.contains("sonde.exception.causes"));
}

TEST(exception_text, spans_have_the_causes_as_well) {
  recording kept;
  try {
    sonde::span<"guessed"> span;
    nest_deep(1);
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  try {
    sonde::in_span<"known">([] { nest_deep(1); });
  } catch (...) {
  }
  for (const char* name : {"guessed", "known"}) {
    const auto span = kept.named(name);
    ASSERT_EQ(span.events.size(), 1u) << name;
    EXPECT_EQ(span.events[0].attributes["sonde.exception.causes"].as<value::array>().size(), 1u) << name;
  }
}

TEST(exception_text, a_thousand_causes_are_the_nearest_few) {
  recording kept;
  try {
    nest_deep(1000);
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  static_cast<void>(kept.spans());
  const auto causes = causes_of(kept.memory.logs().at(0));
  ASSERT_EQ(causes.size(), exception_limits::causes);
  EXPECT_EQ(causes.front().second, "999");
  EXPECT_GE(kept.session.stats().logs.cut, 1u);
}

TEST(exception_text, causes_of_many_words_are_fewer) {
  recording kept;
  try {
    nest_deep(20, std::string(exception_limits::cause_message, 'x'));
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  static_cast<void>(kept.spans());
  EXPECT_EQ(causes_of(kept.memory.logs().at(0)).size(), exception_limits::causes_bytes / exception_limits::cause_message);
  EXPECT_GE(kept.session.stats().logs.cut, 1u);
}

TEST(exception_text, a_chain_that_leads_back_to_itself_ends) {
  struct circle : std::runtime_error, std::nested_exception {
    circle() : std::runtime_error{"round"} {}
  };
  const recorded_log log = reported([] {
    const std::nested_exception of_nothing;
    try {
      throw circle{};
    } catch (circle& self) {
      const std::nested_exception of_itself;
      static_cast<std::nested_exception&>(self) = of_itself;
      sonde::report_exception(self);
      static_cast<std::nested_exception&>(self) = of_nothing;  // or it would never be freed
    }
    throw std::logic_error{"the other report is looked at"};
  });
  EXPECT_EQ(log.body, "round");
  EXPECT_TRUE(causes_of(log).empty());
}

TEST(exception_text, a_message_may_be_missing) {
  const recorded_log null = reported([] { throw silent{}; });
  EXPECT_FALSE(null.attributes.contains("exception.message"));
  EXPECT_NE(null.body.find("silent"), std::string::npos) << "its type stands for it";
  const recorded_log of_no_exception = reported([] { throw no_standard_exception{7}; });
  EXPECT_FALSE(of_no_exception.attributes.contains("exception.message"));
  const recorded_log literal = reported([] { throw "a literal"; });
  EXPECT_EQ(literal.attributes["exception.type"], "char const*");
  EXPECT_EQ(literal.attributes["exception.message"], "a literal");
}

TEST(exception_text, a_long_message_is_cut_between_characters_and_counted) {
  std::string umlauts;
  for (int i = 0; i < 5 << 20; ++i) umlauts += "\xC3\xA4";
  recording kept;
  try {
    nest([&] { throw talking{"x" + umlauts}; }, talking{"x" + umlauts});
  } catch (const std::exception& error) {
    sonde::report_exception(error);
  }
  static_cast<void>(kept.spans());
  const recorded_log log = kept.memory.logs().at(0);
  EXPECT_EQ(log.body, "x" + umlauts.substr(0, exception_limits::message - 2)) << "the limit lies in a character";
  EXPECT_EQ(log.attributes["exception.message"], log.body);
  EXPECT_EQ(causes_of(log).at(0).second, "x" + umlauts.substr(0, exception_limits::cause_message - 2));
  EXPECT_GE(kept.session.stats().logs.cut, 1u);
}

TEST(exception_text, invalid_utf8_goes_through_as_it_is) {
  const recorded_log log = reported([] { throw talking{"\xFF\xC3(\x80"}; });
  EXPECT_EQ(log.body, "\xFF\xC3(\x80") << "encoders repair it";
}

}  // namespace
