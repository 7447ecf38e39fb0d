// SPDX-License-Identifier: MIT
// libFuzzer over what is read when a program starts: environment variables and the grammars in them, addresses, patterns,
// and the files of the system and of the AWS CLI.

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/cloudwatch/settings_reader.hpp>
#include <sonde/adapters/otlp/settings_reader.hpp>
#include <sonde/adapters/rollbar/settings_reader.hpp>
#include <sonde/adapters/xray/daemon_address.hpp>
#include <sonde/aws/container_credentials.hpp>
#include <sonde/aws/environment_credentials.hpp>
#include <sonde/aws/ini.hpp>
#include <sonde/aws/instance_metadata.hpp>
#include <sonde/environment/near_miss.hpp>
#include <sonde/pipeline/limits.hpp>
#include <sonde/pipeline/log_level.hpp>
#include <sonde/resource/container.hpp>
#include <sonde/resource/from_environment.hpp>
#include <sonde/resource/host.hpp>
#include <sonde/resource/os.hpp>
#include <sonde/resource/process.hpp>
#include <sonde/sampling/from_environment.hpp>
#include <sonde/sampling/glob.hpp>

#include "fuzz/target.hpp"

namespace {

using namespace sonde;
using fuzz::verdict;
using environment::same_ignoring_case;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

// --- the small grammars

std::string percent_encoded(std::string_view text) {
  std::string made;
  for (const char c : text) {
    constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    plain ? made += c : ((made += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return made;
}
verdict of_values(std::string_view input) {
  if (environment::percent_decoded(percent_encoded(input)) != input) return "what is percent-encoded is decoded to what it was";
  const std::string_view bare = environment::trimmed(input);
  if (environment::trimmed(bare) != bare) return "trimming twice changes nothing";
  std::int64_t whole = 7;
  switch (environment::parse_number(input, whole)) {
    case environment::number_error::none: {
      std::int64_t again = 0;
      if (environment::parse_number(environment::written(whole), again) != environment::number_error::none || again != whole)
        return "a number is read as it was written";
      break;
    }
    default:
      if (whole != 7) return "what is no number changes nothing";
  }
  double real = 0;
  if (environment::parse_number(input, real) == environment::number_error::none && real == real) {
    double again = 0;
    if (environment::parse_number(environment::written(real), again) != environment::number_error::none || again != real)
      return "a real number is read as it was written";
  }
  const std::string shown = environment::masked(input);
  if (input.size() >= 8 && shown.find(input) != shown.npos && input != "(empty)") return "no secret is shown whole";
  return nullptr;
}

verdict of_pairs(std::string_view input) {
  for (const auto kind : {environment::pair_kind::headers, environment::pair_kind::attributes}) {
    const environment::parsed_pairs read = environment::parse_key_values(input, kind);
    const bool headers = kind == environment::pair_kind::headers;
    std::string written;
    for (const auto& [key, value] : read.members) {
      if (headers && (!environment::is_header_name(key) || !environment::is_header_value(value)))
        return "headers have names and values that HTTP allows";
      const auto same = [&, &of = key](const auto& other) {
        return headers ? same_ignoring_case(other.first, of) : other.first == of;
      };
      if (std::count_if(read.members.begin(), read.members.end(), same) != 1) return "each key comes once";
      if (!headers && environment::trimmed(key).empty()) return nullptr;  // a blank that was percent-encoded
      (((written += headers ? key : percent_encoded(key)) += '=') += percent_encoded(value)) += ',';
      if (headers && value.empty()) return "no header is empty";
    }
    if (!headers && !read.complaints.empty() && !read.members.empty()) return "one bad attribute discards all";
    for (const std::string& complaint : read.complaints)
      if (has_control(complaint)) return "a complaint is one line";
    const environment::parsed_pairs again = environment::parse_key_values(written, kind);
    if (again.members != read.members || !again.complaints.empty()) return "pairs are read as they were written";
  }
  return nullptr;
}

// --- variables

/// `secret`: nothing of their values may be shown.
struct known_variable {
  const char* name;
  bool secret = false;
};
constexpr known_variable variables[] = {
    {"OTEL_EXPORTER_OTLP_HEADERS", true}, {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", true}, {"OTEL_EXPORTER_OTLP_ENDPOINT"},
    {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}, {"OTEL_EXPORTER_OTLP_PROTOCOL"}, {"OTEL_EXPORTER_OTLP_COMPRESSION"},
    {"OTEL_EXPORTER_OTLP_TIMEOUT"}, {"OTEL_TRACES_EXPORTER"}, {"OTEL_BSP_MAX_QUEUE_SIZE"}, {"OTEL_BSP_SCHEDULE_DELAY"},
    {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE"}, {"HONEYCOMB_API_KEY", true}, {"HONEYCOMB_DATASET"}, {"OTEL_TRACES_SAMPLER"},
    {"OTEL_TRACES_SAMPLER_ARG"}, {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"}, {"OTEL_ATTRIBUTE_COUNT_LIMIT"},
    {"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"}, {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"}, {"OTEL_SPAN_EVENT_COUNT_LIMIT"},
    {"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"}, {"OTEL_RESOURCE_ATTRIBUTES"}, {"SONDE_RESOURCE_DETECTORS"},
    {"ROLLBAR_ACCESS_TOKEN", true}, {"ROLLBAR_ENDPOINT"}, {"ROLLBAR_ENVIRONMENT"}, {"AWS_ACCESS_KEY_ID", true},
    {"AWS_SECRET_ACCESS_KEY", true}, {"AWS_SESSION_TOKEN", true}, {"AWS_CREDENTIAL_EXPIRATION"}, {"AWS_REGION"},
    {"AWS_ENDPOINT_URL"}, {"AWS_XRAY_DAEMON_ADDRESS"}, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", true}, {"AWS_EC2_METADATA_DISABLED"},
    {"AWS_EC2_METADATA_SERVICE_ENDPOINT"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"}, {"OTEL_LOG_LEVEL"},
};

/// A member without '=' is masked whole; in front of it stands a name, which is shown.
std::string secret_value(std::string_view plain) {
  std::string made;
  bool in_value = plain.find('=') == plain.npos;
  const bool refers = plain.find('$') != plain.npos;  // the name of a variable is no secret
  for (const char c : plain) {
    if (c == '=') in_value = true;
    if (c == ',') in_value = plain.find('=') == plain.npos;
    if (c != fuzz::secret_mark)
      made += c;
    else if (in_value && !refers)
      made += fuzz::secret;
  }
  return made;
}

/// Each part is a variable: its first byte chooses the name, the rest is the value.
verdict of_variables(std::string_view input) {
  std::vector<environment::variable> set;
  for (const std::string_view part : fuzz::parts_of(input)) {
    if (part.empty()) continue;
    const known_variable& chosen = variables[static_cast<unsigned char>(part[0]) % std::size(variables)];
    std::string value = chosen.secret ? secret_value(part.substr(1)) : std::string{part.substr(1)};
    value.resize(std::strlen(value.c_str()));  // no variable has a NUL
    set.push_back({chosen.name, std::move(value)});
  }
  environment::reader reader{set};
  environment::provenance settings;
  resource::resource who;
  who.set_text("service.name", "shop");
  const record::span_limits limits = pipeline::span_limits_from(reader);
  static_cast<void>(pipeline::log_limits_from(reader));
  static_cast<void>(sampling::from_environment(reader));
  static_cast<void>(resource::detectors_from(reader));
  static_cast<void>(reader.key_values("OTEL_RESOURCE_ATTRIBUTES", environment::pair_kind::attributes));
  environment::report_near_misses(reader);

  std::string said;
  const auto listen = [&](std::string_view sentence) { (said += sentence) += '\n'; };
  pipeline::setup at_start{who, limits, reader, settings, std::size_t{32} << 20};
  const auto attempt = [&](const auto& read) {
    try {
      read();
    } catch (const pipeline::setup_error& error) {
      listen(error.what());
    }
  };
  attempt([&] {
    const otlp::config given{};
    for (const auto signal : {otlp::signal::traces, otlp::signal::logs}) {
      const otlp::settings made = otlp::settings_reader{given, signal, at_start}.read();
      listen(made.where());
    }
  });
  attempt([&] { static_cast<void>(rollbar::settings_reader{{}, at_start}.read()); });
  attempt([&] {
    static_cast<void>(cloudwatch::settings_reader{{.log_group = "shop"}, aws::shared_profile{}, at_start}.read());
  });
  const aws::credential_lookup keys = aws::environment_credentials(reader);
  listen(keys.refusal);
  if (keys.found && !keys.found->fault().empty()) return "keys that are taken have no fault";
  const aws::container_credentials container{reader};
  listen(container.refusal());
  if (container.configured() && container.refusal().empty()) {
    std::string complaint;
    const auto request = container.next_request(complaint);
    listen(complaint);
    if (request)
      for (const auto& [name, value] : request->headers)
        if (!environment::is_header_value(value)) return "no header has a line break";
  }
  const aws::instance_metadata metadata{reader};
  listen(metadata.refusal());
  listen(metadata.who());
  const xray::settled_daemon_address daemon = xray::find_daemon_address({}, reader);
  listen(daemon.refusal);
  for (const environment::finding& each : reader.findings()) listen(each.sentence);
  for (const environment::setting& each : settings.settings()) listen(each.sentence());
  if (fuzz::tells_secret(said)) return "no sentence tells a secret";
  std::replace(said.begin(), said.end(), '\n', ' ');
  for (const environment::finding& each : reader.findings())
    if (has_control(each.sentence)) return "a finding is one line";
  return has_control(said) ? "every sentence is one line" : nullptr;
}

verdict of_names(std::string_view input) {
  const std::vector<std::string_view> parts = fuzz::parts_of(input);
  const std::string_view one = parts[0];
  const std::string_view other = parts.back();
  const std::size_t distance = environment::edit_distance(one, other);
  if (distance != environment::edit_distance(other, one)) return "two names are as far from each other both ways";
  if (one.size() < 64 && other.size() < 64 && (distance == 0) != (one == other))
    return "equal names have no distance, others have";
  const std::string_view meant = environment::meant_by(one);
  if (!meant.empty() && (!environment::is_known_name(meant) || environment::is_known_name(one)))
    return "what is meant is known, what was written is not";
  return nullptr;
}

// --- addresses

verdict of_urls(std::string_view input) {
  const transport::parsed_url read = transport::parse_url(input);
  if (!read) {
    if (has_control(read.error)) return "an error is one line";
    const std::size_t at = input.substr(0, input.find_first_of("?#")).rfind('@');
    if (at != input.npos && !read.error.starts_with("'…@"))
      return "what stands before an '@' is not shown";
    return nullptr;
  }
  if (has_control(read.url.text()) || read.url.text().find(' ') != std::string::npos) return "a URL has no blank";
  const transport::parsed_url again = transport::parse_url(read.url.text());
  if (!again || again.url.text() != read.url.text() || again.url.host != read.url.host || again.url.port != read.url.port)
    return "a URL is read as it was written";
  if (!read.url.userinfo.empty() && !read.url.shown().starts_with(read.url.scheme + "://REDACTED:REDACTED@"))
    return "no user name is shown";
  if (!read.url.query.empty() && !read.url.shown().ends_with("?…")) return "no query is shown";
  if (!transport::parse_url(transport::join_path(read.url, "v1/traces").text())) return "a path can be appended to a URL";
  const transport::parsed_url metadata = aws::parse_metadata_url(input, "X");
  if (metadata && metadata.url.scheme != "https" && !transport::is_loopback(metadata.url.host) &&
      std::none_of(std::begin(aws::metadata_addresses), std::end(aws::metadata_addresses),
                   [&](std::string_view address) { return same_ignoring_case(metadata.url.host, address); }))
    return "keys are fetched in the clear only where AWS says";
  if (const auto meant = aws::endpoint_of(read.url); meant && !aws::is_region_name(meant->region))
    return "an endpoint of AWS is in a region";
  return nullptr;
}
verdict of_daemon(std::string_view input) {
  const auto read = xray::parse_daemon_address(input);
  if (!read) return nullptr;
  if (read->udp.port == 0 || read->tcp.port == 0 || read->udp.host.empty() || has_control(read->udp.host + read->tcp.host))
    return "an address has a host and a port";
  const auto again = xray::parse_daemon_address("udp:" + read->udp.shown() + " tcp:" + read->tcp.shown());
  return again && *again == *read ? nullptr : "an address is read as it was written";
}

// --- patterns

/// By the definition, over code points, in quadratic time.
bool matches(std::string_view pattern, std::string_view text) {
  std::vector<std::string> points;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    continues && !points.empty() ? points.back() += c : points.emplace_back(1, c);
  }
  // `reached[i]`: the pattern so far stands for the first i bytes
  std::vector<bool> reached(text.size() + 1), next(text.size() + 1);
  std::vector<std::size_t> after(text.size() + 1);  // of the character that begins at a byte, or goes on there
  for (std::size_t at = 0; at < text.size(); ++at) {
    after[at] = at + 1;
    while (after[at] < text.size() && (static_cast<unsigned char>(text[after[at]]) & 0xC0) == 0x80) ++after[at];
  }
  reached[0] = true;
  for (const char c : pattern) {
    std::fill(next.begin(), next.end(), false);
    for (std::size_t at = 0; at <= text.size(); ++at) {
      if (!reached[at]) continue;
      if (c == '*') {
        for (std::size_t end = at; next[end] = true, end < text.size(); end = after[end]) {}
      } else if (at < text.size() && c == '?') {
        next[after[at]] = true;
      } else if (at < text.size() && environment::upper(c) == environment::upper(text[at])) {
        next[at + 1] = true;
      }
    }
    std::swap(reached, next);
  }
  return reached[text.size()];
}
verdict of_globs(std::string_view input) {
  const std::vector<std::string_view> parts = fuzz::parts_of(input);
  if (parts.size() != 2 || parts[0].size() > 200 || !fuzz::is_utf8(parts[0]) || !fuzz::is_utf8(parts[1])) {
    static_cast<void>(sampling::matches_glob(parts[0], parts.back()));
    return nullptr;
  }
  return sampling::matches_glob(parts[0], parts[1]) == matches(parts[0], parts[1]) ? nullptr
                                                                                    : "a pattern means what its definition says";
}
verdict of_stream_names(std::string_view input) {
  const std::vector<std::string_view> parts = fuzz::parts_of(input);
  resource::resource who;
  who.set_text("service.name", std::string{parts.back()});
  cloudwatch::stream_name name;
  if (!name.parse(parts[0], who).empty()) return nullptr;
  const std::string made = name.at(1'700'000'000'000'000'000);
  if (made.empty() || made.size() > 512 || !fuzz::is_line(made)) return "a stream's name is one line of 1 to 512 bytes";
  return made.find_first_of(":*") == made.npos ? nullptr : "no stream's name has ':' or '*'";
}

// --- files

std::string written(const std::string& value) {
  std::string made;
  for (const char c : value) (made += c) += c == '\n' ? "\t" : "";
  return made;
}
verdict of_profiles(std::string_view input) {
  const aws::parsed_ini read = aws::parse_ini(input);
  if (!read.error.empty())
    return read.sections.empty() && !has_control(read.error.substr(0, 5)) ? nullptr : "a broken file says nothing";
  std::string text;
  const auto write = [&](const std::string& name, const aws::ini_options& options) {
    text += '[' + name + "]\n";
    for (const auto& [option, value] : options) {
      if (option[0] == '[' || option[0] == '#' || option[0] == ';') return false;
      text += option + '=' + written(value) + '\n';
    }
    return true;
  };
  bool plain = read.defaults.empty() || write("DEFAULT", read.defaults);
  for (const aws::ini_section& each : read.sections) {
    plain = plain && write(each.name, each.options);
    static_cast<void>(aws::profile_of_section(each.name));
  }
  if (!plain) return nullptr;
  const aws::parsed_ini again = aws::parse_ini(text);
  if (!again.error.empty() || again.sections.size() != read.sections.size() || again.defaults != read.defaults)
    return "a file is read as it was written";
  for (std::size_t i = 0; i < read.sections.size(); ++i)
    if (again.sections[i].name != read.sections[i].name || again.sections[i].options != read.sections[i].options)
      return "a section is read as it was written";
  return nullptr;
}
verdict of_times(std::string_view input) {
  const auto read = aws::parse_expiration(input);
  if (!read) return nullptr;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(*read);
  if (seconds < -86'400 || seconds > 7'289'740'799) return "a time lies between 1970 and 2200";
  std::tm parts{};
  if (input.size() == 20 && (input[19] == 'Z' || input[19] == 'z') && input.substr(0, 4) < "2200") {
    std::string plain{input.substr(0, 19)};
    plain[10] = 'T';
    const char* const end = strptime(plain.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr || timegm(&parts) != seconds) return "a time is the one that the C library reads";
  }
  return nullptr;
}
verdict of_system_files(std::string_view input) {
  const auto is_id = [](std::string_view id) {
    return id.empty() || (id.size() == 64 && id.find_first_not_of("0123456789abcdef") == id.npos);
  };
  if (!is_id(resource::container_id_in_cgroup(input)) || !is_id(resource::container_id_in_mounts(input)))
    return "a container's id has 64 digits";
  if (const std::string id = resource::machine_id(input); !id.empty() && id.size() != 32) return "a machine's id has 32 digits";
  if (resource::os_release_value(input, "NAME").find('\n') != std::string::npos) return "a value of os-release is on one line";
  const std::string user = resource::user_in(input, 1000);
  return user.find_first_of(":\n") == user.npos ? nullptr : "a user's name ends at its colon";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr fuzz::check checks[] = {of_values,  of_pairs, of_variables,    of_names,    of_urls,  of_daemon,
                                    of_globs,   of_stream_names, of_profiles, of_times, of_system_files};
  return fuzz::run(data, size, checks);
}
