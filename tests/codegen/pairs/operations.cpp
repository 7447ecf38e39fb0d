// SPDX-License-Identifier: MIT
// Everything that is said to a span: literals, plain variables, the lambda form, and what takes no value.
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/sonde.hpp>
#endif

namespace operations {

std::string digest(const std::vector<int>&);

int literals(int n) {
  INSTRUMENTED(sonde::span<"literals"> span;)
  INSTRUMENTED(span.set_attribute<"text">("text");)
  INSTRUMENTED(span.set_attribute<"whole">(42);)
  INSTRUMENTED(span.set_attribute<"real">(1.5);)
  INSTRUMENTED(span.set_attribute<"truth">(true);)
  return work(n);
}
int variables(int n, double real, bool truth, std::string_view text, const std::string& string, const char* characters,
              const std::optional<int>& perhaps, const std::vector<int>& list) {
  INSTRUMENTED(sonde::span<"variables"> span;)
  INSTRUMENTED(span.set_attribute<"whole">(n);)
  INSTRUMENTED(span.set_attribute<"real">(real);)
  INSTRUMENTED(span.set_attribute<"truth">(truth);)
  INSTRUMENTED(span.set_attribute<"text">(text);)
  INSTRUMENTED(span.set_attribute<"string">(string);)
  INSTRUMENTED(span.set_attribute<"characters">(characters);)
  INSTRUMENTED(span.set_attribute<"perhaps">(perhaps);)
  INSTRUMENTED(span.set_attribute<"list">(list);)
  INSTRUMENTED(span.set_attribute<"size">(list.size());)
  return work(n);
}
int a_variable_kept_in_a_register(int n) {
  INSTRUMENTED(sonde::span<"register"> span;)
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += work(i);
  INSTRUMENTED(span.set_attribute<"sum">(sum);)
  return sum;
}
int variables_of_a_loop(int n) {
  double sum = 0;
  int last = 0;
  for (int i = 0; i < n; ++i) {
    INSTRUMENTED(sonde::span<"turn"> turn;)
    sum += work(i);
    INSTRUMENTED(turn.set_attribute<"sum">(sum);)
    INSTRUMENTED(turn.put_annotation<"last">(last);)
    INSTRUMENTED(turn.put_metadata<"i">(i);)
    last = work(i + 1);
    INSTRUMENTED(turn.add_event<"last">(sonde::attr<"last">(last), sonde::attr<"sum">(sum));)
  }
  return sum > last;
}
int lazily(int n, const std::vector<int>& list) {
  INSTRUMENTED(sonde::span<"lazily"> span;)
  INSTRUMENTED(span.set_attribute<"digest">([&] { return digest(list); });)
  INSTRUMENTED(span.put_annotation<"digest">([&list] { return std::to_string(list.front()); });)
  INSTRUMENTED(span.put_metadata<"digest", "list">([list = &list, n] { return digest(*list) + std::to_string(n); });)
  return work(n);
}
int annotated(int n, std::string_view handle) {
  INSTRUMENTED(sonde::span<"annotated"> span;)
  INSTRUMENTED(span.put_annotation<"handle">(handle);)
  INSTRUMENTED(span.put_annotation<"n">(7);)
  INSTRUMENTED(span.put_metadata<"results", "user_activities">(n);)
  INSTRUMENTED(span.put_metadata<"now">("today");)
  return work(n);
}
int events(int n, std::string_view handle) {
  INSTRUMENTED(sonde::span<"events"> span;)
  INSTRUMENTED(span.add_event<"cache.miss">();)
  INSTRUMENTED(span.add_event<"cache.hit">(sonde::attr<"n">(n), sonde::attr<"handle">(handle), sonde::attr<"age">(1.5));)
  return work(n);
}
int status_and_name(int n, std::string_view route) {
  INSTRUMENTED(sonde::span<"status"> span;)
  INSTRUMENTED(span.update_name(route);)
  INSTRUMENTED(span.update_name("literal");)
  INSTRUMENTED(span.set_status(sonde::status::ok);)
  INSTRUMENTED(span.set_status(sonde::status::error, "no such handle");)
  INSTRUMENTED(span.set_status(sonde::status::error, route);)
  return work(n);
}
int of_the_current_span(int n) {
  INSTRUMENTED(sonde::current_span().set_attribute<"user.id">(n);)
  INSTRUMENTED(sonde::current_span().add_event<"seen">();)
  INSTRUMENTED(auto current = sonde::current_span();)
  INSTRUMENTED(current.put_annotation<"n">(n);)
  INSTRUMENTED(current.add_link(current.context());)
  return work(n);
}
int only_where_recorded(int n) {
  INSTRUMENTED(sonde::span<"recorded"> span;)
  INSTRUMENTED(if (span.is_recording()) span.set_attribute<"list">(std::vector<int>(1000, n));)
  return work(n);
}
int links(int n, const std::string& why) {
  INSTRUMENTED(sonde::span<"links"> span;)
  INSTRUMENTED(span.add_link(sonde::span_context{});)
  INSTRUMENTED(span.add_link(sonde::current_span().context(), sonde::attr<"why">(why), sonde::attr<"n">(n));)
  return work(n);
}
int ids(int n) {
  INSTRUMENTED(sonde::span<"ids"> span;)
  INSTRUMENTED(const sonde::span_context context = span.context();)
  INSTRUMENTED(if (context.valid() || context.sampled) return 0;)
  return work(n);
}
int of_a_detached_span(int n) {
  INSTRUMENTED(sonde::detached_span<"job"> job;)
  INSTRUMENTED(job.set_attribute<"n">(n);)
  INSTRUMENTED(job.set_status(sonde::status::error, "late");)
  INSTRUMENTED(job.add_event<"late">(sonde::attr<"n">(n));)
  INSTRUMENTED(job.add_link(job.context());)
  INSTRUMENTED(job.end();)
  return work(n);
}
int reports(int n, std::string_view text, const std::exception& error) {
  INSTRUMENTED(sonde::report_exception(error);)
  INSTRUMENTED(sonde::report_exception(error, sonde::level::critical);)
  INSTRUMENTED(sonde::report_message("Hello World!", sonde::level::warning);)
  INSTRUMENTED(sonde::report_message(text);)
  INSTRUMENTED(sonde::report_exception();)
  return work(n);
}

}  // namespace operations
