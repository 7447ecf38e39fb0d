// SPDX-License-Identifier: MIT
#pragma once

// Compresses the body of a request (Content-Encoding: gzip). Used by adapters.
// Source: RFC 1952; zlib, "deflateInit2".

#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include <zlib.h>

namespace sonde::transport {

/// `text` as one gzip member. Throws std::bad_alloc.
[[nodiscard]] inline std::string gzip(std::string_view text) {
  constexpr int largest_window = 15;
  constexpr int as_gzip = 16;  // instead of zlib's own wrapping
  constexpr int default_memory = 8;
  struct stream : z_stream {
    stream() : z_stream{} {}
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream() { deflateEnd(this); }
  } state;
  if (deflateInit2(&state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, largest_window + as_gzip, default_memory,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc{};

  std::string compressed(deflateBound(&state, static_cast<uLong>(text.size())), '\0');
  std::size_t written = 0;
  const auto portion = [](std::size_t left) {  // zlib counts in unsigned int
    return static_cast<uInt>(std::min<std::size_t>(left, std::numeric_limits<uInt>::max()));
  };
  int result = Z_OK;
  while (result == Z_OK) {
    state.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
    state.avail_in = portion(text.size());
    state.next_out = reinterpret_cast<Bytef*>(compressed.data() + written);
    state.avail_out = portion(compressed.size() - written);
    const uInt room = state.avail_out;
    const uInt rest = state.avail_in;
    result = deflate(&state, rest == text.size() ? Z_FINISH : Z_NO_FLUSH);
    text.remove_prefix(rest - state.avail_in);
    written += room - state.avail_out;
  }
  if (result != Z_STREAM_END) throw std::bad_alloc{};  // it has room and input: nothing else can go wrong
  compressed.resize(written);
  return compressed;
}

}  // namespace sonde::transport
