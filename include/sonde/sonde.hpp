// SPDX-License-Identifier: MIT
#pragma once

// The entry for instrumented code: spans, events, reports. Knows no adapter, no pipeline, no fmt, no Boost, no curl.

#include <sonde/config.hpp>
#include <sonde/log/report.hpp>
#include <sonde/span/macros.hpp>
#include <sonde/span/tracer.hpp>
#include <sonde/version.hpp>
