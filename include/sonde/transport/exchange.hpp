// SPDX-License-Identifier: MIT
#pragma once

// One request in flight on one reusable libcurl easy handle: its options, its callbacks, its result. Used by http
// alone.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include <sonde/environment/key_values.hpp>
#include <sonde/environment/syntax.hpp>
#include <sonde/transport/curl_error.hpp>
#include <sonde/transport/request.hpp>
#include <sonde/transport/url.hpp>

namespace sonde::transport {

/// The most of a reply that is taken in. Source: OTLP 1.11, which wants a bigger one to be a final error.
inline constexpr std::size_t max_reply_bytes = std::size_t{4} << 20;

class exchange {
 public:
  using done_function = std::function<void(response)>;

  exchange() noexcept : easy_{curl_easy_init()} {}
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
  [[nodiscard]] bool finished() const noexcept { return finished_; }

  /// Makes the handle ready to be added to a multi handle; false, and finished, if the request cannot be sent.
  bool prepare(request what, done_function done) noexcept {
    sent_ = std::move(what);
    done_ = std::move(done);
    answer_ = {};
    finished_ = too_large_ = out_of_memory_ = false;
    detail_[0] = '\0';
    try {
      parsed_url parsed = parse_url(sent_.url);
      target_ = std::move(parsed.url);
      if (!parsed) return refuse(parsed.error);
      if (!environment::is_header_name(sent_.method)) return refuse("the request's method is not one word");
      if (easy() == nullptr) return fail(outcome::no_answer, no_memory);
      curl_easy_reset(easy());
      return set_headers() && set_options();
    } catch (...) {
      return fail(outcome::no_answer, no_memory);
    }
  }

  /// Called when libcurl is done with the handle, before it leaves the multi handle.
  void finish(CURLcode code) noexcept {
    long status = 0;
    curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    try {
      answer_.content_type = header("Content-Type");
      answer_.retry_after = header("Retry-After");
      if (too_large_)
        fail(outcome::too_large, "reply larger than 4 MiB from " + target_.authority());
      else if (code == CURLE_OK)
        answer_.outcome = outcome::answered;
      else
        fail(outcome::no_answer, sentence_for(failure(code), target_, sent_));
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

  [[nodiscard]] curl_failure failure(CURLcode code) const noexcept {
    long system_error = 0;
    double ready = 0;
    curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &system_error);
    curl_easy_getinfo(easy(), CURLINFO_PRETRANSFER_TIME, &ready);
    return {out_of_memory_ ? CURLE_OUT_OF_MEMORY : code, system_error, ready > 0, detail_};
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
    // Without these libcurl waits for a 100-continue, and calls any body a form.
    return append_header("Expect:") && (has_content_type || append_header("Content-Type:"));
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
    set(CURLOPT_NOSIGNAL, 1L);
    // A name lookup that outlives its request is left to its thread; otherwise cleaning up waits for it, for all
    // backends.
    set(CURLOPT_QUICK_EXIT, 1L);
    constexpr long longest = std::numeric_limits<int>::max();
    set(CURLOPT_TIMEOUT_MS,
        static_cast<long>(std::clamp<std::chrono::milliseconds::rep>(sent_.timeout.count(), 0, longest)));
    if (is_loopback(target_.host)) set(CURLOPT_PROXY, "");  // a proxy elsewhere has another loopback
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
    return ok || refuse("libcurl refused an option of this request");
  }

  [[nodiscard]] std::string header(const char* name) const {
    curl_header* found = nullptr;
    if (curl_easy_header(easy(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return {};
    return found->value;
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
  bool too_large_ = false;
  bool out_of_memory_ = false;
  char detail_[CURL_ERROR_SIZE] = {};
};

}  // namespace sonde::transport
