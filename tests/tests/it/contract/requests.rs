//! Every operation on the wire: method, path, query, headers and body, with all fields and with none.

use crate::contract::{
    failures::Failures,
    fixture::{self, Call, Fixture},
    request,
    server::{Answer, Server},
    table::TABLE,
};

pub(crate) fn answer(fixture: &Fixture) -> Answer {
    match fixture.answers.first() {
        None => Answer { status: fixture.status, ..Answer::default() },
        Some(body) if fixture.is_bytes => Answer::bytes(fixture.status, body),
        Some(body) => Answer::json(fixture.status, body),
    }
}

async fn sends(calls: fn(&Fixture) -> Vec<Call>) {
    let (server, fixtures, mut failures) = (Server::start().await, fixture::all(), Failures::default());
    for (id, send) in TABLE {
        let Some(fixture) = fixtures.get(*id) else { continue };
        for call in calls(fixture) {
            let (got, request) = server.exchange(*send, &call, answer(fixture)).await;
            match request {
                Ok(request) => failures.add_all(id, &call.variant, request::faults(fixture, &call, &request)),
                Err(fault) => failures.add(id, &call.variant, fault),
            }
            match got {
                Ok(got) if got.status == fixture.status => {}
                Ok(got) => failures.add(id, &call.variant, format!("status {}", got.status)),
                Err(error) => failures.add(id, &call.variant, error),
            }
        }
    }
    failures.check();
}

#[tokio::test]
async fn all_fields_are_sent_as_they_were_set() {
    sends(Fixture::full).await;
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_set() {
    sends(Fixture::bare).await;
}
