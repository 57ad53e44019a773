//! Taking data out of a page's text.

use serde_json::{Value, json};

use super::Llm;
use super::answer::misfit;
use super::json::values;
use crate::page::Scrape;

/// How often the model is asked before it is given up on.
const TRIES: usize = 2;

impl Llm {
    /// What the instructions ask for, in the format that is asked for.
    pub(crate) async fn extract(&self, text: &str, instructions: Option<&str>, format: Option<&Value>) -> Value {
        let rules = "You take data out of the text of a web page. What the text does not say is null; invent nothing.";
        let wanted = instructions.filter(|text| !text.is_empty()).unwrap_or("Everything that the schema names.");
        self.answer(rules, &format!("{wanted}\n\nThe page:\n\n{text}"), format).await
    }

    /// JSON in a format: the `structured` of an answer. That it did not work is part of the answer.
    pub(super) async fn answer(&self, rules: &str, asked: &str, format: Option<&Value>) -> Value {
        let mut rules = format!("{rules} Answer with JSON and nothing else.");
        if let Some(format) = format {
            rules.push_str(&format!(" The JSON fits this JSON Schema: {format}"));
        }
        let mut messages =
            vec![json!({ "role": "system", "content": rules }), json!({ "role": "user", "content": asked })];
        let mut error = String::new();
        for _ in 0..TRIES {
            let said = match self.complete(&messages).await {
                Ok(said) => said,
                Err(reason) => return json!({ "success": false, "error": reason, "data": null }),
            };
            let data = read(&said).ok_or_else(|| "the model's answer is no JSON".to_owned());
            let misfit = |data: &Value| format.and_then(|format| misfit(&data.to_string(), format));
            match data.and_then(|data| misfit(&data).map_or(Ok(data), Err)) {
                Ok(data) => return json!({ "success": true, "error": null, "data": data }),
                Err(reason) => error = reason,
            }
            messages.push(json!({ "role": "assistant", "content": said }));
            messages.push(json!({ "role": "user", "content": format!("That does not do: {error}.") }));
        }
        json!({ "success": false, "error": error, "data": null })
    }
}

impl Llm {
    /// The answer to `scrape_from_html`: the schema of the data, written by the model unless there is a format, and the
    /// data.
    pub(crate) async fn extract_with_schema(&self, text: &str, wanted: &Scrape) -> Value {
        let asked = wanted.instructions.as_deref();
        let written = match &wanted.response_format {
            Some(format) => json!({ "success": true, "error": null, "data": format }),
            None => self.extract(text, Some(&schema_for(asked)), Some(&json!({ "type": "object" }))).await,
        };
        let schema =
            json!({ "success": written["success"], "error": written["error"], "model_schema": written["data"] });
        let data = match &written["data"] {
            Value::Null => Value::Null,
            format => self.extract(text, asked, Some(format)).await,
        };
        json!({ "model_schema": schema, "scrape": data })
    }
}

fn schema_for(asked: Option<&str>) -> String {
    let data = asked.filter(|text| !text.is_empty()).unwrap_or("everything on the page that is worth keeping");
    format!("Not the data itself, but a JSON Schema, an object, that data of this kind fits: {data}")
}

/// Finds the JSON in what the model said: it may have written around it.
fn read(said: &str) -> Option<Value> {
    serde_json::from_str(said).ok().or_else(|| values(said, &['{', '[']).next())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn json_is_found_in_what_is_written_around_it() {
        assert_eq!(read("```json\n[{\"a\": 1}]\n```"), Some(json!([{"a": 1}])));
        assert_eq!(read("\"text\""), Some(json!("text")));
        assert_eq!(read("Here: {\"a\": 1}."), Some(json!({"a": 1})));
        assert_eq!(read("Of {these}: {\"a\": 1}, or {\"a\": 2}"), Some(json!({"a": 1})));
        assert_eq!(read("nothing"), None);
        assert_eq!(read("]["), None);
    }
}
