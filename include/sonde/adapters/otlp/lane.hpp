// SPDX-License-Identifier: MIT
#pragma once

// One signal's way to an OTLP backend: records are encoded as they come, batches become requests in one of the three
// protocols, replies are judged. Traces and logs have one each.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/otlp/grpc_verdict.hpp>
#include <sonde/adapters/otlp/http_verdict.hpp>
#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/otlp/batch.hpp>
#include <sonde/otlp/grpc_message.hpp>
#include <sonde/otlp/json.hpp>
#include <sonde/otlp/protobuf.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/transport/gzip.hpp>
#include <sonde/version.hpp>

namespace sonde::otlp {

template <signal Signal>
class lane {
 public:
  using batch = otlp::batch;
  using time_point = std::chrono::steady_clock::time_point;

  /// `added`: attributes each record gets. `credentials` outlives it; null where nothing is signed.
  void open(settings used, const resource::resource& who, const std::vector<resource::attribute>& added,
            aws::credential_chain* credentials) {
    used_ = std::move(used);
    credentials_ = credentials;
    if (used_.protocol == protocol::http_json)
      json_.emplace(who, Signal, added);
    else
      protobuf_.emplace(who, Signal, added);
  }
  [[nodiscard]] const settings& used() const noexcept { return used_; }

  [[nodiscard]] bool wanted() const noexcept { return used_.wanted; }
  [[nodiscard]] std::string_view label() const noexcept { return settings::word(Signal); }
  [[nodiscard]] pipeline::batch_limits limits() const noexcept { return used_.limits; }

  void encode(const record::span_view& span) requires(Signal == signal::traces) { append(span); }
  void encode(const record::log_view& log) requires(Signal == signal::logs) { append(log); }
  [[nodiscard]] bool encode_plain(record::record_view record, const record::record_reader& reader)
      requires(Signal == signal::traces) {
    return protobuf_ && protobuf_->append_plain(record, reader);
  }
  [[nodiscard]] std::size_t encoded_size() const noexcept { return protobuf_ ? protobuf_->size() : json_->size(); }
  [[nodiscard]] batch take_batch() { return protobuf_ ? protobuf_->take() : json_->take(); }
  [[nodiscard]] batch split(batch& whole) const { return whole.split(); }

  [[nodiscard]] transport::request request_for(const batch& content) const {
    transport::request made;
    made.headers = used_.headers;
    if (used_.header("User-Agent").empty())
      made.headers.emplace_back("User-Agent", std::string{"sonde/"} + version + " OTel-OTLP-Exporter-Cpp/" + version);
    made.ca_file = used_.certificate;
    made.client_certificate_file = used_.client_certificate;
    made.client_key_file = used_.client_key;
    std::string message = protobuf_ ? protobuf_->request(content) : json_->request(content);
    if (used_.compression == compression::gzip) message = transport::gzip(message);
    if (used_.protocol == protocol::grpc)
      call(made, message);
    else
      post(made, std::move(message));
    return made;
  }

  [[nodiscard]] pipeline::verdict judge(const transport::response& reply) const {
    if (credentials_ != nullptr && (reply.status == 401 || reply.status == 403))
      credentials_->renew(std::chrono::steady_clock::now());
    return used_.protocol == protocol::grpc ? grpc_verdict{used_}.judge(reply) : http_verdict{used_}.judge(reply);
  }

  // Credentials, where requests are signed.
  [[nodiscard]] std::optional<transport::request> errand(time_point now) {
    if (credentials_ == nullptr) return std::nullopt;
    return credentials_->next_request(now, today());
  }
  void errand_done(const transport::response& reply, time_point now) {
    static_cast<void>(credentials_->receive(reply, now, today()));  // its complaint is the obstacle
  }
  [[nodiscard]] time_point errand_due() const noexcept {
    return credentials_ == nullptr ? time_point::max() : credentials_->due().value_or(time_point::max());
  }
  [[nodiscard]] bool ready(time_point) const noexcept {
    return credentials_ == nullptr || credentials_->usable(today()) != nullptr;
  }
  [[nodiscard]] std::string obstacle() const { return credentials_ == nullptr ? std::string{} : credentials_->complaint(); }

 private:
  template <class View>
  void append(const View& view) {
    if (protobuf_)
      protobuf_->append(view);
    else
      json_->append(view);
  }

  void post(transport::request& into, std::string message) const {
    into.url = used_.endpoint.text();
    into.headers.emplace_back("Content-Type", json_ ? "application/json" : "application/x-protobuf");
    if (used_.compression == compression::gzip) into.headers.emplace_back("Content-Encoding", "gzip");
    into.body = std::move(message);
    if (credentials_ == nullptr) return;
    if (const aws::credentials* const keys = credentials_->usable(today())) into.signature = used_.aws->signature(*keys);
  }
  [[nodiscard]] static std::chrono::system_clock::time_point today() noexcept { return std::chrono::system_clock::now(); }

  /// One unary call. Source: gRPC over HTTP2, "Requests".
  void call(transport::request& into, const std::string& message) const {
    transport::url target = used_.endpoint;
    target.path = Signal == signal::traces ? "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
                                           : "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    into.url = target.text();
    into.version = transport::http_version::http2;
    into.headers.emplace_back("Content-Type", "application/grpc+proto");
    into.headers.emplace_back("TE", "trailers");
    if (const auto limit = used_.limits.timeout.count(); limit > 0 && limit < 100'000'000)
      into.headers.emplace_back("grpc-timeout", std::to_string(limit) + "m");
    const bool compressed = used_.compression == compression::gzip;
    if (compressed) into.headers.emplace_back("grpc-encoding", "gzip");
    into.kept_headers = {"grpc-status", "grpc-message", "grpc-status-details-bin"};
    into.body = grpc_framed(message, compressed);
  }

  settings used_;
  aws::credential_chain* credentials_ = nullptr;
  std::optional<protobuf_encoder> protobuf_;  // one of them from open() on
  std::optional<json_encoder> json_;
};

static_assert(pipeline::request_lane<lane<signal::traces>>);
static_assert(pipeline::request_lane<lane<signal::logs>>);

}  // namespace sonde::otlp
