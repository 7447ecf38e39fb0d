// SPDX-License-Identifier: MIT
#pragma once

// How a request ended, kept until it is sure: an exception may still be answered, an attempt repeated. Used by the
// spans of servers and clients.

#include <cstddef>
#include <string>
#include <string_view>

#include <sonde/encoding/decimal.hpp>
#include <sonde/semconv/error.hpp>
#include <sonde/semconv/http.hpp>
#include <sonde/sonde.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace http {

struct outcome {
  int status = 0;             // 0: no response
  bool cancelled = false;     // by the program itself: no error
  std::string error_type{};   // of an error that is no status
  std::string description{};  // of that; the reason of a status needs no words

  void fail(std::string_view type, std::string_view what) noexcept {
    try {
      error_type = type;
      description = what;
    } catch (...) {  // out of memory
    }
  }
  void take_handled_exception() noexcept {
    record::describe_handled_exception([this](const record::described_exception& what) noexcept {
      fail({what.type.data, what.type.size}, {what.message.data, what.message.size});
    });
    if (error_type.empty()) fail(semconv::error::type_values::other, description);
  }

  template <class Span>
  void put(Span& span, bool failed) const noexcept {
    if (status > 0) span.template set_attribute<semconv::http::response_status_code>(status);
    if (!failed) return;
    char digits[encoding::max_integer_size];
    if (!error_type.empty()) {
      span.template set_attribute<semconv::error::type>(error_type);
    } else if (status > 0) {
      const auto size = static_cast<std::size_t>(encoding::put_integer(digits, status) - digits);
      span.template set_attribute<semconv::error::type>(std::string_view{digits, size});
    }
    if (description.empty())
      span.set_status(sonde::status::error);
    else
      span.set_status(sonde::status::error, description);
  }
};

}  // namespace http
}  // namespace SONDE_ABI
}  // namespace sonde
