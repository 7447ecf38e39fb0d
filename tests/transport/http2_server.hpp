// SPDX-License-Identifier: MIT
#pragma once

// The server's end of HTTP/2 frame by frame, for servers that misbehave on purpose. Header fields are written as
// literals without Huffman coding and never read, only kept as they came.
// Source: RFC 9113, sections 3.4, 4.1, 6; RFC 7541, sections 5.1, 6.2.2.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "transport/server.hpp"

namespace sonde::tests {

struct http2_frame {
  enum type : unsigned char {
    data = 0,
    headers = 1,
    rst_stream = 3,
    settings = 4,
    ping = 6,
    goaway = 7,
    window_update = 8,
    continuation = 9
  };
  enum flag : unsigned char { none = 0, end_stream = 1, ack = 1, end_headers = 4 };
  enum error : std::uint32_t { no_error = 0, protocol_error = 1, internal_error = 2, refused_stream = 7, cancel = 8 };

  unsigned char type = 0;
  unsigned char flags = 0;
  std::uint32_t stream = 0;
  std::string payload{};

  [[nodiscard]] std::string head() const {
    return number(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) + number(stream, 4);
  }
  [[nodiscard]] std::string bytes() const { return head() + payload; }

  static std::string number(std::uint64_t value, int width) {
    std::string text;
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift);
    return text;
  }
};

class http2_connection {
 public:
  using fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// What the client has asked for last.
  std::string header_block;
  std::string body;

  /// Reads the client's first words, says ours; then frames may be sent.
  explicit http2_connection(connection peer) : peer_{peer} {
    constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    greeted_ = peer_.read(preface.size()) == preface;
    if (greeted_) send({http2_frame::settings, http2_frame::none, 0, {}});
  }

  void send(const http2_frame& frame) const { peer_.write(frame.bytes()); }
  bool write(std::string_view bytes) const { return peer_.write(bytes); }

  /// The next frame; nothing when the client has closed.
  [[nodiscard]] std::optional<http2_frame> read() const {
    const std::string head = peer_.read(9);
    if (head.size() != 9) return std::nullopt;
    const auto at = [&](std::size_t place) { return std::uint32_t{static_cast<unsigned char>(head[place])}; };
    http2_frame frame{static_cast<unsigned char>(at(3)), static_cast<unsigned char>(at(4)),
                      at(5) << 24 | at(6) << 16 | at(7) << 8 | at(8),
                      {}};
    const std::size_t size = at(0) << 16 | at(1) << 8 | at(2);
    frame.payload = peer_.read(size);
    if (frame.payload.size() != size) return std::nullopt;
    return frame;
  }

  /// The stream of the next whole request, with room made for its body as it comes; 0 when the client has closed.
  std::uint32_t read_request() {
    header_block.clear();
    body.clear();
    while (greeted_) {
      const auto frame = read();
      if (!frame) return 0;
      if (frame->type == http2_frame::settings && frame->flags == http2_frame::none)
        send({http2_frame::settings, http2_frame::ack, 0, {}});
      if (frame->type == http2_frame::headers) header_block += frame->payload;
      if (frame->type == http2_frame::data) {
        body += frame->payload;
        if (!frame->payload.empty())
          for (const std::uint32_t whom : {std::uint32_t{0}, frame->stream})
            send({http2_frame::window_update, 0, whom, http2_frame::number(frame->payload.size(), 4)});
      }
      if (frame->type <= http2_frame::headers && (frame->flags & http2_frame::end_stream) != 0) return frame->stream;
    }
    return 0;
  }

  void headers(std::uint32_t stream, fields what, unsigned char besides = http2_frame::none) const {
    send({http2_frame::headers, static_cast<unsigned char>(http2_frame::end_headers | besides), stream, block(what)});
  }
  void data(std::uint32_t stream, std::string text, unsigned char flags = http2_frame::none) const {
    send({http2_frame::data, flags, stream, std::move(text)});
  }
  void reset(std::uint32_t stream, http2_frame::error why) const {
    send({http2_frame::rst_stream, 0, stream, http2_frame::number(why, 4)});
  }
  void goaway(std::uint32_t last_stream, http2_frame::error why) const {
    send({http2_frame::goaway, 0, 0, http2_frame::number(last_stream, 4) + http2_frame::number(why, 4)});
  }

  [[nodiscard]] static std::string block(fields what) {
    std::string encoded;
    for (const auto& [name, value] : what) encoded += '\0' + text(name) + text(value);
    return encoded;
  }

 private:
  /// Length with a prefix of seven bits, then the text.
  static std::string text(std::string_view plain) {
    std::string encoded;
    std::size_t length = plain.size();
    if (length < 127) {
      encoded += static_cast<char>(length);
    } else {
      encoded += '\x7f';
      for (length -= 127; length >= 128; length >>= 7) encoded += static_cast<char>((length & 127) | 128);
      encoded += static_cast<char>(length);
    }
    return encoded.append(plain);
  }

  connection peer_;
  bool greeted_ = false;
};

}  // namespace sonde::tests
