// SPDX-License-Identifier: MIT
#pragma once

// The rules for items, as Rollbar's API reference gives them: what must be there, of which type, how long. Every item of every
// test goes through here. Source: Rollbar API reference, "Create item".

#include <cstddef>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace sonde::tests {

/// Collects what is wrong with one item.
class payload_rules {
 public:
  /// Empty where all is well.
  [[nodiscard]] static std::string complaints(const std::string& sent) {
    const nlohmann::json payload = nlohmann::json::parse(sent, nullptr, false);  // refuses what is no UTF-8
    payload_rules rules;
    if (!payload.is_object() || !payload.contains("data") || !payload["data"].is_object()) return "no JSON with data in it";
    rules.check(payload["data"]);
    return rules.said_;
  }

 private:
  using json = nlohmann::json;

  void expect(bool holds, std::string_view what) {
    if (!holds) said_ += std::string{what} + '\n';
  }
  [[nodiscard]] static std::size_t characters(const std::string& text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    return count;
  }
  /// A text of 1 to `longest` characters, where it is there.
  void text(const json& of, const char* key, std::size_t longest) {
    if (!of.contains(key)) return;
    const bool is_text = of[key].is_string();
    expect(is_text, std::string{key} + " is no text");
    if (!is_text) return;
    const std::size_t size = characters(of[key]);
    expect(size != 0 && size <= longest, std::string{key} + " has " + std::to_string(size) + " characters");
  }
  void need(const json& of, const char* key) { expect(of.contains(key), std::string{key} + " is missing"); }
  void object(const json& of, const char* key) {
    expect(!of.contains(key) || of[key].is_object(), std::string{key} + " is no object");
  }
  void number(const json& of, const char* key, int least) {
    if (of.contains(key))
      expect(of[key].is_number_integer() && of[key] >= least, std::string{key} + " is no whole number, or too small");
  }

  void check(const json& data) {
    for (const char* const key : {"environment", "body", "uuid", "timestamp", "level", "notifier"}) need(data, key);
    text(data, "environment", 255);
    text(data, "context", 255);
    text(data, "title", 255);
    text(data, "code_version", 40);
    text(data, "fingerprint", 1024);
    text(data, "platform", 255);
    text(data, "language", 255);
    text(data, "framework", 255);
    const std::set<std::string> levels{"critical", "error", "warning", "info", "debug"};
    expect(levels.contains(data.value("level", "")), "level is none");
    expect(data.value("platform", "") != "client", "platform would want another token");
    number(data, "timestamp", 0);
    expect(data.value("timestamp", 0ll) < 10'000'000'000, "timestamp is not in seconds");
    const std::string uuid = data.value("uuid", "");
    expect(uuid.size() == 36 && uuid[14] == '4' && uuid.find_first_not_of("0123456789abcdef-") == uuid.npos,
           "uuid is no lowercase v4");
    for (const char* const key : {"request", "person", "server", "client", "custom", "notifier"}) object(data, key);
    if (data.contains("person")) {
      need(data["person"], "id");
      text(data["person"], "id", 40);
      text(data["person"], "username", 255);
      text(data["person"], "email", 255);
    }
    if (data.contains("request"))
      for (const char* const key : {"headers", "GET", "POST", "params"}) object(data["request"], key);
    if (data.contains("server")) {
      text(data["server"], "root", 4096);
      expect(!data["server"].value("root", "").ends_with('/'), "root ends with a slash");
    }
    if (data.contains("body") && data["body"].is_object()) check_body(data["body"]);
  }

  void check_body(const json& body) {
    int variants = 0;
    for (const char* const key : {"trace", "trace_chain", "message", "crash_report"}) variants += body.contains(key);
    expect(variants == 1, "not one body variant, but " + std::to_string(variants));
    if (body.contains("trace")) check_trace(body["trace"]);
    if (body.contains("trace_chain")) {
      expect(body["trace_chain"].is_array() && !body["trace_chain"].empty(), "trace_chain is no list");
      for (const json& each : body["trace_chain"]) check_trace(each);
    }
    if (body.contains("message")) {
      need(body["message"], "body");
      text(body["message"], "body", std::size_t{1} << 20);
    }
    if (body.contains("telemetry")) check_telemetry(body["telemetry"]);
  }
  void check_trace(const json& trace) {
    need(trace, "frames");
    need(trace, "exception");
    if (!trace.contains("frames") || !trace.contains("exception")) return;
    need(trace["exception"], "class");
    text(trace["exception"], "class", std::size_t{1} << 20);
    expect(trace["frames"].is_array(), "frames are no list");
    for (const json& each : trace["frames"]) {
      need(each, "filename");
      text(each, "filename", 4096);
      text(each, "method", 4096);
      number(each, "lineno", 1);
      object(each, "locals");
      object(each, "context");
      if (each.contains("context"))
        expect(each["context"]["pre"].is_array() && each["context"]["post"].is_array(), "context is odd");
    }
  }
  void check_telemetry(const json& telemetry) {
    expect(telemetry.is_array() && telemetry.size() <= 100, "telemetry is too long");
    const std::set<std::string> types{"log", "network", "dom", "navigation", "error", "manual"};
    std::int64_t last = 0;
    for (const json& each : telemetry) {
      expect(types.contains(each.value("type", "")), "telemetry of no type");
      expect(each.value("source", "") == "server", "telemetry of no source");
      number(each, "timestamp_ms", 0);
      expect(each.value("timestamp_ms", std::int64_t{0}) >= last, "telemetry is not oldest first");
      last = each.value("timestamp_ms", std::int64_t{0});
      need(each, "body");
    }
  }

  std::string said_;
};

}  // namespace sonde::tests
