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

TEST(curl_error, leaves_the_rare_ones_to_libcurl) {
  EXPECT_EQ(said({.code = CURLE_TOO_MANY_REDIRECTS}),
            std::string{curl_easy_strerror(CURLE_TOO_MANY_REDIRECTS)} + " ([::1]:4318)");
}

}  // namespace
