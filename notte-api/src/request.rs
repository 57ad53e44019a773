//! `Draft`: an unfinished request, built from the values of a builder and serialized as the document describes.

#![allow(dead_code, reason = "which of these generated code uses depends on the document")]
#![allow(clippy::result_large_err, reason = "the error is progenitor's, and made once per request that fails")]

use bytes::Bytes;
use progenitor_client::encode_path;
use reqwest::{
    header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue},
    multipart::{Form, Part as FormPart},
};
use serde::Serialize;
use serde_json::Value;

use crate::{Client, OperationMeta, Part};

/// Why a request was not sent.
pub(crate) type Unsent = progenitor_client::Error<()>;

/// How a list or an object is serialized in a query or a form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Style {
    /// One pair per item or property: `k=1&k=2`, `a=1&b=2`.
    Form,
    /// One pair, separated by commas: `k=1,2`, `k=a,1,b,2`.
    Commas,
    /// One pair, separated by spaces: `k=1%202`.
    Spaces,
    /// One pair, separated by bars: `k=1%7C2`.
    Pipes,
    /// The path in the object as part of the name: `k[a]=1`, `k[a][b]=2`, `k[0]=3`.
    Deep,
    /// Like `Deep`, but items of lists repeat the bare name: `k=1&k=2`.
    Nested,
    /// One pair with JSON.
    Json,
}

/// An unfinished request.
pub(crate) struct Draft {
    client: reqwest::Client,
    meta: &'static OperationMeta,
    url: String,
    query: String,
    headers: HeaderMap,
    body: Body,
}

enum Body {
    None,
    Bytes(Bytes),
    Form(Form),
}

impl Draft {
    /// Starts a request of an operation. `accept` is empty if any content is acceptable.
    pub(crate) fn new(client: &Client, meta: &'static OperationMeta, accept: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        Self {
            client: client.client.clone(),
            meta,
            url: format!("{}{}", client.base_url(), meta.path),
            query: String::new(),
            headers,
            body: Body::None,
        }
    }

    /// Sets a path parameter.
    pub(crate) fn path(&mut self, name: &str, value: Result<impl ToString, String>) -> Result<(), Unsent> {
        let value = encode_path(&value.map_err(Unsent::InvalidRequest)?.to_string());
        self.url = self.url.replace(&format!("{{{name}}}"), &value);
        Ok(())
    }

    /// Sets a path parameter that is a list.
    pub(crate) fn path_list(&mut self, name: &str, values: Result<Vec<impl ToString>, String>) -> Result<(), Unsent> {
        let values = values.map_err(Unsent::InvalidRequest)?;
        if values.is_empty() {
            return Err(Unsent::InvalidRequest(format!("{name}: a list in a path must not be empty")));
        }
        let values: Vec<String> = values.iter().map(|value| encode_path(&value.to_string())).collect();
        self.url = self.url.replace(&format!("{{{name}}}"), &values.join(","));
        Ok(())
    }

    /// Adds a query parameter, if it is set.
    pub(crate) fn query(
        &mut self,
        name: &str,
        style: Style,
        value: Result<impl Serialize, String>,
    ) -> Result<(), Unsent> {
        pairs(name, style, &json(value)?, &mut self.query);
        Ok(())
    }

    /// Adds a header, if it is set.
    pub(crate) fn header(&mut self, name: &'static str, value: Result<impl Serialize, String>) -> Result<(), Unsent> {
        if let Some(text) = simple(&json(value)?) {
            let value = HeaderValue::from_str(&text)
                .map_err(|_| Unsent::InvalidRequest(format!("{name}: a header cannot hold this text")))?;
            self.headers.append(HeaderName::from_static(name), value);
        }
        Ok(())
    }

    /// Adds a cookie, if it is set.
    pub(crate) fn cookie(&mut self, name: &str, value: Result<impl Serialize, String>) -> Result<(), Unsent> {
        let Some(text) = simple(&json(value)?) else { return Ok(()) };
        let before = self.headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok());
        let cookies = before.map(|before| format!("{before}; ")).unwrap_or_default() + name + "=" + &encoded(&text);
        let mut cookies = HeaderValue::from_str(&cookies)
            .map_err(|_| Unsent::InvalidRequest(format!("{name}: a cookie cannot hold this text")))?;
        cookies.set_sensitive(true);
        self.headers.insert(COOKIE, cookies);
        Ok(())
    }

    /// Sets a JSON body.
    pub(crate) fn json(&mut self, media: &'static str, body: Result<impl Serialize, String>) -> Result<(), Unsent> {
        let body = body.map_err(Unsent::InvalidRequest)?;
        let body = serde_json::to_vec(&body).map_err(|error| Unsent::InvalidRequest(format!("body: {error}")))?;
        self.content(media, body.into());
        Ok(())
    }

    /// Sets a form body with the properties of an object. `styles` has the styles of properties that do not use the
    /// default.
    pub(crate) fn form(
        &mut self,
        styles: &[(&str, Style)],
        body: Result<impl Serialize, String>,
    ) -> Result<(), Unsent> {
        let Value::Object(fields) = json(body)? else {
            return Err(Unsent::InvalidRequest("body: a form is an object".into()));
        };
        let mut form = String::new();
        for (name, value) in &fields {
            let style = styles.iter().find(|(of, _)| of == name).map_or(Style::Nested, |(_, style)| *style);
            pairs(name, style, value, &mut form);
        }
        self.content("application/x-www-form-urlencoded", form.into());
        Ok(())
    }

    /// Sets a body of bytes or text.
    pub(crate) fn bytes(&mut self, media: &'static str, body: Result<impl Into<Bytes>, String>) -> Result<(), Unsent> {
        let body = body.map_err(Unsent::InvalidRequest)?;
        self.content(media, body.into());
        Ok(())
    }

    /// Adds a field to a multipart form, if it is set: one part per item of a list, and JSON for an object.
    pub(crate) fn field(&mut self, name: &'static str, value: Result<impl Serialize, String>) -> Result<(), Unsent> {
        let parts = match json(value)? {
            Value::Array(items) => items,
            value => vec![value],
        };
        for part in parts {
            match part {
                Value::Null => {}
                Value::Object(_) | Value::Array(_) => {
                    let part = FormPart::text(part.to_string()).mime_str("application/json")?;
                    self.part(|form| form.part(name, part));
                }
                value => self.part(|form| form.text(name, scalar(&value))),
            }
        }
        Ok(())
    }

    /// Adds the files of a field to a multipart form.
    pub(crate) fn file(&mut self, name: &'static str, files: Result<impl Files, String>) -> Result<(), Unsent> {
        for file in files.map_err(Unsent::InvalidRequest)?.files() {
            let part = file.into_multipart().map_err(Unsent::InvalidRequest)?;
            self.part(|form| form.part(name, part));
        }
        Ok(())
    }

    /// Returns the finished request.
    pub(crate) fn build(self) -> Result<reqwest::Request, Unsent> {
        let method = self.meta.method.parse().map_err(|_| Unsent::InvalidRequest("the method is invalid".into()))?;
        let url = if self.query.is_empty() { self.url } else { format!("{}?{}", self.url, self.query) };
        let request = self.client.request(method, url).headers(self.headers);
        let request = match self.body {
            Body::None => request,
            Body::Bytes(bytes) => request.body(bytes),
            Body::Form(form) => request.multipart(form),
        };
        Ok(request.build()?)
    }

    fn content(&mut self, media: &'static str, body: Bytes) {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        self.body = Body::Bytes(body);
    }

    fn part(&mut self, add: impl FnOnce(Form) -> Form) {
        let form = match std::mem::replace(&mut self.body, Body::None) {
            Body::Form(form) => form,
            Body::None | Body::Bytes(_) => Form::new(),
        };
        self.body = Body::Form(add(form));
    }
}

/// Accepts one file, several files, or none.
pub(crate) trait Files {
    fn files(self) -> Vec<Part>;
}

impl Files for Part {
    fn files(self) -> Vec<Part> {
        vec![self]
    }
}

impl Files for Vec<Part> {
    fn files(self) -> Vec<Part> {
        self
    }
}

impl<F: Files> Files for Option<F> {
    fn files(self) -> Vec<Part> {
        self.map(F::files).unwrap_or_default()
    }
}

fn json(value: Result<impl Serialize, String>) -> Result<Value, Unsent> {
    let value = value.map_err(Unsent::InvalidRequest)?;
    serde_json::to_value(value).map_err(|error| Unsent::InvalidRequest(error.to_string()))
}

/// Returns a value that is neither a list nor an object as text, without quotes, and without a fraction that is zero.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float.to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// Returns the text of a header, with commas in lists and objects, or nothing for null.
fn simple(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Array(items) => Some(items.iter().map(scalar).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            Some(fields.map(|(key, value)| format!("{key},{}", scalar(value))).collect::<Vec<_>>().join(","))
        }
        value => Some(scalar(value)),
    }
}

/// Appends a value to a query.
fn pairs(name: &str, style: Style, value: &Value, out: &mut String) {
    let joined = |separator: &str| -> String {
        let flat: Vec<String> = match value {
            Value::Array(items) => items.iter().map(|item| encoded(&scalar(item))).collect(),
            Value::Object(fields) => fields
                .iter()
                .filter(|(_, value)| !value.is_null())
                .flat_map(|(key, value)| [encoded(key), encoded(&scalar(value))])
                .collect(),
            value => vec![encoded(&scalar(value))],
        };
        flat.join(separator)
    };
    match (value, style) {
        (Value::Null, _) => {}
        (Value::Array(_) | Value::Object(_), Style::Json) => pair(name, &encoded(&value.to_string()), out),
        (Value::Array(_) | Value::Object(_), Style::Commas | Style::Spaces | Style::Pipes) => {
            let text = joined(match style {
                Style::Commas => ",",
                Style::Spaces => "%20",
                _ => "%7C",
            });
            // An empty list is an empty text; what was not set is null.
            pair(name, &text, out);
        }
        (Value::Array(items), _) => {
            for (index, item) in items.iter().enumerate() {
                match item {
                    Value::Array(_) | Value::Object(_) if style == Style::Form => {
                        pair(name, &encoded(&item.to_string()), out);
                    }
                    Value::Array(_) | Value::Object(_) => pairs(&format!("{name}[{index}]"), style, item, out),
                    item if style == Style::Deep => pairs(&format!("{name}[{index}]"), style, item, out),
                    item => pair(name, &encoded(&scalar(item)), out),
                }
            }
        }
        (Value::Object(fields), style) => {
            for (key, value) in fields {
                let name = if style == Style::Form { key.clone() } else { format!("{name}[{key}]") };
                pairs(&name, style, value, out);
            }
        }
        (value, _) => pair(name, &encoded(&scalar(value)), out),
    }
}

fn pair(name: &str, encoded_value: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(&encoded(name));
    out.push('=');
    out.push_str(encoded_value);
}

/// Returns text as it is encoded in a query or a form.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(style: Style, value: &Value) -> String {
        let mut out = String::new();
        pairs("k", style, value, &mut out);
        out
    }

    #[test]
    fn every_style_writes_lists_and_objects_its_own_way() {
        let (list, object) = (json!(["a b", "c,d", 1]), json!({"x": 1, "y": ["p", "q"], "z": null}));
        assert_eq!(query(Style::Form, &list), "k=a+b&k=c%2Cd&k=1");
        assert_eq!(query(Style::Commas, &list), "k=a+b,c%2Cd,1");
        assert_eq!(query(Style::Spaces, &list), "k=a+b%20c%2Cd%201");
        assert_eq!(query(Style::Pipes, &list), "k=a+b%7Cc%2Cd%7C1");
        assert_eq!(query(Style::Deep, &list), "k%5B0%5D=a+b&k%5B1%5D=c%2Cd&k%5B2%5D=1");
        assert_eq!(query(Style::Form, &object), "x=1&y=p&y=q");
        assert_eq!(query(Style::Commas, &json!({"x": 1, "y": 2})), "k=x,1,y,2");
        assert_eq!(query(Style::Deep, &object), "k%5Bx%5D=1&k%5By%5D%5B0%5D=p&k%5By%5D%5B1%5D=q");
        assert_eq!(query(Style::Nested, &object), "k%5Bx%5D=1&k%5By%5D=p&k%5By%5D=q");
        assert_eq!(query(Style::Json, &json!({"x": 1})), "k=%7B%22x%22%3A1%7D");
    }

    #[test]
    fn a_scalar_is_the_same_in_every_style_and_null_is_left_out() {
        for style in [Style::Form, Style::Commas, Style::Spaces, Style::Pipes, Style::Deep, Style::Nested, Style::Json]
        {
            assert_eq!(query(style, &json!("a&b=ü")), "k=a%26b%3D%C3%BC");
            assert_eq!(query(style, &json!(2.0)), "k=2");
            assert_eq!(query(style, &json!(true)), "k=true");
            assert_eq!(query(style, &Value::Null), "");
        }
    }
}
