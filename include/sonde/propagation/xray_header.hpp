// SPDX-License-Identifier: MIT
#pragma once

// The header `X-Amzn-Trace-Id`: `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=<0|1|?>` and pairs of whoever passed it on.
// Source: AWS X-Ray developer guide, "Tracing header".

#include <cstddef>
#include <string_view>

#include <sonde/context/span_context.hpp>
#include <sonde/context/xray_trace_id.hpp>
#include <sonde/encoding/hex.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/meta/fixed_string.hpp>
#include <sonde/propagation/character_set.hpp>
#include <sonde/propagation/header_buffer.hpp>
#include <sonde/propagation/header_text.hpp>

namespace sonde::propagation {

/// Of the pairs that are not ours, in bytes; the rest is left out, pair by pair.
inline constexpr std::size_t vendor_pairs_limit = 512;
inline constexpr std::size_t xray_root_size = 5 + context::xray_trace_id_size;  // with `Root=`

using xray_buffer = header_buffer<xray_root_size + 24 + 10 + vendor_pairs_limit>;

/// What the header says. Lenient: without a usable `Parent` it still names a trace, and a bad `Sampled` leaves the decision open.
struct xray_header {
  span_context context{};         // an invalid trace id where `Root` is missing or bad
  bool asks_for_decision = false;  // `Sampled=?`: the caller wants to be told
  bool has_vendor_pairs = false;

  /// Whether it says all that a caller which records its own span would say.
  [[nodiscard]] constexpr bool complete() const noexcept { return context.valid() && !context.undecided; }
};

/// Which of the known keys a pair has; in any case, as some senders write them.
enum class xray_key : unsigned char { vendor, root, parent, sampled, self };

[[nodiscard]] constexpr xray_key xray_key_of(std::string_view key) noexcept {
  if (environment::same_ignoring_case(key, "Root")) return xray_key::root;
  if (environment::same_ignoring_case(key, "Parent")) return xray_key::parent;
  if (environment::same_ignoring_case(key, "Sampled")) return xray_key::sampled;
  if (environment::same_ignoring_case(key, "Self")) return xray_key::self;
  return xray_key::vendor;
}

/// Whether a pair that is not ours may be passed on.
[[nodiscard]] constexpr bool valid_vendor_pair(const key_value& pair) noexcept {
  return pair.has_value && !pair.key.empty() && token_characters.has_all(pair.key) && printable_characters.has_all(pair.value);
}

/// `1-<8 hex>-<24 hex>`; an invalid id for anything else.
[[nodiscard]] constexpr trace_id parse_xray_root(std::string_view root) noexcept {
  trace_id id{};
  if (root.size() != 35 || root.substr(0, 2) != "1-" || root[10] != '-') return {};
  if (!encoding::from_hex({root.data() + 2, 8}, id.bytes, 4) || !encoding::from_hex({root.data() + 11, 24}, id.bytes + 4, 12))
    return {};
  return id;
}

/// Of a key that occurs twice the last value counts.
[[nodiscard]] constexpr xray_header parse_xray_header(std::string_view value) noexcept {
  xray_header read{.context = {.remote = true, .undecided = true}};
  bool declined = false;
  std::string_view piece;
  for (pieces list{value, ';'}; list.next(piece);) {
    const key_value pair{piece};
    if (!pair.has_value) continue;
    switch (xray_key_of(pair.key)) {
      case xray_key::root:
        read.context.trace_id = parse_xray_root(pair.value);
        declined = pair.value == "1-00000000-000000000000000000000000";
        break;
      case xray_key::parent:
        read.context.span_id = {};
        static_cast<void>(encoding::from_hex(borrowed(pair.value), read.context.span_id.bytes, 8));
        break;
      case xray_key::sampled:
        read.context.sampled = pair.value == "1";
        read.context.undecided = pair.value != "1" && pair.value != "0";
        read.asks_for_decision = pair.value == "?";
        break;
      case xray_key::self: break;  // a load balancer's own; it ends here
      case xray_key::vendor: read.has_vendor_pairs |= valid_vendor_pair(pair); break;
    }
  }
  if (read.context.trace_id.valid()) return read;
  return {.context = {.remote = declined && !read.context.undecided && !read.context.sampled}};
}

constexpr char* put_xray_root(char* at, const trace_id& id) noexcept {
  for (const char c : std::string_view{"Root="}) *at++ = c;
  return context::put_xray_trace_id(at, id);
}

/// Root, Parent, Sampled, then the pairs of `vendor`, a header as it came. `context` must be valid.
constexpr void write_xray_header(xray_buffer& to, const span_context& context, std::string_view vendor) noexcept {
  put_xray_root(to.extend(xray_root_size), context.trace_id);
  to.append(";Parent=");
  encoding::put_hex(to.extend(16), context.span_id.bytes, sizeof context.span_id.bytes);
  if (!context.undecided) to.append(context.sampled ? ";Sampled=1" : ";Sampled=0");
  std::string_view piece;
  std::size_t left = vendor_pairs_limit;
  for (pieces list{vendor, ';'}; list.next(piece);) {
    const key_value pair{piece};
    if (xray_key_of(pair.key) != xray_key::vendor || !valid_vendor_pair(pair)) continue;
    const std::size_t size = pair.key.size() + pair.value.size() + 2;
    if (size > left) break;
    left -= size;
    to.append(";");
    to.append(pair.key);
    to.append("=");
    to.append(pair.value);
  }
}

/// X-Amzn-Trace-Id of the response to a request that asked for a decision (`Sampled=?`).
[[nodiscard]] constexpr meta::fixed_string<xray_root_size + 10> xray_answer(const span_context& context) noexcept {
  meta::fixed_string<xray_root_size + 10> text;
  char* at = put_xray_root(text.value, context.trace_id);
  for (const char c : std::string_view{context.sampled ? ";Sampled=1" : ";Sampled=0"}) *at++ = c;
  return text;
}

}  // namespace sonde::propagation
