// SPDX-License-Identifier: MIT
#pragma once

// The entry for logging: `sonde::log::info("home activities for {}", handle)`. Needs fmt; knows no adapter.

#include <sonde/config.hpp>
#include <sonde/log/log.hpp>
