//! A language model behind an endpoint that speaks OpenAI's chat completions: Ollama, vLLM, a cloud.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::{Value, json};
use tokio::time::sleep;

/// How long an answer may take: a model on a small machine thinks for long.
const PATIENCE: Duration = Duration::from_secs(180);

/// How often an endpoint that is busy or cannot be reached is asked.
const TRIES: u32 = 3;

/// How long it is left in peace before it is asked again, unless it says how long.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest that it is left in peace, whatever it says.
const LONGEST: Duration = Duration::from_secs(30);

/// How much of an endpoint's error is repeated, in characters.
const SHOWN: usize = 200;

/// The endpoint. No `Debug`: it holds a key.
#[derive(Clone)]
pub(crate) struct Llm {
    http: reqwest::Client,
    url: String,
    model: String,
    key: Option<String>,
}

/// Why there is no answer.
struct Failed {
    reason: String,
    /// After how long it may be asked again, where that is worth it.
    again: Option<Duration>,
}

impl From<String> for Failed {
    fn from(reason: String) -> Self {
        Self { reason, again: None }
    }
}

impl Llm {
    /// The model of an endpoint such as `http://localhost:11434/v1`.
    pub(crate) fn new(url: &str, model: &str, key: Option<String>) -> Result<Self, String> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| error.to_string())?;
        reqwest::Url::parse(url).map_err(|error| format!("the address of the model: {error}"))?;
        let url = format!("{}/chat/completions", url.trim_end_matches('/'));
        Ok(Self { http, url, model: model.to_owned(), key: key.filter(|key| !key.is_empty()) })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What the model says next, without what it thought before.
    pub(super) async fn complete(&self, messages: &[Value]) -> Result<String, String> {
        let body = json!({ "model": self.model, "messages": messages });
        Ok(spoken(&patiently(|| self.ask(&body)).await?).to_owned())
    }

    async fn ask(&self, body: &Value) -> Result<String, Failed> {
        let mut request = self.http.post(&self.url).json(body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let failed = |error: reqwest::Error| Failed {
            again: error.is_connect().then_some(PAUSE),
            // The address may have a key in it.
            reason: format!("the model's endpoint cannot be reached: {}", error.without_url()),
        };
        let response = request.send().await.map_err(failed)?;
        let (status, again) = (response.status(), again(response.status(), response.headers()));
        let text = response.text().await.map_err(failed)?;
        if !status.is_success() {
            let reason = format!("the model's endpoint answered {status}: {}", self.excerpt(&text));
            return Err(Failed { reason, again });
        }
        let answer: Value =
            serde_json::from_str(&text).map_err(|_| "the model's endpoint answered no JSON".to_owned())?;
        let said = content(&answer["choices"][0]["message"]["content"]);
        Ok(said.ok_or_else(|| "the model's endpoint answered without a message".to_owned())?)
    }

    fn excerpt(&self, body: &str) -> String {
        let json: Value = serde_json::from_str(body).unwrap_or_default();
        let said = json["error"]["message"].as_str().or(json["error"].as_str()).or(json["detail"].as_str());
        let text: String = said.unwrap_or(body).chars().take(SHOWN).collect();
        match &self.key {
            Some(key) => text.replace(key, "..."),
            None => text,
        }
    }
}

/// Asks again as long as that is worth it.
async fn patiently<T, F: Future<Output = Result<T, Failed>>>(ask: impl Fn() -> F) -> Result<T, String> {
    let mut tries = 1;
    loop {
        match ask().await {
            Err(Failed { again: Some(pause), .. }) if tries < TRIES => sleep(pause).await,
            other => return other.map_err(|failed| failed.reason),
        }
        tries += 1;
    }
}

/// After how long an endpoint that answered like this may be asked again.
fn again(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let busy = [StatusCode::TOO_MANY_REQUESTS, StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE];
    let asked = headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
    busy.contains(&status).then(|| asked.map_or(PAUSE, Duration::from_secs).min(LONGEST))
}

/// What a message says: a text, or a list of parts of which some are text.
fn content(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| part["text"].as_str()).collect()),
        _ => None,
    }
}

/// What is said after the thoughts that some models write down first. A few do not write where these begin.
fn spoken(said: &str) -> &str {
    match said.split_once("</think>") {
        Some((thoughts, rest)) if !thoughts.trim_start().starts_with(['{', '[', '"', '`']) => rest,
        None if said.trim_start().starts_with("<think>") => "",
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use serde_json::json;
    use tokio::time::Instant;

    use super::*;

    /// Asks an endpoint that answers like this, one after the other; how often it was asked, and for how long.
    async fn asked(answers: &[Option<Duration>]) -> (Result<(), String>, usize, Duration) {
        let (begun, count) = (Instant::now(), RefCell::new(0));
        let outcome = patiently(async || {
            let place = count.replace_with(|count| *count + 1);
            answers.get(place).map_or(Ok(()), |again| Err(Failed { reason: place.to_string(), again: *again }))
        });
        (outcome.await, count.take(), begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_endpoint_is_asked_again_after_a_pause_and_then_given_up_on() {
        let pause = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(asked(&[pause(2), pause(3)]).await, (Ok(()), 3, Duration::from_secs(5)));
        assert_eq!(asked(&[pause(2); 4]).await, (Err("2".into()), 3, Duration::from_secs(4)));
        assert_eq!(asked(&[None]).await, (Err("0".into()), 1, Duration::ZERO), "this one is not busy");
    }

    #[test]
    fn an_endpoint_says_how_long_it_is_busy_within_limits() {
        let after = |status: u16, said: Option<&str>| {
            let headers = said.map(|said| (RETRY_AFTER, said.parse().unwrap()));
            again(StatusCode::from_u16(status).unwrap(), &headers.into_iter().collect())
        };
        assert_eq!(after(429, Some("7")), Some(Duration::from_secs(7)));
        assert_eq!(after(503, Some("86400")), Some(LONGEST));
        assert_eq!((after(502, None), after(429, Some("soon"))), (Some(PAUSE), Some(PAUSE)));
        assert_eq!((after(500, None), after(400, Some("1"))), (None, None));
    }

    #[test]
    fn thoughts_are_not_said() {
        for (said, spoken_of_it) in [
            ("<think>I could {\"a\"} </think>{\"b\": 1}", "{\"b\": 1}"),
            ("\n<think>\n</think>\nyes", "\nyes"),
            ("I could {\"a\"} </think> no", " no"),
            ("<think>I could {\"a\": 1", ""),
            ("{\"answer\": \"</think>\"}", "{\"answer\": \"</think>\"}"),
            ("plain", "plain"),
        ] {
            assert_eq!(spoken(said), spoken_of_it, "{said}");
        }
    }

    #[test]
    fn a_message_is_a_text_or_a_list_of_parts() {
        let parts =
            json!([{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]);
        assert_eq!(content(&parts).as_deref(), Some("ab"));
        assert_eq!((content(&json!("ab")).as_deref(), content(&Value::Null)), (Some("ab"), None));
    }
}
