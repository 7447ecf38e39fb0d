// SPDX-License-Identifier: MIT
#pragma once

// Log records to Amazon CloudWatch Logs, without an agent. Included by main alone:
// `sonde::cloudwatch::exporter{{.log_group = "cruddur"}}` takes region, keys and endpoint from AWS_*.

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <sonde/adapters/cloudwatch/config.hpp>
#include <sonde/adapters/cloudwatch/lane.hpp>
#include <sonde/adapters/cloudwatch/settings_reader.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/record/drop_reason.hpp>
#include <sonde/transport/http.hpp>

namespace sonde::cloudwatch {

/// Takes logs alone. Batches, queues, retries and connections are the pipeline's.
class exporter {
 public:
  using transport = sonde::transport::http;
  static constexpr drop_reason of_other_signals = drop_reason::unwanted;

  /// What `given` leaves out comes from the environment. Nothing is read before the session starts.
  explicit exporter(config given) : given_{std::move(given)} {}

  [[nodiscard]] std::string_view name() const noexcept { return "cloudwatch"; }

  /// Throws pipeline::setup_error where a name cannot be one, or there is no region or key.
  [[nodiscard]] std::string open(pipeline::setup& at_start) {
    const aws::shared_profile profile = aws::read_shared_profile(given_.credentials.profile, at_start.environment);
    settings used = settings_reader{given_, profile, at_start}.read();
    credentials_ = std::make_unique<aws::credential_chain>(given_.credentials, profile, at_start.environment);
    if (credentials_->source().empty()) throw pipeline::setup_error{credentials_->complaint()};
    logs_.open(std::move(used), at_start.resource.text("service.name"), *credentials_);
    return destination();
  }

  [[nodiscard]] auto lanes() { return std::tie(logs_); }

 private:
  /// For the start-up line.
  [[nodiscard]] std::string destination() const {
    const settings& used = logs_.used();
    std::string told = "logs to group '" + used.log_group + "', stream '" + used.log_stream.shown() + "'";
    told += " in " + used.signed_for.region + " (" + used.region_source + ")";
    if (!used.endpoint_source.empty()) told += " at " + used.where();
    return told + ", signed with keys " + credentials_->source();
  }

  config given_;
  lane logs_;
  std::unique_ptr<aws::credential_chain> credentials_;
};

static_assert(pipeline::request_exporter<exporter>);

}  // namespace sonde::cloudwatch
