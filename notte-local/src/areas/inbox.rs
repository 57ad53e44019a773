//! The inbox of a persona. A test fills it; listing a message marks it as read.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Areas, Persona};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query, flag, number, within};
use crate::server::Coverage::Faithful;
use crate::server::Routes;
use crate::store::{Db, Kept};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("persona_emails_list", &Method::GET, "/personas/{persona_id}/emails", Faithful, list::<Email>)
        .on("persona_sms_list", &Method::GET, "/personas/{persona_id}/sms", Faithful, list::<Sms>)
        .on("", &Method::POST, "/local/personas/{persona_id}/emails", Faithful, receive_email)
        .on("", &Method::POST, "/local/personas/{persona_id}/sms", Faithful, receive_sms)
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Email {
    pub(crate) email_id: String,
    pub(crate) subject: String,
    pub(crate) created_at: String,
    pub(crate) sender_email: Option<String>,
    pub(crate) sender_name: Option<String>,
    pub(crate) text_content: Option<String>,
    pub(crate) html_content: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sms {
    sms_id: String,
    body: String,
    created_at: String,
    sender: Option<String>,
}

/// A message, and whether it was listed before.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Received<M> {
    message: M,
    read: bool,
}

/// What e-mails and text messages have in common.
pub(crate) trait Message: Serialize + serde::de::DeserializeOwned + Send + 'static {
    const KIND: &'static str;
    fn id(&self) -> &str;
    fn created_at(&self) -> &str;
}

impl Message for Email {
    const KIND: &'static str = "email";

    fn id(&self) -> &str {
        &self.email_id
    }

    fn created_at(&self) -> &str {
        &self.created_at
    }
}

impl Message for Sms {
    const KIND: &'static str = "sms";

    fn id(&self) -> &str {
        &self.sms_id
    }

    fn created_at(&self) -> &str {
        &self.created_at
    }
}

impl<M: Message> Kept for Received<M> {
    const KIND: &'static str = M::KIND;
}

/// Which messages are asked for: the query of a listing.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default = "ten", deserialize_with = "number")]
    limit: u32,
    /// Not older than this.
    #[serde(default, deserialize_with = "duration")]
    timedelta: Option<SignedDuration>,
    #[serde(default, deserialize_with = "flag")]
    only_unread: bool,
}

fn ten() -> u32 {
    10
}

/// A duration in the notation of ISO 8601. A day has 24 hours; months and years have no length.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SignedDuration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map(Some).ok_or_else(|| D::Error::custom("Input should be a duration such as PT5M"))
}

fn parse(text: &str) -> Option<SignedDuration> {
    text.parse::<Span>().ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

impl Asked {
    /// What an action asks for.
    pub(crate) fn new(limit: u32, timedelta: Option<&str>, only_unread: bool) -> Option<Self> {
        let timedelta = match timedelta {
            Some(text) => Some(parse(text)?),
            None => None,
        };
        (1..=100).contains(&limit).then_some(Self { limit, timedelta, only_unread })
    }

    fn wants<M: Message>(&self, kept: &Received<M>, now: Timestamp) -> bool {
        let young = |limit: SignedDuration| {
            kept.message.created_at().parse::<Timestamp>().is_ok_and(|created| now.duration_since(created) <= limit)
        };
        !(self.only_unread && kept.read) && self.timedelta.is_none_or(young)
    }
}

/// The messages of a persona that are asked for, newest first. They count as read from now on.
pub(crate) fn read<M: Message>(db: &Db<'_>, persona: &str, asked: &Asked) -> Result<Vec<M>, Refusal> {
    Persona::find(db, persona)?;
    let now = Timestamp::now();
    let wanted = db.list::<Received<M>>(persona)?.into_iter().filter(|kept| asked.wants(kept, now));
    let mut messages = Vec::new();
    for mut kept in wanted.take(asked.limit as usize) {
        if !kept.read {
            kept.read = true;
            db.put(persona, kept.message.id(), &kept)?;
        }
        messages.push(kept.message);
    }
    Ok(messages)
}

async fn list<M: Message>(
    State(areas): State<Areas>,
    Path(persona): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer<Json<Vec<M>>> {
    within(["query", "limit"], asked.limit, 1..=100)?;
    Ok(Json(areas.store.run(move |db| read(db, &persona, &asked)).await?))
}

/// Puts a message into a persona's inbox.
pub(crate) fn receive<M: Message>(db: &Db<'_>, persona: &str, message: M) -> Result<M, Refusal> {
    Persona::find(db, persona)?;
    let received = Received { message, read: false };
    db.put(persona, received.message.id(), &received)?;
    Ok(received.message)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEmail {
    subject: String,
    #[serde(default)]
    sender_email: Option<String>,
    #[serde(default)]
    sender_name: Option<String>,
    #[serde(default)]
    text_content: Option<String>,
    #[serde(default)]
    html_content: Option<String>,
}

async fn receive_email(
    State(areas): State<Areas>,
    Path(persona): Path<String>,
    Body(new): Body<NewEmail>,
) -> Answer<(StatusCode, Json<Email>)> {
    let message = Email {
        email_id: uuid::Uuid::new_v4().to_string(),
        subject: new.subject,
        created_at: clock::now(),
        sender_email: new.sender_email,
        sender_name: new.sender_name,
        text_content: new.text_content,
        html_content: new.html_content,
    };
    let kept = areas.store.run(move |db| receive(db, &persona, message)).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSms {
    body: String,
    #[serde(default)]
    sender: Option<String>,
}

async fn receive_sms(
    State(areas): State<Areas>,
    Path(persona): Path<String>,
    Body(new): Body<NewSms>,
) -> Answer<(StatusCode, Json<Sms>)> {
    let sms_id = uuid::Uuid::new_v4().to_string();
    let message = Sms { sms_id, body: new.body, created_at: clock::now(), sender: new.sender };
    let kept = areas.store.run(move |db| receive(db, &persona, message)).await?;
    Ok((StatusCode::CREATED, Json(kept)))
}
