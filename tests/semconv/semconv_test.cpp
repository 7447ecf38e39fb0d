// SPDX-License-Identifier: MIT

#include <sonde/semconv.hpp>

#include <string_view>

#include <gtest/gtest.h>

#include <sonde/session.hpp>
#include <sonde/sonde.hpp>
#include <sonde/testing/memory_exporter.hpp>

namespace {

namespace semconv = sonde::semconv;

// A key twice in one event is an error; so the constants must be equal to what they stand for, as template arguments.
static_assert(semconv::http::request_method == sonde::meta::fixed_string{"http.request.method"});
static_assert(semconv::url::url_template == sonde::meta::fixed_string{"url.template"});
static_assert(std::string_view{semconv::schema_url.data()} == "https://opentelemetry.io/schemas/1.44.0");

TEST(semconv, keys_and_values_go_where_literals_go) {
  sonde::testing::memory_exporter kept;
  auto session = sonde::start({.service_name = "test", .diagnostics = [](std::string_view) {}}, kept);
  {
    sonde::span<"request"> span;
    span.set_attribute<semconv::http::request_method>("PUT");
    span.set_attribute<"http.request.method">("GET");
    span.set_attribute<semconv::server::port>(8080);
    span.set_attribute<semconv::http::request_header + sonde::meta::fixed_string{".content-type"}>("text/html");
    span.set_attribute<semconv::db::system_name>(semconv::db::system_name_values::postgresql);
    span.set_attribute<semconv::error::type>([] { return semconv::error::type_values::other; });
    span.put_annotation<semconv::user_agent::original>("curl");
    span.add_event<"failed">(sonde::attr<semconv::exception::type>("std::logic_error"));
  }
  ASSERT_TRUE(session.force_flush());
  const auto spans = kept.spans();
  ASSERT_EQ(spans.size(), 1u);
  const auto& got = spans[0].attributes;
  EXPECT_EQ(got.all.size(), 6u);
  EXPECT_EQ(got["http.request.method"], "GET");
  EXPECT_EQ(got["server.port"], 8080);
  EXPECT_EQ(got["http.request.header.content-type"], "text/html");
  EXPECT_EQ(got["db.system.name"], "postgresql");
  EXPECT_EQ(got["error.type"], "_OTHER");
  EXPECT_EQ(got["user_agent.original"], "curl");
  EXPECT_EQ(spans[0].events.at(0).attributes["exception.type"], "std::logic_error");
}

}  // namespace
