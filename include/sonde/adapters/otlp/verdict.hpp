// SPDX-License-Identifier: MIT
#pragma once

// Reads the reply of an OTLP backend: taken, to be sent again, or refused for good; and in which words to say so.
// Source: OTLP specification 1.11, "OTLP/HTTP Response".

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include <sonde/adapters/otlp/settings.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/environment/secret.hpp>
#include <sonde/otlp/response.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/record/location.hpp>
#include <sonde/transport/retry_after.hpp>

namespace sonde::otlp {

class reply_judge {
 public:
  explicit reply_judge(const settings& used) : used_{used} {}

  [[nodiscard]] pipeline::verdict judge(const transport::response& reply) const {
    using outcome = pipeline::verdict::outcome;
    const std::string where = used_.endpoint.shown() + " (" + used_.endpoint_source + ")";
    switch (reply.outcome) {
      case transport::outcome::answered: break;
      case transport::outcome::no_answer:
      case transport::outcome::aborted: return {outcome::retry, 0, {}, reply.error + ", endpoint " + where + advice()};
      case transport::outcome::refused:
      case transport::outcome::too_large: return {outcome::refused, 0, {}, reply.error + ", endpoint " + where};
    }
    if (reply.status >= 200 && reply.status < 300) return accepted(reply, where);
    const std::string said = error_text(reply);
    std::string sentence = "HTTP " + std::to_string(reply.status) + " from " + where;
    if (!said.empty()) sentence += ": \"" + said + '"';
    switch (reply.status) {
      case 429:
      case 502:
      case 503:
      case 504:
        return {outcome::retry, 0, transport::parse_retry_after(reply.retry_after, std::time(nullptr)), std::move(sentence)};
      case 401:
      case 403: sentence += "; " + credentials(); break;
      case 404:
      case 405:
        sentence += "; check the path: /v1/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT, and "
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is used as given";
        break;
      case 413: sentence += "; lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE"; break;
      default:
        if (reply.status >= 300 && reply.status < 400) sentence += "; redirects are not followed: set the final address";
    }
    return {outcome::refused, 0, {}, std::move(sentence)};
  }

 private:
  static constexpr std::size_t longest_excerpt = 200;

  [[nodiscard]] pipeline::verdict accepted(const transport::response& reply, const std::string& where) const {
    if (!reply.content_type.empty() && !is_protobuf(reply)) return {};
    const partial_success partial = read_partial_success(reply.body);
    if (partial.rejected == 0 && partial.message.empty()) return {};
    const std::string said = excerpt(partial.message);
    std::string sentence = partial.rejected == 0 ? where + " took all spans, and warns"
                                                 : where + " rejected " + std::to_string(partial.rejected) + " spans";
    if (!said.empty()) sentence += ": \"" + said + '"';
    return {pipeline::verdict::outcome::accepted, partial.rejected, {}, std::move(sentence)};
  }

  /// Which key was refused, and where it came from.
  [[nodiscard]] std::string credentials() const {
    if (used_.headers.empty())
      return "no header was sent: set OTEL_EXPORTER_OTLP_HEADERS to the one that carries your key, "
             "like x-honeycomb-team=KEY";
    return "sent " + environment::mask_headers(used_.headers) + " (" + used_.headers_source + "); check the key";
  }
  [[nodiscard]] std::string advice() const {
    if (used_.endpoint_source != "default") return {};
    return "; start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT";
  }

  [[nodiscard]] static bool is_protobuf(const transport::response& reply) {
    return environment::contains_ignoring_case(reply.content_type, "protobuf");
  }
  [[nodiscard]] std::string error_text(const transport::response& reply) const {
    if (!is_protobuf(reply)) return excerpt(reply.body);
    const std::string_view message = read_status_message(reply.body);
    return excerpt(message);
  }

  /// One line, fit for a terminal; a backend may quote our key back at us, so that is masked.
  [[nodiscard]] std::string excerpt(std::string_view said) const {
    std::string text = record::sanitised(said.substr(0, 16 * longest_excerpt));
    for (const auto& [name, value] : used_.headers) {
      mask(text, value);
      if (const std::size_t blank = value.rfind(' '); blank != std::string::npos) mask(text, value.substr(blank + 1));
    }
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const bool blank = byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
      if (blank && (line.empty() || line.back() == ' ')) continue;
      if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {  // U+0080 to U+009F: control characters too
        ++i;
        continue;
      }
      if (blank || (byte > ' ' && byte != 127)) line += blank ? ' ' : text[i];
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    const meta::text kept = encoding::cut_bytes(record::text(line), longest_excerpt);
    return kept.size == line.size() ? line : std::string{record::view(kept)} + "…";
  }
  static void mask(std::string& text, std::string_view secret) {
    if (secret.size() < 8) return;  // too short to be a key, too likely a word
    for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;) {
      const std::string shown = environment::masked(secret);
      text.replace(at, secret.size(), shown);
      at += shown.size();
    }
  }

  const settings& used_;
};

}  // namespace sonde::otlp
