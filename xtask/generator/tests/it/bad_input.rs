//! Wrong inputs: one line that says what, where and what to do; exit code 2; nothing written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask-generator")).args(arguments).output().expect("xtask runs")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-input").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

/// Generates from `text` and expects one line on standard error with all of `says`.
fn refused(name: &str, file: &str, text: &str, says: &[&str]) {
    let folder = scratch(name);
    let document = folder.join(file);
    std::fs::write(&document, text).expect("written");
    expect_refusal(&folder, &["--document", &document.display().to_string(), "--no-overlays"], says);
}

fn expect_refusal(folder: &Path, arguments: &[&str], says: &[&str]) {
    let out = folder.join("out");
    let out_text = out.display().to_string();
    let mut all = vec!["codegen", "--out", &out_text];
    all.extend(arguments);
    let output = xtask(&all);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    // Notes come before the errors.
    let first = errors.lines().find(|line| !line.starts_with("note[")).unwrap_or_default();
    for expected in says {
        assert!(first.contains(expected), "`{expected}` is not in: {errors}");
    }
    assert!(first.starts_with("error: "), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
    assert!(!out.exists(), "something was written");
}

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";

#[test]
fn a_missing_file_is_named() {
    let folder = scratch("missing");
    expect_refusal(&folder, &["--document", "no/such/file.yml", "--no-overlays"], &["no/such/file.yml", "read"]);
}

#[test]
fn a_file_that_is_no_document_is_said_so() {
    refused("text", "document.yml", "just some words\n", &["document.yml"]);
    refused("html", "document.json", "<!doctype html><html></html>", &["document.json", "HTML"]);
    refused("empty", "document.yml", "", &["document.yml", "empty"]);
    refused("other", "document.yml", "a: 1\n", &["openapi"]);
}

#[test]
fn swagger_is_refused_by_version() {
    refused("swagger", "document.yml", "swagger: '2.0'\npaths: {}\n", &["2.0"]);
    refused("future", "document.yml", "openapi: 4.0.0\npaths: {}\n", &["4.0.0"]);
}

#[test]
fn broken_yaml_has_a_line() {
    refused("yaml", "document.yml", "openapi: 3.0.3\ninfo: {title: [\npaths: {}\n", &["document.yml", "line"]);
}

#[test]
fn an_unresolved_reference_is_named() {
    let document = format!(
        "{HEAD}paths:\n  /a: {{get: {{operationId: a, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/Nowhere'}}}}}}}}}}}}}}\n"
    );
    refused("unresolved", "document.yml", &document, &["Nowhere", "/paths/"]);
}

#[test]
fn a_cycle_of_references_is_named() {
    let document = format!(
        "{HEAD}paths:\n  /a: {{get: {{operationId: a, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}}}\ncomponents: {{schemas: {{A: {{$ref: '#/components/schemas/B'}}, B: {{$ref: '#/components/schemas/A'}}}}}}\n"
    );
    refused("cycle", "document.yml", &document, &["/components/schemas/A"]);
}

#[test]
fn an_overlay_with_a_bad_path_is_named_by_action() {
    let folder = scratch("overlay");
    let overlays = folder.join("overlays");
    std::fs::create_dir_all(&overlays).expect("a folder");
    let text = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n  - target: '$.paths['\n    description: why\n    remove: true\n";
    std::fs::write(overlays.join("10-bad.yaml"), text).expect("written");
    expect_refusal(&folder, &["--overlays", &overlays.display().to_string()], &["10-bad.yaml", "#0"]);
}

#[cfg(unix)]
#[test]
fn nothing_behind_a_link_is_deleted() {
    let document = format!("{HEAD}paths: {{}}\n");
    for link in ["src", "src/generated", "src/generated/builder"] {
        let folder = scratch("link");
        let (file, out, other) = (folder.join("document.yml"), folder.join("out"), folder.join("other"));
        std::fs::write(&file, &document).expect("written");
        std::fs::create_dir_all(other.join("generated")).expect("a folder");
        std::fs::write(other.join("generated/mine.txt"), "mine").expect("written");
        let link = out.join(link);
        std::fs::create_dir_all(link.parent().expect("a parent")).expect("a folder");
        std::os::unix::fs::symlink(&other, &link).expect("linked");
        let [file, out] = [file, out].map(|path| path.display().to_string());
        let output = xtask(&["codegen", "--no-overlays", "--document", &file, "--out", &out]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains("symbolic link"), "{errors}");
        assert!(other.join("generated/mine.txt").exists());
    }
}

#[test]
fn somebody_elses_crate_is_not_overwritten() {
    let folder = scratch("crate");
    let out = folder.join("out");
    std::fs::create_dir_all(&out).expect("a folder");
    std::fs::write(out.join("Cargo.toml"), "[package]\nname = 'mine'\n").expect("written");
    let output = xtask(&["codegen", "--out", &out.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!out.join("src").exists(), "something was written");
}
