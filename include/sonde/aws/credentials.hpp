// SPDX-License-Identifier: MIT
#pragma once

// The keys that sign requests to AWS. Found by credential_chain.hpp; used by the adapters that talk to AWS.

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <sonde/environment/secret.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::aws {

struct credentials {
  std::string access_key_id{};
  std::string secret_access_key{};
  std::string session_token{};                                      // of temporary ones
  std::optional<std::chrono::system_clock::time_point> expiry{};  // none: they last until someone revokes them

  [[nodiscard]] bool valid_at(std::chrono::system_clock::time_point now) const noexcept {
    return !expiry || now < *expiry;
  }

  /// Why no request can be signed with these, as the end of a sentence; empty if one can.
  [[nodiscard]] std::string fault() const {
    if (access_key_id.empty()) return "the access key id is empty";
    if (secret_access_key.empty()) return "the secret access key is empty";
    for (const auto& [text, what] : {std::pair{&access_key_id, "access key id"},
                                     std::pair{&secret_access_key, "secret access key"},
                                     std::pair{&session_token, "session token"}}) {
      if (environment::is_placeholder(*text)) return std::string{"nobody substituted the ${…} of the "} + what;
      // Printable ASCII without blanks is all that AWS issues; a line break would start a header of its own.
      if (std::any_of(text->begin(), text->end(), [](char c) { return c <= ' ' || c > '~'; }))
        return std::string{"the "} + what + " has a blank, a line break or a character that no key has";
    }
    return {};
  }

  /// `AKIA…`: enough to recognise them.
  [[nodiscard]] std::string shown() const { return environment::masked(access_key_id); }
};

/// What one source of credentials had to say: credentials, a refusal, or neither where it holds nothing.
struct credential_lookup {
  std::optional<credentials> found{};
  std::string source{};   // `AWS_ACCESS_KEY_ID`, `profile 'dev' in /home/me/.aws/credentials`
  std::string refusal{};  // a sentence: the source is configured but of no use, and no other is asked instead
};

/// `text` with the blanks and line ends that editors and shells leave around a key.
[[nodiscard]] inline std::string bare_key(std::string_view text) { return std::string{environment::trimmed(text)}; }

}  // namespace sonde::aws
