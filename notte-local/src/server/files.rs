//! The files of a session: up, down, list, delete.

use std::path::Path;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path as Parts, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;
use tokio_util::io::ReaderStream;

use super::routes::Coverage::Faithful;
use super::routes::Routes;
use crate::app::Shared;
use crate::error::{Answer, Refusal};
use crate::input::{File, Query, number, within};
use crate::sessions::Source;

async fn upload(State(app): State<Shared>, Parts(id): Parts<String>, file: File) -> Answer {
    let session = app.sessions.live(&id)?;
    session.touch();
    app.sessions.make_room(file.size).await?;
    Ok(Json(aside(move || session.files.keep(&session.browser, file, Source::UserUpload)).await??))
}

#[derive(Deserialize)]
struct Part {
    source: Option<Source>,
    #[serde(default = "hundred", deserialize_with = "number")]
    limit: u32,
    #[serde(default, deserialize_with = "number")]
    offset: u32,
}

pub(super) fn hundred() -> u32 {
    100
}

/// Works with files where no other request has to wait for it.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Refusal::broken(error.to_string()))
}

async fn list(State(app): State<Shared>, Parts(id): Parts<String>, Query(part): Query<Part>) -> Answer {
    let session = app.sessions.find(&id)?;
    within(["query", "limit"], part.limit, 1..=1000)?;
    let (offset, limit) = (part.offset as usize, part.limit as usize);
    let list = move || session.files.list(&session.browser, part.source, offset..offset + limit);
    let (total, files) = aside(list).await?;
    Ok(Json(json!({ "files": files, "total": total, "limit": part.limit, "offset": part.offset })))
}

async fn download(State(app): State<Shared>, Parts((id, file)): Parts<(String, String)>) -> Answer<impl IntoResponse> {
    let session = app.sessions.find(&id)?;
    let (name, path) = session.files.find(&session.browser, &file).ok_or_else(|| Refusal::not_found("File"))?;
    Ok((attachment(&name), stream(&path).await?))
}

/// A file as a body that is read while it is sent, with its length.
pub(crate) async fn stream(path: &Path) -> Answer<(HeaderMap, Body)> {
    let file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    let body = Body::from_stream(ReaderStream::with_capacity(file, 64 << 10));
    Ok((HeaderMap::from_iter([(header::CONTENT_LENGTH, length.into())]), body))
}

/// Headers of a file that is to be saved.
pub(crate) fn attachment(name: &str) -> [(header::HeaderName, HeaderValue); 2] {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let text = |value: String| HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"));
    [
        (header::CONTENT_TYPE, text(kind.essence_str().to_owned())),
        (header::CONTENT_DISPOSITION, text(format!("attachment; filename*=UTF-8''{}", percent_encoded(name)))),
    ]
}

/// A name as it stands in an address.
pub(crate) fn percent_encoded(name: &str) -> String {
    let write = |byte: u8| match byte {
        b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(write).collect()
}

async fn delete(State(app): State<Shared>, Parts((id, file)): Parts<(String, String)>) -> Answer<StatusCode> {
    let session = app.sessions.find(&id)?;
    if session.files.delete(&session.browser, &file) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::not_found("File"))
    }
}

pub(super) fn routes(routes: Routes) -> Routes {
    let (all, one) = ("/sessions/{session_id}/files", "/sessions/{session_id}/files/{file_id}");
    routes
        .on("upload_session_file", &Method::POST, all, Faithful, upload)
        .on("list_session_files", &Method::GET, all, Faithful, list)
        .on("download_session_file", &Method::GET, one, Faithful, download)
        .on("delete_session_file", &Method::DELETE, one, Faithful, delete)
}
