// SPDX-License-Identifier: MIT

#include <sonde/transport/curl_error.hpp>

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace {

namespace transport = sonde::transport;

/// What is said of a failure on the way to https://[::1]:4318.
std::string said(transport::curl_failure failure) {
  transport::request sent;
  sent.timeout = std::chrono::milliseconds{250};
  sent.ca_file = "ca.pem";
  sent.client_certificate_file = "mine.pem";
  sent.client_key_file = "key.pem";
  return transport::sentence_for(failure, transport::parse_url("https://[::1]:4318/").url, sent);
}

TEST(curl_error, says_who_did_not_do_what) {
  EXPECT_EQ(said({.code = CURLE_COULDNT_RESOLVE_HOST}), "could not resolve host '::1'");
  EXPECT_EQ(said({.code = CURLE_COULDNT_CONNECT, .system_error = ECONNREFUSED}), "connection refused by [::1]:4318");
  EXPECT_EQ(said({.code = CURLE_COULDNT_CONNECT, .system_error = EHOSTUNREACH}), "no route to [::1]:4318");
  EXPECT_EQ(said({.code = CURLE_COULDNT_CONNECT, .system_error = EMFILE}),
            "no socket for a connection to [::1]:4318 (too many open files)");
  EXPECT_EQ(said({.code = CURLE_COULDNT_CONNECT, .detail = "odd"}), "could not connect to [::1]:4318 (odd)");
  EXPECT_EQ(said({.code = CURLE_OPERATION_TIMEDOUT}), "no connection to [::1]:4318 within 250 ms");
  EXPECT_EQ(said({.code = CURLE_OPERATION_TIMEDOUT, .connected = true}), "no answer from [::1]:4318 within 250 ms");
  EXPECT_EQ(said({.code = CURLE_PEER_FAILED_VERIFICATION, .detail = "self-signed"}),
            "the certificate of [::1]:4318 is not trusted (self-signed)");
  EXPECT_EQ(said({.code = CURLE_SSL_CACERT_BADFILE}), "cannot use the CA file 'ca.pem'");
  EXPECT_EQ(said({.code = CURLE_SSL_CERTPROBLEM}),
            "cannot use the client certificate 'mine.pem' with the key 'key.pem'");
  EXPECT_EQ(said({.code = CURLE_GOT_NOTHING}), "[::1]:4318 closed the connection without an answer");
}

/// The same without a client certificate.
std::string said_without_certificate(transport::curl_failure failure) {
  return transport::sentence_for(failure, transport::parse_url("https://[::1]:4318/").url, {});
}

TEST(curl_error, suspects_the_client_certificate_where_a_server_refuses_in_tls) {
  constexpr char refused[] = "SSL routines::sslv3 alert handshake failure";
  EXPECT_EQ(said({.code = CURLE_SSL_CONNECT_ERROR, .detail = refused}),
            "no TLS connection to [::1]:4318 (SSL routines::sslv3 alert handshake failure); it may not take the client "
            "certificate 'mine.pem'");
  EXPECT_EQ(said_without_certificate({.code = CURLE_SSL_CONNECT_ERROR, .detail = refused}),
            "no TLS connection to [::1]:4318 (SSL routines::sslv3 alert handshake failure); it may want a client "
            "certificate");
  EXPECT_EQ(said({.code = CURLE_SEND_ERROR, .unheard = true, .detail = "reset"}),
            "the connection to [::1]:4318 broke (reset); it may not take the client certificate 'mine.pem'");
  EXPECT_EQ(said_without_certificate({.code = CURLE_RECV_ERROR, .unheard = true, .detail = "reset"}),
            "the connection to [::1]:4318 broke (reset); it may want a client certificate");
  EXPECT_EQ(said({.code = CURLE_RECV_ERROR, .detail = "reset"}), "the connection to [::1]:4318 broke (reset)");
  EXPECT_EQ(said_without_certificate({.code = CURLE_SSL_CLIENTCERT}), "[::1]:4318 wants a client certificate");
}

TEST(curl_error, tells_an_expired_client_certificate_from_a_server_that_is_not_trusted) {
  constexpr char detail[] = "SSL certificate verification failed";
  EXPECT_EQ(said({.code = CURLE_PEER_FAILED_VERIFICATION, .detail = detail}),
            "[::1]:4318 calls the client certificate 'mine.pem' expired");
  EXPECT_EQ(said_without_certificate({.code = CURLE_PEER_FAILED_VERIFICATION, .detail = detail}),
            "the certificate of [::1]:4318 is not trusted (SSL certificate verification failed)");
}

/// The same on the way to http://localhost:4317, where HTTP/2 is asked for.
std::string said_of_http2(transport::curl_failure failure) {
  transport::request sent;
  sent.version = transport::http_version::http2;
  return transport::sentence_for(failure, transport::parse_url("http://localhost:4317/").url, sent);
}

TEST(curl_error, names_what_a_silent_peer_may_be) {
  const std::string question =
      "localhost:4317 closed the connection without an answer in HTTP/2, which gRPC needs: is it the port for gRPC "
      "(4317), not for OTLP over HTTP (4318), and without TLS?";
  for (const CURLcode code : {CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2})
    EXPECT_EQ(said_of_http2({.code = code, .unheard = true}), question);
  EXPECT_EQ(said_of_http2({.code = CURLE_GOT_NOTHING}), "localhost:4317 closed the connection without an answer");
  EXPECT_EQ(said_of_http2({.code = CURLE_HTTP2_STREAM, .unheard = true, .detail = "CANCEL (err 8)"}),
            "localhost:4317 broke off its answer (CANCEL (err 8))");
  EXPECT_EQ(said_of_http2({.code = CURLE_UNSUPPORTED_PROTOCOL, .detail = "odd"}),
            "localhost:4317 does not answer in HTTP (odd); where it speaks TLS, write https://localhost:4317");
  EXPECT_EQ(said({.code = CURLE_UNSUPPORTED_PROTOCOL, .detail = "odd"}), "[::1]:4318 does not answer in HTTP (odd)");
  EXPECT_EQ(said({.code = CURLE_SSL_CONNECT_ERROR, .detail = "odd"}),
            "no TLS connection to [::1]:4318 (odd); where it speaks none, write http://[::1]:4318");
}

TEST(curl_error, leaves_the_rare_ones_to_libcurl) {
  EXPECT_EQ(said({.code = CURLE_TOO_MANY_REDIRECTS}),
            std::string{curl_easy_strerror(CURLE_TOO_MANY_REDIRECTS)} + " ([::1]:4318)");
}

}  // namespace
