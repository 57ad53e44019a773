//! Usage and its log.

use serde_json::json;

use super::client::Client;

#[tokio::test]
async fn calls_are_logged_under_their_names() {
    let client = Client::new().await;
    client.make("/vaults/create", json!({})).await;
    client.get("/vaults/nothing").await;
    let (_, log) = client.get("/usage/logs").await;
    let names: Vec<_> = log["items"].as_array().unwrap().iter().map(|call| call["endpoint"].clone()).collect();
    assert_eq!(json!(names), json!(["vaults.credentials.list", "vaults.create"]));
    let (_, log) = client.get("/usage/logs?endpoint=vaults.create").await;
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    assert!(log["items"][0]["duration_ms"].is_u64());
    assert_eq!(client.get("/usage/logs?endpoint=agents.replay").await.1["items"], json!([]));
}

#[tokio::test]
async fn a_month_is_asked_for_by_name() {
    let client = Client::new().await;
    let (status, usage) = client.get("/usage?period=May%202025").await;
    assert_eq!((status, &usage["period"], &usage["session_count"]), (200, &json!("May 2025"), &json!(0)));
    assert_eq!(client.get("/usage").await.1["total_cost"], json!(0.0));
    for wrong in ["Mai 2025", "2025-05", ""] {
        assert_eq!(client.get(&format!("/usage?period={wrong}")).await.0, 422, "{wrong}");
    }
}
