// SPDX-License-Identifier: MIT
#pragma once

// What lies at an address, in the words of Boost.Stacktrace: function and place in the source, else function and module, else
// module and offset. Slow the first time an address is seen; on the collector's thread. Used by hook.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <dlfcn.h>
#include <link.h>

#include <boost/stacktrace/frame.hpp>

namespace sonde::throw_trace {

[[nodiscard]] inline std::string frame_text(std::uint64_t address) {
  void* const at = reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
  std::string text = boost::stacktrace::to_string(boost::stacktrace::frame{at});
  Dl_info module{};
  if (!text.starts_with("0x") || dladdr(at, &module) == 0) return text;
  // Of no name: an offset, which addr2line takes, where the address is another in each process.
  constexpr char digits[] = "0123456789abcdef";
  std::string offset;
  for (std::uint64_t left = address - reinterpret_cast<std::uintptr_t>(module.dli_fbase); left != 0; left /= 16)
    offset.insert(offset.begin(), digits[left % 16]);
  return "0x" + offset + " in " + module.dli_fname;
}

/// How many libraries the program has unloaded.
[[nodiscard]] inline unsigned long long unloaded_libraries() noexcept {
  unsigned long long count = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* any, std::size_t, void* into) {
        *static_cast<unsigned long long*>(into) = any->dlpi_subs;
        return 1;  // each says the same
      },
      &count);
  return count;
}

/// Appends to `into`. What was looked up is kept by each thread, of which only collectors ask: so no lock survives a fork;
/// until a library is unloaded, for another one may then be where it was.
inline void look_up(std::string& into, std::uint64_t address) {
  constexpr std::size_t most_kept = 4096;
  thread_local std::unordered_map<std::uint64_t, std::string> known;
  thread_local unsigned long long known_after = 0;
  if (const auto unloaded = unloaded_libraries(); known.size() >= most_kept || unloaded != known_after) {
    known.clear();
    known_after = unloaded;
  }
  auto found = known.find(address);
  if (found == known.end()) found = known.emplace(address, frame_text(address)).first;
  into += found->second;
}

}  // namespace sonde::throw_trace
