//! `notte.search(…)`: the web searched, and what was found as results, as an answer, or as data.

use std::fmt;

use notte_api::types::builder;
use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Notte, Result};

const OPERATION: &str = "search_web";

/// A search that is not made yet: [`results`](Self::results), [`answer`](Self::answer) or [`data`](Self::data) makes it.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// for hit in notte.search("browser agents").results().await?.hits() {
///     println!("{} {}", hit.title, hit.url);
/// }
/// println!("{}", notte.search("what is a browser agent?").depth("deep").answer().await?.text());
/// # Ok(())
/// # }
/// ```
#[must_use = "a search is made by `.results()`, `.answer()` or `.data()`"]
#[derive(Clone)]
pub struct Search {
    notte: Notte,
    request: builder::SearchRequest,
    extra: Map<String, Value>,
}

impl Search {
    pub(crate) fn new(notte: Notte, query: String) -> Self {
        Self { notte, request: builder::SearchRequest::default().q(query), extra: Map::new() }
    }

    /// How thoroughly to search: `standard`, `deep`.
    pub fn depth(mut self, depth: impl Into<String>) -> Self {
        self.request = self.request.depth(Into::<String>::into(depth));
        self
    }

    /// An option of the search engine behind the service, such as the schema of [`data`](Self::data).
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// What was found, page by page of the web.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::Decode`] if the answer is no list of results.
    pub async fn results(self) -> Result<SearchResults> {
        let raw = self.make("searchResults").await?;
        let hits = raw.get("results").and_then(Value::as_array).ok_or_else(|| odd("results"))?;
        Ok(SearchResults { hits: hits.iter().map(SearchHit::read).collect(), raw })
    }

    /// An answer to the question, with its sources.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::Decode`] if there is no answer in it.
    pub async fn answer(self) -> Result<SearchAnswer> {
        let raw = self.make("sourcedAnswer").await?;
        let text = raw.get("answer").and_then(Value::as_str).ok_or_else(|| odd("answer"))?.to_owned();
        let sources = raw.get("sources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(SearchAnswer { sources: sources.iter().map(SearchHit::read).collect(), text, raw })
    }

    /// Data of the form that options given by [`extra`](Self::extra) ask for, as the service sends it.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn data(self) -> Result<Value> {
        self.make("structured").await
    }

    async fn make(self, output: &str) -> Result<Value> {
        let request = self.request.output_type(output).extra(self.extra);
        self.notte.call(self.notte.api().search_web().body_map(|_| request)).await
    }
}

fn odd(field: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("the answer has no `{field}`")).in_operation(OPERATION).and_acted()
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchResults {
    hits: Vec<SearchHit>,
    raw: Value,
}

impl SearchResults {
    /// The results, the best first.
    pub fn hits(&self) -> &[SearchHit] {
        &self.hits
    }

    /// The answer as it came.
    pub fn raw(&self) -> &Value {
        &self.raw
    }
}

/// The answer to a question, and where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchAnswer {
    text: String,
    sources: Vec<SearchHit>,
    raw: Value,
}

impl SearchAnswer {
    /// The answer.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pages it is from.
    pub fn sources(&self) -> &[SearchHit] {
        &self.sources
    }

    /// The answer as it came.
    pub fn raw(&self) -> &Value {
        &self.raw
    }
}

/// A page of the web. What the service did not send is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchHit {
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// What it says, or a part of that.
    pub text: String,
}

impl SearchHit {
    fn read(value: &Value) -> Self {
        let first = |names: &[&str]| {
            let text = names.iter().find_map(|name| value.get(name).and_then(Value::as_str));
            text.unwrap_or_default().to_owned()
        };
        Self {
            title: first(&["title", "name"]),
            url: first(&["url"]),
            text: first(&["content", "snippet", "description"]),
        }
    }
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").finish_non_exhaustive()
    }
}
