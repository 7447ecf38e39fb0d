// SPDX-License-Identifier: MIT
//! OpenTelemetry's Rust SDK at the work of benchmarks/runtime/otlp_export.cpp: `rust-export SPANS ROUND`, the rest from OTEL_*.

use opentelemetry::trace::{Span, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<i64>());
    let (spans, round) = (numbers.next().ok_or("SPANS?")??, numbers.next().ok_or("ROUND?")??);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let entered = runtime.enter(); // gRPC's connection lives there
    let exporter = SpanExporter::builder().build()?;
    drop(entered); // HTTP's client refuses to be called from there
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let tracer = provider.tracer("bench");
    let root = Context::new().with_span(tracer.start_with_context("root", &Context::new()));
    for made in (0..spans).step_by(round as usize) {
        for i in made..spans.min(made + round) {
            let mut span = tracer.start_with_context("home-activities", &root);
            span.set_attribute(KeyValue::new("app.count", i));
            span.set_attribute(KeyValue::new("app.cached", i & 1 != 0));
            span.set_attribute(KeyValue::new("user.handle", "sixteen chars ok"));
            span.end();
        }
        provider.force_flush()?;
    }
    drop(root); // it ends with its last context
    provider.shutdown()?;
    Ok(())
}
