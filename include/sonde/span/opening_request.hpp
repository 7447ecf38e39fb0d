// SPDX-License-Identifier: MIT
#pragma once

// Tells the sampler which request a span answers. Used by server middleware, around the opening of the request's span.

#include <sonde/context/request_facts.hpp>
#include <sonde/record/session_table.hpp>

namespace sonde::record {

/// While it lives, the spans that begin on this thread without a parent here are those of this request.
class opening_request {
 public:
  explicit opening_request(const request_facts& request) noexcept : mine_{live_recorder()} {
    if (mine_ != nullptr) mine_->request = &request;
  }
  opening_request(const opening_request&) = delete;
  opening_request& operator=(const opening_request&) = delete;
  ~opening_request() {
    if (mine_ != nullptr) mine_->request = nullptr;
  }

 private:
  recorder* mine_;
};

}  // namespace sonde::record
