// SPDX-License-Identifier: MIT
#pragma once

// What an encoder makes requests of. Used by both encoders and by the adapters that own them.

namespace sonde::otlp {

enum class signal : unsigned char { traces, logs };

}  // namespace sonde::otlp
