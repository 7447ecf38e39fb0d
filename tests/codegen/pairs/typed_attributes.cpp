// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// Spans with a plain aggregate of attributes. What is read back is kept, what is only written is not.
#include <string_view>
#ifndef STRIPPED
#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>
#define INSTRUMENTED(...) __VA_ARGS__
#else
#define INSTRUMENTED(...)
#endif

#include <cstddef>

struct user_activities {
  std::string_view handle;
  std::size_t results_size;
};
int work(int);

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
std::size_t read_back(std::size_t n) {
#ifndef STRIPPED
  sonde::span<"user_activities", user_activities> span{sonde::kind::server};
  span->results_size = n;
  return span->results_size + 1;
#else
  return n + 1;
#endif
}
