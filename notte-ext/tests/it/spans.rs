//! What is traced: a span for a call, one below it for each attempt, and in them nothing but what is on a list.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use crate::support::{Fault, Server, alone};
use tracing::{
    Id, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Record},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
};

/// What each span may tell.
const ALLOWED: [(&str, &[&str]); 3] = [
    (
        "notte_call",
        &["operation", "attempts", "http.response.status_code", "otel.status_code", "duration_ms", "request_id"],
    ),
    (
        "attempt",
        &[
            "attempt",
            "otel.kind",
            "otel.status_code",
            "http.request.method",
            "http.response.status_code",
            "url.template",
            "duration_ms",
            "request_id",
        ],
    ),
    ("notte_api::request", &["operation", "method", "status", "duration_ms", "request_id"]),
];

/// A span: its name, its parent's, its fields.
#[derive(Default)]
struct Told(&'static str, Option<&'static str>, BTreeMap<&'static str, String>);

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<BTreeMap<u64, Told>>>);

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.2.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().target().starts_with("notte") {
            let parent = context.span(id).unwrap().parent().map(|parent| parent.name());
            let mut told = Told(attributes.metadata().name(), parent, BTreeMap::new());
            attributes.record(&mut told);
            self.0.lock().unwrap().insert(id.into_u64(), told);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        if let Some(told) = self.0.lock().unwrap().get_mut(&id.into_u64()) {
            values.record(told);
        }
    }
}

#[tokio::test]
async fn a_call_and_each_attempt_of_it_have_a_span_that_tells_only_what_is_allowed() {
    // The first thread that comes by a span decides whether anybody listens to it.
    if !alone("spans::a_call_and_each_attempt_of_it_have_a_span_that_tells_only_what_is_allowed") {
        return;
    }
    let server = Server::start();
    server.fail("GET /sessions/s-1", [Fault::Refuse(503, "x-request-id: r-1\r\n", ""), Fault::Cut]);
    let notte = server.notte();
    let recorder = Recorder::default();
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(recorder.clone()));
    notte.sessions().attach("s-1").status().await.unwrap();
    drop(listening);
    let spans = recorder.0.lock().unwrap();
    for Told(name, parent, fields) in spans.values() {
        let (place, (_, allowed)) = ALLOWED.iter().enumerate().find(|(_, (known, _))| known == name).unwrap();
        assert_eq!(*parent, place.checked_sub(1).map(|above| ALLOWED[above].0), "{name}");
        assert!(fields.keys().all(|field| allowed.contains(field)), "{name} tells {fields:?}");
    }
    let told = |wanted: &str, field: &str| -> Vec<_> {
        let of_that_name = spans.values().filter(|told| told.0 == wanted);
        of_that_name.map(|told| told.2.get(field).cloned().unwrap_or_default()).collect()
    };
    assert_eq!(told("notte_call", "operation"), ["\"session_status\""]);
    assert_eq!(told("notte_call", "attempts"), ["3"]);
    assert_eq!(told("notte_call", "http.response.status_code"), ["200"]);
    assert_eq!(told("notte_call", "otel.status_code"), [""]);
    assert_eq!(told("attempt", "attempt"), ["1", "2", "3"]);
    assert_eq!(told("attempt", "http.response.status_code"), ["503", "", "200"]);
    assert_eq!(told("attempt", "otel.status_code"), ["\"ERROR\"", "\"ERROR\"", ""]);
    assert_eq!(told("attempt", "otel.kind"), ["\"client\""; 3]);
    assert_eq!(told("attempt", "url.template"), ["\"/sessions/{session_id}\""; 3]);
    assert_eq!(told("attempt", "request_id"), ["\"r-1\"", "", ""]);
    assert!(told("attempt", "duration_ms").iter().all(|millis| millis.parse::<u64>().is_ok()));
}
