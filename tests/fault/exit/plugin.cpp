// SPDX-License-Identifier: MIT
// A library with a session of its own, which program.cpp loads and unloads.

#include <string_view>

#include <sonde/adapters/file.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

/// `place`: where the session lives, "static" or "leaked".
extern "C" [[gnu::visibility("default")]] void start(const char* place, const char* path) {
  auto made = sonde::start({.diagnostics = [](auto) {}}, sonde::file::exporter{{.path = path}});
  if (std::string_view{place} == "static") {
    static sonde::session kept;
    kept = std::move(made);
  } else {
    [[maybe_unused]] static sonde::session* kept;
    kept = new sonde::session{std::move(made)};
  }
}
extern "C" [[gnu::visibility("default")]] void record() { const sonde::span<"in the library"> span; }
