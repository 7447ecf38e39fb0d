// SPDX-License-Identifier: MIT
#pragma once

// A span around a request that a libcurl easy handle makes, whose trace goes out with it.

#include <string>
#include <string_view>
#include <type_traits>

#include <curl/curl.h>

#include <sonde/config.hpp>
#include <sonde/integrations/curl/header_list.hpp>
#include <sonde/integrations/http/client_span.hpp>

namespace sonde {

inline namespace SONDE_ABI {

namespace curl {

/// libcurl's name of the errors one meets; of others the number. Of low cardinality, for `error.type`.
[[nodiscard]] inline std::string error_name(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL: return "CURLE_UNSUPPORTED_PROTOCOL";
    case CURLE_URL_MALFORMAT: return "CURLE_URL_MALFORMAT";
    case CURLE_COULDNT_RESOLVE_PROXY: return "CURLE_COULDNT_RESOLVE_PROXY";
    case CURLE_COULDNT_RESOLVE_HOST: return "CURLE_COULDNT_RESOLVE_HOST";
    case CURLE_COULDNT_CONNECT: return "CURLE_COULDNT_CONNECT";
    case CURLE_WRITE_ERROR: return "CURLE_WRITE_ERROR";
    case CURLE_PARTIAL_FILE: return "CURLE_PARTIAL_FILE";
    case CURLE_OPERATION_TIMEDOUT: return "CURLE_OPERATION_TIMEDOUT";
    case CURLE_SSL_CONNECT_ERROR: return "CURLE_SSL_CONNECT_ERROR";
    case CURLE_PEER_FAILED_VERIFICATION: return "CURLE_PEER_FAILED_VERIFICATION";
    case CURLE_TOO_MANY_REDIRECTS: return "CURLE_TOO_MANY_REDIRECTS";
    case CURLE_GOT_NOTHING: return "CURLE_GOT_NOTHING";
    case CURLE_SEND_ERROR: return "CURLE_SEND_ERROR";
    case CURLE_RECV_ERROR: return "CURLE_RECV_ERROR";
    default: return "CURLE_" + std::to_string(static_cast<int>(code));
  }
}

/// CURLINFO_HTTP_VERSION in words; empty where unknown.
[[nodiscard]] constexpr std::string_view protocol_version(long version) noexcept {
  switch (version) {
    case CURL_HTTP_VERSION_1_0: return "1.0";
    case CURL_HTTP_VERSION_1_1: return "1.1";
    case CURL_HTTP_VERSION_2_0: return "2";
    case CURL_HTTP_VERSION_3: return "3";
    default: return {};
  }
}

class live_request {
 public:
  live_request(CURL* easy, const std::string& url, curl_slist* headers = nullptr, here<> at = here<>::captured())
      : easy_{easy}, users_headers_{headers}, sent_headers_{headers}, span_{at} {
    span_.set_url(url);
    span_.inject(sent_headers_);
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, sent_headers_.get());
  }
  live_request(const live_request&) = delete;
  live_request& operator=(const live_request&) = delete;
  ~live_request() { curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, users_headers_); }

  CURLcode perform() {
    span_.begin_attempt();
    const CURLcode code = curl_easy_perform(easy_);
    if (span_.is_recording()) {
      try {
        describe(code);
      } catch (...) {  // out of memory: the span says less
      }
    }
    return code;
  }

 private:
  void describe(CURLcode code) {
    if (const char* const method = text(CURLINFO_EFFECTIVE_METHOD)) span_.set_method(method);
    const auto status = static_cast<int>(number(CURLINFO_RESPONSE_CODE));
    span_.set_status(status);
    const std::string_view version = protocol_version(number(CURLINFO_HTTP_VERSION));
    if (status > 0 && !version.empty()) span_.set_protocol_version(version);
    if (const char* const address = text(CURLINFO_PRIMARY_IP); address != nullptr && *address != '\0')
      span_.set_peer(address, static_cast<int>(number(CURLINFO_PRIMARY_PORT)));
    if (code == CURLE_ABORTED_BY_CALLBACK)
      span_.cancel();
    else if (code == CURLE_OK)
      span_.set_answered();  // file:// has no status
    else if (code != CURLE_HTTP_RETURNED_ERROR)  // the status says the latter
      span_.fail(error_name(code), curl_easy_strerror(code));
  }
  [[nodiscard]] const char* text(CURLINFO which) const noexcept {
    char* found = nullptr;
    return curl_easy_getinfo(easy_, which, &found) == CURLE_OK ? found : nullptr;
  }
  [[nodiscard]] long number(CURLINFO which) const noexcept {
    long found = 0;
    return curl_easy_getinfo(easy_, which, &found) == CURLE_OK ? found : 0;
  }

  CURL* easy_;
  curl_slist* users_headers_;
  header_list sent_headers_;
  http::live_client_span span_;
};

/// No noexcept: it would add an exception table around functions of C.
class idle_request {
 public:
  [[gnu::always_inline]] idle_request(CURL* easy, const std::string& url, curl_slist* headers = nullptr) : easy_{easy} {
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers);
  }
  idle_request(const idle_request&) = delete;
  idle_request& operator=(const idle_request&) = delete;
  [[gnu::always_inline]] CURLcode perform() const { return curl_easy_perform(easy_); }

 private:
  CURL* easy_;
};

/// `sonde::curl::request users{easy, url}; users.perform();`. Sets the handle's URL, and its header list, which libcurl
/// would not give back: pass your own as `headers`. It stays yours, must outlive this, and is the handle's again
/// afterwards. Each further perform() is another attempt at the same request. All else, the method too, is said to the
/// handle as ever.
using request = std::conditional_t<enabled, live_request, idle_request>;

}  // namespace curl
}  // namespace SONDE_ABI
}  // namespace sonde
