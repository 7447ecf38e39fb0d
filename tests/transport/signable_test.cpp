// SPDX-License-Identifier: MIT

#include <sonde/transport/signable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "transport/aws_signature.hpp"
#include "transport/client.hpp"
#include "transport/received.hpp"
#include "transport/server.hpp"

namespace {

using namespace sonde::transport;
using sonde::tests::answer_to;
using sonde::tests::connection;
using sonde::tests::parsed;
using sonde::tests::post;
using sonde::tests::received;
using sonde::tests::scripted_server;
using sonde::tests::signature_of;

constexpr const char* secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

TEST(signable, the_judge_agrees_with_the_documents_example) {
  const received example = parsed(
      "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\n"
      "Host: iam.amazonaws.com\r\n"
      "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
      "X-Amz-Date: 20150830T123600Z\r\n"
      "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date, Signature=?\r\n\r\n");
  EXPECT_EQ(signature_of(example, secret), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

request signed_post(std::string url, std::string body = "body") {
  request what = post(std::move(url), std::move(body));
  what.headers = {{"Content-Type", "application/x-protobuf"}};
  what.signature = aws_signature{"eu-central-1", "xray", "AKIDEXAMPLE", secret, ""};
  return what;
}

TEST(signable, what_arrives_bears_the_signature_aws_would_compute) {
  received got;
  int continues = 0;
  const scripted_server backend{[&](connection peer) {
    for (std::string head; !(head = peer.read_head()).empty();) {
      got = parsed(head);
      if (got.header("expect") == "100-continue") ++continues, peer.write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!got.header("content-length").empty()) got.body = peer.read(std::stoul(got.header("content-length")));
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  const std::string url = backend.url() + "v1/traces";
  http client;
  std::vector<request> requests(7, signed_post(url));
  requests[1].headers = {{"content-encoding", "gzip"},
                         {"Content-Type", "application/x-amz-json-1.1"},
                         {"X-Amz-Target", "Logs_20140328.PutLogEvents"},
                         {"x-aws-log-group", "  inner   blanks "},
                         {"User-Agent", "OTel-OTLP-Exporter-Cpp/1 sonde/1"}};
  requests[1].signature->session_token = "token/with+signs==";
  requests[2].body = std::string(3 << 20, '\0');
  requests[3].body = "";
  requests[4].headers = {};
  requests[5].method = "GET";
  requests[5].body = "";
  requests[5].headers = {};
  requests[6].signature->secret_access_key = "with:colons:and blanks";
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::string key = requests[i].signature->secret_access_key;
    const response answer = answer_to(client, requests[i]);
    ASSERT_EQ(answer.status, 200) << i << ": " << answer.error;
    EXPECT_EQ(got.body.size(), requests[i].body.size()) << i;
    EXPECT_EQ(got.said("AWS4-HMAC-SHA256 Credential"),
              "AKIDEXAMPLE/" + got.header("x-amz-date").substr(0, 8) + "/eu-central-1/xray/aws4_request");
    received judged = got;
    if (i == 1) {
      EXPECT_EQ(got.header("x-amz-security-token"), "token/with+signs==");
      EXPECT_NE(got.said("SignedHeaders").find("x-amz-security-token"), std::string::npos);
      judged.headers.erase("x-aws-log-group");
      judged.headers.emplace("x-aws-log-group", "inner blanks");  // AWS makes one of several
    }
    EXPECT_EQ(signature_of(judged, key), got.said("Signature")) << i;
    for (const auto& [name, value] : got.headers) EXPECT_EQ(value.find(key), std::string::npos) << name;
    got = {};
  }
  EXPECT_LE(continues, 1) << "only the long one asks first";
}

TEST(signable, every_attempt_has_a_signature_and_the_next_request_none) {
  std::vector<received> seen;
  const scripted_server backend{[&](connection peer) {
    for (std::string head; !(head = peer.read_head()).empty();) {
      seen.push_back(parsed(head));
      peer.read(std::stoul("0" + seen.back().header("content-length")));
      if (seen.size() == 2) return;  // breaks the kept connection
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  http client;
  EXPECT_EQ(answer_to(client, signed_post(backend.url())).status, 200);
  EXPECT_EQ(answer_to(client, signed_post(backend.url())).status, 200);
  EXPECT_EQ(answer_to(client, post(backend.url(), "unsigned")).status, 200);
  ASSERT_EQ(seen.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NE(seen[i].said("Signature"), "") << i;
  EXPECT_EQ(seen[3].header("authorization"), "");
}

TEST(signable, a_401_is_an_answer) {
  const scripted_server backend{[](connection peer) {
    peer.read_head();
    peer.write("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(peer.read(4), "body");
    EXPECT_EQ(peer.read_head(), "") << "asked once more";
  }};
  http client;
  EXPECT_EQ(answer_to(client, signed_post(backend.url())).status, 401);
}

TEST(signable, says_what_libcurl_would_sign_wrongly) {
  const auto why = [](const std::string& url, const std::function<void(request&)>& change) {
    request what = signed_post(url);
    change(what);
    http client;
    const response refused = answer_to(client, what);
    EXPECT_EQ(refused.outcome, outcome::refused);
    EXPECT_EQ(refused.error.find(secret), std::string::npos);
    return refused.error;
  };
  const auto with = [&](sonde::environment::pairs headers) {
    return why("http://127.0.0.1:1/", [&](request& what) { what.headers = std::move(headers); });
  };
  const auto signed_by = [&](aws_signature by) {
    return why("http://127.0.0.1:1/", [&](request& what) { what.signature = std::move(by); });
  };
  EXPECT_EQ(with({{"x-empty", " "}}), "the header 'x-empty' is empty, and so cannot be signed for AWS");
  EXPECT_EQ(with({{"x-a", "1"}, {"X-A", "2"}}), "the header 'x-a' is there twice, and so cannot be signed for AWS");
  EXPECT_EQ(with({{"x-api", "1"}, {"x-api-key", "2"}}),
            "the headers 'x-api' and 'x-api-key' cannot be signed for AWS together");
  EXPECT_EQ(with({{"authorization", "Bearer x"}}), "the header 'authorization' is the AWS signature's own");
  EXPECT_EQ(with({{"X-AMZ-Date", "x"}}), "the header 'X-AMZ-Date' is the AWS signature's own");
  EXPECT_EQ(signed_by({"", "xray", "id", secret, ""}), "'' is no AWS region or service");
  EXPECT_EQ(signed_by({"eu:central", "xray", "id", secret, ""}), "'eu:central' is no AWS region or service");
  EXPECT_EQ(signed_by({"eu-central-1", std::string(65, 's'), "id", secret, ""}),
            "'" + std::string(65, 's') + "' is no AWS region or service");
  EXPECT_EQ(signed_by({"eu-central-1", "xray", "id", "", ""}), "there are no AWS credentials to sign with");
  for (const aws_signature& by : {aws_signature{"eu-central-1", "xray", "id\r\nx: y", secret, ""},
                                  aws_signature{"eu-central-1", "xray", "id", secret, "a\nb"}})
    EXPECT_EQ(signed_by(by), "the AWS credentials have a character that no header may have");
  for (const char* url : {"http://127.0.0.1:1/a%20b", "http://127.0.0.1:1//a", "http://127.0.0.1:1/?b=1&a=2",
                          "http://u:p@127.0.0.1:1/", "http://127.0.0.1:1/a=b"})
    EXPECT_EQ(why(url, [](request&) {}),
              "a URL with a user, a query or an encoded path cannot be signed for AWS");
}

}  // namespace
