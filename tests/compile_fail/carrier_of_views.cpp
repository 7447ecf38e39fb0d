// expect: sonde: this carrier would keep views of texts that are gone when inject returns: use one that owns its texts
// SPDX-License-Identifier: MIT
#include <sonde/propagation/inject.hpp>

#include <map>
#include <string>
#include <string_view>

void control(std::map<std::string, std::string>& headers) { sonde::propagation::inject(headers, {}, {}, nullptr); }

#ifdef SONDE_COMPILE_FAIL
void carrier_of_views(std::map<std::string_view, std::string_view>& headers) {
  sonde::propagation::inject(headers, {}, {}, nullptr);
}
#endif
