// SPDX-License-Identifier: MIT
#pragma once

// One request in flight on one reusable libcurl easy handle: its options, its callbacks, its result. Used by http
// alone.

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>
#include <sys/socket.h>

#include <sonde/environment/key_values.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/curl_error.hpp>
#include <sonde/transport/request.hpp>
#include <sonde/transport/signable.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::transport {

/// The most of a reply that is taken in. Source: OTLP 1.11, which wants a bigger one to be a final error.
inline constexpr std::size_t max_reply_bytes = std::size_t{4} << 20;

/// The longest value of a header that is handed over; a longer one is left out. libcurl bounds them all together.
inline constexpr std::size_t max_kept_header_bytes = std::size_t{16} << 10;

class exchange {
 public:
  using done_function = std::function<void(response)>;

  exchange() noexcept : easy_{curl_easy_init()} {}
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool is_http2() const noexcept { return sent_.version == http_version::http2; }

  /// Makes the handle ready to be added to a multi handle; false, and finished, if the request cannot be sent.
  bool prepare(request what, done_function done) noexcept {
    sent_ = std::move(what);
    done_ = std::move(done);
    answer_ = {};
    finished_ = head_complete_ = too_large_ = out_of_memory_ = second_attempt_ = false;
    socket_error_ = 0;
    detail_[0] = '\0';
    try {
      parsed_url parsed = parse_url(sent_.url);
      target_ = std::move(parsed.url);
      if (!parsed) return refuse(parsed.error);
      if (!environment::is_header_name(sent_.method)) return refuse("the request's method is not one word");
      if (easy() == nullptr) return fail(outcome::no_answer, no_memory);
      if (sent_.signature)
        if (const std::string why = why_not_signable(sent_, target_); !why.empty()) return refuse(why);
      curl_easy_reset(easy());
      return set_headers() && set_options();
    } catch (...) {
      return fail(outcome::no_answer, no_memory);
    }
  }

  /// Called when libcurl is done with the handle, before it leaves the multi handle. Not finished afterwards: it is
  /// to be added once more.
  void finish(CURLcode code) noexcept {
    if (kept_connection_broke(code) && prepare_second_attempt()) return;
    answer_.status = static_cast<int>(info<long>(CURLINFO_RESPONSE_CODE));
    try {
      answer_.content_type = header("Content-Type");
      answer_.retry_after = header("Retry-After");
      for (const std::string& name : sent_.kept_headers)
        if (std::string value = header(name.c_str()); !value.empty())
          answer_.headers.emplace_back(name, std::move(value));
      if (too_large_)
        fail(outcome::too_large, "reply larger than 4 MiB from " + target_.authority());
      else if (code == CURLE_WRITE_ERROR && lacks_http2())  // broken off by us
        fail(outcome::no_answer, target_.authority() + no_http2);
      else if (code != CURLE_OK || !head_complete_)  // libcurl takes half a head for a whole one
        fail(outcome::no_answer, sentence_for(failure(code == CURLE_OK ? CURLE_PARTIAL_FILE : code), target_, sent_));
      else
        answer_.outcome = outcome::answered;
    } catch (...) {
      fail(outcome::no_answer, no_memory);
    }
    finished_ = true;
  }

  /// Ends it from our side, whatever has arrived; false.
  bool fail(transport::outcome how, std::string_view why) noexcept {
    answer_.outcome = how;
    answer_.body = {};
    finished_ = true;
    try {
      answer_.error = why;
    } catch (...) {
      answer_.error = no_memory;
    }
    return false;
  }

  /// Hands the result over (what `done` throws is lost), and gives back the memory of request and reply.
  void deliver() noexcept {
    if (easy() != nullptr) curl_easy_reset(easy());  // it has copies of passwords
    headers_.reset();
    sent_ = {};
    call(std::exchange(done_, nullptr), std::exchange(answer_, {}));
  }

  static void call(const done_function& done, response answer) noexcept {
    try {
      if (done) done(std::move(answer));
    } catch (...) {  // an exporter's own failure must not end the collector
    }
  }

 private:
  static constexpr const char* no_memory = "out of memory";  // short enough for a string to hold without asking for any

  bool refuse(std::string_view why) noexcept { return fail(outcome::refused, why); }

  template <class Value>
  [[nodiscard]] Value info(CURLINFO what) const noexcept {
    Value value{};
    curl_easy_getinfo(easy(), what, &value);
    return value;
  }

  /// Whether the server answers in a version before the one it must speak. A proxy on the way may.
  [[nodiscard]] bool lacks_http2() const noexcept {
    const long version = is_http2() ? info<long>(CURLINFO_HTTP_VERSION) : 0;
    return version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
  }

  [[nodiscard]] curl_failure failure(CURLcode code) const noexcept {
    return {out_of_memory_ ? CURLE_OUT_OF_MEMORY : code,
            socket_error_ != 0 ? socket_error_ : info<long>(CURLINFO_OS_ERRNO),
            info<curl_off_t>(CURLINFO_PRETRANSFER_TIME_T) > 0,
            info<long>(CURLINFO_NUM_CONNECTS) > 0 && info<long>(CURLINFO_HEADER_SIZE) == 0,
            detail_};
  }

  /// Whether the request went into a connection of an earlier one and nothing came back. libcurl itself goes on with a
  /// new connection where it finds the old one closed, but not where that breaks under a long body or as HTTP/2.
  [[nodiscard]] bool kept_connection_broke(CURLcode code) const noexcept {
    const bool broke = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
                       code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
    return broke && !second_attempt_ && info<long>(CURLINFO_NUM_CONNECTS) == 0 &&
           info<long>(CURLINFO_HEADER_SIZE) == 0 && answer_.body.empty();
  }

  /// On a connection of its own, within the time that is left.
  bool prepare_second_attempt() noexcept {
    using namespace std::chrono;
    const auto spent = ceil<milliseconds>(microseconds{info<curl_off_t>(CURLINFO_TOTAL_TIME_T)});
    if (sent_.timeout > 0ms && spent >= sent_.timeout) return false;
    second_attempt_ = true;
    detail_[0] = '\0';
    return curl_easy_setopt(easy(), CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           set_timeout(sent_.timeout > 0ms ? sent_.timeout - spent : 0ms);
  }

  bool set_timeout(std::chrono::milliseconds timeout) noexcept {
    constexpr std::chrono::milliseconds::rep longest = std::numeric_limits<int>::max();
    const auto bounded = static_cast<long>(std::clamp<std::chrono::milliseconds::rep>(timeout.count(), 0, longest));
    return curl_easy_setopt(easy(), CURLOPT_TIMEOUT_MS, bounded) == CURLE_OK;
  }

  bool append_header(const std::string& line) {
    curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
    if (longer == nullptr) return fail(outcome::no_answer, no_memory);
    static_cast<void>(headers_.release());
    headers_.reset(longer);
    return true;
  }

  bool set_headers() {
    headers_.reset();
    bool has_content_type = false;
    for (const auto& [name, value] : sent_.headers) {
      if (!environment::is_header_name(name)) return refuse("a header's name has a character that no header may have");
      if (!environment::is_header_value(value))
        return refuse("the value of header '" + name + "' has a line break in it");
      has_content_type |= environment::same_ignoring_case(name, "Content-Type");
      // "Name;" is how libcurl is told to send an empty value; "Name:" would remove the header.
      if (!append_header(environment::trimmed(value).empty() ? name + ";" : name + ": " + value)) return false;
    }
    // Without a type libcurl calls any body a form, without "Expect:" it waits for leave to send a long one. But what
    // these lines remove would be signed.
    if (!sent_.signature) return append_header("Expect:") && (has_content_type || append_header("Content-Type:"));
    const std::string& token = sent_.signature->session_token;
    return (has_content_type || sent_.body.empty() || append_header("Content-Type: application/octet-stream")) &&
           (token.empty() || append_header("X-Amz-Security-Token: " + token));
  }

  bool set_options() {
    bool ok = true;
    const auto set = [&](auto option, auto value) { ok &= curl_easy_setopt(easy(), option, value) == CURLE_OK; };
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_ERRORBUFFER, detail_);
    set(CURLOPT_URL, sent_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_WRITEFUNCTION, &exchange::take);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &exchange::take_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_OPENSOCKETFUNCTION, &exchange::open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
    // A name lookup that outlives its request is left to its thread; otherwise cleaning up waits for it, for all
    // backends.
    set(CURLOPT_QUICK_EXIT, 1L);
    ok &= set_timeout(sent_.timeout);
    // A proxy elsewhere has another loopback, and must not see what a machine tells about itself.
    if (is_loopback(target_.host) || is_link_local(target_.host)) set(CURLOPT_PROXY, "");
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!sent_.ca_file.empty()) set(CURLOPT_CAINFO, sent_.ca_file.c_str());
    if (!sent_.client_certificate_file.empty()) set(CURLOPT_SSLCERT, sent_.client_certificate_file.c_str());
    if (!sent_.client_key_file.empty()) set(CURLOPT_SSLKEY, sent_.client_key_file.c_str());
    if (sent_.method == "GET" && sent_.body.empty()) {
      set(CURLOPT_HTTPGET, 1L);
    } else {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDS, sent_.body.data());
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sent_.body.size()));
      if (sent_.method != "POST") set(CURLOPT_CUSTOMREQUEST, sent_.method.c_str());
    }
    if (is_http2()) {
      // 7.88 takes a reply for complete, and leaves its trailers, once it has that many bytes.
      set(CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
      const bool tls = target_.scheme == "https";
      set(CURLOPT_HTTP_VERSION, tls ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE});
      if (!tls && fails_on_kept_http2()) {
        set(CURLOPT_FRESH_CONNECT, 1L);
        set(CURLOPT_FORBID_REUSE, 1L);
      }
    }
    if (sent_.signature) {
      const aws_signature& by = *sent_.signature;
      set(CURLOPT_AWS_SIGV4, ("aws:amz:" + by.region + ":" + by.service).c_str());
      set(CURLOPT_USERNAME, by.access_key_id.c_str());
      set(CURLOPT_PASSWORD, by.secret_access_key.c_str());
      set(CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);  // the leave to send a long body is asked for, not waited for
    }
    return ok || refuse("libcurl refused an option of this request");
  }

  /// Not for programs that the user's starts meanwhile: libcurl itself leaves its sockets to them.
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* where) noexcept {
    const curl_socket_t made = ::socket(where->family, where->socktype | SOCK_CLOEXEC, where->protocol);
    static_cast<exchange*>(self)->socket_error_ = made == CURL_SOCKET_BAD ? errno : 0;  // libcurl does not keep it
    return made;
  }

  /// Whether this libcurl cannot use an HTTP/2 connection without TLS a second time. Source: curl's pull request 10643.
  [[nodiscard]] static bool fails_on_kept_http2() noexcept {
    const unsigned version = curl_version_info(CURLVERSION_NOW)->version_num;
    return version >= 0x075800 && version < 0x080000;
  }

  /// The last of this name in the final reply, trailers included; empty if there is none or it is too long.
  [[nodiscard]] std::string header(const char* name) const {
    constexpr unsigned origin = CURLH_HEADER | CURLH_TRAILER;
    curl_header* found = nullptr;
    if (curl_easy_header(easy(), name, 0, origin, -1, &found) != CURLHE_OK) return {};
    if (curl_easy_header(easy(), name, found->amount - 1, origin, -1, &found) != CURLHE_OK) return {};
    const std::string_view value = found->value;
    return value.size() <= max_kept_header_bytes ? std::string{value} : std::string{};
  }

  static std::size_t take_header(const char* data, std::size_t size, std::size_t count, void* user) noexcept {
    const std::string_view line{data, size * count};
    exchange& self = *static_cast<exchange*>(user);
    if (line.starts_with("HTTP/")) self.head_complete_ = false;
    if (environment::trimmed(line).empty()) self.head_complete_ = true;
    // Of such a reply not even the end would be seen: its length is ignored.
    return self.lacks_http2() ? CURL_WRITEFUNC_ERROR : line.size();
  }

  static std::size_t take(const char* data, std::size_t size, std::size_t count, void* user) noexcept {
    exchange& self = *static_cast<exchange*>(user);
    const std::size_t bytes = size * count;
    if (bytes > max_reply_bytes - self.answer_.body.size()) {
      self.too_large_ = true;
      return CURL_WRITEFUNC_ERROR;
    }
    try {
      self.answer_.body.append(data, bytes);
      return bytes;
    } catch (...) {
      self.out_of_memory_ = true;
      return CURL_WRITEFUNC_ERROR;
    }
  }

  struct free_list {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };
  struct clean_up {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  };

  std::unique_ptr<CURL, clean_up> easy_;
  std::unique_ptr<curl_slist, free_list> headers_;
  request sent_;
  url target_;
  response answer_;
  done_function done_;
  bool finished_ = false;
  bool head_complete_ = false;
  bool too_large_ = false;
  bool out_of_memory_ = false;
  bool second_attempt_ = false;
  int socket_error_ = 0;  // of the last socket that could not be had
  char detail_[CURL_ERROR_SIZE] = {};
};

}  // namespace sonde::transport
