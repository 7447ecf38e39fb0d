// SPDX-License-Identifier: MIT
#pragma once

// What every pair is written with: a file compiled as it stands is the instrumented form, with -DSTRIPPED the one whose
// instrumentation was removed by hand, down to the includes.

#ifndef STRIPPED
#define INSTRUMENTED(...) __VA_ARGS__
#define BY_HAND(...)
#else
#define INSTRUMENTED(...)
#define BY_HAND(...) __VA_ARGS__
#endif

/// Of types of sonde: true where it is off. (Where it is on, a pair must only compile.)
#define HOLDS_WHERE_OFF(...) INSTRUMENTED(static_assert(sonde::enabled || (__VA_ARGS__));)

int work(int);
