//! What a secret never reaches: the log, a refusal, a language model. The program runs, so that its real log is read.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Model, Site};

/// The program, with everything that it writes to its log.
struct Program {
    child: Child,
    url: String,
    log: JoinHandle<String>,
    temporary: PathBuf,
    http: reqwest::Client,
}

impl Program {
    fn start(name: &str, flags: &[&str]) -> Self {
        let temporary = std::env::temp_dir().join(format!("secrets-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&temporary).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_notte-local"))
            .args(["--port", "0"])
            .args(flags)
            .env("TMPDIR", &temporary)
            .env("RUST_LOG", "trace")
            .env("NOTTE_LOCAL_STATE", temporary.join("state"))
            .env("NOTTE_LOCAL_API_KEY", "hush-key")
            .env("NOTTE_LOCAL_LLM_KEY", "hush-model")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let mut log = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || std::io::read_to_string(&mut log).unwrap());
        Self { child, url: url.trim().to_owned(), log, temporary, http: reqwest::Client::new() }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url));
        let answer = request.bearer_auth("hush-key").json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send("POST", path, &body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn session(&self, start: Value) -> (String, Value) {
        let session = self.post("/sessions/start", start).await;
        (session["session_id"].as_str().unwrap().to_owned(), session)
    }

    /// Starts an agent; its status at the end.
    async fn run(&self, agent: Value) -> Value {
        let started = self.post("/agents/start", agent).await;
        let path = format!("/agents/{}", started["agent_id"].as_str().unwrap());
        loop {
            let (_, status) = self.send("GET", &path, &json!({})).await;
            if status["status"] == "closed" {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it; what its log says.
    fn end(mut self) -> String {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        self.child.wait().unwrap();
        std::fs::remove_dir_all(&self.temporary).unwrap();
        self.log.join().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_no_secret() {
    let program = Program::start("log", &[]);
    let proxy = json!({"type": "external", "server": "http://127.0.0.1:1", "username": "u", "password": "hush-proxy"});
    let start = json!({"proxies": [proxy], "block_ads": true, "extra_http_headers": {"x": "hush-header"}});
    let (id, session) = program.session(start).await;
    for action in [
        json!({"type": "goto", "url": "data:text/html,<input>"}),
        json!({"type": "fill", "selector": "input", "value": "hush-value"}),
        json!({"type": "goto", "url": "http://nowhere.example/?token=hush-token"}),
    ] {
        program.post(&format!("/sessions/{id}/page/execute"), action).await;
    }
    let log = program.end();
    assert!(log.contains("block_ads"), "there is a log: {log}");
    let token = session["cdp_url"].as_str().unwrap().split("token=").nth(1).unwrap();
    assert!(!log.contains("hush-") && !log.contains(token), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistyped_secret_is_neither_repeated_nor_logged() {
    let program = Program::start("mistyped", &[]);
    let (id, _) = program.session(json!({})).await;
    let vault = program.post("/vaults/create", json!({})).await["vault_id"].as_str().unwrap().to_owned();
    let execute = format!("/sessions/{id}/page/execute");
    let wrong = json!(["hush-secret, expected hush-more"]);
    let object = json!({"hush-secret": 1});
    for (path, body) in [
        (execute.clone(), json!({"type": "fill", "id": "I1", "value": wrong})),
        (execute.clone(), json!({"type": "fill", "id": "I1", "value": object})),
        (execute.clone(), json!({"type": "multi_factor_fill", "id": "I1", "value": "123", "timeout": "hush-secret"})),
        (execute.clone(), json!({"type": "form_fill", "value": {"password": wrong}})),
        (execute.clone(), json!({"type": "form_fill", "value": "hush-secret"})),
        (execute.clone(), json!({"type": "goto", "url": wrong})),
        (execute, json!({"type": "hush-secret"})),
        (format!("/sessions/{id}/cookies"), json!({"cookies": "hush-secret"})),
        (format!("/sessions/{id}/cookies"), json!({"cookies": [{"name": "a", "value": wrong, "domain": "x.test"}]})),
        (
            format!("/sessions/{id}/cookies"),
            json!({"cookies": [{"name": "a", "value": "b", "domain": "x.test", "sameSite": "hush-secret"}]}),
        ),
        ("/sessions/start".into(), json!({"proxies": [{"type": "external", "server": "s", "password": wrong}]})),
        ("/sessions/start".into(), json!({"proxies": "hush-secret"})),
        ("/sessions/start".into(), json!({"extra_http_headers": "hush-secret"})),
        ("/sessions/start".into(), json!({"extra_http_headers": {"authorization": wrong}})),
        ("/sessions/start".into(), json!({"cdp_url": wrong})),
        ("/sessions/start".into(), json!({"browser_type": "hush-secret"})),
        (format!("/vaults/{vault}/credentials"), json!({"url": "x.test", "credentials": {"password": wrong}})),
        (format!("/vaults/{vault}/credentials"), json!({"url": "x.test", "credentials": "hush-secret"})),
        (format!("/vaults/{vault}/card"), json!({"card_holder_name": "A", "card_number": wrong})),
        ("/secrets".into(), json!({"namespace": "tailscale", "name": "n", "value": wrong})),
        ("/secrets".into(), json!({"namespace": "hush-secret", "name": "n", "value": "v"})),
        ("/scrape".into(), json!({"url": wrong})),
        ("/scrape".into(), json!({"url": "about:blank", "response_format": {}, "ignored_tags": "hush-secret"})),
    ] {
        let (status, answer) = program.send("POST", &path, &body).await;
        assert_eq!(status, 422, "{path} {body}: {answer}");
        assert!(answer["detail"][0]["loc"][0].is_string() && answer["detail"][0]["msg"].is_string(), "{answer}");
        assert!(!answer.to_string().contains("hush"), "{path} {body}: {answer}");
    }
    let log = program.end();
    assert!(!log.contains("hush"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_works_with_secrets_that_neither_it_nor_the_log_gets_to_see() {
    let (model, site) = (Model::start().await, Site::start().await);
    let program = Program::start("model", &["--llm-url", &model.url, "--llm-model", "small"]);
    let (id, _) = program.session(json!({})).await;
    let vault = program.post("/vaults/create", json!({})).await["vault_id"].as_str().unwrap().to_owned();
    let login = json!({"email": "hush@corp.test", "password": "hush-password"});
    program.post(&format!("/vaults/{vault}/credentials"), json!({"url": site.url, "credentials": login})).await;
    for action in [
        json!({"type": "fill", "selector": "[name=email]", "value": "{{vault.email}}"}),
        json!({"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}"}),
        json!({"type": "click", "selector": "button:has-text(\"Send\")"}),
        json!({"type": "evaluate_js", "code": "document.title"}),
        json!({"type": "completion", "success": true, "answer": "done"}),
    ] {
        model.say(&json!({"state": {}, "action": action}));
    }
    let agent = json!({"session_id": id, "task": "sign in", "url": site.at("/"), "vault_id": vault});
    let status = program.run(agent).await;
    assert_eq!(status["success"], true, "{status}");
    let heard = model.heard();
    assert!(heard[0].contains("image_url"), "it sees the page");
    assert!(!heard[4].contains("image_url"), "but no picture of what was filled in");
    assert!(heard[4].contains("password={{vault.password}}"), "{}", heard[4]);
    for said in [heard.concat(), status.to_string()] {
        assert!(!said.contains("hush"), "{said}");
    }

    model.fail();
    let failed = program.run(json!({"session_id": id, "task": "go on"})).await;
    assert!(failed["success"] == false && failed["answer"].as_str().unwrap().contains("500"), "{failed}");
    assert!(!failed.to_string().contains("hush-model"), "{failed}");
    let log = program.end();
    assert!(!log.contains("hush"), "{log}");
}
