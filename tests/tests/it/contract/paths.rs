//! Path parameters: one that could lead elsewhere is refused before there is a request, any other is one segment.

use notte_api::ErrorKind;
use serde_json::Value;

use crate::contract::{
    failures::Failures,
    fixture::{self, Fixture},
    request,
    requests::answer,
    schema::Document,
    server::Server,
    table::{Send, TABLE},
};

const REFUSED: &[&str] = &[
    "",
    ".",
    "..",
    "a/b",
    "a\\b",
    "..\\..\\admin",
    "../../admin",
    "/admin",
    "admin/",
    "line\nend",
    "nul\0",
    "tab\tbed",
    "del\u{7f}ete",
    "next\u{85}line",
];

const FINE: &[&str] = &[
    "a b",
    "%2e%2e",
    "%2E",
    "é.pdf",
    "...",
    ".hidden",
    "a..b",
    "%2F",
    "%5c",
    "a?b=1",
    "a#b",
    "a;b",
    "a:b@c",
    "a+b&c=d",
    " ",
    "~",
    "“…”",
    "%",
    "%zz",
    "[x]",
    "{session_id}",
];

/// A call in which one path parameter is set to a value.
struct Case<'a> {
    server: &'a Server,
    fixture: &'a Fixture,
    send: Send,
    parameter: &'a str,
    value: &'a str,
}

/// Runs `check`, which says what is wrong, with each of `values` in each path parameter of every operation.
async fn each(values: &[&str], check: impl AsyncFn(&Case<'_>) -> Vec<String>) {
    let (document, server, fixtures) = (Document::load(), Server::start().await, fixture::all());
    let (operations, mut failures, mut parameters) = (document.operations(), Failures::default(), 0);
    for (id, send) in TABLE {
        let (Some(fixture), Some(operation)) = (fixtures.get(*id), operations.get(id)) else { continue };
        let all = operation["parameters"].as_array().into_iter().flatten();
        for parameter in all.filter(|parameter| parameter["in"] == "path") {
            assert_eq!(parameter["schema"]["type"], "string", "{id}: a path parameter of another type needs a test");
            let parameter = parameter["name"].as_str().unwrap();
            parameters += 1;
            for value in values {
                let case = Case { server: &server, fixture, send: *send, parameter, value };
                failures.add_all(id, &format!("{parameter} = {value:?}"), check(&case).await);
            }
        }
    }
    assert!(parameters > 40, "only {parameters} path parameters were tried");
    failures.check();
}

impl Case<'_> {
    fn call(&self) -> fixture::Call {
        let mut call = self.fixture.full().remove(0);
        let before = call.path.insert(self.parameter.to_owned(), Value::from(self.value));
        assert!(before.is_some(), "the fixture has no {}", self.parameter);
        call
    }

    async fn refusal_faults(&self) -> Vec<String> {
        let (got, seen) = self.server.all_requests(self.send, &self.call(), answer(self.fixture)).await;
        let mut faults = Vec::new();
        if !seen.is_empty() {
            faults.push(format!("{} requests arrived, the first at {}", seen.len(), seen[0].uri()));
        }
        let Err(error) = got else {
            faults.push("it succeeded".to_owned());
            return faults;
        };
        if error.kind() != ErrorKind::InvalidRequest || error.may_have_been_sent() {
            faults.push(format!("it is {:?}", error.kind()));
        }
        let printed = format!("{error} {error:?} {error:#?}");
        if !error.to_string().contains(&format!("{}: ", self.parameter)) {
            faults.push(format!("the error does not name the parameter: {error}"));
        }
        // One or two characters are in any sentence.
        if self.value.len() > 2 && (printed.contains(self.value) || printed.contains("admin")) {
            faults.push(format!("the error repeats the value: {error:?}"));
        }
        faults
    }

    async fn segment_faults(&self) -> Vec<String> {
        let call = self.call();
        let (got, request) = self.server.exchange(self.send, &call, answer(self.fixture)).await;
        let mut faults = match request {
            Ok(request) => request::faults(self.fixture, &call, &request),
            Err(fault) => vec![fault],
        };
        faults.extend(got.err().map(|error| error.to_string()));
        faults
    }
}

#[tokio::test]
async fn what_could_lead_elsewhere_is_refused_before_a_request_exists() {
    each(REFUSED, async |case| case.refusal_faults().await).await;
}

#[tokio::test]
async fn any_other_name_arrives_as_one_segment() {
    each(FINE, async |case| case.segment_faults().await).await;
}
