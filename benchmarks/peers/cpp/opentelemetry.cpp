// SPDX-License-Identifier: MIT
// OpenTelemetry's C++ SDK at the work of benchmarks/peers: child spans of one root through its batch processor, which throws
// them away.

#include <memory>
#include <utility>

#include <opentelemetry/nostd/span.h>
#include <opentelemetry/sdk/trace/batch_span_processor.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/exporter.h>
#include <opentelemetry/sdk/trace/span_data.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/trace/scope.h>

#include "bursts.hpp"

namespace {

namespace nostd = opentelemetry::nostd;
namespace sdk = opentelemetry::sdk;

struct discard final : sdk::trace::SpanExporter {
  std::unique_ptr<sdk::trace::Recordable> MakeRecordable() noexcept override { return std::make_unique<sdk::trace::SpanData>(); }
  sdk::common::ExportResult Export(const nostd::span<std::unique_ptr<sdk::trace::Recordable>>&) noexcept override {
    return sdk::common::ExportResult::kSuccess;
  }
  bool ForceFlush(std::chrono::microseconds) noexcept override { return true; }
  bool Shutdown(std::chrono::microseconds) noexcept override { return true; }
};

}  // namespace

int main(int count, char** arguments) {
  if (!bench::is_asked(count, arguments, "spans")) return bench::refuse();
  sdk::trace::BatchSpanProcessorOptions options;
  options.max_queue_size = 20'480;  // as the other SDKs are told by the environment
  sdk::trace::TracerProvider provider{std::make_unique<sdk::trace::BatchSpanProcessor>(std::make_unique<discard>(), options)};
  const auto tracer = provider.GetTracer("bench");
  const auto root = tracer->StartSpan("root");
  const opentelemetry::trace::Scope active{root};
  const auto plain = [&](long) {
    const auto span = tracer->StartSpan("home-activities");
    const opentelemetry::trace::Scope scope{span};
    span->End();
  };
  const auto three = [&](long i) {
    const auto span = tracer->StartSpan("home-activities");
    const opentelemetry::trace::Scope scope{span};
    span->SetAttribute("app.count", static_cast<std::int64_t>(i));
    span->SetAttribute("app.cached", (i & 1) != 0);
    span->SetAttribute("user.handle", "sixteen chars ok");
    span->End();
  };
  bench::time(bench::number(arguments[2]), static_cast<int>(bench::number(arguments[3])), plain, three,
              [&] { provider.ForceFlush(); });
  return 0;
}
