// expect: sonde: text is needed here (a string, a view or a literal)
// SPDX-License-Identifier: MIT
#include <string>

#include <sonde/sonde.hpp>

void control(const sonde::secret<std::string>& token) { sonde::report_message(token.reveal().empty() ? "no token" : "a token"); }

#ifdef SONDE_COMPILE_FAIL
void report_of_a_secret(const sonde::secret<std::string>& token) { sonde::report_message(token); }
#endif
