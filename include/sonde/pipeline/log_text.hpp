// SPDX-License-Identifier: MIT
#pragma once

// The text of a log, by fmt, from the arguments that its thread copied into the record. One per reader of records; what
// it needs it keeps for the next, so that nothing is allocated.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <sonde/record/argument_kind.hpp>
#include <sonde/record/text_maker.hpp>

namespace sonde::pipeline {

class log_text final : public record::text_maker {
 public:
  [[nodiscard]] bool make(std::string_view format, record::entry_cursor entries,
                          std::string_view& text) noexcept override {
    try {
      if (text_.capacity() > largest_kept) text_ = text_buffer{};
      text_.clear();
      arguments_.clear();
      while (entries.next())
        if (entries.value().type == record::entry_type::argument)
          add(static_cast<record::argument_kind>(entries.id()), entries.value());
      fmt::vformat_to(fmt::appender{text_}, fmt::string_view{format.data(), format.size()},
                      fmt::format_args{arguments_.data(), static_cast<int>(arguments_.size())});
      if (text_.size() > record::max_payload) return false;
      text = {text_.data(), text_.size()};
      return true;
    } catch (...) {
      return false;
    }
  }

 private:
  static constexpr std::size_t largest_kept = std::size_t{1} << 20;

  /// Refuses what no text of a record needs: an argument may be the width that it is padded to, and ask for gigabytes.
  template <class T>
  struct bounded_allocator : std::allocator<T> {
    [[nodiscard]] T* allocate(std::size_t count) {
      if (count > 2 * record::max_payload) throw std::bad_alloc{};
      return std::allocator<T>::allocate(count);
    }
  };
  using text_buffer = fmt::basic_memory_buffer<char, fmt::inline_buffer_size, bounded_allocator<char>>;

  void add(record::argument_kind kind, const record::value_view& from) {
    using record::argument_kind;
    switch (kind) {
      case argument_kind::boolean: return hold(from.boolean());
      case argument_kind::character: return hold(static_cast<char>(from.word()));
      case argument_kind::integer: return hold(static_cast<long long>(from.integer()));
      case argument_kind::unsigned_integer: return hold(static_cast<unsigned long long>(from.word()));
      case argument_kind::single_real: return hold(__builtin_bit_cast(float, static_cast<std::uint32_t>(from.word())));
      case argument_kind::real: return hold(from.real());
      case argument_kind::pointer: return hold(reinterpret_cast<const void*>(from.word()));
      case argument_kind::text: return hold(fmt::string_view{from.data, from.size});
    }
  }
  template <class T>
  void hold(T value) {
    const auto store = fmt::make_format_args(value);
    arguments_.push_back(fmt::format_args{store}.get(0));
  }

  text_buffer text_;
  std::vector<fmt::basic_format_arg<fmt::format_context>> arguments_;
};

}  // namespace sonde::pipeline
