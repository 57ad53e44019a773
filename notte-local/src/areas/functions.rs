//! Functions: their code in versions, and what is known about them. Nothing here runs them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, header};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::code::{Code, Upload};
use super::vaults::done;
use super::{Areas, Page, Paging};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query};
use crate::server::Coverage::{Faithful, Partial};
use crate::server::Routes;
use crate::store::{Db, Kept, StoreError};

const VARIABLES: &str = "`variables` and `sdk_generation` are never given: no Python is read here";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("list_functions", &Method::GET, "/functions", Partial(VARIABLES), list)
        .on("function_create", &Method::POST, "/functions", Partial(VARIABLES), create)
        .on("function_download_url", &Method::GET, "/functions/{function_id}", Partial(VARIABLES), link)
        .on("function_update", &Method::POST, "/functions/{function_id}", Partial(VARIABLES), upload)
        .on("function_metadata_update", &Method::PATCH, "/functions/{function_id}", Partial(VARIABLES), update)
        .on("function_delete", &Method::DELETE, "/functions/{function_id}", Faithful, delete)
        .on("function_fork", &Method::POST, "/functions/{function_id}/fork", Partial(VARIABLES), fork)
        .on("function_rollback", &Method::POST, "/functions/{function_id}/rollback", Partial(VARIABLES), rollback)
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Function {
    pub(super) function_id: String,
    /// The name that functions had before.
    workflow_id: String,
    created_at: String,
    updated_at: String,
    latest_version: String,
    versions: Vec<String>,
    status: String,
    name: Option<String>,
    description: Option<String>,
    shared: bool,
    reference_workflow_id: Option<String>,
    default_runtime: Runtime,
    self_healing: bool,
    domain: Option<String>,
    instructions: Option<String>,
    response_format: Option<Map<String, Value>>,
    pub(super) schedule_cron: Option<String>,
    pub(super) schedule_variables: Option<Map<String, Value>>,
    pub(super) schedule_state: Option<String>,
    source: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Runtime {
    Standard,
    Extended,
}

impl Kept for Function {
    const KIND: &'static str = "function";
}

impl Function {
    fn new(upload: &Upload) -> Self {
        let (id, now) = (uuid::Uuid::new_v4().to_string(), clock::now());
        Self {
            workflow_id: id.clone(),
            function_id: id,
            created_at: now.clone(),
            updated_at: now,
            latest_version: String::new(),
            versions: Vec::new(),
            status: "active".into(),
            name: upload.name.clone(),
            description: upload.description.clone(),
            shared: upload.shared,
            reference_workflow_id: None,
            default_runtime: Runtime::Standard,
            self_healing: false,
            domain: None,
            instructions: None,
            response_format: upload.response_format.clone(),
            schedule_cron: None,
            schedule_variables: None,
            schedule_state: None,
            source: "rest-api".into(),
        }
    }

    /// The function of an id, or the answer that there is none.
    pub(super) fn find(db: &Db<'_>, id: &str) -> Result<Self, Refusal> {
        db.get("", id)?.ok_or_else(|| Refusal::not_found(&format!("function {id}")))
    }

    pub(super) fn save(&mut self, db: &Db<'_>) -> Result<(), StoreError> {
        self.updated_at = clock::now();
        db.put("", &self.function_id, self)
    }

    /// Makes code the latest version: the one that is named, else the next.
    fn add(&mut self, db: &Db<'_>, version: Option<String>, text: String) -> Result<(), StoreError> {
        let next = || (1..).map(|number| format!("v{number}")).find(|name| !self.versions.contains(name));
        let version = version.or_else(next).unwrap_or_default();
        db.put(&self.function_id, &version, &Code::new(text))?;
        if !self.versions.contains(&version) {
            self.versions.push(version.clone());
        }
        self.latest_version = version;
        self.save(db)
    }

    /// The code of a version, the latest unless one is named.
    fn code(&self, db: &Db<'_>, version: Option<&str>) -> Result<(String, Code), Refusal> {
        let version = version.unwrap_or(&self.latest_version);
        let code = db.get(&self.function_id, version)?;
        let code = code.ok_or_else(|| Refusal::not_found(&format!("version {version} of the function")))?;
        Ok((version.to_owned(), code))
    }
}

async fn create(State(areas): State<Areas>, upload: Upload) -> Answer<Json<Function>> {
    let make = move |db: &Db<'_>| {
        let mut function = Function::new(&upload);
        function.add(db, None, upload.code)?;
        Ok::<_, Refusal>(function)
    };
    Ok(Json(areas.store.run(make).await?))
}

async fn list(State(areas): State<Areas>, Query(paging): Query<Paging>) -> Answer<Json<Page<Function>>> {
    let paging = paging.check()?;
    Ok(Json(areas.store.run(move |db| paging.read(db, None).map_err(Refusal::from)).await?))
}

#[derive(Deserialize)]
struct Version {
    #[serde(default)]
    version: Option<String>,
}

async fn upload(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Query(asked): Query<Version>,
    upload: Upload,
) -> Answer<Json<Function>> {
    let add = move |db: &Db<'_>| {
        let mut function = Function::find(db, &id)?;
        function.response_format = upload.response_format.or(function.response_format);
        function.add(db, asked.version.filter(|version| !version.is_empty()), upload.code)?;
        Ok::<_, Refusal>(function)
    };
    Ok(Json(areas.store.run(add).await?))
}

/// The function, with a link to its code that needs no key.
async fn link(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Query(asked): Query<Version>,
    headers: HeaderMap,
) -> Answer {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    let find = move |db: &Db<'_>| {
        let function = Function::find(db, &id)?;
        let (version, code) = function.code(db, asked.version.as_deref())?;
        let mut answer = serde_json::to_value(function).map_err(StoreError::from)?;
        answer["url"] = json!(format!("http://{host}{}", code.link(&id, &version)));
        Ok::<_, Refusal>(answer)
    };
    Ok(Json(areas.store.run(find).await?))
}

/// What of a function can be changed. What is null is left as it is.
#[derive(Deserialize)]
struct Update {
    #[serde(default)]
    default_runtime: Option<Runtime>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    domain: Option<String>,
    #[serde(default)]
    instructions: Option<String>,
    #[serde(default)]
    self_healing: Option<bool>,
    #[serde(default)]
    shared: Option<bool>,
    #[serde(default)]
    response_format: Option<Map<String, Value>>,
}

async fn update(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Body(asked): Body<Update>,
) -> Answer<Json<Function>> {
    let change = move |db: &Db<'_>| {
        let old = Function::find(db, &id)?;
        let mut function = Function {
            default_runtime: asked.default_runtime.unwrap_or(old.default_runtime),
            name: asked.name.or(old.name),
            description: asked.description.or(old.description),
            domain: asked.domain.or(old.domain),
            instructions: asked.instructions.or(old.instructions),
            self_healing: asked.self_healing.unwrap_or(old.self_healing),
            shared: asked.shared.unwrap_or(old.shared),
            response_format: asked.response_format.or(old.response_format),
            ..old
        };
        function.save(db)?;
        Ok::<_, Refusal>(function)
    };
    Ok(Json(areas.store.run(change).await?))
}

async fn delete(State(areas): State<Areas>, Path(id): Path<String>) -> Answer {
    let remove = move |db: &Db<'_>| {
        Function::find(db, &id)?;
        db.remove::<Function>("", &id)?;
        Ok::<_, Refusal>(db.remove_all::<Code>(&id)?)
    };
    areas.store.run(remove).await?;
    Ok(done("the function is deleted"))
}

async fn fork(State(areas): State<Areas>, Path(id): Path<String>) -> Answer<Json<Function>> {
    let copy = move |db: &Db<'_>| {
        let original = Function::find(db, &id)?;
        let (_, code) = original.code(db, None)?;
        let (id, now) = (uuid::Uuid::new_v4().to_string(), clock::now());
        let mut function = Function {
            workflow_id: id.clone(),
            function_id: id,
            created_at: now,
            versions: Vec::new(),
            shared: false,
            reference_workflow_id: Some(original.function_id.clone()),
            schedule_cron: None,
            schedule_variables: None,
            schedule_state: None,
            ..original
        };
        function.add(db, None, code.text)?;
        Ok::<_, Refusal>(function)
    };
    Ok(Json(areas.store.run(copy).await?))
}

#[derive(Deserialize)]
struct Rollback {
    version: String,
}

async fn rollback(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Body(asked): Body<Rollback>,
) -> Answer<Json<Function>> {
    let back = move |db: &Db<'_>| {
        let mut function = Function::find(db, &id)?;
        let (version, _) = function.code(db, Some(&asked.version))?;
        function.latest_version = version;
        function.save(db)?;
        Ok::<_, Refusal>(function)
    };
    Ok(Json(areas.store.run(back).await?))
}

/// A member that is there, even as null.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
