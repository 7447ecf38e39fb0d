// SPDX-License-Identifier: MIT
#pragma once

// The blocks that X-Ray has for what attributes say about a request, a query, a call to AWS. Used by writer.hpp.
// Source: AWS X-Ray developer guide, "Segment documents", http, sql, aws.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sonde/adapters/xray/document/allowance.hpp>
#include <sonde/adapters/xray/document/cause_writer.hpp>
#include <sonde/adapters/xray/document/key_role.hpp>
#include <sonde/adapters/xray/document/text.hpp>
#include <sonde/record/json_value.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::xray {

/// The attributes of one span that X-Ray has a place for, and which of them its blocks have told in full.
class placed_attributes {
 public:
  void clear() noexcept { present_ = told_ = 0; }
  void add(key_role role, const record::attribute_view& attribute) noexcept {
    present_ |= bit(role);
    found_[static_cast<std::size_t>(role)] = &attribute;
  }

  [[nodiscard]] bool any(std::uint64_t roles) const noexcept { return (present_ & roles) != 0; }
  [[nodiscard]] bool has(key_role role) const noexcept { return any(bit(role)); }
  [[nodiscard]] bool told(key_role role) const noexcept { return (told_ & bit(role)) != 0; }
  void mark_told(std::uint64_t roles) noexcept { told_ |= roles; }
  /// Null where there is none.
  [[nodiscard]] const record::attribute_view* find(key_role role) const noexcept {
    return has(role) ? found_[static_cast<std::size_t>(role)] : nullptr;
  }
  /// Empty where there is none, or it is no text.
  [[nodiscard]] std::string_view text(key_role role) const noexcept {
    const record::attribute_view* const found = find(role);
    return found != nullptr && found->value.type == record::entry_type::text ? found->value.text() : std::string_view{};
  }
  /// 0 where there is none, or it is no whole number.
  [[nodiscard]] std::int64_t integer(key_role role) const noexcept {
    const record::attribute_view* const found = find(role);
    return found != nullptr && found->value.type == record::entry_type::integer ? found->value.integer() : 0;
  }

 private:
  std::uint64_t present_ = 0;
  std::uint64_t told_ = 0;
  std::array<const record::attribute_view*, key_roles> found_;
};

/// Members of a block, written as they come.
class block_writer {
 public:
  /// `opening` is written before the first member: `,"http":{"request":{`.
  block_writer(document_text& to, placed_attributes& from, std::string_view opening) noexcept
      : to_{to}, from_{from}, members_{to, opening} {}

  [[nodiscard]] bool any() const noexcept { return members_.any(); }
  /// Whether all of it is told.
  bool text(std::string_view member, std::string_view value) {
    members_.next();
    to_.raw(member);
    return to_.text(value, longest_field);
  }
  /// Where it is a text; one that is longer than X-Ray takes is told in full elsewhere, too.
  void text(std::string_view member, key_role role) {
    const std::string_view value = from_.text(role);
    if (value.empty()) return;
    if (text(member, value)) from_.mark_told(bit(role));
  }
  void integer(std::string_view member, key_role role) {
    const std::int64_t value = from_.integer(role);
    if (value == 0) return;
    members_.next();
    to_.raw(member);
    to_.number(value);
    from_.mark_told(bit(role));
  }
  void raw(std::string_view members) {
    members_.next();
    to_.raw(members);
  }

 private:
  document_text& to_;
  placed_attributes& from_;
  separator members_;
};

/// Appends a URL without what may be secret: user and password, query, fragment.
inline void append_harmless_url(std::string& into, std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme_end = url.find("://");
  const std::size_t host = scheme_end == url.npos ? 0 : scheme_end + 3;
  const std::size_t at = url.substr(host, url.find('/', host) - host).rfind('@');
  into += url.substr(0, host);
  into += url.substr(at == url.npos ? host : host + at + 1);
}

/// Appends `api.example.com:8080`, without the port where that is the scheme's own; nothing where no host is known.
inline void append_host(std::string& into, const placed_attributes& from) {
  const std::string_view host = from.text(key_role::server_address);
  const std::int64_t port = from.integer(key_role::server_port);
  const std::string_view scheme = from.text(key_role::url_scheme);
  const bool usual = (port == 80 && scheme != "https") || (port == 443 && scheme != "http");
  if (host.empty() || port <= 0 || usual) {
    into += host;
    return;
  }
  const bool is_ipv6 = host.find(':') != host.npos;
  into += is_ipv6 ? "[" : "";
  into += host;
  into += is_ipv6 ? "]:" : ":";
  into += std::to_string(port);
}

/// `scratch` is for texts put together, so that nothing is allocated for each span.
inline void put_http(document_text& to, placed_attributes& from, std::string& scratch) {
  using enum key_role;
  if (!from.any(bits(http_method, http_status, url_full, url_path))) return;
  block_writer request{to, from, ",\"http\":{\"request\":{"};
  request.text("\"method\":", http_method);
  scratch.clear();
  if (const std::string_view full = from.text(url_full); !full.empty()) {
    append_harmless_url(scratch, full);
    request.text("\"url\":", scratch);
    const bool whole = scratch.size() == full.size() && full.size() <= longest_field;
    if (whole || full.find('@') != full.npos) from.mark_told(bit(url_full));
    from.mark_told(bits(url_scheme, server_address, server_port));
  } else if (const std::string_view path = from.text(url_path); !path.empty()) {
    if (from.has(server_address)) {
      scratch += from.has(url_scheme) ? from.text(url_scheme) : "http";
      scratch += "://";
      append_host(scratch, from);
    }
    scratch += path;
    request.text("\"url\":", scratch);
    if (scratch.size() <= longest_field) from.mark_told(bits(url_scheme, url_path, server_address, server_port));
  }
  request.text("\"user_agent\":", user_agent);
  if (const std::string_view client = from.text(client_address); !client.empty()) {
    request.text("\"client_ip\":", client_address);
    const std::string_view peer = from.text(peer_address);
    if (!peer.empty() && peer != client) request.raw("\"x_forwarded_for\":true");
  }
  if (request.any()) to.raw("}");
  block_writer response{to, from, request.any() ? ",\"response\":{" : ",\"http\":{\"response\":{"};
  response.integer("\"status\":", http_status);
  response.integer("\"content_length\":", http_response_size);
  if (response.any()) to.raw("}");
  if (request.any() || response.any()) to.raw("}");
}

/// The collector's receiver refuses a whole document for a URL of another shape than this.
inline void put_sql(document_text& to, placed_attributes& from, std::string& scratch) {
  using enum key_role;
  if (!from.has(db_system)) return;
  block_writer sql{to, from, ",\"sql\":{"};
  if (from.has(server_address) && from.has(db_namespace)) {
    scratch = from.text(db_system);
    scratch += "://";
    append_host(scratch, from);
    scratch += '/';
    scratch += from.text(db_namespace);
    sql.text("\"url\":", scratch);
    if (scratch.size() <= longest_field) from.mark_told(bits(server_address, server_port, db_namespace));
  }
  sql.text("\"database_type\":", db_system);
  sql.text("\"sanitized_query\":", db_query);
  sql.text("\"user\":", db_user);
  if (sql.any()) to.raw("}");
}

/// Calls to AWS are told by OpenTelemetry's instrumentations of AWS's SDKs.
[[nodiscard]] inline bool is_call_to_aws(const placed_attributes& from) noexcept {
  return from.text(key_role::rpc_system) == "aws-api";
}
/// `DynamoDB` of `DynamoDB/GetItem`, or as it is told apart.
[[nodiscard]] inline std::string_view aws_service(const placed_attributes& from) noexcept {
  if (const std::string_view service = from.text(key_role::rpc_service); !service.empty()) return service;
  const std::string_view method = from.text(key_role::rpc_method);
  const std::size_t slash = method.rfind('/');
  return slash == method.npos ? std::string_view{} : method.substr(0, slash);
}

inline void put_aws_call(document_text& to, placed_attributes& from, const allowance& most) {
  using enum key_role;
  block_writer aws{to, from, ",\"aws\":{"};
  if (const std::string_view method = from.text(rpc_method); !method.empty()) {
    aws.text("\"operation\":", method.substr(method.rfind('/') + 1));
    from.mark_told(bits(rpc_method, rpc_system));
  }
  aws.text("\"region\":", aws_region);
  aws.text("\"request_id\":", aws_request_id);
  aws.text("\"queue_url\":", aws_queue_url);
  aws.text("\"account_id\":", aws_account);
  if (const record::attribute_view* const tables = from.find(aws_table_names);
      tables != nullptr && tables->value.type == record::entry_type::array) {
    record::entry_cursor first{tables->value};
    if (first.next() && first.value().type == record::entry_type::text) {
      aws.text("\"table_name\":", first.value().text());
      const std::size_t begin = to.mark();
      if (first.next()) {  // one has a member of its own, several have another
        aws.raw("\"resource_names\":");
        record::json_value{to}.put(tables->value);
      }
      if (to.mark() - begin <= most.value)
        from.mark_told(bit(aws_table_names));
      else
        to.rewind(begin);
    }
  }
  if (aws.any()) to.raw("}");
}

/// What the other end is called, by which X-Ray draws its map; empty where nobody says. May lie in `scratch`.
[[nodiscard]] inline std::string_view remote_name(const placed_attributes& from, std::string& scratch) {
  using enum key_role;
  if (is_call_to_aws(from)) return aws_service(from);
  if (from.has(peer_service)) return from.text(peer_service);
  const std::string_view host = from.text(server_address);
  if (from.has(db_system)) {
    const std::string_view database = from.has(db_namespace) ? from.text(db_namespace) : from.text(db_system);
    if (host.empty()) return database;
    scratch = database;
    scratch += '@';
    return scratch += host;
  }
  return from.has(rpc_service) ? from.text(rpc_service) : host;
}

}  // namespace sonde::xray
