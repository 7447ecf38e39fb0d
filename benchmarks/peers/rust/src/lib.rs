// SPDX-License-Identifier: MIT
//! What the programs in src/bin share: how they are called, how a burst of spans is timed, an exporter that discards.

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::error::Error;
use std::time::Instant;

pub type Outcome = Result<(), Box<dyn Error>>;

pub enum Work {
    Export { spans: i64, round: i64 },
    Spans { burst: i64, bursts: usize },
}

/// `PROGRAM export SPANS ROUND` or `PROGRAM spans BURST BURSTS`.
pub fn work() -> Result<Work, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["export", spans, round] => Ok(Work::Export { spans: spans.parse()?, round: round.parse()? }),
        ["spans", burst, bursts] => Ok(Work::Spans { burst: burst.parse()?, bursts: bursts.parse()? }),
        _ => Err("export SPANS ROUND, or spans BURST BURSTS".into()),
    }
}

/// Says what a span costs its thread, in ns, without attributes and with three: medians over bursts, which alternate.
pub fn time(burst: i64, bursts: usize, plain: impl Fn(i64), three: impl Fn(i64), flush: impl Fn()) {
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..bursts {
        for (which, make) in [&plain as &dyn Fn(i64), &three].into_iter().enumerate() {
            let begun = Instant::now();
            make(burst);
            costs[which].push(begun.elapsed().as_nanos() as f64 / burst as f64);
            flush();
        }
    }
    for each in &mut costs {
        each.sort_by(f64::total_cmp);
    }
    println!("{:.2} {:.2}", costs[0][bursts / 2], costs[1][bursts / 2]);
}

#[derive(Debug)]
pub struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}
