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
  long system_error = 0;      // of socket(2), or CURLINFO_OS_ERRNO
  bool connected = false;     // a connection (TLS included) was there
  bool unheard = false;       // it was a new one, and nothing came back on it
  std::string_view detail{};  // CURLOPT_ERRORBUFFER; may be empty
};

/// What is said of a peer that was to speak HTTP/2, behind its name.
inline constexpr char no_http2[] =
    " does not speak HTTP/2, which gRPC needs: is it the port for OTLP over HTTP (4318), not for gRPC (4317)?";

/// What a server may mind that speaks TLS and says no.
[[nodiscard]] inline std::string about_client_certificate(const request& sent) {
  if (sent.client_certificate_file.empty()) return "; it may want a client certificate";
  return "; it may not take the client certificate '" + sent.client_certificate_file + "'";
}

/// One sentence for people, without a full stop: `connection refused by localhost:4318`. No header or body is quoted.
[[nodiscard]] inline std::string sentence_for(const curl_failure& failure, const url& target, const request& sent) {
  const std::string peer = target.authority();
  const std::string detail = failure.detail.empty() ? curl_easy_strerror(failure.code) : std::string{failure.detail};
  if (failure.unheard && sent.version == http_version::http2 && target.scheme == "http") {
    constexpr CURLcode hang_ups[] = {CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2};
    for (const CURLcode code : hang_ups)
      if (failure.code == code)
        return peer + " closed the connection without an answer in HTTP/2, which gRPC needs: is it the port for gRPC "
                      "(4317), not for OTLP over HTTP (4318), and without TLS?";
  }
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "could not resolve host '" + target.host + "'";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "could not resolve the proxy on the way to " + peer;
    case CURLE_COULDNT_CONNECT:
      if (failure.system_error == ECONNREFUSED) return "connection refused by " + peer;
      if (failure.system_error == ENETUNREACH || failure.system_error == EHOSTUNREACH) return "no route to " + peer;
      if (failure.system_error == EMFILE || failure.system_error == ENFILE)
        return "no socket for a connection to " + peer + " (too many open files)";
      return "could not connect to " + peer + " (" + detail + ")";
    case CURLE_OPERATION_TIMEDOUT:
      return (failure.connected ? "no answer from " : "no connection to ") + peer + " within " +
             std::to_string(sent.timeout.count()) + " ms";
    case CURLE_PEER_FAILED_VERIFICATION:
      // libcurl's code also for a server that calls the client's certificate expired, with nothing wrong with its own.
      if (!sent.client_certificate_file.empty() && detail == "SSL certificate verification failed")
        return peer + " calls the client certificate '" + sent.client_certificate_file + "' expired";
      return "the certificate of " + peer + " is not trusted (" + detail + ")";
    case CURLE_SSL_CACERT_BADFILE:
      return "cannot use the CA file '" + sent.ca_file + "'";
    case CURLE_SSL_CERTPROBLEM:
      return "cannot use the client certificate '" + sent.client_certificate_file + "' with the key '" +
             sent.client_key_file + "'";
    case CURLE_SSL_CLIENTCERT:
      return peer + " wants a client certificate";
    case CURLE_SSL_CONNECT_ERROR: {
      const bool speaks_tls = detail.find("alert") != std::string::npos;  // an alert is how TLS says no
      return "no TLS connection to " + peer + " (" + detail + ")" +
             (speaks_tls ? about_client_certificate(sent) : "; where it speaks none, write http://" + peer);
    }
    case CURLE_GOT_NOTHING:
      return peer + " closed the connection without an answer";
    case CURLE_PARTIAL_FILE:
      return peer + " closed the connection in the middle of its answer";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      // In TLS 1.3 a client may send before it learns that it is not welcome.
      return "the connection to " + peer + " broke (" + detail + ")" +
             (failure.unheard && target.scheme == "https" ? about_client_certificate(sent) : "");
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return peer + " does not answer in HTTP (" + detail + ")" +
             (target.scheme == "http" ? "; where it speaks TLS, write https://" + peer : "");
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return peer + " broke off its answer (" + detail + ")";
    case CURLE_OUT_OF_MEMORY:
      return "out of memory";
    default:
      return detail + " (" + peer + ")";
  }
}

}  // namespace sonde::transport
