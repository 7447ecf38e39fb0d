// SPDX-License-Identifier: MIT
#pragma once

// What a span is to its neighbours, and how it ended: OpenTelemetry's SpanKind and Status codes with their wire numbers.

namespace sonde {

/// Source: opentelemetry-proto, Span.SpanKind.
enum class kind : unsigned char { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

/// Source: opentelemetry-proto, Status.StatusCode.
enum class status : unsigned char { unset = 0, ok = 1, error = 2 };

}  // namespace sonde
