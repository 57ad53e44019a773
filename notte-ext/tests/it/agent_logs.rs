//! Live steps over a real socket: however the stream ends, every step comes once, in order.

use std::time::Duration;

use crate::support::agents::{End, KEY, Script, Service, TOKEN};
use futures_util::{StreamExt as _, TryStreamExt as _};
use notte_ext::{Agent, AgentState, ErrorKind, Notte, Retry, Session, Step};

async fn start(notte: &Notte) -> (Session, Agent) {
    let session = notte.session().await.unwrap();
    let agent = session.agent().start("task").await.unwrap();
    (session, agent)
}

fn goals(steps: &[Step]) -> Vec<String> {
    steps.iter().map(|step| step.next_goal().unwrap().to_owned()).collect()
}

fn expected(steps: usize) -> Vec<String> {
    (0..steps).map(|number| format!("goal {number}")).collect()
}

/// Follows every script to its end.
async fn hold(scripts: Vec<Script>) {
    let server = Service::start(scripts.clone());
    let notte = server.notte();
    for script in scripts {
        let (_session, agent) = start(&notte).await;
        let mut logs = agent.logs();
        let steps: Vec<_> = (&mut logs).try_collect().await.unwrap();
        assert_eq!(goals(&steps), expected(script.steps.len()), "{script:?}");
        let ended = logs.ended().unwrap();
        assert_eq!((ended.state(), ended.steps_completed()), (AgentState::Completed, script.steps.len()), "{script:?}");
        assert!(logs.next().await.is_none());
    }
}

#[tokio::test]
async fn a_cut_at_any_message_loses_and_repeats_nothing() {
    let mut scripts = Vec::new();
    for until in 0..=4 {
        for end in [End::Close, End::Cut, End::CutInside] {
            for wrapped in [true, false] {
                scripts.push(Script { wrapped, ..Script::new(4).cut(until, end) });
            }
        }
    }
    hold(scripts).await;
}

#[tokio::test]
async fn every_way_to_end_or_not_to_begin_gives_all_steps_and_the_status() {
    let ends = [
        End::Status,
        End::BareStatus,
        End::NoStatus,
        End::PoorStatus,
        End::Refused,
        End::Unopened,
        End::NoToken,
        End::KeyAsToken,
    ];
    hold(ends.map(|end| Script::new(3).cut(3, end)).into()).await;
}

#[tokio::test]
async fn a_stream_that_begins_in_the_middle_or_again_from_the_start_gives_each_step_once() {
    let mut scripts = Vec::new();
    for before in 0..=3 {
        for from in 0..=before {
            for end in [End::Status, End::Cut] {
                scripts.push(Script { before, from, ..Script::new(4).cut(4, end) });
            }
        }
    }
    hold(scripts).await;
}

#[tokio::test]
async fn steps_that_are_taken_between_polls_come_once() {
    hold(vec![Script { polls: 1, ..Script::new(4).cut(1, End::Cut) }]).await;
}

#[tokio::test]
async fn a_stream_that_falls_silent_and_is_never_closed_is_given_up() {
    let server = Service::start([Script::new(4).cut(2, End::Silence)]);
    let (_session, agent) = start(&server.notte()).await;
    let mut logs = agent.logs();
    let mut steps: Vec<_> = (&mut logs).take(2).try_collect().await.unwrap();
    // Five minutes go by.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(301)).await;
    tokio::time::resume();
    steps.extend(logs.try_collect::<Vec<_>>().await.unwrap());
    assert_eq!(goals(&steps), expected(4));
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_opened_again_and_goes_on() {
    for (until, end, from) in [(1, End::Cut, 0), (2, End::Close, 0), (3, End::CutInside, 2), (0, End::Cut, 0)] {
        let server = Service::start([Script { from, recovers: true, ..Script::new(4).cut(until, end) }]);
        let (_session, agent) = start(&server.notte()).await;
        let mut logs = agent.logs();
        let steps: Vec<_> = (&mut logs).try_collect().await.unwrap();
        assert_eq!(goals(&steps)[from.min(until)..], expected(4)[from.min(until)..], "{end:?}");
        assert_eq!(logs.ended().unwrap().state(), AgentState::Completed);
        assert_eq!(server.state().stream_heads.len(), 2, "{end:?}");
    }
}

#[tokio::test]
async fn how_long_a_stream_may_be_silent_can_be_set() {
    let server = Service::start([Script { recovers: true, ..Script::new(3).cut(1, End::Silence) }]);
    let (_session, agent) = start(&server.notte()).await;
    // Silence is looked for every five seconds.
    let mut logs = agent.logs().silence_limit(Duration::from_secs(20));
    let first = logs.next().await.unwrap().unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(25)).await;
    tokio::time::resume();
    let mut steps = vec![first];
    while let Some(step) = logs.next().await {
        steps.push(step.unwrap());
    }
    assert_eq!((goals(&steps), server.state().stream_heads.len()), (expected(3), 2));
}

#[tokio::test]
async fn steps_are_in_order_when_the_first_look_fails() {
    let server = Service::start([Script { before: 2, from: 2, recovers: true, ..Script::new(4) }]);
    let notte = server.builder().retry(Retry::standard().max_attempts(1)).build().unwrap();
    let (_session, agent) = start(&notte).await;
    // The stream is opened first, with the same beginning of its path.
    server.fail("GET /agents/a-0001 ", 503);
    let steps: Vec<_> = agent.logs().try_collect().await.unwrap();
    assert_eq!(goals(&steps), expected(4));
}

#[tokio::test]
async fn a_stream_that_is_dropped_and_asked_for_again_begins_with_the_first_step() {
    let server = Service::start([Script::new(4)]);
    let (_session, agent) = start(&server.notte()).await;
    let first: Vec<_> = agent.logs().take(2).try_collect().await.unwrap();
    let again: Vec<_> = agent.logs().try_collect().await.unwrap();
    assert_eq!((goals(&first), goals(&again)), (expected(2), expected(4)));
}

#[tokio::test]
async fn the_key_is_in_no_address_and_the_stream_gets_the_token_alone() {
    let server = Service::start([Script::new(2), Script::new(2).cut(2, End::KeyAsToken)]);
    let notte = server.notte();
    for streams in [1, 1] {
        let (_session, agent) = start(&notte).await;
        assert_eq!(agent.logs().try_collect::<Vec<_>>().await.unwrap().len(), 2);
        let state = server.state();
        assert!(state.lines.iter().all(|line| !line.contains(KEY)), "{:?}", state.lines);
        assert_eq!(state.stream_heads.len(), streams, "a token that is the key opens nothing");
        let head = state.stream_heads[0].to_ascii_lowercase();
        assert!(head.contains(&format!("token={TOKEN}")) && head.contains("session_id=s-1"), "{head}");
        assert!(!head.contains(KEY) && !head.contains("authorization"), "{head}");
    }
}

#[tokio::test]
async fn a_poll_that_fails_is_tolerated_and_one_that_fails_for_good_ends_the_stream() {
    let server = Service::start([Script::new(2).cut(1, End::NoToken)]);
    let notte = server.builder().retry(Retry::standard().max_attempts(1)).build().unwrap();
    let (_session, agent) = start(&notte).await;
    server.fail("GET /agents/a-0001", 503);
    assert_eq!(agent.logs().try_collect::<Vec<_>>().await.unwrap().len(), 2);

    server.fail("GET /agents/a-0001", 401);
    let mut logs = agent.logs();
    assert_eq!(logs.next().await.unwrap().unwrap_err().kind(), ErrorKind::Auth);
    assert!(logs.next().await.is_none());
}
