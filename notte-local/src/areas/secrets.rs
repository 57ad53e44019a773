//! Secrets: values by namespace and name, listed without their values.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Areas;
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query, sized};
use crate::server::Coverage::Faithful;
use crate::server::Routes;
use crate::store::{Db, Kept};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("list_secrets", &Method::GET, "/secrets", Faithful, list)
        .on("store_secret", &Method::POST, "/secrets", Faithful, store)
        .on("get_secret", &Method::GET, "/secrets/{name}", Faithful, show)
        .on("delete_secret", &Method::DELETE, "/secrets/{name}", Faithful, delete)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Namespace {
    LlmProvider,
    FunctionEnv,
    Tailscale,
}

impl Namespace {
    fn name(self) -> &'static str {
        match self {
            Self::LlmProvider => "llm_provider",
            Self::FunctionEnv => "function_env",
            Self::Tailscale => "tailscale",
        }
    }
}

/// A secret as it is kept, under its namespace and name. It has no `Debug`, so that nobody prints it.
#[derive(Serialize, Deserialize)]
struct Secret {
    id: String,
    namespace: Namespace,
    name: String,
    value: String,
    created_at: String,
    last_used_at: Option<String>,
}

impl Kept for Secret {
    const KIND: &'static str = "secret";
}

impl Secret {
    fn metadata(&self) -> Value {
        json!({
            "id": self.id,
            "namespace": self.namespace,
            "name": self.name,
            "key_hint": hint(&self.value),
            "created_at": self.created_at,
            "last_used_at": self.last_used_at,
        })
    }
}

/// The end of a value that is long enough to give it away.
fn hint(value: &str) -> String {
    let length = value.chars().count();
    let shown = if length >= 16 { length - 4 } else { length };
    format!("...{}", value.chars().skip(shown).collect::<String>())
}

#[derive(Deserialize)]
struct Store {
    namespace: Namespace,
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Of {
    namespace: Namespace,
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    namespace: Option<Namespace>,
}

async fn store(State(areas): State<Areas>, Body(asked): Body<Store>) -> Answer<(StatusCode, Json<Value>)> {
    sized(["body", "name"], &asked.name, 1..=128)?;
    sized(["body", "value"], &asked.value, 1..=usize::MAX)?;
    let put = move |db: &Db<'_>| {
        let Store { namespace, name, value } = asked;
        let known: Option<Secret> = db.get(namespace.name(), &name)?;
        let id = known.map_or_else(|| uuid::Uuid::new_v4().to_string(), |known| known.id);
        let secret = Secret { id, namespace, name, value, created_at: clock::now(), last_used_at: None };
        db.put(namespace.name(), &secret.name, &secret)?;
        Ok::<_, Refusal>(secret.metadata())
    };
    Ok((StatusCode::CREATED, Json(areas.store.run(put).await?)))
}

async fn list(State(areas): State<Areas>, Query(filter): Query<Filter>) -> Answer {
    let owner = filter.namespace.map(Namespace::name);
    let read = move |db: &Db<'_>| Ok::<_, Refusal>(db.part::<Secret>(owner, u32::MAX, 0)?);
    let secrets = areas.store.run(read).await?;
    Ok(Json(json!({ "items": secrets.iter().map(Secret::metadata).collect::<Vec<_>>() })))
}

async fn show(State(areas): State<Areas>, Path(name): Path<String>, Query(of): Query<Of>) -> Answer {
    let find = move |db: &Db<'_>| {
        let owner = of.namespace.name();
        let secret: Option<Secret> = db.get(owner, &name)?;
        let secret = secret.ok_or_else(|| Refusal::not_found(&format!("secret {name}")))?;
        let used = Secret { last_used_at: Some(clock::now()), ..secret };
        db.put(owner, &name, &used)?;
        Ok::<_, Refusal>(used.value)
    };
    Ok(Json(json!({ "value": areas.store.run(find).await? })))
}

async fn delete(State(areas): State<Areas>, Path(id): Path<String>) -> Answer<StatusCode> {
    let remove = move |db: &Db<'_>| {
        let all: Vec<Secret> = db.part(None, u32::MAX, 0)?;
        let secret = all.into_iter().find(|secret| secret.id == id);
        let secret = secret.ok_or_else(|| Refusal::not_found(&format!("secret {id}")))?;
        Ok::<_, Refusal>(db.remove::<Secret>(secret.namespace.name(), &secret.name)?)
    };
    areas.store.run(remove).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn a_hint_gives_a_short_secret_not_away() {
        assert_eq!((hint("hunter2"), hint("sk-1234567890abcdef")), ("...".into(), "...cdef".into()));
    }
}
