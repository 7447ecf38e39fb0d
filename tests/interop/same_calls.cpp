// SPDX-License-Identifier: MIT
// Records what same_calls.py records, call by call; all settings are in the environment. Used by check_same_as_sdk.py.

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <sonde/adapters/otlp.hpp>
#include <sonde/log.hpp>
#include <sonde/propagation.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

struct OutOfStock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace {

using tracer = sonde::tracer<"shop", "1.0">;
using sonde::attr;

void load_order(const sonde::span_context& caller) {
  tracer::span<"load order"> span{sonde::kind::client};
  span.set_attribute<"db.system.name">("postgresql");
  span.set_attribute<"db.rows">(3);
  span.add_link(caller, attr<"why">("retry"), attr<"times">(2));
  sonde::log::debug("loading {}", 7);
  {
    tracer::span<"decode"> decoding;
    decoding.update_name(std::string{"decode json"});
    decoding.add_event<"decoded">(attr<"bytes">(1024), attr<"ratio">(0.5), attr<"whole">(true));
    decoding.add_event<"checked">();
  }
  span.set_status(sonde::status::error, "late");
  span.set_status(sonde::status::ok);
  span.set_status(sonde::status::error, "too late to say");
}

void charge() {
  try {
    tracer::in_span<"charge">([] { throw OutOfStock{"only 3 left"}; });
  } catch (const OutOfStock& error) {
    sonde::report_exception(error);
  }
}

void pass_on() {
  sonde::span_context sent;
  {
    tracer::span<"publish"> span{sonde::kind::producer};
    span.set_attribute<"messaging.destination.name">("orders");
    span.set_status(sonde::status::error, "broker away");
    sent = span.context();
  }
  tracer::span<"consume"> span{sonde::kind::consumer};
  span.add_link(sent);
  sonde::log::critical("no broker");
}

void answer_request() {
  const std::map<std::string, std::string> headers{
      {"traceparent", "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01"}, {"tracestate", "vendor=1"}};
  const auto incoming = sonde::extract(headers);
  const sonde::propagation_scope travelling{incoming};
  tracer::span<"GET /orders/:id"> span{sonde::kind::server, incoming};
  span.set_attribute<"http.request.method">("GET");
  span.set_attribute<"http.response.status_code">(500);
  span.set_attribute<"app.ratio">(0.25);
  span.set_attribute<"app.cached">(false);
  span.set_attribute<"app.least">(std::numeric_limits<std::int64_t>::min());
  span.set_attribute<"app.empty">("");
  span.set_attribute<"app.text">("h\xC3\xA9llo \xE2\x80\xA8 \"x\"");
  span.set_attribute<"app.tags">(std::vector<std::string>{"a", "b"});
  span.set_attribute<"app.sizes">(std::vector<int>{1, -2});
  span.set_attribute<"app.weights">(std::vector<double>{0.5, 1.5});
  span.set_attribute<"app.flags">(std::vector<bool>{true, false});
  span.set_attribute<"app.nothing">(std::vector<std::string>{});
  span.set_attribute<"app.tries">(1);
  span.set_attribute<"app.tries">(2);
  span.add_event<"cache.miss">(attr<"key">("order:7"), attr<"size">(3));
  sonde::log::info("order {} asked for", 7, attr<"app.tries">(2), attr<"app.ratio">(0.25), attr<"app.cached">(false),
                   attr<"app.user">("andrew"));
  load_order(incoming.parent);
  charge();
  pass_on();
  sonde::log::warning("slow");
  sonde::log::error("500");
}

}  // namespace

int main() {
  sonde::session session = sonde::start({}, sonde::otlp::exporter{});
  answer_request();
  { const tracer::span<"tick"> span; }
  sonde::log::info("apart from any span");
  return session.shutdown(std::chrono::seconds{60}) ? 0 : 1;
}
