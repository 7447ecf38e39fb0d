// SPDX-License-Identifier: MIT
#pragma once

// The way of log records to CloudWatch Logs: messages as records come, sorted batches, signed requests, replies judged. What
// has to be there first (keys, the group, the stream) is fetched and made by errands. Used by the exporter.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sonde/adapters/cloudwatch/api.hpp>
#include <sonde/adapters/cloudwatch/batch.hpp>
#include <sonde/adapters/cloudwatch/creation.hpp>
#include <sonde/adapters/cloudwatch/message_writer.hpp>
#include <sonde/adapters/cloudwatch/reply.hpp>
#include <sonde/adapters/cloudwatch/sentences.hpp>
#include <sonde/adapters/cloudwatch/settings.hpp>
#include <sonde/aws/credential_chain.hpp>
#include <sonde/pipeline/exporter.hpp>
#include <sonde/transport/retry_after.hpp>

namespace sonde::cloudwatch {

class lane {
 public:
  using batch = cloudwatch::batch;
  using time_point = std::chrono::steady_clock::time_point;

  /// `credentials` outlive it.
  void open(settings used, std::string_view service, aws::credential_chain& credentials) {
    used_ = std::move(used);
    writer_ = message_writer{used_.form, service, used_.event_bytes};
    credentials_ = &credentials;
    renewable_ = credentials.due().has_value();
  }
  [[nodiscard]] const settings& used() const noexcept { return used_; }
  [[nodiscard]] pipeline::batch_limits limits() const noexcept { return used_.limits; }
  [[nodiscard]] bool wanted(const record::header& of) const noexcept { return static_cast<level>(of.kind) >= used_.least; }

  std::size_t encode(const record::log_view& log) {
    const std::size_t cut = writer_.write(log);
    open_.add(log.unix_nano, writer_.message());
    return cut;
  }
  [[nodiscard]] std::size_t encoded_size() const noexcept { return open_.size(); }
  [[nodiscard]] batch take_batch() {
    open_.close();
    return std::exchange(open_, {});
  }
  [[nodiscard]] bool exceeds(const batch& closed) const noexcept { return closed.fitting(used_.limits.bytes) < closed.count(); }
  /// As many as fit stay; of a batch that fits, the half.
  [[nodiscard]] batch split(batch& whole) const {
    const std::size_t fit = whole.fitting(used_.limits.bytes);
    return whole.split(std::max<std::size_t>(fit < whole.count() ? fit : (fit + 1) / 2, 1));
  }
  [[nodiscard]] transport::request request_for(const batch& sent) const {
    return api_request(used_, keys(), "PutLogEvents", put_log_events(used_, stream_of(sent), sent));
  }

  [[nodiscard]] pipeline::verdict judge(const transport::response& reply, const batch& sent) {
    using outcome = pipeline::verdict::outcome;
    switch (reply.outcome) {
      case transport::outcome::answered: break;
      case transport::outcome::no_answer:
      case transport::outcome::aborted: return {outcome::retry, 0, {}, reply.error + ", endpoint " + used_.where()};
      case transport::outcome::refused:
      case transport::outcome::too_large: return {outcome::refused, 0, {}, reply.error + ", endpoint " + used_.where()};
    }
    if (reply.status >= 200 && reply.status < 300) return accepted(reply, sent);
    const error_reply error = read_error(reply);
    std::string sentence = told_error(used_, error, reply, keys());
    switch (error.meaning) {
      case meaning::success:
      case meaning::already_there: return {};
      case meaning::missing: return missing(error, sentence, sent);
      case meaning::busy:
        return {outcome::retry, 0, transport::parse_retry_after(reply.retry_after, std::time(nullptr)), std::move(sentence)};
      case meaning::clock:
        return {outcome::retry, 0, {}, sentence + "; " + clock_advice(reply, std::chrono::system_clock::now())};
      case meaning::keys: return refused_keys(std::move(sentence));
      case meaning::too_large: return {outcome::too_much, 0, {}, std::move(sentence)};
      case meaning::permission:
        sentence += "; " + permission_advice(used_, "PutLogEvents", credentials_->source());
        break;
      case meaning::refused:
        if (reply.status >= 300 && reply.status < 400) sentence += "; redirects are not followed: set the final address";
    }
    return {outcome::refused, 0, {}, std::move(sentence)};
  }

  // Keys first, then group and stream where they are missing.
  [[nodiscard]] std::optional<transport::request> errand(time_point now) {
    auto wanted = credentials_->next_request(now, today());
    fetching_keys_ = wanted.has_value();
    if (!wanted && keys() != nullptr) wanted = creation_.next_request(used_, keys(), now);
    return wanted;
  }
  void errand_done(const transport::response& reply, time_point now) {
    if (fetching_keys_) return static_cast<void>(credentials_->receive(reply, now, today()));  // its complaint is the obstacle
    const bool was_under_way = creation_.under_way();
    creation_.receive(reply, used_, keys(), credentials_->source(), now);
    if (was_under_way && !creation_.under_way() && creation_.failure().empty()) created_at_ = now;
    if (reply.status >= 400 && read_error(reply).meaning == meaning::keys) credentials_->renew(now);
  }
  [[nodiscard]] time_point errand_due() const noexcept {
    return std::min(credentials_->due().value_or(time_point::max()), creation_.due());
  }
  [[nodiscard]] bool ready(time_point) const noexcept { return keys() != nullptr && !creation_.under_way(); }
  [[nodiscard]] std::string obstacle() const { return keys() == nullptr ? credentials_->complaint() : creation_.failure(); }

 private:
  [[nodiscard]] static std::chrono::system_clock::time_point today() noexcept { return std::chrono::system_clock::now(); }
  [[nodiscard]] const aws::credentials* keys() const noexcept { return credentials_->usable(today()); }
  [[nodiscard]] std::string stream_of(const batch& sent) const { return used_.log_stream.at(sent.events().front().unix_nano); }

  [[nodiscard]] pipeline::verdict accepted(const transport::response& reply, const batch& sent) {
    pipeline::verdict made;
    made.sentence = creation_.take_remark();
    const rejected_events rejected = read_rejected(reply.body, sent.count());
    made.rejected = rejected.all();
    if (made.rejected == 0) return made;
    made.sentence = used_.where() + " did not take ";
    if (rejected.too_old != 0)
      made.sentence += counted(rejected.too_old) + " older than 14 days or than the log group keeps" +
                       (rejected.too_new != 0 ? ", and " : "");
    if (rejected.too_new != 0) made.sentence += counted(rejected.too_new) + " more than 2 hours in the future";
    made.sentence += ": check this machine's clock" + told_request_id(reply);
    return made;
  }
  [[nodiscard]] static std::string counted(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " log record" : " log records");
  }

  /// What AWS says tells which of the two is missing.
  [[nodiscard]] pipeline::verdict missing(const error_reply& error, const std::string& sentence, const batch& sent) {
    using outcome = pipeline::verdict::outcome;
    if (!used_.create)
      return {outcome::refused, 0, {}, sentence + "; create it, or leave .create at true: it is made by sonde then"};
    const time_point now = std::chrono::steady_clock::now();
    const bool group = environment::contains_ignoring_case(error.message, "group");
    if (!creation_.begin(stream_of(sent), group, now)) return {outcome::refused, 0, {}, creation_.failure()};
    // What was made a moment ago is not everywhere at once: then it is asked for ever more slowly.
    if (created_at_ && now - *created_at_ < std::chrono::seconds{30}) return {outcome::retry, 0, {}, sentence};
    const std::string what = group ? "the log group '" + used_.log_group + "' is not there, and will be created" : "";
    return {outcome::retry, 0, std::chrono::milliseconds{0}, what};
  }

  /// Other keys may be had, or not.
  [[nodiscard]] pipeline::verdict refused_keys(std::string sentence) {
    using outcome = pipeline::verdict::outcome;
    sentence += "; the keys " + credentials_->source();
    if (!renewable_)
      return {outcome::refused, 0, {}, sentence + " are not (or no longer) good: give others, and start again"};
    credentials_->renew(std::chrono::steady_clock::now());
    return {outcome::retry, 0, {}, sentence + " are renewed"};
  }

  settings used_;
  message_writer writer_;
  aws::credential_chain* credentials_ = nullptr;
  bool renewable_ = false;
  bool fetching_keys_ = false;
  creation creation_;
  std::optional<time_point> created_at_{};
  batch open_;
};

static_assert(pipeline::request_lane<lane>);

}  // namespace sonde::cloudwatch
