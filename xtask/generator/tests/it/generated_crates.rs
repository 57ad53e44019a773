//! `codegen --no-overlays --out` writes crates that compile alone, without a warning, from documents of every dialect.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::root;

/// Generates a crate from a document and checks it; answers codegen's own summary.
fn generated(document: &Path) -> Value {
    let name = document.file_stem().expect("a name").to_string_lossy().replace('.', "-");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated").join(name);
    let output = Command::new(env!("CARGO_BIN_EXE_xtask-generator"))
        .args(["codegen", "--no-overlays", "--format", "json", "--document"])
        .arg(document)
        .arg("--out")
        .arg(&out)
        .output()
        .expect("xtask runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // The workspace's lock, so that the same dependencies serve and nothing is fetched.
    std::fs::copy(root().join("Cargo.lock"), out.join("Cargo.lock")).expect("copied");
    // A target folder of their own, emptied of the crate before: cargo takes crates of one name for one another.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated-target");
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).arg("--target-dir").arg(&target).current_dir(&out).output().expect("cargo runs")
    };
    cargo(&["clean", "--offline", "--package", "notte-api"]);
    let check = cargo(&["check", "--offline", "--features", "httpmock"]);
    let report = String::from_utf8_lossy(&check.stderr).into_owned();
    assert!(check.status.success(), "{}: {report}", document.display());
    assert!(report.contains("Checking notte-api"), "{}: nothing was checked: {report}", document.display());
    assert!(!report.contains("warning"), "{}: {report}", document.display());
    serde_json::from_slice(&output.stdout).expect("a JSON summary")
}

fn assert_complete(document: &Path, operations: u64) {
    let summary = generated(document);
    assert_eq!(summary["operations"].as_u64(), Some(operations), "{}", document.display());
    assert_eq!(summary["source_operations"], summary["operations"], "an operation was lost");
}

#[test]
fn every_document_becomes_a_crate_that_compiles() {
    let documents = root().join("notte-api-gen/tests/documents");
    assert_complete(&root().join("openapi/notte-openapi.yml"), 33);
    for entry in std::fs::read_dir(documents).expect("the sample documents").flatten() {
        let summary = generated(&entry.path());
        assert!(summary["operations"].as_u64() > Some(0));
        assert_eq!(
            summary["source_operations"],
            summary["operations"],
            "{}: an operation was lost",
            entry.path().display()
        );
    }
}

#[test]
fn the_committed_client_is_what_the_document_says() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask-generator")).args(["codegen", "--check"]).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
