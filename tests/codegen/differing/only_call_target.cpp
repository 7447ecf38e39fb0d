// flags: -DSONDE_ENABLED=0
// SPDX-License-Identifier: MIT
// The same bytes of code, but another function is called.
int stripped(int);
int instrumented(int);

int value(int n) {
#ifndef STRIPPED
  return instrumented(n) + 1;
#else
  return stripped(n) + 1;
#endif
}
