//! Functions: what is known about them, their versions, and that none runs.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::{Client, text};

fn form(name: &str, code: &str) -> Form {
    Form::new().part("file", Part::text(code.to_owned()).file_name(name.to_owned())).text("path", "/home/me/x.py")
}

async fn post(client: &Client, path: &str, form: Form) -> (u16, Value) {
    Client::send(client.request(Method::POST, path).multipart(form)).await
}

async fn code(client: &Client, id: &str, version: &str) -> String {
    let (status, link) = client.get(&format!("/functions/{id}?{version}")).await;
    assert_eq!(status, 200, "{link}");
    // As a presigned link: without the key.
    reqwest::get(text(&link, "url")).await.unwrap().error_for_status().unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_function_has_versions_to_go_back_to() {
    let client = Client::new().await;
    let upload = form("a.py", "def run(): return 1").text("name", "mine").text("shared", "true");
    let (status, function) = post(&client, "/functions/?restricted=true", upload).await;
    assert_eq!(status, 200, "{function}");
    let id = text(&function, "function_id");
    assert_eq!((&function["workflow_id"], &function["latest_version"]), (&json!(id), &json!("v1")));
    assert_eq!((&function["name"], &function["shared"]), (&json!("mine"), &json!(true)));
    let (_, function) = post(&client, &format!("/functions/{id}"), form("a.py", "def run(): return 2")).await;
    assert_eq!((&function["latest_version"], &function["versions"]), (&json!("v2"), &json!(["v1", "v2"])));
    assert_eq!(code(&client, &id, "").await, "def run(): return 2");
    assert_eq!(code(&client, &id, "version=v1").await, "def run(): return 1");

    let (_, back) = client.post(&format!("/functions/{id}/rollback"), json!({"version": "v1"})).await;
    assert_eq!(back["latest_version"], "v1");
    assert_eq!(code(&client, &id, "").await, "def run(): return 1");
    assert_eq!(client.post(&format!("/functions/{id}/rollback"), json!({"version": "v9"})).await.0, 404);

    let (_, fork) = client.post(&format!("/functions/{id}/fork"), json!({})).await;
    assert_eq!(fork["reference_workflow_id"], json!(id));
    assert_eq!(code(&client, &text(&fork, "function_id"), "").await, "def run(): return 1");

    let (_, changed) =
        client.patch(&format!("/functions/{id}"), json!({"description": "d", "self_healing": true})).await;
    assert_eq!((&changed["description"], &changed["name"]), (&json!("d"), &json!("mine")));
    assert_eq!(client.get("/functions").await.1["items"].as_array().unwrap().len(), 2);
    assert_eq!(client.delete(&format!("/functions/{id}")).await.1["status"], "success");
    assert_eq!(client.get(&format!("/functions/{id}")).await.0, 404);
}

#[tokio::test]
async fn a_link_opens_one_version_and_nothing_without_its_token() {
    let client = Client::new().await;
    let (_, function) = post(&client, "/functions", form("a.py", "secret = 1")).await;
    let (_, link) = client.get(&format!("/functions/{}", text(&function, "function_id"))).await;
    let url = text(&link, "url");
    let (address, _) = url.split_once('?').unwrap();
    for wrong in [address.to_owned(), format!("{address}?token="), url.replace("/v1?", "/v2?")] {
        assert_eq!(reqwest::get(&wrong).await.unwrap().status(), 404, "{wrong}");
    }
}

#[tokio::test]
async fn only_python_files_are_taken() {
    let client = Client::new().await;
    for wrong in [form("a.txt", "x"), Form::new().text("name", "x"), form("a.py", "x").text("response_format", "[1]")] {
        let (status, body) = post(&client, "/functions", wrong).await;
        assert_eq!((status, &body["detail"][0]["loc"][0]), (422, &json!("body")), "{body}");
    }
    assert_eq!(client.post("/functions", json!({})).await.0, 422, "no form at all");
}

#[tokio::test]
async fn a_schedule_is_kept_as_paused() {
    let client = Client::new().await;
    let (_, function) = post(&client, "/functions", form("a.py", "x")).await;
    let path = format!("/functions/{}", text(&function, "function_id"));
    let set = json!({"cron": "0 9 * * 1", "variables": {"a": 1}});
    assert_eq!(client.post(&format!("{path}/schedule"), set).await.1["status"], "paused");
    let (_, known) = client.get(&path).await;
    assert_eq!((&known["schedule_cron"], &known["schedule_variables"]), (&json!("0 9 * * 1"), &json!({"a": 1})));
    assert_eq!(client.post(&format!("{path}/schedule"), json!({"cron": "often", "variables": null})).await.0, 422);
    assert_eq!(client.post(&format!("{path}/schedule"), json!({"cron": "0 9 * * 1"})).await.0, 422);
    assert_eq!(client.delete(&format!("{path}/schedule")).await.0, 200);
    assert_eq!(client.get(&path).await.1["schedule_cron"], Value::Null);
}

#[tokio::test]
async fn nothing_runs_and_every_refusal_says_what_to_do() {
    let client = Client::new().await;
    let (_, function) = post(&client, "/functions", form("a.py", "x")).await;
    let path = format!("/functions/{}/runs", text(&function, "function_id"));
    for run in ["create", "start", "some-run"] {
        let (status, body) = client.post(&format!("{path}/{run}"), json!({"workflow_id": "x"})).await;
        assert_eq!(status, 400);
        assert!(text(&body, "detail").contains("NOTTE_API_URL"), "{body}");
    }
    assert_eq!(client.get(&path).await.1["items"], json!([]));
    assert_eq!(client.get(&format!("{path}/some-run")).await.0, 404);
    assert_eq!(client.get("/functions/health").await.1["reachable"], json!(false));
}
