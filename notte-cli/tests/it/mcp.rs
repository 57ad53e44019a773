//! The MCP server, driven by the official client.

use rmcp::{
    ServiceExt as _,
    model::{CallToolRequestParams, CallToolResult},
    service::{RoleClient, RunningService},
    transport::TokioChildProcess,
};
use serde_json::{Value, json};

use crate::stage::Stage;

type Client = RunningService<RoleClient, ()>;

async fn connect(stage: &Stage, arguments: &[&str]) -> Client {
    let command = tokio::process::Command::from(stage.command(arguments));
    ().serve(TokioChildProcess::new(command).unwrap()).await.unwrap()
}

async fn call(client: &Client, name: &'static str, arguments: Value) -> CallToolResult {
    let params = CallToolRequestParams::new(name).with_arguments(arguments.as_object().cloned().unwrap());
    client.call_tool(params).await.unwrap()
}

fn text(result: &CallToolResult) -> String {
    result.content.iter().filter_map(|block| block.as_text()).map(|text| text.text.clone()).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn a_task_is_done_by_tools_and_its_session_ends_with_the_connection() {
    let stage = Stage::new();
    runtime().block_on(async {
        let client = connect(&stage, &["mcp"]).await;
        let tools = client.list_all_tools().await.unwrap();
        assert_eq!(tools.len(), 14, "{:?}", tools.iter().map(|tool| &tool.name).collect::<Vec<_>>());
        for tool in &tools {
            let needs = tool.input_schema["required"].as_array().unwrap().contains(&json!("session"));
            assert_eq!(
                needs,
                !matches!(&*tool.name, "session_start" | "session_list" | "agent_status"),
                "{}",
                tool.name
            );
            assert!(tool.output_schema.is_some() && tool.annotations.is_some());
        }
        let started = call(&client, "session_start", json!({"name": "mine"})).await;
        let id = started.structured_content.unwrap()["session_id"].as_str().unwrap().to_owned();
        let opened = call(&client, "goto", json!({"session": id, "url": stage.site})).await;
        assert!(text(&opened).contains("untrusted data"), "{opened:?}");
        let more = opened.structured_content.unwrap()["delta"]["added"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["name"] == "More")
            .unwrap()["id"]
            .clone();
        let acted = call(&client, "act", json!({"session": "mine", "action": {"type": "click", "id": more}})).await;
        assert!(text(&acted).contains("Order Assam"), "{acted:?}");
        let stale = call(&client, "act", json!({"session": id, "action": {"type": "click", "id": "B99"}})).await;
        assert_eq!(
            (stale.is_error, &stale.structured_content.unwrap()["error"]["code"]),
            (Some(true), &json!("stale_element"))
        );
        let shot = call(&client, "screenshot", json!({"session": id})).await;
        assert!(shot.content[0].as_image().is_some() && shot.structured_content.is_some());
        assert!(text(&call(&client, "scrape", json!({"session": id})).await).contains("Tea house"));
        assert!(text(&call(&client, "workflow_code", json!({"session": id})).await).contains("def "));
        client.cancel().await.unwrap();
    });
    stage.until_live(0);
}

#[test]
fn a_model_cannot_read_files_or_variables_of_this_machine() {
    let stage = Stage::new();
    std::fs::write(stage.path("own-secret.txt"), "hunter2").unwrap();
    runtime().block_on(async {
        let client = connect(&stage, &["mcp", "--tools", "all"]).await;
        assert!(client.list_all_tools().await.unwrap().len() > 100);
        let id = call(&client, "session_start", json!({})).await.structured_content.unwrap()["session_id"].clone();
        call(&client, "goto", json!({"session": id, "url": stage.site})).await;
        for value in ["@own-secret.txt", "env:NOTTE_API_KEY", "-"] {
            let action = json!({"type": "fill", "selector": "input[name=name]", "value": value});
            let done = call(&client, "act", json!({"session": id, "action": action})).await;
            assert_ne!(done.is_error, Some(true), "{done:?}");
            let action = json!({"type": "evaluate_js", "code": "document.querySelector('input').value"});
            let read = call(&client, "act", json!({"session": id, "action": action})).await;
            assert!(text(&read).contains(value), "it is typed as it is: {read:?}");
        }
        let outside = call(&client, "file_upload", json!({"session": id, "path": "/etc/hostname"})).await;
        assert_eq!(outside.is_error, Some(true), "{outside:?}");
        let wrong = call(&client, "vault_update", json!({"colour": "red"})).await;
        assert!(text(&wrong).contains("has no parameter"), "{wrong:?}");
        client.cancel().await.unwrap();
    });
    stage.until_live(0);
}

#[test]
fn http_needs_the_token_and_refuses_pages() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let stage = Stage::new();
    let mut child = stage
        .command(&["mcp", "--http", "127.0.0.1:0"])
        .env("NOTTE_MCP_TOKEN", "open")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let note: Value = serde_json::from_str(&line).unwrap();
    let address =
        note["message"].as_str().unwrap().split("http://").nth(1).unwrap().trim_end_matches("/mcp").to_owned();
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}).to_string();
    let status = |headers: &str| {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
        write!(stream, "POST /mcp HTTP/1.1\r\nhost: {address}\r\naccept: application/json, text/event-stream\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{initialize}", initialize.len()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        String::from_utf8_lossy(&head[9..]).into_owned()
    };
    assert_eq!(status(""), "401");
    assert_eq!(status("authorization: Bearer wrong\r\n"), "401");
    assert_eq!(status("authorization: Bearer open\r\norigin: http://evil.test\r\n"), "403");
    assert_eq!(status("authorization: Bearer open\r\n"), "200");
    child.kill().unwrap();
    child.wait().unwrap();
    stage.run(&["mcp", "--http", "0.0.0.0:0"]).fails(2, "usage");
}

#[test]
fn the_configuration_of_a_client_keeps_what_it_has() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.path(".cursor")).unwrap();
    std::fs::write(stage.path(".cursor/mcp.json"), r#"{"mcpServers": {"other": {"command": "x"}}, "more": 1}"#)
        .unwrap();
    stage.run(&["mcp", "install", "--client", "cursor"]).ok();
    let config: Value = serde_json::from_slice(&std::fs::read(stage.path(".cursor/mcp.json")).unwrap()).unwrap();
    assert_eq!((&config["mcpServers"]["other"]["command"], &config["more"]), (&json!("x"), &json!(1)));
    assert_eq!(config["mcpServers"]["notte"]["args"], json!(["mcp"]));
    std::fs::write(stage.path(".cursor/mcp.json"), "{ nonsense").unwrap();
    stage.run(&["mcp", "install", "--client", "cursor"]).fails(2, "usage");
    assert_eq!(std::fs::read_to_string(stage.path(".cursor/mcp.json")).unwrap(), "{ nonsense");
}
