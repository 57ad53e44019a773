//! Vaults, their logins and their card.

use serde_json::{Value, json};

use super::client::{Client, text};

#[tokio::test]
async fn a_vault_is_listed_renamed_and_gone() {
    let client = Client::new().await;
    let vault = client.make("/vaults/create", json!({})).await;
    let id = text(&vault, "vault_id");
    assert_eq!((&vault["name"], &vault["for_persona"]), (&json!("default"), &json!(false)));
    let (_, renamed) = client.patch(&format!("/vaults/{id}"), json!({"name": "work"})).await;
    assert_eq!((&renamed["name"], &renamed["created_at"]), (&json!("work"), &vault["created_at"]));
    let (_, list) = client.get("/vaults/?only_active=True").await;
    assert_eq!(list, json!({"items": [renamed], "page": 1, "page_size": 10, "has_next": false, "has_previous": false}));
    assert_eq!(client.delete(&format!("/vaults/{id}")).await.1["status"], "success");
    let (status, body) = client.get(&format!("/vaults/{id}")).await;
    assert_eq!((status, body["detail"].as_str()), (404, Some(format!("vault {id} not found").as_str())));
    assert_eq!(client.delete(&format!("/vaults/{id}")).await.0, 404);
}

#[tokio::test]
async fn pages_turn_and_end() {
    let client = Client::new().await;
    for number in 0..5 {
        client.make("/vaults/create", json!({"name": number.to_string()})).await;
    }
    for (page, names, next) in
        [(1, json!(["4", "3"]), true), (2, json!(["2", "1"]), true), (3, json!(["0"]), false), (9, json!([]), false)]
    {
        let (_, list) = client.get(&format!("/vaults?page={page}&page_size=2")).await;
        let found: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|vault| &vault["name"]).collect();
        assert_eq!((json!(found), &list["has_next"], &list["has_previous"]), (names, &json!(next), &json!(page > 1)));
    }
}

#[tokio::test]
async fn a_login_belongs_to_the_whole_site_and_to_no_other() {
    let client = Client::new().await;
    let id = text(&client.make("/vaults/create", json!({"name": "v"})).await, "vault_id");
    let path = format!("/vaults/{id}/credentials");
    let login = json!({"email": "a@b.test", "password": "hunter2", "mfa_secret": "JBSWY3DPEHPK3PXP"});
    client.make(&path, json!({"url": "https://login.example.co.uk/start", "credentials": login})).await;
    let (status, body) = client.get(&format!("{path}?url=https%3A%2F%2Fshop.example.co.uk")).await;
    assert_eq!((status, body), (200, json!({"credentials": login})), "the seed, as it was given");
    assert_eq!(client.get(&format!("{path}?url=other.co.uk")).await.0, 404);
    let (_, list) = client.get(&format!("/vaults/{id}")).await;
    assert_eq!(list, json!({"credentials": [{"url": "example.co.uk", "email": "a@b.test", "username": null}]}));

    client.make(&path, json!({"url": "example.co.uk", "credentials": {"username": "ada", "password": "new"}})).await;
    let (_, body) = client.get(&format!("{path}?url=example.co.uk")).await;
    assert_eq!(body, json!({"credentials": {"username": "ada", "password": "new"}}), "the new one takes its place");
    assert_eq!(client.delete(&format!("{path}?url=www.example.co.uk")).await.1["status"], "success");
    assert_eq!(client.delete(&format!("{path}?url=www.example.co.uk")).await.0, 404);
}

#[tokio::test]
async fn a_card_is_set_shown_and_gone() {
    let client = Client::new().await;
    let id = text(&client.make("/vaults/create", json!({})).await, "vault_id");
    let path = format!("/vaults/{id}/card");
    assert_eq!(client.get(&path).await.0, 404);
    let card = json!({"credit_card": {"card_holder_name": "Ada", "card_number": "4242424242424242", "card_cvv": "123",
                      "card_full_expiration": "12/30"}});
    assert_eq!(client.make(&path, card.clone()).await["status"], "success");
    assert_eq!(client.get(&path).await, (200, card));
    assert_eq!(client.delete(&path).await.0, 200);
    assert_eq!(client.get(&path).await.0, 404);
}
