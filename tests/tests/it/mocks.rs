//! The typed mocks: each matches the request that the client sends, and no other, and answers what the client reads.

use httpmock::{Method, MockServer};
use notte_api::{Client, Error, Part, mock::MockServerExt as _, reqwest::StatusCode, types, wire::Open};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn server_and_client() -> (MockServer, Client) {
    let server = MockServer::start();
    let client = Client::builder().api_key("not-a-real-key").base_url(server.base_url()).build().unwrap();
    (server, client)
}

fn typed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn session(id: &str) -> types::SessionResponse {
    typed(json!({
        "session_id": id, "status": "active", "created_at": "2026-03-14T09:26:53Z",
        "last_accessed_at": "2026-03-14T09:26:53Z", "idle_timeout_minutes": 3, "max_duration_minutes": 15,
        "timeout_minutes": 3,
    }))
}

/// What an `httpmock` server answers where no mock matches.
fn is_unmatched<T: std::fmt::Debug>(outcome: Result<T, Error>) -> bool {
    outcome.unwrap_err().status() == Some(StatusCode::NOT_FOUND)
}

#[tokio::test]
async fn a_typed_request_matches_and_any_other_does_not() {
    let (server, client) = server_and_client();
    let body = |password: &str| -> types::AddCredentialsRequest {
        typed(json!({ "url": "https://shop.example.com", "credentials": {"username": "anna", "password": password} }))
    };
    let mock = server.operation(Client::vault_credentials_add, |when, then| {
        when.path("vault_id", "vlt-1").body(&body("right"));
        then.ok(&typed(json!({ "status": "added", "newer": {"than": "this"} })));
    });

    let add = |vault: &str, password| client.vault_credentials_add().vault_id(vault).body(body(password));
    let added = add("vlt-1", "right").send().await.unwrap();
    assert_eq!(added.status.as_deref(), Some("added"));
    assert_eq!(added.extra["newer"], json!({ "than": "this" }));
    assert!(is_unmatched(add("vlt-1", "wrong").send().await));
    assert!(is_unmatched(add("vlt-2", "right").send().await));
    assert!(is_unmatched(client.vault_credentials_list().vault_id("vlt-1").send().await));
    mock.assert_calls(1);
}

#[tokio::test]
async fn a_body_from_builders_matches_by_what_is_set() {
    let (server, client) = server_and_client();
    let mock = server.operation(Client::session_start, |when, then| {
        when.body(&json!({ "solve_captchas": true, "profile": {"id": "p-1"}, "brand_new": 1 }));
        then.ok(&session("s-1"));
    });
    let body = types::SessionStartRequest::builder()
        .solve_captchas(true)
        .profile(types::SessionProfile::builder().id("p-1"))
        .extra([("brand_new", 1)].into_iter().collect::<notte_api::wire::Extra>());
    assert_eq!(client.session_start().body(body.clone()).send().await.unwrap().session_id, "s-1");
    assert!(is_unmatched(client.session_start().body(body.solve_captchas(false)).send().await));
    mock.assert_calls(1);
}

#[tokio::test]
async fn an_id_matches_itself_only() {
    const IDS: &[&str] = &[
        "ab",
        "a b",
        "a%20b",
        "a+b",
        "a.b",
        "aXb",
        "a%2Fb",
        "a%2fb",
        "a%5Cb",
        "a∕b",
        "a⧸b",
        "a|b",
        "a",
        "b",
        "(a)",
        "(a)?",
        "[ab]",
        "[^a]*",
        ".*",
        "...",
        "^a$",
        "$",
        "^",
        "a*",
        "a{2}",
        "aa",
        "u0061",
        "a?b",
        "a#b",
        "a&b=c",
        "é",
        "%C3%A9",
        "e\u{301}",
        "A",
        "~",
        " ",
        "a ",
        "a;b",
        "a:b@c",
        "{session_id}",
    ];
    let (server, client) = server_and_client();
    let mocks: Vec<_> = IDS
        .iter()
        .map(|text| {
            server.operation(Client::session_status, |when, then| {
                when.path("session_id", text);
                then.ok(&session(text));
            })
        })
        .collect();
    for text in IDS {
        let answer = client.session_status().session_id(*text).send().await;
        assert_eq!(answer.unwrap_or_else(|error| panic!("{text:?}: {error}")).session_id, *text);
    }
    for (mock, text) in mocks.iter().zip(IDS) {
        assert_eq!(mock.calls(), 1, "{text:?}");
    }
    assert!(is_unmatched(client.session_status().session_id("another").send().await));
}

#[tokio::test]
async fn each_of_two_ids_matches_in_its_place() {
    let (server, client) = server_and_client();
    let mock = server.operation(Client::delete_session_file, |when, then| {
        when.path("session_id", "s (1)").path("file_id", "é.pdf");
        then.no_content();
    });
    let delete = |session: &str, file: &str| client.delete_session_file().session_id(session).file_id(file).send();
    delete("s (1)", "é.pdf").await.unwrap();
    for (session, file) in [("é.pdf", "s (1)"), ("s (1)", "éxpdf"), ("s 1", "é.pdf"), ("s (1)", "é.pdf.pdf")] {
        assert!(is_unmatched(delete(session, file).await), "{session} {file}");
    }
    mock.assert_calls(1);
}

#[tokio::test]
async fn an_open_query_parameter_matches_known_and_unknown_values() {
    let (server, client) = server_and_client();
    let unknown = Open::<types::FileSource>::from("from the+future&more");
    let known: Open<types::FileSource> = types::FileSource::UserUpload.into();
    assert!(matches!((&known, &unknown), (Open::Known(_), Open::Unknown(_))), "{known:?} {unknown:?}");
    let page = |total: i64| typed(json!({ "files": [], "limit": 10, "offset": 0, "total": total }));
    for (total, source) in [(1, &known), (2, &unknown)] {
        server.operation(Client::list_session_files, |when, then| {
            when.path("session_id", "s-1").query("source", source).query("limit", 10);
            then.ok(&page(total));
        });
    }
    let list = || client.list_session_files().session_id("s-1").limit(10);
    assert_eq!(list().source(known).send().await.unwrap().total, 1);
    assert_eq!(list().source(unknown).send().await.unwrap().total, 2);
    assert!(is_unmatched(list().source("another").send().await));
    assert!(is_unmatched(list().limit(11).source("user_upload").send().await));
}

#[tokio::test]
async fn a_query_parameter_that_is_none_has_to_be_missing() {
    let (server, client) = server_and_client();
    let mock = server.operation(Client::list_sessions, |when, then| {
        when.query::<bool>("only_active", None).query::<i64>("page", None).query("page_size", 50);
        then.ok(&typed(
            json!({ "items": [session("s-1")], "page": 1, "page_size": 50, "has_next": false, "has_previous": false }),
        ));
    });
    let list = || client.list_sessions().page_size(50);
    assert_eq!(list().send().await.unwrap().items[0].session_id, "s-1");
    assert_eq!(list().include_system(true).send().await.unwrap().items.len(), 1, "what is not said may be anything");
    assert!(is_unmatched(list().only_active(false).send().await));
    assert!(is_unmatched(list().page(1).send().await));
    assert!(is_unmatched(client.list_sessions().send().await));
    mock.assert_calls(2);
}

#[tokio::test]
async fn a_required_and_a_secret_query_parameter_match_by_value() {
    let (server, client) = server_and_client();
    let url = "https://shop.example.com/?a=1&b=2#c d";
    let mock = server.operation(Client::vault_credentials_delete, |when, then| {
        when.path("vault_id", "vlt-1").query("url", url);
        then.ok(&typed(json!({ "status": "success" })));
    });
    client.vault_credentials_delete().vault_id("vlt-1").url(url).send().await.unwrap();
    assert!(is_unmatched(client.vault_credentials_delete().vault_id("vlt-1").url("https://shop").send().await));
    mock.assert_calls(1);
}

#[tokio::test]
async fn a_binary_answer_arrives_as_its_bytes() {
    let (server, client) = server_and_client();
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    server.operation(Client::download_session_file, |when, then| {
        when.path("session_id", "s-1").path("file_id", "f-1");
        then.bytes(&bytes);
    });
    let answer = client.download_session_file().session_id("s-1").file_id("f-1").send().await.unwrap();
    assert_eq!(answer.into_inner().bytes().await.unwrap(), bytes);
}

#[tokio::test]
async fn an_answer_without_a_body_is_a_success() {
    let (server, client) = server_and_client();
    let mock = server.operation(Client::delete_secret, |when, then| {
        when.path("secret_id", "sec-1");
        then.no_content();
    });
    let answer = client.delete_secret().secret_id("sec-1").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    mock.assert_calls(1);
}

#[tokio::test]
async fn an_upload_matches_and_its_content_can_be_asserted() {
    let (server, client) = server_and_client();
    let file = json!({
        "id": "f-1", "session_id": "s-1", "filename": "a b.csv", "mime_type": "text/csv", "size": 8, "source": "user_upload",
        "checksum": "0", "created_at": "2026-03-14T09:26:53Z", "expires_at": "2026-04-14T09:26:53Z",
    });
    let mock = server.operation(Client::upload_session_file, |when, then| {
        let when = when.path("session_id", "s-1").into_inner();
        when.method(Method::POST).body_includes("a,b\n1,2\n").body_includes("text/csv");
        then.ok(&typed(file));
    });
    let upload = |text: &'static str| {
        let part = Part::bytes("a b.csv", text).mime("text/csv");
        client.upload_session_file().session_id("s-1").file(part).send()
    };
    assert_eq!(upload("a,b\n1,2\n").await.unwrap().filename, "a b.csv");
    assert!(is_unmatched(upload("a,b\n").await));
    mock.assert_calls(1);
}

#[tokio::test]
async fn an_answer_can_be_what_the_document_does_not_have() {
    let (server, client) = server_and_client();
    server.operation(Client::session_stop, |when, then| {
        when.path("session_id", "s-1");
        then.error(409, "it is closed");
    });
    let error = client.session_stop().session_id("s-1").send().await.unwrap_err();
    assert_eq!((error.status(), error.detail()), (Some(StatusCode::CONFLICT), Some("it is closed")));
}
