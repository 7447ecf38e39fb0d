// SPDX-License-Identifier: MIT
// A program that knows nothing of sonde: runs the tests in the library that it is given, of which it lets nobody see the symbols.

#include <cstdio>

#include <dlfcn.h>

int main(int argc, char** argv) {
  void* const tests = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
  using run = int(int, char**);
  auto* const run_tests = tests != nullptr ? reinterpret_cast<run*>(dlsym(tests, "run_tests")) : nullptr;
  if (run_tests == nullptr) return std::fprintf(stderr, "%s\n", argc > 1 ? dlerror() : "usage: host <library>"), 2;
  return run_tests(argc - 1, argv + 1);
}
