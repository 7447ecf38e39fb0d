// SPDX-License-Identifier: MIT
// Compiled once per part of the mixed program, with -DUNIT=<its name> and the flags of sonde/config.hpp under test.
#include "unit.hpp"

#include <sonde/attributes.hpp>
#include <sonde/log/write.hpp>
#include <sonde/sonde.hpp>

#define NAME TEXT(UNIT)
#define TEXT(name) TEXT_(name)
#define TEXT_(name) #name

namespace mixed {

namespace {
struct part {
  int number = 7;
};
}  // namespace

void UNIT(step* next) {
  sonde::span<NAME " plain"> plain;
  plain.set_attribute<"unit">(NAME);
  plain.add_event<"opened">(sonde::attr<"unit">(NAME));
  sonde::span_at<sonde::level::debug, NAME " debug"> debug;
  sonde::span_at<sonde::level::error, NAME " error"> error;
  SONDE_SPAN(NAME " macro");
  sonde::tracer<NAME>::span<NAME " typed", part> typed;
  typed->number += 1;
  sonde::log::write(sonde::level::critical, NAME " log");
  sonde::in_span<NAME " called">([next] { next(); });
}

}  // namespace mixed
