// SPDX-License-Identifier: MIT
#pragma once

// Marks a thread while it hands a line of sonde's own to the user's handler. Where that handler writes to a logging
// library whose lines are recorded (log/write.hpp), the line must not come back as a record, or a backend that fails
// would be kept busy by the news that it fails.

namespace sonde::record {

[[gnu::visibility("default"), gnu::tls_model("initial-exec")]]
inline constinit thread_local bool saying_own_words = false;

/// For as long as it lives, on this thread.
class own_words {
 public:
  own_words() noexcept : before_{saying_own_words} { saying_own_words = true; }
  own_words(const own_words&) = delete;
  own_words& operator=(const own_words&) = delete;
  ~own_words() { saying_own_words = before_; }

 private:
  bool before_;
};

}  // namespace sonde::record
