// SPDX-License-Identifier: MIT
#pragma once

// A JSON value that is kept: an item while it is made, a reply once it is read. Members stay in their order. Its end
// takes no memory, so it may come where there is none. json_reader.hpp reads it, json_text.hpp writes it. Used by
// adapters/rollbar and whoever reads replies.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace sonde::encoding {

enum class json_kind : std::uint8_t { null, boolean, integer, unsigned_integer, number, text, array, object };

/// Whatever makes it throws std::bad_alloc where memory is short; what moves and ends it does not. Its destructor goes
/// as deep as it is nested: whoever makes one bounds that.
class json_value {
 public:
  using member = std::pair<std::string, json_value>;

  json_value() noexcept = default;
  json_value(std::same_as<bool> auto value) noexcept : content_{value} {}
  json_value(double value) noexcept : content_{value} {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  json_value(Integer value) noexcept {
    if (std::in_range<std::int64_t>(value))
      content_ = static_cast<std::int64_t>(value);
    else
      content_ = static_cast<std::uint64_t>(value);
  }
  json_value(std::string text) noexcept : content_{std::move(text)} {}
  json_value(std::string_view text) : content_{std::string{text}} {}
  json_value(const char* text) : content_{std::string{text}} {}

  /// By hand, since a std::variant of GCC 12 destroys what is not there where its copying throws.
  json_value(const json_value& from) {
    std::visit([this](const auto& held) { content_ = std::decay_t<decltype(held)>{held}; }, from.content_);
  }
  json_value& operator=(const json_value& from) { return *this = json_value{from}; }
  json_value(json_value&&) noexcept = default;
  json_value& operator=(json_value&&) noexcept = default;
  ~json_value() = default;

  template <class... Elements>
  [[nodiscard]] static json_value array(Elements&&... elements) {
    json_value made;
    made.content_.emplace<list>().reserve(sizeof...(elements));
    (made.push_back(std::forward<Elements>(elements)), ...);
    return made;
  }
  /// Of names and values in turn.
  template <class... Pairs>
    requires(sizeof...(Pairs) % 2 == 0)
  [[nodiscard]] static json_value object(Pairs&&... pairs) {
    json_value made;
    made.content_.emplace<member_list>().reserve(sizeof...(pairs) / 2);
    made.append_all(std::forward<Pairs>(pairs)...);
    return made;
  }

  [[nodiscard]] json_kind kind() const noexcept { return static_cast<json_kind>(content_.index()); }
  [[nodiscard]] bool is_null() const noexcept { return kind() == json_kind::null; }
  [[nodiscard]] bool is_array() const noexcept { return kind() == json_kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return kind() == json_kind::object; }
  /// Null, an array without elements, an object without members.
  [[nodiscard]] bool empty() const noexcept { return is_null() || (is_array() || is_object() ? size() == 0 : false); }
  [[nodiscard]] std::size_t size() const noexcept { return elements().size() + members().size(); }

  [[nodiscard]] std::optional<bool> boolean() const noexcept { return held<bool>(); }
  /// Of a whole number that was written as one, if it fits.
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept { return held<std::int64_t>(); }
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const noexcept {
    const auto small = integer();
    if (!small) return held<std::uint64_t>();
    return *small < 0 ? std::nullopt : std::optional{static_cast<std::uint64_t>(*small)};
  }
  /// Of any number.
  [[nodiscard]] std::optional<double> number() const noexcept {
    if (const auto whole = integer()) return static_cast<double>(*whole);
    if (const auto large = held<std::uint64_t>()) return static_cast<double>(*large);
    return held<double>();
  }
  /// Null where it is no text.
  [[nodiscard]] const std::string* text() const noexcept { return std::get_if<std::string>(&content_); }

  /// Of an array, in their order; none of anything else.
  [[nodiscard]] std::span<json_value> elements() noexcept { return all_of<list, json_value>(*this); }
  [[nodiscard]] std::span<const json_value> elements() const noexcept { return all_of<list, const json_value>(*this); }
  /// Of an object, in their order; none of anything else.
  [[nodiscard]] std::span<member> members() noexcept { return all_of<member_list, member>(*this); }
  [[nodiscard]] std::span<const member> members() const noexcept { return all_of<member_list, const member>(*this); }

  /// A member, the last of that name; null where there is none.
  [[nodiscard]] const json_value* find(std::string_view name) const noexcept {
    const auto all = members();
    for (std::size_t i = all.size(); i-- != 0;)
      if (all[i].first == name) return &all[i].second;
    return nullptr;
  }
  [[nodiscard]] json_value* find(std::string_view name) noexcept {
    return const_cast<json_value*>(std::as_const(*this).find(name));
  }
  [[nodiscard]] bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }
  /// A member that is a text; null where there is none.
  [[nodiscard]] const std::string* text(std::string_view name) const noexcept {
    const json_value* const found = find(name);
    return found == nullptr ? nullptr : found->text();
  }
  /// The member of that name, a new one where there is none. What is no object becomes one.
  json_value& operator[](std::string_view name) {
    json_value* const found = find(name);
    return found != nullptr ? *found : append(std::string{name}, {});
  }

  /// At the end, of an array or of what becomes one. Good until the next.
  json_value& push_back(json_value element) { return as<list>().emplace_back(std::move(element)); }
  /// At the end, of an object or of what becomes one, whatever its other names are. Good until the next.
  json_value& append(std::string name, json_value value) {
    return as<member_list>().emplace_back(std::move(name), std::move(value)).second;
  }
  void erase(std::string_view name) noexcept {
    if (auto* const all = std::get_if<member_list>(&content_))
      std::erase_if(*all, [name](const member& each) { return each.first == name; });
  }
  /// Of an array, the elements from `first` to before `last`, which there must be.
  void erase(std::size_t first, std::size_t last) noexcept {
    if (auto* const all = std::get_if<list>(&content_))
      all->erase(all->begin() + static_cast<std::ptrdiff_t>(first), all->begin() + static_cast<std::ptrdiff_t>(last));
  }

 private:
  using list = std::vector<json_value>;
  using member_list = std::vector<member>;

  template <class Type>
  [[nodiscard]] std::optional<Type> held() const noexcept {
    const Type* const found = std::get_if<Type>(&content_);
    return found == nullptr ? std::nullopt : std::optional{*found};
  }
  template <class List, class Each, class Self>
  [[nodiscard]] static std::span<Each> all_of(Self& of) noexcept {
    auto* const all = std::get_if<List>(&of.content_);
    return all == nullptr ? std::span<Each>{} : std::span<Each>{*all};
  }
  template <class List>
  [[nodiscard]] List& as() {
    if (List* const found = std::get_if<List>(&content_)) return *found;
    return content_.emplace<List>();
  }
  void append_all() noexcept {}
  template <class... Rest>
  void append_all(std::string_view name, json_value value, Rest&&... rest) {
    append(std::string{name}, std::move(value));
    append_all(std::forward<Rest>(rest)...);
  }

  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, list, member_list> content_;
};

static_assert(std::is_nothrow_move_constructible_v<json_value> && std::is_nothrow_move_assignable_v<json_value>);

}  // namespace sonde::encoding
