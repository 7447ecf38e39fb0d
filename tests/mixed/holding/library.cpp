// SPDX-License-Identifier: MIT
#include "job.hpp"

int app::number_of(const job& which) { return which.number; }
int app::events_of(sonde::span<"job">& span) { return span.add_event<"asked">(), 1; }
