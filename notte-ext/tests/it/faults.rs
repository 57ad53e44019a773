//! The fault matrix: what a call comes to, by what goes wrong and by what it costs to make it twice.
//!
//! The service is on a real socket; time is virtual, and passes only while nothing is on its way to or from it.

mod service;

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use notte_ext::{
    Error, Notte,
    notte_api::{Effect, reqwest::header::HeaderMap, types::ReloadAction},
};
use service::Service;
use tokio::time::{Instant, advance};

const TABLE: &str = include_str!("../../src/docs/faults.md");
const STEP: Duration = Duration::from_millis(10);
/// Turns of the runtime until whatever has arrived is dealt with.
const TURNS: usize = 200;

#[tokio::test(start_paused = true)]
async fn every_fault_ends_as_the_table_says_for_every_class() {
    let service = Service::start();
    // Markdown would read brackets as links.
    let table = TABLE.replace('\\', "");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let found = measure(&service, row[0], row[1], row[3]).await;
        if found != *row {
            wrong.push(format!("expected {}\n   found {}", row.join(" | "), found.join(" | ")));
        }
    }
    assert_eq!(rows.len(), 4 * 33, "every fault has a row for every class");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The row as it really is.
async fn measure(service: &Service, fault: &str, class: &str, waits: &str) -> Vec<String> {
    let effect = match class {
        "read" => Effect::Read,
        "idempotent" => Effect::Idempotent,
        "costly" => Effect::Costly,
        "page" => Effect::Page,
        unknown => panic!("no class is called {unknown}"),
    };
    service.will(fault, effect);
    let attempts: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (starts, wire) = (Arc::clone(&attempts), service.clone());
    let is_served = fault != "refused";
    let builder = Notte::builder().api_key("key").on_attempt(move |_: &mut HeaderMap| {
        starts.lock().unwrap().push(Instant::now());
        wire.cell().busy = is_served;
    });
    // Nobody listens on port 1.
    let notte = builder.base_url(if is_served { &service.url } else { "http://127.0.0.1:1" }).build().unwrap();
    if fault.contains("kept connection") {
        // The connection is there for the next call when this one is over.
        run(service, notte.health()).await.unwrap();
        attempts.lock().unwrap().clear();
    }
    let api = notte.api();
    let ended = match effect {
        Effect::Read => run(service, notte.call(api.session_status().session_id("s-1")).raw()).await.err(),
        Effect::Idempotent => run(service, notte.call(api.session_stop().session_id("s-1")).raw()).await.err(),
        Effect::Costly => run(service, notte.call(api.session_start()).raw()).await.err(),
        _ => {
            let request = api.page_execute().session_id("s-1").body(ReloadAction::builder());
            run(service, notte.call(request).raw()).await.err()
        }
    };
    let starts = std::mem::take(&mut *attempts.lock().unwrap());
    let mut row = vec![fault.to_owned(), class.to_owned(), starts.len().to_string()];
    row.extend([waited(&starts, waits), service.cell().done.to_string()]);
    let Some(error) = ended else {
        return row.into_iter().chain(["Ok", "-", "-", "-", "-", "-"].map(str::to_owned)).collect();
    };
    check(&error, fault, effect, starts.len());
    let yes = |yes| if yes { "yes" } else { "no" }.to_owned();
    let some = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    row.push(format!("{:?}{}", error.kind(), if error.is_already_done() { ", already done" } else { "" }));
    row.extend([yes(error.may_have_been_sent()), yes(error.is_retryable())]);
    row.push(some(error.status().map(|status| status.to_string())));
    row.push(some(error.retry_after().map(|wait| format!("{} s", wait.as_secs_f64()))));
    row.push(some(error.detail().map(str::to_owned)));
    row
}

/// What does not depend on the fault alone.
fn check(error: &Error, fault: &str, effect: Effect, attempts: usize) {
    let about = format!("{fault} {effect:?}: {error:?}");
    let (operation, field) = match effect {
        Effect::Read => ("session_status", "session_id"),
        Effect::Idempotent => ("session_stop", "session_id"),
        Effect::Costly => ("session_start", "session_id"),
        _ => ("page_execute", "message"),
    };
    assert_eq!(error.operation(), Some(operation), "{about}");
    assert_eq!(usize::try_from(error.attempts()), Ok(attempts), "{about}");
    assert_eq!(error.request_id(), error.status().map(|_| "r-1"), "{about}");
    assert_eq!(error.json_path(), (fault == "wrong type").then_some(field), "{about}");
    assert_eq!(error.is_timeout(), matches!(fault, "stall" | "408"), "{about}");
    let line = error.to_string();
    assert!(line.starts_with(&format!("{operation} failed: ")) && !line.contains(['\n', '<']), "{about}");
    assert_eq!(line.contains("(3 attempts"), attempts == 3, "{about}");
    assert!(fault != "missing field" || line.contains(field), "{about}");
}

/// Runs a call to its end. Time passes in steps, and only while there is nothing that the client could be doing.
async fn run<T>(service: &Service, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut call = pin!(call);
    let mut idle = 0;
    loop {
        if let Poll::Ready(ended) = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx))).await {
            return ended;
        }
        tokio::task::yield_now().await;
        idle = if service.cell().busy { 0 } else { idle + 1 };
        if idle > TURNS {
            advance(STEP).await;
        }
    }
}

/// The waits as the table says them, if they are what it says.
fn waited(starts: &[Instant], expected: &str) -> String {
    let gaps: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (least, backoff) = expected.split_once(" s + ").unwrap_or(("0", expected));
    let least = Duration::from_secs(least.parse().unwrap());
    let base = Duration::from_millis(if backoff.ends_with("of 5 s") { 5000 } else { 500 });
    let fits =
        |(doublings, gap): (u32, &Duration)| *gap >= least && *gap <= least + base * 2_u32.pow(doublings) + 2 * STEP;
    let as_expected = match expected {
        "-" => gaps.is_empty(),
        _ => !gaps.is_empty() && (0..).zip(&gaps).all(fits),
    };
    if as_expected { expected.to_owned() } else { format!("{gaps:?}") }
}
