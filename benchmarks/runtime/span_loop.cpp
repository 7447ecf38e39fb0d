// SPDX-License-Identifier: MIT
// So many spans of one form, for an instruction counter: benchmarks/runtime/instructions runs it under callgrind with two numbers
// of spans, and what the difference executed on this thread is what they cost.
//   span_loop FORM SPANS    FORM: one of `forms`

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/null_exporter.hpp>

namespace {

[[gnu::noinline]] void plain(long) {
  sonde::span<"plain"> span;
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void integer(long i) {
  sonde::span<"integer"> span;
  span.set_attribute<"app.count">(i);
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void boolean(long i) {
  sonde::span<"boolean"> span;
  span.set_attribute<"app.cached">((i & 1) != 0);
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void text(long) {
  sonde::span<"text"> span;
  span.set_attribute<"user.handle">("sixteen chars ok");
  asm volatile("" ::: "memory");
}
[[gnu::noinline]] void three(long i) {
  sonde::span<"three"> span;
  span.set_attribute<"app.count">(i);
  span.set_attribute<"app.cached">((i & 1) != 0);
  span.set_attribute<"user.handle">("sixteen chars ok");
  asm volatile("" ::: "memory");
}

constexpr struct {
  std::string_view name;
  void (*run)(long);
  bool started;
  bool sampled;
} forms[] = {{"plain", plain, true, true},       {"integer", integer, true, true},    {"boolean", boolean, true, true},
             {"text", text, true, true},         {"three", three, true, true},        {"unsampled", plain, true, false},
             {"not-started", plain, false, false}};

}  // namespace

int main(int count, char** arguments) {
  for (const auto& form : forms) {
    if (count != 3 || arguments[1] != form.name) continue;
    sonde::session session;
    if (form.started)
      session = sonde::start({.service_name = "bench",
                              .sampler = sonde::sampling::ratio{form.sampled ? 1.0 : 0.0},
                              .diagnostics = [](auto) {}},
                             sonde::testing::null_exporter{});
    const sonde::span<"root"> root;
    const long spans = std::atol(arguments[2]);
    for (long i = 0; i < spans; ++i) form.run(i);
    return 0;
  }
  std::puts("span_loop FORM SPANS; FORM: plain, integer, boolean, text, three, unsampled or not-started");
  return 2;
}
