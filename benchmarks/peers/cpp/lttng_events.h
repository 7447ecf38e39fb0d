// SPDX-License-Identifier: MIT
// The events of lttng.cpp: LTTng knows no spans, so that each has one where it begins and one where it ends. LTTng's macros read
// this file several times, and ask for these names.
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER sonde_bench
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "lttng_events.h"

#if !defined(SONDE_BENCH_LTTNG_EVENTS) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define SONDE_BENCH_LTTNG_EVENTS

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(sonde_bench, begun, LTTNG_UST_TP_ARGS(const char*, name),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_string(name, name)))
LTTNG_UST_TRACEPOINT_EVENT(sonde_bench, ended, LTTNG_UST_TP_ARGS(), LTTNG_UST_TP_FIELDS())
LTTNG_UST_TRACEPOINT_EVENT(sonde_bench, ended_with_three, LTTNG_UST_TP_ARGS(long, count, int, cached, const char*, handle),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(long, count, count)
                                               lttng_ust_field_integer(int, cached, cached)
                                               lttng_ust_field_string(handle, handle)))

#endif

#include <lttng/tracepoint-event.h>
