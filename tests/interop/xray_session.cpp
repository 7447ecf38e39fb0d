// SPDX-License-Identifier: MIT
// A session for X-Ray, and by OTLP too where OTEL_EXPORTER_OTLP_ENDPOINT says where to; its settings are in the environment. Told
// line by line on standard input what to record.
// Usage: interop_xray_session [<plugin>...]
//   same            the calls that xray_same_calls.py makes with AWS's SDK
//   lambda          those that it makes in AWS Lambda
//   everything      what everything.hpp has
//   calls           a query, calls to AWS and to a queue, an exception with its stack, one that leaves two spans
//   odd             names, keys and values that X-Ray does not take as they are
//   sized <bytes>   a segment with a text of so many bytes
//   wide <count>    a segment with so many subsegments
//   deep <levels>   subsegments within subsegments
//   spans <count>   so many segments, a subsegment in each
//   flush           sends what there is; says `flushed`
//   ledger          says what became of the spans, as JSON
// Each other order is answered with `recorded`. What the session says goes to standard error.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sonde/adapters/otlp.hpp>
#include <sonde/adapters/xray.hpp>
#include <sonde/propagation.hpp>
#include <sonde/propagation/environment_carrier.hpp>
#include <sonde/session.hpp>
#include <sonde/sonde.hpp>

#include "everything.hpp"

namespace {

template <class Span>
void ask(Span& span, int status, std::string_view path) {
  span.template set_attribute<"http.request.method">("GET");
  span.template set_attribute<"url.full">("http://api.example.com" + std::string{path});
  span.template set_attribute<"server.address">("api.example.com");
  span.template set_attribute<"http.response.status_code">(status);
}

void fail() {
  try {
    throw std::out_of_range{"no such handle"};
  } catch (...) {
    std::throw_with_nested(std::runtime_error{"cannot load"});
  }
}

void record_same() {
  sonde::span<"GET /cart"> request{sonde::kind::server};
  request.set_attribute<"http.request.method">("GET");
  request.set_attribute<"url.scheme">("http");
  request.set_attribute<"server.address">("shop.example.com");
  request.set_attribute<"url.path">("/cart");
  request.set_attribute<"user_agent.original">("curl/8.0");
  request.set_attribute<"client.address">("203.0.113.7");
  request.set_attribute<"http.response.status_code">(200);
  request.set_attribute<"http.response.body.size">(17);
  request.set_attribute<"user.id">("worf");
  request.put_annotation<"text">("h\xC3\xA9llo");
  request.put_annotation<"number">(42);
  request.put_annotation<"ratio">(0.5);
  request.put_annotation<"flag">(true);
  request.put_metadata<"count">(3);
  request.put_metadata<"now", "user_activities">(std::map<std::string, std::string>{{"handle", "worf"}, {"size", "3"}});
  request.put_metadata<"list", "user_activities">(std::vector<int>{1, 2, 3});
  {
    sonde::span<"outer"> outer;
    const sonde::span<"inner"> inner;
  }
  {
    sonde::span<"GET"> remote{sonde::kind::client};
    ask(remote, 503, "/stock");
  }
  {
    sonde::span<"GET"> throttled{sonde::kind::client};
    ask(throttled, 429, "/rates");
  }
  {
    sonde::span<"GET"> missing{sonde::kind::client};
    ask(missing, 404, "/nothing");
  }
  try {
    sonde::in_span<"failing">([] { fail(); });
  } catch (const std::exception&) {
  }
}

void record_in_lambda() {
  const sonde::span<"handler"> handler{sonde::kind::server, sonde::extract(sonde::propagation::environment_carrier{})};
  const sonde::span<"inner"> inner;
}

void record_calls() {
  using sonde::attr;
  sonde::span<"job"> job{sonde::kind::consumer};
  {
    sonde::span<"SELECT orders"> query{sonde::kind::client};
    query.set_attribute<"db.system.name">("postgresql");
    query.set_attribute<"db.namespace">("shop");
    query.set_attribute<"db.query.text">("SELECT * FROM orders WHERE id = ?");
    query.set_attribute<"db.user">("reader");
    query.set_attribute<"server.address">("db.example.com");
    query.set_attribute<"server.port">(5432);
  }
  {
    sonde::span<"DynamoDB.GetItem"> item{sonde::kind::client};
    item.set_attribute<"rpc.system.name">("aws-api");
    item.set_attribute<"rpc.method">("DynamoDB/GetItem");
    item.set_attribute<"cloud.region">("eu-west-1");
    item.set_attribute<"aws.request_id">("R1");
    item.set_attribute<"aws.dynamodb.table_names">(std::vector<std::string>{"orders"});
  }
  {
    sonde::span<"send orders"> message{sonde::kind::producer};
    message.set_attribute<"messaging.system">("rabbitmq");
    message.set_status(sonde::status::error, "the queue is full");
  }
  {
    sonde::span<"give up"> failed;
    failed.set_attribute<"nan">(std::nan(""));
    failed.set_attribute<"infinite">(-HUGE_VAL);
    failed.set_attribute<"map">(std::map<std::string, std::vector<double>>{{"a", {0.5, 1e300}}, {"b", {}}});
    failed.set_attribute<"text">("h\xC3\xA9llo \xE2\x80\xA8 \"x\" <&>");
    failed.set_status(sonde::status::error);
  }
  sonde::span<"load"> load;
  load.add_event<"exception">(attr<"exception.type">("std::runtime_error"), attr<"exception.message">("no such file"),
                              attr<"exception.stacktrace">(" 0# load(int) at /srv/shop/load.cpp:12\n 1# main in /srv/shop/shop"));
  try {
    sonde::in_span<"retry">([] { sonde::in_span<"attempt">([] { fail(); }); });
  } catch (const std::exception&) {
  }
}

/// Every two neighbours of what X-Ray takes and what it does not.
void record_odd() {
  for (const std::string_view name : {"emoji \xF0\x9F\x98\x80", "<script>alert(1)</script>", "tab\tline\nnul", "?;*()!$~^<>", "",
                                      "broken \xFF\xC2", "caf\xC3\xA9 \xE6\x97\xA5\xE6\x9C\xAC", "a_.:/%&#=+\\-@ b"}) {
    sonde::span<"segment"> segment;
    segment.update_name(name);
    sonde::span<"odd"> span;
    span.update_name(name);
    span.set_attribute<"text">(name);
    span.put_annotation<"text">(name);
  }
  sonde::span<"long"> longest;
  sonde::span<"long"> span;
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xE6\x97\xA5";
  span.update_name(wide);
  span.put_annotation<"wide">(wide + wide + wide + wide);
  span.set_attribute<"quoted \"key\" \\ \n">(1);
  span.set_attribute<"nan">(std::nan(""));
  span.set_attribute<"infinite">(-HUGE_VAL);
  span.set_attribute<"tiny">(5e-324);
  span.set_attribute<"numbers">(std::vector<double>{0.1, HUGE_VAL, std::nan("")});
  span.set_attribute<"control">(std::string_view{"\0\x01\x1F\x7F \xC2\x85 \xE2\x80\xA8", 11});
  span.put_metadata<"map", "space \"quoted\"">(std::map<std::string, double>{{"nan", std::nan("")}, {"\xFF", 1.0}, {"", 2.0}});
  span.put_annotation<"nan">(std::nan(""));
  span.put_annotation<"infinite">(HUGE_VAL);
}

void record_deep(int levels) {
  if (levels == 0) return;
  sonde::span<"level"> span;
  span.set_attribute<"levels_below">(levels - 1);
  record_deep(levels - 1);
}

void record(const std::string& what, int count) {
  if (what == "same") record_same();
  if (what == "lambda") record_in_lambda();
  if (what == "calls") record_calls();
  if (what == "everything") interop::record_everything();
  if (what == "odd") record_odd();
  if (what == "deep") record_deep(count);
  if (what == "sized") {
    sonde::span<"sized"> span;
    span.set_attribute<"text">(std::string(static_cast<std::size_t>(count), 'x'));
  }
  if (what == "wide") {
    const sonde::span<"wide"> segment;
    for (int i = 0; i < count; ++i) {
      sonde::span<"subsegment"> span;
      span.set_attribute<"number">(i);
    }
  }
  if (what == "spans")
    for (int i = 0; i < count; ++i) {
      const sonde::span<"segment"> segment;
      const sonde::span<"subsegment"> span;
    }
}

template <class... Others>
sonde::session start(const sonde::xray::config& config, Others... others) {
  return sonde::start({.service_name = "same-calls", .service_version = "1.2"}, sonde::xray::exporter{config},
                      std::move(others)...);
}

std::string ledger(const sonde::session& session) {
  const sonde::session_stats stats = session.stats();
  const auto& spans = stats.exporters.at(0).spans;
  nlohmann::json shown{{"taken", stats.spans.taken}, {"queued", spans.queued}, {"exported", spans.exported}, {"cut", spans.cut},
                       {"dropped", nlohmann::json::object()}};
  for (std::size_t i = 0; i < sonde::drop_reasons; ++i) {
    const auto why = static_cast<sonde::drop_reason>(i);
    if (spans.dropped[why] != 0) shown["dropped"][sonde::to_string(why)] = spans.dropped[why];
  }
  return shown.dump();
}

}  // namespace

int main(int count, char** arguments) {
  const std::map<std::string, sonde::xray::plugin> plugins{{"ec2", sonde::xray::plugin::ec2},
                                                           {"ecs", sonde::xray::plugin::ecs},
                                                           {"eks", sonde::xray::plugin::eks},
                                                           {"elastic_beanstalk", sonde::xray::plugin::elastic_beanstalk}};
  sonde::xray::config config;
  for (int i = 1; i < count; ++i) config.plugins.push_back(plugins.at(arguments[i]));
  const bool by_otlp = std::getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != nullptr;
  sonde::session session = by_otlp ? start(config, sonde::otlp::exporter{}) : start(config);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream order{line};
    std::string what;
    int number = 0;
    order >> what >> number;
    if (what == "flush") {
      std::cout << (session.force_flush(std::chrono::seconds{60}) ? "flushed" : "not flushed") << std::endl;
    } else if (what == "ledger") {
      std::cout << ledger(session) << std::endl;
    } else {
      record(what, number);
      std::cout << "recorded" << std::endl;
    }
  }
  const bool complete = session.shutdown(std::chrono::seconds{60});
  std::cout << ledger(session) << std::endl;
  return complete ? 0 : 1;
}
