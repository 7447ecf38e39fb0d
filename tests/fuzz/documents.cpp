// SPDX-License-Identifier: MIT
// libFuzzer over what backends, metadata services and people's files say: replies over HTTP and gRPC, sampling rules,
// credentials. A hostile one may say anything, but in no line of ours a secret, and nothing that a terminal would obey.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/cloudwatch/reply.hpp>
#include <sonde/adapters/otlp/grpc_verdict.hpp>
#include <sonde/adapters/otlp/http_verdict.hpp>
#include <sonde/adapters/rollbar/reply.hpp>
#include <sonde/adapters/xray/sampling/api.hpp>
#include <sonde/adapters/xray/sampling/rules_file.hpp>
#include <sonde/aws/cluster_name.hpp>
#include <sonde/aws/container_credentials.hpp>
#include <sonde/aws/instance_credentials.hpp>
#include <sonde/aws/instance_identity.hpp>
#include <sonde/aws/task_metadata.hpp>
#include <sonde/otlp/grpc_message.hpp>
#include <sonde/sampling/rule_book.hpp>

#include "fuzz/target.hpp"

namespace {

using namespace sonde;
using fuzz::verdict;

/// The parts of an input: status and outcome, the headers that are read, the body.
struct made_reply {
  transport::response response;
  explicit made_reply(std::string_view input, std::initializer_list<std::string_view> headers = {}) {
    fuzz::source from{input};
    constexpr int statuses[] = {200, 200, 202, 204, 302, 400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500, 502, 503, 504};
    response.outcome = from.below(8) == 7 ? transport::outcome::no_answer : transport::outcome::answered;
    response.status = statuses[from.below(std::size(statuses))];
    constexpr const char* types[] = {"", "application/x-protobuf", "application/json", "text/html"};
    response.content_type = types[from.below(std::size(types))];
    const std::string rest = fuzz::with_secrets(from.rest());
    const std::vector<std::string_view> parts = fuzz::parts_of(rest);
    response.body = parts[0];
    std::size_t next = 1;
    for (const std::string_view name : headers)
      if (next < parts.size()) response.headers.emplace_back(name, parts[next++]);
    if (next < parts.size()) response.retry_after = parts[next];
  }
};

bool is_fit(std::string_view sentence) { return fuzz::is_line(sentence) && !fuzz::tells_secret(sentence); }
bool is_wait(std::optional<std::chrono::milliseconds> wait) {
  return !wait || (wait->count() >= 0 && *wait <= std::chrono::hours{2 * 366 * 24});
}

// --- OTLP

const otlp::settings& otlp_settings() {
  static const otlp::settings made = [] {
    otlp::settings used;
    used.endpoint = transport::parse_url("http://localhost:4318/v1/traces").url;
    used.endpoint_source = "default";
    used.headers = {{"authorization", "Bearer " + std::string{fuzz::secret}}};
    used.headers_source = "from OTEL_EXPORTER_OTLP_HEADERS";
    return used;
  }();
  return made;
}
verdict judged(const pipeline::verdict& made) {
  if (!is_fit(made.sentence)) return "what a backend says is told in a line without secrets";
  if (made.sentence.size() > 1000) return "what a backend says is told in short";
  return is_wait(made.retry_after) ? nullptr : "nobody makes us wait for more than two years";
}
verdict of_http(std::string_view input) {
  return judged(otlp::http_verdict{otlp_settings()}.judge(made_reply{input}.response));
}
verdict of_grpc(std::string_view input) {
  const made_reply made{input, {"grpc-status", "grpc-message", "grpc-status-details-bin"}};
  return judged(otlp::grpc_verdict{otlp_settings()}.judge(made.response));
}

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to += static_cast<char>(value | 0x80);
  to += static_cast<char>(value);
}
void put_bytes(std::string& to, std::uint64_t field, std::string_view content) {
  put_varint(to, field << 3 | 2);
  put_varint(to, content.size());
  to += content;
}
/// Replies as a backend writes them are read back; whatever comes behind an unknown field is not lost.
verdict of_partial_success(std::string_view input) {
  static_cast<void>(otlp::read_partial_success(input));
  static_cast<void>(otlp::read_status_message(input));
  static_cast<void>(otlp::read_json_error(input));
  fuzz::source from{input};
  const std::uint64_t rejected = from.word() >> 1;
  const std::string_view message = from.rest();
  std::string inner, whole;
  put_varint(inner, 1 << 3);
  put_varint(inner, rejected);
  put_bytes(inner, 15, message);
  put_bytes(inner, 2, message);
  put_bytes(whole, 7, message);
  put_bytes(whole, 1, inner);
  const std::string framed = otlp::grpc_framed(whole, false);
  const otlp::partial_success read = otlp::read_partial_success(otlp::grpc_message_in(framed));
  if (read.rejected != rejected || read.message != message) return "a partial success is read as it was written";
  if (!otlp::grpc_message_in(std::string_view{framed}.substr(0, framed.size() - 1)).empty()) return "half a message is none";
  if (!fuzz::is_utf8(message)) return nullptr;
  const nlohmann::json said{{"partialSuccess", {{"rejectedSpans", std::to_string(rejected)}, {"errorMessage", message}}}};
  const otlp::json_partial_success in_json = otlp::read_json_partial_success(said.dump());
  return in_json.rejected == rejected && in_json.message == message
          ? nullptr : "a partial success in JSON is read as it was written";
}
verdict of_waits(std::string_view input) {
  if (!is_wait(transport::parse_retry_after(std::string{input}, 1'700'000'000))) return "Retry-After is between now and a year";
  return is_wait(otlp::read_retry_info(input)) ? nullptr : "RetryInfo is no time in the past, or for ever";
}
verdict of_excerpts(std::string_view input) {
  const std::string said = fuzz::with_secrets(input);
  const std::string line = transport::excerpt(said, otlp_settings().headers);
  if (line.size() > transport::longest_excerpt + 3 + 3) return "an excerpt is short";
  return is_fit(line) ? nullptr : "an excerpt is one line without secrets";
}

// --- Rollbar, CloudWatch

verdict of_rollbar(std::string_view input) {
  static const rollbar::settings used = [] {
    rollbar::settings made;
    made.token = fuzz::secret;
    made.url = transport::parse_url("https://api.rollbar.com/api/1/item/").url;
    return made;
  }();
  const made_reply made{input, {rollbar::remaining_seconds_header}};
  const rollbar::said said = rollbar::read_reply(made.response);
  if (said.stored && !said.understood) return "what is not understood is not stored";
  const std::chrono::seconds pause = rollbar::pause_of(made.response);
  if (pause.count() < 1 || pause.count() > 60) return "Rollbar is left alone for a second to a minute";
  return is_fit(rollbar::told_reply(used, made.response, said)) ? nullptr : "what Rollbar says is told in a line without secrets";
}
verdict of_cloudwatch(std::string_view input) {
  const made_reply made{input, {cloudwatch::error_type_header}};
  const cloudwatch::error_reply error = cloudwatch::read_error(made.response);
  if (!fuzz::is_line(error.name) || error.name.empty() || error.name.size() > 64) return "an error has a name";
  for (const std::uint64_t count : {0u, 1u, 5u, 10'000u}) {
    const cloudwatch::rejected_events rejected = cloudwatch::read_rejected(made.response.body, count);
    if (rejected.too_old > count || rejected.too_new > count || rejected.all() > count)
      return "no more is refused than there was";
  }
  return nullptr;
}

// --- sampling

void ask(const sampling::rule_book& book) {
  const trace_id id{{1}};
  static_cast<void>(book.decide({id, "GET /"}, 1'700'000'000, {}));
}
bool is_usable(const sampling::rule& rule) {
  return rule.fixed_rate >= 0 && rule.fixed_rate <= 1 && rule.reservoir_size <= 1'000'000'000;
}
verdict of_rules_files(std::string_view input) {
  const xray::local_rules read = xray::local_rules_reader{"rules.json"}.read(std::string{input});
  for (const sampling::rule& each : read.own)
    if (!is_usable(each)) return "a rule takes a share of 0 to 1";
  if (!is_usable(read.rest)) return "the default takes a share of 0 to 1";
  for (const std::string& each : read.complaints)
    if (!fuzz::is_line(each)) return "a complaint about rules is one line";
  if (!read.usable && (read.complaints.empty() || !read.own.empty())) return "what is not used is complained of";
  const sampling::rule_book book{{"shop", "*.example.com", "AWS::EC2::Instance"}, read.own, read.rest, std::chrono::hours{1}};
  ask(book);
  return nullptr;
}
verdict of_sampling_replies(std::string_view input) {
  const std::string body{input};
  const xray::rules_answer rules = xray::read_rules(body);
  for (const sampling::rule& each : rules.rules)
    if (!is_usable(each)) return "a rule of the account takes a share of 0 to 1";
  for (const std::string& each : rules.passed_over)
    if (!fuzz::is_line(each)) return "a rule that is passed over is told in one line";
  const xray::targets_answer targets = xray::read_targets(body);
  if (!rules.usable && !rules.rules.empty()) return "what is not usable has no rules";
  sampling::rule_book book{{"shop", "", ""}, {}, sampling::rules::usual_rest(), std::chrono::hours{1}};
  book.set_account_rules(rules.rules, {});
  const auto known = book.known_rules();
  for (const xray::named_target& each : targets.targets) {
    if (each.target.fixed_rate && !(*each.target.fixed_rate >= 0 && *each.target.fixed_rate <= 1))
      return "a target is a share of 0 to 1";
    if (each.interval && (*each.interval < 0 || *each.interval > 86'400)) return "a report is asked for within a day";
  }
  for (const xray::unprocessed_statistics& each : targets.unprocessed)
    if (!fuzz::is_line(each.error)) return "an error of a report is one line";
  ask(book);
  std::vector<xray::statistics_document> reported;
  for (const sampling::rule& each : rules.rules) reported.push_back({each.name, {}});
  if (!nlohmann::json::accept(xray::targets_question(reported, rules.next_token, 1)) ||
      !nlohmann::json::accept(xray::rules_question(rules.next_token)))
    return "what is asked is JSON";
  return nullptr;
}

// --- AWS

/// Step by step, as long as there is one, each with the same reply.
template <class Source>
verdict asked(Source source, const transport::response& reply) {
  std::string why;
  for (int step = 0; step < 3 && why.empty() && !source.complete(); ++step) {
    for (const auto& [name, value] : source.next_request().headers)
      if (!environment::is_header_value(value)) return "no header of a question has a line break";
    why = source.receive(reply);
  }
  return is_fit(why) ? nullptr : "what a metadata service says is told in a line without secrets";
}
verdict of_metadata(std::string_view input) {
  const made_reply made{input};
  environment::reader environment{{{"ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x"}}};
  if (const verdict broken = asked(aws::instance_identity_source{environment}, made.response)) return broken;
  return asked(aws::task_metadata_source{environment}, made.response);
}
verdict of_credentials(std::string_view input) {
  const made_reply made{input};
  const auto now = std::chrono::system_clock::time_point{std::chrono::seconds{1'700'000'000}};
  const aws::fetch_result read = aws::read_credential_reply(made.response, now);
  if (read.found && (!read.found->fault().empty() || !read.found->valid_at(now))) return "keys that are taken can be used";
  if (!read.found && read.complaint.empty()) return "where there are no keys, it is said why";
  if (!is_fit(read.complaint)) return "what a credential service says is told in a line without secrets";
  environment::reader environment{std::vector<environment::variable>{}};
  aws::instance_credentials instance{environment};
  for (int step = 0; step < 3; ++step) {
    const transport::request request = instance.next_request();
    if (!transport::parse_url(request.url)) return "a role's name makes a URL";
    for (const auto& [name, value] : request.headers)
      if (!environment::is_header_value(value)) return "no header of a question has a line break";
    const aws::fetch_result result = instance.receive(made.response, now);
    if (!is_fit(result.complaint)) return "what an instance says is told in a line without secrets";
    if (!result.complaint.empty() || result.found) break;
  }
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr fuzz::check checks[] = {of_http,        of_grpc,        of_partial_success,  of_waits,    of_excerpts,   of_rollbar,
                                    of_cloudwatch,  of_rules_files, of_sampling_replies, of_metadata, of_credentials};
  return fuzz::run(data, size, checks);
}
