//! Profiles: names and cookies.

use serde_json::{Value, json};

use super::client::{Client, text};

#[tokio::test]
async fn a_profile_is_found_by_its_name() {
    let client = Client::new().await;
    let profile = client.make("/profiles/create", json!({"name": "work"})).await;
    let id = text(&profile, "profile_id");
    assert!(id.strip_prefix("notte-profile-").is_some_and(|hex| hex.len() == 16), "{id}");
    assert_eq!(client.make("/profiles/create", json!({})).await["name"], Value::Null);
    assert_eq!(client.get(&format!("/profiles/{id}")).await.1, profile);
    assert_eq!(client.get("/profiles?name=work").await.1["items"], json!([profile]));
    assert_eq!(client.get("/profiles?page_size=100").await.1["items"].as_array().unwrap().len(), 2);
    assert_eq!(client.delete(&format!("/profiles/{id}")).await.1["success"], json!(true));
    assert_eq!(client.get(&format!("/profiles/{id}")).await.0, 404);
    assert_eq!(client.delete("/profiles/..%2F..").await.0, 404);
}

#[tokio::test]
async fn cookies_are_replaced_or_added_and_go_with_a_duplicate() {
    let client = Client::new().await;
    let id = text(&client.make("/profiles/create", json!({"name": "a"})).await, "profile_id");
    let path = format!("/profiles/{id}/cookies");
    let cookie = |name: &str, value: &str| json!({"name": name, "value": value, "domain": ".x.test", "path": "/", "httpOnly": true, "sameSite": "Lax"});
    let (_, set) = client.post(&path, json!({"cookies": [cookie("a", "1"), cookie("b", "1")]})).await;
    assert_eq!((&set["cookies_count"], &set["mode"]), (&json!(2), &json!("replace")));
    client.make(&path, json!({"cookies": [cookie("b", "2")], "mode": "append", "source_format": "chrome"})).await;
    let copy = client.make(&format!("/profiles/{id}/duplicate"), json!({})).await;
    assert_eq!((&copy["name"], &copy["persisted_domains"]), (&json!("a"), &json!(["x.test"])));
    client.make(&path, json!({"cookies": [cookie("c", "3")]})).await;

    let values = async |id: &str| {
        let (_, jar) = client.get(&format!("/profiles/{id}/cookies")).await;
        jar["cookies"].as_array().unwrap().iter().map(|cookie| text(cookie, "value")).collect::<Vec<_>>()
    };
    assert_eq!(values(&id).await, ["3"]);
    assert_eq!(values(&text(&copy, "profile_id")).await, ["1", "2"]);
    assert_eq!(client.post(&path, json!({"cookies": []})).await.0, 422);
    for wrong in [json!({"domain": ""}), json!({"name": "a=b"}), json!({"value": "1;2"}), json!({"sameSite": "often"})]
    {
        let mut one = cookie("a", "1");
        one.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let (status, body) = client.post(&path, json!({"cookies": [cookie("a", "1"), one]})).await;
        assert_eq!((status, &body["detail"][0]["loc"]), (422, &json!(["body", "cookies", "1"])), "{wrong}");
    }
}

#[tokio::test]
async fn cookies_and_storage_are_imported_together() {
    let client = Client::new().await;
    let id = text(&client.make("/profiles/create", json!({})).await, "profile_id");
    let path = format!("/profiles/{id}/state");
    let cookie =
        json!({"name": "a", "value": "1", "domain": "x.test", "path": "/", "httpOnly": false, "expirationDate": 2e9});
    let state = json!({"cookies": [cookie], "local_storage": {"https://y.test:8443": {"k": "v"}}});
    let imported = client.make(&path, state).await;
    assert_eq!((&imported["cookies_count"], &imported["local_storage_origins"]), (&json!(1), &json!(1)));
    let (_, profile) = client.get(&format!("/profiles/{id}")).await;
    assert_eq!(profile["persisted_domains"], json!(["x.test", "y.test"]));
    let (_, jar) = client.get(&format!("/profiles/{id}/cookies")).await;
    assert_eq!((&jar["cookies"][0]["expires"], &jar["cookies"][0]["expirationDate"]), (&json!(2e9), &json!(2e9)));
    client.make(&path, json!({"local_storage": {"z.test": {"k": "v"}}})).await;
    assert_eq!(client.get(&format!("/profiles/{id}")).await.1["persisted_domains"], json!(["z.test"]));
    assert_eq!(client.post(&path, json!({"local_storage": {"file:///x": {}}})).await.0, 422);
    let (status, body) = client.post(&path, json!({"session_storage": {"https://y.test": {"k": "v"}}})).await;
    assert!(status == 400 && text(&body, "detail").contains("session storage"), "{body}");
}
