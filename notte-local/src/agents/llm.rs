//! A language model behind an endpoint that speaks OpenAI's chat completions: Ollama, vLLM, a cloud.

use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take: a model on a small machine thinks for long.
const PATIENCE: Duration = Duration::from_secs(180);

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

impl Llm {
    /// The model of an endpoint such as `http://localhost:11434/v1`.
    pub(crate) fn new(url: &str, model: &str, key: Option<String>) -> Result<Self, String> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| error.to_string())?;
        reqwest::Url::parse(url).map_err(|error| format!("the address of the model: {error}"))?;
        let url = format!("{}/chat/completions", url.trim_end_matches('/'));
        Ok(Self { http, url, model: model.to_owned(), key: key.filter(|key| !key.is_empty()) })
    }

    /// What the model says next.
    pub(super) async fn complete(&self, messages: &[Value]) -> Result<String, String> {
        let body = json!({ "model": self.model, "messages": messages, "temperature": 0 });
        let mut request = self.http.post(&self.url).json(&body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        // The address may have a key in it.
        let failed = |error: reqwest::Error| format!("the model's endpoint cannot be reached: {}", error.without_url());
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        let text = response.text().await.map_err(failed)?;
        if !status.is_success() {
            return Err(format!("the model's endpoint answered {status}: {}", self.excerpt(&text)));
        }
        let answer: Value = serde_json::from_str(&text).map_err(|_| "the model's endpoint answered no JSON")?;
        let said = answer["choices"][0]["message"]["content"].as_str();
        said.map(str::to_owned).ok_or_else(|| "the model's endpoint answered without a message".into())
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
