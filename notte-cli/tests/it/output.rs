//! What is printed, and where; keys and where they are kept; what the shell and the client get.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{COOKIE, PASSWORD, Stage};

#[test]
fn every_format_says_the_same() {
    let stage = Stage::new();
    stage.open("one");
    let id = stage.run(&["sessions", "names", "--jq", ".[0].session_id"]).ok().stdout.trim().to_owned();
    let list = |arguments: &[&str]| stage.run(&[&["sessions", "list"][..], arguments].concat()).ok().stdout;
    let json: Value = serde_json::from_str(&list(&[])).unwrap();
    assert_eq!(json["items"][0]["session_id"], json!(id));
    assert!(json["has_next"].is_boolean(), "the envelope is kept");
    let lines = list(&["-o", "jsonl"]);
    assert_eq!(serde_json::from_str::<Value>(lines.lines().next().unwrap()).unwrap()["session_id"], json!(id));
    assert!(list(&["-o", "yaml"]).contains(&format!("session_id: {id}")));
    assert!(list(&["-o", "table"]).starts_with(" SESSION_ID") && list(&["-o", "text"]).contains(&id));
    assert_eq!(
        list(&["--json", "session_id,status"]),
        format!("[{{\"session_id\":\"{id}\",\"status\":\"active\"}}]\n")
    );
    assert_eq!(list(&["--jq", ".items[].status"]), "active\n");
    stage.open("two");
    let all = list(&["--all", "--page-size", "1"]);
    assert_eq!(all.lines().count(), 2, "{all}");
}

#[test]
fn a_long_output_is_cut_and_kept_in_a_file() {
    let stage = Stage::new();
    let done = stage.run(&["describe", "--max-output", "100"]).ok();
    assert_eq!(done.stdout.trim_end().chars().count(), 100);
    let note: Value = serde_json::from_str(done.stderr.trim()).unwrap();
    let path = note["message"].as_str().unwrap().rsplit(' ').next().unwrap();
    assert!(fs::read_to_string(path).unwrap().contains("session_start"), "{path}");
    fs::remove_file(path).unwrap();
}

#[test]
fn secrets_are_masked_unless_they_are_to_be_revealed() {
    let stage = Stage::new();
    stage.open("cookies");
    let cookies = json!([{"name": "id", "value": COOKIE, "domain": "127.0.0.1", "path": "/", "httpOnly": false}]);
    fs::write(stage.path("own-cookies.json"), cookies.to_string()).unwrap();
    stage.run(&["-s", "cookies", "sessions", "cookies-set", "--file", "own-cookies.json"]).ok();
    let listed = stage.run(&["-s", "cookies", "sessions", "cookies"]).ok();
    assert!(listed.stdout.contains("\"***\""), "{listed:?}");
    stage.run(&["-s", "cookies", "sessions", "cookies", "--file", "own-saved.json"]).ok();
    assert!(fs::read_to_string(stage.path("own-saved.json")).unwrap().contains(COOKIE));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(stage.path("own-saved.json")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(stage.path(".notte/rust/sessions.json")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(stage.path(".notte/rust")).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let started = stage.run(&["sessions", "start"]).ok().json();
    assert_eq!(started["cdp_url"], "***");
    let dry = stage
        .run_with(
            &["api", "store_secret", "--dry-run", "-p", "name=A", "-p", "namespace=functions", "-p", "value=-"],
            PASSWORD,
        )
        .ok();
    assert!(dry.stdout.contains("***"), "{dry:?}");
}

#[test]
fn a_key_is_stored_checked_found_shadowed_and_forgotten() {
    let stage = Stage::new();
    let without = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env_remove("NOTTE_API_KEY");
        command
    };
    stage.finish(without(&["auth", "status"]), "").fails(4, "no_key");
    let refused = stage.finish(without(&["auth", "login", "--with-token"]), "wrong-key").fails(4, "auth");
    assert!(refused.stdout.is_empty());
    let stored = stage.finish(without(&["auth", "login", "--with-token"]), stage.key()).ok();
    assert!(stored.json()["source"].as_str().unwrap().contains("0600"), "{stored:?}");
    let file = stage.path(".notte/rust/credentials.json");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
    stage.finish(without(&["sessions", "list"]), "").ok();
    let status = stage.run(&["auth", "status", "--check"]).ok().json();
    let sources = status["sources"].as_array().unwrap();
    assert_eq!(
        (sources.len(), &sources[0]["used"], &sources[1]["shadowed"]),
        (2, &json!(true), &json!(true)),
        "{status}"
    );
    let mut elsewhere = without(&["sessions", "list"]);
    elsewhere.env("NOTTE_API_URL", "http://127.0.0.1:9");
    stage.finish(elsewhere, "").fails(4, "no_key");
    stage.finish(without(&["auth", "logout"]), "").ok();
    stage.finish(without(&["sessions", "list"]), "").fails(4, "no_key");
    // The official CLI's configuration is read.
    fs::create_dir_all(stage.path(".notte/cli")).unwrap();
    let config = json!({"api_key": stage.key(), "api_url": stage.url()});
    fs::write(stage.path(".notte/cli/config.json"), config.to_string()).unwrap();
    stage.finish(without(&["sessions", "list"]), "").ok();
    fs::remove_dir_all(stage.path(".notte/cli")).unwrap();
}

#[test]
fn exit_codes_help_man_pages_completions_and_skill_come_from_the_binary() {
    let stage = Stage::new();
    let codes = stage.run(&["help", "exit-codes", "--json"]).ok().json();
    assert_eq!(
        codes.as_array().unwrap().iter().filter_map(|it| it["code"].as_u64()).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]
    );
    assert!(stage.run(&["help", "page", "click"]).ok().stdout.contains("--no-observe"));
    stage.run(&["man", "pages"]).ok();
    assert!(fs::read_dir(stage.path("pages")).unwrap().count() > 100);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(stage.run(&["completions", shell]).ok().stdout.contains("COMPLETE"), "{shell}");
    }
    stage.run(&["skill", "install", "--project"]).ok();
    assert!(stage.path(".claude/skills/notte/SKILL.md").is_file());
    stage.run(&["skill", "remove", "--project"]).ok();
    let doctor = stage.run(&["doctor", "--json"]).ok().json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    let mut sick = stage.command(&["doctor"]);
    sick.env("NOTTE_API_URL", "http://127.0.0.1:9").env_remove("NOTTE_API_KEY");
    let sick = stage.finish(sick, "").fails(1, "unhealthy");
    let failed: Vec<Value> =
        sick.json()["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false).cloned().collect();
    assert!(failed.len() == 2 && failed.iter().all(|check| check["fix"].is_string()), "{failed:?}");
}

#[test]
fn the_loop_and_the_authoring_of_the_skill_run_as_they_are_written() {
    let stage = Stage::new();
    for topic in ["loop", "authoring"] {
        let text = stage.run(&["skill", "show", topic]).ok().stdout;
        let block = text.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned();
        assert!(block.lines().count() >= 6, "{block}");
        for line in block.lines() {
            let words: Vec<String> = line
                .replace("https://example.com", &stage.site)
                .replace("\"red shoes\"", "red_shoes")
                .split(' ')
                .map(ToOwned::to_owned)
                .collect();
            let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
            stage.run(&words).ok();
        }
    }
    assert_eq!(stage.live(), 0);
}

#[test]
fn the_flag_local_needs_no_key_and_starts_one_server() {
    let stage = Stage::new();
    let local = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env_remove("NOTTE_API_KEY").env_remove("NOTTE_API_URL");
        stage.finish(command, "")
    };
    let opened = local(&["--local", "-s", "a", "page", "goto", &stage.site]);
    let note = opened.stderr.clone();
    let status = local(&["local", "status"]).ok().json();
    assert!(note.contains("started a local server"), "{opened:?}");
    opened.ok();
    assert!(local(&["--local", "-s", "a", "page", "scrape"]).ok().stdout.contains("Nobody is here."));
    assert_eq!(local(&["local", "start"]).ok().json()["pid"], status["pid"]);
    local(&["local", "stop"]).ok();
    local(&["local", "status"]).fails(3, "not_found");
}
