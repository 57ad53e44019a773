//! Files by name, as clients kept them before files belonged to sessions: those of the account, which every session can
//! upload, and those that a session downloaded.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::Areas;
use crate::app::Shared;
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{File, Query};
use crate::secret;
use crate::server::Coverage::Faithful;
use crate::server::{Routes, aside, attachment, percent_encoded, stream};
use crate::sessions::{Session, Source, safe_name};
use crate::store::{Db, Kept, StoreError};

pub(super) fn routes(routes: Routes) -> Routes {
    let (uploads, downloads) = ("/storage/uploads/{filename}", "/storage/{session_id}/downloads/{filename}");
    routes
        .on("file_list_uploads", &Method::GET, "/storage/uploads", Faithful, list)
        .on("file_upload", &Method::POST, uploads, Faithful, upload)
        .on("file_download_uploaded_file", &Method::GET, uploads, Faithful, link)
        .on("", &Method::GET, "/storage/uploads/{filename}/content", Faithful, content)
        .open()
        .on("file_list_downloads", &Method::GET, "/storage/{session_id}/downloads", Faithful, list_downloads)
        .on("file_download", &Method::GET, downloads, Faithful, link_download)
        .on("file_upload_downloaded_file", &Method::POST, downloads, Faithful, add_download)
}

/// What is known about a file of the account.
#[derive(Serialize, Deserialize)]
struct Stored {
    name: String,
    size: u64,
    updated_at: String,
    /// What it is called on disk.
    file: String,
    /// Opens the link to it: nobody who was not given it can guess it.
    token: String,
}

impl Kept for Stored {
    const KIND: &'static str = "upload";
}

/// A file as the lists show it.
fn shown(name: &str, size: &Value, updated_at: &Value) -> Value {
    let extension = name.rsplit_once('.').map(|(_, extension)| format!(".{extension}")).unwrap_or_default();
    json!({ "name": name, "size": size, "file_ext": extension, "updated_at": updated_at })
}

async fn list(State(areas): State<Areas>) -> Answer {
    let files = areas.store.run(|db| db.list::<Stored>("")).await?;
    let files: Vec<_> =
        files.iter().map(|file| shown(&file.name, &file.size.into(), &file.updated_at.as_str().into())).collect();
    Ok(Json(json!({ "files": files })))
}

async fn upload(State(app): State<Shared>, Path(name): Path<String>, file: File) -> Answer {
    let areas = app.areas.clone();
    let (name, quota) = (safe_name(&name), app.config.quota.server);
    let (token, on_disk) = (secret::random(), uuid::Uuid::new_v4().simple().to_string());
    let stored = Stored { name, size: file.size, updated_at: clock::now(), file: on_disk, token };
    let path = areas.files.join(&stored.file);
    let keep = move |db: &Db<'_>| {
        let others: u64 =
            db.list::<Stored>("")?.iter().filter(|other| other.name != stored.name).map(|other| other.size).sum();
        if others + stored.size > quota {
            return Err(Refusal::too_large(quota));
        }
        put(file.content, &path)?;
        let before = db.get::<Stored>("", &stored.name)?;
        db.put("", &stored.name, &stored)?;
        Ok(before)
    };
    if let Some(before) = areas.store.run(keep).await? {
        let _ = tokio::fs::remove_file(areas.files.join(before.file)).await;
    }
    Ok(Json(json!({ "success": true })))
}

/// Moves a file to its place, which may be on another file system.
fn put(content: NamedTempFile, path: &std::path::Path) -> std::io::Result<()> {
    match content.persist(path) {
        Ok(_) => Ok(()),
        Err(failed) => std::fs::copy(failed.file.path(), path).map(drop),
    }
}

fn find(db: &Db<'_>, name: &str) -> Result<Stored, Refusal> {
    db.get("", &safe_name(name))?.ok_or_else(|| Refusal::not_found(&format!("file {name}")))
}

/// A link to the file that needs no key.
async fn link(State(app): State<Shared>, Path(name): Path<String>) -> Answer {
    let file = app.areas.store.run(move |db| find(db, &name)).await?;
    let name = percent_encoded(&file.name);
    Ok(Json(json!({ "url": format!("{}/storage/uploads/{name}/content?token={}", app.origin(), file.token) })))
}

#[derive(Deserialize)]
struct Opener {
    #[serde(default)]
    token: String,
}

async fn content(
    State(areas): State<Areas>,
    Path(name): Path<String>,
    Query(opener): Query<Opener>,
) -> Answer<impl IntoResponse> {
    let header = attachment(&name);
    let read = move |db: &Db<'_>| {
        let stored = find(db, &name)?;
        if secret::same(&stored.token, &opener.token) {
            return Ok(stored.file);
        }
        Err(Refusal::not_found(&format!("file {name}")))
    };
    let file = areas.files.join(areas.store.run(read).await?);
    Ok((header, stream(&file).await?))
}

/// Where a file of the account lies, if there is one of that name.
pub(crate) async fn stored(areas: &Areas, name: String) -> Result<Option<PathBuf>, StoreError> {
    let found = areas.store.run(move |db| db.get::<Stored>("", &name)).await?;
    Ok(found.map(|stored| areas.files.join(stored.file)))
}

async fn downloads(session: &Arc<Session>) -> Result<Vec<Value>, Refusal> {
    let session = session.clone();
    let list = move || session.files.list(&session.browser, Some(Source::SessionDownload), 0..usize::MAX).1;
    aside(list).await
}

async fn list_downloads(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    let session = app.sessions.find(&id)?;
    let shown = |file: &Value| shown(file["filename"].as_str()?, &file["size"], &file["created_at"]).into();
    Ok(Json(json!({ "files": downloads(&session).await?.iter().filter_map(shown).collect::<Vec<Value>>() })))
}

/// A link to the newest file of that name, which needs no key.
async fn link_download(State(app): State<Shared>, Path((id, name)): Path<(String, String)>) -> Answer {
    let session = app.sessions.find(&id)?;
    let (files, safe) = (downloads(&session).await?, safe_name(&name));
    let file = files.iter().rev().find(|file| file["filename"] == safe.as_str());
    let file = file.and_then(|file| file["id"].as_str()).ok_or_else(|| Refusal::not_found(&format!("file {name}")))?;
    Ok(Json(json!({ "url": session.link(app.origin(), file) })))
}

async fn add_download(State(app): State<Shared>, Path((id, name)): Path<(String, String)>, file: File) -> Answer {
    let session = app.sessions.live(&id)?;
    session.touch();
    app.sessions.make_room(file.size).await?;
    let file = File { name, ..file };
    aside(move || session.files.keep(&session.browser, file, Source::SessionDownload)).await??;
    Ok(Json(json!({ "success": true })))
}
