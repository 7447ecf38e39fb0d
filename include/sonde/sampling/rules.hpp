// SPDX-License-Identifier: MIT
#pragma once

// Decides by sampling rules, as AWS X-Ray has them: the first that matches the request takes some traces a second and a share
// of the others.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <time.h>

#include <sonde/sampling/rule_book.hpp>

namespace sonde::sampling {

/// The sampler that asks a book. Traces that come with a decision are decided: parent_based{rules{…}}.
class rules {
 public:
  explicit rules(std::shared_ptr<const rule_book> book, std::string description = "Rules")
      : book_{std::move(book)}, description_{std::move(description)} {}
  /// A program's own, and 1 trace a second and 5 % of the others where none matches.
  explicit rules(std::vector<rule> own)
      : rules{std::make_shared<const rule_book>(rule_audience{}, std::move(own), usual_rest(), std::chrono::hours{0})} {}

  [[nodiscard]] decision should_sample(const question& asked) const noexcept {
    return book_->decide(asked, static_cast<std::uint32_t>(::time(nullptr)), std::chrono::steady_clock::now());
  }
  [[nodiscard]] std::string description() const { return description_; }

  /// What X-Ray's SDKs do where no rule is known.
  [[nodiscard]] static rule usual_rest() {
    rule rest;
    rest.description = "the default of 1 trace a second and 5 % of the others";
    rest.reservoir_size = 1;
    rest.fixed_rate = 0.05;
    return rest;
  }

 private:
  std::shared_ptr<const rule_book> book_;
  std::string description_;
};

}  // namespace sonde::sampling
