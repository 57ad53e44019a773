//! A thousand waits at once, on one thread, for a service in another process.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

#[test]
fn a_thousand_agents_are_waited_for_on_one_thread() {
    let program = env!("CARGO_BIN_EXE_bench_client");
    let mut server = Command::new(program).args(["serve", "3"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let output = Command::new(program).args(["notte-ext", url.trim()]).output().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["finished"], 1000, "{}", String::from_utf8_lossy(&output.stderr));
}
