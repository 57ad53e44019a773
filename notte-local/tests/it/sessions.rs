//! Sessions over the real browser: lifecycle, timers, cap, cookies, files, and who may ask.

use std::time::Duration;

use futures_util::future::join_all;
use notte_local::Local;
use serde_json::{Value, json};

use crate::support::{Api, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_until_it_is_stopped_and_stopping_twice_is_fine() {
    let api = Api::start().await;
    let session = api.session_with(json!({"idle_timeout_minutes": 5, "proxies": true, "solve_captchas": true})).await;
    assert_eq!(session.start["status"], "active");
    assert_eq!(session.start["proxies"], false, "what does not happen is not claimed");
    assert_eq!(session.start["solve_captchas"], false);
    assert_eq!(session.start["idle_timeout_minutes"], 5);
    assert_eq!(api.get("/sessions").await["items"][0]["session_id"], session.id.as_str());
    let stopped = session.stop().await;
    assert_eq!((&stopped["status"], &stopped["close_reason"]), (&json!("closed"), &json!("manual")));
    assert_eq!(session.stop().await["closed_at"], stopped["closed_at"]);
    assert_eq!(api.get("/sessions/").await["items"], json!([]));
    assert_eq!(api.get("/sessions?only_active=False").await["items"].as_array().map(Vec::len), Some(1));
    let (status, _) = api.send("POST", &session.path("/page/observe"), Some(json!({}))).await;
    assert_eq!(status, 409);
    assert_eq!(api.send("GET", "/sessions/nope", None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unused_session_times_out_and_a_used_one_lives_to_its_maximum() {
    let api = Api::with(Local::builder().minute(Duration::from_millis(400))).await;
    let idle = api.session_with(json!({"idle_timeout_minutes": 1})).await;
    let used = api.session_with(json!({"idle_timeout_minutes": 2, "max_duration_minutes": 6})).await;
    let mut uses = 0;
    while api.send("GET", &used.path("/offset"), None).await.0 == 200 {
        uses += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(uses > 10, "used {uses} times: each use begins the idle time anew");
    let (used, idle) = (api.get(&used.path("")).await, api.get(&idle.path("")).await);
    assert_eq!((&used["status"], &used["close_reason"]), (&json!("timed_out"), &json!("max_duration")));
    assert_eq!((&idle["status"], &idle["close_reason"]), (&json!("timed_out"), &json!("idle_timeout")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_at_work_is_not_idle() {
    let api = Api::with(Local::builder().minute(Duration::from_millis(500))).await;
    let session = api.session_with(json!({"idle_timeout_minutes": 1})).await;
    session.does(json!({"type": "wait", "time_ms": 2000})).await;
    assert_eq!(api.get(&session.path("")).await["status"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_in_a_session_after_its_end() {
    let api = Api::start().await;
    let session = api.session().await;
    let ask = async |what: &str, body: Value| api.send("POST", &session.path(what), Some(body)).await;
    let wait = json!({"type": "wait", "time_ms": 30_000});
    let stop = async {
        // One is at work by then, and the others wait for it.
        tokio::time::sleep(Duration::from_millis(300)).await;
        session.stop().await
    };
    let began = std::time::Instant::now();
    let (first, second, third, stopped) = tokio::join!(
        ask("/page/execute", wait.clone()),
        ask("/page/execute", wait),
        ask("/page/observe", json!({})),
        stop
    );
    assert!(began.elapsed() < Duration::from_secs(20), "the waits ended with the session");
    for (status, answer) in [first, second, third] {
        assert_eq!(status, 409, "{answer}");
        assert!(answer["detail"].to_string().contains("closed"), "{answer}");
    }
    let after = api.get(&session.path("")).await;
    assert_eq!((&after["steps"], &after["last_accessed_at"]), (&json!([]), &stopped["last_accessed_at"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_more_than_the_cap_is_refused() {
    let api = Api::with(Local::builder().max_sessions(1)).await;
    let first = api.session().await;
    let (status, answer) = api.send("POST", "/sessions/start", Some(json!({}))).await;
    assert_eq!(status, 429, "{answer}");
    first.stop().await;
    api.session().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_request_outside_the_limits_is_refused_with_its_place() {
    let api = Api::start().await;
    for (body, field) in [
        (json!({"idle_timeout_minutes": 31}), "idle_timeout_minutes"),
        (json!({"max_duration_minutes": 0}), "max_duration_minutes"),
        (json!({"viewport_width": 499, "viewport_height": 600}), "viewport_width"),
        (json!({"colour": "red"}), "colour"),
        (json!({"chrome_args": ["--gpu-launcher=/bin/sh"]}), "chrome_args"),
        (json!({"chrome_args": ["--version"]}), "chrome_args"),
        (json!({"extra_http_headers": {"x-good": "1", "no name": "2"}}), "extra_http_headers"),
        (json!({"extra_http_headers": {"x-good": "two\nlines"}}), "extra_http_headers"),
        (json!({"extra_http_headers": {"Host": "elsewhere"}}), "extra_http_headers"),
        (json!({"user_agent": "two\nlines"}), "user_agent"),
    ] {
        let (status, answer) = api.send("POST", "/sessions/start", Some(body)).await;
        assert_eq!(status, 422, "{answer}");
        assert_eq!(answer["detail"][0]["loc"], json!(["body", field]));
    }
    for proxies in [json!("us"), json!([{"type": "notte", "country": "us"}])] {
        let session = api.session_with(json!({"proxies": proxies})).await;
        assert_eq!(session.start["proxies"], false, "the connection is direct");
        session.stop().await;
    }
    let managed = json!({"proxies": [{"type": "tailnet"}]});
    let (status, answer) = api.send("POST", "/sessions/start", Some(managed)).await;
    assert!(status == 400 && answer["detail"].is_string(), "{status} {answer}");
    let session = api.session_with(json!({"auth_ids": ["a"], "headless": false, "solve_captchas": true})).await;
    assert_eq!((&session.start["auth_ids"], &session.start["solve_captchas"]), (&json!([]), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_without_a_trace_counts_as_no_use() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    let accessed = async || api.get(&session.path("")).await["last_accessed_at"].clone();
    let before = accessed().await;
    for (method, path, body) in [
        ("POST", "/page/observe", Some(json!({}))),
        ("POST", "/page/scrape", Some(json!({}))),
        ("POST", "/page/screenshot", None),
        ("GET", "/cookies", None),
        ("GET", "/offset", None),
    ] {
        let path = session.path(&format!("{path}?update_metadata=false"));
        assert_eq!(api.send(method, &path, body).await.0, 200, "{path}");
    }
    assert_eq!(accessed().await, before);
    api.get(&session.path("/cookies")).await;
    assert_ne!(accessed().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_set_as_browsers_take_them() {
    let api = Api::start().await;
    let session = api.session().await;
    let cookie = |name: &str, more: Value| {
        let mut cookie = json!({"name": name, "value": "1", "domain": "shop.test", "path": "/", "httpOnly": false});
        cookie.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cookie
    };
    let cookies = [
        cookie("a", json!({"sameSite": "unspecified"})),
        cookie("b", json!({"sameSite": "None"})),
        cookie("c", json!({"sameSite": "None", "secure": true, "partitionKey": "https://top.test"})),
    ];
    api.post(&session.path("/cookies"), json!({"cookies": cookies})).await;
    let kept = api.get(&session.path("/cookies")).await["cookies"].clone();
    let mut kept: Vec<_> =
        kept.as_array().unwrap().iter().map(|one| (one["name"].clone(), one["partitionKey"].clone())).collect();
    kept.sort_by_key(|(name, _)| name.to_string());
    let expected = [("a", Value::Null), ("b", Value::Null), ("c", json!("https://top.test"))];
    assert_eq!(kept, expected.map(|(name, partition)| (json!(name), partition)));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_share_neither_cookies_nor_storage() {
    let (api, site) = (Api::start().await, Site::start().await);
    let (one, other) = (api.session().await, api.session().await);
    let cookie = json!({"name": "a", "value": "1", "domain": "127.0.0.1", "path": "/", "httpOnly": false});
    api.post(&one.path("/cookies"), json!({"cookies": [cookie]})).await;
    one.goto(&site.at("/list")).await;
    other.goto(&site.at("/list")).await;
    one.js("localStorage.setItem('x', 'mine')").await;
    assert_eq!(one.js("document.cookie + localStorage.getItem('x')").await, "a=1mine");
    assert_eq!(other.js("document.cookie + localStorage.getItem('x')").await, "null");
    let cookies = api.get(&one.path("/cookies")).await;
    assert_eq!(cookies["cookies"][0]["value"], "1");
    let (status, answer) = api.send("POST", &one.path("/cookies"), Some(json!({"cookies": [{"name": "b"}]}))).await;
    assert_eq!(status, 422, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sessions_at_once_keep_to_themselves() {
    let (api, site) = (Api::start().await, Site::start().await);
    let sessions = join_all((0..20).map(|_| api.session())).await;
    join_all(sessions.iter().enumerate().map(async |(number, session)| {
        session.goto(&site.at("/list")).await;
        session.js(&format!("document.cookie = 'n={number}'; localStorage.setItem('n', '{number}')")).await;
    }))
    .await;
    join_all(sessions.iter().enumerate().map(async |(number, session)| {
        session.does(json!({"type": "reload"})).await;
        let own = session.js("document.cookie + ' ' + localStorage.getItem('n')").await;
        assert_eq!(own, format!("n={number} {number}"));
        assert_eq!(api.get(&session.path("/cookies")).await["cookies"].as_array().map(Vec::len), Some(1));
        session.stop().await;
    }))
    .await;
    assert_eq!(api.get("/sessions").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn start_parameters_reach_the_page() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api
        .session_with(json!({"viewport_width": 801, "viewport_height": 602, "user_agent": "Tester/1", "extra_http_headers": {"x-mine": "yes"}}))
        .await;
    session.goto(&site.at("/headers")).await;
    let text = session.scrape(json!({})).await;
    assert!(text.contains("\"x-mine\": \"yes\"") && text.contains("Tester/1"), "{text}");
    assert_eq!(session.js("innerWidth + 'x' + innerHeight").await, "801x602");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_up_into_the_page_and_down_out_of_it() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let file = api.upload(&session.path("/files"), "../note.txt", "hello").await;
    assert_eq!((&file["filename"], &file["size"]), (&json!("note.txt"), &json!(5)));
    session.goto(&site.at("/")).await;
    session.does(json!({"type": "upload_file", "selector": "input[type=file]", "file_path": "note.txt"})).await;
    assert_eq!(session.js("document.title").await, "file note.txt 5");
    session
        .fails(
            json!({"type": "upload_file", "selector": "input[type=file]", "file_path": "/etc/passwd"}),
            "FileNotFound",
        )
        .await;

    session.goto(&site.at("/hard")).await;
    let done = session.does(json!({"type": "download_file", "selector": "#file"})).await;
    assert!(done["message"].as_str().unwrap().contains("report.txt"), "{done}");
    let list = api.get(&session.path("/files?source=session_download")).await;
    assert_eq!((&list["total"], list["files"][0]["size"].as_u64()), (&json!(1), Some(9)));
    assert!(!list["files"][0]["filename"].as_str().unwrap().contains('/'), "{list}");
    let path = session.path(&format!("/files/{}", list["files"][0]["id"].as_str().unwrap()));
    assert_eq!(api.send("GET", &path, None).await.1, "forty-two");
    assert_eq!(api.send("DELETE", &path, None).await.0, 204);
    assert_eq!(api.send("GET", &path, None).await.0, 404);
    assert_eq!(api.send("GET", &session.path("/files/..%2F..%2Fetc"), None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_by_their_names_too_as_older_clients_know_them() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    api.upload("/storage/uploads/of%20all.txt", "x", "shared").await;
    session.goto(&site.at("/")).await;
    for _ in 0..2 {
        session.does(json!({"type": "upload_file", "selector": "input[type=file]", "file_path": "of all.txt"})).await;
        assert_eq!(session.js("document.title").await, "file of all.txt 6");
    }
    let list = api.get(&session.path("/files")).await;
    assert_eq!((&list["total"], &list["files"][0]["source"]), (&json!(1), &json!("user_upload")), "{list}");

    session.goto(&site.at("/hard")).await;
    session.does(json!({"type": "download_file", "selector": "#file"})).await;
    let downloads = format!("/storage/{}/downloads", session.id);
    assert_eq!(api.upload(&format!("{downloads}/added.pdf"), "x", "more").await, json!({"success": true}));
    let files = api.get(&downloads).await["files"].clone();
    let shown = |file: &Value| (file["name"].clone(), file["size"].clone(), file["file_ext"].clone());
    assert_eq!(shown(&files[0]), (json!("added.pdf"), json!(4), json!(".pdf")));
    assert_eq!(shown(&files[1]), (json!("_.._report.txt"), json!(9), json!(".txt")));
    session.stop().await;
    for (name, content) in [("_.._report.txt", "forty-two"), ("added.pdf", "more")] {
        let link = api.get(&format!("{downloads}/{name}")).await;
        let file = reqwest::get(link["url"].as_str().unwrap()).await.unwrap().error_for_status().unwrap();
        assert_eq!(file.text().await.unwrap(), content);
    }
    assert_eq!(api.send("GET", &format!("{downloads}/of%20all.txt"), None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn ordered_faults_hit_the_next_answers_of_their_operation_only() {
    let api = Api::start().await;
    api.post("/local/faults", json!({"operation": "list_sessions", "status": 503, "retry_after": "7", "times": 1}))
        .await;
    api.post("/local/faults", json!({"operation": "list_sessions", "reset": true})).await;
    api.post("/local/faults", json!({"operation": "list_sessions", "truncate": 5})).await;
    assert_eq!(api.send("GET", "/health", None).await.0, 200);
    let list = || api.http.get(api.url("/sessions")).bearer_auth(api.local.api_key()).send();
    let first = list().await.unwrap();
    assert_eq!((first.status().as_u16(), first.headers()["retry-after"].to_str().unwrap()), (503, "7"));
    assert!(list().await.is_err(), "the connection is reset");
    assert!(list().await.unwrap().text().await.is_err(), "the body breaks off");
    assert_eq!(list().await.unwrap().status(), 200);
    assert_eq!(api.send("POST", "/local/faults", Some(json!({"operation": "nope"}))).await.0, 422);
    let idle = json!({"operation": "list_sessions", "retry_after": "7"});
    assert_eq!(api.send("POST", "/local/faults", Some(idle)).await.0, 422, "it would do nothing");
}

/// A proxy that wants a login, and answers every request by itself.
async fn proxy() -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 64 << 10];
                let length = stream.read(&mut request).await.unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..length]).to_lowercase();
                // base64 of `ada:pass`.
                let known = text.contains("proxy-authorization: basic ywrhonbhc3m=");
                let (status, body) =
                    if known { ("200 OK", "<title>Through</title>") } else { ("407 Who", "login first") };
                let head = format!(
                    "HTTP/1.1 {status}\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_proxy_is_gone_through_with_its_login() {
    let (api, proxy) = (Api::start().await, proxy().await);
    let external =
        json!({"type": "external", "server": format!("http://{proxy}"), "username": "ada", "password": "pass"});
    let session = api.session_with(json!({"proxies": [external]})).await;
    assert_eq!(session.start["proxies"], true);
    session.goto("http://shop.example/").await;
    assert_eq!(session.js("document.title").await, "Through");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_drives_a_browser_that_runs_elsewhere_and_leaves_it_running() {
    let (api, site) = (Api::start().await, Site::start().await);
    let elsewhere = api.session().await;
    elsewhere.goto(&site.at("/list")).await;
    let session = api.session_with(json!({"cdp_url": elsewhere.start["cdp_url"]})).await;
    assert_eq!(session.js("document.title").await, "List");
    session.goto(&site.at("/")).await;
    session.stop().await;
    assert_eq!(elsewhere.js("document.title").await, "Form");
    let plain = api.local.url().replace("http", "wss");
    for (address, reason) in [
        ("ws://127.0.0.1:1", "refused"),
        (&plain, "InvalidContentType"),
        (&plain.replace("wss", "ws"), "401"),
        ("ftp://127.0.0.1:1", "ws://"),
    ] {
        let body = json!({"cdp_url": format!("{address}/?token=s3cret")});
        let (status, answer) = api.send("POST", "/sessions/start", Some(body)).await;
        let told = answer["detail"].as_str().unwrap_or_default();
        assert!(status == 400 && told.contains(reason) && !told.contains("s3cret"), "{address}: {status} {answer}");
    }
}
