// SPDX-License-Identifier: MIT
#pragma once

// spdlog's lines as log records, with the ids of the span they were written in: a sink for its loggers, a logger to
// stand in front of asynchronous ones, flags for its patterns. From version 1.8 on; brings no fmt of its own beside
// spdlog's.

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <spdlog/common.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>

#include <sonde/log/write.hpp>
#include <sonde/sonde.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace spdlog {

/// A line may be logged at level off, which no logger stops: information, as spdlog's own sinks for syslog and systemd
/// have it.
[[nodiscard]] constexpr level to_sonde(::spdlog::level::level_enum severity) noexcept {
  const bool has_name = severity >= ::spdlog::level::trace && severity < ::spdlog::level::off;
  return has_name ? static_cast<level>(severity) : level::info;
}
[[nodiscard]] constexpr ::spdlog::level::level_enum to_spdlog(level severity) noexcept {
  return static_cast<::spdlog::level::level_enum>(severity);
}

/// Makes a log record of each line: its text without any pattern, level, logger's name and place in the source. The ids
/// are those of the span active on the thread that calls it, and so the time; behind an asynchronous logger that is the
/// thread of its pool, which is in no span: see `in_front_of`. Takes no lock, from however many threads it is called.
class sink final : public ::spdlog::sinks::sink {
 public:
  sink() { set_level(enabled ? to_spdlog(min_level) : ::spdlog::level::off); }

  void log([[maybe_unused]] const ::spdlog::details::log_msg& line) noexcept override {
    if constexpr (enabled) {
      const std::string_view text{line.payload.data(), line.payload.size()};
      const auto number = static_cast<std::uint32_t>(line.source.line);
      const record::call_site from{line.source.filename, number, line.source.funcname};
      // Source: Elastic Common Schema, "Log fields"; OpenTelemetry's conventions have no key for it.
      if (line.logger_name.size() != 0)
        sonde::log::write(to_sonde(line.level), text, from,
                          attr<"log.logger">(std::string_view{line.logger_name.data(), line.logger_name.size()}));
      else
        sonde::log::write(to_sonde(line.level), text, from);
    }
  }
  /// Records go out by themselves; the session's force_flush() waits for them.
  void flush() noexcept override {}
  /// Backends show time, level and name themselves. `spdlog::set_pattern` comes here too.
  void set_pattern(const std::string&) noexcept override {}
  void set_formatter(std::unique_ptr<::spdlog::formatter>) noexcept override {}
};

/// Where each line goes that a logger `in_front_of` another one gets: to that one, its time, place and level unchanged.
class hand_over final : public ::spdlog::sinks::sink {
 public:
  hand_over(std::shared_ptr<::spdlog::logger> behind, bool adds_ids)
      : behind_{std::move(behind)}, adds_ids_{adds_ids} {}

  void log(const ::spdlog::details::log_msg& line) override {
    const span_context active = adds_ids_ ? current_span().context() : span_context{};
    if (!active.valid()) return behind_->log(line.time, line.source, line.level, line.payload);
    const auto trace_id = active.trace_id.to_hex();
    const auto span_id = active.span_id.to_hex();
    std::string text;
    text.reserve(line.payload.size() + 70);
    text.append(line.payload.data(), line.payload.size());
    text.append(" trace_id=").append(trace_id.data(), trace_id.size());
    text.append(" span_id=").append(span_id.data(), span_id.size());
    behind_->log(line.time, line.source, line.level, text);
  }
  void flush() override { behind_->flush(); }
  void set_pattern(const std::string& pattern) override { behind_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<::spdlog::formatter> formatter) override {
    behind_->set_formatter(std::move(formatter));
  }

 private:
  std::shared_ptr<::spdlog::logger> behind_;
  bool adds_ids_;
};

/// Whether the ids of the span are put behind the text of each line. Source: OpenTelemetry specification, "Trace
/// Context in non-OTLP Log Formats".
enum class ids_in_text : bool { no, yes };

/// For an asynchronous logger: one of the same name and level, to be used in its place. It records each line on the
/// thread that writes it, inside the span, and hands it to `behind`, which should not have a `sink` too. The flags
/// below come too late for `behind`'s pattern: say ids_in_text::yes to see the ids there.
[[nodiscard]] inline std::shared_ptr<::spdlog::logger> in_front_of(std::shared_ptr<::spdlog::logger> behind,
                                                                   [[maybe_unused]] ids_in_text ids = ids_in_text::no) {
  if constexpr (enabled) {
    const std::string name = behind->name();
    const auto severity = behind->level();
    const ::spdlog::sinks_init_list sinks{std::make_shared<sink>(),
                                          std::make_shared<hand_over>(std::move(behind), ids == ids_in_text::yes)};
    auto made = std::make_shared<::spdlog::logger>(name, sinks);
    made->set_level(severity);
    return made;
  } else {
    return behind;
  }
}

/// Writes an id of the span active on the thread that formats the line; nothing where there is none. Widths such as
/// `%32*` and `%-32*` hold the column's place.
template <class Self>
class id_flag : public ::spdlog::custom_flag_formatter {
 public:
  void format(const ::spdlog::details::log_msg&, const std::tm&, ::spdlog::memory_buf_t& into) override {
    const span_context active = current_span().context();
    const auto digits = Self::id_of(active).to_hex();
    put({digits.data(), active.valid() ? digits.size() : 0}, into);
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Self>(); }

 private:
  /// spdlog leaves it to the flags of others to keep the width.
  void put(std::string_view text, ::spdlog::memory_buf_t& into) const {
    using side = ::spdlog::details::padding_info::pad_side;
    const std::size_t width = padinfo_.enabled() ? padinfo_.width_ : 0;
    if (padinfo_.enabled() && padinfo_.truncate_) text = text.substr(0, width);
    const std::size_t blanks = width > text.size() ? width - text.size() : 0;
    const std::size_t before = padinfo_.side_ == side::left ? blanks : padinfo_.side_ == side::center ? blanks / 2 : 0;
    for (std::size_t i = 0; i < before; ++i) into.push_back(' ');
    into.append(text.data(), text.data() + text.size());
    for (std::size_t i = before; i < blanks; ++i) into.push_back(' ');
  }
};

/// `formatter->add_flag<sonde::spdlog::trace_id_flag>('*')`, and then `%*` in its pattern.
class trace_id_flag final : public id_flag<trace_id_flag> {
 public:
  [[nodiscard]] static const trace_id& id_of(const span_context& active) noexcept { return active.trace_id; }
};
class span_id_flag final : public id_flag<span_id_flag> {
 public:
  [[nodiscard]] static const span_id& id_of(const span_context& active) noexcept { return active.span_id; }
};

}  // namespace spdlog
}  // namespace SONDE_ABI
}  // namespace sonde
