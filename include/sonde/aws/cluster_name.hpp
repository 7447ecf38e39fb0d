// SPDX-License-Identifier: MIT
#pragma once

// The name of the EKS cluster that this pod runs in, which Kubernetes itself does not know: Container Insights keeps it in
// a map that the pod's service account may be allowed to read. One request. Does no I/O itself.
// Source: CloudWatch user guide, "Set up Container Insights"; Kubernetes, "Accessing the API from a Pod".

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/aws/metadata_reply.hpp>
#include <sonde/aws/metadata_request.hpp>
#include <sonde/aws/small_file.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/request.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::aws {

/// Where Kubernetes puts a service account's token and the certificate of its API.
inline constexpr std::string_view service_account_directory = "/var/run/secrets/kubernetes.io/serviceaccount";

class cluster_name_source {
 public:
  /// KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT say where the API is: over TLS only, for the token goes there.
  explicit cluster_name_source(environment::reader& environment,
                               const std::string& directory = std::string{service_account_directory})
      : authority_file_{directory + "/ca.crt"} {
    constexpr std::size_t max_token = 64 * 1024;
    const std::string path = directory + "/token";
    small_file file = read_small_file(path, max_token);
    if (!file.exists) file.error = "is not there: this is no pod of Kubernetes, or one without a service account";
    token_ = environment::trimmed(file.text);
    if (file.error.empty() && token_.empty()) file.error = "is empty";
    if (file.error.empty() && !environment::is_header_value(token_)) file.error = "has a line break in it";
    if (!file.error.empty()) {
      refusal_ = path + " " + file.error;
      return;
    }
    std::string host = environment.text("KUBERNETES_SERVICE_HOST").value_or("kubernetes.default.svc");
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    const std::string port = environment.text("KUBERNETES_SERVICE_PORT").value_or("443");
    const transport::parsed_url parsed = transport::parse_url("https://" + host + ":" + port + "/");
    if (!parsed) {
      refusal_ = "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: " + parsed.error;
      return;
    }
    url_ = join_path(parsed.url, "api/v1/namespaces/amazon-cloudwatch/configmaps/cluster-info").text();
    who_ = "the Kubernetes API (" + parsed.url.shown() + ")";
  }

  /// Why nobody is asked: a sentence. Empty if somebody is.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  /// Who is asked, to begin a sentence with.
  [[nodiscard]] const std::string& who() const noexcept { return who_; }

  [[nodiscard]] transport::request next_request() const {
    transport::request request = metadata_request(url_);
    request.ca_file = authority_file_;
    request.headers.emplace_back("Authorization", "Bearer " + token_);
    return request;
  }

  /// What went wrong, as the end of a sentence about who(); empty if it is complete.
  [[nodiscard]] std::string receive(const transport::response& response) {
    const metadata_reply reply = read_metadata_reply(response);
    if (!reply.complaint.empty()) {
      const bool refused = response.status == 403 || response.status == 404;
      constexpr const char* hint = ": the cluster's name is in the map cluster-info of the namespace amazon-cloudwatch, if "
                                   "the service account may read it";
      return reply.complaint + (refused ? hint : "");
    }
    const encoding::json_value* const data = reply.object.find("data");
    if (data != nullptr) found_ = metadata_text(*data, "cluster.name");
    return complete() ? std::string{} : "answers without a cluster.name";
  }
  [[nodiscard]] bool complete() const noexcept { return !found_.empty(); }
  [[nodiscard]] const std::string& found() const noexcept { return found_; }

 private:
  std::string authority_file_;
  std::string refusal_{};
  std::string token_{};
  std::string url_{};
  std::string who_{};
  std::string found_{};
};

}  // namespace sonde::aws
