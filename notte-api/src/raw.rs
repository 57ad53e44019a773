//! `Raw`: a request of any operation, with parameters as text and a body as JSON.

use std::{fmt, marker::PhantomData};

use progenitor_client::{Error as Unsent, encode_path};
use reqwest::{Method, multipart::Form};
use serde_json::Value;

use crate::{
    ByteStream, Bytes, Client, Effect, Error, OPERATIONS, OperationMeta, Part, ResponseValue, SendOnce, response,
    wire::PathSegment,
};

/// A request of any operation, for callers that choose the operation at run time.
///
/// `T` is the type of the response: [`Value`] for JSON, [`ByteStream`] for bytes, `()` for no content. The request is
/// not checked against the document; the service does that.
///
/// ```no_run
/// # use notte_api::{Client, Error, OPERATIONS, Raw, SendOnce};
/// # async fn example(client: Client) -> Result<(), Error> {
/// let meta = OPERATIONS.iter().find(|meta| meta.id == "session_status").expect("it is in the table");
/// let session = Raw::<serde_json::Value>::new(meta).path("session_id", "s-1").send_on(&client).await?.into_inner();
/// # Ok(())
/// # }
/// ```
pub struct Raw<T> {
    meta: &'static OperationMeta,
    /// The path itself, in place of the template of the operation.
    at: Option<String>,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Body,
    answer: PhantomData<fn() -> T>,
}

#[derive(Clone)]
enum Body {
    None,
    Json(Value),
    Form(Vec<(String, Field)>),
}

#[derive(Clone)]
enum Field {
    Text(String),
    File { name: String, content: Bytes },
}

impl<T> Raw<T> {
    /// Creates a request without parameters or a body.
    pub fn new(meta: &'static OperationMeta) -> Self {
        Self { meta, at: None, path: Vec::new(), query: Vec::new(), body: Body::None, answer: PhantomData }
    }

    /// Creates a request of any path, such as `/sessions/s-1`, without a query. Its segments are text, and are
    /// percent-encoded. If the path is one of a known operation, the request is one of that operation.
    ///
    /// # Errors
    /// The path has no leading slash, contains a query, a fragment, `.` or `..`, or the method is not one of the API.
    pub fn at(method: &Method, path: impl AsRef<str>) -> Result<Self, String> {
        let path = path.as_ref();
        let Some(segments) = path.strip_prefix('/') else { return Err("the path must begin with a slash".into()) };
        if path.contains(['?', '#']) {
            return Err("the path must not contain a query or a fragment; add parameters with query()".into());
        }
        let encoded = segments.split('/').map(|segment| match segment {
            "" => Ok(String::new()),
            text => PathSegment::try_from(text).map(|segment| encode_path(segment.as_str())),
        });
        let encoded: Vec<_> = encoded.collect::<Result<_, _>>().map_err(|error| format!("the path: {error}"))?;
        let meta = known(method, segments).or_else(|| UNKNOWN.iter().find(|meta| meta.method == method.as_str()));
        let meta = meta.ok_or_else(|| format!("the API has no method {method}"))?;
        Ok(Self { at: Some(format!("/{}", encoded.join("/"))), ..Self::new(meta) })
    }

    /// Sets a path parameter.
    #[must_use]
    pub fn path(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.path.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets a JSON body.
    #[must_use]
    pub fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// Adds a text field to a multipart body.
    #[must_use]
    pub fn field(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.form_field(name.into(), Field::Text(value.into()))
    }

    /// Adds a file to a multipart body.
    #[must_use]
    pub fn file(self, field: impl Into<String>, name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.form_field(field.into(), Field::File { name: name.into(), content: content.into() })
    }

    fn form_field(mut self, name: String, field: Field) -> Self {
        let mut fields = match self.body {
            Body::Form(fields) => fields,
            Body::None | Body::Json(_) => Vec::new(),
        };
        fields.push((name, field));
        self.body = Body::Form(fields);
        self
    }

    fn url_path(&self) -> Result<String, String> {
        if let Some(path) = &self.at {
            return Ok(path.clone());
        }
        let mut url = self.meta.path.to_owned();
        for (name, value) in &self.path {
            let segment = PathSegment::try_from(value.as_str()).map_err(|error| format!("{name}: {error}"))?;
            url = url.replace(&format!("{{{name}}}"), &encode_path(segment.as_str()));
        }
        match url.find('{').map(|start| &url[start..]) {
            Some(rest) => Err(format!("{} is missing", rest.split('}').next().unwrap_or(rest).trim_start_matches('{'))),
            None => Ok(url),
        }
    }

    #[allow(clippy::result_large_err, reason = "the generated builders return it as well")]
    fn request(self, client: &Client) -> Result<reqwest::Request, Unsent<()>> {
        let url = format!("{}{}", client.base_url(), self.url_path().map_err(Unsent::InvalidRequest)?);
        let method = self.meta.method.parse().map_err(|_| Unsent::InvalidRequest("the method is invalid".into()))?;
        let mut request = client.client.request(method, url).header(reqwest::header::ACCEPT, "application/json, */*");
        if !self.query.is_empty() {
            request = request.query(&self.query);
        }
        request = match self.body {
            Body::None => request,
            Body::Json(body) => request.json(&body),
            Body::Form(fields) => request.multipart(form(fields).map_err(Unsent::InvalidRequest)?),
        };
        Ok(request.build()?)
    }
}

fn form(fields: Vec<(String, Field)>) -> Result<Form, String> {
    fields.into_iter().try_fold(Form::new(), |form, (name, field)| {
        Ok(match field {
            Field::Text(text) => form.text(name, text),
            Field::File { name: file, content } => form.part(name, Part::bytes(file, content).into_multipart()?),
        })
    })
}

/// Returns the operation with this path, the one with the fewest variables if there are several.
fn known(method: &Method, segments: &str) -> Option<&'static OperationMeta> {
    let fits = |meta: &&'static OperationMeta| {
        let template = meta.path.trim_start_matches('/').trim_end_matches('/').split('/');
        let given = segments.trim_end_matches('/').split('/');
        meta.method == method.as_str()
            && template.clone().count() == given.clone().count()
            && template.zip(given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
    };
    OPERATIONS.iter().copied().filter(fits).min_by_key(|meta| meta.path.matches('{').count())
}

/// Requests of paths that no operation has.
static UNKNOWN: [OperationMeta; 6] = [
    unknown("GET", Effect::Read),
    unknown("HEAD", Effect::Read),
    unknown("PUT", Effect::Idempotent),
    unknown("PATCH", Effect::Idempotent),
    unknown("DELETE", Effect::Idempotent),
    unknown("POST", Effect::Costly),
];

const fn unknown(method: &'static str, effect: Effect) -> OperationMeta {
    OperationMeta {
        id: "request",
        method,
        path: "",
        tag: "",
        effect,
        auth: true,
        secret: true,
        key_header: None,
        idempotency_key: false,
        page: false,
        detail_ok: false,
    }
}

/// Placeholder where the operation of the type is needed; [`SendOnce::meta`] returns the one of each request.
static ANY: OperationMeta = unknown("POST", Effect::Costly);

macro_rules! send {
    ($($answer:ty => $read:path),+ $(,)?) => {$(
        impl SendOnce for Raw<$answer> {
            const META: &'static OperationMeta = &ANY;

            type Output = $answer;

            fn meta(&self) -> &'static OperationMeta {
                self.meta
            }

            async fn send_on(self, client: &Client) -> Result<ResponseValue<$answer>, Error> {
                let meta = self.meta;
                $read(client, meta, self.request(client)).await
            }
        }
    )+};
}

send! { Value => response::json, ByteStream => response::bytes, () => response::empty }

impl<T> Clone for Raw<T> {
    fn clone(&self) -> Self {
        Self {
            meta: self.meta,
            at: self.at.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            body: self.body.clone(),
            answer: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").field("operation", &self.meta.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::tests::META;

    #[test]
    fn a_path_is_filled_in_checked_and_complete() {
        let raw = || Raw::<Value>::new(&META);
        assert_eq!(raw().path("session_id", "a b").url_path().unwrap(), "/sessions/a%20b");
        assert_eq!(raw().url_path().unwrap_err(), "session_id is missing");
        for walk in ["..", "a/b", "a\\b", ""] {
            assert!(raw().path("session_id", walk).url_path().unwrap_err().starts_with("session_id: "), "{walk}");
        }
    }

    #[test]
    fn a_path_of_its_own_finds_its_operation_and_cannot_walk_out() {
        let at = |method, path| Raw::<Value>::at(&method, path);
        for (method, path, id) in [
            (Method::GET, "/sessions/s-1", "session_status"),
            (Method::POST, "/sessions/start", "session_start"),
            (Method::GET, "/a/new/thing", "request"),
        ] {
            assert_eq!(at(method, path).unwrap().meta.id, id);
        }
        assert_eq!(at(Method::GET, "/a b/%").unwrap().url_path().unwrap(), "/a%20b/%25");
        for wrong in ["sessions", "/../x", "/a/./b", "/a\\b", "/a?b=c", "/a#b"] {
            assert!(at(Method::GET, wrong).is_err(), "{wrong}");
        }
        assert!(at(Method::TRACE, "/a").is_err());
    }

    #[test]
    fn debug_shows_the_operation_only() {
        let raw = Raw::<Value>::new(&META).query("q", "hunter2").json("hunter2".into()).path("session_id", "hunter2");
        assert_eq!(format!("{raw:?}"), r#"Raw { operation: "session_status", .. }"#);
    }
}
