// SPDX-License-Identifier: MIT
#pragma once

// Finds the function's name in the text of __PRETTY_FUNCTION__, as GCC and Clang write it. The work behind
// function_name.hpp.

#include <cstddef>
#include <initializer_list>

#include <sonde/meta/text.hpp>

namespace sonde::meta {

/// Reads a function's signature from left to right. Every `a::b::c` it meets may be the name, until one is followed by
/// parameters and nothing deeper. Left out: types, parameters, template arguments, unnamed namespaces.
class signature_reader {
 public:
  /// Of a name longer than `room` the beginning is written; with no room at all, it is only measured.
  constexpr signature_reader(text signature, char* name, std::size_t room) noexcept
      : in_(signature), out_(name), room_(room) {}

  /// Writes the name and returns its size.
  [[nodiscard]] constexpr std::size_t read() noexcept {
    while (at_ < in_.size && !done_) step();
    return size_;
  }

 private:
  constexpr void step() noexcept {
    const char next = peek();
    if (starts("::")) {
      at_ += 2;
      deeper_ = true;
    } else if (starts("{anonymous}::") || starts("(anonymous namespace)::")) {
      unnamed_namespace();
    } else if (starts("<lambda") || starts("(lambda") || starts("(anonymous") || starts("(unnamed") ||
               starts("<unnamed")) {
      unnamed_class();
    } else if (starts("operator") && !is_word(peek(8))) {
      operator_name();
    } else if (starts("decltype(")) {
      at_ = closing(at_ + 8);
    } else if (is_word(next)) {
      component();
    } else if (next == '<' || (next == '[' && named_)) {  // template arguments, an ABI tag
      at_ = closing(at_);
    } else if (next == '(' && named_) {
      parameters();
    } else {  // between parts of a type, or inside the parentheses of a declarator: `int (*f(double))(char)`
      ++at_;
      named_ = deeper_ = false;
    }
  }

  constexpr void unnamed_namespace() noexcept {
    if (!deeper_) size_ = 0;
    at_ = closing(at_);
    named_ = false;
  }
  constexpr void component() noexcept {
    const std::size_t begin = at_;
    while (at_ < in_.size && is_word(peek())) ++at_;
    append(begin, at_);
  }
  constexpr void unnamed_class() noexcept {
    const bool gcc_lambda = starts("<lambda");
    at_ = closing(at_);
    if (gcc_lambda) {  // names the call operator too; parameters were inside
      append("lambda");
      after_parameters();
    } else if (starts("::operator()")) {
      at_ += 12;
      append("lambda");
    } else {
      append("(anonymous)");
    }
  }
  constexpr void operator_name() noexcept {
    const std::size_t begin = at_;
    at_ += 8;
    if (starts("()")) {
      at_ += 2;
    } else if (starts(" new") || starts(" delete") || starts(" co_await") || starts("\"\"")) {
      at_ += 2;
      while (at_ < in_.size && (is_word(peek()) || (peek() == ' ' && is_word(peek(1))))) ++at_;
      append(begin, at_);
      if (starts(" []")) ++at_;
      if (starts("[]")) at_ += 2, extend("[]");
      return;
    } else if (peek() == ' ') {
      conversion();
      return;
    } else {
      // A `<` behind another sign opens template arguments: `operator>><int>`, but `operator<< <int>`.
      for (char last = '<'; is_symbol(peek()) && (peek() != '<' || last == '<'); ++at_) last = peek();
      if (starts("[]")) at_ += 2;
    }
    append(begin, at_);
    if (starts(" <")) ++at_;  // template arguments after `operator<`
  }
  /// `operator const ns::vector<int> *()` becomes `operator const vector*`: all that both compilers tell.
  constexpr void conversion() noexcept {
    append("operator ");
    std::size_t word = size_;
    for (++at_; at_ < in_.size && !starts("()");) {
      if (starts("{anonymous}::") || starts("(anonymous namespace)::")) {
        at_ = closing(at_) + 2;
      } else if (peek() == '<' || peek() == '(') {
        at_ = closing(at_);
      } else if (starts("::")) {
        at_ += 2;
        size_ = word;
      } else if (peek() == ' ' && !is_word(peek(1))) {
        ++at_;
      } else {
        put(peek());
        if (!is_word(peek())) word = size_;
        ++at_;
      }
    }
  }
  constexpr void parameters() noexcept {
    at_ = closing(at_);
    after_parameters();
  }
  /// Skips what may stand between parameters and `::`. Without `::`, the name is complete.
  constexpr void after_parameters() noexcept {
    std::size_t end = at_;
    for (;;) {
      while (end < in_.size && (in_.data[end] == ' ' || in_.data[end] == '&')) ++end;
      if (end < in_.size && in_.data[end] == '[') {
        end = closing(end);
      } else if (const std::size_t after = qualifier(end); after != end) {
        end = after;
      } else {
        break;
      }
    }
    at_ = end;
    done_ = !starts("::");
  }
  [[nodiscard]] constexpr std::size_t qualifier(std::size_t at) noexcept {
    const std::size_t before = at_;
    at_ = at;
    for (const char* word : {"const", "volatile", "noexcept", "mutable", "static", "constexpr", "consteval"}) {
      if (!starts(word)) continue;
      while (at < in_.size && is_word(in_.data[at])) ++at;
      break;
    }
    if (starts("requires ")) {  // a constraint of any shape: look for the lambda that may follow it
      for (; at_ < in_.size && !starts("::<lambda"); ++at_) {
      }
      if (at_ < in_.size) at = at_;
    }
    at_ = before;
    return at;
  }

  constexpr void append(std::size_t begin, std::size_t end) noexcept {
    if (!deeper_) size_ = 0;
    if (size_ != 0) extend("::");
    while (begin < end) put(in_.data[begin++]);
    named_ = true;
    deeper_ = false;
  }
  constexpr void append(const char* word) noexcept {
    append(0, 0);
    extend(word);
  }
  constexpr void extend(const char* word) noexcept {
    while (*word != '\0') put(*word++);
  }
  constexpr void put(char c) noexcept {
    if (size_ < room_) out_[size_] = c;
    ++size_;
  }

  [[nodiscard]] constexpr char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < in_.size ? in_.data[at_ + ahead] : '\0';
  }
  [[nodiscard]] constexpr bool starts(const char* word) const noexcept {
    std::size_t i = at_;
    for (; *word != '\0'; ++word, ++i)
      if (i >= in_.size || in_.data[i] != *word) return false;
    return true;
  }
  /// Behind the bracket that closes the one at `open`.
  [[nodiscard]] constexpr std::size_t closing(std::size_t open) const noexcept {
    const char opener = in_.data[open];
    const char closer = opener == '(' ? ')' : opener == '<' ? '>' : opener == '[' ? ']' : '}';
    std::size_t at = open + 1;
    while (at < in_.size) {
      const char next = in_.data[at];
      if (next == closer && !(next == '>' && in_.data[at - 1] == '-')) return at + 1;
      if (next == '\'' || next == '"') {
        for (++at; at < in_.size && in_.data[at] != next; ++at) at += in_.data[at] == '\\';
        ++at;
      } else if (next == '(' || next == '[' || next == '{' || next == '<') {
        at = closing(at);
      } else if (opener == '<' && (next == ')' || next == ']' || next == '}')) {
        return open + 1;  // it was "less than"
      } else {
        ++at;
      }
    }
    return opener == '<' ? open + 1 : at;
  }
  [[nodiscard]] static constexpr bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           c == '~' || static_cast<unsigned char>(c) >= 0x80;
  }
  [[nodiscard]] static constexpr bool is_symbol(char c) noexcept {
    for (const char symbol : {'+', '-', '*', '/', '%', '^', '&', '|', '~', '!', '=', '<', '>', ','})
      if (c == symbol) return true;
    return false;
  }

  text in_;
  char* out_;
  std::size_t room_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  bool named_ = false;   // a component ends here: a parenthesis opens parameters
  bool deeper_ = false;  // `::` ends here: the next component belongs to the same name
  bool done_ = false;
};

}  // namespace sonde::meta
