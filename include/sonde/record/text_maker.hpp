// SPDX-License-Identifier: MIT
#pragma once

// Makes the text of a log from its format and the arguments in its record, when that is read. record_reader.hpp asks for
// it, pipeline/log_text.hpp does it: no format library is known here.

#include <string_view>

#include <sonde/record/view.hpp>

namespace sonde::record {

class text_maker {
 public:
  text_maker() = default;
  text_maker(const text_maker&) = delete;
  text_maker& operator=(const text_maker&) = delete;
  virtual ~text_maker() = default;

  /// `text` is good until the next call. False, and `text` as it was, where the arguments do not suit the format, the
  /// text is longer than a record, or memory is short.
  [[nodiscard]] virtual bool make(std::string_view format, entry_cursor entries, std::string_view& text) noexcept = 0;
};

}  // namespace sonde::record
