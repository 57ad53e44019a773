//! Who may ask: the key, where it is found, and what is refused before it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use notte_local::Local;
use serde_json::Value;

use crate::support::Api;

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_and_origins_and_missing_keys_are_refused() {
    let api = Api::with(Local::builder().api_key("right")).await;
    let status = async |name: &str, value: &str, key: &str| {
        let request = api.http.get(api.url("/sessions")).header(name, value).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("x-nothing", "", "right").await, 200);
    assert_eq!(status("x-nothing", "", "wrong").await, 401);
    assert_eq!(status("host", "evil.example", "right").await, 403);
    assert_eq!(status("origin", "https://evil.example", "right").await, 403);
    assert_eq!(status("origin", "null", "right").await, 403);
    assert_eq!(api.http.get(api.url("/health")).send().await.unwrap().status(), 200);
    assert_eq!(api.http.get(api.url("/sessions")).send().await.unwrap().status(), 401);
    assert!(api.local.url().starts_with("http://127.0.0.1:"), "loopback unless an address is given");
}

#[tokio::test]
async fn a_server_without_a_key_of_its_own_takes_its_random_one_only() {
    let (first, second) = (Api::start().await, Api::start().await);
    assert_eq!(first.send("GET", "/sessions", None).await.0, 200);
    for wrong in ["any", "", second.local.api_key()] {
        let asked = first.http.get(first.url("/sessions")).bearer_auth(wrong).send().await.unwrap();
        assert_eq!(asked.status(), 401, "{wrong:?}");
    }
    assert!(!format!("{:?}", first.local).contains(first.local.api_key()), "{:?}", first.local);
    assert!(Local::builder().api_key(" ").start().await.is_err(), "an empty key is none");
}

/// The program with a state directory of its own; killed when dropped.
struct Program {
    child: Child,
    said: Vec<String>,
    state: PathBuf,
}

impl Program {
    /// Starts it, and reads so many lines.
    fn start(name: &str, lines: usize, set: impl FnOnce(&mut Command, &Path)) -> Self {
        let state = std::env::temp_dir().join(format!("door-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&state).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_notte-local"));
        command.args(["--port", "0"]).env("NOTTE_LOCAL_STATE", &state).env_remove("NOTTE_LOCAL_API_KEY");
        set(&mut command, &state);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().take(lines).map(Result::unwrap).collect();
        Self { child, said, state }
    }

    fn url(&self) -> &str {
        &self.said[0]
    }

    fn announcement(&self) -> PathBuf {
        let port = self.url().rsplit_once(':').unwrap().1;
        self.state.join("servers").join(format!("{port}.json"))
    }

    async fn status(&self, key: &str) -> u16 {
        let request = reqwest::Client::new().get(format!("{}/sessions", self.url())).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.state);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_prints_its_random_key_and_only_its_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let mut program = Program::start("random", 2, |_, _| ());
    let file = program.announcement();
    let announced: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let key = announced["api_key"].as_str().unwrap().to_owned();
    assert_eq!(program.said[1], format!("export NOTTE_API_URL={} NOTTE_API_KEY={key}", program.url()));
    assert_eq!((program.status(&key).await, program.status("local").await), (200, 401));
    assert_eq!(announced["url"], program.url());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "others could read it");
    Command::new("kill").arg(program.child.id().to_string()).status().unwrap();
    assert!(program.child.wait().unwrap().success());
    assert!(!file.exists(), "it is withdrawn");
}

#[tokio::test]
async fn a_key_comes_from_a_file_or_the_environment_and_from_no_flag() {
    let named = Program::start("file", 1, |command, state| {
        let file = state.join("key");
        std::fs::write(&file, "from-file\n").unwrap();
        command.arg("--api-key-file").arg(file).env("NOTTE_LOCAL_API_KEY", "from-environment");
    });
    assert_eq!((named.status("from-file").await, named.status("from-environment").await), (200, 401));
    let set = Program::start("environment", 1, |command, _| {
        command.env("NOTTE_LOCAL_API_KEY", "from-environment");
    });
    assert_eq!(set.status("from-environment").await, 200);
    let flag = Command::new(env!("CARGO_BIN_EXE_notte-local")).args(["--api-key", "seen-by-all"]).output().unwrap();
    assert_eq!(flag.status.code(), Some(2), "everybody on the machine sees a flag");
    let missing =
        Command::new(env!("CARGO_BIN_EXE_notte-local")).args(["--api-key-file", "/no/such"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/no/such"));
}
