// SPDX-License-Identifier: MIT

#include <sonde/propagation/propagator_list.hpp>

#include <type_traits>

#include <gtest/gtest.h>

namespace {

using enum sonde::propagation::propagator;
using sonde::propagation::propagator;
using sonde::propagation::propagator_list;

static_assert(std::is_trivially_copyable_v<propagator_list> && sizeof(propagator_list) == 4);

constexpr bool is_the_specifications_by_default() { return propagator_list{} == propagator_list{tracecontext, baggage}; }
static_assert(is_the_specifications_by_default());
TEST(propagator_list, is_the_specifications_by_default) { EXPECT_TRUE(is_the_specifications_by_default()); }

constexpr bool keeps_its_order() {
  const propagator expected[] = {xray, b3multi, tracecontext, b3, baggage};
  std::size_t i = 0;
  for (const propagator each : propagator_list{xray, b3multi, tracecontext, b3, baggage})
    if (i == 5 || each != expected[i++]) return false;
  return i == 5 && propagator_list{xray, b3} != propagator_list{b3, xray};
}
static_assert(keeps_its_order());
TEST(propagator_list, keeps_its_order) { EXPECT_TRUE(keeps_its_order()); }

constexpr bool holds_each_once() {
  return propagator_list{b3, xray, b3, xray, b3} == propagator_list{b3, xray} && propagator_list{b3, xray}.size() == 2;
}
static_assert(holds_each_once());
TEST(propagator_list, holds_each_once) { EXPECT_TRUE(holds_each_once()); }

constexpr bool of_none_is_empty() {
  return propagator_list{none}.empty() && propagator_list{none}.size() == 0 && propagator_list{none, xray}.size() == 1 &&
         !propagator_list{none}.has(none) && propagator_list{xray}.has(xray) && !propagator_list{xray}.has(b3);
}
static_assert(of_none_is_empty());
TEST(propagator_list, of_none_is_empty) { EXPECT_TRUE(of_none_is_empty()); }

constexpr bool survives_packing() {
  for (const propagator_list list : {propagator_list{}, propagator_list{none}, propagator_list{xray, baggage},
                                     propagator_list{b3, b3multi, xray, baggage, tracecontext}})
    if (propagator_list::unpack(list.pack()) != list) return false;
  return propagator_list{}.pack() == 0x21 && propagator_list{none}.pack() == 0;
}
static_assert(survives_packing());
TEST(propagator_list, survives_packing) { EXPECT_TRUE(survives_packing()); }

constexpr bool unpacks_whatever_it_is_given() {
  return propagator_list::unpack(0xFFFFFFFF).empty() &&
         propagator_list::unpack(0x51515151) == propagator_list{tracecontext, xray} &&
         propagator_list::unpack(0x20010) == propagator_list{tracecontext, baggage};
}
static_assert(unpacks_whatever_it_is_given());
TEST(propagator_list, unpacks_whatever_it_is_given) { EXPECT_TRUE(unpacks_whatever_it_is_given()); }

}  // namespace
