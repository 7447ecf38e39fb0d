// SPDX-License-Identifier: MIT

#include <sonde/aws/metadata_address.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using sonde::aws::parse_metadata_url;

TEST(metadata_address, is_trusted_over_https_on_this_machine_or_where_aws_documents_it) {
  for (const char* url : {"https://example.com/creds", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/",
                          "http://169.254.170.2/v2?id=1", "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1",
                          "http://[FD00:EC2::254]/", "http://169.254.169.254/"})
    EXPECT_EQ(parse_metadata_url(url, "X").error, "") << url;
}

TEST(metadata_address, elsewhere_is_refused_without_tls) {
  EXPECT_EQ(parse_metadata_url("http://example.com/creds", "AWS_CONTAINER_CREDENTIALS_FULL_URI").error,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI names example.com without TLS: credentials are fetched over https, from this "
            "machine itself, or from the addresses that AWS documents");
  for (const char* url : {"http://169.254.170.20/", "http://169.254.170.2.evil.com/", "http://127.0.0.1.evil.com/",
                          "http://localhost.evil.com/", "http://0.0.0.0/", "http://10.0.0.1/", "http://2852039166/"})
    EXPECT_NE(parse_metadata_url(url, "X").error, "") << url;
}

TEST(metadata_address, that_is_no_url_or_has_a_user_name_is_refused) {
  EXPECT_EQ(parse_metadata_url("localhost/x", "X").error, "X: 'localhost/x' has no scheme: write http://localhost/x");
  EXPECT_EQ(parse_metadata_url("ftp://localhost/x", "X").error, "X: 'ftp://localhost/x' is neither an http nor an https URL");
  EXPECT_EQ(parse_metadata_url("http://169.254.170.2@127.0.0.1/", "X").error,
            "X has a user name in it, which a metadata service does not take");
}

}  // namespace
