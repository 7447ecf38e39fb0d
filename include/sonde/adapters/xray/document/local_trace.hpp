// SPDX-License-Identifier: MIT
#pragma once

// The spans of one trace that have ended here and are not sent yet, with the members of their documents. Puts them into one
// another as their spans were, as far as one document may go. Used by trace_store.hpp.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <sonde/adapters/xray/document/cause_writer.hpp>
#include <sonde/adapters/xray/document/text.hpp>
#include <sonde/context/trace_id.hpp>
#include <sonde/otlp/byte_buffer.hpp>

namespace sonde::xray {

/// What begins every datagram. Source: AWS X-Ray daemon, "Using the X-Ray daemon".
inline constexpr std::string_view datagram_header = "{\"format\":\"json\",\"version\":1}\n";
/// With its header. X-Ray takes documents of 64 kB.
inline constexpr std::size_t longest_datagram = 64'000;
/// Room for what a subsegment has beside its members when it goes alone, and for the braces.
inline constexpr std::size_t alone_overhead = 128;
/// Of one span.
inline constexpr std::size_t longest_members = longest_datagram - datagram_header.size() - alone_overhead;

class local_trace {
 public:
  std::vector<travelling_exception> travelling{};

  void begin(const sonde::trace_id& id) noexcept {
    id_ = id;
    travelling.clear();
  }

  /// `members` of the span's document are copied. Throws std::bad_alloc, nothing added.
  void add(const record::header& of, bool segment, std::string_view members) {
    spans_.push_back({word_of(of.span_id), word_of(of.parent_id), members_.size(), members.size(), segment});
    try {
      members_.append(members);
    } catch (...) {
      spans_.pop_back();
      throw;
    }
    if (segment) ++segments_;
  }

  [[nodiscard]] std::size_t count() const noexcept { return spans_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return members_.size() + spans_.size() * sizeof(span); }
  [[nodiscard]] bool has_segment() const noexcept { return segments_ != 0; }

  /// Which documents to send: all, or those of segments alone with what they hold and what goes beside them.
  enum class part : unsigned char { all, segments };

  /// Hands over documents: `send(datagram, spans)`; an empty datagram where memory did not suffice for it. Those within a
  /// document are at most `most_within`, and none is longer than a datagram; what does not fit goes on its own. What was
  /// handed over is gone. Throws std::bad_alloc, nothing sent.
  template <class Send>
  void send(part wanted, std::size_t most_within, otlp::byte_buffer& scratch, Send send) {
    build();
    for (std::uint32_t i = 0; i < spans_.size(); ++i)
      if (nodes_[i].parent == none) settle(i, most_within);
    for (std::uint32_t i = 0; i < spans_.size(); ++i)
      if (nodes_[i].size == 0) break_circle(i);
    for (std::uint32_t i = 0; i < spans_.size(); ++i)
      if (nodes_[i].parent == none) nodes_[i].goes = wanted == part::all || spans_[i].segment;
    if (wanted == part::segments) spread_the_word();
    for (std::uint32_t i = 0; i < spans_.size(); ++i) {
      if (!nodes_[i].alone || !(wanted == part::all || nodes_[i].goes)) continue;
      try {
        send_one(i, scratch, send);
      } catch (...) {
        send(std::string_view{}, std::size_t{nodes_[i].within} + 1);
      }
    }
    if (wanted == part::all)
      clear();
    else
      keep_the_rest();
  }

  void clear() noexcept {
    spans_.clear();
    travelling.clear();
    members_.clear();
    segments_ = 0;
  }
  /// What it holds on to, to be used again.
  [[nodiscard]] std::size_t memory() const noexcept {
    return members_.capacity() + spans_.capacity() * sizeof(span) + nodes_.capacity() * sizeof(node) +
           table_.capacity() * sizeof table_[0] + travelling.capacity() * sizeof(travelling_exception);
  }

 private:
  struct span {
    std::uint64_t id;
    std::uint64_t parent;
    std::size_t begin;
    std::size_t size;
    bool segment;
  };
  static constexpr std::uint32_t none = UINT32_MAX;

  /// A span's place in the tree, and what its document comes to.
  struct node {
    std::uint32_t parent = none;
    std::uint32_t first_child = none;
    std::uint32_t last_child = none;
    std::uint32_t next = none;  // sibling
    std::uint32_t within = 0;   // spans in its document beside itself
    std::uint32_t size = 0;     // of its document, braces and all; 0: not known yet
    bool alone = false;         // has a document of its own
    bool goes = false;          // now
  };
  static constexpr std::string_view subsegments = ",\"subsegments\":[";

  /// Finds each span's parent. A span whose parent is not here is the top of a tree, and so is a segment.
  void build() {
    const std::size_t slots = slots_for(spans_.size());
    table_.assign(slots, none);
    nodes_.assign(spans_.size(), node{});
    for (std::uint32_t i = 0; i < spans_.size(); ++i) table_[free_slot(spans_[i].id)] = i;
    for (std::uint32_t i = 0; i < spans_.size(); ++i) {
      const std::uint32_t parent = spans_[i].segment ? none : find(spans_[i].parent);
      if (parent == none || parent == i) continue;
      node& above = nodes_[parent];
      (above.first_child == none ? above.first_child : nodes_[above.last_child].next) = i;
      above.last_child = i;
      nodes_[i].parent = parent;
    }
  }
  [[nodiscard]] static std::size_t slots_for(std::size_t count) noexcept {
    std::size_t slots = 16;
    while (slots < 2 * count) slots *= 2;
    return slots;
  }
  /// Ids are random: their bits will do.
  [[nodiscard]] std::size_t free_slot(std::uint64_t id) const noexcept {
    std::size_t at = id & (table_.size() - 1);
    while (table_[at] != none) at = (at + 1) & (table_.size() - 1);
    return at;
  }
  [[nodiscard]] std::uint32_t find(std::uint64_t id) const noexcept {
    for (std::size_t at = id & (table_.size() - 1); table_[at] != none; at = (at + 1) & (table_.size() - 1))
      if (spans_[table_[at]].id == id) return table_[at];
    return none;
  }

  /// Children before parents: each keeps those of its children that it has room for; the others go alone.
  void settle(std::uint32_t top, std::size_t most_within) {
    std::uint32_t at = top;
    for (;;) {  // down to the first leaf, then up; no recursion, however deep the tree
      while (nodes_[at].first_child != none) at = nodes_[at].first_child;
      for (;;) {
        weigh(at, most_within);
        if (at == top) {
          nodes_[top].alone = true;
          return;
        }
        if (nodes_[at].next != none) break;
        at = nodes_[at].parent;
      }
      at = nodes_[at].next;
    }
  }
  void weigh(std::uint32_t at, std::size_t most_within) noexcept {
    node& self = nodes_[at];
    self.size = static_cast<std::uint32_t>(spans_[at].size) + 2;
    for (std::uint32_t child = self.first_child; child != none; child = nodes_[child].next) {
      node& below = nodes_[child];
      const std::size_t within = std::size_t{self.within} + 1 + below.within;
      const std::size_t size = std::size_t{self.size} + below.size + 1 + (self.within == 0 ? subsegments.size() : 0);
      if (within > most_within || size > longest_members + 2) {
        below.alone = true;
      } else {
        self.within = static_cast<std::uint32_t>(within);
        self.size = static_cast<std::uint32_t>(size);
      }
    }
  }

  /// Spans that are each other's ancestors: no tree has them.
  void break_circle(std::uint32_t at) noexcept {
    nodes_[at] = {};
    nodes_[at].size = static_cast<std::uint32_t>(spans_[at].size) + 2;
    nodes_[at].alone = true;
  }
  /// Whoever is beneath a span that goes, goes too.
  void spread_the_word() noexcept {
    for (std::uint32_t top = 0; top < spans_.size(); ++top) {
      if (nodes_[top].parent != none || !nodes_[top].goes) continue;
      std::uint32_t at = top;
      for (bool done = false; !done;) {
        nodes_[at].goes = true;
        if (nodes_[at].first_child != none) {
          at = nodes_[at].first_child;
          continue;
        }
        while (at != top && nodes_[at].next == none) at = nodes_[at].parent;
        done = at == top;
        if (!done) at = nodes_[at].next;
      }
    }
  }
  void keep_the_rest() noexcept {
    std::size_t kept = 0;
    std::size_t end = 0;
    for (std::uint32_t i = 0; i < spans_.size(); ++i) {
      if (nodes_[i].goes) continue;
      span moved = spans_[i];
      std::memmove(members_.data() + end, members_.data() + moved.begin, moved.size);
      moved.begin = end;
      end += moved.size;
      spans_[kept++] = moved;
    }
    spans_.resize(kept);
    members_.resize(end);
    segments_ = 0;
  }

  template <class Send>
  void send_one(std::uint32_t top, otlp::byte_buffer& scratch, Send send) {
    scratch.truncate(0);
    document_text to{scratch};
    to.raw(datagram_header);
    to.raw("{");
    if (!spans_[top].segment) {
      to.raw("\"type\":\"subsegment\",\"trace_id\":");
      to.trace_id(id_);
      to.raw(",\"parent_id\":");
      put_id(to, spans_[top].parent);
      to.raw(",");
    }
    put_members(to, top);
    std::uint32_t at = top;
    std::size_t count = 1;
    for (;;) {  // as in settle()
      std::uint32_t down = kept(nodes_[at].first_child);
      if (down != none) {
        to.raw(subsegments);
      } else {
        for (;;) {
          to.raw("}");
          if (at == top) {
            to.commit();
            return send(scratch.bytes(), count);
          }
          down = kept(nodes_[at].next);
          if (down != none) break;
          to.raw("]");
          at = nodes_[at].parent;
        }
        to.raw(",");
      }
      at = down;
      ++count;
      to.raw("{");
      put_members(to, at);
    }
  }
  /// The next of some siblings that is not alone.
  [[nodiscard]] std::uint32_t kept(std::uint32_t child) const noexcept {
    while (child != none && nodes_[child].alone) child = nodes_[child].next;
    return child;
  }
  void put_members(document_text& to, std::uint32_t of) const {
    to.raw(std::string_view{members_}.substr(spans_[of].begin, spans_[of].size));
  }
  static void put_id(document_text& to, std::uint64_t id) {
    unsigned char bytes[8];
    std::memcpy(bytes, &id, sizeof bytes);
    to.id(bytes);
  }

  sonde::trace_id id_{};
  std::string members_;  // of all spans, one after the other
  std::vector<span> spans_;
  std::size_t segments_ = 0;
  // made for sending
  std::vector<node> nodes_;
  std::vector<std::uint32_t> table_;
};

}  // namespace sonde::xray
