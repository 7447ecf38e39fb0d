// SPDX-License-Identifier: MIT
// What is shared outlives its source, is counted, and is never copied twice.

#include <sonde/context/shared_fields.hpp>

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace {

using sonde::propagated_fields;
using sonde::context::shared_fields;

std::string text(sonde::meta::text from) { return {from.data, from.size}; }

TEST(shared_fields, of_nothing_are_nothing) {
  EXPECT_EQ(shared_fields{}.get(), nullptr);
  EXPECT_EQ(shared_fields{nullptr}.get(), nullptr);
  const propagated_fields empty;
  EXPECT_EQ(shared_fields{&empty}.get(), nullptr);
}

TEST(shared_fields, keep_their_own_copy_of_every_text) {
  shared_fields kept;
  {
    std::string first = "congo=t61rcWkgMzE";
    std::string second = "rojo=00f067aa0ba902b7";
    std::string baggage = "user=1";
    std::string xray = "Root=1-2-3;Lineage=a:1";
    propagated_fields fields{.trace_id = {{7}}};
    fields.tracestate.add({first.data(), first.size()});
    fields.tracestate.add({second.data(), second.size()});
    fields.baggage.add({baggage.data(), baggage.size()});
    fields.xray = {xray.data(), xray.size()};
    kept = shared_fields{&fields};
    for (std::string* each : {&first, &second, &baggage, &xray}) each->assign(each->size(), '!');
  }
  ASSERT_NE(kept.get(), nullptr);
  EXPECT_EQ(kept.get()->trace_id.bytes[0], 7);
  ASSERT_EQ(kept.get()->tracestate.count, 2u);
  EXPECT_EQ(text(kept.get()->tracestate.line[0]), "congo=t61rcWkgMzE");
  EXPECT_EQ(text(kept.get()->tracestate.line[1]), "rojo=00f067aa0ba902b7");
  EXPECT_EQ(text(kept.get()->baggage.line[0]), "user=1");
  EXPECT_EQ(text(kept.get()->xray), "Root=1-2-3;Lineage=a:1");
}

TEST(shared_fields, copies_are_the_same_object_and_the_last_one_frees_it) {
  propagated_fields fields;
  fields.xray = {"Root=1", 6};
  shared_fields one{&fields};
  const propagated_fields* const made = one.get();
  shared_fields two{one};
  shared_fields three{made};  // as bind_current does with what is active
  shared_fields four{std::move(one)};
  EXPECT_EQ(one.get(), nullptr);
  EXPECT_EQ(two.get(), made);
  EXPECT_EQ(three.get(), made);
  two = shared_fields{};
  four = two;
  EXPECT_EQ(four.get(), nullptr);
  EXPECT_EQ(text(three.get()->xray), "Root=1") << "one user is left";
}

}  // namespace
