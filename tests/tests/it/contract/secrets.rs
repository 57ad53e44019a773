//! Secrets: planted wherever one can be, and found in nothing that is printed or logged, whatever the server answers.

use std::error::Error as _;

use notte_api::{CallOptions, Client, Error, OPERATIONS};
use serde_json::Value;

use crate::contract::{
    failures::Failures,
    fixture::{self, Call, Fixture},
    schema::{self, Document},
    table::{Got, Send, TABLE},
};

mod log;
mod plant;
mod server;

use plant::{KEY, found, marker, plant};
use server::{Reply, Server};

/// What is planted in the requests of an operation: all of its bodies, and the secret parameters of its query.
fn planted_calls(document: &Document, operation: &Value, fixture: &Fixture) -> Vec<Call> {
    let mut calls = fixture.full();
    for call in &mut calls {
        if let (Some(schema), Some(body)) = (schema::content(&operation["requestBody"]), &mut call.body) {
            *body = plant(document, schema, body);
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            if let (schema::Kind::Secret, Some(value)) = (document.kind(&parameter["schema"]), call.query.get_mut(name))
            {
                *value = marker().into();
            }
        }
    }
    calls
}

/// Every answer to a request: what it says when all is well, and in how many ways it can go wrong.
fn replies(document: &Document, operation: &Value, fixture: &Fixture) -> Vec<(&'static str, Reply)> {
    let mut replies = server::refusals();
    let fine = |body: Vec<u8>| Reply::Fixed(fixture.status, body);
    match schema::answer(operation) {
        Some(schema) => {
            for answer in fixture.shapes() {
                let text = plant(document, schema, answer).to_string();
                let cut = text.len() - text.len() / 3;
                let cut = (cut..).find(|at| text.is_char_boundary(*at)).unwrap();
                replies.push(("success", fine(text.clone().into())));
                replies.push(("cut off", fine(text[..cut].into())));
                replies.push(("followed by more", fine(format!("{text} {}", marker()).into())));
                for (name, misfit) in plant::misfits(document, schema, answer) {
                    replies.push((name, fine(misfit.to_string().into())));
                }
            }
            replies.push(("no JSON", fine(marker().into())));
            replies.push(("a success that is a refusal", Reply::EchoSecrets(200)));
        }
        None => replies.push(("success", fine(marker().into()))),
    }
    // What is redirected is about the request.
    let answer = fixture.answers.first().map_or(String::new(), Value::to_string);
    replies.push(("redirected", Reply::Redirect(fixture.status, answer.into())));
    replies
}

/// Everything that a program could print of what a call came to.
fn printed(call: &Call, outcome: Result<Got, Error>) -> String {
    let mut printed = call.printed.take();
    match outcome {
        Ok(got) => printed += &got.printed,
        Err(error) => {
            printed += &format!("{error}\n{error:#}\n{error:?}\n{error:#?}\n");
            printed += &format!("{:?}\n{:?}\n", error.detail(), error.json_path());
            let mut cause = error.source();
            while let Some(error) = cause {
                printed += &format!("{error}\n{error:?}\n");
                cause = error.source();
            }
        }
    }
    printed
}

struct Subject<'a> {
    server: &'a Server,
    client: &'a Client,
    send: Send,
    logs: &'a log::Log,
}

impl Subject<'_> {
    async fn leaks(&self, call: &Call, reply: &Reply) -> Vec<String> {
        self.server.will(reply);
        let outcome = (self.send)(self.client, call).await;
        let mut leaks = found("printed", &printed(call, outcome));
        leaks.extend(found("logged", &self.logs.take()));
        match self.server.taken() {
            (1, others) => {
                let redirected = matches!(reply, Reply::Redirect(..));
                if others.len() != usize::from(redirected) {
                    leaks.push(format!("{} requests reached the other server", others.len()));
                }
                leaks.extend(others.iter().flat_map(|headers| found("sent to another origin", headers)));
            }
            (count, _) => leaks.push(format!("{count} requests arrived, not one")),
        }
        leaks
    }
}

#[tokio::test]
async fn no_planted_secret_is_printed_logged_or_sent_elsewhere() {
    let logs = log::Log::default();
    let _listening = logs.listen();
    let (document, fixtures, mut failures) = (Document::load(), fixture::all(), Failures::default());
    let server = Server::start().await;
    let builder = Client::builder().api_key(KEY).base_url(server.url());
    let options = CallOptions::new().header("x-mine", &format!("{KEY}-too"));
    let mut about = format!("{builder:?} {builder:#?} {options:?} {options:#?}");
    let client = builder.build().unwrap().with_options(options);
    about += &format!("{client:?} {client:#?}");
    failures.add_all("client", "Debug", found("printed", &about));

    let (operations, mut planted) = (document.operations(), 0);
    for (id, send) in TABLE {
        let (Some(fixture), Some(operation)) = (fixtures.get(*id), operations.get(id)) else { continue };
        let subject = Subject { server: &server, client: &client, send: *send, logs: &logs };
        let replies = replies(&document, operation, fixture);
        for call in planted_calls(&document, operation, fixture) {
            planted += call.body.iter().filter(|body| !found("", &body.to_string()).is_empty()).count();
            for (name, reply) in &replies {
                failures.add_all(id, &format!("{}, {name}", call.variant), subject.leaks(&call, reply).await);
            }
        }
    }
    assert!(planted > 40, "only {planted} bodies hold a planted secret");
    assert!(logs.has_heard("notte_api::request") && logs.has_heard("reqwest::connect"), "{:?}", logs.targets());
    failures.check();
}

#[tokio::test]
async fn what_is_planted_can_be_found() {
    let (document, fixtures) = (Document::load(), fixture::all());
    let operations = document.operations();
    for meta in OPERATIONS.iter().filter(|meta| meta.secret) {
        let (fixture, operation) = (&fixtures[meta.id], operations[meta.id]);
        let requests = planted_calls(&document, operation, fixture);
        let requests = requests.iter().map(|call| format!("{:?} {:?}", call.body, call.query));
        let answers = schema::answer(operation).into_iter();
        let answers = answers.flat_map(|schema| fixture.shapes().map(move |answer| (schema, answer)));
        let answers = answers.map(|(schema, answer)| plant(&document, schema, answer).to_string());
        assert!(requests.chain(answers).any(|text| !found("", &text).is_empty()), "{}", meta.id);
    }
}
