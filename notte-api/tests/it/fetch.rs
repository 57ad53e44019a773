//! Files at signed addresses, over real sockets: who gets what, and what is printed.
use crate::support::{KEY, Server, answer, json};
use notte_api::{CallOptions, ErrorKind, Fetch, SendOnce};

#[tokio::test]
async fn a_signed_address_gets_neither_the_key_nor_a_header_of_ours() {
    let storage = Server::start([answer(200, "", "video")]).await;
    let client = Server::start([]).await.client().with_options(CallOptions::new().header("x-mine", "1"));
    let fetch = Fetch::new(format!("{}/v.mp4?sig=hunter2", storage.url));
    assert_eq!(&fetch.send_on(&client).await.unwrap().into_inner().bytes().await.unwrap()[..], b"video");
    let request = &storage.requests()[0];
    assert_eq!(request.line, "GET /v.mp4?sig=hunter2");
    for (name, value) in &request.headers {
        assert!(!["authorization", "x-mine"].contains(&name.as_str()) && !name.starts_with("x-notte-"), "{name}");
        assert!(!value.contains(KEY), "{name}");
    }
}

#[tokio::test]
async fn an_error_does_not_print_the_address() {
    let storage = Server::start([json(403, r#"{"detail":"expired: sig=hunter2"}"#)]).await;
    let client = Server::start([]).await.client();
    let error = Fetch::new(format!("{}/v.mp4?sig=hunter2", storage.url)).send_on(&client).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 403);
    for address in ["hunter2", "ftp://a.test/hunter2"] {
        let refused = Fetch::new(address).send_on(&client).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
        assert!(!refused.may_have_been_sent());
        assert!(!format!("{error} {error:?} {refused} {refused:?} {:?}", Fetch::new(address)).contains("hunter2"));
    }
}

#[tokio::test]
async fn a_client_of_a_service_over_https_fetches_nothing_in_clear_text() {
    let client = notte_api::Client::new(KEY).unwrap();
    let error = Fetch::new("http://127.0.0.1:1/v.mp4").send_on(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}
