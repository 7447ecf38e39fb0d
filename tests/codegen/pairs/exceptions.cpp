// SPDX-License-Identifier: MIT
// Spans that exceptions pass through: no clean-up code, no entries in the exception tables, no frames to unwind.
#include <exception>
#include <stdexcept>
#include <string>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace exceptions {

int may_throw(int);
int cannot_throw(int) noexcept;

int passing_through(int n) {
  INSTRUMENTED(sonde::span<"passing"> span;)
  return may_throw(n) + may_throw(n + 1);
}
int thrown_here(int n) {
  INSTRUMENTED(SONDE_SPAN();)
  if (n == 0) throw std::runtime_error{"none"};
  return n;
}
int handled(int n) {
  INSTRUMENTED(sonde::span<"handled"> span;)
  try {
    INSTRUMENTED(sonde::span<"inner"> inner;)
    return may_throw(n);
  } catch (const std::exception& error) {
    INSTRUMENTED(span.record_exception(error);)
    INSTRUMENTED(sonde::report_exception(error);)
    INSTRUMENTED(sonde::current_span().record_exception(error);)
    return -1;
  } catch (...) {
    INSTRUMENTED(sonde::report_exception();)
    throw;
  }
}
int beside_a_destructor(int n) {
  INSTRUMENTED(sonde::span<"outer"> outer;)
  const std::string text(static_cast<std::size_t>(n), 'x');
  INSTRUMENTED(sonde::span<"inner"> inner;)
  INSTRUMENTED(inner.set_attribute<"text">(text);)
  INSTRUMENTED(inner.set_attribute<"lazily">([&] { return text + text; });)
  return may_throw(static_cast<int>(text.size()));
}
int never_throws(int n) noexcept {
  INSTRUMENTED(sonde::span<"noexcept"> span;)
  return may_throw(n);
}
int nothing_throws(int n) noexcept {
  INSTRUMENTED(sonde::span<"noexcept"> span{sonde::kind::client};)
  INSTRUMENTED(span.set_attribute<"n">(n);)
  return cannot_throw(n);
}
int tried_for_nothing(int n) {
  try {
    INSTRUMENTED(sonde::span<"quiet"> span;)
    INSTRUMENTED(span.update_name("loud");)
    return cannot_throw(n);
  } catch (...) {
    INSTRUMENTED(sonde::report_exception();)
    return 0;
  }
}
[[noreturn]] void always_throws(int n) {
  INSTRUMENTED(sonde::detached_span<"thrown"> span;)
  INSTRUMENTED(sonde::scope active{span};)
  throw n;
}
}  // namespace exceptions
