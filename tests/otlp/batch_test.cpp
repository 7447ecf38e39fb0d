// SPDX-License-Identifier: MIT

#include <sonde/otlp/batch.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sonde/otlp/json.hpp>
#include <sonde/otlp/protobuf.hpp>

#include "otlp/hand_made_span.hpp"
#include "otlp/protobuf_bytes.hpp"

namespace {

using sonde::testing::hand_made_span;
using sonde::testing::payload;

using names = std::vector<std::string>;

/// What of a request can be told apart: each record's scope and the text of its attribute.
names records_of(const sonde::otlp::protobuf_encoder& by, const sonde::otlp::batch& from) {
  names found;
  for (const auto& [scope, records] : sonde::testing::scopes_in(by.request(from)))
    for (const std::string& record : records) {
      const std::size_t at = record.find("number-");
      found.push_back(scope.substr(2) + ' ' + record.substr(at, record.find('.', at) - at));
    }
  return found;
}
names records_of(const sonde::otlp::json_encoder& by, const sonde::otlp::batch& from) {
  names found;
  const nlohmann::json request = nlohmann::json::parse(by.request(from));
  for (const auto& scope : request.at("resourceSpans").at(0).at("scopeSpans"))
    for (const auto& record : scope.at("spans")) {
      const std::string text = record.at("attributes").at(0).at("value").at("stringValue").get<std::string>();
      found.push_back(scope.at("scope").at("name").get<std::string>() + ' ' + text.substr(0, text.find('.')));
    }
  return found;
}

template <class Encoder>
class batch : public testing::Test {
 protected:
  batch() {
    who_.set("service.name", "demo");
    for (std::size_t i = 0; i < 3; ++i) scopes_[i].name = std::string(i + 1, static_cast<char>('a' + i));
  }

  /// So many spans in each of the scopes, of very different sizes.
  sonde::otlp::batch filled(const std::vector<int>& counts) {
    for (std::size_t scope = 0; scope < counts.size(); ++scope)
      for (int i = 0; i < counts[scope]; ++i) {
        hand_made_span made;
        made.site().scope = static_cast<std::uint32_t>(2 * scope);
        made.add("k", payload::text("number-" + std::to_string(next_) + '.' + std::string(next_ * next_ * 40, '\n')));
        sonde::record::span_view span = made.view();
        span.scope = &scopes_[scope];
        encoder_.append(span);
        wanted_.push_back(scopes_[scope].name + " number-" + std::to_string(next_++));
      }
    const std::size_t foretold = encoder_.size();
    sonde::otlp::batch taken = encoder_.take();
    EXPECT_GE(foretold, taken.size());
    return taken;
  }
  [[nodiscard]] names got(const sonde::otlp::batch& from) const {
    names found = records_of(encoder_, from);
    EXPECT_EQ(from.count(), found.size());
    EXPECT_GE(from.size(), encoder_.request(from).size());
    return found;
  }

  sonde::resource::resource who_;
  sonde::record::registered_scope scopes_[3];
  Encoder encoder_{who_};
  names wanted_;
  std::size_t next_ = 0;
};

using encoders = testing::Types<sonde::otlp::protobuf_encoder, sonde::otlp::json_encoder>;
TYPED_TEST_SUITE(batch, encoders);

TYPED_TEST(batch, splits_into_halves_that_are_the_whole) {
  for (const std::vector<int>& counts : {std::vector{2}, {3}, {9}, {1, 1}, {3, 3}, {1, 6}, {6, 1}, {2, 2, 2}, {0, 5, 0}, {1, 0, 8}, {4, 1, 3}}) {
    this->wanted_.clear();
    sonde::otlp::batch first = this->filled(counts);
    const std::size_t all = first.count();
    const sonde::otlp::batch second = first.split();
    EXPECT_EQ(second.count(), all / 2);
    EXPECT_EQ(first.count(), all - all / 2);
    names together = this->got(first);
    const names later = this->got(second);
    together.insert(together.end(), later.begin(), later.end());
    EXPECT_EQ(together, this->wanted_);
  }
}

TYPED_TEST(batch, splits_down_to_single_records) {
  std::vector<sonde::otlp::batch> pieces;
  pieces.push_back(this->filled({7, 5, 3}));
  for (std::size_t i = 0; i < pieces.size();) {
    if (pieces[i].count() == 1) {
      ++i;
      continue;
    }
    sonde::otlp::batch later = pieces[i].split();
    pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(later));
  }
  names found;
  for (const sonde::otlp::batch& one : pieces)
    for (const std::string& each : this->got(one)) found.push_back(each);
  EXPECT_EQ(pieces.size(), 15u);
  EXPECT_EQ(found, this->wanted_);
}

TYPED_TEST(batch, of_one_or_none_has_no_later_half) {
  sonde::otlp::batch one = this->filled({1});
  EXPECT_EQ(one.split().count(), 0u);
  EXPECT_EQ(this->got(one), this->wanted_);
  sonde::otlp::batch none;
  EXPECT_EQ(none.split().count(), 0u);
  EXPECT_EQ(none.size(), 0u);
}

TYPED_TEST(batch, outlives_what_is_encoded_next) {
  const sonde::otlp::batch first = this->filled({3, 2});
  const names of_first = std::exchange(this->wanted_, {});
  const std::string request = this->encoder_.request(first);
  const sonde::otlp::batch second = this->filled({1, 4, 2});
  EXPECT_EQ(this->got(first), of_first);
  EXPECT_EQ(this->got(second), this->wanted_);
  EXPECT_EQ(this->encoder_.request(first), request);  // as often as one likes
}

TYPED_TEST(batch, its_size_is_known_before_to_a_few_bytes) {
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(this->filled({i, 2, i % 3}));
    static_cast<void>(this->filled({1}));
    const sonde::otlp::batch made = this->filled({i, 1});
    const std::size_t exact = this->encoder_.request(made).size();
    EXPECT_GE(made.size(), exact);
    EXPECT_LE(made.size(), exact + 64);
  }
}

TYPED_TEST(batch, the_encoder_never_says_less_than_the_batch_takes) {
  static_cast<void>(this->filled({1, 1, 1}));
  EXPECT_EQ(this->encoder_.size(), 0u);
  EXPECT_EQ(this->encoder_.count(), 0u);
  hand_made_span made;
  sonde::record::span_view span = made.view();
  for (int i = 0; i < 100; ++i) {
    span.header.kind = static_cast<std::uint8_t>(i % 2);
    this->encoder_.append(span);
    const std::size_t foretold = this->encoder_.size();
    EXPECT_EQ(this->encoder_.count(), static_cast<std::size_t>(i) % 5 + 1);
    if (i % 5 != 4) continue;
    const sonde::otlp::batch taken = this->encoder_.take();
    EXPECT_GE(foretold, taken.size());
    EXPECT_GE(foretold, this->encoder_.request(taken).size());
  }
}

}  // namespace
