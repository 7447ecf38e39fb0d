// SPDX-License-Identifier: MIT
#pragma once

// What must hold of the parsers of headers whatever a stranger sends: checked by the fuzzer over what it finds, and by a unit
// test over random bytes.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/propagation/baggage_text.hpp>
#include <sonde/propagation/extract.hpp>
#include <sonde/propagation/inject.hpp>

namespace propagation_rules {

using namespace sonde::propagation;
using header_list = std::vector<std::pair<std::string, std::string>>;

/// The first rule that does not hold, as a sentence; null where all do.
using verdict = const char*;

inline constexpr char separator = '\x1E';  // between lines and headers of an input; CR and LF belong to them

inline std::vector<std::string_view> parts_of(std::string_view input) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = input.find(separator);
    parts.push_back(input.substr(0, end));
    if (end == std::string_view::npos) return parts;
    input.remove_prefix(end + 1);
  }
}
inline sonde::field_lines lines_of(std::string_view input) {
  sonde::field_lines lines;
  for (const std::string_view part : parts_of(input)) lines.add(borrowed(part));
  return lines;
}

inline bool printable(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c > 0x7E) return false;
  return true;
}
inline bool lower_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }
inline bool version_00(std::string_view text) {
  return text.size() == 55 && text.substr(0, 3) == "00-" && lower_hex(text.substr(3, 32)) && text[35] == '-' &&
         lower_hex(text.substr(36, 16)) && text[52] == '-' && text[53] == '0' && text[54] >= '0' && text[54] <= '3' &&
         text.substr(3, 32) != std::string(32, '0') && text.substr(36, 16) != std::string(16, '0');
}

inline verdict of_traceparent(std::string_view input) {
  const sonde::span_context read = parse_traceparent(input);
  if (!read.valid()) return read == sonde::span_context{} ? nullptr : "an unusable traceparent leaves nothing behind";
  const auto text = format_traceparent(read);
  const std::string_view written{text.data(), text.size()};
  if (!version_00(written)) return "traceparent is written in the grammar of version 00";
  return parse_traceparent(written) == read ? nullptr : "traceparent is read back as it was written";
}

inline std::string tracestate_of(const sonde::field_lines& lines) {
  tracestate_buffer buffer;
  tracestate_members{lines}.write(buffer);
  return std::string{buffer.text()};
}
inline verdict of_tracestate(std::string_view input) {
  const std::string written = tracestate_of(lines_of(input));
  if (written.size() > 512 || !printable(written)) return "tracestate is at most 512 printable characters";
  std::string_view member;
  if (!written.empty())
    for (pieces list{written, ','}; list.next(member);)
      if (!valid_tracestate_member(member)) return "every member of tracestate is valid";
  return tracestate_of(lines_of(written)) == written ? nullptr : "tracestate is read back as it was written";
}

inline std::string baggage_of(const sonde::field_lines& lines) {
  baggage_buffer buffer;
  write_baggage(buffer, lines);
  return std::string{buffer.text()};
}
inline verdict of_baggage(std::string_view input) {
  const sonde::field_lines lines = lines_of(input);
  const sonde::field_lines kept = within_baggage_limits(lines);
  std::string_view last;
  for (const baggage_member& each : baggage_view{lines}) {
    if (!sonde::encoding::valid_utf8(borrowed(decoded_baggage(each.value)))) return "a decoded value is valid UTF-8";
    last = each.key;
  }
  if (!last.empty() && !baggage_view{lines}.find(last)) return "a member is found by its key";
  const std::string written = baggage_of(lines);
  if (written.size() > 8192 || written.find(' ') != std::string::npos || !printable(written))
    return "baggage is at most 8192 printable characters without blanks";
  if (baggage_of(kept) != written) return "trimming baggage twice changes nothing";
  if (baggage_of(lines_of(written)) != written) return "baggage is read back as it was written";
  std::size_t read = 0, again = 0;
  for ([[maybe_unused]] const baggage_member& each : baggage_view{kept}) ++read;
  for ([[maybe_unused]] const baggage_member& each : baggage_view{lines_of(written)}) ++again;
  return read == again && read <= 180 ? nullptr : "every member kept is written, whole";
}

inline verdict of_baggage_text(std::string_view input) {
  const std::string value = encoded_baggage(input);
  if (!baggage_octets.has_all(value)) return "an encoded value has no character that it may not have";
  std::string repaired(sonde::encoding::sanitised_size(borrowed(input)), '\0');
  sonde::encoding::put_sanitised(repaired.data(), borrowed(input));
  if (decoded_baggage(value) != repaired) return "an encoded value is decoded to the text it was made from";
  return sonde::encoding::valid_utf8(borrowed(decoded_baggage(input))) ? nullptr : "a decoded value is valid UTF-8";
}

inline std::string xray_of(const sonde::span_context& context, std::string_view vendor) {
  xray_buffer buffer;
  write_xray_header(buffer, context, vendor);
  return std::string{buffer.text()};
}
inline verdict of_xray(std::string_view input) {
  const xray_header read = parse_xray_header(input);
  const bool has_trace = read.context.trace_id.valid();
  if (!has_trace && read.context != sonde::span_context{.remote = read.context.declines_trace()})
    return "an unusable Root leaves nothing behind, but for the word that nothing is recorded";
  if (read.context.undecided && read.context.sampled) return "nothing is both sampled and undecided";
  sonde::span_context context = read.context;
  if (!context.trace_id.valid()) context.trace_id.bytes[0] = 1;
  if (!context.span_id.valid()) context.span_id.bytes[0] = 1;
  context.remote = true;
  const std::string written = xray_of(context, input);
  if (!printable(written)) return "X-Amzn-Trace-Id is printable";
  if (parse_xray_header(written).context != context) return "X-Amzn-Trace-Id is read back as it was written";
  return xray_of(context, written) == written ? nullptr : "vendor pairs are passed on as they were";
}

inline verdict of_b3(std::string_view input) {
  const sonde::span_context single = parse_b3(input);
  std::vector<std::string_view> parts = parts_of(input);
  parts.resize(4);
  for (const sonde::span_context& read : {single, b3_headers{parts[0], parts[1], parts[2], parts[3]}.parse()}) {
    if (!read.valid()) {
      if (read != sonde::span_context{}) return "an unusable b3 leaves nothing behind";
      continue;
    }
    const auto text = format_b3(read);
    if (parse_b3({text.data(), b3_size(read)}) != read) return "b3 is read back as it was written";
  }
  return nullptr;
}

/// Each part is a header: its first byte chooses the name, the rest is the value. The first part chooses the propagators.
inline header_list headers_of(const std::vector<std::string_view>& parts) {
  header_list headers;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].empty()) continue;
    const std::size_t chosen = static_cast<unsigned char>(parts[i][0]) % std::size(header::all_read);
    headers.emplace_back(header::all_read[chosen], parts[i].substr(1));
  }
  return headers;
}
inline verdict of_requests(std::string_view input) {
  const std::vector<std::string_view> parts = parts_of(input);
  propagator_list list{propagator::none};
  for (const char c : parts[0]) list.add(static_cast<propagator>(static_cast<unsigned char>(c) % 6));
  const header_list incoming = headers_of(parts);
  const extracted found = extract(incoming, list);
  if (found.parent.span_id.valid() && !found.parent.trace_id.valid()) return "there is no parent without a trace";
  if (!found.parent.trace_id.valid() && !found.fields.tracestate.empty()) return "tracestate goes with its trace";

  header_list outgoing;
  inject(outgoing, list, found, &found.fields);
  for (const auto& [name, value] : outgoing) {
    if (value.empty() || !printable(value)) return "a header that is written has printable characters and nothing else";
    if (name == "traceparent" && !version_00(value)) return "traceparent is written in the grammar of version 00";
    if (name == "traceparent" && !found.parent.valid()) return "an invalid context writes nothing";
  }
  const extracted again = extract(outgoing, list);
  if (found.parent.valid() && !outgoing.empty() && again.parent.valid() &&
      (again.parent.trace_id != found.parent.trace_id || again.parent.span_id != found.parent.span_id))
    return "who receives what we send sees the same parent";
  if (found.parent.undecided) return nullptr;  // traceparent cannot say so: whoever reads it takes it for a no
  header_list third;
  inject(third, list, again, &again.fields);
  return third == outgoing ? nullptr : "passing it on a second time changes nothing";
}

/// The first byte chooses the parser.
inline verdict broken_by(std::string_view input) {
  if (input.empty()) return nullptr;
  constexpr verdict (*checks[])(std::string_view) = {of_traceparent, of_tracestate,   of_baggage, of_xray,
                                                     of_b3,          of_baggage_text, of_requests};
  const auto chosen = static_cast<unsigned char>(input[0]);
  return checks[chosen % std::size(checks)](input.substr(1));
}

}  // namespace propagation_rules
