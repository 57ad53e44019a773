//! The code of functions: how it comes in, and the link by which it goes out.

use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{Method, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Areas;
use crate::error::{Answer, Refusal};
use crate::input::Query;
use crate::secret;
use crate::server::Coverage::Faithful;
use crate::server::{Routes, percent_encoded};
use crate::store::{Db, Kept};

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on("", &Method::GET, "/functions/{function_id}/code/{version}", Faithful, download).open()
}

/// One version of a function's code.
#[derive(Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) text: String,
    /// Opens the link: nobody who was not given it can guess it.
    token: String,
}

impl Kept for Code {
    const KIND: &'static str = "code";
}

impl Code {
    pub(super) fn new(text: String) -> Self {
        Self { text, token: uuid::Uuid::new_v4().simple().to_string() }
    }

    /// Path of the link.
    pub(super) fn link(&self, function: &str, version: &str) -> String {
        format!("/functions/{function}/code/{}?token={}", percent_encoded(version), self.token)
    }
}

#[derive(Deserialize)]
struct Opener {
    #[serde(default)]
    token: String,
}

async fn download(
    State(areas): State<Areas>,
    Path((function, version)): Path<(String, String)>,
    Query(opener): Query<Opener>,
) -> Answer<impl IntoResponse> {
    let find = move |db: &Db<'_>| {
        let code: Option<Code> = db.get(&function, &version)?;
        let code = code.filter(|code| secret::same(&code.token, &opener.token));
        code.ok_or_else(|| Refusal::not_found("code of the function"))
    };
    let code = areas.store.run(find).await?;
    Ok(([(header::CONTENT_TYPE, "text/x-python; charset=utf-8")], code.text))
}

/// What a multipart form says about a function. Fields that nobody knows are passed over.
pub(super) struct Upload {
    pub(super) code: String,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) shared: bool,
    pub(super) response_format: Option<Map<String, Value>>,
}

fn wrong(field: &str, message: &str, kind: &str) -> Refusal {
    Refusal::unfit(&["body".into(), field.into()], message, kind)
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let broken = |reason: String| wrong("file", &reason, "value_error");
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|_| wrong("file", "Field required", "missing"))?;
        let mut code = None;
        let (mut name, mut description, mut shared, mut response_format) = (None, None, false, None);
        while let Some(field) = form.next_field().await.map_err(|error| broken(error.body_text()))? {
            let field_name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            if !matches!(field_name.as_str(), "file" | "name" | "description" | "shared" | "response_format") {
                continue;
            }
            let text = field.text().await.map_err(|error| broken(error.body_text()))?;
            match field_name.as_str() {
                "file" => {
                    if !file_name.is_some_and(|name| name.ends_with(".py")) {
                        return Err(wrong("file", "Input should be a file whose name ends in .py", "value_error"));
                    }
                    code = Some(text);
                }
                "name" => name = Some(text),
                "description" => description = Some(text),
                "shared" => shared = text.eq_ignore_ascii_case("true") || text == "1",
                _ if text.is_empty() => {}
                _ => {
                    let object = serde_json::from_str(&text);
                    let what = "Input should be a JSON object";
                    response_format = Some(object.map_err(|_| wrong("response_format", what, "json_invalid"))?);
                }
            }
        }
        let code = code.ok_or_else(|| wrong("file", "Field required", "missing"))?;
        Ok(Self { code, name, description, shared, response_format })
    }
}
