// SPDX-License-Identifier: MIT
#pragma once

// A log record on its way into the ring: stamped with the active span's ids, made on the stack, published at once.

#include <cstddef>
#include <cstdint>

#include <sonde/config.hpp>
#include <sonde/record/attribute.hpp>
#include <sonde/record/publish.hpp>
#include <sonde/span/activation.hpp>

namespace sonde::record {

[[nodiscard, gnu::always_inline]] inline bool reaches_level(const recorder& mine, level severity) noexcept {
  return static_cast<std::uint8_t>(severity) >= __atomic_load_n(&mine.log_level, __ATOMIC_RELAXED);
}
/// Whether logs of this level are recorded, as far as a glance tells: whoever looks closer comes to `recorder_for`.
[[nodiscard, gnu::always_inline]] inline bool may_record(level severity) noexcept {
  const recorder* const mine = attached_recorder();
  return mine == nullptr || reaches_level(*mine, severity);
}
/// This thread's recorder; null where no session takes logs of this level.
[[nodiscard, gnu::always_inline]] inline recorder* recorder_for(level severity) noexcept {
  recorder* const mine = live_recorder<arrival::purpose::log>(severity);
  return mine != nullptr && reaches_level(*mine, severity) ? mine : nullptr;
}

/// All of a log's header but its first word: inside a recorded span, or anywhere.
[[gnu::always_inline]] inline void write_log_header(char* to, const struct header& within, level severity,
                                                    std::uint8_t flags = sampled) noexcept {
  const auto put = [to](std::size_t offset, std::uint64_t word) { __builtin_memcpy(to + offset, &word, sizeof word); };
  const std::uint64_t now = context::ticks();
  put(offsetof(struct header, start), now);
  put(offsetof(struct header, end), now);
  __builtin_memcpy(to + offsetof(struct header, span_id), &within.span_id, sizeof within.span_id);
  put(offsetof(struct header, parent_id), 0);
  __builtin_memcpy(to + offsetof(struct header, trace_id), &within.trace_id, sizeof within.trace_id);
  put(offsetof(struct header, location), tail_word(0, record_type::log, flags, static_cast<std::uint8_t>(severity)));
}
[[gnu::noinline]] inline void write_log_header(char* to, recorder& mine, level severity, std::uint8_t flags) noexcept {
  struct header within {};
  if (frame* const active = active_frame(mine)) {
    const span_context context = context_of(*active);
    within.span_id = context.span_id;
    within.trace_id = context.trace_id;
    if (context.sampled) flags |= sampled;
  }
  write_log_header(to, within, severity, flags);
}

/// No-op where `mine` is null. `description` is the id of what describes it, 0 where its text is put into it.
class log_record {
 public:
  log_record(recorder* mine, level severity, std::uint8_t flags = 0, std::uint32_t description = 0) noexcept
      : mine_{mine} {
    if (mine_ == nullptr) return;
    count(mine_->logs.started);
    frame_.set_head(head_word(description));
    write_log_header(reinterpret_cast<char*>(&frame_.header), *mine_, severity, flags);
  }
  log_record(const log_record&) = delete;
  log_record& operator=(const log_record&) = delete;
  ~log_record() {
    if (mine_ != nullptr && publish(*mine_, frame_, mine_->logs)) count(mine_->logs.written);
  }
  /// Null where nothing is recorded.
  [[nodiscard]] frame* target() noexcept { return mine_ != nullptr ? &frame_ : nullptr; }

 private:
  recorder* mine_;
  roomy_frame frame_;
};

}  // namespace sonde::record
