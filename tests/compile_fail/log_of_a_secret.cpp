// expect: Cannot format an argument
// SPDX-License-Identifier: MIT
#include <string>

#include <sonde/log.hpp>
#include <sonde/sonde.hpp>

void control(const sonde::secret<std::string>& token) { sonde::log::info("token of {} bytes", token.reveal().size()); }

#ifdef SONDE_COMPILE_FAIL
void log_of_a_secret(const sonde::secret<std::string>& token) { sonde::log::info("token {}", token); }
#endif
