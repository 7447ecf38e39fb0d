// SPDX-License-Identifier: MIT
//! The tracing crate over OpenTelemetry's Rust SDK at the work of benchmarks/peers: its settings come from OTEL_*.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use peers::{time, work, Discard, Outcome, Work};
use tracing::info_span;
use tracing_subscriber::layer::SubscriberExt;

/// Without what the other SDKs do not send: place in the source, thread, module, and times of their own.
fn install(tracer: SdkTracer) -> Outcome {
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    let layer = layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    Ok(())
}

fn make(i: i64) {
    let _span = info_span!("home-activities", app.count = i, app.cached = i & 1 != 0, user.handle = "sixteen chars ok").entered();
}

fn export(spans: i64, round: i64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let entered = runtime.enter(); // gRPC's connection lives there
    let exporter = SpanExporter::builder().build()?;
    drop(entered); // HTTP's client refuses to be called from there
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    install(provider.tracer("bench"))?;
    let root = info_span!("root").entered();
    for made in (0..spans).step_by(round as usize) {
        (made..spans.min(made + round)).for_each(make);
        provider.force_flush()?;
    }
    drop(root);
    provider.shutdown()?;
    Ok(())
}

fn main() -> Outcome {
    match work()? {
        Work::Export { spans, round } => export(spans, round),
        Work::Spans { burst, bursts } => {
            let provider = SdkTracerProvider::builder().with_batch_exporter(Discard).build();
            install(provider.tracer("bench"))?;
            let _root = info_span!("root").entered();
            let plain = |spans| (0..spans).for_each(|_: i64| drop(info_span!("home-activities").entered()));
            let three = |spans| (0..spans).for_each(make);
            time(burst, bursts, plain, three, || provider.force_flush().expect("flushed"));
            Ok(())
        }
    }
}
