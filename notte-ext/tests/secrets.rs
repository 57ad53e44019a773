//! Nothing that is logged, at any level and from any thread, holds a key, a typed text, a cookie or a token.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use notte_ext::notte_api::types::FillAction;
use support::{Fault, KEY, Server};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_log_line_holds_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    // For every thread, the reaper's too.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();

    let server = Server::start();
    server.fail("POST /sessions/start", [Fault::Refuse(529, "", r#"{"detail":"busy with key-7f3a-marker"}"#)]);
    let notte = server.notte();
    let session = notte.session().extra_http_header("authorization", "hunter2").cdp_url("wss://x?token=hunter2");
    let session = session.await.unwrap();
    let fill = FillAction::try_from(FillAction::builder().id("I1").value("hunter2")).unwrap();
    session.execute(fill).await.unwrap();
    let cookies = session.cookies().await.unwrap();
    session.set_cookies(cookies).await.unwrap();
    let debug = session.debug().await.unwrap();
    server.fail("POST /sessions/s-1/page/execute", [Fault::DoneBut(500)]);
    let error = session.evaluate_js("hunter2").await.unwrap_err();
    server.fail("DELETE", [Fault::Refuse(401, "", r#"{"detail":"key-7f3a-marker"}"#)]);
    let refused = notte.sessions().attach("s-1").stop().await.unwrap_err();
    drop(session);
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());

    let printed = format!("{debug:?} {error} {error:?} {refused} {refused:?}");
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for text in ["trying again", "notte_call", "session_start", "attempt"] {
        assert!(logged.contains(text), "{text} is not in the log");
    }
    for secret in [KEY, "hunter2"] {
        for line in logged.lines().chain([printed.as_str()]) {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
