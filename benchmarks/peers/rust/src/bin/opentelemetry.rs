// SPDX-License-Identifier: MIT
//! OpenTelemetry's Rust SDK at the work of benchmarks/peers: its settings come from OTEL_*.

use opentelemetry::trace::{Span, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use peers::{time, work, Discard, Outcome, Work};

fn make(tracer: &SdkTracer, root: &Context, i: i64) {
    let mut span = tracer.start_with_context("home-activities", root);
    span.set_attribute(KeyValue::new("app.count", i));
    span.set_attribute(KeyValue::new("app.cached", i & 1 != 0));
    span.set_attribute(KeyValue::new("user.handle", "sixteen chars ok"));
    span.end();
}

fn root(tracer: &SdkTracer) -> Context {
    Context::new().with_span(tracer.start_with_context("root", &Context::new()))
}

fn export(spans: i64, round: i64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let entered = runtime.enter(); // gRPC's connection lives there
    let exporter = SpanExporter::builder().build()?;
    drop(entered); // HTTP's client refuses to be called from there
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let tracer = provider.tracer("bench");
    let root = root(&tracer);
    for made in (0..spans).step_by(round as usize) {
        (made..spans.min(made + round)).for_each(|i| make(&tracer, &root, i));
        provider.force_flush()?;
    }
    drop(root); // it ends with its last context
    provider.shutdown()?;
    Ok(())
}

fn main() -> Outcome {
    match work()? {
        Work::Export { spans, round } => export(spans, round),
        Work::Spans { burst, bursts } => {
            let provider = SdkTracerProvider::builder().with_batch_exporter(Discard).build();
            let tracer = provider.tracer("bench");
            let root = root(&tracer);
            let plain = |spans| (0..spans).for_each(|_| tracer.start_with_context("home-activities", &root).end());
            let three = |spans| (0..spans).for_each(|i| make(&tracer, &root, i));
            time(burst, bursts, plain, three, || provider.force_flush().expect("flushed"));
            Ok(())
        }
    }
}
