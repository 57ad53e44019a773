//! Looking into a session over the real browser: the DevTools address, the live picture, links, the replay, the export.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, Site};

async fn open(
    url: &str,
) -> impl SinkExt<Message> + StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> {
    tokio_tungstenite::connect_async(url).await.expect("the socket opens").0
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tool_attaches_and_sees_the_page() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    let debug = api.get(&session.path("/debug")).await;
    assert_eq!(debug["tabs"][0]["metadata"]["title"], "List");
    assert!(
        debug["ws"]["cdp"].as_str().unwrap().starts_with(&api.local.url().replace("http", "ws")),
        "on the API's own port"
    );
    let socket = open(session.start["cdp_url"].as_str().unwrap()).await;
    tokio::pin!(socket);
    assert!(socket.send(Message::Ping("alive?".into())).await.is_ok());
    assert!(matches!(socket.next().await, Some(Ok(Message::Pong(said))) if said == "alive?"));
    let ask = json!({"id": 7, "method": "Target.getTargets"}).to_string();
    assert!(socket.send(Message::text(ask)).await.is_ok());
    let answer: Value = serde_json::from_str(socket.next().await.unwrap().unwrap().to_text().unwrap()).unwrap();
    assert!(answer["result"]["targetInfos"].to_string().contains("/list"), "{answer}");
    assert!(socket.send(Message::text(json!({"id": 8, "method": "Browser.close"}).to_string())).await.is_ok());
    while let Some(Ok(_)) = socket.next().await {}
    assert_eq!(session.js("document.title").await, "List", "the session outlives the tool");
    let tab = open(debug["tabs"][0]["ws_url"].as_str().unwrap()).await;
    tokio::pin!(tab);
    let ask = json!({"id": 1, "method": "Runtime.evaluate", "params": {"expression": "document.title"}}).to_string();
    assert!(tab.send(Message::text(ask)).await.is_ok());
    assert!(tab.next().await.unwrap().unwrap().to_text().unwrap().contains("\"List\""));
    let wrong = session.start["cdp_url"].as_str().unwrap().split("token=").next().unwrap().to_owned() + "token=wrong";
    assert!(tokio_tungstenite::connect_async(wrong).await.is_err(), "a wrong token opens nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_are_the_sessions_whatever_a_tool_said() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/hard")).await;
    let elsewhere = json!({"behavior": "deny"});
    let ask = json!({"id": 1, "method": "Browser.setDownloadBehavior", "params": elsewhere}).to_string();
    let download = json!({"type": "download_file", "selector": "#file"});
    {
        let socket = open(session.start["cdp_url"].as_str().unwrap()).await;
        tokio::pin!(socket);
        assert!(socket.send(Message::text(ask)).await.is_ok());
        assert!(socket.next().await.is_some());
        session.does(download.clone()).await;
    }
    session.does(download).await;
    assert_eq!(api.get(&session.path("/files?source=session_download")).await["total"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_picture_comes_until_the_session_ends() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    let viewer = api.http.get(session.start["viewer_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(viewer.status(), 200);
    let debug = api.get(&session.path("/debug")).await;
    let socket = open(debug["ws"]["recording"].as_str().unwrap()).await;
    tokio::pin!(socket);
    let first = socket.next().await.unwrap().unwrap();
    assert!(matches!(first, Message::Binary(bytes) if bytes.starts_with(&[0xff, 0xd8])), "a JPEG");
    session.stop().await;
    let mut last = String::new();
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            last = text.to_string();
        }
    }
    assert!(last.contains("\"error\""), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_every_step_until_the_session_ends() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    let debug = api.get(&session.path("/debug")).await;
    let socket = open(debug["ws"]["logs"].as_str().unwrap()).await;
    tokio::pin!(socket);
    let mut next = async || match socket.next().await {
        Some(Ok(Message::Text(text))) => serde_json::from_str::<Value>(&text).unwrap(),
        other => panic!("{:?}", other.map(|message| message.map(drop))),
    };
    let first = next().await;
    assert_eq!((&first["type"], &first["data"]["action"]["type"]), (&json!("execution_result"), &json!("goto")));
    session.does(json!({"type": "wait", "time_ms": 1})).await;
    assert_eq!(next().await["data"]["action"]["type"], "wait");
    session.stop().await;
    assert_eq!(next().await["type"], "error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_is_there_after_the_end_and_a_browser_plays_it() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session_with(json!({"viewport_width": 640, "viewport_height": 500})).await;
    for page in ["/", "/list", "/hard"] {
        session.goto(&site.at(page)).await;
        session.does(json!({"type": "wait", "time_ms": 300})).await;
    }
    let (status, missing) = api.send("GET", &session.path("/replay"), None).await;
    assert_eq!((status, &missing["replay_status"]), (404, &json!("waiting_for_session")));
    let stopping = async {
        let mut states = Vec::new();
        loop {
            let (status, answer) = api.send("GET", &session.path("/replay"), None).await;
            if status == 200 {
                return (states, answer);
            }
            assert_eq!(answer["retryable"], true, "{answer}");
            states.push(answer["replay_status"].clone());
        }
    };
    let (_, (states, replay)) = tokio::join!(session.stop(), stopping);
    assert!(states.contains(&json!("processing")), "{states:?}");
    let length = replay["video_duration_ms"].as_u64().unwrap();
    let asked = api
        .http
        .get(api.url(&session.path("/replay")))
        .bearer_auth(api.local.api_key())
        .header("accept", "application/octet-stream");
    let direct = asked.send().await.unwrap().bytes().await.unwrap();
    let linked = api.http.get(replay["mp4_url"].as_str().unwrap()).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(direct, linked);

    let viewer = api.session().await;
    viewer.goto(&api.url("/health")).await;
    let code = format!(
        "new Promise((done, fail) => {{ const video = document.createElement('video'); video.src = {};
            video.onerror = () => fail(new Error(video.error.message));
            video.onloadedmetadata = () => {{ video.currentTime = 0.5; video.onseeked = () =>
                done([video.videoWidth, video.videoHeight, Math.round(video.duration * 1000)].join()); }} }})",
        replay["mp4_url"]
    );
    assert_eq!(viewer.js(&code).await, format!("640,500,{length}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_exported_and_can_be_done_again() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let seen = session.observe().await;
    let email = &seen["space"]["interaction_actions"][2];
    session.does(json!({"type": "fill", "id": email["id"], "selector": email["selector"], "value": "a@b.c", "press_enter": true})).await;
    let code = api.get(&session.path("/workflow/code?as_workflow=true")).await;
    assert!(code["python_script"].as_str().unwrap().contains("def run"));
    let again = api.session().await;
    for action in code["json_actions"].as_array().unwrap() {
        again.does(action.clone()).await;
    }
    assert!(again.js("document.title").await.starts_with("sent email=a%40b.c"));
    assert_eq!(api.send("GET", &session.path("/workflow/code"), None).await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn network_logs_name_what_was_asked_for() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    session.goto(&site.at("/nowhere")).await;
    let logs = api.get(&session.path("/network/logs")).await;
    let link = logs["batches"][0]["download_url"].as_str().unwrap();
    let text = api.http.get(link).send().await.unwrap().text().await.unwrap();
    let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let status = |path: &str| {
        entries.iter().find(|entry| entry["url"] == site.at(path).as_str()).map(|entry| entry["status"].clone())
    };
    assert_eq!((status("/list"), status("/nowhere")), (Some(json!(200)), Some(json!(404))));
    assert!(api.get(&session.path("")).await["network_response_bytes"].as_u64().unwrap() > 0);
    assert_eq!(api.http.get(link.split('?').next().unwrap()).send().await.unwrap().status(), 401);
}
