// expect: sonde: a sonde::secret is not recorded
// SPDX-License-Identifier: MIT
#include <string>

#include <sonde/sonde.hpp>

void control(sonde::span<"name">& span, const sonde::secret<std::string>& token) {
  span.set_attribute<"token.size">(token.reveal().size());
}

#ifdef SONDE_COMPILE_FAIL
void value_secret(sonde::span<"name">& span, const sonde::secret<std::string>& token) { span.set_attribute<"token">(token); }
#endif
