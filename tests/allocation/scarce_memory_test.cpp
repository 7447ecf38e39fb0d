// SPDX-License-Identifier: MIT
// Where memory is short, an instrumented client's request goes all the same; where it stays short, an item for Rollbar
// that was begun, a reply half read and half a copy of a resource are dropped without any.

#include <sonde/adapters/cloudwatch/reply.hpp>
#include <sonde/adapters/rollbar/lane.hpp>
#include <sonde/adapters/xray/sampling/api.hpp>
#include <sonde/adapters/xray/sampling/rules_file.hpp>
#include <sonde/aws/credential_reply.hpp>
#include <sonde/integrations/httplib_client.hpp>
#include <sonde/otlp/response_json.hpp>
#include <sonde/resource/resource.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "otlp/hand_made_log.hpp"
#include "span/recording.hpp"

namespace {
std::atomic<std::size_t> scarce_from{0};   // the next allocation of that size or more fails; 0: none does
std::atomic<std::size_t> left{SIZE_MAX};   // so many allocations, and none from then on; SIZE_MAX: no end of them
std::atomic<std::size_t> refused{0};

bool may_allocate() noexcept {
  if (left == SIZE_MAX) return true;
  if (left == 0) return ++refused, false;
  return --left, true;
}
}  // namespace

// Not inlined, or GCC would see what is deleted come from malloc, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  std::size_t limit = scarce_from;
  if (limit != 0 && size >= limit && scarce_from.compare_exchange_strong(limit, 0)) throw std::bad_alloc{};
  if (!may_allocate()) throw std::bad_alloc{};
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

/// Calls it with memory for no allocation, for one, for two, until it needs no more; how many that are.
template <class Use>
std::size_t with_ever_more_memory(Use use) {
  for (std::size_t enough = 0;; ++enough) {
    refused = 0;
    left = enough;
    try {
      use();
    } catch (const std::bad_alloc&) {
    }
    left = SIZE_MAX;
    if (refused == 0) return enough;
  }
}

TEST(scarce_memory, that_stays_so_ends_no_program_that_makes_a_rollbar_item) {
  using sonde::testing::payload;
  using namespace sonde::rollbar;
  sonde::testing::hand_made_log log;
  log.header().flags |= sonde::record::occurrence;
  log.add("exception.type", payload::text("std::runtime_error"));
  log.add("exception.message", payload::text("out of order"));
  log.add("exception.stacktrace", payload::text(" 0# pay at src/pay.cpp:12\n 1# main at src/main.cpp:3\n"));
  log.add("cart", payload::map({payload::text("items"), payload::array({payload::integer(1), payload::text("x")})}));
  settings used;
  used.environment_name = "test";
  used.limits.queue_bytes = 1 << 20;
  const auto view = log.view();
  const auto now = std::chrono::steady_clock::now();
  std::string sent;
  const std::size_t needed = with_ever_more_memory([&] {
    lane one;
    one.open(used);
    try {
      static_cast<void>(one.consider(view, now));
    } catch (const std::bad_alloc&) {
    }
    auto made = one.release(now, true);
    if (!made || made->lost_as) return;
    static_cast<void>(one.reduce(made->content));
    sent = std::move(made->content.body);
  });
  EXPECT_GT(needed, 100U);
  EXPECT_NE(sent.find("orig_uuid"), sent.npos) << sent;
}

TEST(scarce_memory, that_stays_so_ends_no_program_that_reads_a_reply) {
  sonde::transport::response reply;
  reply.outcome = sonde::transport::outcome::answered;
  reply.status = 200;
  reply.body = R"({"a":[[{"b":[1,"some text that takes a little room",{"c":[]}]}]],"err":1,"Code":"A",)"
               R"("message":"some words that take a little room","partialSuccess":{"rejectedSpans":"7"},)"
               R"("rejectedLogEventsInfo":{"tooOldLogEventEndIndex":1},)"
               R"("SamplingRuleRecords":[{"SamplingRule":{"x":[]}}],)"
               R"("SamplingTargetDocuments":[{"RuleName":"some name that takes a little room"}]})";
  const auto is_read = [&](auto use) { EXPECT_GT(with_ever_more_memory(use), 10U); };
  is_read([&] { EXPECT_TRUE(sonde::rollbar::read_reply(reply).understood); });
  is_read([&] { EXPECT_EQ(sonde::otlp::read_json_partial_success(reply.body).rejected, 7U); });
  is_read([&] { EXPECT_EQ(sonde::otlp::read_json_error(reply.body).size(), 34U); });
  is_read([&] { EXPECT_EQ(sonde::cloudwatch::read_rejected(reply.body, 2).too_old, 1U); });
  is_read([&] { EXPECT_EQ(sonde::xray::read_rules(reply.body).passed_over.size(), 1U); });
  is_read([&] { EXPECT_EQ(sonde::xray::read_targets(reply.body).targets.size(), 1U); });
  is_read([&] { EXPECT_FALSE(sonde::xray::local_rules_reader{"rules"}.read(reply.body).usable); });
  is_read([&] { EXPECT_FALSE(sonde::aws::read_credential_reply(reply, {}).complaint.empty()); });
}

TEST(scarce_memory, that_stays_so_ends_no_program_that_copies_a_resource) {
  sonde::resource::resource one;
  one.set("service.name", std::string(100, 'x'));
  one.set("host.name", std::string(100, 'y'));
  one.set("process.pid", std::int64_t{1});
  EXPECT_GT(with_ever_more_memory([&] { EXPECT_EQ(sonde::resource::resource{one}.text("host.name").size(), 100u); }), 2u);
}

}  // namespace
