// SPDX-License-Identifier: MIT
// Spans with a plain aggregate of attributes. What is read back is kept, what is only written is not.
#include <cstddef>
#include <optional>
#include <string_view>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <type_traits>

#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>
#endif

namespace typed_attributes {

struct user_activities {
  std::string_view handle;
  std::size_t results_size;
};
struct position {
  double x, y;
};
struct move {
  position from, to;
  std::optional<int> steps;
  bool is_final = false;
};

INSTRUMENTED(using tracer = sonde::tracer<"home.activities">;)
INSTRUMENTED(using idle = sonde::span<"x", user_activities>;)
HOLDS_WHERE_OFF(sizeof(idle) == sizeof(user_activities) && alignof(idle) == alignof(user_activities))
HOLDS_WHERE_OFF(std::is_trivially_copyable_v<idle> && std::is_trivially_destructible_v<idle>)

int written(int n, std::string_view handle) {
  INSTRUMENTED(sonde::span<"user_activities", user_activities> span{{.handle = handle, .results_size = 0}};)
  const int results = work(n);
  INSTRUMENTED(span->results_size = static_cast<std::size_t>(results);)
  return results;
}
int empty(int n) {
  INSTRUMENTED(sonde::span<"user_activities", user_activities> span;)
  INSTRUMENTED(span.set_status(sonde::status::error, "none");)
  return work(n);
}
int nested(int n, double x) {
  INSTRUMENTED(tracer::span<"move", move> span{{.from = {x, 0}, .to = {0, x}, .steps = n}, sonde::kind::client};)
  INSTRUMENTED(span->to.y = 2 * x;)
  INSTRUMENTED(span->is_final = true;)
  return work(n);
}
int levelled(int n) {
  INSTRUMENTED(sonde::span_at<sonde::level::debug, "position", position> span{{.x = 1, .y = 2}};)
  INSTRUMENTED(span->x += 1;)
  return work(n);
}
int told_and_typed(int n) {
  INSTRUMENTED(sonde::span<"user_activities", user_activities> span{sonde::kind::server, sonde::span_context{}};)
  INSTRUMENTED(span->handle = "andrew";)
  INSTRUMENTED(span.set_attribute<"n">(n);)
  INSTRUMENTED(span.add_event<"told">(sonde::attr<"size">(span->results_size));)
  return work(n);
}
std::size_t read_back(std::size_t n) {
  INSTRUMENTED(sonde::span<"user_activities", user_activities> span{sonde::kind::server};)
  INSTRUMENTED(span->results_size = n;)
  INSTRUMENTED(return span->results_size + 1;)
  BY_HAND(return n + 1;)
}

}  // namespace typed_attributes
