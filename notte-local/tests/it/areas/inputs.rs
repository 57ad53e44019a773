//! Requests that do not fit, and those that nothing here can do.

use serde_json::json;

use super::client::{Client, text};

#[tokio::test]
async fn what_does_not_fit_is_a_422_that_names_the_place() {
    let client = Client::new().await;
    let vault = text(&client.make("/vaults/create", json!({})).await, "vault_id");
    let credentials = format!("/vaults/{vault}/credentials");
    for (path, body, place, kind) in [
        ("/vaults/create", json!({"name": 1}), json!(["body", "name"]), "type_error"),
        ("/vaults/create", json!({"nam": "x"}), json!(["body", "nam"]), "extra_forbidden"),
        ("/vaults/create", json!([1]), json!(["body"]), "type_error"),
        ("/personas/create", json!({"email_provider": "pigeon"}), json!(["body", "email_provider"]), "enum"),
        (&credentials, json!({"credentials": {"password": "p"}}), json!(["body", "url"]), "missing"),
        (
            &credentials,
            json!({"url": "x.test", "credentials": {}}),
            json!(["body", "credentials", "password"]),
            "missing",
        ),
        (&credentials, json!({"url": "", "credentials": {"password": "p"}}), json!(["body", "url"]), "url_parsing"),
        (
            "/secrets",
            json!({"namespace": "tailscale", "name": "", "value": "v"}),
            json!(["body", "name"]),
            "string_too_short",
        ),
    ] {
        let (status, answer) = client.post(path, body).await;
        let detail = &answer["detail"][0];
        assert_eq!((status, &detail["loc"], &detail["type"]), (422, &place, &json!(kind)), "{path}: {answer}");
    }
    for (path, place, kind) in [
        ("/vaults?page=0", json!(["query", "page"]), "greater_than_equal"),
        ("/vaults?page_size=101", json!(["query", "page_size"]), "less_than_equal"),
        ("/vaults?page=x", json!(["query", "page"]), "value_error"),
        ("/vaults?only_active=maybe", json!(["query", "only_active"]), "value_error"),
        (&credentials, json!(["query", "url"]), "missing"),
    ] {
        let (status, answer) = client.get(path).await;
        let detail = &answer["detail"][0];
        assert_eq!((status, &detail["loc"], &detail["type"]), (422, &place, &json!(kind)), "{path}: {answer}");
    }
}

#[tokio::test]
async fn every_error_has_a_detail() {
    let client = Client::new().await;
    assert_eq!(client.delete("/usage").await, (405, json!({"detail": "Method Not Allowed"})));
    let (status, body) = client.get("/sessions/%ff").await;
    assert!(status == 400 && body["detail"].is_string(), "{status} {body}");
    let (status, body) = client.post("/scrape", json!({})).await;
    assert_eq!((status, &body["detail"][0]["loc"]), (422, &json!(["body", "url"])));
    let (status, body) = client.post("/storage/uploads/x", json!({})).await;
    assert_eq!((status, &body["detail"][0]["loc"]), (422, &json!(["body", "file"])));
}

#[tokio::test]
async fn what_needs_the_cloud_says_so() {
    let client = Client::new().await;
    for path in ["/managed-auth/connections/c/refresh", "/sessions/s/payments"] {
        let (status, body) = client.post(path, json!({})).await;
        assert_eq!(status, 400, "{path}");
        assert!(text(&body, "detail").contains("notte-local"), "{body}");
    }
}
