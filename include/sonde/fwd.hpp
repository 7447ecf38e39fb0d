// SPDX-License-Identifier: MIT
#pragma once

// Forward declarations, for headers that only mention sonde's types.

#include <sonde/abi.hpp>
#include <sonde/config.hpp>

namespace sonde {

struct trace_id;
struct span_id;
struct span_context;
struct session_config;
struct session_stats;
enum class kind : unsigned char;
enum class status : unsigned char;
enum class drop_reason : unsigned char;

inline namespace SONDE_ABI {

class scoped_span;
class basic_detached_span;

}  // namespace SONDE_ABI
}  // namespace sonde
