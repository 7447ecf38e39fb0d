// SPDX-License-Identifier: MIT
#pragma once

// Says in plain words why libcurl gave up: who did not do what. Used by exchange.hpp.

#include <cerrno>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include <sonde/transport/request.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::transport {

/// What is known of a failed transfer.
struct curl_failure {
  CURLcode code = CURLE_OK;
  long system_error = 0;      // CURLINFO_OS_ERRNO
  bool connected = false;     // a connection (TLS included) was there
  std::string_view detail{};  // CURLOPT_ERRORBUFFER; may be empty
};

/// One sentence for people, without a full stop: `connection refused by localhost:4318`. No header or body is quoted.
[[nodiscard]] inline std::string sentence_for(const curl_failure& failure, const url& target, const request& sent) {
  const std::string peer = target.authority();
  const std::string detail = failure.detail.empty() ? curl_easy_strerror(failure.code) : std::string{failure.detail};
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "could not resolve host '" + target.host + "'";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "could not resolve the proxy on the way to " + peer;
    case CURLE_COULDNT_CONNECT:
      if (failure.system_error == ECONNREFUSED) return "connection refused by " + peer;
      if (failure.system_error == ENETUNREACH || failure.system_error == EHOSTUNREACH) return "no route to " + peer;
      return "could not connect to " + peer + " (" + detail + ")";
    case CURLE_OPERATION_TIMEDOUT:
      return (failure.connected ? "no answer from " : "no connection to ") + peer + " within " +
             std::to_string(sent.timeout.count()) + " ms";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the certificate of " + peer + " is not trusted (" + detail + ")";
    case CURLE_SSL_CACERT_BADFILE:
      return "cannot use the CA file '" + sent.ca_file + "'";
    case CURLE_SSL_CERTPROBLEM:
      return "cannot use the client certificate '" + sent.client_certificate_file + "' with the key '" +
             sent.client_key_file + "'";
    case CURLE_SSL_CONNECT_ERROR:
      return "no TLS connection to " + peer + " (" + detail + ")";
    case CURLE_GOT_NOTHING:
      return peer + " closed the connection without an answer";
    case CURLE_PARTIAL_FILE:
      return peer + " closed the connection in the middle of its answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return "the connection to " + peer + " broke (" + detail + ")";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return peer + " does not answer in HTTP (" + detail + ")";
    case CURLE_OUT_OF_MEMORY:
      return "out of memory";
    default:
      return detail + " (" + peer + ")";
  }
}

}  // namespace sonde::transport
