// SPDX-License-Identifier: MIT
#pragma once

// A type of a user's that holds a span, so that its layout depends on sonde's flags: put where they tell it apart, or not.

#include <sonde/sonde.hpp>

namespace app {

#ifdef APART
inline namespace SONDE_ABI {
#endif

struct job {
  sonde::span<"job"> span;
  int number = 7;
};
int number_of(const job& which);

#ifdef APART
}  // namespace SONDE_ABI
#endif

int events_of(sonde::span<"job">& span);

}  // namespace app
