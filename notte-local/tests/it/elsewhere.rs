//! Browsers that run elsewhere: those of a list, and those of a Grid, as far as it can be played here.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use notte_local::Local;
use serde_json::{Value, json};

use crate::support::{Api, Site};

#[tokio::test(flavor = "multi_thread")]
async fn each_browser_of_a_list_has_one_session_which_leaves_nothing_to_the_next() {
    let (there, site) = (Api::start().await, Site::start().await);
    let (first, second) = (there.session().await, there.session().await);
    let address = |session: &crate::support::Session<'_>| session.start["cdp_url"].as_str().unwrap().to_owned();
    let list = [address(&first), "ws://127.0.0.1:1/away".to_owned(), address(&second)];
    let api = Api::with(Local::builder().browsers(&list).unwrap().instance("eu1").unwrap()).await;
    let one = api.session().await;
    assert!(one.id.starts_with("eu1-"), "{}", one.id);
    one.goto(&site.at("/list")).await;
    one.js("document.cookie = 'a=1'; localStorage.b = 2").await;
    let other = api.session().await;
    let (status, answer) = api.send("POST", "/sessions/start", Some(json!({}))).await;
    assert!(status == 529 && answer["detail"].as_str().unwrap().contains("taken"), "{status} {answer}");
    assert_eq!(api.get("/ready").await["browsers"]["free"], 0);
    one.stop().await;
    let next = api.session().await;
    next.goto(&site.at("/list")).await;
    assert_eq!(next.js("document.cookie + localStorage.length").await, "0");
    first.stop().await;
    let mut status = Value::Null;
    for _ in 0..500 {
        status = api.get(&next.path("")).await;
        if status["status"] != "active" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!((&status["status"], &status["close_reason"]), (&json!("error"), &json!("error")), "{status}");
    assert!(status["error"].as_str().unwrap().contains("gone"), "{status}");
    assert_eq!(other.js("1 + 1").await, "2");
    assert!(Local::builder().browsers(&["chrome:9222".to_owned()]).is_err());
}

/// What a Grid is asked for.
#[derive(Clone, Default)]
struct Grid(Arc<Mutex<Vec<String>>>);

async fn start(State(grid): State<Grid>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    assert_eq!(headers["authorization"], "Basic YWRhOnBhc3M=", "user and password");
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    grid.0.lock().unwrap().push(body);
    let reason = "Could not start a new session. New session request timed out";
    let error = json!({"value": {"error": "session not created", "message": reason, "stacktrace": ""}});
    (StatusCode::INTERNAL_SERVER_ERROR, Json(error))
}

async fn status() -> Json<Value> {
    let slots = json!([{"session": null}, {"session": {"sessionId": "s"}}]);
    let nodes = json!([{"availability": "UP", "slots": slots}, {"availability": "DRAINING", "slots": slots}]);
    Json(json!({"value": {"ready": true, "nodes": nodes}}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_grid_is_overloaded_and_one_that_is_away_unavailable() {
    let grid = Grid::default();
    let router = Router::new()
        .route("/sub/session", post(start))
        .route("/sub/session/{id}", delete(async |Path(_): Path<String>| StatusCode::OK))
        .route("/sub/status", get(status))
        .with_state(grid.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let serving = tokio::spawn(async { axum::serve(listener, router).await });
    let builder = Local::builder().grid(&format!("http://ada:pass@{host}/sub/")).unwrap();
    let api = Api::with(builder).await;
    assert_eq!(api.get("/ready").await["browsers"], json!({"ready": true, "nodes": 1, "slots": 2, "free": 1}));
    let (status, answer) = api.send("POST", "/sessions/start", Some(json!({"chrome_args": ["--lang=de"]}))).await;
    assert!(status == 529 && answer["detail"].as_str().unwrap().contains("timed out"), "{status} {answer}");
    let asked = grid.0.lock().unwrap().concat();
    assert!(asked.contains("--lang=de") && asked.contains("--headless=new"), "{asked}");
    assert!(!asked.contains("remote-debugging") && !asked.contains("user-data-dir"), "those are the node's: {asked}");
    serving.abort();
    drop(serving.await);
    let (status, answer) = api.send("POST", "/sessions/start", Some(json!({}))).await;
    assert!(status == 503 && !answer.to_string().contains("pass@"), "{status} {answer}");
    assert_eq!(api.send("GET", "/ready", None).await.0, 503);
    assert!(Local::builder().grid("grid:4444").is_err());
}
