// SPDX-License-Identifier: MIT

#include <sonde/otlp/plain_span.hpp>

#include <cstdint>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <sonde/otlp/protobuf.hpp>
#include <sonde/record/key.hpp>
#include <sonde/record/record_reader.hpp>

namespace {

using namespace sonde;
using enum record::entry_type;

/// Bytes of a record on the heap, exactly as large as it is, so that a sanitizer sees a step too far.
class hand_made_record {
 public:
  explicit hand_made_record(std::uint32_t site) {
    head_.description = site;
    head_.start = 1'000'000;
    head_.end = 1'002'000;
    std::memset(head_.trace_id.bytes, 0x5B, sizeof head_.trace_id.bytes);
    std::memset(head_.span_id.bytes, 0xEE, sizeof head_.span_id.bytes);
    head_.type = record::record_type::span;
    head_.flags = record::sampled;
    head_.kind = 1;
  }
  hand_made_record& word(std::uint32_t key, record::entry_type type, std::uint64_t bits) {
    return put(key, type, {reinterpret_cast<const char*>(&bits), sizeof bits});
  }
  hand_made_record& put(std::uint32_t key, record::entry_type type, std::string_view payload) {
    const record::entry head{key, record::entry::make_shape(type, payload.size())};
    entries_.append(reinterpret_cast<const char*>(&head), sizeof head).append(payload);
    entries_.resize(record::padded(entries_.size()), '\xAA');
    return *this;
  }
  [[nodiscard]] record::header& header() { return head_; }
  [[nodiscard]] record::record_view view() {
    head_.size = static_cast<std::uint32_t>(sizeof head_ + entries_.size());
    bytes_ = std::vector<char>(reinterpret_cast<const char*>(&head_), reinterpret_cast<const char*>(&head_ + 1));
    bytes_.insert(bytes_.end(), entries_.begin(), entries_.end());
    bytes_.shrink_to_fit();
    return {bytes_.data()};
  }

 private:
  record::header head_{};
  std::string entries_;
  std::vector<char> bytes_;
};

class plain_span : public ::testing::Test {
 protected:
  plain_span() {
    const std::string name(80, 'n');  // with it, the shortest span takes 128 bytes
    site_ = enroll(record::description_type::span, name, record::protobuf_field(5, name), "");
    short_site_ = enroll(record::description_type::span, "op", record::protobuf_field(5, "op"), "");
    for (int i = 0; i < 80; ++i) keys_.push_back(attribute("key." + std::to_string(i), ""));
    keys_.push_back(attribute("key.3", "elsewhere"));  // another description of the same key
    keys_.push_back(attribute(std::string(30, 'k'), ""));
    keys_.push_back(attribute(std::string(200, 'k'), ""));
    record::description site;
    place_ = known_.locate(site, "/srv/a.cpp", 42, "main");
    shorter_.value_length = 5;
    fewer_.attributes = 2;
    warm(encoder_, reader_);
    warm(adding_, reader_);
  }

  std::uint32_t attribute(std::string name, std::string name_space) {
    return enroll(record::description_type::attribute, name, record::protobuf_field(1, name), std::move(name_space));
  }
  std::uint32_t enroll(record::description_type type, std::string name, std::string field, std::string name_space) {
    const std::string& kept = texts_.emplace_back(std::move(name));
    const std::string& bytes = texts_.emplace_back(std::move(field));
    const std::string& space = texts_.emplace_back(std::move(name_space));
    record::description fresh;
    fresh.type = type;
    fresh.name = record::text(kept);
    fresh.name_space = record::text(space);
    fresh.protobuf = record::text(bytes);
    return known_.enroll(fresh);
  }
  void warm(otlp::protobuf_encoder& encoder, record::record_reader& reader) const {
    encoder.append(reader.span(hand_made_record{site_}.view()));
    static_cast<void>(encoder.take());
  }

  /// Whether it went the short way; then the bytes are those of the long way.
  bool is_plain(hand_made_record made) { return is_plain(made, encoder_, reader_); }
  bool is_plain(hand_made_record made, const record::span_limits& limits) {
    record::record_reader reader{known_, clock_, limits};
    otlp::protobuf_encoder encoder{who_};
    warm(encoder, reader);
    return is_plain(made, encoder, reader);
  }
  static bool is_plain(hand_made_record& made, otlp::protobuf_encoder& encoder, record::record_reader& reader) {
    const record::record_view record = made.view();
    const bool plain = encoder.append_plain(record, reader);
    EXPECT_EQ(encoder.size() != 0, plain);
    const std::size_t size = encoder.size();
    const std::string short_way = encoder.request(encoder.take());
    const record::span_view span = reader.span(record);
    encoder.append(span);
    if (!plain) return static_cast<void>(encoder.take()), false;
    EXPECT_EQ(encoder.size(), size);
    EXPECT_EQ(encoder.request(encoder.take()), short_way);
    EXPECT_EQ(span.cut_attributes + span.cut_values + span.cut_events + span.cut_links, 0u);
    return true;
  }

  record::registry known_;
  context::clock_sync clock_;
  record::span_limits limits_;
  record::span_limits shorter_;
  record::span_limits fewer_;
  resource::resource who_;
  std::deque<std::string> texts_;
  record::record_reader reader_{known_, clock_, limits_};
  otlp::protobuf_encoder encoder_{who_};
  otlp::protobuf_encoder adding_{who_, otlp::signal::traces, {{"key.7", std::int64_t{3}}, {"SampleRate", std::int64_t{20}}}};
  std::uint32_t site_ = 0;
  std::uint32_t short_site_ = 0;
  std::uint32_t place_ = 0;
  std::vector<std::uint32_t> keys_;
};

TEST_F(plain_span, with_short_attributes) {
  hand_made_record made{site_};
  made.word(keys_[0], integer, 5).word(keys_[1], boolean, 1).put(keys_[2], text, "sixteen chars ok").word(keys_[4], real, 7);
  EXPECT_TRUE(is_plain(made));
  made.header().parent_id.bytes[0] = 7;
  made.header().flags |= record::remote_parent;
  EXPECT_TRUE(is_plain(made));
  made.header().location = place_;
  EXPECT_TRUE(is_plain(made));
  EXPECT_TRUE(is_plain(made, limits_));
}

TEST_F(plain_span, integers_and_texts_of_every_size) {
  for (unsigned bits = 0; bits < 64; ++bits)
    for (const std::uint64_t value : {std::uint64_t{1} << bits, (std::uint64_t{1} << bits) - 1, ~std::uint64_t{0} << bits})
      EXPECT_TRUE(is_plain(hand_made_record{site_}.word(keys_[5], integer, value).word(keys_[6], boolean, 1)));
  for (std::size_t size = 0; size <= 120; ++size)
    EXPECT_TRUE(is_plain(hand_made_record{site_}.put(keys_[5], text, std::string(size, 'x')).word(keys_[6], integer, 1)));
}

TEST_F(plain_span, keys_that_share_a_bit_are_told_apart) {
  const auto two = [&](std::size_t one, std::size_t other) {
    return hand_made_record{site_}.word(keys_[one], integer, 5).word(keys_[other], integer, 6);
  };
  EXPECT_TRUE(is_plain(two(3, 67)));
  EXPECT_FALSE(is_plain(two(3, 3)));
  EXPECT_FALSE(is_plain(two(3, 80)));
}

TEST_F(plain_span, with_what_every_record_gets) {
  hand_made_record made{site_};
  made.word(keys_[0], integer, 5);
  EXPECT_TRUE(is_plain(made, adding_, reader_));
  made.header().location = place_;
  EXPECT_TRUE(is_plain(made, adding_, reader_));
  made.word(keys_[7], integer, 6);
  EXPECT_FALSE(is_plain(made, adding_, reader_));  // its own has to go
  EXPECT_TRUE(is_plain(made));
}

TEST_F(plain_span, nothing_else) {
  const auto some = [&] {
    return hand_made_record{site_}.word(keys_[0], integer, 5).put(keys_[1], text, std::string(64, 'x'));
  };
  ASSERT_TRUE(is_plain(some()));
  EXPECT_FALSE(is_plain(some().put(0, name, "renamed")));
  EXPECT_FALSE(is_plain(some().put(keys_[2], array, "")));
  EXPECT_FALSE(is_plain(some().word(keys_[2], event, 1'000'500)));
  EXPECT_FALSE(is_plain(some().word(0, cut, 3)));
  EXPECT_FALSE(is_plain(some().put(keys_[2], text, "gr\xC3\xBC\xC3\x9F" "e")));
  EXPECT_FALSE(is_plain(some().put(keys_[2], text, std::string(121, 'x'))));
  EXPECT_FALSE(is_plain(some().word(999'999, integer, 1)));
  EXPECT_FALSE(is_plain(some(), shorter_));
  EXPECT_FALSE(is_plain(some().word(keys_[2], integer, 1), fewer_));
  EXPECT_FALSE(is_plain(hand_made_record{short_site_}));  // its length takes one byte
  hand_made_record failed = some();
  failed.header().status = static_cast<std::uint8_t>(status::error);
  EXPECT_FALSE(is_plain(failed));
  const std::uint32_t fresh = attribute("met.later", "");
  EXPECT_FALSE(is_plain(some().word(fresh, integer, 1)));
  EXPECT_TRUE(is_plain(some().word(fresh, integer, 1)));  // the long way met it
}

TEST_F(plain_span, any_record_comes_out_the_same_both_ways) {
  std::mt19937_64 random{20260101};
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  std::size_t plain = 0;
  for (int i = 0; i < 20'000; ++i) {
    hand_made_record made{below(2) != 0 ? site_ : short_site_};
    if (below(2) != 0) made.header().location = place_;
    if (below(2) != 0) made.header().parent_id.bytes[below(8)] = 1;
    made.header().flags = static_cast<std::uint8_t>(below(32));
    made.header().kind = static_cast<std::uint8_t>(below(256));
    made.header().end = made.header().start - 5 + below(1000);
    for (std::size_t left = below(i % 10 == 0 ? 40 : 8); left != 0; --left) {
      const std::uint32_t key = keys_[below(keys_.size())];
      const std::size_t which = below(40);
      if (which < 10)
        made.word(key, integer, random() >> below(64));
      else if (which < 20)
        made.word(key, boolean, below(3));
      else if (which < 35)
        made.put(key, text, std::string(below(which < 33 ? 40 : 200), which == 30 ? '\xC3' : 'x'));
      else if (which < 38)
        made.word(key, real, random());
      else
        made.word(key, static_cast<record::entry_type>(below(16)), random());
    }
    plain += is_plain(made, i % 2 != 0 ? adding_ : encoder_, reader_) ? 1u : 0u;
    if (HasFailure()) FAIL() << "record " << i;
  }
  EXPECT_GT(plain, 5000u);
}

TEST_F(plain_span, takes_no_description_for_what_it_is_not) {
  hand_made_record made{site_};
  made.word(short_site_, integer, 5).word(keys_[0], integer, 7);
  EXPECT_TRUE(is_plain(made));
  made.word(place_, boolean, 1);
  std::string keys;
  for (const record::attribute_view& each : reader_.span(made.view()).attributes) keys += each.key->name + ',';
  EXPECT_EQ(keys, ",key.0,") << "both foreign ones are under nobody's key";

  hand_made_record placed{site_};
  placed.header().location = keys_[0];
  EXPECT_FALSE(is_plain(placed));
  EXPECT_EQ(reader_.span(placed.view()).location->file, "");

  hand_made_record nameless{keys_[0]};
  EXPECT_FALSE(is_plain(nameless));
  EXPECT_EQ(reader_.span(nameless.view()).name, "");

  hand_made_record happening{site_};
  happening.put(keys_[0], event, std::string(8, '\0'));
  const record::span_view with_event = reader_.span(happening.view());
  ASSERT_EQ(with_event.events.size(), 1u);
  EXPECT_EQ(with_event.events[0].name->name, "");
}

}  // namespace
