// SPDX-License-Identifier: MIT
#pragma once

// The members of a span's document, of a segment or a subsegment, written straight from its record. local_trace.hpp puts
// documents into one another. Used by the exporter. Source: AWS X-Ray developer guide, "Segment documents".

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/xray/document/allowance.hpp>
#include <sonde/adapters/xray/document/blocks.hpp>
#include <sonde/adapters/xray/document/cause_writer.hpp>
#include <sonde/adapters/xray/document/key_role.hpp>
#include <sonde/adapters/xray/document/metadata_writer.hpp>
#include <sonde/adapters/xray/document/name.hpp>
#include <sonde/adapters/xray/document/segment_names.hpp>
#include <sonde/adapters/xray/document/sorted_attributes.hpp>
#include <sonde/adapters/xray/document/text.hpp>
#include <sonde/record/span_view.hpp>

namespace sonde::xray {

/// What the documents of one session have in common; texts are JSON.
struct shared_members {
  segment_names names{};
  std::string service{};   // `"version":"1.2"`, or nothing
  std::string origin{};    // escaped, or nothing
  std::string aws{};       // `"ec2":{…},"xray":{"sdk":"sonde for C++",…`, its end left open
  std::string resource{};  // members of metadata: `"otel.resource.host.name":"…",…`
  std::string working_directory{};
  bool facade = false;     // local roots are subsegments of a segment that is not ours
};

class document_writer {
 public:
  explicit document_writer(shared_members shared)
      : shared_{std::move(shared)}, causes_{shared_.working_directory}, metadata_{shared_.resource} {}

  /// Appends the members, without braces and without subsegments; at most `longest` bytes of them. `travelling`: exceptions
  /// that are on their way up through the local trace. Returns whether something had to be left out. Throws std::bad_alloc,
  /// nothing added.
  bool write(otlp::byte_buffer& into, const record::span_view& span, std::size_t longest,
             std::vector<travelling_exception>& travelling) {
    for (const allowance& most : allowances) {
      departing_.clear();
      cut_ = &most != &allowances[0];
      document_text to{into};
      const std::size_t begin = to.mark();
      put(to, span, travelling, most);
      if (to.mark() - begin > longest) continue;
      to.commit();
      if (travelling.size() > most_travelling) travelling.clear();
      travelling.insert(travelling.end(), departing_.begin(), departing_.end());
      return cut_;
    }
    // What all segments have in common is too long.
    document_text to{into};
    put_head(to, span);
    put_end(to, span);
    to.commit();
    return true;
  }

  /// A segment that is open yet: all members, braces too.
  void write_in_progress(otlp::byte_buffer& into, const record::span_view& opened) {
    document_text to{into};
    attributes_.read(opened, keys_);
    to.raw("{");
    put_head(to, opened);
    to.raw(",\"in_progress\":true");
    put_segment(to, opened);
    put_http(to, attributes_.placed, scratch_);
    to.raw("}");
    to.commit();
  }

  [[nodiscard]] bool is_segment(const record::span_view& span) const noexcept {
    return span.is_local_root() && (!shared_.facade || !span.header.parent_id.valid());
  }
  [[nodiscard]] const segment_names& names() const noexcept { return shared_.names; }

 private:
  static constexpr std::size_t most_travelling = 256;

  void put(document_text& to, const record::span_view& span, const std::vector<travelling_exception>& arriving,
           const allowance& most) {
    attributes_.read(span, keys_);
    const bool segment = is_segment(span);
    put_head(to, span);
    put_end(to, span);
    if (segment)
      put_segment(to, span);
    else
      put_subsegment(to, span);
    put_http(to, attributes_.placed, scratch_);
    if (!segment) {
      put_sql(to, attributes_.placed, scratch_);
      if (is_call_to_aws(attributes_.placed)) put_aws_call(to, attributes_.placed, most);
    }
    put_outcome(to, span, arriving, most);
    const std::size_t annotated = metadata_.write_annotations(to, attributes_, most);
    metadata_.write(to, span, attributes_, keys_, {segment, renamed_, cut_, annotated}, most);
    if (!span.links.empty()) metadata_.write_links(to, span, keys_, most);
  }

  void put_head(document_text& to, const record::span_view& span) {
    to.raw("\"id\":");
    to.id(span.header.span_id.bytes);
    to.raw(",\"name\":\"");
    renamed_ = put_name(to, span);
    to.raw("\"");
    if (is_segment(span)) {
      to.raw(",\"trace_id\":");
      to.trace_id(span.header.trace_id);
      if (span.header.parent_id.valid()) {
        to.raw(",\"parent_id\":");
        to.id(span.header.parent_id.bytes);
      }
    }
    to.raw(",\"start_time\":");
    to.time(span.start_unix_nano);
  }

  static void put_end(document_text& to, const record::span_view& span) {
    to.raw(",\"end_time\":");
    to.time(std::max(span.end_unix_nano, span.start_unix_nano));
  }

  /// Whether it is another than the span's.
  bool put_name(document_text& to, const record::span_view& span) {
    if (is_segment(span)) {
      shared_.names.put(to, attributes_.placed, scratch_);
      return shared_.names.fixed() != span.name;
    }
    if (span.kind() == kind::client) {
      const std::string_view remote = remote_name(attributes_.placed, scratch_);
      if (!remote.empty()) return !put_usable_name(to, remote) || remote != span.name;
    }
    if (span.renamed) return !put_usable_name(to, span.name);
    const site_name& known = name_of(*span.site);
    to.raw(known.escaped);
    return known.changed;
  }
  struct site_name {
    std::string escaped{};
    bool changed = false;  // from what the program says
  };
  [[nodiscard]] const site_name& name_of(const record::registered& site) {
    if (site.id >= site_names_.size()) [[unlikely]]
      site_names_.resize(std::size_t{site.id} + 16);
    site_name& known = site_names_[site.id];
    if (known.escaped.empty()) {
      const std::string usable = usable_name(site.name);
      known = {record::json_escaped(usable), usable != site.name};
    }
    return known;
  }

  void put_segment(document_text& to, const record::span_view&) {
    if (!shared_.service.empty()) {
      to.raw(",\"service\":{");
      to.raw(shared_.service);
      to.raw("}");
    }
    if (!shared_.origin.empty()) {
      to.raw(",\"origin\":\"");
      to.raw(shared_.origin);
      to.raw("\"");
    }
    block_writer user{to, attributes_.placed, ","};
    user.text("\"user\":", key_role::user);
    to.raw(",\"aws\":{");
    to.raw(shared_.aws);
    block_writer rule{to, attributes_.placed, ","};
    rule.text("\"sampling_rule_name\":", key_role::sampling_rule);
    to.raw("}}");
  }

  void put_subsegment(document_text& to, const record::span_view& span) {
    if (span.kind() != kind::client) return;
    to.raw(is_call_to_aws(attributes_.placed) ? ",\"namespace\":\"aws\"" : ",\"namespace\":\"remote\"");
    if (attributes_.placed.has(key_role::peer_service)) attributes_.placed.mark_told(bit(key_role::peer_service));
  }

  /// The status of a reply says whose fault it was; else an error is ours.
  void put_outcome(document_text& to, const record::span_view& span, const std::vector<travelling_exception>& arriving,
                   const allowance& most) {
    const std::int64_t status = attributes_.placed.integer(key_role::http_status);
    const bool failed = span.status() == status::error;
    if (status >= 500 || (status < 400 && failed))
      to.raw(",\"fault\":true");
    else if (status >= 400)
      to.raw(status == 429 ? ",\"error\":true,\"throttle\":true" : ",\"error\":true");
    if (span.events.empty() && !failed) return;
    if (!causes_.write(to, span, attributes_.placed.find(key_role::error_type), arriving, departing_, most)) cut_ = true;
  }

  shared_members shared_;
  cause_writer causes_;
  metadata_writer metadata_;
  known_keys keys_;
  std::vector<site_name> site_names_;  // by id
  // of the span being written
  sorted_attributes attributes_;
  std::vector<travelling_exception> departing_;
  std::string scratch_;
  bool renamed_ = false;
  bool cut_ = false;
};

}  // namespace sonde::xray
