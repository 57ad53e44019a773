//! Every operation has a command, and the commands say what the operations say.

use std::collections::BTreeSet;

use notte_ext::notte_api::OPERATIONS;
use serde_json::Value;

use crate::stage::Stage;

#[test]
fn every_operation_has_a_command_and_a_description() {
    let stage = Stage::new();
    let list = stage.run(&["describe"]).ok().json();
    let items = list["items"].as_array().unwrap();
    let ids: BTreeSet<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(ids, OPERATIONS.iter().map(|meta| meta.id).collect());
    let without: Vec<&Value> = items
        .iter()
        .filter(|item| item["command"].as_str().unwrap().starts_with("notte api "))
        .map(|item| &item["id"])
        .collect();
    assert!(without.is_empty(), "no command of their own: {without:?}");
    for id in ids {
        let described = stage.run(&["describe", id]).ok().json();
        assert!(described["input"]["properties"].is_object() && described["effect"].is_string(), "{id}");
    }
}

#[test]
fn every_read_without_parameters_can_be_sent_by_its_name() {
    let stage = Stage::new();
    for operation in ["health_check", "list-sessions", "list_vaults", "get_usage"] {
        stage.run(&["api", operation]).ok();
    }
    let session = stage.run(&["api", "session_start", "-p", "idle_timeout_minutes=2"]).ok().json();
    let id = session["session_id"].as_str().unwrap();
    let shot =
        stage.run(&["api", "page_screenshot", "-p", &format!("session_id={id}"), "--output-file", "shot.jpg"]).ok();
    assert!(std::fs::metadata(stage.path("shot.jpg")).unwrap().len() > 100, "{shot:?}");
    let dry = stage
        .run(&["api", "page_execute", "-s", id, "--body", r#"{"type": "goto", "url": "about:blank"}"#, "--dry-run"])
        .ok()
        .json();
    assert_eq!(
        (dry["method"].as_str(), dry["path"].as_str()),
        (Some("POST"), Some(format!("/sessions/{id}/page/execute").as_str()))
    );
    stage.run(&["api", "session_stop", "-p", &format!("session_id={id}")]).ok();
}
