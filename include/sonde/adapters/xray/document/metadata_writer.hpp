// SPDX-License-Identifier: MIT
#pragma once

// Annotations, metadata and links of a document: what a program says of its own, and what X-Ray has no member for. Used by
// writer.hpp.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/document/allowance.hpp>
#include <sonde/adapters/xray/document/cause_writer.hpp>
#include <sonde/adapters/xray/document/key_role.hpp>
#include <sonde/adapters/xray/document/sorted_attributes.hpp>
#include <sonde/adapters/xray/document/text.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/meta/enum_name.hpp>
#include <sonde/record/json_value.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::xray {

/// What is known of a document besides its span.
struct document_facts {
  bool segment;
  bool renamed;             // its name is not the span's
  bool cut;                 // something was left out
  std::size_t annotations;  // that were written
};

class metadata_writer {
 public:
  /// `resource` goes into the metadata of every segment.
  explicit metadata_writer(std::string resource) : resource_{std::move(resource)} {}

  /// Returns how many were written.
  std::size_t write_annotations(document_text& to, const sorted_attributes& from, const allowance& most) const {
    if (!from.has_annotations()) return 0;
    std::size_t written = 0;
    separator members{to, ",\"annotations\":{"};
    for (std::size_t i = 0; i < from.size() && written < most_annotations; ++i) {
      if (from.key(i).role != key_role::annotation || !fits_annotation(from.value(i))) continue;
      ++written;
      members.next();
      put_value(to, from.key(i).member, from.value(i), most);
    }
    if (members.any()) to.raw("}");
    return written;
  }

  /// All that has no other place.
  void write(document_text& to, const record::span_view& span, const sorted_attributes& from, known_keys& keys,
             document_facts known, const allowance& most) {
    const std::size_t begin = to.mark();
    to.raw(",\"metadata\":{");
    separator spaces{to, ""};
    if (put_default(to, span, from, keys, known, most)) spaces.next();
    for (std::size_t space = 1; from.has_namespaces() && most.metadata && space < keys.name_spaces(); ++space) {
      bool first = true;
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (from.key(i).role != key_role::metadata || from.key(i).name_space != space) continue;
        if (first) spaces.next();
        to.raw(first ? std::string_view{keys.name_space(space)} : ",");
        first = false;
        put_value(to, from.key(i).member, from.value(i), most);
      }
      if (!first) to.raw("}");
    }
    if (spaces.any())
      to.raw("}");
    else
      to.rewind(begin);
  }

  void write_links(document_text& to, const record::span_view& span, known_keys& keys, const allowance& most) const {
    const std::size_t begin = to.mark();
    to.raw(",\"links\":[");
    const char* before = "{\"trace_id\":";
    for (const record::link_view& each : span.links) {
      const std::size_t mark = to.mark();
      to.raw(before);
      to.trace_id(each.trace_id);
      to.raw(",\"id\":");
      to.id(each.span_id.bytes);
      put_attributes(to, each.attributes, keys, most);
      to.raw("}");
      if (to.mark() - begin > most.list) {
        to.rewind(mark);
        break;
      }
      before = ",{\"trace_id\":";
    }
    if (*before == '{')
      to.rewind(begin);
    else
      to.raw("]");
  }

 private:
  static constexpr std::uint32_t longest_annotation = 1000;  // in characters
  static constexpr std::size_t most_annotations = 50;

  /// Only scalars, and so many; the rest becomes metadata.
  [[nodiscard]] static bool fits_annotation(const record::value_view& value) noexcept {
    using record::entry_type;
    if (value.type == entry_type::array || value.type == entry_type::map) return false;
    if (value.type != entry_type::text || value.size <= longest_annotation) return true;
    const meta::text text = record::text(value.text());
    return encoding::cut(text, longest_annotation).size == text.size;
  }

  /// The namespace "default"; false where there is nothing for it.
  [[nodiscard]] bool put_default(document_text& to, const record::span_view& span, const sorted_attributes& from,
                                 known_keys& keys, document_facts known, const allowance& most) {
    separator members{to, keys.name_space(0)};
    put_own_words(to, members, span, keys, known, most);
    for (std::size_t i = 0; most.metadata && i < from.size(); ++i) {
      const key_role role = from.key(i).role;
      if (role == key_role::metadata || (role >= key_role::first_with_a_place && from.placed.told(role))) continue;
      if (role == key_role::annotation && fits_annotation(from.value(i)) && known.annotations != 0) {
        --known.annotations;
        continue;
      }
      if (from.may_clash() && comes_again(from, i)) continue;
      members.next();
      put_value(to, from.key(i).member, from.value(i), most);
    }
    if (members.any()) to.raw("}");
    return members.any();
  }
  /// Whether a later attribute is metadata under the same key: the last one wins.
  [[nodiscard]] static bool comes_again(const sorted_attributes& from, std::size_t earlier) noexcept {
    for (std::size_t i = earlier + 1; i < from.size(); ++i) {
      const key_role role = from.key(i).role;
      if (role == key_role::metadata || (role == key_role::annotation && fits_annotation(from.value(i)))) continue;
      if (from.key(i).member == from.key(earlier).member) return true;
    }
    return false;
  }

  /// What X-Ray has no member for, under OpenTelemetry's names where it has some.
  void put_own_words(document_text& to, separator& members, const record::span_view& span, known_keys& keys,
                     document_facts known, const allowance& most) {
    const auto member = [&](std::string_view name) {
      members.next();
      to.raw(name);
    };
    if (known.cut) member("\"sonde.truncated\":true");
    if (known.renamed) {
      member("\"otel.span.name\":");
      to.text(span.name, most.text);
    }
    if (!most.metadata) return;
    const bool usual_kind =
        known.segment ? span.kind() == kind::server : span.kind() == kind::internal || span.kind() == kind::client;
    if (!usual_kind) {
      member("\"otel.span.kind\":");
      to.text(record::view(meta::enum_name(span.kind())));
    }
    if (span.location != nullptr) member(location(*span.location));
    if (span.scope->name != "sonde" && !span.scope->name.empty()) {
      member("\"otel.scope.name\":");
      to.text(span.scope->name);
    }
    if (!is_status_told(span)) {
      member("\"otel.status_description\":");
      to.text(span.status_message, most.text);
    }
    if (span.cut() != 0) {
      member("\"otel.dropped_attributes_count\":");
      to.number(span.cut());
    }
    if (!span.events.empty()) put_events(to, members, span, keys, most);
    if (known.segment && !resource_.empty()) member(resource_);
  }
  /// Whether the cause has the status's message: as an exception's, or for want of any.
  [[nodiscard]] static bool is_status_told(const record::span_view& span) noexcept {
    if (span.status_message.empty()) return true;
    bool told = true;
    for (const record::event_view& event : span.events) {
      if (event.name->name != "exception") continue;
      told = false;
      for (const record::attribute_view& each : event.attributes)
        if (each.key->name == "exception.message" && each.value.text() == span.status_message) return true;
    }
    return told;
  }
  [[nodiscard]] const std::string& location(const record::registered& at) {
    if (at.id >= locations_.size()) [[unlikely]]
      locations_.resize(std::size_t{at.id} + 16);
    std::string& known = locations_[at.id];
    if (known.empty())
      known = "\"code.file.path\":\"" + record::json_escaped(at.file) +
              "\",\"code.line.number\":" + std::to_string(at.line) + ",\"code.function.name\":\"" +
              record::json_escaped(at.function) + '"';
    return known;
  }

  void put_events(document_text& to, separator& members, const record::span_view& span, known_keys& keys,
                  const allowance& most) const {
    const std::size_t begin = to.mark();
    const char* before = "\"otel.events\":[{\"name\":\"";
    for (const record::event_view& each : span.events) {
      if (each.name->name == "exception") continue;
      if (*before == '"') members.next();
      const std::size_t mark = to.mark();
      to.raw(before);
      to.raw(each.name->json);
      to.raw("\",\"time\":");
      to.time(each.unix_nano);
      put_attributes(to, each.attributes, keys, most);
      to.raw("}");
      if (to.mark() - begin > most.list) {
        to.rewind(mark);
        if (*before == '"') to.raw("\"otel.events\":[");
        before = ",";
        break;
      }
      before = ",{\"name\":\"";
    }
    if (*before != '"') to.raw("]");
  }

  static void put_attributes(document_text& to, const record::attribute_list& attributes, known_keys& keys,
                             const allowance& most) {
    if (attributes.empty()) return;
    separator members{to, ",\"attributes\":{"};
    for (const record::attribute_view& each : attributes) {
      members.next();
      put_value(to, keys.of(*each.key).member, each.value, most);
    }
    to.raw("}");
  }

  static void put_value(document_text& to, const std::string& member, record::value_view value, const allowance& most) {
    to.raw(member);
    const std::size_t begin = to.mark();
    value.max_characters = std::min(value.max_characters, most.text);
    record::json_value{to}.put(value);
    const std::size_t size = to.mark() - begin;
    if (size <= most.value) return;
    to.rewind(begin);
    to.raw("\"[truncated: ");
    to.number(static_cast<std::int64_t>(size));
    to.raw(" bytes]\"");
  }

  std::string resource_;
  std::vector<std::string> locations_;  // by id, members
};

}  // namespace sonde::xray
