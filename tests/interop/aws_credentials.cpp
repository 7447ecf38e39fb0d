// SPDX-License-Identifier: MIT
// Says as JSON which AWS credentials and region the environment gives, for check_aws.py. An argument is a profile
// chosen in code.

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <sonde/aws/credential_chain.hpp>
#include <sonde/aws/region.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/transport/http.hpp>

int main(int count, char** arguments) {
  using namespace sonde;
  using aws::credential_chain;
  environment::reader environment;
  aws::credential_config config;
  if (count > 1) config.profile = arguments[1];
  const aws::shared_profile profile = aws::read_shared_profile(config.profile, environment);
  const aws::region_lookup region = aws::find_region(std::nullopt, environment, profile);
  credential_chain chain{config, profile, environment};

  transport::http client;
  std::string complaint;
  const auto today = [] { return credential_chain::wall::now(); };
  const auto now = [] { return credential_chain::steady::now(); };
  while (chain.usable(today()) == nullptr && complaint.empty()) {
    auto request = chain.next_request(now(), today());
    if (!request) break;
    client.send(std::move(*request), [&](const transport::response& response) {
      complaint = chain.receive(response, now(), today());
    });
    while (client.busy()) {
      client.perform();
      if (client.busy()) client.wait(std::chrono::seconds{1});
    }
  }

  nlohmann::json findings = nlohmann::json::array();
  for (const auto& one : environment.findings()) findings.push_back(one.sentence);
  const aws::credentials* const keys = chain.usable(today());
  const nlohmann::json said{
      {"access_key", keys != nullptr ? keys->access_key_id : ""},
      {"secret_key", keys != nullptr ? keys->secret_access_key : ""},
      {"token", keys != nullptr ? keys->session_token : ""},
      {"source", chain.source()},
      {"complaint", chain.complaint()},
      {"region", region.name},
      {"region_refusal", region.refusal},
      {"findings", findings},
  };
  std::puts(said.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}
