// SPDX-License-Identifier: MIT
#pragma once

// The request that was being answered, and for whom: read from the attributes of server spans, as far as they are known. Used
// by trace_memory.hpp. Source: OpenTelemetry semantic conventions, "HTTP spans", HTTP server; "User".

#include <string>
#include <string_view>

#include <sonde/adapters/rollbar/breadcrumb.hpp>
#include <sonde/adapters/rollbar/scrubber.hpp>
#include <sonde/encoding/json_text.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/environment/syntax.hpp>

namespace sonde::rollbar {

/// At most so many code points.
[[nodiscard]] inline std::string at_most(std::string_view text, std::size_t characters) {
  return std::string{record::view(encoding::cut(record::text(text), characters))};
}

class request_data {
 public:
  /// Of any span: those of clients, who ask themselves, have a whole URL. What it does not say stays as it was.
  template <class List>
  void learn(const List& attributes, const scrubber& clean) {
    if (!is_text(find(attributes, "http.request.method")) || is_text(find(attributes, "url.full"))) return;
    for (const record::attribute_view& each : attributes) {
      const std::string_view key = each.key->name;
      constexpr std::string_view of_header = "http.request.header.";
      if (key.starts_with(of_header))
        headers_[std::string{key.substr(of_header.size())}] = joined(clean.value(key, each.value));
      else if (key == "client.address" || (key == "network.peer.address" && address_.empty()))
        address_ = is_text(each.value) ? clean.address(each.value.text()) : std::string{};
      else if (std::string* const into = member(key))
        *into = shown(clean.value(key, each.value));
    }
  }

  [[nodiscard]] bool empty() const noexcept { return method_.empty(); }
  [[nodiscard]] const std::string& route() const noexcept { return route_; }

  [[nodiscard]] json shown() const {
    json made = json::object();
    if (!host_.empty()) made["url"] = url();
    made["method"] = method_;
    if (!headers_.empty()) made["headers"] = headers_;
    if (!query_.empty()) {
      made["query_string"] = query_;
      made["GET"] = parameters();
    }
    if (!address_.empty()) made["user_ip"] = address_;
    return made;
  }

 private:
  [[nodiscard]] std::string* member(std::string_view key) noexcept {
    if (key == "http.request.method") return &method_;
    if (key == "http.route") return &route_;
    if (key == "url.scheme") return &scheme_;
    if (key == "url.path") return &path_;
    if (key == "url.query") return &query_;
    if (key == "server.address") return &host_;
    if (key == "server.port") return &port_;
    return nullptr;
  }
  [[nodiscard]] static std::string shown(const json& value) {
    const std::string* const text = value.text();
    return text != nullptr ? *text : encoding::json_text(value);
  }
  /// Of the lines of one header.
  [[nodiscard]] static std::string joined(const json& lines) {
    if (!lines.is_array()) return shown(lines);
    std::string made;
    for (const json& each : lines.elements()) made += (made.empty() ? "" : ", ") + shown(each);
    return made;
  }

  [[nodiscard]] std::string url() const {
    const bool is_usual = port_.empty() || port_ == (scheme_ == "http" ? "80" : "443");
    const std::string host = host_.find(':') == std::string::npos ? host_ : '[' + host_ + ']';
    return (scheme_.empty() ? "http" : scheme_) + "://" + host + (is_usual ? "" : ':' + port_) + path_ +
           (query_.empty() ? "" : '?' + query_);
  }
  /// Names that come several times have a list.
  [[nodiscard]] json parameters() const {
    json made = json::object();
    for (std::string_view rest = query_; !rest.empty();) {
      const std::string_view pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const std::size_t equals = std::min(pair.find('='), pair.size());
      const std::string name = plain(pair.substr(0, equals));
      const std::string value = equals < pair.size() ? plain(pair.substr(equals + 1)) : std::string{};
      json& held = made[name];
      if (held.is_null())
        held = value;
      else if (held.is_array())
        held.push_back(value);
      else
        held = json::array(std::move(held), value);
    }
    return made;
  }
  [[nodiscard]] static std::string plain(std::string_view encoded) {
    std::string blanks{encoded};
    for (char& c : blanks)
      if (c == '+') c = ' ';
    return record::sanitised(environment::percent_decoded(blanks).value_or(blanks));
  }

  std::string method_, route_, scheme_, host_, port_, path_, query_, address_;
  json headers_ = json::object();
};

/// Who was served: nobody, where no span has an id.
class person_data {
 public:
  template <class List>
  void learn(const List& attributes, const scrubber& clean) {
    for (const record::attribute_view& each : attributes) {
      const std::string_view key = each.key->name;
      if (key == "user.id" || key == "enduser.id") id_ = shown(clean.value(key, each.value), 40);
      if (key == "user.name") name_ = shown(clean.value(key, each.value), 255);
      if (key == "user.email") email_ = shown(clean.value(key, each.value), 255);
    }
  }
  [[nodiscard]] bool empty() const noexcept { return id_.empty(); }
  [[nodiscard]] json shown() const {
    json made = json::object("id", id_);
    if (!name_.empty()) made["username"] = name_;
    if (!email_.empty()) made["email"] = email_;
    return made;
  }

 private:
  [[nodiscard]] static std::string shown(const json& value, std::size_t characters) {
    const std::string* const text = value.text();
    return at_most(text != nullptr ? *text : encoding::json_text(value), characters);
  }

  std::string id_, name_, email_;
};

}  // namespace sonde::rollbar
