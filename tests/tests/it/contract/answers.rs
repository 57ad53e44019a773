//! Every operation's answers: read, and written out again with nothing lost.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Value, json};

use crate::contract::{
    canonical::{canonical, differences},
    derive::{self, Members},
    failures::Failures,
    fixture::{self, Call, Fixture},
    schema::{self, Document},
    server::{Answer, Server},
    table::{Send, TABLE},
};

/// An operation that is called again and again.
struct Subject<'a> {
    document: &'a Document,
    server: &'a Server,
    fixture: &'a Fixture,
    send: Send,
    call: Call,
    /// None: the answer is bytes or nothing.
    schema: Option<&'a Value>,
    members: &'a Members,
}

impl Subject<'_> {
    /// What is wrong with how an answer is read, if it means `meaning`.
    async fn faults(&self, answer: Answer, meaning: &Value) -> Vec<String> {
        let (got, _) = self.server.exchange(self.send, &self.call, answer).await;
        match got {
            Err(error) => vec![error.to_string()],
            Ok(got) => match self.schema {
                Some(schema) => {
                    let canonical = |value| canonical(self.document, schema, value);
                    differences(&canonical(meaning), &canonical(&got.value))
                }
                None => differences(meaning, &got.value),
            },
        }
    }

    async fn json_faults(&self, answer: &Value) -> Vec<String> {
        self.faults(Answer::json(self.fixture.status, answer), answer).await
    }
}

/// The members of unions that any fixture has: execute answers the action it was sent.
fn members(document: &Document, fixtures: &BTreeMap<String, Fixture>) -> Members {
    let mut members = Members::new();
    for (id, operation) in document.operations() {
        let Some(fixture) = fixtures.get(id) else { continue };
        for body in fixture.full().iter().filter_map(|call| call.body.as_ref()) {
            let schema = schema::content(&operation["requestBody"]).unwrap();
            derive::collect_members(document, schema, body, &mut members);
        }
        for (schema, answer) in
            schema::answer(operation).into_iter().flat_map(|s| fixture.answers.iter().map(move |a| (s, a)))
        {
            derive::collect_members(document, schema, answer, &mut members);
        }
    }
    members
}

/// Runs `check` on every operation with a table row and a fixture.
async fn each(check: impl AsyncFn(&Subject<'_>, &mut Failures)) {
    let (document, server, fixtures) = (Document::load(), Server::start().await, fixture::all());
    let (operations, members, mut failures) =
        (document.operations(), members(&document, &fixtures), Failures::default());
    for (id, send) in TABLE {
        let (Some(fixture), Some(operation)) = (fixtures.get(*id), operations.get(id)) else { continue };
        let call = fixture.full().remove(0);
        let schema = schema::answer(operation);
        let subject =
            Subject { document: &document, server: &server, fixture, send: *send, call, schema, members: &members };
        check(&subject, &mut failures).await;
    }
    failures.check();
}

#[tokio::test]
async fn a_full_answer_loses_nothing() {
    each(async |subject, failures| {
        let fixture = subject.fixture;
        for (index, answer) in fixture.answers.iter().enumerate() {
            let sent = match fixture.is_bytes {
                true => Answer::bytes(fixture.status, answer),
                false => Answer::json(fixture.status, answer),
            };
            failures.add_all(&fixture.id, &format!("answer {index}"), subject.faults(sent, answer).await);
        }
        if fixture.answers.is_empty() {
            let sent = Answer { status: fixture.status, ..Answer::default() };
            failures.add_all(&fixture.id, "no body", subject.faults(sent, &Value::Null).await);
        }
    })
    .await;
}

#[tokio::test]
async fn the_content_type_of_a_json_answer_does_not_matter() {
    each(async |subject, failures| {
        let (fixture, Some(_)) = (subject.fixture, subject.schema) else { return };
        let sent = Answer { content_type: "text/plain", ..Answer::json(fixture.status, &fixture.answers[0]) };
        failures.add_all(&fixture.id, "text/plain", subject.faults(sent, &fixture.answers[0]).await);
    })
    .await;
}

#[tokio::test]
async fn a_minimal_answer_is_read_and_nothing_is_made_up() {
    each(async |subject, failures| {
        let (fixture, Some(schema)) = (subject.fixture, subject.schema) else { return };
        for answer in fixture.shapes() {
            let answer = derive::minimal(subject.document, schema, answer);
            failures.add_all(&fixture.id, "minimal", subject.json_faults(&answer).await);
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_in_the_vendored_shape_is_read() {
    each(async |subject, failures| {
        let fixture = subject.fixture;
        let Some(answer) = &fixture.vendored else { return };
        // A bare array stands for the only page.
        let meaning = match answer {
            Value::Array(items) => json!({
                "items": items, "page": 1, "page_size": items.len(), "has_next": false, "has_previous": false,
            }),
            answer => answer.clone(),
        };
        let sent = Answer::json(fixture.status, answer);
        failures.add_all(&fixture.id, "vendored", subject.faults(sent, &meaning).await);
    })
    .await;
}

#[tokio::test]
async fn what_an_answer_may_be_tomorrow_loses_nothing() {
    let seen = RefCell::new(BTreeSet::new());
    each(async |subject, failures| {
        let (fixture, Some(schema)) = (subject.fixture, subject.schema) else { return };
        for answer in fixture.shapes() {
            if !subject.json_faults(answer).await.is_empty() {
                failures.add(&fixture.id, "nothing derived", "the answer itself loses something");
                continue;
            }
            for variant in derive::variants(subject.document, schema, answer, subject.members) {
                seen.borrow_mut().insert(variant.name.clone());
                let together = subject.json_faults(&derive::apply(answer, &variant.edits)).await;
                if together.is_empty() {
                    continue;
                }
                // One by one, to say where.
                let mut found = false;
                for edit in &variant.edits {
                    let alone = subject.json_faults(&derive::apply(answer, std::slice::from_ref(edit))).await;
                    found |= !alone.is_empty();
                    failures.add_all(&fixture.id, &format!("{} at {:?}", variant.name, edit.pointer), alone);
                }
                if !found {
                    failures.add_all(&fixture.id, &variant.name, together);
                }
            }
        }
    })
    .await;
    let seen = seen.into_inner();
    let never: Vec<_> = derive::change_names().filter(|name| !seen.contains(*name)).collect();
    assert!(never.is_empty(), "derived from no fixture: {never:?}");
    assert!(seen.contains("ClickAction"), "no answer has an action");
}
