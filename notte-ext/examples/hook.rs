//! Counts every attempt for metrics, and sends a trace context with each.
#![allow(clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use notte_ext::{
    Attempt, AttemptEnd, Next, Notte, OnAttempt, Result,
    notte_api::reqwest::header::{HeaderMap, HeaderValue},
};

#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<String, u32>>>);

impl OnAttempt for Metrics {
    fn before(&self, _: &Attempt, headers: &mut HeaderMap) {
        let context = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        headers.insert("traceparent", context);
    }

    fn after(&self, attempt: &Attempt, end: &AttemptEnd) {
        let outcome = match end.next {
            Next::Success => "ok",
            Next::Retry(_) => "retried",
            _ => "failed",
        };
        if let Ok(mut counts) = self.0.lock() {
            *counts.entry(format!("{} {outcome}", attempt.operation)).or_default() += 1;
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let metrics = Metrics::default();
    let notte = Notte::builder().env().on_attempt(metrics.clone()).build()?;
    notte.session().scope(async |session| session.goto("https://example.com").await.map(drop)).await?;
    if let Ok(counts) = metrics.0.lock() {
        for (what, count) in counts.iter() {
            println!("{what}: {count}");
        }
    }
    Ok(())
}
