// SPDX-License-Identifier: MIT
// Prints what left its spans as known, guessed at or unknown, and how many frames of its own the stacks have: of a throw of the
// program's, of a library's that it links, and of a plugin's that it opens.

#include <cstdio>
#include <stdexcept>
#include <string>

#include <dlfcn.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

extern "C" void throw_in_library();

namespace {

[[gnu::noinline]] void throw_here() { throw std::out_of_range{"here"}; }

void show(const char* what, const sonde::testing::recorded_span& span) {
  const auto& event = span.events.at(0).attributes;
  const auto* const stack = event.find("exception.stacktrace");
  std::printf("%s: %s, %s\n", what, event.contains("sonde.exception.inferred") ? "guessed" : "known",
              stack == nullptr ? "no stack" : stack->as<std::string>().find(" 0# ") == 0 ? "a stack" : "a broken stack");
}

}  // namespace

int main(int, char** arguments) {
  const sonde::testing::memory_exporter memory;
  auto session = sonde::start({.service_name = "linked", .diagnostics = [](auto) {}}, memory);
  void* const plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  const auto throw_in_plugin = plugin != nullptr ? reinterpret_cast<void (*)()>(dlsym(plugin, "throw_in_plugin")) : nullptr;
  for (void (*thrower)() : {&throw_here, &throw_in_library, throw_in_plugin}) {
    if (thrower == nullptr) continue;
    try {
      const sonde::span<"left"> left;
      thrower();
    } catch (const std::exception& error) {
      sonde::report_exception(error);
    }
  }
  session.force_flush();
  const auto spans = memory.spans();
  const char* const names[] = {"program", "library", "plugin"};
  for (std::size_t i = 0; i < spans.size(); ++i) show(names[i], spans[i]);
  return 0;
}
