// SPDX-License-Identifier: MIT
// A program with every entry header and every exporter, switched off: links and runs without their libraries (check_alone.py).
#include <map>
#include <string>

#include <sonde/adapters/cloudwatch.hpp>
#include <sonde/adapters/console.hpp>
#include <sonde/adapters/file.hpp>
#include <sonde/adapters/otlp.hpp>
#include <sonde/adapters/rollbar.hpp>
#include <sonde/adapters/trace_event.hpp>
#include <sonde/adapters/xray.hpp>
#include <sonde/adapters/xray/sampler.hpp>
#include <sonde/attributes.hpp>
#include <sonde/baggage.hpp>
#include <sonde/integrations/coroutine.hpp>
#include <sonde/integrations/throw_trace.hpp>
#include <sonde/log.hpp>
#include <sonde/propagation.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

struct part {
  int number = 7;
};

int main() {
  auto session = sonde::start({.service_name = "alone"}, sonde::otlp::exporter{}, sonde::xray::exporter{}, sonde::xray::sampler{},
                              sonde::rollbar::exporter{{.environment = "production"}},
                              sonde::cloudwatch::exporter{{.log_group = "cruddur"}}, sonde::file::exporter{},
                              sonde::trace_event::exporter{}, sonde::console::exporter{});
  sonde::span<"main", part> span;
  SONDE_SPAN();
  span.set_attribute<"text">("text");
  sonde::report_message("Hello World!");
  sonde::log::info("hello {}", span->number);
  std::map<std::string, std::string> headers;
  sonde::inject(headers);
  sonde::baggage_scope<"user.tier"> tier{"gold"};
  const auto incoming = sonde::extract(headers);
  return session.force_flush() && span->number == 7 && headers.empty() && !incoming.parent.valid() ? 0 : 1;
}
