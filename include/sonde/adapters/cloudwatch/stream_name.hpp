// SPDX-License-Identifier: MIT
#pragma once

// The name of a log stream, from a template like `{service}/{host}/{pid}`. `{date}` is the day a batch was written, so that a
// stream ends with its day. Used by settings_reader.hpp and lane.hpp.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <sonde/adapters/cloudwatch/limits.hpp>
#include <sonde/encoding/time_text.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/record/location.hpp>
#include <sonde/resource/resource.hpp>

namespace sonde::cloudwatch {

class stream_name {
 public:
  stream_name() = default;

  /// Why `form` is no template, or empty. What `who` does not know is called `unknown`.
  [[nodiscard]] std::string parse(std::string_view form, const resource::resource& who) {
    text_.clear();
    while (!form.empty()) {
      const std::size_t open = form.find('{');
      text_ += cleaned(form.substr(0, open));
      if (open == std::string_view::npos) break;
      const std::size_t close = form.find('}', open);
      const std::string_view word = form.substr(open, close == std::string_view::npos ? close : close - open + 1);
      if (word == date)
        text_ += date;
      else if (const std::string_view key = key_of(word); !key.empty())
        text_ += without_braces(value_of(key, who));
      else
        return "the log stream's name has " + std::string{word} +
               ", but only {service}, {host}, {pid}, {instance} and {date} are known";
      form.remove_prefix(close + 1);
    }
    return text_.empty() ? "the log stream's name is empty" : "";
  }

  /// Of a batch whose first line was written then.
  [[nodiscard]] std::string at(std::int64_t unix_nano) const {
    std::string made = text_;
    for (std::size_t found = 0; (found = made.find(date, found)) != std::string::npos;)
      made.replace(found, date.size(), day_of(unix_nano));
    made.resize(encoding::cut_bytes(record::text(made), max_name_size).size);
    return made;
  }
  /// For people: with `{date}` as it stands.
  [[nodiscard]] const std::string& shown() const noexcept { return text_; }

 private:
  static constexpr std::string_view date = "{date}";

  [[nodiscard]] static std::string_view key_of(std::string_view word) noexcept {
    if (word == "{service}") return "service.name";
    if (word == "{host}") return "host.name";
    if (word == "{pid}") return "process.pid";
    if (word == "{instance}") return "service.instance.id";
    return {};
  }
  [[nodiscard]] static std::string value_of(std::string_view key, const resource::resource& who) {
    if (key == "process.pid") return std::to_string(getpid());
    const std::string known = cleaned(who.text(key));
    return known.empty() ? "unknown" : known;
  }
  /// No stream may have ':' or '*' in its name; control characters and ill-formed UTF-8 would only do harm.
  [[nodiscard]] static std::string cleaned(std::string_view raw) {
    std::string text = record::sanitised(raw);
    for (char& c : text)
      if (c == ':' || c == '*' || static_cast<unsigned char>(c) < ' ' || c == 127) c = '_';
    return text;
  }
  /// A host called `{date}` is no template.
  [[nodiscard]] static std::string without_braces(std::string text) {
    for (char& c : text)
      if (c == '{' || c == '}') c = '_';
    return text;
  }
  /// `2026-11-21`, in UTC as CloudWatch has it.
  [[nodiscard]] static std::string day_of(std::int64_t unix_nano) {
    char written[encoding::max_rfc3339_size];
    encoding::put_signed_rfc3339(written, unix_nano);
    return {written, 10};
  }

  std::string text_;
};

}  // namespace sonde::cloudwatch
