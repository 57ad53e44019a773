//! What `spec verify` records of a live service: what only reads, and nothing that holds a secret.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use notte_local::Local;

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_is_recorded_and_what_holds_a_secret_is_not_asked_for() {
    let local = Local::start().await.unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tape");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_record_tape"));
    command.arg(&folder).env("NOTTE_API_KEY", local.api_key()).env("NOTTE_API_URL", local.url());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let recorded: BTreeSet<String> = std::fs::read_dir(&folder).unwrap().flatten().map(name).collect();
    for expected in ["health_check.json", "list_agents.json", "list_personas.json", "list_vaults.json"] {
        assert!(recorded.contains(expected), "{expected} is not in {recorded:?}: {errors}");
    }
    assert!(!recorded.contains("list_sessions.json"), "sessions have addresses that anybody may use");
    assert!(!errors.contains(local.api_key()) && !errors.contains(local.url()), "{errors}");
}
