//! Functions over a real socket: uploaded, changed, scheduled, run with their logs, read back.
use std::{path::PathBuf, time::Duration};

use crate::support::{Fault, KEY, Server};
use futures_util::TryStreamExt as _;
use notte_ext::{
    ErrorKind, Function, RunEvent, RunPayload,
    notte_api::types::{FunctionRunStatus, FunctionRuntime, FunctionSource},
};
use serde_json::{Value, json};

const START: &str = "POST /functions/f-1/runs/r-1";

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

fn sent(server: &Server, line: &str) -> Value {
    serde_json::from_str(&server.last(line).body).unwrap()
}

fn function(server: &Server) -> Function {
    server.notte().functions().attach("f-1")
}

fn info() -> Value {
    json!({
        "function_id": "f-1", "created_at": "2025-01-02T03:04:05Z", "updated_at": "2025-01-02T03:04:05Z",
        "latest_version": "v1", "versions": ["v1"], "status": "active",
    })
}

fn info_at(url: &str) -> Value {
    let mut info = info();
    info["url"] = url.into();
    info
}

fn result(status: &str, result: &Value) -> Value {
    json!({"function_id": "f-1", "function_run_id": "r-1", "session_id": "s-1", "status": status, "result": result})
}

/// Answers to a run: its id, then what it says.
fn runs(server: &Server, says: &str) {
    let created = json!({"function_id": "f-1", "function_run_id": "r-1", "created_at": "2025-01-02T03:04:05Z"});
    say(server, "POST /functions/f-1/runs/create", &created);
    server.fail(START, [Fault::Say(says.to_owned())]);
}

fn event(kind: &str, message: &Value) -> String {
    format!("data: {}\n\n", json!({"type": kind, "message": message}))
}

/// A folder of one test's own, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("notte-functions-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_python_file_becomes_a_function_and_a_version() {
    let (server, folder) = (Server::start(), Folder::new("upload"));
    let path = folder.file("flights.py", "def run(): ...");
    say(&server, "POST /functions", &info());
    let create = server.notte().functions().create(&path).name("flights").description("Watches.").shared(false);
    let function = create.restricted(false).response_format(json!({"type": "object"})).await.unwrap();
    assert_eq!(function.id().as_str(), "f-1");
    let request = server.last("POST /functions?restricted=false");
    for part in ["filename=\"flights.py\"", "def run(): ...", "Watches.", "\"shared\"", r#"{"type":"object"}"#] {
        assert!(request.body.contains(part), "{part}");
    }
    say(&server, "POST /functions/f-1", &info());
    function.update(&path).version("v7").restricted(true).response_format(json!({})).await.unwrap();
    let line = server.last("POST /functions/f-1").line;
    assert!(line.contains("version=v7") && line.contains("restricted=true"), "{line}");
    say(&server, "POST /functions", &info());
    server.notte().functions().create(&path).await.unwrap();
    let body = server.last("POST /functions").body;
    assert_eq!(body.matches("name=\"").count() - body.matches("filename=\"").count(), 1, "only the file: {body}");
}

#[tokio::test]
async fn what_is_no_python_file_is_never_uploaded() {
    let (server, folder) = (Server::start(), Folder::new("refused"));
    let too_large = folder.file("large.py", "");
    std::fs::File::options().write(true).open(&too_large).unwrap().set_len(17 * 1024 * 1024).unwrap();
    for (path, kind) in [
        (folder.file("flights.txt", "x"), ErrorKind::InvalidRequest),
        (folder.0.join("missing.py"), ErrorKind::File),
        (folder.0.clone(), ErrorKind::InvalidRequest),
        (PathBuf::new(), ErrorKind::InvalidRequest),
        (too_large, ErrorKind::InvalidRequest),
    ] {
        let error = server.notte().functions().create(&path).await.err().unwrap();
        assert_eq!(error.kind(), kind, "{path:?}");
    }
    assert_eq!(server.count("POST"), 0);
}

#[tokio::test]
async fn an_upload_that_was_refused_is_sent_again_and_one_that_may_have_arrived_is_not() {
    let (server, folder) = (Server::start(), Folder::new("again"));
    let path = folder.file("x.py", "def run(): ...");
    server.fail("POST /functions", [Fault::Refuse(529, "", ""), Fault::Say(info().to_string())]);
    let function = server.notte().functions().create(&path).await.unwrap();
    assert_eq!((function.created().unwrap().latest_version.as_str(), server.count("POST")), ("v1", 2));
    assert!(server.last("POST /functions").body.contains("def run(): ..."), "the second attempt has the source too");
    server.fail("POST /functions/f-1", [Fault::Cut]);
    let error = function.update(&path).await.unwrap_err();
    assert!(error.may_have_been_sent() && server.count("POST /functions/f-1") == 1, "{error}");
}

#[tokio::test]
async fn a_function_is_changed_scheduled_forked_and_deleted() {
    let server = Server::start();
    let function = function(&server);
    say(&server, "PATCH /functions/f-1", &info());
    let edit = function.edit().name("n").description("d").domain("e.com").instructions("i").self_healing(true);
    let edit = edit.shared(true).default_runtime(FunctionRuntime::Extended);
    edit.response_format(serde_json::Map::new()).await.unwrap();
    let expected = json!({
        "name": "n", "description": "d", "domain": "e.com", "instructions": "i", "self_healing": true, "shared": true,
        "default_runtime": "extended", "response_format": {},
    });
    assert_eq!(sent(&server, "PATCH /functions/f-1"), expected);
    say(&server, "POST /functions/f-1/rollback", &info());
    function.rollback("v1").restricted(false).await.unwrap();
    assert_eq!(sent(&server, "POST /functions/f-1/rollback?restricted=false"), json!({"version": "v1"}));
    say(&server, "POST /functions/f-1/schedule", &json!({"status": "scheduled"}));
    function.schedule("0 7 * * 1").variable("city", "Porto").variables(json!({"nights": 3})).await.unwrap();
    let expected = json!({"cron": "0 7 * * 1", "variables": {"city": "Porto", "nights": 3}});
    assert_eq!(sent(&server, "POST /functions/f-1/schedule"), expected);
    say(&server, "DELETE /functions/f-1/schedule", &json!({"status": "deleted"}));
    function.unschedule().await.unwrap();
    let mut copy = info();
    copy["function_id"] = "f-2".into();
    say(&server, "POST /functions/f-1/fork", &copy);
    assert_eq!(function.fork().await.unwrap().id().as_str(), "f-2");
    say(&server, "DELETE /functions/f-1", &json!({"status": "failure", "message": "it runs"}));
    assert_eq!(function.delete().await.unwrap_err().to_string(), "function_delete failed: it runs");
}

#[tokio::test]
async fn a_run_tells_its_log_and_gives_its_result() {
    #[derive(serde::Serialize)]
    struct Trip {
        city: &'static str,
    }

    let server = Server::start();
    let end = result("closed", &json!({"price": 83})).to_string();
    let says = [
        ": a comment\n".to_owned(),
        event("session_start", &json!({"session_id": "s-1"})),
        event("log", &json!("first\nline")),
        "data: {\"type\": \"log\", broken\n".to_owned(),
        event("something_newer", &json!(1)),
        format!("data: half\rdata: {}\r\r", json!({"type": "log", "message": "second"})),
        event("result", &end.into()),
        event("log", &json!("never read")),
    ];
    runs(&server, &says.concat());
    let function = function(&server);
    let mut log = Vec::new();
    let run = function.run().variables(Trip { city: "Porto" }).variable("nights", 3).runtime(FunctionRuntime::Extended);
    let done = run.on_log(|line| log.push(line.to_owned())).await.unwrap();
    assert_eq!((done.result, done.session_id.as_deref()), (Some(json!({"price": 83})), Some("s-1")));
    assert_eq!(log, ["first\nline", "second"]);
    assert_eq!(sent(&server, "POST /functions/f-1/runs/create"), json!({}));
    let expected = json!({
        "workflow_id": "f-1", "workflow_run_id": "r-1", "stream": true, "runtime": "extended",
        "variables": {"city": "Porto", "nights": 3},
    });
    assert_eq!(sent(&server, START), expected);
    assert!(server.last(START).head.contains(&format!("x-notte-api-key: {KEY}")));
}

#[tokio::test]
async fn what_a_run_says_is_a_stream_too() {
    let server = Server::start();
    let end = result("closed", &Value::Null);
    runs(&server, &[event("session_start", &json!("s-1")), event("log", &json!("a")), event("result", &end)].concat());
    let events = function(&server).run().events().await.unwrap();
    assert_eq!(events.run().id().as_str(), "r-1");
    let events: Vec<_> = events.try_collect().await.unwrap();
    assert_eq!(events[..2], [RunEvent::SessionStart("s-1".into()), RunEvent::Log("a".into())]);
    assert!(matches!(&events[2..], [RunEvent::Result(result)] if result.status == FunctionRunStatus::Closed));
}

#[tokio::test]
async fn a_run_that_tells_nothing_gives_its_result_alone() {
    let server = Server::start();
    let function = function(&server);
    say(&server, "POST /functions/f-1/runs/r-9", &result("closed", &json!(42)));
    let done = function.run().run_id("r-9").stream(false).await.unwrap();
    assert_eq!((done.result, server.count("POST")), (Some(json!(42)), 1));
    let expected = json!({"workflow_id": "f-1", "workflow_run_id": "r-9", "stream": false, "variables": {}});
    assert_eq!(sent(&server, "POST"), expected);
}

#[tokio::test]
async fn a_run_that_failed_is_an_error_unless_told_otherwise() {
    let server = Server::start();
    let function = function(&server);
    runs(&server, &event("result", &result("failed", &json!("no such\ncity"))));
    let error = function.run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Execution);
    assert_eq!(error.to_string(), "function_run_start_created failed: run r-1 failed: no such city");
    runs(&server, &event("result", &result("failed", &json!("no such city"))));
    let done = function.run().allow_failure(true).await.unwrap();
    assert_eq!(done.status, FunctionRunStatus::Failed);
}

#[tokio::test]
async fn a_run_without_a_result_is_an_error_and_is_never_started_twice() {
    let server = Server::start();
    let function = function(&server);
    let half = event("result", &result("closed", &Value::Null));
    for says in
        [String::new(), event("log", &json!("a")), event("result", &json!("{")), half[..half.len() / 2].to_owned()]
    {
        runs(&server, &says);
        let error = function.run().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.may_have_been_sent(), "{says}: {error}");
    }
    assert_eq!(server.count(START), 4);
    runs(&server, "");
    server.fail(START, [Fault::Cut, Fault::Refuse(500, "", "")]);
    let error = function.run().run_id("r-1").await.unwrap_err();
    assert_eq!((error.kind(), server.count(START)), (ErrorKind::Decode, 5));
    for kind in [ErrorKind::Transport, ErrorKind::Server] {
        let error = function.run().run_id("r-1").await.unwrap_err();
        assert!(error.kind() == kind && error.may_have_been_sent(), "{error}");
    }
    assert_eq!(server.count(START), 7);
}

#[tokio::test]
async fn why_a_run_did_not_work_is_not_lost_in_whatever_form_it_is_told() {
    let server = Server::start();
    let function = function(&server);
    for says in [
        json!({"detail": "no such\ncity"}).to_string(),
        json!({"error": "no such city"}).to_string(),
        event("error", &json!("no such city")),
        "event: error\ndata: no such city\n\n".to_owned(),
        event("result", &result("failed", &json!("no such city"))),
    ] {
        runs(&server, &says);
        let error = function.run().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Execution && error.to_string().contains("no such city"), "{says}: {error}");
    }
}

#[tokio::test]
async fn what_a_run_says_is_printed_without_what_it_was_sent() {
    let server = Server::start();
    let function = function(&server);
    let said = "hunter2 at https://e.com/?token=marker-7, key-7f3a-marker";
    for says in [event("result", &result("failed", &json!(said))), event("error", &json!(said))] {
        runs(&server, &says);
        let error = function.run().variable("password", "hunter2").await.unwrap_err();
        let printed = format!("{error} {error:?}");
        assert!(["hunter2", "marker"].iter().all(|secret| !printed.contains(secret)), "{printed}");
        assert!(printed.contains("https://e.com/…"), "{printed}");
    }
}

#[tokio::test]
async fn a_run_that_takes_too_long_goes_on_and_is_named() {
    let server = Server::start();
    runs(&server, "");
    server.fail("POST /functions/f-1/runs/r-7", [Fault::Stall]);
    let function = function(&server);
    let error = function.run().run_id("r-7").deadline(Duration::from_millis(100)).await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_been_sent(), "{error}");
    assert!(error.to_string().contains("r-7"), "{error}");
}

#[tokio::test]
async fn variables_that_cannot_be_are_never_sent() {
    let server = Server::start();
    let function = function(&server);
    for run in [function.run().variables("hunter2"), function.run().variable("a", 1).variable("a", 2)] {
        let error = run.await.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidRequest && !error.to_string().contains("hunter2"), "{error}");
    }
    assert_eq!(server.count("POST"), 0);
}

#[tokio::test]
async fn a_run_is_looked_at_stopped_and_reported_on() {
    let server = Server::start();
    let run = function(&server).attach_run("r-1");
    let status = json!({
        "function_id": "f-1", "function_run_id": "r-1", "status": "active", "created_at": "2025-01-02T03:04:05Z",
        "updated_at": "2025-01-02T03:04:05Z",
    });
    say(&server, "GET /functions/f-1/runs/r-1", &status);
    assert_eq!(run.status().await.unwrap().status, FunctionRunStatus::Active);
    for result in [json!({"price": 83}), json!([1, 2]), json!(42)] {
        let mut status = status.clone();
        status["result"] = result.clone();
        say(&server, "GET /functions/f-1/runs/r-1", &status);
        assert_eq!(run.status().await.unwrap().result, Some(result.to_string()));
    }
    let changed = json!({"function_id": "f-1", "function_run_id": "r-1", "updated_at": "2025-01-02T03:04:05Z"});
    say(&server, "DELETE /functions/f-1/runs/r-1", &changed);
    run.stop().await.unwrap();
    say(&server, "PATCH /functions/f-1/runs/r-1", &changed);
    let report =
        run.update(FunctionRunStatus::Closed).session_id("s-1").logs(["a"]).variables(json!({"city": "Porto"}));
    let report = report.result([1, 2]).result_preview("[1");
    report.await.unwrap();
    let expected = json!({
        "status": "closed", "session_id": "s-1", "logs": ["a"], "variables": {"city": "Porto"}, "result": [1, 2],
        "result_preview": "[1",
    });
    assert_eq!(sent(&server, "PATCH"), expected);
    let error = run.update(FunctionRunStatus::Closed).result_preview("x".repeat(16_001)).await.unwrap_err();
    assert!(error.to_string().contains("16000") && server.count("PATCH") == 1, "{error}");
    say(
        &server,
        "POST /functions/f-1/runs/create",
        &json!({"function_id": "f-1", "function_run_id": "r-5", "created_at": "2025-01-02"}),
    );
    assert_eq!(function(&server).create_run(true).await.unwrap().id().as_str(), "r-5");
    assert_eq!(sent(&server, "POST"), json!({"local": true}));
}

#[tokio::test]
async fn a_value_that_was_uploaded_is_checked_before_it_is_given() {
    let server = Server::start();
    let run = function(&server).attach_run("r-1");
    // SHA-256 of "abc".
    let reference =
        json!({"upload_id": "u-1", "size_bytes": 3, "sha256": "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="});
    let status = json!({
        "function_id": "f-1", "function_run_id": "r-1", "status": "closed", "created_at": "2025-01-02T03:04:05Z",
        "updated_at": "2025-01-02T03:04:05Z", "payloads": {"result": reference},
        "payload_urls": {"result": format!("{}/signed?sig=hunter2", server.url)},
    });
    server.fail("GET /functions/f-1/runs/r-1", (0..3).map(|_| Fault::Say(status.to_string())));
    server.fail("GET /signed", [Fault::Say("abc".into()), Fault::Say("abd".into())]);
    assert_eq!(run.payload(RunPayload::Result).await.unwrap().unwrap(), "abc");
    assert!(server.last("GET /functions").line.ends_with("?payload_mode=references"));
    assert!(!server.last("GET /signed").head.contains(KEY), "a signed address gets no key");
    let error = run.payload(RunPayload::Result).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && !format!("{error:?}").contains("hunter2"), "{error}");
    assert!(run.payload(RunPayload::Logs).await.unwrap().is_none());
}

#[tokio::test]
async fn source_is_read_without_the_key_and_overwrites_nothing() {
    let (server, folder) = (Server::start(), Folder::new("download"));
    let function = function(&server);
    let link = format!("{}/signed?sig=hunter2", server.url);
    server.fail("GET /functions/f-1", (0..3).map(|_| Fault::Say(info_at(&link).to_string())));
    server.fail("GET /signed", (0..2).map(|_| Fault::Say("def run(): ...".into())));
    let path = folder.0.join("flights.py");
    function.download().version("v1").of_run("r-1").save(&path).await.unwrap();
    let line = server.last("GET /functions/f-1").line;
    assert!(line.contains("version=v1") && line.contains("function_run_id=r-1"), "{line}");
    assert!(!server.last("GET /signed").head.contains(KEY), "a signed address gets no key");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "def run(): ...");
    let error = function.download().save(&path).await.unwrap_err();
    assert_eq!((error.kind(), server.count("GET")), (ErrorKind::File, 2));
    function.download().save(&path).overwrite().await.unwrap();
    assert!(!format!("{:?}", function.info().await.unwrap()).contains("hunter2"));
}

#[tokio::test]
async fn encrypted_source_needs_its_key() {
    let server = Server::start();
    let function = function(&server);
    say(&server, "GET /functions/f-1", &info_at("gAAAAhunter2"));
    let error = function.download().text().await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidRequest && error.to_string().contains("decryption key"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    say(&server, "GET /functions/f-1", &info_at(&format!("{}/signed", server.url)));
    server.fail("GET /signed", [Fault::Say("pass".into())]);
    let download = function.download().decryption_key("hunter2");
    assert!(!format!("{download:?}").contains("hunter2"));
    assert_eq!(download.text().await.unwrap(), "pass");
    assert!(server.last("GET /functions/f-1").line.ends_with("?decryption_key=hunter2"));
}

#[tokio::test]
async fn functions_and_runs_are_listed() {
    let server = Server::start();
    let page = json!({"items": [info()], "page": 1, "page_size": 10, "has_next": false, "has_previous": false});
    say(&server, "GET /functions?", &page);
    let functions: Vec<_> = server.notte().functions().list().items().try_collect().await.unwrap();
    assert_eq!(functions[0].function_id, "f-1");
    let run = json!({
        "function_id": "f-1", "function_run_id": "r-1", "status": "closed", "created_at": "2025-01-02T03:04:05Z",
        "updated_at": "2025-01-02T03:04:05Z",
    });
    let page = json!({"items": [run], "page": 1, "page_size": 10, "has_next": false, "has_previous": false});
    say(&server, "GET /functions/f-1/runs", &page);
    let runs = function(&server).runs().only_active(false).source(FunctionSource::Cli);
    let runs: Vec<_> = runs.items().try_collect().await.unwrap();
    assert_eq!(runs[0].function_run_id, "r-1");
    let line = server.last("GET /functions/f-1/runs").line;
    assert!(line.contains("only_active=false") && line.contains("source=cli"), "{line}");
}

#[tokio::test]
async fn a_value_that_is_too_large_for_a_report_is_uploaded_on_its_own() {
    let server = Server::start();
    let run = function(&server).attach_run("r-1");
    let large = "x".repeat(1024 * 1024);
    let reference = json!({"upload_id": "u-1", "size_bytes": large.len() + 2, "sha256": "ab"});
    let place = json!({"reference": reference, "url": format!("{}/put?sig=hunter2", server.url),
        "headers": {"x-checksum": "ab"}});
    say(&server, "POST /functions/f-1/runs/r-1/payloads/result/upload", &place);
    server.fail("PUT /put", [Fault::Refuse(503, "", ""), Fault::Say(String::new())]);
    let changed = json!({"function_id": "f-1", "function_run_id": "r-1", "updated_at": "2025-01-02T03:04:05Z"});
    say(&server, "PATCH /functions/f-1/runs/r-1", &changed);
    run.update(FunctionRunStatus::Closed).result(&large).logs(["a"]).await.unwrap();
    assert_eq!(sent(&server, "POST /functions/f-1/runs/r-1/payloads")["size_bytes"], large.len() + 2);
    let put = server.last("PUT /put");
    assert_eq!((put.body, server.count("PUT")), (format!("\"{large}\""), 2));
    assert!(put.head.contains("x-checksum: ab") && !put.head.contains(KEY), "a signed address gets no key");
    let report = sent(&server, "PATCH");
    assert_eq!((&report["payloads"]["result"], &report["logs"]), (&reference, &json!(["a"])));
    assert_eq!(report["result_preview"].as_str().unwrap().len(), 16_000);
    assert!(report.get("result").is_none());

    say(&server, "POST /functions/f-1/runs/r-1/payloads/result/upload", &place);
    server.fail("PUT /put", [Fault::Refuse(307, "location: http://127.0.0.1:1/x\r\n", "")]);
    let error = run.update(FunctionRunStatus::Closed).result(&large).await.unwrap_err();
    assert!(error.status() == Some(307) && !format!("{error:?}").contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn the_runtime_of_functions_can_be_asked_how_it_is() {
    let server = Server::start();
    say(&server, "GET /functions/health", &json!({"status": "ok", "reachable": true}));
    assert_eq!(server.notte().functions().health().await.unwrap()["status"], "ok");
}
