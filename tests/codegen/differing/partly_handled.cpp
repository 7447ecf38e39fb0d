// SPDX-License-Identifier: MIT
// A documented limit, of Clang: a span in or around a try block whose handlers do not take every exception. What they do not
// take stops there on its way, for an object to end that has nothing to end.
// differs: clang .text _Unwind_Resume
#include <stdexcept>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace partly_handled {

int may_throw(int);

int handled_in_a_loop(int n) {
  INSTRUMENTED(sonde::span<"retried"> span;)
  for (int i = 0; i < n; ++i) {
    try {
      INSTRUMENTED(SONDE_SPAN("attempt");)
      return may_throw(i);
    } catch (const std::runtime_error& error) {
      INSTRUMENTED(span.add_event<"failed">(sonde::attr<"attempt">(i));)
      INSTRUMENTED(span.record_exception(error);)
    }
  }
  INSTRUMENTED(span.set_status(sonde::status::error, "gave up");)
  return -1;
}
int around(int n) {
  INSTRUMENTED(sonde::span<"around"> span;)
  try {
    return may_throw(n);
  } catch (int thrown) {
    return thrown;
  }
}
int function_body(int n) try {
  INSTRUMENTED(SONDE_SPAN();)
  return may_throw(n);
} catch (int thrown) {
  INSTRUMENTED(sonde::current_span().set_attribute<"thrown">(thrown);)
  return thrown;
}


}  // namespace partly_handled
