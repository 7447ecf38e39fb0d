// SPDX-License-Identifier: MIT
// Source of the expected values: OpenTelemetry specification, "OTLP exporter configuration" and "SDK environment variables".

#include <sonde/adapters/otlp/settings_reader.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/otlp/settled.hpp"

namespace {

using namespace std::chrono_literals;
namespace otlp = sonde::otlp;
using otlp::compression;
using otlp::protocol;
using otlp::signal;
using sonde::environment::pairs;
using sonde::tests::from_environment;
using sonde::tests::settle;
using sonde::tests::settled;
using sonde::tests::variables;

constexpr signal both_signals[] = {signal::traces, signal::logs};

/// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`
std::string exporter_variable(signal which, const std::string& name) {
  return "OTEL_EXPORTER_OTLP_" + std::string{which == signal::traces ? "TRACES_" : "LOGS_"} + name;
}
std::string word(signal which) { return which == signal::traces ? "traces" : "logs"; }

#define EXPECT_IN(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
#define EXPECT_NOT_IN(text, part) EXPECT_EQ((text).find(part), std::string::npos) << (text)

TEST(settings_reader, without_anything_said_has_the_defaults) {
  for (const signal which : both_signals) {
    const settled got = from_environment({}, which);
    EXPECT_TRUE(got.value.wanted);
    EXPECT_EQ(got.value.signal, which);
    EXPECT_EQ(got.value.protocol, protocol::http_protobuf);
    EXPECT_EQ(got.value.compression, compression::none);
    EXPECT_EQ(got.value.where(), "http://localhost:4318/v1/" + word(which) + " (default)");
    EXPECT_TRUE(got.value.headers.empty());
    EXPECT_EQ(got.value.certificate + got.value.client_certificate + got.value.client_key, "");
    EXPECT_EQ(got.value.limits.count, 512u);
    EXPECT_EQ(got.value.limits.bytes, std::size_t{4} << 20);
    EXPECT_EQ(got.value.limits.age, which == signal::traces ? 5000ms : 1000ms);
    EXPECT_EQ(got.value.limits.timeout, 10'000ms);
    EXPECT_EQ(got.value.limits.queue_count, UINT32_MAX);
    EXPECT_EQ(got.value.limits.queue_bytes, std::size_t{16} << 20) << "half for each signal";
    EXPECT_EQ(got.value.limits.concurrent, 4u);
    EXPECT_FALSE(got.value.aws);
    EXPECT_EQ(got.findings, "");
    EXPECT_EQ(got.refusal, "");
  }
}

/// One setting that has a variable for each signal and one for both.
struct setting_case {
  const char* name;  // of the variable, behind its prefix
  const char* wrong;  // a value in the other place, never to be seen
  const char* value;
  std::string (*read)(const otlp::settings&);
  const char* expected;
  const char* recorded;  // its name in the provenance
};
const setting_case each_setting[] = {
    {"ENDPOINT", "http://wrong:1/x", "http://right:2/y", [](const otlp::settings& of) { return of.endpoint.host; }, "right",
     "endpoint"},
    {"PROTOCOL", "http/json", "grpc", [](const otlp::settings& of) { return std::string{name_of(of.protocol)}; }, "grpc",
     "protocol"},
    {"COMPRESSION", "none", "gzip", [](const otlp::settings& of) { return std::string{name_of(of.compression)}; }, "gzip",
     "compression"},
    {"HEADERS", "a=wrong", "a=right", [](const otlp::settings& of) { return of.headers.at(0).second; }, "right", "headers"},
    {"TIMEOUT", "1111", "2222", [](const otlp::settings& of) { return std::to_string(of.limits.timeout.count()); }, "2222",
     "timeout"},
    {"CERTIFICATE", "wrong.pem", "right.pem", [](const otlp::settings& of) { return of.certificate; }, "right.pem",
     "certificate"},
    {"CLIENT_CERTIFICATE", "wrong.pem", "right.pem", [](const otlp::settings& of) { return of.client_certificate; },
     "right.pem", "client_certificate"},
    {"CLIENT_KEY", "wrong.pem", "right.pem", [](const otlp::settings& of) { return of.client_key; }, "right.pem",
     "client_key"},
};

TEST(settings_reader, takes_the_signals_variable_before_the_general_one) {
  for (const setting_case& each : each_setting)
    for (const signal which : both_signals) {
      const signal other = which == signal::traces ? signal::logs : signal::traces;
      const std::string own = exporter_variable(which, each.name);
      const std::string general = "OTEL_EXPORTER_OTLP_" + std::string{each.name};
      const std::string foreign = exporter_variable(other, each.name);

      const settled alone = from_environment({{general, each.value}, {foreign, each.wrong}}, which);
      EXPECT_EQ(each.read(alone.value), each.expected) << general;
      EXPECT_IN(alone.provenance, "otlp." + word(which) + "." + each.recorded + " = ");
      EXPECT_IN(alone.provenance, "(from " + general + ")\n");

      const settled over_general = from_environment({{general, each.wrong}, {own, each.value}}, which);
      EXPECT_EQ(each.read(over_general.value), each.expected) << own;
      EXPECT_IN(over_general.provenance, "(from " + own + ")\n");

      const settled own_is_empty = from_environment({{general, each.value}, {own, ""}}, which);
      EXPECT_EQ(each.read(own_is_empty.value), each.expected) << own << " is empty";
      EXPECT_EQ(alone.findings + over_general.findings, "");
    }
}

TEST(settings_reader, takes_empty_variables_for_unset_ones) {
  for (const signal which : both_signals) {
    variables all;
    for (const setting_case& each : each_setting) {
      all.push_back({exporter_variable(which, each.name), ""});
      all.push_back({"OTEL_EXPORTER_OTLP_" + std::string{each.name}, ""});
    }
    for (const char* name : {"INSECURE", "TRACES_INSECURE", "LOGS_INSECURE"})
      all.push_back({"OTEL_EXPORTER_OTLP_" + std::string{name}, ""});
    for (const char* name : {"TRACES_EXPORTER", "LOGS_EXPORTER", "BSP_SCHEDULE_DELAY", "BSP_EXPORT_TIMEOUT", "BSP_MAX_QUEUE_SIZE",
                             "BSP_MAX_EXPORT_BATCH_SIZE", "BLRP_SCHEDULE_DELAY", "BLRP_EXPORT_TIMEOUT",
                             "BLRP_MAX_QUEUE_SIZE", "BLRP_MAX_EXPORT_BATCH_SIZE"})
      all.push_back({"OTEL_" + std::string{name}, ""});
    EXPECT_EQ(from_environment(all, which).provenance, from_environment({}, which).provenance);
  }
}

TEST(settings_reader, takes_code_before_every_variable_and_the_signals_code_before_the_general_one) {
  variables all;
  for (const setting_case& each : each_setting)
    for (const signal which : both_signals) {
      all.push_back({exporter_variable(which, each.name), each.wrong});
      all.push_back({"OTEL_EXPORTER_OTLP_" + std::string{each.name}, each.wrong});
    }
  for (const signal which : both_signals) {
    otlp::config general{.endpoint = "http://code:9",
                         .protocol = protocol::http_json,
                         .headers = pairs{{"b", "code"}},
                         .compression = compression::gzip,
                         .timeout = 33ms,
                         .certificate = "c1",
                         .client_certificate = "c2",
                         .client_key = "c3"};
    const otlp::settings got = settle(general, all, which).value;
    EXPECT_EQ(got.where(), "http://code:9/v1/" + word(which) + " (set in code)");
    EXPECT_EQ(got.protocol, protocol::http_json);
    EXPECT_EQ(got.headers, (pairs{{"b", "code"}}));
    EXPECT_EQ(got.headers_source, "set in code");
    EXPECT_EQ(got.compression, compression::gzip);
    EXPECT_EQ(got.limits.timeout, 33ms);
    EXPECT_EQ(got.certificate + got.client_certificate + got.client_key, "c1c2c3");

    otlp::signal_config& specific = which == signal::traces ? general.traces : general.logs;
    specific = {.endpoint = "http://own:9/x?y=1",
                                                                 .protocol = protocol::grpc,
                                                                 .headers = pairs{{"d", "own"}},
                                                                 .compression = compression::none,
                                                                 .timeout = 44ms,
                                                                 .certificate = "d1",
                                                                 .client_certificate = "d2",
                                                                 .client_key = "d3"};
    const otlp::settings own = settle(general, all, which).value;
    EXPECT_EQ(own.endpoint.host, "own");
    EXPECT_EQ(own.protocol, protocol::grpc);
    EXPECT_EQ(own.headers, (pairs{{"d", "own"}}));
    EXPECT_EQ(own.compression, compression::none);
    EXPECT_EQ(own.limits.timeout, 44ms);
    EXPECT_EQ(own.certificate + own.client_certificate + own.client_key, "d1d2d3");
    const signal other = which == signal::traces ? signal::logs : signal::traces;
    EXPECT_EQ(settle(general, all, other).value.endpoint.host, "code") << "the other signal has its own";
  }
}

TEST(settings_reader, reads_names_of_protocols_and_compressions_in_any_case) {
  for (const auto& [text, expected] : {std::pair{"http/protobuf", protocol::http_protobuf}, {"HTTP/Protobuf",
      protocol::http_protobuf},
                                       {"http/json", protocol::http_json}, {"HTTP/JSON", protocol::http_json},
                                       {"grpc", protocol::grpc}, {" gRPC ", protocol::grpc}}) {
    const settled got = from_environment({{"OTEL_EXPORTER_OTLP_PROTOCOL", text}});
    EXPECT_EQ(got.value.protocol, expected) << text;
    EXPECT_EQ(got.findings, "");
  }
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_COMPRESSION", "GZip"}}).value.compression, compression::gzip);
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_COMPRESSION", "NONE"}}).value.compression, compression::none);
}

TEST(settings_reader, names_a_protocol_or_compression_it_does_not_know_and_looks_further) {
  const settled got = from_environment({{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http"}, {"OTEL_EXPORTER_OTLP_PROTOCOL",
      "http/json"},
                              {"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"}});
  EXPECT_EQ(got.value.protocol, protocol::http_json);
  EXPECT_EQ(got.value.compression, compression::none);
  EXPECT_IN(from_environment({{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http"}}).findings, "; using http/protobuf\n");
  EXPECT_IN(got.findings, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL='http' is not one of http/protobuf, http/json, grpc; using that of "
                          "OTEL_EXPORTER_OTLP_PROTOCOL\n");
  EXPECT_IN(got.findings, "OTEL_EXPORTER_OTLP_COMPRESSION='zstd' is not one of none, gzip; using none");
}

TEST(settings_reader, reads_numbers_or_says_what_is_used_instead) {
  for (const char* bad : {"soon", "10s", "1.5", "-1", "99999999999999999999", "0x10"}) {
    const settled got = from_environment({{"OTEL_EXPORTER_OTLP_TIMEOUT", bad}});
    EXPECT_EQ(got.value.limits.timeout, 10'000ms) << bad;
    EXPECT_IN(got.findings, "OTEL_EXPORTER_OTLP_TIMEOUT='" + std::string{bad} + "' is not ");
    EXPECT_IN(got.findings, "; using 10000\n");
  }
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_TIMEOUT", " 250 "}}).value.limits.timeout, 250ms);
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_TIMEOUT", "0"}}).value.limits.timeout, 0ms) << "no limit";
  const settled general = from_environment({{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "-5"}, {"OTEL_EXPORTER_OTLP_TIMEOUT", "250"}});
  EXPECT_EQ(general.value.limits.timeout, 250ms);
  EXPECT_IN(general.findings, "; using that of OTEL_EXPORTER_OTLP_TIMEOUT\n");
}

struct endpoint_case {
  const char* given;
  const char* general;  // where a request goes if it is the general form
  const char* own;      // if it is the signal's form
};

TEST(settings_reader, joins_a_general_endpoint_and_takes_the_signals_as_given) {
  for (const endpoint_case& each : {
           endpoint_case{"http://h:4318", "http://h:4318/v1/traces", "http://h:4318/"},
           {"http://h:4318/", "http://h:4318/v1/traces", "http://h:4318/"},
           {"http://h:4318/base", "http://h:4318/base/v1/traces", "http://h:4318/base"},
           {"http://h:4318/base/", "http://h:4318/base/v1/traces", "http://h:4318/base/"},
           {"http://h:4318//", "http://h:4318/v1/traces", "http://h:4318//"},
           {"http://h", "http://h/v1/traces", "http://h/"},
           {"https://h", "https://h/v1/traces", "https://h/"},
           {"HTTPS://H.example/", "https://H.example/v1/traces", "https://H.example/"},
           {"https://h:443", "https://h:443/v1/traces", "https://h:443/"},
           {"http://h:80/x?key=1", "http://h:80/x/v1/traces?key=1", "http://h:80/x?key=1"},
           {"http://h?key=1", "http://h/v1/traces?key=1", "http://h/?key=1"},
           {"http://[::1]:4318", "http://[::1]:4318/v1/traces", "http://[::1]:4318/"},
           {"http://[2001:db8::1]/a", "http://[2001:db8::1]/a/v1/traces", "http://[2001:db8::1]/a"},
           {"http://user:secret@h:1/", "http://user:secret@h:1/v1/traces", "http://user:secret@h:1/"},
           {" http://h:4318 ", "http://h:4318/v1/traces", "http://h:4318/"},
       }) {
    EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", each.given}}).value.endpoint.text(), each.general) << each.given;
    EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", each.given}}).value.endpoint.text(), each.own)
        << each.given;
    EXPECT_EQ(settle({.endpoint = each.given}).value.endpoint.text(), each.general) << each.given;
    EXPECT_EQ(settle({.traces = {.endpoint = each.given}}).value.endpoint.text(), each.own) << each.given;
  }
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318/base/"}}, signal::logs).value.endpoint.text(),
            "http://h:4318/base/v1/logs");
  const otlp::settings tls = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://h"}}).value;
  const otlp::settings plain = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"}}).value;
  EXPECT_EQ(tls.endpoint.port, 443);
  EXPECT_EQ(plain.endpoint.port, 80);
}

TEST(settings_reader, never_shows_what_may_be_secret_in_an_endpoint) {
  const settled got = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:hunter2@h:4318/?key=hunter3"}});
  EXPECT_EQ(got.value.where(), "http://REDACTED:REDACTED@h:4318/v1/traces?… (from OTEL_EXPORTER_OTLP_ENDPOINT)");
  EXPECT_NOT_IN(got.provenance, "hunter");
}

TEST(settings_reader, for_grpc_takes_host_and_port_alone) {
  struct grpc_case {
    const char* given;
    const char* insecure;  // null: not set
    const char* expected;
  };
  for (const grpc_case& each : {grpc_case{"h:4317", nullptr, "https://h:4317/"},
                                {"h:4317", "true", "http://h:4317/"},
                                {"h:4317", "TRUE", "http://h:4317/"},
                                {"h:4317", "false", "https://h:4317/"},
                                {"h:4317", "", "https://h:4317/"},
                                {"h:4317", "yes", "https://h:4317/"},
                                {"h", nullptr, "https://h/"},
                                {"h", "true", "http://h/"},
                                {"[::1]:4317", "true", "http://[::1]:4317/"},
                                {"http://h:4317", "false", "http://h:4317/"},
                                {"http://h:4317", nullptr, "http://h:4317/"},
                                {"https://h:4317", "true", "https://h:4317/"},
                                {"https://h", nullptr, "https://h/"},
                                {"http://h:4317/v1/traces", nullptr, "http://h:4317/"},
                                {"http://h:4317/a/b?c=d", nullptr, "http://h:4317/"}}) {
    for (const std::string part : {"", "TRACES_"}) {
      variables given{{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_" + part + "ENDPOINT", each.given}};
      if (each.insecure != nullptr) given.push_back({"OTEL_EXPORTER_OTLP_" + part + "INSECURE", each.insecure});
      const settled got = from_environment(given);
      EXPECT_EQ(got.value.endpoint.text(), each.expected) << each.given << ' ' << (each.insecure ? each.insecure : "(unset)");
      EXPECT_EQ(got.value.endpoint_source, "from OTEL_EXPORTER_OTLP_" + part + "ENDPOINT");
      EXPECT_EQ(got.findings, each.insecure != nullptr && each.insecure == std::string{"yes"}
                                  ? "OTEL_EXPORTER_OTLP_" + part + "INSECURE='yes' is neither true nor false; using false\n"
                                  : "");
    }
  }
  const otlp::settings tls = from_environment({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_ENDPOINT",
      "https://h"}}).value;
  EXPECT_EQ(tls.endpoint.port, 443);
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}}).value.where(), "http://localhost:4317/ (default)");
}

TEST(settings_reader, lets_code_and_the_signals_variable_say_what_is_insecure) {
  const variables general{{"OTEL_EXPORTER_OTLP_INSECURE", "true"}};
  const variables both{{"OTEL_EXPORTER_OTLP_INSECURE", "true"}, {"OTEL_EXPORTER_OTLP_TRACES_INSECURE", "false"}};
  otlp::config config{.endpoint = "h:4317", .protocol = protocol::grpc};
  EXPECT_EQ(settle(config, general).value.endpoint.scheme, "http");
  EXPECT_EQ(settle(config, both).value.endpoint.scheme, "https");
  EXPECT_EQ(settle(config, both, signal::logs).value.endpoint.scheme, "http");
  config.insecure = true;
  EXPECT_EQ(settle(config, both).value.endpoint.scheme, "http");
  config.traces.insecure = false;
  EXPECT_EQ(settle(config, general).value.endpoint.scheme, "https");
  EXPECT_EQ(settle(config, general, signal::logs).value.endpoint.scheme, "http");
}

TEST(settings_reader, names_an_endpoint_that_is_none_and_looks_further) {
  const settled got = from_environment({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost:4318"},
      {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:1"}});
  EXPECT_EQ(got.value.where(), "http://h:1/v1/traces (from OTEL_EXPORTER_OTLP_ENDPOINT)");
  EXPECT_EQ(got.findings, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'localhost:4318' has no scheme: write http://localhost:4318; "
                          "not used\n");
  for (const char* bad : {"ftp://h", "http://", "http://h:0", "http://h:65536", "http://h:x", "http://h h", "http://h/#x",
      "   "}) {
    const settled none = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", bad}});
    EXPECT_EQ(none.value.where(), "http://localhost:4318/v1/traces (default)") << bad;
    EXPECT_IN(none.findings, "OTEL_EXPORTER_OTLP_ENDPOINT: '");
    EXPECT_NE(settle({.endpoint = bad}).refusal, "") << bad;
  }
}

TEST(settings_reader, remarks_that_an_endpoint_has_the_path_twice) {
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:1/v1/traces"}}).findings,
            "the OTLP endpoint http://h:1/v1/traces (from OTEL_EXPORTER_OTLP_ENDPOINT) gets /v1/traces appended though it "
            "ends in it; set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT instead\n");
  EXPECT_IN(settle({.endpoint = "http://h:1/v1/logs"}, {}, signal::logs).findings, "set logs.endpoint instead");
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://h:1/v1/traces"}}).findings, "");
}

TEST(settings_reader, remarks_a_port_that_belongs_to_the_other_protocol) {
  const settled http = from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4317"}});
  EXPECT_EQ(http.value.endpoint.port, 4317) << "said, not changed";
  EXPECT_EQ(http.findings,
            "the OTLP endpoint h:4317 (from OTEL_EXPORTER_OTLP_ENDPOINT) has port 4317, where backends take "
            "grpc, but the protocol is http/protobuf: set OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or use port 4318\n");
  const settled grpc = from_environment({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_ENDPOINT",
      "http://h:4318"}});
  EXPECT_EQ(grpc.findings,
            "the OTLP endpoint h:4318 (from OTEL_EXPORTER_OTLP_ENDPOINT) has port 4318, where backends take "
            "http/protobuf, but the protocol is grpc: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, or use port 4317\n");
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, {"OTEL_EXPORTER_OTLP_ENDPOINT",
      "http://h:4317"}}).findings, "");
  EXPECT_EQ(from_environment({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318"}}).findings, "");
}

TEST(settings_reader, keeps_the_headers_that_can_be_kept) {
  const settled got = from_environment({{"OTEL_EXPORTER_OTLP_HEADERS", "a=b=c, d = e%2Cf ,=x,g"}});
  EXPECT_EQ(got.value.headers, (pairs{{"a", "b=c"}, {"d", "e,f"}}));
  EXPECT_EQ(got.value.headers_source, "from OTEL_EXPORTER_OTLP_HEADERS");
  EXPECT_IN(got.findings, "OTEL_EXPORTER_OTLP_HEADERS: member 3 ");
  EXPECT_IN(got.findings, "has no name before '='; skipped");
  EXPECT_IN(got.findings, "OTEL_EXPORTER_OTLP_HEADERS: member 4 ");
  EXPECT_IN(got.findings, "has no '='; skipped");
}

TEST(settings_reader, decodes_headers_without_letting_one_break_out) {
  const settled got = from_environment({{"OTEL_EXPORTER_OTLP_HEADERS", "a=1+1%20x,b=%0d%0ac: d,e=%2,f=%zz,g=caf%C3%A9"}});
  EXPECT_EQ(got.value.headers, (pairs{{"a", "1+1 x"}, {"g", "caf\xC3\xA9"}}));
  EXPECT_IN(got.findings, "(b) has a line break in its value");
  EXPECT_IN(got.findings, "(e) has a '%' without two hex digits after it");
  EXPECT_IN(got.findings, "(f) has a '%' without two hex digits after it");
}

TEST(settings_reader, shows_no_key) {
  const settled got = from_environment({{"OTEL_EXPORTER_OTLP_HEADERS",
      "x-honeycomb-team=abcdefghijklmnopqrstuvwxyz,short=hunter2"}});
  EXPECT_IN(got.provenance, "otlp.traces.headers = x-honeycomb-team: abcd…, short: (set) (from OTEL_EXPORTER_OTLP_HEADERS)");
  EXPECT_NOT_IN(got.provenance, "abcde");
  EXPECT_NOT_IN(got.provenance, "hunter2");
}

TEST(settings_reader, refuses_headers_in_code_that_cannot_be_sent) {
  const auto refusal = [](std::string name, std::string value) {
    return settle({.headers = pairs{{std::move(name), std::move(value)}}}).refusal;
  };
  EXPECT_EQ(refusal("x-team", "${HONEYCOMB_API_KEY}"),
      "the OTLP header x-team has the value '${HONEYCOMB_API_KEY}', which nobody substituted");
  EXPECT_EQ(refusal("x-team", " "), "the OTLP header x-team is empty");
  EXPECT_EQ(refusal("x-team", "a\r\nb: c"), "the OTLP header x-team has a line break in its value");
  EXPECT_EQ(refusal("x-team", std::string{"a\0b", 3}), "the OTLP header x-team has a line break in its value");
  EXPECT_EQ(refusal("x team", "a"), "the OTLP header x team has a name that no header may have");
  EXPECT_EQ(refusal("", "a"), "the OTLP header  has a name that no header may have");
  EXPECT_EQ(refusal("x-team", "a"), "");
}

TEST(settings_reader, switches_a_signal_off) {
  for (const signal which : both_signals) {
    const std::string name = which == signal::traces ? "OTEL_TRACES_EXPORTER" : "OTEL_LOGS_EXPORTER";
    const std::string other = which == signal::traces ? "OTEL_LOGS_EXPORTER" : "OTEL_TRACES_EXPORTER";
    for (const char* off : {"none", "None", " none ", "otlp,none"}) EXPECT_FALSE(from_environment({{name, off}},
        which).value.wanted) << off;
    for (const char* on : {"otlp", "OTLP", "otlp,console", ""}) {
      EXPECT_TRUE(from_environment({{name, on}}, which).value.wanted) << on;
      EXPECT_EQ(from_environment({{name, on}}, which).findings, "");
    }
    EXPECT_TRUE(from_environment({{other, "none"}}, which).value.wanted);
    const settled console = from_environment({{name, "console"}}, which);
    EXPECT_TRUE(console.value.wanted);
    EXPECT_EQ(console.findings, name + "='console' is ignored: exporters are named in code; only `none` switches this one off\n");

    otlp::config config;
    (which == signal::traces ? config.traces : config.logs).enabled = true;
    EXPECT_TRUE(settle(config, {{name, "none"}}, which).value.wanted) << "code wins";
    (which == signal::traces ? config.traces : config.logs).enabled = false;
    EXPECT_FALSE(settle(config, {{name, "otlp"}}, which).value.wanted) << "code wins";
    EXPECT_IN(from_environment({{name, "none"}}, which).provenance, "otlp." + word(which) + ".enabled = false (from " +
        name + ")");
    EXPECT_IN(settle(config, {}, which).provenance, "otlp." + word(which) + ".enabled = false (set in code)");
  }
}

TEST(settings_reader, asks_nothing_more_of_a_signal_that_is_off) {
  const settled got = settle({.endpoint = "nonsense", .headers = pairs{{"x", ""}}}, {{"OTEL_TRACES_EXPORTER", "none"},
                             {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "soon"}});
  EXPECT_EQ(got.refusal, "");
  EXPECT_EQ(got.findings, "");
}

TEST(settings_reader, reads_the_variables_of_the_batch_processors) {
  const variables all{{"OTEL_BSP_SCHEDULE_DELAY", "111"},  {"OTEL_BSP_MAX_QUEUE_SIZE", "1000"},
      {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100"},
                      {"OTEL_BLRP_SCHEDULE_DELAY", "222"}, {"OTEL_BLRP_MAX_QUEUE_SIZE", "2000"},
                          {"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "200"},
                      {"OTEL_BSP_EXPORT_TIMEOUT", "3000"}, {"OTEL_BLRP_EXPORT_TIMEOUT", "4000"}};
  for (const signal which : both_signals) {
    const bool traces = which == signal::traces;
    const settled got = from_environment(all, which);
    EXPECT_EQ(got.value.limits.age, traces ? 111ms : 222ms);
    EXPECT_EQ(got.value.limits.queue_count, traces ? 1000u : 2000u);
    EXPECT_EQ(got.value.limits.count, traces ? 100u : 200u);
    EXPECT_EQ(got.value.limits.timeout, traces ? 3000ms : 4000ms);
    const std::string prefix = traces ? "OTEL_BSP_" : "OTEL_BLRP_";
    for (const auto& [setting, variable] : {std::pair{"batch_age", "SCHEDULE_DELAY"}, {"queue_count", "MAX_QUEUE_SIZE"},
                                            {"batch_count", "MAX_EXPORT_BATCH_SIZE"}, {"export_timeout", "EXPORT_TIMEOUT"}}) {
      EXPECT_IN(got.provenance, "otlp." + word(which) + "." + setting + " = ");
      EXPECT_IN(got.provenance, "(from " + prefix + variable + ")");
    }
    otlp::config config{.timeout = 55ms, .batch_age = 66ms, .batch_count = 77, .queue_count = 88};
    const otlp::settings code = settle(config, all, which).value;
    EXPECT_EQ(code.limits.timeout, 55ms);
    EXPECT_EQ(code.limits.age, 66ms);
    EXPECT_EQ(code.limits.count, 77u);
    EXPECT_EQ(code.limits.queue_count, 88u);
    (traces ? config.traces : config.logs) = {.timeout = 5ms, .batch_age = 6ms, .batch_count = 7, .queue_count = 8};
    const otlp::settings own = settle(config, all, which).value;
    EXPECT_EQ(own.limits.timeout, 5ms);
    EXPECT_EQ(own.limits.age, 6ms);
    EXPECT_EQ(own.limits.count, 7u);
    EXPECT_EQ(own.limits.queue_count, 8u);
  }
}

TEST(settings_reader, lets_the_shorter_of_both_timeouts_count) {
  const auto timeout = [](const char* otlp, const char* processor) {
    return from_environment({{"OTEL_EXPORTER_OTLP_TIMEOUT", otlp}, {"OTEL_BSP_EXPORT_TIMEOUT", processor}}).value.limits.timeout;
  };
  EXPECT_EQ(timeout("", ""), 10'000ms);
  EXPECT_EQ(timeout("50", "20"), 20ms);
  EXPECT_EQ(timeout("20", "50"), 20ms);
  EXPECT_EQ(timeout("0", "50"), 50ms) << "0 is no limit";
  EXPECT_EQ(timeout("50", "0"), 50ms) << "0 is no limit";
  EXPECT_EQ(timeout("0", "0"), 0ms);
  EXPECT_EQ(timeout("", "60000"), 10'000ms);
  EXPECT_EQ(settle({.timeout = 60s}, {{"OTEL_BSP_EXPORT_TIMEOUT", "20"}}).value.limits.timeout, 60s) << "code wins";
}

TEST(settings_reader, says_which_default_stands_in_for_a_bad_number) {
  for (const signal which : both_signals) {
    const std::string prefix = which == signal::traces ? "OTEL_BSP_" : "OTEL_BLRP_";
    const settled got = from_environment({{prefix + "SCHEDULE_DELAY", "x"}, {prefix + "EXPORT_TIMEOUT", "x"},
                                {prefix + "MAX_QUEUE_SIZE", "0"}, {prefix + "MAX_EXPORT_BATCH_SIZE", "-3"}}, which);
    EXPECT_IN(got.findings, prefix + "SCHEDULE_DELAY='x' is not a whole number of milliseconds; using " +
                                (which == signal::traces ? "5000\n" : "1000\n"));
    EXPECT_IN(got.findings, prefix + "EXPORT_TIMEOUT='x' is not a whole number of milliseconds; using 30000\n");
    EXPECT_IN(got.findings, prefix + "MAX_QUEUE_SIZE='0' is not between 1 and 4294967295; using the bound in bytes\n");
    EXPECT_IN(got.findings, prefix + "MAX_EXPORT_BATCH_SIZE='-3' is not between 1 and 4294967295; using 512\n");
    EXPECT_EQ(got.value.limits.count, 512u);
    EXPECT_EQ(got.value.limits.queue_count, UINT32_MAX);
  }
}

TEST(settings_reader, makes_no_batch_larger_than_the_queue_or_smaller_than_one) {
  EXPECT_EQ(from_environment({{"OTEL_BSP_MAX_QUEUE_SIZE", "10"}}).value.limits.count, 10u);
  EXPECT_EQ(settle({.batch_count = 100, .queue_count = 5}).value.limits.count, 5u);
  EXPECT_EQ(settle({.batch_count = 0}).value.limits.count, 1u);
  const otlp::settings none = settle({.queue_count = 0}).value;
  EXPECT_EQ(none.limits.count, 1u);
  EXPECT_EQ(none.limits.queue_count, 1u) << "a queue without a place would lose everything";
  EXPECT_EQ(settle({.concurrent_requests = 0}).value.limits.concurrent, 1u);
  EXPECT_EQ(settle({.batch_bytes = 1000}).value.limits.bytes, 1000u);
  EXPECT_EQ(settle({.batch_bytes = std::size_t{1} << 30}).value.limits.bytes, std::size_t{8} << 20) << "half of what may wait";
  EXPECT_EQ(settle({}, {}, signal::logs, 1000).value.limits.queue_bytes, 500u);
  EXPECT_EQ(settle({}, {}, signal::logs, 1000).value.limits.bytes, 250u);
}

}  // namespace
