// SPDX-License-Identifier: MIT
// libFuzzer over what keeps secrets and values out of what is recorded: SQL literals, URLs, texts for Rollbar; and over what
// proxies and clients say of a request.

#include <string>
#include <string_view>

#include <sonde/adapters/rollbar/scrubber.hpp>
#include <sonde/integrations/http/forwarded.hpp>
#include <sonde/integrations/http/redaction.hpp>
#include <sonde/integrations/http/url_parts.hpp>
#include <sonde/integrations/sql/query_summary.hpp>
#include <sonde/integrations/sql/query_text.hpp>
#include <sonde/transport/host_port.hpp>

#include "fuzz/target.hpp"

namespace {

using namespace sonde;
using fuzz::verdict;

bool is_within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// --- SQL

verdict of_queries(std::string_view input) {
  for (const std::size_t limit : {std::size_t{4096}, std::size_t{20}}) {
    const std::string text = sql::query_text(input, limit);
    if (text.size() > limit + sql::cut_mark.size()) return "a query's text is no longer than it may be";
    if (text.find('\'') != text.npos && input.find_first_of("\"`[") == input.npos) return "no text is left of a query's literals";
  }
  return sql::query_summary(input).size() <= sql::summary_reader::most_bytes ? nullptr : "a summary is short";
}
/// Whatever a literal holds, it is one `?`.
verdict of_literals(std::string_view input) {
  std::string quoted;
  for (const char c : input) quoted += c == '\'' ? "''" : std::string(1, c);
  const std::string before = "SELECT name FROM users WHERE id = ";
  if (sql::query_text(before + '\'' + quoted + "' AND x = :y") != before + "? AND x = :y") return "a literal is a `?`";
  if (sql::query_summary(before + '\'' + quoted + "' AND x = 1") != "SELECT users") return "no literal changes a summary";
  std::string comment;
  for (const char c : input) comment += c == '/' ? ' ' : c;
  return sql::query_text("SELECT /*" + comment + "*/ 1") == "SELECT ?" ? nullptr : "a comment is gone";
}

// --- requests

verdict of_targets(std::string_view input) {
  for (const http::url_parts& parts : {http::split_url(input), http::split_client_url(input)}) {
    for (const std::string_view part : {parts.scheme, parts.userinfo, parts.authority, parts.path, parts.query})
      if (!is_within(part, input)) return "a part of a URL is a part of it";
    const std::string shown = http::shown_url(parts);
    if (!parts.userinfo.empty() && shown.find("REDACTED:REDACTED@") == shown.npos) return "no user name of a URL is shown";
    const http::authority_parts host = http::split_authority(parts.authority);
    if (!is_within(host.host, input) || host.port < 0 || host.port > 65535) return "a port is one of 0 to 65535";
  }
  const auto address = transport::parse_host_port(input);
  if (address && transport::parse_host_port(address->shown()) != address) return "host and port are read as they were written";
  return nullptr;
}
/// What is put where secrets stand does not come out, whatever is around it.
verdict of_secret_urls(std::string_view input) {
  const std::vector<std::string_view> parts = fuzz::parts_of(input);
  const std::string before{parts[0]};
  const std::string behind{parts.back()};
  const std::string secret{fuzz::secret};
  if (before.find_first_of("#?/") == before.npos) {  // a user name ends there
    if (fuzz::tells_secret(http::shown_url(http::split_url("https://" + before + secret + "@h/" + behind))))
      return "no password is shown";
    if (fuzz::tells_secret(http::shown_url(http::split_client_url("https://" + before + ':' + secret + "@h/" + behind))))
      return "no client's password is shown";
  }
  return fuzz::tells_secret(http::shown_query(before + "&X-Amz-Signature=" + secret + '&' + behind))
          ? "no signature is shown" : nullptr;
}
verdict of_forwarded(std::string_view input) {
  const http::forwarded said = http::parse_forwarded(input);
  for (const std::string_view part : {said.client, said.scheme, said.host, http::first_member(input)})
    if (!is_within(part, input)) return "what a proxy says is a part of its header";
  return nullptr;
}

// --- Rollbar

const rollbar::scrubber& clean() {
  static const rollbar::scrubber one;
  return one;
}
std::string percent_encoded(std::string_view text) {
  std::string made;
  for (const char c : text) {
    constexpr char digits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    ((made += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return made;
}
verdict of_texts(std::string_view input) {
  const std::string text = clean().text(input);
  if (!fuzz::is_utf8(text)) return "a text is UTF-8";
  if (fuzz::is_utf8(input) && input.find('%') == input.npos && clean().text(text) != text)
    return "scrubbing twice changes nothing";
  if (!fuzz::is_utf8(clean().query(input)) || !fuzz::is_utf8(clean().header("X-A", input)))
    return "a query and a header are UTF-8";
  static_cast<void>(clean().address(input));
  return nullptr;
}
verdict of_secrets(std::string_view input) {
  const std::vector<std::string_view> parts = fuzz::parts_of(input);
  const std::string before{parts[0]};
  const std::string behind{parts.back()};
  const std::string secret{fuzz::secret};
  const auto leaks = [](const std::string& made) { return fuzz::tells_secret(made); };
  if (leaks(clean().query(before + "&token=" + secret + '&' + behind))) return "no parameter of a query leaks";
  if (leaks(clean().query("x=" + percent_encoded("https://u:" + secret + "@h/?token=" + secret) + '&' + behind)))
    return "no URL within a URL leaks";
  if (leaks(clean().text(before + " password=" + secret + ' ' + behind))) return "no assignment leaks";
  if (leaks(clean().text(before + " https://u:" + secret + "@h/ " + behind))) return "no URL in a text leaks";
  if (leaks(clean().text(before + " Bearer " + secret + ' ' + behind))) return "no bearer's key leaks";
  if (leaks(clean().text(before + " \"password\": \"" + secret + "\" " + behind)) && before.find_first_of("\"'`") == before.npos)
    return "no member of JSON leaks";
  return leaks(clean().header("Authorization", input.size() % 2 == 0 ? secret : before + secret)) ? "no header leaks" : nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr fuzz::check checks[] = {of_queries, of_literals, of_targets, of_secret_urls, of_forwarded, of_texts, of_secrets};
  return fuzz::run(data, size, checks);
}
