//! Personas over a real socket: made, asked about, and waited with for their messages.

use std::time::Duration;

use crate::support::{Fault, Server};
use futures_util::TryStreamExt as _;
use notte_ext::{ErrorKind, Persona, notte_api::types::PersonaEmailProvider};
use serde_json::{Value, json};

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

fn persona(server: &Server) -> Persona {
    server.notte().personas().attach("p-1")
}

fn info(vault: Option<&str>) -> Value {
    json!({"persona_id": "p-1", "email": "ada@notte.cc", "vault_id": vault, "phone_number": null, "status": "active"})
}

fn mail(id: &str) -> Value {
    json!({"email_id": id, "subject": "Hi", "created_at": "2025-01-02T03:04:05Z", "text_content": "https://e.com/c"})
}

#[tokio::test]
async fn a_persona_is_made_with_what_is_set() {
    let server = Server::start();
    server.fail("POST /personas/create", (0..2).map(|_| Fault::Say(info(None).to_string())));
    let notte = server.notte();
    assert_eq!(notte.personas().create().await.unwrap().id().as_str(), "p-1");
    assert_eq!(server.last("POST").body, "{}");
    let builder = notte.personas().create().vault(true).phone_number(true).name("tester");
    builder.email_provider(PersonaEmailProvider::Notte).await.unwrap();
    let body: Value = serde_json::from_str(&server.last("POST").body).unwrap();
    let expected =
        json!({"create_vault": true, "create_phone_number": true, "name": "tester", "email_provider": "notte"});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn its_messages_are_listed_with_every_filter() {
    let server = Server::start();
    let persona = persona(&server);
    say(&server, "GET /personas/p-1/emails", &json!([mail("m-1")]));
    let mails = persona.emails().limit(5).within(Duration::from_secs(300)).only_unread(true).await.unwrap();
    assert_eq!((mails[0].email_id.as_str(), mails[0].links()), ("m-1", vec!["https://e.com/c"]));
    let line = server.last("GET /personas/p-1/emails").line;
    for part in ["limit=5", "timedelta=PT300S", "only_unread=true"] {
        assert!(line.contains(part), "{line}");
    }
    say(&server, "GET /personas/p-1/sms", &json!([{"sms_id": "t-1", "body": "code 1", "created_at": "2025-01-02"}]));
    assert_eq!(persona.sms().await.unwrap()[0].body, "code 1");
    assert_eq!(server.last("GET").line, "GET /personas/p-1/sms");
    let error = persona.emails().limit(101).await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && error.to_string().contains("100"), "{error}");
    assert_eq!(server.count("GET"), 2);
    assert_eq!(persona.emails().limit(101).unchecked().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_wait_ends_with_the_first_message_and_survives_looks_that_fail() {
    let server = Server::start();
    let none = Fault::Say("[]".into());
    // Three attempts of one look fail.
    let broken = [Fault::Refuse(502, "", ""), Fault::Refuse(502, "", ""), Fault::Refuse(502, "", "")];
    let found = Fault::Say(json!([mail("m-7")]).to_string());
    server.fail("GET /personas/p-1/emails", [none].into_iter().chain(broken).chain([found]));
    let mails = persona(&server).emails().only_unread(true).wait().interval(Duration::ZERO).await.unwrap();
    assert_eq!((mails[0].email_id.as_str(), server.count("GET")), ("m-7", 5));
}

#[tokio::test]
async fn a_wait_without_messages_ends_by_its_deadline() {
    let server = Server::start();
    server.fail("GET /personas/p-1/sms", (0..9).map(|_| Fault::Say("[]".into())));
    let persona = persona(&server);
    let wait = persona.sms().wait().interval(Duration::ZERO);
    let error = wait.clone().deadline(Duration::from_millis(150)).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Deadline, Some("persona_sms_list")));
    let looks = server.count("GET");
    assert!(looks >= 2, "{looks}");
    assert!(wait.deadline(Duration::ZERO).await.unwrap_err().is_timeout());
    server.fail("GET /personas/p-1/emails", [Fault::Refuse(401, "", "")]);
    let refused = persona.emails().wait().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Auth, "what will not get better ends a wait at once");
}

#[tokio::test]
async fn a_login_of_its_own_is_kept_in_its_vault() {
    let server = Server::start();
    let persona = persona(&server);
    say(&server, "GET /personas/p-1", &info(Some("v-9")));
    say(&server, "POST /vaults/v-9/credentials", &json!({"status": "success"}));
    let password = persona.add_credentials("https://app.e.com").await.unwrap();
    let body: Value = serde_json::from_str(&server.last("POST").body).unwrap();
    let expected =
        json!({"url": "https://app.e.com", "credentials": {"email": "ada@notte.cc", "password": password.expose()}});
    assert_eq!(body, expected);
    say(&server, "GET /personas/p-1", &info(None));
    say(&server, "GET /personas/p-1", &info(None));
    assert!(persona.vault().await.unwrap().is_none());
    assert_eq!(persona.add_credentials("e.com").await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.count("POST"), 1);
}

#[tokio::test]
async fn a_number_is_given_and_taken_and_a_persona_deleted() {
    let server = Server::start();
    let persona = persona(&server);
    say(&server, "POST /personas/p-1/sms/number", &json!({"phone_number": "+15550100", "status": "created"}));
    say(&server, "DELETE /personas/p-1/sms/number", &json!({"status": "success"}));
    say(&server, "DELETE /personas/p-1", &json!({"status": "failure"}));
    assert_eq!(persona.create_number().await.unwrap(), "+15550100");
    assert_eq!(server.last("POST").body, "{}");
    persona.delete_number().await.unwrap();
    assert_eq!(persona.delete().await.unwrap_err().kind(), ErrorKind::Execution);
}

#[tokio::test]
async fn personas_are_listed() {
    let server = Server::start();
    let page = json!({"items": [info(None)], "page": 1, "page_size": 10, "has_next": false, "has_previous": false});
    say(&server, "GET /personas?", &page);
    let personas: Vec<_> = server.notte().personas().list().items().try_collect().await.unwrap();
    assert_eq!(personas[0].persona_id, "p-1");
}
