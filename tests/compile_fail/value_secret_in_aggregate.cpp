// expect: sonde: a sonde::secret is not recorded
// SPDX-License-Identifier: MIT
#include <string>

#include <sonde/attributes.hpp>
#include <sonde/sonde.hpp>

struct login {
  std::string user;
  int attempts = 0;
};
struct careless_login {
  std::string user;
  sonde::secret<std::string> password;
};

void control(const login& made) { sonde::current_span().set_attribute<"login">(made); }

#ifdef SONDE_COMPILE_FAIL
void value_secret_in_aggregate(const careless_login& made) { sonde::current_span().set_attribute<"login">(made); }
#endif
