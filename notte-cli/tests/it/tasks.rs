//! Twelve whole tasks, each as an agent would do it.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::stage::{PASSWORD, Stage};

#[test]
fn a_form_is_filled_by_the_ids_that_were_observed_and_the_answer_is_what_changed() {
    let stage = Stage::new();
    let opened = stage.open("form");
    assert!(opened.stdout.contains("untrusted data") && opened.stdout.contains("button \"Greet\""), "{opened:?}");
    let field = stage.id("form", "Your name");
    stage.run(&["-s", "form", "page", "fill", &field, "Ada", "--no-observe"]).ok();
    let button = stage.id("form", "Greet");
    let clicked = stage.run(&["-s", "form", "page", "click", &button, "-o", "json"]).ok().json();
    assert_eq!((&clicked["success"], &clicked["action"]), (&json!(true), &json!("click")));
    let scraped = stage.run(&["-s", "form", "page", "scrape"]).ok();
    assert!(scraped.stdout.contains("Welcome, Ada!"), "{scraped:?}");
    let more = stage.id("form", "More");
    let delta = stage.run(&["-s", "form", "page", "click", &more]).ok();
    assert!(delta.stdout.contains("+ ") && delta.stdout.contains("Order Assam"), "{delta:?}");
    assert!(!delta.stdout.contains("Sign in"), "only what changed: {delta:?}");
}

#[test]
fn a_login_is_typed_from_a_vault_and_seen_by_nobody() {
    let stage = Stage::new();
    let vault = stage.run(&["vaults", "create", "work"]).ok().json()["vault_id"].as_str().unwrap().to_owned();
    let url = format!("{}/login", stage.site);
    let add = ["vaults", "credentials", "add", &vault, "--url", &url, "--username", "ada"];
    stage.run_with(&add, PASSWORD).ok();
    let listed = stage.run(&["vaults", "credentials", "get", &vault, &url]).ok();
    assert!(listed.stdout.contains("***"), "{listed:?}");
    stage.run(&["-s", "login", "page", "goto", &url]).ok();
    for (field, name) in [("username", "User"), ("password", "Password")] {
        let id = stage.id("login", name);
        stage.run(&["-s", "login", "page", "fill", &id, "--vault-field", field]).ok();
    }
    let button = stage.id("login", "Enter");
    stage.run(&["-s", "login", "page", "click", &button]).ok();
    let scraped = stage.run(&["-s", "login", "page", "scrape"]).ok();
    assert!(scraped.stdout.contains(&format!("{} characters for ada", PASSWORD.len())), "{scraped:?}");
    let status = stage.run(&["-s", "login", "sessions", "status"]).ok();
    assert!(status.stdout.contains("\"***\""), "the record has what was typed: {status:?}");
    for code in [&["workflow-code"][..], &["code"], &["code", "--rust"]] {
        let code = stage.run(&[&["-s", "login", "sessions"], code].concat()).ok();
        assert!(code.stdout.contains("{{vault.password}}"), "{code:?}");
    }
}

#[test]
fn a_download_ends_as_a_file() {
    let stage = Stage::new();
    stage.open("down");
    let link = stage.id("down", "Prices");
    stage.run(&["-s", "down", "page", "download", &link]).ok();
    let listed = stage.run(&["-s", "down", "files", "list", "--from", "session"]).ok();
    assert!(listed.stdout.contains("prices.csv"), "{listed:?}");
    let saved = stage.run(&["-s", "down", "files", "download", "prices.csv", "--path", "out.csv"]).ok();
    assert_eq!(fs::read_to_string(stage.path("out.csv")).unwrap(), "tea,price\n", "{saved:?}");
}

#[test]
fn a_file_of_this_machine_reaches_the_page() {
    let stage = Stage::new();
    stage.open("up");
    fs::write(stage.path("list.csv"), "a,b\n").unwrap();
    let field = stage.id("up", "Your list");
    stage.run(&["-s", "up", "page", "upload", &field, "list.csv"]).ok();
    let scraped = stage.run(&["-s", "up", "page", "scrape"]).ok();
    assert!(scraped.stdout.contains("list.csv"), "{scraped:?}");
}

#[test]
fn a_page_is_read_as_data_of_a_schema() {
    let stage = Stage::new();
    stage.open("data");
    let schema = r#"{"type": "object", "properties": {"teas": {"type": "array", "items": {"type": "string"}}}, "required": ["teas"]}"#;
    fs::write(stage.path("schema.json"), schema).unwrap();
    let scrape = [
        "-s",
        "data",
        "page",
        "scrape",
        "--instructions",
        "the teas",
        "--response-format",
        "@schema.json",
        "--jq",
        ".structured.data.teas[0]",
    ];
    assert_eq!(stage.run(&scrape).ok().stdout, "Assam\n");
}

#[test]
fn an_agent_shows_its_steps_and_then_its_answer() {
    let stage = Stage::new();
    stage.open("agent");
    let task = json!([{"type": "goto", "url": format!("{}/login", stage.site)}, {"type": "completion", "success": true, "answer": "there is a form"}]);
    let run = stage
        .run(&["-s", "agent", "agents", "run", "--reasoning-model", "local/script", "--task", &task.to_string()])
        .ok();
    let answer = run.json();
    assert_eq!((&answer["answer"], &answer["success"]), (&json!("there is a form"), &json!(true)));
    let events: Vec<Value> = run.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(events.iter().any(|event| event["event"] == "step"), "{run:?}");
    let id = answer["agent_id"].as_str().unwrap();
    let logs = stage.run(&["agents", "logs", "-f", id]).ok();
    assert!(
        logs.stdout.lines().count() >= 1 && logs.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "{logs:?}"
    );
    assert_eq!(stage.run(&["agents", "wait", id]).ok().json()["answer"], "there is a form");
    assert_eq!(stage.run(&["agents", "status", id, "--jq", ".status"]).ok().stdout, "closed\n");
    let failing = json!([{"type": "completion", "success": false, "answer": "no such tea"}]).to_string();
    let failed = stage
        .run(&["-s", "agent", "agents", "run", "--reasoning-model", "local/script", &failing])
        .fails(1, "agent_failed");
    assert!(failed.error()["message"].as_str().unwrap().contains("no such tea"));
}

#[test]
fn a_replay_is_saved_after_the_session() {
    let stage = Stage::new();
    stage.open("video");
    let id = stage.run(&["sessions", "names", "--jq", ".[0].session_id"]).ok().stdout.trim().to_owned();
    stage.run(&["sessions", "stop", "-s", "video"]).ok();
    let saved = stage.run(&["sessions", "replay", "-s", &id]).ok().json();
    let path = stage.path(saved["path"].as_str().unwrap());
    assert!(fs::metadata(&path).unwrap().len() > 100, "{path:?}");
    assert_ne!(path.extension().unwrap(), "video");
}

#[test]
fn what_was_done_becomes_python_and_rust() {
    let stage = Stage::new();
    stage.open("code");
    let more = stage.id("code", "More");
    stage.run(&["-s", "code", "page", "click", &more]).ok();
    let python = stage.run(&["-s", "code", "sessions", "workflow-code"]).ok();
    assert!(python.stdout.contains("def ") && python.stdout.contains("goto"), "{python:?}");
    let rust = stage.run(&["-s", "code", "sessions", "code", "--rust"]).ok();
    assert!(rust.stdout.contains("use notte_ext::") && rust.stdout.contains("Action::goto("), "{rust:?}");
}

#[test]
fn a_batch_runs_many_actions_in_one_process_and_stops_at_the_first_failure() {
    let stage = Stage::new();
    stage.open("batch");
    let lines = format!(
        "{}\n\n{}\n{}\n",
        json!({"type": "fill", "selector": "input[name=name]", "value": "Bo"}),
        json!({"type": "click", "selector": "#no-such-thing", "timeout": 200}),
        json!({"type": "goto", "url": "about:blank"}),
    );
    let batch = stage.run_with(&["-s", "batch", "page", "batch"], &lines).fails(6, "action_failed");
    let items: Vec<Value> = batch.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcomes: Vec<(&Value, &Value)> =
        items.iter().filter(|item| item["line"].is_u64()).map(|item| (&item["line"], &item["success"])).collect();
    assert_eq!(outcomes, [(&json!(1), &json!(true)), (&json!(3), &json!(false))]);
    assert!(items.last().unwrap()["page"]["url"].as_str().unwrap().starts_with(&stage.site), "{items:?}");
}

#[test]
fn two_agents_side_by_side_do_not_touch_the_other_ones_session() {
    let stage = Stage::new();
    let run = |name: &'static str| [(name, "page", "goto"), (name, "page", "observe")];
    std::thread::scope(|scope| {
        for name in ["left", "right"] {
            let stage = &stage;
            let url = if name == "left" { stage.site.clone() } else { format!("{}/login", stage.site) };
            let mut commands: Vec<std::process::Command> = Vec::new();
            for (session, noun, verb) in run(name) {
                let mut arguments = vec!["-s", session, noun, verb, "-q"];
                if verb == "goto" {
                    arguments.push(&url);
                }
                commands.push(stage.command(&arguments));
            }
            scope.spawn(move || {
                for mut command in commands {
                    assert!(command.output().unwrap().status.success());
                }
            });
        }
    });
    assert_eq!(stage.live(), 2);
    assert!(stage.run(&["-s", "left", "page", "observe"]).ok().stdout.contains("Tea house"));
    assert!(stage.run(&["-s", "right", "page", "observe"]).ok().stdout.contains("/login"));
    stage.run(&["-s", "left", "sessions", "start"]).fails(2, "usage");
    stage.run(&["sessions", "start"]).ok();
    assert_eq!(stage.live(), 3, "a start stops nobody");
    stage.run(&["page", "observe"]).fails(2, "usage");
    stage.run(&["sessions", "stop", "left"]).ok();
    assert_eq!(stage.live(), 2);
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_passed_on_and_the_session_is_stopped() {
    let stage = Stage::new();
    let child = stage.spawn(&["run", "--", "sleep", "60"]);
    stage.until_live(1);
    kill("INT", child.id());
    let done = stage.wait(child);
    assert_eq!(done.code, 130, "{done:?}");
    assert_eq!(stage.live(), 0);
    assert_eq!(stage.run(&["run", "--", "sh", "-c", "exit 7"]).code, 7);
    let found = stage.run(&["run", "-q", "--", "sh", "-c", "echo $NOTTE_SESSION_ID"]).ok();
    assert!(found.stdout.trim().len() > 10, "{found:?}");
    assert_eq!(stage.live(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_stops_its_agent_and_a_wait_that_is_over_says_how_to_resume() {
    let stage = Stage::new();
    stage.open("slow");
    let task = json!([{"type": "wait", "time_ms": 20_000}, {"type": "wait", "time_ms": 20_000}, {"type": "completion", "success": true, "answer": "late"}])
        .to_string();
    let run = ["-s", "slow", "agents", "run", "--reasoning-model", "local/script", "--task", &task];
    let child = stage.spawn(&run);
    let id = loop {
        let list = stage.run(&["agents", "list", "--jq", ".items[].agent_id"]).ok().stdout;
        if !list.is_empty() {
            break list.trim().to_owned();
        }
    };
    let wait = stage.run(&["agents", "wait", &id, "--timeout", "0.3"]).fails(8, "still_running");
    assert!(wait.error()["hint"].as_str().unwrap().contains(&id), "{wait:?}");
    kill("INT", child.id());
    let done = stage.wait(child).fails(130, "interrupted");
    assert!(done.stdout.is_empty());
    // It was asked to stop; the session lives on, since the run did not start it.
    assert_eq!(stage.live(), 1);
    stage.run(&["sessions", "stop", "slow"]).ok();
    assert_eq!(stage.run(&["agents", "status", &id, "--jq", ".status"]).ok().stdout, "closed\n");
}

#[cfg(unix)]
#[test]
fn a_sweep_stops_what_a_killed_process_left() {
    let stage = Stage::new();
    stage.open("kept");
    let child = stage.spawn(&["run", "--", "sleep", "60"]);
    stage.until_live(2);
    let early = stage.run(&["sessions", "sweep"]).ok().json();
    assert_eq!(early["stopped"], json!([]), "a process that lives keeps its session");
    kill("KILL", child.id());
    stage.wait(child);
    assert_eq!(stage.live(), 2);
    let swept = stage.run(&["sessions", "sweep"]).ok().json();
    assert_eq!(swept["stopped"].as_array().unwrap().len(), 1, "{swept}");
    stage.until_live(1);
    stage.run(&["-s", "kept", "page", "observe"]).ok();
}

#[cfg(unix)]
fn kill(signal: &str, process: u32) {
    // The ledger is written once the session is there; the child is started after that.
    std::thread::sleep(Duration::from_millis(200));
    assert!(
        std::process::Command::new("kill")
            .args([format!("-{signal}"), process.to_string()])
            .status()
            .unwrap()
            .success()
    );
}
