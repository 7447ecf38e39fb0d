// SPDX-License-Identifier: MIT
//! fastrace at the work of benchmarks/peers, exporting through OpenTelemetry's exporter, whose settings come from OTEL_*.
//! Its attributes are text: numbers are formatted by whoever sets them. A root holds few thousand spans, so each burst has its own.

use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::local::LocalSpan;
use fastrace::Span;
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use peers::{time, work, Outcome, Work};
use std::borrow::Cow;
use std::time::Duration;

const BURST: i64 = 2000;

struct Nowhere;

impl Reporter for Nowhere {
    fn report(&mut self, _: Vec<SpanRecord>) {}
}

fn make(i: i64) {
    let _span = LocalSpan::enter_with_local_parent("home-activities").with_properties(|| {
        [("app.count", Cow::from(i.to_string())), ("app.cached", Cow::from(if i & 1 != 0 { "true" } else { "false" })),
         ("user.handle", Cow::from("sixteen chars ok"))]
    });
}

fn under_root(spans: std::ops::Range<i64>, each: impl Fn(i64)) {
    let root = Span::root("root", SpanContext::random());
    let _active = root.set_local_parent();
    spans.for_each(each);
}

fn export(spans: i64, round: i64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let entered = runtime.enter(); // gRPC's connection lives there
    let exporter = SpanExporter::builder().build()?;
    drop(entered);
    let handle = runtime.handle().clone();
    let scope = InstrumentationScope::builder("bench").build();
    let reporter = OpenTelemetryReporter::new(exporter, Cow::Owned(Resource::builder().build()), scope);
    let reporter = if std::env::var("OTEL_EXPORTER_OTLP_PROTOCOL").as_deref() == Ok("grpc") {
        reporter.with_block_on(move |sent| handle.block_on(sent))
    } else {
        reporter
    };
    fastrace::set_reporter(reporter, Config::default().report_interval(Duration::from_secs(1)));
    for made in (0..spans).step_by(round as usize) {
        let end = spans.min(made + round);
        for first in (made..end).step_by(BURST as usize) {
            under_root(first..end.min(first + BURST), make);
        }
        fastrace::flush();
    }
    Ok(())
}

fn main() -> Outcome {
    match work()? {
        Work::Export { spans, round } => export(spans, round),
        Work::Spans { burst, bursts } => {
            fastrace::set_reporter(Nowhere, Config::default());
            let plain = |spans| under_root(0..spans, |_| drop(LocalSpan::enter_with_local_parent("home-activities")));
            let three = |spans| under_root(0..spans, make);
            time(burst, bursts, plain, three, fastrace::flush);
            Ok(())
        }
    }
}
