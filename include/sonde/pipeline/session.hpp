// SPDX-License-Identifier: MIT
#pragma once

// A recording session: made by sonde::start, ended by its destructor. Holds the collector and the exporters.

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sonde/environment/near_miss.hpp>
#include <sonde/environment/reader.hpp>
#include <sonde/pipeline/clock_choice.hpp>
#include <sonde/pipeline/collector.hpp>
#include <sonde/pipeline/deadline.hpp>
#include <sonde/pipeline/exit_hook.hpp>
#include <sonde/pipeline/limits.hpp>
#include <sonde/pipeline/log_level.hpp>
#include <sonde/pipeline/log_text.hpp>
#include <sonde/pipeline/part.hpp>
#include <sonde/pipeline/poller.hpp>
#include <sonde/pipeline/request_slot.hpp>
#include <sonde/pipeline/session_config.hpp>
#include <sonde/pipeline/sink_slot.hpp>
#include <sonde/pipeline/terminate_report.hpp>
#include <sonde/pipeline/undisturbed.hpp>
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
  std::chrono::milliseconds shutdown_timeout{};
  std::function<void()> begin_polling;  // for the sampler, if it needs that; once the collector is there
  std::shared_ptr<void> kept_before;    // the hub's, in a forked child

  [[nodiscard]] bool is_here() const noexcept { return forks == hub::instance().forks(); }

  /// Stops recording, sends what has ended, counts the rest as dropped. Once, whoever comes first: the session or the end of the
  /// program. False where something was left.
  bool end(std::chrono::milliseconds timeout) noexcept {
    if (ended_.exchange(true)) return complete_;
    const auto deadline = deadline_in(timeout);
    terminate_report::disarm();
    exit_hook::disarm();
    hub::instance().disconnect();
    complete_ = collector->stop(deadline);
    collector->close_books();
    hub::instance().vacate();
    return complete_;
  }

  /// Before the collector is there. The first sampler that is brought is used, unless the program gave one itself.
  template <part Part>
  void ask_for_sampler([[maybe_unused]] Part& given, [[maybe_unused]] setup& at_start) {
    if constexpr (brings_sampler<Part>) {
      std::optional<brought_sampler> brought;
      try {
        brought = given.bring_sampler(at_start);
      } catch (const std::exception& error) {
        return environment.report(std::string{"a sampler given to start is not used: "} + error.what());
      } catch (...) {
        return environment.report("a sampler given to start is not used: what it threw is no std::exception");
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
  std::atomic<bool> ended_{false};
  std::atomic<bool> complete_{false};
};

}  // namespace pipeline

/// Movable, not copyable. Its destructor flushes within `session_config::shutdown_timeout`; so does std::exit, which would not
/// destroy it. In a forked child it does nothing.
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
    const pipeline::uncancelled calm;
    if (!is_here()) return core_ == nullptr && refusal_.empty();
    return core_->collector->flush(pipeline::deadline_in(timeout));
  }
  /// Stops recording, sends what has ended, counts the rest as dropped. False where something was left. Later calls do nothing.
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds{5000}) noexcept {
    const pipeline::uncancelled calm;
    if (core_ == nullptr) return true;
    if (!is_here()) {
      forget();
      return true;
    }
    const bool complete = core_->end(timeout);
    try {
      core_->collector->last_stats(last_);
      settings_ = core_->settings.settings();
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
  [[nodiscard]] session_stats stats() const {
    const pipeline::uncancelled calm;
    return is_here() ? core_->collector->stats() : last_;
  }
  /// What came from where: settings with their values (secrets masked) and sources; after shutdown as they were.
  [[nodiscard]] std::vector<environment::setting> settings() const {
    return core_ != nullptr ? core_->settings.settings() : settings_;
  }

  /// Used by sonde::start.
  template <pipeline::given_part... Parts>
  [[nodiscard]] static live_session begin(session_config config, Parts... parts);

 private:
  template <pipeline::given_part... Parts>
  [[nodiscard]] static live_session open(std::shared_ptr<pipeline::session_core> core, session_config& config, Parts&... parts);
  void refuse(const pipeline::diagnostics& out, const char* why) noexcept {
    try {
      refusal_ = std::string{"the session could not start: "} + why;
    } catch (...) {
      refusal_ = "out of memory";  // short enough to need none
    }
    out.say(refusal_);
  }
  void end() noexcept { shutdown(shutdown_timeout_); }
  [[nodiscard]] bool is_here() const noexcept { return core_ != nullptr && core_->is_here(); }
  /// The parent of this forked child owns the thread and the sockets: nothing is touched, nothing is freed.
  void forget() noexcept {
    pipeline::session_core& parents = *core_;
    parents.collector->abandon();
    pipeline::hub::instance().keep(parents.kept_before, std::move(core_));
  }

  std::shared_ptr<pipeline::session_core> core_;
  session_stats last_;
  std::vector<environment::setting> settings_;
  std::string refusal_;
  std::chrono::milliseconds shutdown_timeout_{5000};
};

template <pipeline::given_part... Parts>
live_session live_session::begin(session_config config, Parts... parts) {
  live_session refused;
  std::shared_ptr<pipeline::session_core> core;
  pipeline::diagnostics without_core;
  const auto out = [&]() -> const pipeline::diagnostics& {
    if (core != nullptr) return core->out;
    without_core.use(std::move(config.diagnostics));
    return without_core;
  };
  try {
    core = std::make_shared<pipeline::session_core>();
    core->out.use(std::move(config.diagnostics));
    return open(core, config, parts...);
  } catch (const std::bad_alloc&) {
    refused.refuse(out(), "out of memory");
  } catch (const std::exception& error) {
    refused.refuse(out(), error.what());
  } catch (...) {
    refused.refuse(out(), "an exporter threw what is no std::exception");
  }
  return refused;
}

/// Throws whatever goes wrong; then all is as before.
template <pipeline::given_part... Parts>
live_session live_session::open(std::shared_ptr<pipeline::session_core> core, session_config& config, Parts&... parts) {
  live_session made;
  made.shutdown_timeout_ = config.shutdown_timeout;
  pipeline::hub& hub = pipeline::hub::instance();
  core->forks = hub.forks();
  core->shutdown_timeout = config.shutdown_timeout;
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
                    .announces_roots = announces_roots,
                    .clock = pipeline::clock_source_from(core->environment)})) {
    made.refusal_ = "a session is already live in this process; shut it down before starting another";
    core->out.say(made.refusal_);
    return made;
  }
  try {
    core->collector = std::make_shared<pipeline::collector>(hub.session(), core->out);
    (pipeline::with_part(parts, [&](auto& given) { core->add(std::move(given), at_start); }), ...);
    if (core->begin_polling) core->begin_polling();
    for (const environment::finding& each : core->environment.findings()) core->out.say(each.sentence);
    made.last_ = core->collector->stats();  // has room for the last one
    core->collector->start(core);
  } catch (...) {
    hub.disconnect();
    hub.vacate();
    throw;
  }
  made.core_ = core;  // which ends what is begun, should one of these throw
  pipeline::exit_hook::arm(core, [](void* live) noexcept {
    auto& ending = *static_cast<pipeline::session_core*>(live);
    if (ending.is_here()) ending.end(ending.shutdown_timeout);
  });
  if (config.report_terminate) pipeline::terminate_report::arm(core->collector, config.terminate_timeout);
  return made;
}

}  // namespace sonde
