//! Records what the live service answers to operations that only read and need no parameter: a JSON file each.
//!
//! `record_tape DIR`; the key is `NOTTE_API_KEY`, the address `NOTTE_API_URL`. What holds a secret is not asked for.

#![allow(clippy::print_stderr)]

use std::path::Path;
use std::process::ExitCode;

use notte_api::{Effect, OPERATIONS, OperationMeta, reqwest};

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: record_tape DIR");
        return ExitCode::from(2);
    };
    let mut failed = 0;
    for operation in OPERATIONS.iter().copied().filter(|operation| is_plain(operation)) {
        if let Err(error) = record(operation, Path::new(&folder)).await {
            failed += 1;
            eprintln!("{}: {error}", operation.id);
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_plain(operation: &OperationMeta) -> bool {
    operation.method == "GET" && operation.effect == Effect::Read && !operation.path.contains('{') && !operation.secret
}

async fn record(operation: &OperationMeta, folder: &Path) -> Result<(), Failure> {
    let key = std::env::var("NOTTE_API_KEY")?;
    let base = std::env::var("NOTTE_API_URL").unwrap_or_else(|_| "https://api.notte.cc".to_owned());
    let url = format!("{}{}", base.trim_end_matches('/'), operation.path);
    let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(30)).build()?;
    let mut request = client.get(url);
    if operation.auth {
        request = request.bearer_auth(&key);
    }
    let response = request.send().await.and_then(reqwest::Response::error_for_status);
    let response = response.map_err(reqwest::Error::without_url)?;
    let body: serde_json::Value = response.json().await.map_err(reqwest::Error::without_url)?;
    std::fs::write(folder.join(format!("{}.json", operation.id)), serde_json::to_vec_pretty(&body)?)?;
    Ok(())
}
