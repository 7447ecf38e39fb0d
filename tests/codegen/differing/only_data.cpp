// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// The same instructions, but a constant is left behind.
#ifndef STRIPPED
extern const char left_behind[];
const char left_behind[] = "sonde";
#endif

int value(int n) { return n; }
