//! Secrets, usage and search over a real socket.

use crate::support::{Fault, Server};
use futures_util::TryStreamExt as _;
use notte_ext::{ErrorKind, notte_api::types::SecretNamespace};
use serde_json::{Value, json};

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

fn sent(server: &Server, line: &str) -> Value {
    serde_json::from_str(&server.last(line).body).unwrap()
}

fn secret() -> Value {
    json!({
        "id": "x-1", "name": "DATABASE_URL", "namespace": "function_env", "key_hint": "…er2",
        "created_at": "2025-01-02T03:04:05Z",
    })
}

#[tokio::test]
async fn a_secret_is_stored_listed_read_and_deleted_and_never_printed() {
    let server = Server::start();
    let secrets = server.notte().secrets();
    say(&server, "POST /secrets", &secret());
    let kept = secrets.store(SecretNamespace::FunctionEnv, "DATABASE_URL", "hunter2").await.unwrap();
    assert_eq!(sent(&server, "POST"), json!({"namespace": "function_env", "name": "DATABASE_URL", "value": "hunter2"}));
    server.fail("GET /secrets", (0..2).map(|_| Fault::Say(json!({"items": [secret()]}).to_string())));
    assert_eq!(secrets.list().await.unwrap().len(), 1);
    assert_eq!(server.last("GET").line, "GET /secrets");
    assert_eq!(secrets.list_in(SecretNamespace::Tailscale).await.unwrap().len(), 1);
    assert_eq!(server.last("GET").line, "GET /secrets?namespace=tailscale");
    say(&server, "GET /secrets/DATABASE_URL", &json!({"value": "hunter2"}));
    let value = secrets.value(SecretNamespace::FunctionEnv, "DATABASE_URL").await.unwrap();
    assert_eq!(value.expose(), "hunter2");
    assert!(!format!("{kept:?} {value:?} {secrets:?}").contains("hunter2"));
    say(&server, "DELETE /secrets/x-1", &Value::Null);
    secrets.delete(&kept.id).await.unwrap();
    server.fail("DELETE /secrets/x-1", [Fault::Refuse(500, "", ""), Fault::Refuse(404, "", "")]);
    secrets.delete(&kept.id).await.unwrap();
    assert!(secrets.value(SecretNamespace::FunctionEnv, "../x").await.is_err_and(|error| error.attempts() == 0));
}

#[tokio::test]
async fn a_secret_that_the_service_would_refuse_is_never_sent() {
    let server = Server::start();
    let secrets = server.notte().secrets();
    for (name, value) in [("", "hunter2"), (&*"x".repeat(129), "hunter2"), ("X", "")] {
        let error = secrets.store(SecretNamespace::FunctionEnv, name, value).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains("hunter2"));
    }
    assert_eq!(server.count("POST"), 0);
}

#[tokio::test]
async fn usage_is_of_the_current_month_or_of_one_that_exists() {
    let server = Server::start();
    let notte = server.notte();
    let numbers = [
        "balance_amount",
        "browser_usage_cost",
        "function_usage_cost",
        "llm_usage_cost",
        "proxy_usage_cost",
        "subscription_balance_amount",
        "subscription_limit_amount",
        "topup_balance_amount",
        "topup_limit_amount",
        "total_cost",
    ];
    let mut usage: Value = numbers.iter().map(|name| ((*name).to_owned(), json!(1.5))).collect();
    let rest = json!({
        "function_count": 1, "session_count": 2, "is_usage_limit_exceeded": false, "period": "May 2025", "plan_type": "free",
    });
    usage.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    server.fail("GET /usage", (0..2).map(|_| Fault::Say(usage.to_string())));
    assert_eq!(notte.usage().await.unwrap().session_count, 2);
    assert_eq!(server.last("GET").line, "GET /usage");
    notte.usage().month(2025, 5).await.unwrap();
    assert_eq!(server.last("GET").line, "GET /usage?period=May+2025");
    for month in [0, 13] {
        assert_eq!(notte.usage().month(2025, month).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    }
}

#[tokio::test]
async fn the_log_of_calls_turns_its_pages() {
    let server = Server::start();
    let page = |n: i64| {
        let entry = json!({"endpoint": "sessions.start", "duration_ms": n, "created_at": "2025-01-02T03:04:05Z"});
        Fault::Say(
            json!({"items": [entry], "page": n, "page_size": 1, "has_next": n < 3, "has_previous": n > 1}).to_string(),
        )
    };
    server.fail("GET /usage/logs", (1..=3).map(page));
    let logs = server.notte().usage().logs().endpoint("sessions.start").page_size(1);
    let times: Vec<_> = logs.items().map_ok(|log| log.duration_ms).try_collect().await.unwrap();
    assert_eq!(times, [1, 2, 3]);
    assert!(server.last("GET").line.contains("endpoint=sessions.start"));
}

#[tokio::test]
async fn a_search_is_read_in_every_form_and_kept_as_it_came() {
    let server = Server::start();
    let notte = server.notte();
    let results = json!({"results": [
        {"name": "A", "url": "https://a.com", "snippet": "about a", "type": "text"}, {"title": "B", "url": "https://b.com"}, 7,
    ]});
    say(&server, "POST /search", &results);
    let found = notte.search("agents").depth("deep").extra("maxResults", 3).results().await.unwrap();
    assert_eq!(
        sent(&server, "POST"),
        json!({"q": "agents", "depth": "deep", "outputType": "searchResults", "maxResults": 3})
    );
    let hits: Vec<_> = found.hits().iter().map(|hit| (&*hit.title, &*hit.url, &*hit.text)).collect();
    assert_eq!(hits, [("A", "https://a.com", "about a"), ("B", "https://b.com", ""), ("", "", "")]);
    assert_eq!(found.raw(), &results);

    say(
        &server,
        "POST /search",
        &json!({"answer": "42", "sources": [{"title": "B", "url": "https://b.com", "content": "c"}]}),
    );
    let answer = notte.search("?").answer().await.unwrap();
    assert_eq!((answer.text(), answer.sources()[0].text.as_str()), ("42", "c"));
    say(&server, "POST /search", &json!([1, 2]));
    assert_eq!(notte.search("?").data().await.unwrap(), json!([1, 2]));
    assert_eq!(sent(&server, "POST")["outputType"], "structured");
    say(&server, "POST /search", &json!({"hits": []}));
    let error = notte.search("?").results().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.may_have_been_sent(), "{error}");
}
