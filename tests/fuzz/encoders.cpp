// SPDX-License-Identifier: MIT
// libFuzzer over what is sent: records with any names, keys and values, and some with bytes that are none of ours, through every
// encoder. Their judges are the JSON library, which is strict about UTF-8, and a walker over protobuf's wire format that
// shares nothing with our encoder.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/cloudwatch/limits.hpp>
#include <sonde/adapters/cloudwatch/message_writer.hpp>
#include <sonde/adapters/console/tree.hpp>
#include <sonde/adapters/rollbar/lane.hpp>
#include <sonde/adapters/trace_event/event_writer.hpp>
#include <sonde/adapters/xray/document/local_trace.hpp>
#include <sonde/adapters/xray/document/writer.hpp>
#include <sonde/otlp/json.hpp>
#include <sonde/otlp/protobuf.hpp>
#include <sonde/pipeline/log_text.hpp>

#include "fuzz/hostile_record.hpp"

namespace {

using namespace sonde;
using fuzz::hostile_record;
using fuzz::json;
using fuzz::verdict;

std::optional<json> parsed(std::string_view text) {
  json read = json::parse(text, nullptr, false);
  return read.is_discarded() ? std::nullopt : std::optional{std::move(read)};
}
/// Whether what an encoder made of the attributes is what went in; keys that mean something to a backend may have moved.
bool same(const json& made, const json& meant) {
  for (std::size_t i = 0; i < fuzz::vocabulary::plain_keys; ++i) {
    const std::string& key = fuzz::vocabulary::one().keys[i].first;
    if (made.contains(key) != meant.contains(key) || (made.contains(key) && made[key] != meant[key])) return false;
  }
  return true;
}

struct reading {
  context::clock_sync clock;
  record::span_limits limits;
  record::log_limits of_logs;
  record::record_reader reader{fuzz::vocabulary::one().known(), clock, limits, of_logs, std::make_unique<pipeline::log_text>()};
};
reading& shared() {
  static reading one;
  return one;
}
const resource::resource& shop() {
  static const resource::resource made = [] {
    resource::resource who;
    who.set_text("service.name", "sh\"op");
    return who;
  }();
  return made;
}

/// Its first byte says whether a record is damaged.
template <class Use>
verdict with_record(std::string_view input, record::record_type type, Use use) {
  fuzz::source from{input};
  const bool damaged = from.byte() % 4 == 0;
  fuzz::source of_damage{input.substr(input.size() / 2)};
  hostile_record bytes{from, type};
  if (damaged) bytes.damage(of_damage);
  return use(bytes);
}
template <class Use>
verdict with_span(std::string_view input, Use use) {
  return with_record(input, record::record_type::span,
                     [&](const hostile_record& bytes) { return use(shared().reader.span(bytes.view()), bytes); });
}
template <class Use>
verdict with_log(std::string_view input, Use use) {
  return with_record(input, record::record_type::log,
                     [&](const hostile_record& bytes) { return use(shared().reader.log(bytes.view()), bytes); });
}

// --- protobuf

/// Fields of a message by number; `good` is false where it is none.
class message {
 public:
  bool good = true;
  std::multimap<std::uint64_t, std::uint64_t> numbers;
  std::multimap<std::uint64_t, std::string_view> texts;

  explicit message(std::string_view bytes) {
    while (good && !bytes.empty()) {
      const std::uint64_t tag = varint(bytes);
      if (tag >> 3 == 0) good = false;
      switch (tag & 7) {
        case 0: numbers.emplace(tag >> 3, varint(bytes)); break;
        case 1: numbers.emplace(tag >> 3, fixed(bytes, 8)); break;
        case 5: numbers.emplace(tag >> 3, fixed(bytes, 4)); break;
        case 2: {
          const std::uint64_t size = varint(bytes);
          if (size > bytes.size()) good = false;
          const std::string_view content = bytes.substr(0, size);
          texts.emplace(tag >> 3, content);
          bytes.remove_prefix(content.size());
          break;
        }
        default: good = false;
      }
    }
  }
  [[nodiscard]] std::string_view text(std::uint64_t field) const {
    const auto found = texts.find(field);
    return found == texts.end() ? std::string_view{} : found->second;
  }

 private:
  std::uint64_t varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 10; ++i) {
      if (i == bytes.size()) return good = false, 0;
      const auto byte = static_cast<unsigned char>(bytes[i]);
      value |= std::uint64_t{byte & 0x7Fu} << 7 * i;
      if (byte < 0x80) return bytes.remove_prefix(i + 1), value;
    }
    return good = false, 0;
  }
  std::uint64_t fixed(std::string_view& bytes, std::size_t size) {
    if (bytes.size() < size) return good = false, 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
    bytes.remove_prefix(size);
    return value;
  }
};

/// An AnyValue as JSON; nothing where it is malformed. Source: opentelemetry-proto, common.proto.
std::optional<json> any_value(std::string_view bytes);
std::optional<json> key_values(const message& of, std::uint64_t field) {
  json made = json::object();
  const auto [first, last] = of.texts.equal_range(field);
  for (auto each = first; each != last; ++each) {
    const message pair{each->second};
    const auto value = any_value(pair.text(2));
    if (!pair.good || !value || !fuzz::is_utf8(pair.text(1))) return std::nullopt;
    made[std::string{pair.text(1)}] = *value;
  }
  return made;
}
std::optional<json> any_value(std::string_view bytes) {
  const message one{bytes};
  if (!one.good || one.numbers.size() + one.texts.size() > 1) return std::nullopt;
  for (const auto& [field, number] : one.numbers) {
    if (field == 2) return json(number != 0);
    if (field == 3) return json(static_cast<std::int64_t>(number));
    if (field != 4) return std::nullopt;
    const auto real = __builtin_bit_cast(double, number);
    return std::isnan(real) ? json("NaN") : std::isinf(real) ? json(real > 0 ? "Infinity" : "-Infinity") : json(real);
  }
  for (const auto& [field, content] : one.texts) {
    if (field == 1) return fuzz::is_utf8(content) ? std::optional{json(std::string{content})} : std::nullopt;
    const message inner{content};
    if (!inner.good) return std::nullopt;
    if (field == 6) return key_values(inner, 1);
    if (field != 5) return std::nullopt;
    json made = json::array();
    const auto [first, last] = inner.texts.equal_range(1);
    for (auto each = first; each != last; ++each) {
      const auto value = any_value(each->second);
      if (!value) return std::nullopt;
      made.push_back(*value);
    }
    return made;
  }
  return json();
}

/// The one record of a request, whose attributes are that field.
verdict judged(const std::string& request, std::uint64_t attributes, const std::vector<std::uint64_t>& texts,
               const hostile_record& bytes) {
  const message whole{request};
  const message of_resource{whole.text(1)};
  const message of_scope{of_resource.text(2)};
  const message one{of_scope.text(2)};
  if (!whole.good || !of_resource.good || !of_scope.good || !one.good) return "a request is protobuf";
  for (const std::uint64_t field : texts)
    if (!fuzz::is_utf8(one.text(field))) return "a text in protobuf is UTF-8";
  if (bytes.damaged) return nullptr;
  const auto made = key_values(one, attributes);
  if (!made) return "attributes are protobuf, and their texts UTF-8";
  return !bytes.faithful || same(*made, bytes.attributes) ? nullptr : "protobuf holds the values that went in";
}
verdict of_protobuf_spans(std::string_view input) {
  return with_record(input, record::record_type::span, [](const hostile_record& bytes) {
    otlp::protobuf_encoder encoder{shop()};
    const record::span_view view = shared().reader.span(bytes.view());
    encoder.append(view);
    const std::string request = encoder.request(encoder.take());
    encoder.append(view);  // the short way needs a scope that is known
    static_cast<void>(encoder.take());
    if (encoder.append_plain(bytes.view(), shared().reader) && encoder.request(encoder.take()) != request)
      return "the short way writes what the long way does";
    const message whole{request};
    const message one{message{message{whole.text(1)}.text(2)}.text(2)};
    for (const std::uint64_t field : {11u, 13u}) {  // events, links
      const auto [first, last] = one.texts.equal_range(field);
      for (auto each = first; each != last; ++each)
        if (const message part{each->second}; !part.good || (!bytes.damaged && !key_values(part, field == 11 ? 3 : 4)))
          return "events and links are protobuf";
    }
    return judged(request, 9, {3, 5}, bytes);
  });
}
verdict of_protobuf_logs(std::string_view input) {
  return with_log(input, [](const record::log_view& log, const hostile_record& bytes) -> verdict {
    otlp::protobuf_encoder encoder{shop(), otlp::signal::logs};
    encoder.append(log);
    const std::string request = encoder.request(encoder.take());
    const auto body = any_value(message{message{message{message{request}.text(1)}.text(2)}.text(2)}.text(5));
    if (!body || (bytes.faithful && log.header.description == 0 && *body != fuzz::repaired(bytes.body)))
      return "a log's body is what went in";
    return judged(request, 6, {}, bytes);
  });
}

// --- JSON

/// OTLP's AnyValue in JSON as plain JSON.
json plain(const json& value) {
  if (value.contains("intValue")) return std::stoll(value["intValue"].get<std::string>());
  if (value.contains("arrayValue")) {
    json made = json::array();
    for (const json& each : value["arrayValue"].value("values", json::array())) made.push_back(plain(each));
    return made;
  }
  if (value.contains("kvlistValue")) {
    json made = json::object();
    for (const json& each : value["kvlistValue"].value("values", json::array()))
      made[each["key"].get<std::string>()] = plain(each.value("value", json::object()));
    return made;
  }
  return value.empty() ? json() : *value.begin();
}
json plain_attributes(const json& of) {
  json made = json::object();
  for (const json& each : of.value("attributes", json::array()))
    made[each["key"].get<std::string>()] = plain(each.value("value", json::object()));
  return made;
}
template <class Encoder, class View>
std::string encoded(Encoder&& encoder, const View& view) {
  encoder.append(view);
  return encoder.request(encoder.take());
}
verdict of_json_spans(std::string_view input) {
  return with_span(input, [](const record::span_view& span, const hostile_record& bytes) -> verdict {
    const std::string text = encoded(otlp::json_encoder{shop()}, span);
    const auto read = parsed(text);
    if (!read || text.find('\n') != text.npos) return "a span in OTLP/JSON is JSON on one line";
    const json made = plain_attributes((*read)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]);
    return !bytes.faithful || same(made, bytes.attributes) ? nullptr : "OTLP/JSON holds the values that went in";
  });
}
verdict of_json_logs(std::string_view input) {
  return with_log(input, [](const record::log_view& log, const hostile_record& bytes) -> verdict {
    const auto read = parsed(encoded(otlp::json_encoder{shop(), otlp::signal::logs}, log));
    if (!read) return "a log in OTLP/JSON is JSON";
    const json made = plain_attributes((*read)["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]);
    return !bytes.faithful || same(made, bytes.attributes) ? nullptr : "OTLP/JSON holds the values of logs that went in";
  });
}

verdict of_xray(std::string_view input) {
  return with_span(input, [](const record::span_view& span, const hostile_record& bytes) -> verdict {
    xray::document_writer writer{
        {{"shop", "*.example.com"}, "\"version\":\"1\"", "", "\"xray\":{\"sdk\":\"sonde\"", "", "/src", false}};
    std::vector<xray::travelling_exception> travelling;
    for (const std::size_t longest : {xray::longest_members, std::size_t{4000}}) {
      otlp::byte_buffer members;
      const bool cut = writer.write(members, span, longest, travelling);
      const std::string_view text = members.bytes();
      if (text.size() > longest) return "a document fits its datagram";
      const auto read = parsed('{' + std::string{text} + '}');
      if (!read) return "a document is JSON";
      const json& name = (*read)["name"];
      if (!name.is_string() || name.get<std::string>().empty()) return "a document has a name";
      if (cut || !bytes.faithful || longest != xray::longest_members) continue;
      const json metadata = read->value("metadata", json::object()).value("default", json::object());
      for (std::size_t i = 1; i < fuzz::vocabulary::plain_keys; ++i) {
        const std::string& key = fuzz::vocabulary::one().keys[i].first;
        if (key != "k3" && bytes.attributes.contains(key) && metadata.value(key, json()) != bytes.attributes[key])
          return "metadata holds the values that went in";
      }
    }
    otlp::byte_buffer begun;
    writer.write_in_progress(begun, span);
    return parsed(begun.bytes()) ? nullptr : "a segment in progress is JSON";
  });
}
verdict of_cloudwatch(std::string_view input) {
  return with_log(input, [](const record::log_view& log, const hostile_record& bytes) -> verdict {
    for (const std::size_t longest : {cloudwatch::usual_event_bytes, cloudwatch::min_event_bytes}) {
      cloudwatch::message_writer line{cloudwatch::form::text, "sh\"op", longest};
      static_cast<void>(line.write(log));
      if (line.message().empty() || line.message().size() > longest || !fuzz::is_utf8(line.message()))
        return "a line is UTF-8 and no longer than it may be";
      cloudwatch::message_writer object{cloudwatch::form::json, "sh\"op", longest};
      const std::size_t cut = object.write(log);
      const auto read = parsed(object.message());
      if (!read || object.message().size() > longest) return "a message is JSON and no longer than it may be";
      if (cut == 0 && bytes.faithful && !same(read->value("attributes", json::object()), bytes.attributes))
        return "a message holds the values that went in";
    }
    return nullptr;
  });
}
verdict of_trace_events(std::string_view input) {
  return with_span(input, [input](const record::span_view& span, const hostile_record& bytes) -> verdict {
    trace_event::event_writer writer;
    writer.name_process(1, "sh\"op", input.substr(0, 100));
    writer.put(span, {1, 0, 1000, (input.size() & 1) != 0});
    const auto read = parsed(std::string{writer.bytes()} + "]");
    if (!read) return "trace events are JSON";
    const json& made = (*read)[2]["args"]["attributes"];
    return !bytes.faithful || same(made, bytes.attributes) ? nullptr : "a trace event holds the values that went in";
  });
}
verdict of_console(std::string_view input) {
  return with_span(input, [](const record::span_view& span, const hostile_record&) -> verdict {
    for (const auto shown : {encoding::charset::utf8, encoding::charset::ascii}) {
      const console::look style{shown, false, 80};
      console::held_trace trace;
      trace.spans.push_back(console::text_copier{shown}.copy(span));
      std::string drawn = console::tree{style, trace}.draw("");
      for (char& c : drawn)
        if (c == '\n') c = ' ';
        else if (shown == encoding::charset::ascii && static_cast<unsigned char>(c) > '~')
          return "a terminal without UTF-8 gets none";
      if (!fuzz::is_line(drawn)) return "a terminal gets no control characters";
    }
    return nullptr;
  });
}

/// A span and an occurrence in it: what comes out is one item, without what must not leave the program.
verdict of_rollbar(std::string_view input) {
  const std::string_view half = input.substr(0, input.size() / 2);
  rollbar::settings used;
  used.token = "0123456789abcdef";
  used.environment_name = "production";
  used.item_bytes = input.size() % 2 == 0 ? std::size_t{16} << 10 : std::size_t{128} << 10;
  used.limits.queue_bytes = std::size_t{2} << 20;
  rollbar::lane lane;
  lane.open(used);
  const auto now = std::chrono::steady_clock::now();
  with_log(half, [&](record::log_view log, const hostile_record&) -> verdict {
    log.header.flags |= record::occurrence;
    static_cast<void>(lane.consider(log, now));
    return nullptr;
  });
  with_span(input.substr(half.size()), [&](record::span_view span, const hostile_record&) -> verdict {
    span.header.flags |= record::local_root;
    static_cast<void>(lane.consider(span, now));
    return nullptr;
  });
  while (const auto released = lane.release(now, true)) {
    if (released->lost_as) continue;
    const std::string& body = released->content.body;
    if (!parsed(body)) return "an item is JSON";
    if (!released->content.failsafe && body.size() > used.item_bytes) return "an item is no larger than it may be";
    if (fuzz::tells_secret(body)) return "an item tells no secret";
  }
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr fuzz::check checks[] = {of_protobuf_spans, of_protobuf_logs, of_json_spans, of_json_logs, of_xray,
                                    of_cloudwatch,     of_trace_events,  of_console,    of_rollbar};
  return fuzz::run(data, size, checks);
}
