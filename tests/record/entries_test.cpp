// SPDX-License-Identifier: MIT
// Entries in a frame of their own, without a session: where they go, what they look like, what does not fit.

#include <sonde/record/entries.hpp>

#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <sonde/record/view.hpp>

namespace {

using namespace sonde::record;

struct open_frame : roomy_frame {
  open_frame() {
    header = {};
    set_head(head_word(0));
  }
  ~open_frame() { free_spill(); }
  [[nodiscard]] entry_cursor read() { return {first_entry(), entries_size()}; }
  [[nodiscard]] int count() {
    int found = 0;
    for (entry_cursor at = read(); at.next();) ++found;
    return found;
  }
};
description key{.head = head_word(5)};

TEST(entries, lie_in_the_frame_first_and_on_the_heap_later) {
  open_frame frame;
  for (std::size_t i = 0; i < inline_entries / 16; ++i) put_integer(frame, key, static_cast<std::int64_t>(i));
  EXPECT_FALSE(frame.is_spilled());
  EXPECT_EQ(frame.header.size, sizeof(header) + inline_entries);
  for (std::int64_t i = inline_entries / 16; i < 1000; ++i) put_integer(frame, key, i);
  EXPECT_TRUE(frame.is_spilled());
  std::int64_t expected = 0;
  for (entry_cursor at = frame.read(); at.next(); ++expected) {
    EXPECT_EQ(at.id(), 5u);
    EXPECT_EQ(at.value().type, entry_type::integer);
    EXPECT_EQ(at.value().integer(), expected);
  }
  EXPECT_EQ(expected, 1000);
  EXPECT_EQ(frame.cut(), 0u);
}

TEST(entries, texts_of_every_size_come_back) {
  const std::string all(300, 'x');
  for (std::size_t size = 0; size <= all.size(); ++size) {
    open_frame frame;
    std::string expected = all.substr(0, size);
    for (std::size_t i = 0; i < size; ++i) expected[i] = static_cast<char>('!' + i % 90);
    const std::unique_ptr<char[]> exact{new char[size]};  // a sanitizer sees one byte more
    std::copy(expected.begin(), expected.end(), exact.get());
    put_text(frame, key, {exact.get(), size});
    entry_cursor at = frame.read();
    ASSERT_TRUE(at.next());
    EXPECT_EQ(at.value().text(), expected);
    EXPECT_EQ(frame.header.size % 8, 0u);
  }
  open_frame frame;
  put_text(frame, key, {nullptr, 0});  // a default-made string_view
  EXPECT_EQ(frame.count(), 1);
}

TEST(entries, beyond_what_a_record_holds_are_left_out_and_counted) {
  open_frame frame;
  const std::string large(max_payload - 8, 'x');
  put_text(frame, key, {large.data(), large.size()});
  EXPECT_EQ(frame.count(), 1);
  EXPECT_EQ(frame.cut(), 0u);
  put_integer(frame, key, 1);
  EXPECT_EQ(frame.count(), 1);
  EXPECT_EQ(frame.cut(), 1u);
  const std::string larger(max_payload + 1, 'x');
  put_text(frame, key, {larger.data(), larger.size()});
  EXPECT_EQ(frame.cut(), 2u);
}

TEST(entries, a_compound_survives_moving_to_the_heap) {
  open_frame frame;
  const opened_entry array = begin(frame, 5, entry_type::array);
  for (std::int64_t i = 0; i < 100; ++i) put_integer(frame, key, i);
  finish(frame, array);
  put_boolean(frame, key, true);
  EXPECT_TRUE(frame.is_spilled());
  entry_cursor at = frame.read();
  ASSERT_TRUE(at.next());
  std::int64_t expected = 0;
  for (entry_cursor inside{at.value()}; inside.next(); ++expected) EXPECT_EQ(inside.value().integer(), expected);
  EXPECT_EQ(expected, 100);
  ASSERT_TRUE(at.next());
  EXPECT_TRUE(at.value().boolean());
  EXPECT_FALSE(at.next());
}

TEST(entries, a_frame_that_takes_none_keeps_none) {
  open_frame frame;
  frame.take_no_entries();
  put_integer(frame, key, 1);
  const opened_entry event = begin_event(frame, key);
  EXPECT_FALSE(event.fits);
  finish(frame, event);
  EXPECT_FALSE(frame.takes_entries());
  EXPECT_EQ(frame.head(), make_word(frame::no_entries, 0));
}

TEST(entries, a_pair_is_whole_or_not_there) {
  open_frame frame;
  const opened_entry map = begin(frame, 5, entry_type::map);
  const auto put_key = [&] { put_text(frame, key, {"key", 3}); };
  put_pair(frame, put_key, [] {});
  put_pair(frame, [] {}, [&] { put_integer(frame, key, 1); });
  put_pair(frame, put_key, [&] { put_integer(frame, key, 2); });
  finish(frame, map);
  entry_cursor at = frame.read();
  ASSERT_TRUE(at.next());
  entry_cursor inside{at.value()};
  ASSERT_TRUE(inside.next());
  EXPECT_EQ(inside.value().text(), "key");
  ASSERT_TRUE(inside.next());
  EXPECT_EQ(inside.value().integer(), 2);
  EXPECT_FALSE(inside.next());
}

TEST(frame, counts_what_was_cut_without_spoiling_its_room) {
  open_frame frame;
  EXPECT_EQ(frame.cut(), 0u);
  for (int i = 0; i < 3; ++i) frame.count_cut();
  EXPECT_EQ(frame.cut(), 3u);
  EXPECT_EQ(frame.uncaught(), 0u);
  frame.room |= std::uint64_t{0xff'ffff} << 32;
  frame.count_cut();
  EXPECT_EQ(frame.cut(), 0xff'ffffu) << "saturates";
  EXPECT_EQ(frame.uncaught(), 0u);
  put_integer(frame, key, 1);
  EXPECT_EQ(frame.count(), 1);
  EXPECT_FALSE(frame.is_spilled());
  for (int i = 1; i < 100; ++i) put_integer(frame, key, i);
  EXPECT_EQ(frame.count(), 100);
  EXPECT_TRUE(frame.is_spilled());
  EXPECT_EQ(frame.cut(), 0xff'ffffu);
}

TEST(frame, is_unusual_only_where_it_was_opened_during_an_exception_or_cut_or_spilled) {
  open_frame frame;
  frame.set_uncaught(0);
  EXPECT_TRUE(frame.is_plain());
  put_integer(frame, key, 1);
  frame.set_uncaught(2);
  EXPECT_FALSE(frame.is_plain());
  EXPECT_EQ(frame.uncaught(), 2u);
  EXPECT_EQ(frame.count(), 1);
  frame.set_uncaught(1000);
  EXPECT_EQ(frame.uncaught(), 254u) << "255 is for those whose exception is known";
  frame.set_uncaught(0);
  EXPECT_EQ(frame.uncaught(), 0u);
  EXPECT_EQ(frame.cut(), 0u);
  put_integer(frame, key, 2);
  EXPECT_FALSE(frame.is_spilled()) << "there was room";
  EXPECT_EQ(frame.count(), 2);
}

}  // namespace
