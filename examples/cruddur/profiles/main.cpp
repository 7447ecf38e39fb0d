// SPDX-License-Identifier: MIT
// The service behind cruddur: who is who. A process of its own, so that the traces of requests cross from one to the other.

#include <algorithm>
#include <array>
#include <string_view>

#include <httplib.h>

#include <sonde/integrations/httplib.hpp>
#include <sonde/sonde.hpp>

#include "../ledger.hpp"
#include "../recording.hpp"
#include "../serving.hpp"

namespace {

struct profile {
  std::string_view handle;
  std::string_view display_name;
  std::string_view bio;
};

constexpr std::array profiles{
    profile{"andrewbrown", "Andrew Brown", "Teaches clouds."},
    profile{"worf", "Worf, son of Mogh", "Prefers prune juice."},
    profile{"garek", "Garak", "A simple tailor."},
};

const profile* find(std::string_view handle) {
  SONDE_SPAN();
  const auto* const found = std::find_if(profiles.begin(), profiles.end(), [&](const profile& each) { return each.handle == handle; });
  return found != profiles.end() ? found : nullptr;
}

void add_routes(sonde::httplib::server& server) {
  server.Get(R"(/api/profiles/@([A-Za-z0-9_]+))", "/api/profiles/@handle",
             [](const httplib::Request& asked, httplib::Response& answer) {
               const profile* const found = find(asked.matches[1].str());
               if (found == nullptr) {
                 answer.status = 404;
                 return;
               }
               cruddur::reply(answer, {{"handle", found->handle}, {"display_name", found->display_name}, {"bio", found->bio}});
             });
  cruddur::answer_errors(server);
}

}  // namespace

int main() {
  const cruddur::stop_signals stop;
  sonde::session session = cruddur::start_recording("cruddur-profiles");
  sonde::httplib::server server{{.excluded_routes = {"/ledger"}, .access_log = true}};
  cruddur::add_ledger(server, session);
  add_routes(server);
  const int code = cruddur::serve("cruddur-profiles", server, stop);
  cruddur::finish(session);
  return code;
}
