// SPDX-License-Identifier: MIT
#pragma once

// Which part of a document an attribute belongs to, by its key, worked out once for each key. Used by writer.hpp.
// Source: OpenTelemetry semantic conventions, the current keys; AWS X-Ray developer guide, "Segment documents".

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/record/location.hpp>
#include <sonde/record/registry.hpp>

namespace sonde::xray {

enum class key_role : std::uint8_t {
  plain,       // metadata of the namespace "default"
  metadata,    // of a namespace of its own
  annotation,
  // what X-Ray has a member for; where the span is of another kind, metadata
  first_with_a_place,
  http_method = first_with_a_place,
  http_status,
  http_response_size,
  url_full,
  url_scheme,
  url_path,
  server_address,
  server_port,
  client_address,
  peer_address,
  user_agent,
  request_host,
  db_system,
  db_namespace,
  db_query,
  db_user,
  rpc_system,
  rpc_service,
  rpc_method,
  aws_region,
  aws_request_id,
  aws_queue_url,
  aws_table_names,
  aws_account,
  peer_service,
  error_type,
  user,
  sampling_rule,
};
inline constexpr std::size_t key_roles = static_cast<std::size_t>(key_role::sampling_rule) + 1;
static_assert(key_roles <= 64);

[[nodiscard]] constexpr std::uint64_t bit(key_role role) noexcept { return std::uint64_t{1} << static_cast<unsigned>(role); }
template <class... Roles>
[[nodiscard]] constexpr std::uint64_t bits(Roles... roles) noexcept {
  return (bit(roles) | ...);
}

struct placed_key {
  std::string_view name;
  key_role role;
};
/// Where two keys have one role, the one in use today stands first.
inline constexpr placed_key placed_keys[] = {
    {"http.request.method", key_role::http_method},
    {"http.response.status_code", key_role::http_status},
    {"http.response.body.size", key_role::http_response_size},
    {"url.full", key_role::url_full},
    {"url.scheme", key_role::url_scheme},
    {"url.path", key_role::url_path},
    {"server.address", key_role::server_address},
    {"server.port", key_role::server_port},
    {"client.address", key_role::client_address},
    {"network.peer.address", key_role::peer_address},
    {"user_agent.original", key_role::user_agent},
    {"http.request.header.host", key_role::request_host},
    {"db.system.name", key_role::db_system},
    {"db.system", key_role::db_system},
    {"db.namespace", key_role::db_namespace},
    {"db.query.text", key_role::db_query},
    {"db.user", key_role::db_user},
    {"rpc.system.name", key_role::rpc_system},
    {"rpc.system", key_role::rpc_system},
    {"rpc.service", key_role::rpc_service},
    {"rpc.method", key_role::rpc_method},
    {"cloud.region", key_role::aws_region},
    {"aws.region", key_role::aws_region},
    {"aws.request_id", key_role::aws_request_id},
    {"aws.sqs.queue.url", key_role::aws_queue_url},
    {"aws.dynamodb.table_names", key_role::aws_table_names},
    {"cloud.account.id", key_role::aws_account},
    {"peer.service", key_role::peer_service},
    {"error.type", key_role::error_type},
    {"user.id", key_role::user},
    {"enduser.id", key_role::user},
    {"aws.xray.sampling_rule", key_role::sampling_rule},
};

[[nodiscard]] constexpr key_role role_of(std::string_view name) noexcept {
  for (const placed_key& each : placed_keys)
    if (each.name == name) return each.role;
  return key_role::plain;
}

struct known_key {
  key_role role = key_role::plain;
  bool plain_attribute = true;   // put by set_attribute
  std::uint16_t name_space = 0;  // of metadata, by number; 0 is "default"
  std::string member{};          // `"http.route":`
};

class known_keys {
 public:
  /// Stays where it is.
  [[nodiscard]] const known_key& of(const record::registered& key) {
    if (key.id < keys_.size() && keys_[key.id] != nullptr) [[likely]]
      return *keys_[key.id];
    return learn(key);
  }
  /// `"user_activities":{`
  [[nodiscard]] const std::string& name_space(std::size_t number) const noexcept { return name_spaces_[number].second; }
  [[nodiscard]] std::size_t name_spaces() const noexcept { return name_spaces_.size(); }

 private:
  [[gnu::noinline, gnu::cold]] const known_key& learn(const record::registered& key) {
    if (key.id >= keys_.size()) keys_.resize(std::size_t{key.id} + 16);
    auto kept = std::make_unique<known_key>();
    known_key& made = *kept;
    made.plain_attribute = key.type == record::description_type::attribute;
    made.member = '"' + key.json + "\":";
    if (key.type == record::description_type::annotation) {
      made.role = key_role::annotation;
    } else if (key.type == record::description_type::metadata) {
      made.name_space = number_of(key.name_space);
      made.role = made.name_space == 0 ? key_role::plain : key_role::metadata;
    } else {
      made.role = role_of(key.name);
    }
    return *(keys_[key.id] = std::move(kept));
  }
  [[nodiscard]] std::uint16_t number_of(const std::string& name) {
    for (std::size_t i = 0; i < name_spaces_.size(); ++i)
      if (name_spaces_[i].first == name) return static_cast<std::uint16_t>(i);
    if (name_spaces_.size() == UINT16_MAX) return 0;
    name_spaces_.emplace_back(name, '"' + record::json_escaped(name) + "\":{");
    return static_cast<std::uint16_t>(name_spaces_.size() - 1);
  }

  std::vector<std::unique_ptr<known_key>> keys_;  // by id
  std::vector<std::pair<std::string, std::string>> name_spaces_{{"default", "\"default\":{"}};
};

}  // namespace sonde::xray
