// SPDX-License-Identifier: MIT
#pragma once

// Descriptions of keys and event names, made from template arguments: checked, and encoded, when the program is compiled.

#include <sonde/encoding/json.hpp>
#include <sonde/encoding/protobuf.hpp>
#include <sonde/encoding/utf8.hpp>
#include <sonde/meta/fixed_string.hpp>
#include <sonde/record/description.hpp>

namespace sonde::record {

template <meta::fixed_string Text>
inline constexpr meta::text text_of{Text.value, Text.size()};

/// X-Ray indexes annotations only under such keys. Source: AWS X-Ray, "Segment documents", annotations.
[[nodiscard]] consteval bool usable_annotation_key(meta::text key) {
  for (std::size_t i = 0; i < key.size; ++i) {
    const char c = key.data[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.')) return false;
  }
  return key.size <= 500;
}

template <description_type Type, meta::fixed_string Key, meta::fixed_string NameSpace = "">
[[nodiscard]] consteval description describe_key() {
  static_assert(!Key.empty(), "sonde: the key of an attribute must not be empty");
  static_assert(encoding::valid_utf8(text_of<Key>), "sonde: the key of an attribute must be valid UTF-8");
  if constexpr (Type == description_type::annotation)
    static_assert(usable_annotation_key(text_of<Key>),
                  "sonde: the key of an X-Ray annotation may hold only letters, digits, '_' and '.', 500 at most; "
                  "use set_attribute for other keys");
  if constexpr (Type == description_type::metadata) {
    static_assert(!NameSpace.empty(), "sonde: the namespace of X-Ray metadata must not be empty");
    static_assert(!(NameSpace.size() >= 4 && NameSpace[0] == 'A' && NameSpace[1] == 'W' && NameSpace[2] == 'S' &&
                    NameSpace[3] == '.'),
                  "sonde: namespaces of X-Ray metadata that begin with 'AWS.' are reserved");
  }
  description made;
  made.type = Type;
  made.name = text_of<Key>;
  made.name_space = text_of<NameSpace>;
  made.protobuf = {encoding::field_bytes<1, Key>.data(), encoding::field_bytes<1, Key>.size()};
  made.json = {encoding::json_escaped<Key>.data(), encoding::json_escaped<Key>.size()};
  return made;
}

template <description_type Type, meta::fixed_string Key, meta::fixed_string NameSpace = "">
[[gnu::visibility("hidden")]] inline constinit description key = describe_key<Type, Key, NameSpace>();

template <meta::fixed_string Name>
[[nodiscard]] consteval description describe_event() {
  static_assert(!Name.empty(), "sonde: the name of an event must not be empty");
  static_assert(encoding::valid_utf8(text_of<Name>), "sonde: the name of an event must be valid UTF-8");
  description made;
  made.type = description_type::event;
  made.name = text_of<Name>;
  made.protobuf = {encoding::field_bytes<2, Name>.data(), encoding::field_bytes<2, Name>.size()};
  made.json = {encoding::json_escaped<Name>.data(), encoding::json_escaped<Name>.size()};
  return made;
}

template <meta::fixed_string Name>
[[gnu::visibility("hidden")]] inline constinit description event_name = describe_event<Name>();

}  // namespace sonde::record
