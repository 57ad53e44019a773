//! The account's files by name.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::client::{Client, text};

async fn upload(client: &Client, path: &str, content: &str) -> (u16, Value) {
    let form = Form::new().part("file", Part::text(content.to_owned()).file_name("anything"));
    Client::send(client.request(Method::POST, path).multipart(form)).await
}

#[tokio::test]
async fn a_file_of_the_account_goes_by_the_name_in_the_address() {
    let client = Client::new().await;
    assert_eq!(client.get("/storage/uploads").await, (200, json!({"files": []})));
    assert_eq!(upload(&client, "/storage/uploads/a%20b.txt", "old").await, (200, json!({"success": true})));
    assert_eq!(upload(&client, "/storage/uploads/a%20b.txt", "newer").await.0, 200);
    assert_eq!(upload(&client, "/storage/uploads/..%2F..%2Fpasswd", "x").await.0, 200);
    let (_, listed) = client.get("/storage/uploads").await;
    let files = listed["files"].as_array().unwrap();
    let shown: Vec<_> = files.iter().map(|file| (text(file, "name"), &file["size"], text(file, "file_ext"))).collect();
    assert_eq!(shown, [("passwd".into(), &json!(1), String::new()), ("a b.txt".into(), &json!(5), ".txt".into())]);
    assert!(files.iter().all(|file| file["updated_at"].is_string()), "{listed}");

    let (_, link) = client.get("/storage/uploads/a%20b.txt").await;
    let url = text(&link, "url");
    let answer = reqwest::get(&url).await.unwrap();
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename*=UTF-8''a%20b.txt");
    assert_eq!(answer.text().await.unwrap(), "newer");
    let token = url.split("token=").nth(1).unwrap();
    assert_eq!(reqwest::get(url.replace(token, "wrong")).await.unwrap().status(), 404);

    assert_eq!(upload(&client, "/storage/uploads/which%3F.txt", "a name that no file may have").await.0, 200);
    let (_, link) = client.get("/storage/uploads/which%3F.txt").await;
    assert_eq!(reqwest::get(text(&link, "url")).await.unwrap().status(), 200);

    assert_eq!(client.get("/storage/uploads/none.txt").await.0, 404);
    let empty =
        Client::send(client.request(Method::POST, "/storage/uploads/x").multipart(Form::new().text("other", "x")))
            .await;
    assert_eq!((empty.0, &empty.1["detail"][0]["loc"]), (422, &json!(["body", "file"])));
}
