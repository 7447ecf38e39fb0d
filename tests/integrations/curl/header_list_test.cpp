// SPDX-License-Identifier: MIT

#include <sonde/integrations/curl/header_list.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/propagation/carrier.hpp>

namespace {

using sonde::curl::header_list;
using lines = std::vector<std::string>;

static_assert(sonde::propagation::writable_carrier<header_list>);

lines all(const header_list& list) {
  lines found;
  for (const curl_slist* at = list.get(); at != nullptr; at = at->next) found.push_back(at->data);
  return found;
}

TEST(curl_header_list, copies_and_replaces_in_any_case) {
  curl_slist* own = nullptr;
  for (const char* line : {"B3: old", "Accept:", "X-Empty;", "b3 : old", "B3X: 1", "no colon"})
    own = curl_slist_append(own, line);
  header_list list{own};
  list.set("b3", "new");
  EXPECT_EQ(all(list), (lines{"Accept:", "X-Empty;", "B3X: 1", "no colon", "b3: new"}));
  list.erase("x-empty");
  list.erase("ACCEPT");
  list.erase("missing");
  EXPECT_EQ(all(list), (lines{"B3X: 1", "no colon", "b3: new"}));
  curl_slist_free_all(own);
}

TEST(curl_header_list, begins_empty_and_may_become_so) {
  header_list list;
  EXPECT_EQ(list.get(), nullptr);
  list.set("a", "1");
  list.set("A", "2");
  EXPECT_EQ(all(list), lines{"A: 2"});
  list.erase("a");
  EXPECT_EQ(list.get(), nullptr);
}

TEST(curl_header_list, no_line_break_gets_in) {
  header_list list;
  for (const char* value : {"a\r\nX-Evil: 1", "a\n", "\r", "a\x01"}) list.set("a", value);
  list.set("a", std::string_view{"a\0b", 3});
  EXPECT_EQ(list.get(), nullptr);
  list.set("a", "b\tc");
  EXPECT_EQ(all(list), lines{"a: b\tc"});
}

}  // namespace
