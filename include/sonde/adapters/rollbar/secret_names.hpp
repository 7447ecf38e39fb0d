// SPDX-License-Identifier: MIT
#pragma once

// Names whose values never leave the program: of attributes, headers, parameters and members of maps. Used by scrubber.hpp.
// Source: the default lists of pyrollbar and rollbar.js, and what AWS and proxies add.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/environment/syntax.hpp>

namespace sonde::rollbar {

/// As they are compared: capitals, `_` and `-` make no difference, so that `confirm_password` is `confirmPassword`.
inline constexpr std::string_view usual_secret_names[] = {
    // pyrollbar
    "PW", "PASSWD", "PASSWORD", "SECRET", "CONFIRMPASSWORD", "PASSWORDCONFIRMATION", "ACCESSTOKEN", "AUTH", "AUTHENTICATION",
    "AUTHORIZATION",
    // rollbar.js
    "PASS", "SECRETKEY", "SECRETTOKEN", "APIKEY", "AUTHENTICITYTOKEN", "OAUTHTOKEN", "TOKEN", "USERSESSIONSECRET",
    "XROLLBARACCESSTOKEN",
    // rollbar.js, headers
    "WWWAUTHORIZATION", "HTTPAUTHORIZATION", "COOKIE", "OAUTHACCESSTOKEN", "XACCESSTOKEN", "XCSRFTOKEN", "HTTPXCSRFTOKEN",
    // besides
    "SETCOOKIE", "PROXYAUTHORIZATION", "XAPIKEY", "XAMZSECURITYTOKEN", "XAMZSIGNATURE", "XAMZCREDENTIAL", "XAUTHTOKEN",
    "PRIVATEKEY", "CLIENTSECRET", "REFRESHTOKEN", "IDTOKEN", "CREDENTIALS",
    "SECRETACCESSKEY", "AWSSECRETACCESSKEY", "SESSIONTOKEN", "AWSSESSIONTOKEN", "PWD", "PASSPHRASE"};

class secret_names {
 public:
  secret_names() : secret_names{std::vector<std::string>{}} {}
  explicit secret_names(const std::vector<std::string>& more) {
    for (const std::string_view each : usual_secret_names) names_.emplace(each);
    for (const std::string& each : more) names_.insert(folded(each));
  }

  /// By the whole name or its last part: `http.request.header.cookie`, `user[password]`.
  [[nodiscard]] bool contain(std::string_view name) const {
    while (!name.empty() && name.back() == ']') name.remove_suffix(1);
    if (name.size() > longest) name.remove_prefix(name.size() - longest);
    if (names_.contains(folded(name))) return true;
    const std::size_t parted = name.find_last_of(".[/: ");
    return parted != std::string_view::npos && names_.contains(folded(name.substr(parted + 1)));
  }

 private:
  static constexpr std::size_t longest = 128;

  [[nodiscard]] static std::string folded(std::string_view name) {
    std::string made;
    for (const char c : name)
      if (c != '_' && c != '-') made += environment::upper(c);
    return made;
  }

  std::set<std::string> names_;
};

}  // namespace sonde::rollbar
