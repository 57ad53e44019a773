//! The loop of an agent: observe, decide, act, until the task is done.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::misfit;
use super::browser::Browser;
use super::keyring::Keyring;
use super::mind::Mind;
use super::record::Record;
use crate::areas::{Asked, Email, Sms, read};
use crate::clock;
use crate::error::Refusal;
use crate::store::{Db, Store};

/// An agent at work.
pub(super) struct Work<B> {
    pub(super) browser: B,
    pub(super) store: Store,
    pub(super) record: Arc<Record>,
    pub(super) mind: Mind,
    pub(super) keyring: Keyring,
    pub(super) url: Option<String>,
    pub(super) max_steps: u32,
    pub(super) response_format: Option<Value>,
}

/// How an agent ends.
enum End {
    Answered { success: bool, answer: String },
    Stopped,
}

/// Works until the end, whatever it is.
pub(super) async fn run<B: Browser>(mut work: Work<B>) {
    let (browser, session) = (work.browser.clone(), work.record.session.clone());
    let outcome = browser.while_alive(&session, work.work()).await;
    let (success, answer) = match outcome.unwrap_or_else(|refusal| Err(refusal.reason())) {
        Ok(End::Answered { success, answer }) => (Some(success), answer),
        Ok(End::Stopped) => (None, "stopped before it was done".to_owned()),
        Err(reason) => (Some(false), reason),
    };
    work.record.close(success, answer);
}

impl<B: Browser> Work<B> {
    /// An error is why the agent cannot go on.
    async fn work(&mut self) -> Result<End, String> {
        if let Some(url) = self.url.take() {
            let result = self.act(&json!({ "type": "goto", "url": url }), "").await?;
            self.record.push("execution_result", &result);
            if result["success"] != true {
                return Err(message(&result));
            }
        }
        for _ in 0..self.max_steps {
            if self.record.is_stopped() {
                return Ok(End::Stopped);
            }
            let mut page = self.browser.observe(&self.record.session).await.map_err(|refusal| refusal.reason())?;
            // Sites are told apart by the address as it is, not as it is shown.
            let address = page["metadata"]["url"].as_str().unwrap_or_default().to_owned();
            self.keyring.begin_at(&address);
            if !self.keyring.typed.is_empty() {
                // A picture would show what was typed.
                page["screenshot"] = Value::Null;
            }
            self.keyring.typed.hide(&mut page);
            self.record.push("observation", &seen(&page));
            let started_at = clock::now();
            let turn = tokio::select! {
                turn = self.mind.decide(&page) => turn?,
                () = self.record.stopped() => return Ok(End::Stopped),
            };
            let decided = json!({
                "state": turn.state, "action": turn.action, "started_at": started_at, "ended_at": clock::now(),
            });
            self.record.push("agent_completion", &decided);
            let result = self.act(&turn.action, &address).await?;
            self.record.push("execution_result", &result);
            if turn.action["type"] == "completion" && result["success"] == true {
                let answer = turn.action["answer"].as_str().unwrap_or_default().to_owned();
                return Ok(End::Answered { success: turn.action["success"] == true, answer });
            }
            if !self.mind.hear(&turn, &result) {
                return Err(message(&result));
            }
        }
        Err(format!("not done after {} steps, which is all it may take", self.max_steps))
    }

    /// Carries out an action. An error ends the agent; an action that did not work is a result.
    async fn act(&self, action: &Value, address: &str) -> Result<Value, String> {
        let mut result = self.carry_out(action, address).await?;
        self.keyring.typed.hide_in_result(&mut result);
        Ok(result)
    }

    async fn carry_out(&self, action: &Value, address: &str) -> Result<Value, String> {
        let started_at = clock::now();
        let outcome = match action["type"].as_str().unwrap_or_default() {
            "completion" => self.complete(action),
            "email_read" => self.messages::<Email>(action).await,
            "sms_read" => self.messages::<Sms>(action).await,
            _ => match self.keyring.fill(action, address).await {
                Ok(filled) => match self.browser.execute(&self.record.session, action, filled).await {
                    Ok(result) => return Ok(result),
                    // The action is wrong, not the session: that is for the mind to hear.
                    Err(refusal) if refusal.status() == StatusCode::UNPROCESSABLE_ENTITY => Err(refusal.reason()),
                    Err(refusal) => return Err(refusal.reason()),
                },
                Err(reason) => Err(reason),
            },
        };
        let success = outcome.is_ok();
        let (message, data) = match outcome {
            Ok((message, text)) => (message, text.map(|text| json!({ "markdown": text, "structured": null }))),
            Err(message) => (message, None),
        };
        let mut result = Map::from_iter([
            ("started_at".to_owned(), json!(started_at)),
            ("ended_at".to_owned(), json!(clock::now())),
            ("action".to_owned(), action.clone()),
            ("success".to_owned(), json!(success)),
            ("exception".to_owned(), if success { Value::Null } else { json!(message) }),
            ("message".to_owned(), json!(message)),
        ]);
        if let Some(data) = data {
            result.insert("data".to_owned(), data);
        }
        Ok(Value::Object(result))
    }

    fn complete(&self, action: &Value) -> Result<(String, Option<String>), String> {
        let answer = action["answer"].as_str().ok_or("a completion needs its `answer`, a text")?;
        let success = action["success"].as_bool().ok_or("a completion needs its `success`, true or false")?;
        match self.response_format.as_ref().filter(|_| success).and_then(|format| misfit(answer, format)) {
            Some(reason) => Err(reason),
            None => Ok((answer.to_owned(), None)),
        }
    }

    /// Reads the persona's inbox.
    async fn messages<M: crate::areas::Message>(&self, action: &Value) -> Result<(String, Option<String>), String> {
        let persona = self.keyring.persona.clone();
        let persona = persona.ok_or("there is no inbox: start the agent with a persona_id")?;
        let limit = action["limit"].as_u64().map_or(Some(10), |limit| u32::try_from(limit).ok());
        // Left out, it is five minutes; null is no limit.
        let age = action.get("timedelta").map_or(Some("PT5M"), Value::as_str);
        let asked = limit.and_then(|limit| Asked::new(limit, age, action["only_unread"].as_bool().unwrap_or(true)));
        let asked = asked.ok_or("the limit is from 1 to 100, and timedelta a duration such as PT5M")?;
        let found = self.store.run(move |db: &Db<'_>| read::<M>(db, &persona, &asked)).await;
        let found = found.map_err(|refusal: Refusal| refusal.reason())?;
        let text = serde_json::to_string_pretty(&found).map_err(|error| error.to_string())?;
        Ok((format!("{} messages", found.len()), Some(text)))
    }
}

/// What a step keeps of an observation: the pictures are in the session's replay.
fn seen(page: &Value) -> Value {
    json!({ "started_at": page["started_at"], "ended_at": page["ended_at"], "metadata": page["metadata"] })
}

fn message(result: &Value) -> String {
    result["message"].as_str().unwrap_or("the action failed").to_owned()
}
