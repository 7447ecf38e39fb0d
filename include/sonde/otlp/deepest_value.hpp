// SPDX-License-Identifier: MIT
#pragma once

// How deep values may nest in what we send. Used by both encoders.

namespace sonde::otlp {

/// Arrays and maps within each other; deeper values are left empty. Source: OpenTelemetry specification, "Attribute Limits".
inline constexpr int deepest_value = 64;

}  // namespace sonde::otlp
