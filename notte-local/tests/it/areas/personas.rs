//! Personas and their inboxes.

use serde_json::{Value, json};

use super::client::{Client, text};

#[tokio::test]
async fn a_persona_is_somebody_with_an_address_and_a_vault() {
    let client = Client::new().await;
    let persona = client.make("/personas/create", json!({"create_vault": true, "name": "buyer"})).await;
    let (id, vault) = (text(&persona, "persona_id"), text(&persona, "vault_id"));
    assert!(text(&persona, "email").ends_with(".test") && !text(&persona, "first_name").is_empty());
    assert_eq!((&persona["name"], &persona["phone_number"]), (&json!("buyer"), &Value::Null));
    let other = client.make("/personas/create", json!({})).await;
    assert_ne!(persona["email"], other["email"]);
    assert_eq!(other["vault_id"], Value::Null);
    assert_eq!(client.get(&format!("/personas/{id}")).await.1, persona);
    assert_eq!(client.patch(&format!("/personas/{id}"), json!({"name": "seller"})).await.1["name"], "seller");
    assert_eq!(client.get("/personas").await.1["items"].as_array().unwrap().len(), 2);

    let (_, vaults) = client.get("/vaults").await;
    assert_eq!((&vaults["items"][0]["vault_id"], &vaults["items"][0]["for_persona"]), (&json!(vault), &json!(true)));
    assert_eq!(client.delete(&format!("/personas/{id}")).await.1["status"], "success");
    assert_eq!(client.get(&format!("/personas/{id}")).await.0, 404);
    assert_eq!(client.get(&format!("/vaults/{vault}")).await.0, 404, "its vault goes with it");
}

#[tokio::test]
async fn a_persona_whose_vault_was_deleted_has_none() {
    let client = Client::new().await;
    let persona = client.make("/personas/create", json!({"create_vault": true})).await;
    client.delete(&format!("/vaults/{}", text(&persona, "vault_id"))).await;
    let (_, persona) = client.get(&format!("/personas/{}", text(&persona, "persona_id"))).await;
    assert_eq!(persona["vault_id"], Value::Null);
}

#[tokio::test]
async fn listing_messages_marks_them_as_read() {
    let client = Client::new().await;
    let id = text(&client.make("/personas/create", json!({})).await, "persona_id");
    for number in 1..=3 {
        let email =
            json!({"subject": format!("code {number}"), "text_content": "123456", "sender_email": "shop@x.test"});
        client.make(&format!("/local/personas/{id}/emails"), email).await;
    }
    let subjects = async |query: &str| {
        let (status, list) = client.get(&format!("/personas/{id}/emails?{query}")).await;
        assert_eq!(status, 200, "{list}");
        list.as_array().unwrap().iter().map(|email| text(email, "subject")).collect::<Vec<_>>()
    };
    assert_eq!(subjects("limit=1").await, ["code 3"], "newest first");
    assert_eq!(subjects("only_unread=true").await, ["code 2", "code 1"]);
    assert!(subjects("only_unread=true").await.is_empty());
    assert_eq!(subjects("timedelta=PT5M").await.len(), 3);
    assert!(subjects("timedelta=PT0S").await.is_empty());
    assert_eq!(client.get(&format!("/personas/{id}/emails?timedelta=soon")).await.0, 422);
    assert_eq!(client.get(&format!("/personas/{id}/emails?limit=101")).await.0, 422);

    client.make(&format!("/local/personas/{id}/sms"), json!({"body": "your code is 42"})).await;
    let (_, list) = client.get(&format!("/personas/{id}/sms?only_unread=True")).await;
    assert_eq!((&list[0]["body"], &list[0]["sender"]), (&json!("your code is 42"), &Value::Null));
    assert_eq!(client.get("/personas/nobody/sms").await.0, 404);
}

#[tokio::test]
async fn phone_numbers_are_refused_with_a_way_out() {
    let client = Client::new().await;
    let (status, body) = client.post("/personas/create", json!({"create_phone_number": true})).await;
    assert_eq!(status, 400);
    assert!(text(&body, "detail").contains("/local/personas/{persona_id}/sms"), "{body}");
    assert_eq!(client.get("/personas").await.1["items"], json!([]));
    let id = text(&client.make("/personas/create", json!({})).await, "persona_id");
    assert_eq!(client.post(&format!("/personas/{id}/sms/number"), json!({})).await.0, 400);
}
