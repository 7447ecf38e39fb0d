// SPDX-License-Identifier: MIT
#pragma once

// What is known of a request before its span opens: what samplers that tell requests apart may ask about.

#include <sonde/meta/text.hpp>

namespace sonde {

/// Borrowed. Empty: not known.
struct request_facts {
  meta::text method{};  // as it was sent
  meta::text path{};    // without the query
  meta::text host{};    // of the Host header, as it was sent: `api.example.com:8080`
};
inline constexpr request_facts no_request{};

}  // namespace sonde
