// SPDX-License-Identifier: MIT
#pragma once

// Batches of spans or logs, and the requests made of them, in OTLP/JSON: one object on one line. Used by adapters/file.hpp
// and adapters/otlp.hpp. Source: OTLP specification 1.11, "JSON Protobuf Encoding".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sonde/otlp/batch.hpp>
#include <sonde/otlp/json_log.hpp>
#include <sonde/otlp/json_span.hpp>
#include <sonde/otlp/json_writer.hpp>
#include <sonde/otlp/scope_buffers.hpp>
#include <sonde/otlp/signal.hpp>
#include <sonde/resource/resource.hpp>

namespace sonde::otlp {

class json_encoder {
 public:
  /// `added` goes with every record of a sampled trace.
  explicit json_encoder(const resource::resource& who, signal what = signal::traces,
                        const std::vector<resource::attribute>& added = {})
      : members_{what == signal::traces ? &traces : &logs}, resource_{encode(who.attributes())}, added_{added, encode(added)} {}

  /// Throws std::bad_alloc; then the batch is as it was.
  void append(const record::span_view& span) { put(records_.of(span.site->scope, *span.scope), span); }
  void append(const record::log_view& log) { put(records_.of(0, no_scope), log); }

  /// Bytes of the request so far, or a few more.
  [[nodiscard]] std::size_t size() const noexcept {
    return count_ == 0 ? 0 : size_ + request_envelope() + records_.envelope();
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  /// The encoder is empty afterwards. Throws std::bad_alloc; then it is as it was.
  [[nodiscard]] batch take() {
    batch taken{batch::framing::line, request_envelope(), count_, records_.take()};
    size_ = count_ = 0;
    return taken;
  }

  /// The whole request for a batch of this encoder, or for what was split off one; without a line end.
  [[nodiscard]] std::string request(const batch& from) const {
    std::string whole;
    whole.reserve(from.size());
    whole.append(R"({")").append(members_->resources).append(R"(":[{"resource":{"attributes":[)").append(resource_);
    whole.append(R"(]},")").append(members_->scopes).append(R"(":[)");
    bool first = true;
    for (const batch::part& one : from.parts()) {
      whole.append(first ? R"({"scope":{)" : R"(,{"scope":{)").append(records_.encoded(one.scope));
      whole.append(R"(},")").append(members_->records).append(R"(":[)");
      first = false;
      const std::size_t begin = whole.size();
      whole.append(one.records.bytes());
      whole.pop_back();
      std::replace(whole.begin() + static_cast<std::ptrdiff_t>(begin), whole.end(), '\n', ',');
      whole.append("]}");
    }
    whole.append("]}]}");
    return whole;
  }

 private:
  /// Names that differ between signals.
  struct member_names {
    std::string_view resources, scopes, records;
  };
  static constexpr member_names traces{"resourceSpans", "scopeSpans", "spans"};
  static constexpr member_names logs{"resourceLogs", "scopeLogs", "logRecords"};
  static constexpr std::size_t request_room = 72;  // what request() puts around all scopes, at most
  static constexpr std::size_t scope_room = 32;    // and around one
  inline static const record::registered_scope no_scope{};  // of logs: none is known

  [[nodiscard]] std::size_t request_envelope() const noexcept { return request_room + resource_.size(); }

  template <class Record>
  void put(byte_buffer& into, const Record& each) {
    const std::size_t before = into.size();
    json_writer to{into};
    put_record(to, each, added_);
    to.raw("\n");  // escaped within records
    to.commit();
    size_ += into.size() - before;
    ++count_;
  }

  /// Members of an InstrumentationScope.
  [[nodiscard]] static std::string encode_scope(const record::registered_scope& scope) {
    std::string whole;
    if (!scope.name.empty()) whole += R"("name":")" + record::json_escaped(scope.name) + '"';
    if (!scope.version.empty())
      whole += (whole.empty() ? R"("version":")" : R"(,"version":")") + record::json_escaped(scope.version) + '"';
    return whole;
  }
  /// KeyValues, comma-separated.
  [[nodiscard]] static std::string encode(const std::vector<resource::attribute>& attributes) {
    std::string whole;
    for (const resource::attribute& each : attributes) {
      if (!whole.empty()) whole += ',';
      whole += R"({"key":")" + record::json_escaped(each.key) + R"(","value":{)";
      if (const auto* text = std::get_if<std::string>(&each.value))
        whole += R"("stringValue":")" + record::json_escaped(*text) + '"';
      else if (const auto* number = std::get_if<std::int64_t>(&each.value))
        whole += R"("intValue":")" + std::to_string(*number) + '"';
      else
        whole += std::get<bool>(each.value) ? R"("boolValue":true)" : R"("boolValue":false)";
      whole += "}}";
    }
    return whole;
  }

  const member_names* members_;
  std::string resource_;  // its attributes
  added_attributes added_;
  scope_buffers records_{encode_scope, scope_room};
  std::size_t size_ = 0;  // of the encoded records
  std::size_t count_ = 0;
};

}  // namespace sonde::otlp
