//! Agents over a real socket: what they are started with, what they end in, and that none works for nobody.

use std::{
    future::IntoFuture as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::agents::{End, Script, Service, step};
use futures_util::{TryStreamExt as _, future::try_join_all};
use notte_ext::{
    Action, AgentState, AgentStatus, Error, ErrorKind, Notte,
    notte_api::types::LlmModel,
    schemars::{self, JsonSchema},
};
use serde_json::json;

const MINUTE: Duration = Duration::from_secs(60);

/// Agents that were let go of are stopped when this returns.
async fn settled(notte: &Notte) {
    let _ = notte.shutdown(MINUTE).await;
}

#[tokio::test]
async fn only_what_is_set_is_sent() {
    let server = Service::start([Script::new(1)]);
    let session = server.notte().session().await.unwrap();
    let agent = session.agent();
    drop(agent.start("task").await.unwrap());
    assert_eq!(server.body("POST /agents/start"), json!({"session_id": "s-1", "task": "task"}));
    let agent = agent.model(LlmModel::OpenaiGpt4o).max_steps(7).use_vision(false).vault("v-1").persona("p-1");
    let agent = agent.notifier_config(json!({"type": "mail"})).response_format(json!({"type": "object"}));
    let agent = agent.url("https://e.com").session_offset(3).extra("newer", 1);
    let expected = json!({
        "session_id": "s-1", "task": "again", "reasoning_model": "openai/gpt-4o", "max_steps": 7, "use_vision": false,
        "vault_id": "v-1", "persona_id": "p-1", "notifier_config": {"type": "mail"}, "response_format": {"type": "object"},
        "url": "https://e.com", "session_offset": 3, "newer": 1,
    });
    for _ in 0..2 {
        let started = agent.start("again").await.unwrap();
        assert_eq!(server.body("POST /agents/start"), expected);
        assert_eq!(started.session_id().unwrap(), "s-1");
    }
    drop(agent.clone().model("newer/model").start("again").await.unwrap());
    assert_eq!(server.body("POST /agents/start")["reasoning_model"], "newer/model");
}

#[tokio::test]
async fn a_limit_is_checked_before_anything_is_sent_unless_told_otherwise() {
    let server = Service::start([Script::new(1)]);
    let session = server.notte().session().await.unwrap();
    for (most, fits) in [(0, false), (1, true), (150, true), (151, false)] {
        let before = server.count("POST /agents/start");
        let started = session.agent().max_steps(most).start("task").await;
        assert_eq!((started.is_ok(), server.count("POST /agents/start") - before), (fits, usize::from(fits)), "{most}");
        if let Err(error) = started {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(error.to_string().contains("between 1 and 150"), "{error}");
        }
    }
    drop(session.agent().max_steps(151).unchecked().start("task").await.unwrap());
    let error = session.agent().notifier_config(7).start("task").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_run_gives_the_result_and_every_step_whatever_became_of_the_agent() {
    let mut exhausted = Script::new(3).outcome(json!({"success": false, "answer": "no steps left"}));
    exhausted.steps[2] = step(2, "click");
    let mut stopped = Script::new(2).outcome(json!({}));
    stopped.steps[1] = step(1, "click");
    let failed = Script::new(3).outcome(json!({"success": false, "answer": "no way in"}));
    let server = Service::start([Script::new(3), failed, exhausted, stopped]);
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let agent = session.agent().max_steps(3);
    for (state, steps) in
        [(AgentState::Completed, 3), (AgentState::Failed, 3), (AgentState::MaxSteps, 3), (AgentState::Stopped, 2)]
    {
        let mut seen = Vec::new();
        let result = agent.run("task").on_step(|step| seen.push(step.next_goal().unwrap().to_owned())).await.unwrap();
        assert_eq!((result.state(), result.steps_completed(), seen.len()), (state, steps, steps));
        assert_eq!(result.into_answer().is_ok(), state == AgentState::Completed);
    }
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents"), 0, "an agent that has ended is not stopped");
}

#[tokio::test]
async fn an_answer_of_a_type_is_read_and_one_that_does_not_fit_is_kept() {
    #[derive(Debug, serde::Deserialize, JsonSchema)]
    struct Contact {
        email: String,
    }

    let answer = |answer: &str| Script::new(1).outcome(json!({"success": true, "answer": answer}));
    let failed = Script::new(1).outcome(json!({"success": false, "answer": "hunter2"}));
    let server =
        Service::start([answer(r#"{"email":"a@b.c"}"#), answer(r#"{"mail":"hunter2"}"#), answer("hunter2"), failed]);
    let session = server.notte().session().await.unwrap();
    let contact: Contact = session.agent().run_as("task").await.unwrap();
    assert_eq!(contact.email, "a@b.c");
    let schema = &server.body("POST /agents/start")["response_format"];
    assert_eq!((&schema["type"], &schema["required"]), (&json!("object"), &json!(["email"])));
    for (kind, answer) in
        [(ErrorKind::Decode, r#"{"mail":"hunter2"}"#), (ErrorKind::Decode, "hunter2"), (ErrorKind::Agent, "hunter2")]
    {
        let error = session.agent().run_as::<Contact>("task").await.unwrap_err();
        assert_eq!((error.kind(), error.agent().unwrap().answer()), (kind, Some(answer)));
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_wait_ends_with_the_agent_or_says_how_far_it_came() {
    let server = Service::start([Script { polls: 1, ..Script::new(3).cut(0, End::NoToken) }, Script::new(3).endless()]);
    let session = server.notte().session().await.unwrap();
    let agent = session.agent().start("task").await.unwrap();
    let result = agent.wait().interval(Duration::from_millis(10)).await.unwrap();
    assert_eq!((result.state(), result.answer(), result.agent_id()), (AgentState::Completed, Some("42"), agent.id()));

    let agent = session.agent().start("task").await.unwrap();
    let error = agent.wait().max_polls(3).interval(Duration::from_millis(10)).await.unwrap_err();
    assert_eq!((error.kind(), error.waited().unwrap().polls), (ErrorKind::Deadline, 3));
    let last = error.agent().unwrap();
    assert_eq!((last.state(), last.steps_completed()), (AgentState::Running, 3));
    let error = agent.wait().deadline(Duration::from_millis(30)).await.unwrap_err();
    assert!(error.is_timeout() && error.waited().unwrap().time <= Duration::from_millis(300));

    server.fail("GET /agents", 404);
    let error = agent.wait().await.unwrap_err();
    assert!(!error.is_timeout() && error.is_not_found());
}

#[tokio::test]
async fn a_stop_takes_effect_at_the_next_step() {
    let server = Service::start([Script::new(9).endless()]);
    let session = server.notte().session().await.unwrap();
    let agent = session.agent().start("task").await.unwrap();
    assert_eq!(agent.stop().await.unwrap().state(), AgentState::Running);
    let stopped = agent.stop().wait().await.unwrap();
    assert_eq!(stopped.state(), AgentState::Stopped);
    assert!(server.state().lines.contains(&"DELETE /agents/a-0001/stop?session_id=s-1".to_owned()));
    server.fail("DELETE /agents", 404);
    assert_eq!(agent.stop().await.unwrap().state(), AgentState::Stopped, "one that has ended is stopped");
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_has_its_agent_stopped() {
    let server = Service::start([Script::new(9).endless()]);
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let soon = Duration::from_millis(300);

    // A timeout.
    tokio::time::timeout(soon, session.agent().run("task").into_future()).await.unwrap_err();
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0001/stop"), 1);
    // A task that is aborted.
    let task = tokio::spawn({
        let notte = notte.clone();
        async move { notte.session().scope(async |session| session.agent().run("task").await).await }
    });
    server.until("GET /agents/a-0002").await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0002/stop"), 1);
    // A deadline.
    let error = session.agent().run("task").deadline(soon).await.unwrap_err();
    assert_eq!((error.kind(), error.agent().unwrap().state()), (ErrorKind::Deadline, AgentState::Running));
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0003/stop"), 1);
    // A service that does not say how it is.
    server.fail("GET /agents/a-0004", 401);
    assert_eq!(session.agent().run("task").await.unwrap_err().kind(), ErrorKind::Auth);
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0004/stop"), 1);
    // Before the start was answered.
    tokio::time::timeout(Duration::ZERO, session.agent().run("task").into_future()).await.unwrap_err();
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0005/stop"), server.count("POST /agents/start") - 4);
}

#[tokio::test]
async fn an_agent_that_was_started_works_on_unless_told_otherwise() {
    let server = Service::start([Script::new(9).endless()]);
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    drop(session.agent().start("task").await.unwrap());
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents"), 0);
    drop(session.agent().start("task").await.unwrap().stop_on_drop());
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0002/stop?session_id=s-1"), 1);
}

#[tokio::test]
async fn an_agent_that_was_started_elsewhere_is_followed_and_stopped() {
    let server = Service::start([Script::new(3).endless()]);
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let id = session.agent().start("task").await.unwrap().id().clone();
    let agent = notte.agents().attach(&id);
    assert_eq!((agent.session_id(), agent.started()), (None, None));
    let status = agent.status().await.unwrap();
    assert_eq!((status.session_id(), status.task()), (session.id(), "task"));
    assert_eq!(agent.stop().wait().await.unwrap().state(), AgentState::Stopped);
    let code = agent.workflow_code().await.unwrap();
    assert_eq!(code.actions().unwrap().len(), 1);
    assert_eq!(server.count("GET /agents/a-0001/workflow/code?as_workflow=true"), 1);
    let listed: Vec<_> = notte.agents().list().only_active(true).only_saved(false).items().try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(server.state().lines.last().unwrap().contains("only_active=true"));
}

#[tokio::test]
async fn the_first_action_that_does_not_work_hands_over_to_an_agent() {
    let failed = Script::new(1).outcome(json!({"success": false, "answer": "no"}));
    let server = Service::start([Script::new(1), failed]);
    let session = server.notte().session().await.unwrap();
    for (agent_works, agents) in [(true, 1), (false, 2)] {
        let fallback = session.fallback("buy it").max_steps(5);
        let outcome = fallback.scope(async |page| {
            assert!(page.execute(Action::click("B1")).await?.success);
            let failed = page.execute(Action::click_selector("#no-such")).await?;
            assert!(!failed.success);
            let skipped = page.execute(Action::click("B3")).await?;
            assert!(skipped.success && skipped.message.contains("skipped") && skipped.data.is_none());
            Ok::<_, Error>(())
        });
        let outcome = outcome.await.unwrap();
        assert_eq!((outcome.success(), outcome.agent_used()), (agent_works, true));
        assert_eq!((outcome.steps().len(), outcome.agent().is_some()), (2, true));
        assert_eq!(server.count("POST /agents/start"), agents);
        let request = server.body("POST /agents/start");
        assert_eq!((&request["session_offset"], &request["max_steps"]), (&json!(7), &json!(5)));
        let task = request["task"].as_str().unwrap();
        assert!(task.contains("buy it") && task.contains("no such element") && task.contains("`click`"), "{task}");
    }
    assert_eq!(server.count("POST /sessions/s-1/page/execute"), 4, "what is skipped is not sent");
}

#[tokio::test]
async fn actions_that_work_need_no_agent_and_errors_are_no_failed_actions() {
    let server = Service::start([Script::new(1)]);
    let session = server.notte().session().await.unwrap();
    let outcome: Result<_, Error> = session.fallback("task").scope(async |page| page.goto("https://e.com").await).await;
    let outcome = outcome.unwrap();
    assert!(outcome.success() && !outcome.agent_used() && outcome.agent().is_none());

    server.fail("POST /sessions/s-1/page/execute", 401);
    let error: Result<_, Error> =
        session.fallback("task").scope(async |page| page.execute(Action::reload()).await).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Auth);
    // An agent that cannot be run leaves the page as it was: the next failed action tries again.
    server.fail("POST /agents/start", 422);
    let outcome = session.fallback("task").scope(async |page| {
        assert!(page.execute(Action::click("no-such")).await.is_err());
        page.execute(Action::click("no-such")).await
    });
    let outcome: Result<_, Error> = outcome.await;
    assert!(outcome.unwrap().success());
}

#[tokio::test(flavor = "current_thread")]
async fn many_agents_are_followed_on_one_thread() {
    let server = Service::start([Script::new(3).cut(0, End::NoToken)]);
    let notte = server.notte();
    let tasks: Vec<_> = (0..50).map(|number| format!("task {number}")).collect();
    let results = try_join_all(
        tasks.iter().map(|task| notte.session().scope(async |session| session.agent().run(task.as_str()).await)),
    );
    let results: Vec<AgentStatus> = results.await.unwrap();
    let mut done: Vec<_> = results.iter().map(|result| result.task().to_owned()).collect();
    done.sort_unstable();
    let mut tasks = tasks;
    tasks.sort_unstable();
    assert_eq!(done, tasks);
    assert!(results.iter().all(|result| result.state() == AgentState::Completed));
    assert!(server.state().live.is_empty());
}

#[tokio::test]
async fn every_future_can_be_spawned() {
    let server = Service::start([Script::new(1)]);
    let notte = server.notte();
    let seen = Arc::new(Mutex::new(0));
    let task = tokio::spawn({
        let (notte, seen) = (notte.clone(), Arc::clone(&seen));
        async move {
            let session = notte.session().await?;
            session.agent().run("task").on_step(|_| *seen.lock().unwrap() += 1).await?.into_answer()?;
            let agent = session.agent().start("task").await?;
            agent.logs().try_collect::<Vec<_>>().await?;
            agent.wait().await?.into_answer()?;
            agent.stop().wait().await?.into_answer()?;
            session.fallback("task").scope(async |page| page.execute(Action::click("no-such")).await).await
        }
    });
    assert!(task.await.unwrap().unwrap().success());
    assert_eq!(*seen.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_wait_is_a_future_of_its_own_and_can_be_spawned() {
    let server = Service::start([Script::new(2).cut(0, End::NoToken), Script::new(1).endless()]);
    let session = server.notte().session().await.unwrap();
    let agent = session.agent().start("task").await.unwrap();
    let waits = [tokio::spawn(agent.wait()), tokio::spawn(agent.wait())];
    drop(agent);
    for wait in waits {
        assert_eq!(wait.await.unwrap().unwrap().state(), AgentState::Completed);
    }
    let agent = session.agent().start("task").await.unwrap();
    let stop = tokio::spawn(agent.stop().wait());
    assert_eq!(stop.await.unwrap().unwrap().state(), AgentState::Stopped);
}

#[tokio::test]
async fn a_watch_follows_an_agent_to_its_end_and_stops_it_when_dropped() {
    let server = Service::start([Script::new(3), Script::new(1).endless()]);
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let agent = session.agent().start("task").await.unwrap();
    let mut steps = 0;
    let status = agent.watch().on_step(|_| steps += 1).await.unwrap();
    assert_eq!((status.state(), steps), (AgentState::Completed, 3));
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents"), 0, "one that has ended is not stopped");

    let agent = session.agent().start("task").await.unwrap();
    let watch = tokio::time::timeout(Duration::from_millis(100), agent.watch().into_future());
    assert!(watch.await.is_err());
    settled(&notte).await;
    assert_eq!(server.count("DELETE /agents/a-0002/stop"), 1);

    let attached = notte.agents().attach(session.agent().start("task").await.unwrap().id());
    attached.watch().deadline(Duration::from_millis(50)).await.unwrap_err();
    settled(&notte).await;
    assert_eq!(
        server.count("DELETE /agents/a-0003/stop"),
        1,
        "an agent that was attached to is watched like any other"
    );
}

#[tokio::test]
async fn an_agent_whose_stop_was_refused_was_not_stopped_by_it() {
    let mut script = Script::new(1).endless().outcome(json!({"success": false, "answer": "no way"}));
    script.endless = false;
    script.polls = 1;
    script.steps = vec![step(0, "click")];
    let server = Service::start([script]);
    let session = server.notte().session().await.unwrap();
    let agent = session.agent().start("task").await.unwrap();
    server.fail("DELETE /agents", 403);
    assert_eq!(agent.stop().await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(agent.wait().interval(Duration::from_millis(50)).await.unwrap().state(), AgentState::Failed);
}

#[tokio::test]
async fn a_few_odd_polls_do_not_end_a_run_and_a_refusal_does() {
    for (statuses, fits) in [(&[520, 525, 418][..], true), (&[418; 6][..], false), (&[401][..], false)] {
        let server = Service::start([Script { polls: 1, ..Script::new(2).cut(0, End::NoToken) }]);
        let retry = notte_ext::Retry::standard().max_attempts(1);
        let notte = server.builder().retry(retry).build().unwrap();
        let session = notte.session().await.unwrap();
        let agent = session.agent().start("task").await.unwrap();
        for status in statuses {
            server.fail("GET /agents/a-0001", *status);
        }
        let ended = agent.wait().interval(Duration::from_millis(50)).await;
        assert_eq!(ended.is_ok(), fits, "{statuses:?}");
    }
}

#[tokio::test]
async fn a_fallback_gives_the_value_of_its_body() {
    let server = Service::start([Script::new(1)]);
    let session = server.notte().session().await.unwrap();
    let outcome = session.fallback("task").scope(async |page| {
        page.goto("https://e.com").await?;
        Ok::<_, Error>(42)
    });
    let outcome = outcome.await.unwrap();
    assert!(outcome.success() && !outcome.agent_used());
    assert_eq!((*outcome.value(), outcome.into_value()), (42, 42));
}
