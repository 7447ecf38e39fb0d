// SPDX-License-Identifier: MIT
#pragma once

// The signature as AWS computes it from what arrives.
// Source: AWS, "Create a signed AWS API request" (IAM User Guide).

#include <sstream>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "transport/received.hpp"

namespace sonde::tests {

[[nodiscard]] inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    for (const int shift : {4, 0}) text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> shift & 15];
  return text;
}
[[nodiscard]] inline std::string sha256(std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(), nullptr);
  return hex(digest.substr(0, size));
}
[[nodiscard]] inline std::string hmac(std::string_view key, std::string_view text) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size);
  return digest.substr(0, size);
}

/// With the secret key that the one named in its Authorization header belongs to.
[[nodiscard]] inline std::string signature_of(const received& got, std::string_view key) {
  const std::string scope_and_key = got.said("AWS4-HMAC-SHA256 Credential");
  const std::string scope = scope_and_key.substr(scope_and_key.find('/') + 1);
  std::string canonical = got.method + "\n" + got.path + "\n" + got.query + "\n";
  std::istringstream names{got.said("SignedHeaders")};
  for (std::string name; std::getline(names, name, ';');) canonical += name + ":" + got.header(name) + "\n";
  canonical += "\n" + got.said("SignedHeaders") + "\n" + sha256(got.body);
  const std::string to_sign =
      "AWS4-HMAC-SHA256\n" + got.header("x-amz-date") + "\n" + scope + "\n" + sha256(canonical);
  std::string signing_key = "AWS4" + std::string{key};
  std::istringstream parts{scope};
  for (std::string part; std::getline(parts, part, '/');) signing_key = hmac(signing_key, part);
  return hex(hmac(signing_key, to_sign));
}

}  // namespace sonde::tests
