//! What agents work on is in no log line, at any level, unless it was asked for.

use std::{
    io,
    sync::{Arc, Mutex},
};

use crate::support::{
    agents::{End, KEY, Script, Service, TOKEN},
    alone,
};
use futures_util::TryStreamExt as _;
use serde_json::json;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_holds_a_task_an_answer_a_step_a_token_or_a_key() {
    if !alone("agent_privacy::no_log_line_holds_a_task_an_answer_a_step_a_token_or_a_key") {
        return;
    }
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();
    let mut script = Script::new(2).outcome(json!({"success": true, "answer": "answer-marker"}));
    script.steps[0]["state"]["next_goal"] = json!("goal-marker");
    script.steps[0]["action"] = json!({"type": "Kind-Marker", "value": "typed-marker"});
    let server = Service::start([script.clone(), Script { end: End::Cut, ..script }]);
    let session = server.notte().session().await.unwrap();
    let result = session.agent().run("task-marker").await.unwrap();
    let agent = session.agent().start("task-marker").await.unwrap();
    let steps: Vec<_> = agent.logs().try_collect().await.unwrap();
    let printed =
        format!("{result:?} {agent:?} {steps:?} {:?} {:?}", session.agent(), session.agent().run("task-marker"));
    session.stop().await.unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("agent step") && log.contains("action=\"other\"") && log.contains("action=\"completion\""));
    for marker in [KEY, TOKEN, "answer-marker", "goal-marker", "typed-marker", "Kind-Marker", "task-marker"] {
        let line = log.lines().find(|line| line.contains(marker));
        assert!(line.is_none(), "{line:?}");
        assert!(!printed.contains(marker), "{printed}");
    }
}
