//! An item that does not decode is reported at its place, and costs no other.

use notte_ext::{ErrorKind, notte_api::types::SmsResponse};
use serde_json::{Value, json};

use crate::support::{Fault, Server, session};

const AT: &str = "2025-01-02T03:04:05Z";

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

fn page(items: &[Value], has_next: bool) -> Value {
    json!({"items": items, "page": 1, "page_size": 2, "has_next": has_next, "has_previous": false})
}

fn good(id: &str) -> Value {
    serde_json::from_str(&session(id, "active")).unwrap()
}

fn odd(id: &str) -> Value {
    let mut odd = good(id);
    odd["created_at"] = "some day".into();
    odd
}

#[tokio::test]
async fn an_odd_item_is_an_error_with_its_json_and_place_and_the_list_goes_on() {
    let server = Server::start();
    let notte = server.notte();
    server.fail(
        "GET /sessions",
        [
            Fault::Say(page(&[odd("s-1"), good("s-2")], true).to_string()),
            Fault::Say(page(&[good("s-3"), json!(7)], false).to_string()),
        ],
    );
    let mut items = notte.sessions().list().items();
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        found.push(item.map(|session| session.session_id));
    }
    let ids: Vec<_> = found.iter().map(|item| item.as_deref().ok()).collect();
    assert_eq!(ids, [None, Some("s-2"), Some("s-3"), None]);
    let error = found[0].as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.operation(), error.json_path()),
        (ErrorKind::Decode, Some("list_sessions"), Some("created_at"))
    );
    let item = error.item().unwrap();
    assert_eq!((item.index(), item.value()), (0, &odd("s-1")));
    assert_eq!(
        error.to_string(),
        "list_sessions failed: item 0 of the list does not decode at created_at: not a timestamp"
    );
    assert_eq!(found[3].as_ref().unwrap_err().item().unwrap().value(), &json!(7));
}

#[tokio::test]
async fn all_pages_are_one_list_and_one_page_can_be_had() {
    let server = Server::start();
    let notte = server.notte();
    server.fail(
        "GET /sessions",
        [
            Fault::Say(page(&[odd("s-1"), good("s-2")], true).to_string()),
            Fault::Say(page(&[good("s-3"), odd("s-4")], false).to_string()),
            Fault::Say(page(&[good("s-5")], true).to_string()),
        ],
    );
    let all = notte.sessions().list().all().await.unwrap();
    assert_eq!(all.iter().map(|session| &session.session_id).collect::<Vec<_>>(), ["s-2", "s-3"]);
    assert_eq!(all.odd().iter().map(notte_ext::notte_api::wire::OddItem::index).collect::<Vec<_>>(), [0, 3]);
    let list = notte.sessions().list().only_active(false).page_size(1);
    assert_eq!(list.page(7).await.unwrap().items.len(), 1);
    let line = server.last("GET /sessions").line;
    for part in ["page=7", "page_size=1", "only_active=false"] {
        assert!(line.contains(part), "{line}");
    }
}

#[tokio::test]
async fn a_session_that_does_not_decode_may_be_one_that_was_lost() {
    let server = Server::start();
    let notte = server.notte();
    let known = notte.session().await.unwrap();
    let items = [odd("s-lost"), odd(known.id()), good("s-other"), good(known.id())];
    say(&server, "GET /sessions", &page(&items, false));
    let found = notte.sessions().started_since(std::time::SystemTime::now()).await.unwrap();
    assert_eq!(found.iter().map(|session| &session.session_id).collect::<Vec<_>>(), ["s-other"]);
    assert_eq!(found.odd().iter().map(|odd| odd.value()["session_id"].clone()).collect::<Vec<_>>(), ["s-lost"]);
}

#[tokio::test]
async fn no_list_loses_an_item_in_silence() {
    let server = Server::start();
    let notte = server.notte();
    let odd = json!([{"id": {}}]);
    say(&server, "GET /personas/p-1/emails", &odd);
    assert_eq!(notte.personas().attach("p-1").emails().await.unwrap().odd().len(), 1);
    say(&server, "GET /personas/p-1/sms", &odd);
    let sms: notte_ext::notte_api::wire::List<SmsResponse> = notte.personas().attach("p-1").sms().wait().await.unwrap();
    assert_eq!(sms.odd().len(), 1, "one that cannot be read has come all the same");
    say(&server, "GET /sessions/s-1/cookies", &json!({"cookies": odd}));
    say(
        &server,
        "GET /sessions/s-1/network/logs",
        &json!({"session_id": "s-1", "format": "batched_v1", "batches": odd, "total_batch_count": 1}),
    );
    let session = notte.sessions().attach("s-1");
    assert_eq!(session.cookies().await.unwrap().odd().len(), 1);
    let logs = session.network_logs().await.unwrap();
    assert_eq!((logs.files.odd().len(), logs.session.as_str(), logs.format.as_deref()), (1, "s-1", Some("batched_v1")));
    say(&server, "GET /profiles/p-1/cookies", &json!({"cookies": odd}));
    assert_eq!(notte.profiles().attach("p-1").cookies().await.unwrap().odd().len(), 1);
    say(&server, "GET /secrets", &json!({"items": odd}));
    assert_eq!(notte.secrets().list().await.unwrap().odd().len(), 1);
    say(&server, "GET /vaults/v-1", &json!({"credentials": odd}));
    assert_eq!(notte.vaults().attach("v-1").list().await.unwrap().odd().len(), 1);
}

#[tokio::test]
async fn what_is_unambiguous_is_read_as_the_official_client_reads_it() {
    let server = Server::start();
    let mut told = good("s-1");
    told["created_at"] = json!(1_735_787_045);
    told["idle_timeout_minutes"] = "3".into();
    told["duration"] = json!(41.5);
    say(&server, "GET /sessions/s-1", &told);
    let session = server.notte().sessions().attach("s-1").status().await.unwrap();
    assert_eq!((session.created_at.to_string().as_str(), session.idle_timeout_minutes), (AT, Some(3)));
    assert_eq!(session.duration.unwrap().as_str(), "PT41.5S");
}
