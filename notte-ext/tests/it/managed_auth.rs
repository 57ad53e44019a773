//! Managed logins over a real socket: checked, renewed, waited for.
use std::time::Duration;

use crate::support::{Fault, Server};
use notte_ext::{AuthConnection, ErrorKind, notte_api::types::ManagedAuthStatus};
use serde_json::{Value, json};

const LOGIN: &str = "GET /managed-auth/operations/op-1";

fn connection(server: &Server) -> AuthConnection {
    server.notte().managed_auth().connection("c-1")
}

fn login(status: &str) -> Value {
    json!({
        "id": "op-1", "connection_id": "c-1", "source": "api", "status": status, "phase": "login",
        "deadline": "2099-01-02T03:04:05Z", "created_at": "2025-01-02T03:04:05Z", "updated_at": "2025-01-02T03:04:05Z",
    })
}

fn says(server: &Server, line: &str, statuses: &[&str]) {
    server.fail(line, statuses.iter().map(|status| Fault::Say(login(status).to_string())));
}

#[tokio::test]
async fn a_login_is_waited_for() {
    let server = Server::start();
    says(&server, "POST /managed-auth/connections/c-1/refresh", &["pending"]);
    says(&server, LOGIN, &["succeeded"]);
    let done = connection(&server).refresh().auth_retry(2).await.unwrap();
    assert_eq!((done.status.known().unwrap(), server.count(LOGIN)), (ManagedAuthStatus::Succeeded, 1));
    assert_eq!(server.last("POST").body, r#"{"auth_retry":2}"#);
    says(&server, "POST /managed-auth/connections/c-1/reauthenticate", &["succeeded"]);
    connection(&server).reauthenticate().await.unwrap();
    assert_eq!((server.last("POST").body.as_str(), server.count(LOGIN)), ("{}", 1));
}

#[tokio::test]
async fn a_login_that_fails_is_an_error_that_says_why() {
    let server = Server::start();
    let mut failed = login("failed");
    failed["error"] = "wrong\npassword".into();
    server.fail("POST /managed-auth/connections/c-1/refresh", [Fault::Say(failed.to_string())]);
    let error = connection(&server).refresh().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Execution && error.to_string().contains("wrong password"), "{error}");
    says(&server, "POST /managed-auth/connections/c-1/refresh", &["running"]);
    says(&server, LOGIN, &["running"]);
    let error = connection(&server).refresh().deadline(Duration::from_millis(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    let error = connection(&server).refresh().auth_retry(3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_connection_is_checked_and_a_login_started_without_waiting() {
    let server = Server::start();
    let seen = json!({"authenticated": true, "connection_id": "c-1", "status": "ok", "message": "logged in"});
    server.fail("POST /managed-auth/connections/c-1/check", [Fault::Say(seen.to_string())]);
    assert_eq!(connection(&server).check().await.unwrap().authenticated, Some(true));
    assert_eq!(server.last("POST").body, "{}");
    says(&server, "POST /managed-auth/connections/c-1/refresh", &["pending"]);
    let started = connection(&server).refresh().start().await.unwrap();
    says(&server, LOGIN, &["running"]);
    let now = server.notte().managed_auth().operation(&started.id).await.unwrap();
    assert_eq!(now.status, ManagedAuthStatus::Running);
}
