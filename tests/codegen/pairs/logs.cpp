// SPDX-License-Identifier: MIT
// Log records of every level, with and without arguments and attributes.
#include <string>
#include <string_view>

#include "../instrumented.hpp"
#ifndef STRIPPED
#include <sonde/log.hpp>
#include <sonde/log/write.hpp>
#include <sonde/sonde.hpp>
#endif

namespace logs {

int of_each_level(int n) {
  INSTRUMENTED(sonde::log::trace("no arguments");)
  INSTRUMENTED(sonde::log::debug("no arguments");)
  INSTRUMENTED(sonde::log::info("no arguments");)
  INSTRUMENTED(sonde::log::warning("no arguments");)
  INSTRUMENTED(sonde::log::error("no arguments");)
  INSTRUMENTED(sonde::log::critical("no arguments");)
  return work(n);
}
int with_arguments(int n, std::string_view handle, const std::string& text) {
  INSTRUMENTED(sonde::span<"logged"> span;)
  INSTRUMENTED(sonde::log::info("{} activities for {}", n, handle);)
  INSTRUMENTED(sonde::log::critical("{}", text);)
  return work(n);
}
int with_attributes(int n, std::string_view handle) {
  INSTRUMENTED(sonde::log::warning("with attributes {}", 1.5, sonde::attr<"app.n">(n), sonde::attr<"handle">(handle));)
  INSTRUMENTED(sonde::log::error("only attributes", sonde::attr<"app.n">(n));)
  return work(n);
}
int with_text_of_run_time(int n, std::string_view text) {
  INSTRUMENTED(sonde::log::write(sonde::level::info, text);)
  INSTRUMENTED(sonde::log::write(sonde::level::error, text, {"file.cpp", 7, "f"}, sonde::attr<"app.n">(n));)
  return work(n);
}

}  // namespace logs
