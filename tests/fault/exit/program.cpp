// SPDX-License-Identifier: MIT
// Unloads a library while its session is live, and ends a thread that has recorded there once the code is gone.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <dlfcn.h>

namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::exit(1);
}

}  // namespace

int main(int count, char** arguments) {
  require(count == 3, "arguments: <library> static|leaked");
  const std::string path = std::filesystem::temp_directory_path() / ("sonde_plugin_" + std::string{arguments[2]});
  std::filesystem::remove(path);
  void* const library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  require(library != nullptr, "the library can be loaded");
  const auto start = reinterpret_cast<void (*)(const char*, const char*)>(dlsym(library, "start"));
  const auto record = reinterpret_cast<void (*)()>(dlsym(library, "record"));
  require(start != nullptr && record != nullptr, "it has its functions");
  start(arguments[2], path.c_str());

  std::atomic<bool> recorded = false;
  std::atomic<bool> unloaded = false;
  std::thread thread{[&] {
    record();
    recorded = true;
    recorded.notify_one();
    unloaded.wait(false);
  }};
  recorded.wait(false);
  dlclose(library);
  require(dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) == nullptr, "the library is gone");
  unloaded = true;
  unloaded.notify_one();
  thread.join();

  std::ifstream file{path};
  const std::string sent{std::istreambuf_iterator<char>{file}, {}};
  require(sent.find("in the library") != std::string::npos, "what was recorded is sent");
  std::filesystem::remove(path);
  return 0;
}
