// SPDX-License-Identifier: MIT
#pragma once

// The `cause` of a document: exceptions with their chains and stacks, or the id of one that a subsegment has told already.
// Used by writer.hpp. Source: AWS X-Ray developer guide, "Segment documents", cause.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/xray/document/allowance.hpp>
#include <sonde/adapters/xray/document/text.hpp>
#include <sonde/context/span_id.hpp>
#include <sonde/record/span_view.hpp>
#include <sonde/record/stack_text.hpp>

namespace sonde::xray {

/// X-Ray's fields are at most so long where nothing else is said, in characters.
inline constexpr std::uint32_t longest_field = 250;

[[nodiscard]] inline std::uint64_t word_of(const sonde::span_id& id) noexcept {
  std::uint64_t word;
  std::memcpy(&word, id.bytes, sizeof word);
  return word;
}

/// An exception on its way up: told in the document of a span, and known by its id in that of the parent.
struct travelling_exception {
  std::uint64_t parent;  // of a span it was seen on
  std::size_t what;         // of its type and message
  std::uint64_t id;
};

class cause_writer {
 public:
  explicit cause_writer(const std::string& working_directory) {
    if (working_directory.empty()) return;
    opening_ = "\"working_directory\":\"" + record::json_escaped(working_directory) + "\",";
  }

  /// `,"cause":…`, or nothing. `arriving` are those that children have told; `departing` gets those the span's parent may
  /// tell by their ids. False where some had to be left out.
  bool write(document_text& to, const record::span_view& span, const record::attribute_view* error_type,
             const std::vector<travelling_exception>& arriving, std::vector<travelling_exception>& departing,
             const allowance& most) const {
    const bool left = (span.header.flags & record::unwound) != 0;
    exceptions found{to, span, arriving, departing, most, opening_};
    for (const record::event_view& each : span.events)
      if (each.name->name == "exception") found.add(facts_of(each.attributes));
    if (!found.any() && left) found.add({{}, "the span was left by an exception"});
    if (!found.any() && span.status() == status::error && (error_type != nullptr || !span.status_message.empty()))
      found.add({error_type != nullptr ? text_of(error_type->value) : "error", span.status_message});
    return found.finish();
  }

 private:
  struct facts {
    std::string_view type{};
    std::string_view message{};
    std::string_view stack{};
    const record::value_view* causes = nullptr;
  };

  [[nodiscard]] static std::string_view text_of(const record::value_view& value) noexcept {
    return value.type == record::entry_type::text ? value.text() : std::string_view{};
  }
  [[nodiscard]] static facts facts_of(const record::attribute_list& attributes) noexcept {
    facts made;
    for (const record::attribute_view& each : attributes) {
      if (each.key->name == "exception.type") made.type = text_of(each.value);
      if (each.key->name == "exception.message") made.message = text_of(each.value);
      if (each.key->name == "exception.stacktrace") made.stack = text_of(each.value);
      if (each.key->name == "sonde.exception.causes" && each.value.type == record::entry_type::array)
        made.causes = &each.value;
    }
    return made;
  }

  /// The exceptions of one span.
  class exceptions {
   public:
    exceptions(document_text& to, const record::span_view& span, const std::vector<travelling_exception>& arriving,
               std::vector<travelling_exception>& departing, const allowance& most, const std::string& opening)
        : to_{to}, span_{span}, arriving_{arriving}, departing_{departing}, most_{most}, opening_{opening} {}

    [[nodiscard]] bool any() const noexcept { return seen_; }

    void add(const facts& of) {
      seen_ = true;
      const std::size_t what = std::hash<std::string_view>{}(of.type) * 31 + std::hash<std::string_view>{}(of.message);
      const std::uint64_t mine = word_of(span_.header.span_id);
      for (const travelling_exception& each : arriving_)
        if (each.parent == mine && each.what == what) {
          known_ = each.id;
          return depart(what, known_);
        }
      if (written_ >= most_.exceptions) {
        complete_ = false;
        return;
      }
      const std::uint64_t id = next_id();
      begin(id, of.type, of.message);
      put_stack(of.stack);
      put_causes(of.causes);
      depart(what, id);
    }

    bool finish() {
      if (written_ != 0) {
        to_.raw("]}");
      } else if (known_ != 0) {
        to_.raw(",\"cause\":");
        put_id(known_);
      }
      return complete_;
    }

   private:
    void depart(std::size_t what, std::uint64_t id) {
      if (!span_.is_local_root()) departing_.push_back({word_of(span_.header.parent_id), what, id});
    }
    void begin(std::uint64_t id, std::string_view type, std::string_view message) {
      if (written_++ == 0) {
        to_.raw(",\"cause\":{");
        to_.raw(opening_);
        to_.raw("\"exceptions\":[");
      } else {
        to_.raw(",");
      }
      to_.raw("{\"id\":");
      put_id(id);
      put(",\"type\":", type.empty() ? std::string_view{"unknown"} : type, longest_field);
      put(",\"message\":", message, most_.text);
      to_.raw(span_.kind() == kind::client ? ",\"remote\":true" : ",\"remote\":false");
    }
    void put(std::string_view member, std::string_view text, std::uint32_t longest) {
      to_.raw(member);
      to_.text(text, longest);
    }

    void put_stack(std::string_view text) {
      std::size_t count = 0;
      record::stack_frames frames{text};
      for (; frames.next(); ++count) {
        if (count >= most_.frames) continue;
        const record::stack_frame& each = frames.frame();
        to_.raw(count == 0 ? ",\"stack\":[{" : ",{");
        put("\"path\":", each.path.empty() ? each.module : each.path, longest_field);
        if (each.line != 0) {
          to_.raw(",\"line\":");
          to_.number(each.line);
        }
        put(",\"label\":", each.label, longest_field);
        to_.raw("}");
      }
      if (count != 0) to_.raw("]");
      if (count > most_.frames) {
        to_.raw(",\"truncated\":");
        to_.number(static_cast<std::int64_t>(count - most_.frames));
      }
    }

    /// Each of a chain names the next.
    void put_causes(const record::value_view* chain) {
      std::int64_t skipped = 0;
      if (chain != nullptr)
        for (record::entry_cursor each{*chain}; each.next();) {
          if (each.value().type != record::entry_type::map) continue;
          if (written_ >= most_.exceptions) {
            ++skipped;
            continue;
          }
          std::string_view type;
          std::string_view message;
          for (record::entry_cursor pair{each.value()}; pair.next();) {
            const std::string_view key = pair.value().key();
            if (!pair.next()) break;
            if (key == "type") type = text_of(pair.value());
            if (key == "message") message = text_of(pair.value());
          }
          const std::uint64_t id = next_id();
          to_.raw(",\"cause\":");
          put_id(id);
          to_.raw("}");
          begin(id, type, message);
        }
      if (skipped != 0) {
        to_.raw(",\"skipped\":");
        to_.number(skipped);
        complete_ = false;
      }
      to_.raw("}");
    }

    /// Never 0, and another for each exception of each span. Source: Steele, Lea, Flood, "Fast splittable pseudorandom
    /// number generators" (the finaliser).
    [[nodiscard]] std::uint64_t next_id() noexcept {
      std::uint64_t drawn = word_of(span_.header.span_id) + 0x9e3779b97f4a7c15u * ++drawn_;
      drawn = (drawn ^ drawn >> 30) * 0xbf58476d1ce4e5b9u;
      drawn = (drawn ^ drawn >> 27) * 0x94d049bb133111ebu;
      drawn ^= drawn >> 31;
      return drawn + (drawn == 0);
    }
    void put_id(std::uint64_t id) {
      unsigned char bytes[8];
      std::memcpy(bytes, &id, sizeof bytes);
      to_.id(bytes);
    }

    document_text& to_;
    const record::span_view& span_;
    const std::vector<travelling_exception>& arriving_;
    std::vector<travelling_exception>& departing_;
    const allowance& most_;
    const std::string& opening_;
    std::size_t written_ = 0;
    std::uint64_t drawn_ = 0;
    std::uint64_t known_ = 0;
    bool seen_ = false;
    bool complete_ = true;
  };

  std::string opening_;
};

}  // namespace sonde::xray
