// SPDX-License-Identifier: MIT
#pragma once

// A recording session: made by sonde::start, ended by its destructor. Holds the collector and the exporters.

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sonde/environment/near_miss.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/pipeline/collector.hpp>
#include <sonde/pipeline/limits.hpp>
#include <sonde/pipeline/log_level.hpp>
#include <sonde/pipeline/log_text.hpp>
#include <sonde/pipeline/loss_lines.hpp>
#include <sonde/pipeline/part.hpp>
#include <sonde/pipeline/poller.hpp>
#include <sonde/pipeline/request_slot.hpp>
#include <sonde/pipeline/session_config.hpp>
#include <sonde/pipeline/sink_slot.hpp>
#include <sonde/pipeline/terminate_report.hpp>
#include <sonde/propagation/from_environment.hpp>
#include <sonde/record/record_reader.hpp>
#include <sonde/resource/detect.hpp>
#include <sonde/resource/from_environment.hpp>
#include <sonde/sampling/from_environment.hpp>

namespace sonde {

namespace pipeline {

/// Everything a live session owns; what exporters were given references to stays where it is.
struct session_core {
  pipeline::diagnostics out;
  environment::reader environment;
  environment::provenance settings;
  resource::resource resource;
  record::span_limits limits;
  record::log_limits log_limits;
  std::optional<sampling::any_sampler> sampler;
  std::shared_ptr<pipeline::collector> collector;
  std::uint64_t forks = 0;
  std::function<void()> begin_polling;  // for the sampler, if it needs that; once the collector is there

  /// Before the collector is there. The first sampler that is brought is used, unless the program gave one itself.
  template <part Part>
  void ask_for_sampler([[maybe_unused]] Part& given, [[maybe_unused]] setup& at_start) {
    if constexpr (brings_sampler<Part>) {
      std::optional<brought_sampler> brought;
      try {
        brought = given.bring_sampler(at_start);
      } catch (const std::exception& error) {
        return environment.report(std::string{"a sampler given to start is not used: "} + error.what());
      }
      if (!brought) return;
      if (sampler)
        return environment.report("of two samplers given to start " + sampler->description() + " is used, " +
                                  brought->sampler.description() + " is not");
      sampler = std::move(brought->sampler);
      at_start.sampler_chosen = true;
      if (!brought->line.empty()) out.say(std::string{resource.text("service.name")} + ": " + brought->line);
      if (brought->keeper != nullptr)
        begin_polling = [this, keeper = std::move(brought->keeper)] { poll<typename Part::asks_through>(keeper); };
    }
  }

  template <class Transport>
  [[nodiscard]] std::shared_ptr<Transport> transport() {
    static constexpr char tag = 0;
    for (const auto& [key, held] : by_type_)
      if (key == &tag) return std::static_pointer_cast<Transport>(held);
    auto made = std::make_shared<Transport>();
    by_type_.emplace_back(&tag, made);
    collector->add(std::static_pointer_cast<transport::driver>(made));
    return made;
  }

  /// Parts that are no exporters have done their work before.
  template <part Part>
  void add([[maybe_unused]] Part given, [[maybe_unused]] setup& at_start) {
    if constexpr (exporter<Part>) add_exporter(std::move(given), at_start);
  }

 private:
  template <class Transport>
  void poll(std::shared_ptr<poller> keeper) {
    const std::shared_ptr<Transport> through = transport<Transport>();
    collector->add(std::make_unique<polling>(
        std::move(keeper),
        [through](transport::request asked, std::function<void(transport::response)> done) {
          through->send(std::move(asked), std::move(done));
        },
        [through] {
          if constexpr (requires { through->abandon(); }) through->abandon();
        },
        out));
  }

  template <exporter Exporter>
  void add_exporter(Exporter exporter, setup& at_start) {
    record::record_reader reader{hub::instance().descriptions, collector->times(), limits, log_limits,
                                 std::make_unique<log_text>()};
    std::unique_ptr<slot> made;
    if constexpr (request_exporter<Exporter>)
      made = std::make_unique<request_slot<Exporter>>(std::move(exporter), out, std::move(reader),
                                                      transport<typename Exporter::transport>());
    else
      made = std::make_unique<sink_slot<Exporter>>(std::move(exporter), out, std::move(reader));
    made->open(at_start, std::string{resource.text("service.name")});
    collector->add(std::move(made));
  }

  std::vector<std::pair<const char*, std::shared_ptr<void>>> by_type_;
};

}  // namespace pipeline

/// Movable, not copyable. Its destructor flushes within `session_config::shutdown_timeout`. In a forked child it does nothing.
class live_session {
 public:
  live_session() = default;
  live_session(live_session&&) noexcept = default;
  live_session& operator=(live_session&& other) noexcept {
    if (this != &other) {
      end();
      core_ = std::move(other.core_);
      last_ = std::move(other.last_);
      settings_ = std::move(other.settings_);
      refusal_ = std::move(other.refusal_);
      shutdown_timeout_ = other.shutdown_timeout_;
    }
    return *this;
  }
  ~live_session() { end(); }

  /// Whether it records. A second session beside a live one does not; `refusal` says why.
  [[nodiscard]] explicit operator bool() const noexcept { return core_ != nullptr; }
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

  /// Sends what has ended so far. False where the timeout passed first.
  bool force_flush(std::chrono::milliseconds timeout = std::chrono::milliseconds{5000}) noexcept {
    if (!is_here()) return core_ == nullptr && refusal_.empty();
    return core_->collector->flush(std::chrono::steady_clock::now() + timeout);
  }
  /// Stops recording, sends what has ended, counts the rest as dropped. False where something was left. Later calls do nothing.
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds{5000}) noexcept {
    if (core_ == nullptr) return true;
    if (!is_here()) {
      forget();
      return true;
    }
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    pipeline::terminate_report::disarm();
    pipeline::hub::instance().disconnect();
    const bool complete = core_->collector->stop(deadline);
    pipeline::hub::instance().vacate();
    try {
      last_ = core_->collector->stats();
      settings_ = core_->settings.settings();
      for (const std::string& each : pipeline::loss_lines(last_)) core_->out.say(each);
    } catch (...) {
    }
    core_.reset();
    return complete;
  }
  /// Logs below it are not recorded from now on, on any thread. They count nowhere. Reports have no such limit.
  void set_log_level(level least) noexcept {
    if (is_here()) pipeline::hub::instance().set_log_level(least);
  }
  /// The loss ledger; after shutdown as it was then.
  [[nodiscard]] session_stats stats() const { return is_here() ? core_->collector->stats() : last_; }
  /// What came from where: settings with their values (secrets masked) and sources; after shutdown as they were.
  [[nodiscard]] std::vector<environment::setting> settings() const {
    return core_ != nullptr ? core_->settings.settings() : settings_;
  }

  /// Used by sonde::start.
  template <pipeline::given_part... Parts>
  [[nodiscard]] static live_session begin(session_config config, Parts... parts);

 private:
  void end() noexcept { shutdown(shutdown_timeout_); }
  [[nodiscard]] bool is_here() const noexcept {
    return core_ != nullptr && core_->forks == pipeline::hub::instance().forks();
  }
  /// The parent of this forked child owns the thread and the sockets: nothing is touched, nothing is freed.
  void forget() noexcept {
    core_->collector->abandon();
    static_cast<void>(new (std::nothrow) std::shared_ptr<pipeline::session_core>(std::move(core_)));
    core_.reset();
  }

  std::shared_ptr<pipeline::session_core> core_;
  session_stats last_;
  std::vector<environment::setting> settings_;
  std::string refusal_;
  std::chrono::milliseconds shutdown_timeout_{5000};
};

template <pipeline::given_part... Parts>
live_session live_session::begin(session_config config, Parts... parts) {
  live_session made;
  made.shutdown_timeout_ = config.shutdown_timeout;
  auto core = std::make_shared<pipeline::session_core>();
  core->out = pipeline::diagnostics{std::move(config.diagnostics)};
  pipeline::hub& hub = pipeline::hub::instance();
  core->forks = hub.forks();
  environment::report_near_misses(core->environment);

  if (core->environment.boolean("OTEL_SDK_DISABLED").value_or(false)) {
    core->out.say("OTEL_SDK_DISABLED is true: nothing is recorded");
    made.refusal_ = "disabled by OTEL_SDK_DISABLED";
    return made;
  }
  if (core->environment.is_set("OTEL_CONFIG_FILE"))
    core->environment.report("OTEL_CONFIG_FILE is not read: settings come from code and from the other variables");
  core->resource = resource::detect(
      core->environment, {config.service_name, config.service_version, config.service_instance_id}, core->settings,
      config.resource_detectors ? *config.resource_detectors : resource::detectors_from(core->environment));
  for (auto& [key, value] : config.resource_attributes) core->resource.set(key, std::move(value));
  core->limits = config.limits ? *config.limits : pipeline::span_limits_from(core->environment);
  core->log_limits = config.log_limits ? *config.log_limits : pipeline::log_limits_from(core->environment);
  core->sampler = std::move(config.sampler);
  pipeline::setup at_start{.resource = core->resource,
                           .limits = core->limits,
                           .environment = core->environment,
                           .settings = core->settings,
                           .queue_bytes = config.queue_bytes / 2,
                           .sampler_chosen = core->sampler.has_value()};
  bool timed_trace_ids = config.timed_trace_ids;
  bool announces_roots = false;
  bool has_exporter = false;
  const auto ask = [&]<pipeline::part Part>(Part& given) {
    core->ask_for_sampler(given, at_start);
    timed_trace_ids = timed_trace_ids || pipeline::wants_timed_trace_ids<Part>();
    announces_roots = announces_roots || pipeline::hears_of_openings<Part>;
    has_exporter = has_exporter || pipeline::exporter<Part>;
  };
  (pipeline::with_part(parts, ask), ...);
  if (!has_exporter) core->environment.report("no exporter is there: what is recorded goes nowhere");
  if (!core->sampler) core->sampler = sampling::from_environment(core->environment);
  at_start.sample_rate = core->sampler->sample_rate();
  const propagation::propagator_list propagators =
      config.propagators ? *config.propagators : propagation::propagators_from(core->environment);

  const level least_log = config.log_level ? *config.log_level : pipeline::log_level_from(core->environment);
  if (!hub.connect({.sampler = *core->sampler,
                    .propagators = propagators.pack(),
                    .ring_bytes = config.queue_bytes / 2,
                    .least_log = least_log,
                    .timed_trace_ids = timed_trace_ids,
                    .announces_roots = announces_roots})) {
    made.refusal_ = "a session is already live in this process; shut it down before starting another";
    core->out.say(made.refusal_);
    return made;
  }
  try {
    core->collector = std::make_shared<pipeline::collector>(hub.session());
    (pipeline::with_part(parts, [&](auto& given) { core->add(std::move(given), at_start); }), ...);
    if (core->begin_polling) core->begin_polling();
    for (const environment::finding& each : core->environment.findings()) core->out.say(each.sentence);
    core->collector->start(core);
  } catch (const std::exception& error) {
    hub.disconnect();
    hub.vacate();
    made.refusal_ = std::string{"the session could not start: "} + error.what();
    core->out.say(made.refusal_);
    return made;
  }
  if (config.report_terminate) pipeline::terminate_report::arm(core->collector, config.terminate_timeout);
  made.core_ = std::move(core);
  return made;
}

}  // namespace sonde
