//! Secrets.

use serde_json::{Value, json};

use super::client::{Client, text};

#[tokio::test]
async fn a_secret_is_listed_without_its_value() {
    let client = Client::new().await;
    let secret = json!({"namespace": "llm_provider", "name": "openai", "value": "sk-0123456789abcdef"});
    let (status, stored) = client.post("/secrets", secret).await;
    assert_eq!((status, &stored["key_hint"], &stored["last_used_at"]), (201, &json!("...cdef"), &Value::Null));
    let (_, list) = client.get("/secrets?namespace=llm_provider").await;
    assert_eq!(list, json!({"items": [stored]}));
    assert_eq!(client.get("/secrets?namespace=tailscale").await.1, json!({"items": []}));
    let (_, value) = client.get("/secrets/openai?namespace=llm_provider").await;
    assert_eq!(value, json!({"value": "sk-0123456789abcdef"}));
    assert!(client.get("/secrets").await.1["items"][0]["last_used_at"].is_string());
    assert_eq!(client.get("/secrets/openai?namespace=function_env").await.0, 404);
    assert_eq!(client.get("/secrets/openai").await.0, 422);
}

#[tokio::test]
async fn storing_again_replaces_and_deleting_is_by_id() {
    let client = Client::new().await;
    let secret = |value: &str| json!({"namespace": "function_env", "name": "KEY", "value": value});
    let first = client.make("/secrets", secret("one")).await;
    let second = client.make("/secrets", secret("two")).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(client.get("/secrets/KEY?namespace=function_env").await.1, json!({"value": "two"}));
    let path = format!("/secrets/{}", text(&second, "id"));
    assert_eq!(client.delete(&path).await, (204, Value::Null));
    assert_eq!(client.delete(&path).await.0, 404);
}
