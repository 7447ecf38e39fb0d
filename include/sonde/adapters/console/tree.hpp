// SPDX-License-Identifier: MIT
#pragma once

// Draws one trace: a line per span, log and event, in the order they began, below the span they belong to. Columns: how
// long or when, the same as a bar, the tree.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sonde/adapters/console/held_trace.hpp>
#include <sonde/adapters/console/line.hpp>
#include <sonde/adapters/console/look.hpp>

namespace sonde::console {

class tree {
 public:
  /// Deeper spans are drawn at this depth, and say how deep they are.
  static constexpr std::size_t deepest_indent = 20;

  tree(const look& style, const held_trace& trace) : style_{style}, trace_{trace}, lines_{style, range(trace)} {
    arrange();
  }

  /// `remark` says why the trace is not whole; may be empty.
  [[nodiscard]] std::string draw(std::string_view remark) {
    header(remark);
    // No recursion: traces may be nested more deeply than the stack allows.
    open_.push_back({nullptr, 0});
    while (!open_.empty()) {
      level_state& top = open_.back();
      const std::vector<item>& here = top.children != nullptr ? *top.children : tops_;
      if (top.next == here.size()) {
        open_.pop_back();
        continue;
      }
      const item& each = here[top.next++];
      if (each.span != nullptr)
        draw(*each.span);
      else
        draw(*each.point);
    }
    return std::move(lines_.text);
  }

 private:
  /// A span or a moment among the children of a span.
  struct item {
    std::int64_t start;
    const held_span* span;
    const moment* point;
    std::size_t place = 0;  // among its siblings, as they came
  };
  struct level_state {
    const std::vector<item>* children;  // null: the tops
    std::size_t next;
    std::size_t past_last_span = 0;  // index into the children
    std::string_view guide{};        // what leads down past the children of this level
    const held_span* span = nullptr; // whose children they are; null: the tops
  };
  struct id_order {
    bool operator()(const sonde::span_id& a, const sonde::span_id& b) const noexcept {
      return std::memcmp(&a, &b, sizeof a) < 0;
    }
  };
  struct node {
    const held_span* span = nullptr;
    std::vector<item> children;
    bool drawn = false;
  };

  [[nodiscard]] static time_range range(const held_trace& trace) {
    time_range made{INT64_MAX, INT64_MIN};
    for (const held_span& each : trace.spans) made = {std::min(made.start, each.start), std::max(made.end, each.end)};
    if (!trace.spans.empty()) return made;
    for (const moment& each : trace.logs)
      made = {std::min(made.start, each.unix_nano), std::max(made.end, each.unix_nano)};
    return made;
  }

  /// Sorts everything below its parent. Spans that are each other's ancestors (foreign bytes) hang
  /// nowhere and are not drawn.
  void arrange() {
    for (const held_span& each : trace_.spans) nodes_[each.span_id].span = &each;
    for (const held_span& each : trace_.spans) {
      std::vector<item>& siblings = is_top(each) ? tops_ : nodes_[each.parent_id].children;
      siblings.push_back({each.start, &each, nullptr});
      std::vector<item>& mine = nodes_[each.span_id].children;
      for (const moment& point : each.moments) mine.push_back({point.unix_nano, nullptr, &point});
    }
    for (const moment& each : trace_.logs) {
      const auto home = nodes_.find(each.span_id);
      if (home == nodes_.end())
        tops_.push_back({each.unix_nano, nullptr, &each});
      else if (!repeats(*home->second.span, each))
        home->second.children.push_back({each.unix_nano, nullptr, &each});
    }
    for (auto& [id, each] : nodes_) sort(each.children);
    sort(tops_);
  }
  /// By start, and what starts together as it came. (std::stable_sort calls what libstdc++ 12 deprecates, and Clang 19 says so.)
  static void sort(std::vector<item>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) items[i].place = i;
    std::sort(items.begin(), items.end(),
              [](const item& a, const item& b) { return a.start != b.start ? a.start < b.start : a.place < b.place; });
  }
  [[nodiscard]] bool is_top(const held_span& span) const {
    return nodes_.find(span.parent_id) == nodes_.end() || span.parent_id == span.span_id;
  }
  /// The occurrence of a report whose exception the span shows already.
  [[nodiscard]] static bool repeats(const held_span& span, const moment& log) {
    if (log.type != moment::what::occurrence) return false;
    for (const moment& each : span.moments)
      if (each.type == moment::what::exception && each.text == log.text) return true;
    return false;
  }

  void header(std::string_view remark) {
    std::size_t errors = 0;
    for (const held_span& each : trace_.spans) errors += each.status == status::error;
    const auto id = trace_.trace_id.to_hex();
    std::string& out = lines_.text;
    style_.put(out, colour::dim, "trace ");
    out.append(id.data(), id.size());
    style_.put(out, colour::dim, "  " + moment_text(lines_.range().start) + "  ");
    out += trace_.spans.empty() ? counted(trace_.logs.size(), "log") : counted(trace_.spans.size(), "span");
    if (errors != 0) {
      out += ", ";
      style_.put(out, colour::bad, counted(errors, "error"));
    }
    if (!remark.empty()) {
      out += "  ";
      style_.put(out, colour::warning, "(" + std::string{remark} + ")");
    }
    out += '\n';
  }
  [[nodiscard]] static std::string counted(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string{what} + (count == 1 ? "" : "s");
  }

  [[nodiscard]] static std::string marked(std::string_view glyph, std::string_view text) {
    return std::string{glyph} + " " + std::string{text};
  }

  void draw(const held_span& span) {
    node& self = nodes_[span.span_id];
    const bool is_last = open_.back().next == open_.back().past_last_span;
    const bool failed = span.status == status::error;
    const std::size_t depth = open_.size() - 1;

    line_builder line = lines_.begin_span(span.start, span.end, failed);
    guides(line, depth);
    if (depth != 0) line.guide(is_last ? style_.glyph().last_branch : style_.glyph().branch);
    if (depth > deepest_indent) line.put(colour::dim, "depth " + std::to_string(depth) + "  ");
    line.put(failed ? colour::bad : colour::name, span.name);
    if (failed) line.word(colour::bad, span.status_message.empty() ? "ERROR" : "ERROR: " + span.status_message);
    if (span.status == status::ok) line.word(colour::good, "ok");
    if (span.kind != kind::internal) line.word(colour::dim, kind_name(span.kind));
    if (!span.scope.empty()) line.word(colour::dim, "[" + span.scope + "]");
    if (!span.place.empty()) line.word(colour::dim, span.place);
    if (span.remote_parent) {
      const auto parent = span.parent_id.to_hex();
      line.word(colour::dim, "remote parent " + std::string{parent.data(), parent.size()});
    }
    if (span.cut != 0) line.word(colour::warning, "(" + counted(span.cut, "value") + " cut)");
    line.end();

    if (depth != 0) open_.back().guide = is_last ? style_.glyph().no_guide : style_.glyph().guide;
    // Two spans of one id (foreign bytes) share the children: drawn once.
    static const std::vector<item> none;
    const std::vector<item>& children = std::exchange(self.drawn, true) ? none : self.children;
    open_.push_back({&children, 0, past_last_span(children), {}, &span});
    if (!span.attributes.empty()) {
      line_builder details = begin_detail();
      details.pairs(span.attributes);
      details.end();
    }
    for (const std::string& each : span.links) {
      line_builder details = begin_detail();
      details.put(colour::dim, marked(style_.glyph().link, each));
      details.end();
    }
  }

  void draw(const moment& point) {
    line_builder line = lines_.begin_moment(point.unix_nano);
    detail_guides(line);
    line.hang();
    switch (point.type) {
      case moment::what::event: line.put(colour::none, marked(style_.glyph().moment, point.text)); break;
      case moment::what::exception: line.put(colour::bad, marked(style_.glyph().failure, point.text)); break;
      case moment::what::log:
      case moment::what::occurrence: line.log(point); break;
    }
    if (point.type == moment::what::log && open_.back().span != nullptr)
      line.pairs(unsaid(point.attributes, *open_.back().span));
    else
      line.pairs(point.attributes);
    line.end();
  }
  /// What a log adds to the attributes of its span: an access log tells of a request what the span tells too.
  [[nodiscard]] static std::vector<pair_text> unsaid(const std::vector<pair_text>& attributes, const held_span& within) {
    std::vector<pair_text> made;
    std::copy_if(attributes.begin(), attributes.end(), std::back_inserter(made), [&](const pair_text& each) {
      return std::find(within.attributes.begin(), within.attributes.end(), each) == within.attributes.end();
    });
    return made;
  }

  /// A line without time, below the span drawn last.
  [[nodiscard]] line_builder begin_detail() {
    line_builder line = lines_.begin_detail();
    detail_guides(line);
    return line;
  }
  void detail_guides(line_builder& line) {
    const level_state& here = open_.back();
    guides(line, open_.size() - 1);
    if (open_.size() > 1) line.guide(here.next < here.past_last_span ? style_.glyph().guide : style_.glyph().no_guide);
  }
  void guides(line_builder& line, std::size_t depth) const {
    for (std::size_t i = 1; i < std::min(depth, deepest_indent + 1); ++i) line.guide(open_[i].guide);
  }

  [[nodiscard]] static std::size_t past_last_span(const std::vector<item>& children) noexcept {
    std::size_t past = children.size();
    while (past > 0 && children[past - 1].span == nullptr) --past;
    return past;
  }

  [[nodiscard]] static std::string_view kind_name(sonde::kind which) noexcept {
    switch (which) {
      case kind::server: return "server";
      case kind::client: return "client";
      case kind::producer: return "producer";
      case kind::consumer: return "consumer";
      case kind::internal: break;
    }
    return "";
  }

  const look& style_;
  const held_trace& trace_;
  line_writer lines_;
  std::map<sonde::span_id, node, id_order> nodes_;
  std::vector<item> tops_;
  std::vector<level_state> open_;
};

}  // namespace sonde::console
