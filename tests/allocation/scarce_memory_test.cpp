// SPDX-License-Identifier: MIT
// The instrumented client where memory is short: the request goes all the same.

#include <sonde/integrations/httplib_client.hpp>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "span/recording.hpp"

namespace {
std::atomic<std::size_t> scarce_from{0};  // the next allocation of that size or more fails; 0: none does
}

// Not inlined, or GCC would see what is deleted come from malloc, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  std::size_t limit = scarce_from;
  if (limit != 0 && size >= limit && scarce_from.compare_exchange_strong(limit, 0)) throw std::bad_alloc{};
  if (void* const made = std::malloc(size != 0 ? size : 1)) return made;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size != 0 ? size : 1);
}
[[gnu::noinline]] void operator delete(void* freed) noexcept { std::free(freed); }
[[gnu::noinline]] void operator delete(void* freed, std::size_t) noexcept { std::free(freed); }

namespace {

TEST(scarce_memory, costs_a_client_span_its_url_and_not_the_request) {
  recording kept;
  sonde::httplib::client users{"127.0.0.1", 1};  // nobody's port
  const std::string path = '/' + std::string(1 << 20, 'x');
  scarce_from = path.size();
  EXPECT_NO_THROW(EXPECT_FALSE(users.Get(path)));
  EXPECT_EQ(scarce_from, 0U) << "the URL was not put together";
  const auto span = kept.only();
  EXPECT_EQ(span.name, "GET");
  EXPECT_FALSE(span.attributes.contains("url.full"));
  EXPECT_EQ(span.status, sonde::status::error);
}

}  // namespace
