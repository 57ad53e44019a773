//! `spec adopt` for real, on a small workspace: what it leaves, how it is undone, and what a killed one leaves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A document of one operation an area, so that each area has a file of its own.
fn document(areas: usize, more: &str) -> String {
    let paths: Vec<String> = (0..areas)
        .map(|n| {
            format!(
                r#""/area{n:02}": {{"get": {{"operationId": "read_{n:02}", "tags": ["area{n:02}"], "parameters": [{{"name": "page",
                "in": "query", "schema": {{"type": "integer"}}}}{more}], "responses": {{"204": {{"description": "done"}}}}}}}}"#
            )
        })
        .collect();
    format!(r#"{{"openapi": "3.0.3", "info": {{"title": "Small", "version": "1"}}, "paths": {{{}}}}}"#, paths.join(","))
}

const MORE: &str = r#", {"name": "size", "in": "query", "schema": {"type": "integer"}}"#;

const OVERLAY: &str = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n  \
    # Said nowhere.\n  - target: $.paths['/area00'].get\n    description: It is read.\n    update: {summary: Read it}\n  \
    - target: $.paths['/area01'].get\n    description: It is old.\n    update: {deprecated: true}\n";

struct Scratch(PathBuf);

impl Scratch {
    /// A workspace with a client of two areas, as the last commit left it.
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adopt").join(name);
        let _ = std::fs::remove_dir_all(&root);
        let scratch = Self(root);
        for (path, text) in [
            (".gitignore", "target\n"),
            (
                "Cargo.toml",
                "[workspace]\nmembers = [\"notte-ext\"]\nresolver = \"2\"\n\n[workspace.package]\nversion = \"0.1.0\"\n",
            ),
            ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"notte-ext\"\nversion = \"0.1.0\"\n"),
            (
                "notte-ext/Cargo.toml",
                "[package]\nname = \"notte-ext\"\nversion.workspace = true\nedition = \"2021\"\n\n[lib]\npath = \"src/lib.rs\"\n",
            ),
            (
                "notte-ext/src/lib.rs",
                "// client.read_00().page(1)\npub fn call(client: Client) { client.read_00().page(1); }\npub struct Client; impl Client { pub fn read_00(&self) -> Client { Client } pub fn page(&self, _: i64) {} }\n",
            ),
            ("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- Before.\n"),
            ("openapi/notte-openapi.yml", &document(2, "")),
            ("openapi/overlays/10-areas.yaml", OVERLAY),
        ] {
            scratch.write(path, text);
        }
        let generated = scratch.xtask(&["codegen"]);
        assert!(generated.status.success(), "{}", errors(&generated));
        scratch.git(&["init", "--quiet"]);
        scratch.git(&["add", "--all"]);
        scratch.git(&["-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "--message=before"]);
        scratch
    }

    /// The same workspace again, in another folder.
    fn copy(&self, name: &str) -> Self {
        let root = self.0.with_file_name(name);
        let _ = std::fs::remove_dir_all(&root);
        for path in tree(&self.0) {
            let to = root.join(&path);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("created");
            std::fs::copy(self.0.join(&path), to).expect("copied");
        }
        Self(root)
    }

    fn write(&self, path: &str, text: &str) -> String {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-generator"));
        command.args(arguments).current_dir(&self.0).env("CARGO_MANIFEST_DIR", self.0.join("xtask"));
        command.env_remove("CARGO_TARGET_DIR");
        command
    }

    fn xtask(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("xtask runs")
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").args(arguments).current_dir(&self.0).output().expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", errors(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Every file that is no build's and not git's.
    fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = tree(&self.0).into_iter().filter(|path| !path.starts_with("target") && !path.starts_with(".git"));
        files.map(|path| (path.clone(), std::fs::read(self.0.join(path)).expect("read"))).collect()
    }
}

/// Every file below a folder, relative to it.
fn tree(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push(path.strip_prefix(folder).expect("inside").to_owned()),
            }
        }
    }
    found
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn an_adoption_is_complete_and_its_undo_leaves_nothing() {
    let scratch = Scratch::new("complete");
    let before = scratch.state();
    let incoming = scratch.write("target/incoming.json", &document(3, MORE));

    let dry = scratch.xtask(&["spec", "adopt", &incoming, "--dry-run"]);
    assert!(dry.status.success(), "{}", errors(&dry));
    assert_eq!(scratch.state(), before);

    let adopted = scratch.xtask(&["spec", "adopt", &incoming]);
    assert!(adopted.status.success(), "{}", errors(&adopted));
    assert_eq!(scratch.read("openapi/notte-openapi.yml"), document(3, MORE));
    assert!(scratch.read("notte-api/src/generated/builder/area02.rs").contains("pub fn size"));
    assert!(scratch.read("Cargo.toml").contains("version = \"0.1.1\"") && scratch.read("Cargo.lock").contains("0.1.1"));
    assert!(
        scratch
            .read("CHANGELOG.md")
            .contains("(0.1.0 to 0.1.1): 2 to 3 operations.\n  - `read_02`: an operation was added\n"),
        "{}",
        scratch.read("CHANGELOG.md")
    );
    let text = scratch.read("target/pull-request.md");
    assert!(text.contains("the file incoming.json") && text.contains("Version 0.1.0 becomes 0.1.1"), "{text}");
    let check = scratch.xtask(&["codegen", "--check"]);
    assert!(check.status.success(), "{}", errors(&check));

    let output = printed(&adopted);
    let undo = output.lines().find_map(|line| line.strip_prefix("to undo it: ")).expect("how to undo it");
    assert!(undo.starts_with("git checkout . && git clean"), "{undo}");
    let undone = Command::new("sh").args(["-c", undo]).current_dir(&scratch.0).output().expect("sh runs");
    assert!(undone.status.success(), "{}", errors(&undone));
    assert_eq!(scratch.state(), before);
    assert_eq!(scratch.git(&["status", "--porcelain"]), "");
}

#[test]
fn git_brings_everything_back_where_no_file_came() {
    let scratch = Scratch::new("no-file-came");
    let before = scratch.state();
    let incoming = scratch.write("target/incoming.json", &document(2, MORE));
    let output = printed(&scratch.xtask(&["spec", "adopt", &incoming]));
    assert!(output.ends_with("to undo it: git checkout .\n"), "{output}");
    scratch.git(&["checkout", "."]);
    assert_eq!(scratch.state(), before);
}

#[test]
fn overlay_actions_that_do_nothing_go_and_the_file_keeps_the_rest() {
    let scratch = Scratch::new("stale");
    let text = document(2, MORE).replacen(
        "\"operationId\": \"read_01\"",
        "\"deprecated\": true, \"operationId\": \"read_01\"",
        1,
    );
    let incoming = scratch.write("target/incoming.json", &text);
    let output = scratch.xtask(&["spec", "adopt", &incoming]);
    assert!(output.status.success(), "{}", errors(&output));
    assert!(printed(&output).contains("1 correction of the overlays"), "{}", printed(&output));
    assert!(scratch.read("target/pull-request.md").contains("10-areas.yaml#1"));
    let (kept, _) = OVERLAY.split_once("  - target: $.paths['/area01']").expect("the second action");
    assert_eq!(scratch.read("openapi/overlays/10-areas.yaml"), kept);
}

#[test]
fn a_conflict_stops_it_names_what_needs_a_person_and_is_resolved_in_the_overlay() {
    let scratch = Scratch::new("conflict");
    let before = scratch.state();
    let text = document(2, "").replace("\"page\"", "\"number\"").replacen("{\"get\"", "{\"post\"", 1).replacen(
        "\"operationId\": \"read_01\"",
        "\"deprecated\": false, \"operationId\": \"read_01\"",
        1,
    );
    let incoming = scratch.write("target/incoming.json", &text);
    let output = scratch.xtask(&["spec", "adopt", &incoming]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let page = printed(&output);
    let mut rest = page.as_str();
    // In this order.
    for expected in [
        "1. git apply target/spec-adopt.patch: drops 1 correction",
        "2. decide who is right, once",
        "replaces false at /paths/~1area01/get/deprecated by true",
        "3. give 1 operation an x-notte-effect",
        "effect-missing",
        "4. change 1 line of notte-ext, if the overlays are right",
        "notte-ext/src/lib.rs:2 may use notte_api::builder::Read00::page, notte_api::builder::Read01::page",
        "5. cargo xtask spec adopt",
    ] {
        let found = rest.find(expected).unwrap_or_else(|| panic!("`{expected}` is not in: {page}"));
        rest = &rest[found..];
    }
    assert_eq!(scratch.state(), before);

    let resolved = OVERLAY
        .replace("['/area00'].get", "['/area00'].post")
        .replace("{summary: Read it}", "{summary: Read it, x-notte-effect: read}")
        .replace("update: {deprecated: true}", "update: {deprecated: true}\n    x-expect: {deprecated: false}");
    scratch.write("openapi/overlays/10-areas.yaml", &resolved);
    let output = scratch.xtask(&["spec", "adopt", &incoming]);
    assert!(output.status.success(), "{}", errors(&output));
    assert_eq!(scratch.read("openapi/notte-openapi.yml"), text);
    assert!(scratch.read("CHANGELOG.md").contains("(0.1.0 to 0.2.0)"), "{}", scratch.read("CHANGELOG.md"));
}

#[test]
fn what_no_longer_builds_is_named_by_line_and_nothing_is_written() {
    let scratch = Scratch::new("no-build");
    scratch.write(
        "notte-ext/src/lib.rs",
        "pub const OPERATIONS: [(); 2] = [(); include_str!(\"../../openapi/effective.json\").len() / 1_000_000 + 3];\n",
    );
    let before = scratch.state();
    let incoming = scratch.write("target/incoming.json", &document(2, MORE));
    let output = scratch.xtask(&["spec", "adopt", &incoming]);
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    assert!(printed(&output).contains("notte-ext/src/lib.rs:1: mismatched types"), "{}", printed(&output));
    assert!(errors(&output).contains("1 step needs a person"), "{}", errors(&output));
    assert_eq!(scratch.state(), before);
}

/// A workspace, a document for it, and what its files are after that was adopted.
fn adopted(name: &str, areas: usize) -> (Scratch, String, BTreeMap<PathBuf, Vec<u8>>) {
    let scratch = Scratch::new(name);
    let incoming = scratch.write("target/incoming.json", &document(areas, MORE));
    let adopted = scratch.copy(&format!("{name}-adopted"));
    let output = adopted.xtask(&["spec", "adopt", &incoming]);
    assert!(output.status.success(), "{}", errors(&output));
    (scratch, incoming, adopted.state())
}

const JOURNAL: &str = "target/adopt/journal.json";

#[test]
fn killed_at_any_point_the_next_command_finds_the_old_state_or_completes_the_new() {
    let (scratch, incoming, after) = adopted("killed", 12);
    let before = scratch.state();
    // It is killed as soon as one of these is there: the copy of the workspace, what is prepared, the decision, a file
    // that was moved.
    let prepared = ["target/adopt/stage", "target/adopt/stage/openapi", "target/debug", "target/adopt/new", JOURNAL];
    let moved = ["notte-api/src/generated/builder/area02.rs", "notte-api/src/generated/builder/area11.rs"];
    for (number, wanted) in prepared.into_iter().chain(moved).enumerate() {
        let scratch = scratch.copy(&format!("killed-{number}"));
        let mut command = scratch.command(&["spec", "adopt", &incoming]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("xtask runs");
        let path = scratch.0.join(wanted);
        while !path.exists() && child.try_wait().expect("its state").is_none() {
            std::hint::spin_loop();
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        let found = scratch.state();
        let decided = scratch.0.join(JOURNAL).exists();
        assert!(decided || found == before || found == after, "{wanted}: a mix, and nothing says how to go on");
        let next = scratch.xtask(&["spec", "rules"]);
        assert!(next.status.success(), "{}", errors(&next));
        assert!(scratch.state() == if decided { after.clone() } else { found }, "{wanted}: not as it was decided");
        assert!(!scratch.0.join(JOURNAL).exists());
    }
}

/// Where a process that is killed stops is up to chance, and a folder in the way of a file is not: it leaves the same.
#[test]
fn stopped_between_any_two_files_the_next_command_completes_the_rest() {
    let (scratch, incoming, after) = adopted("stopped", 4);
    let before = scratch.state();
    let come: Vec<&PathBuf> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert_eq!(come.len(), 2, "{come:?}");
    for path in &come {
        std::fs::create_dir_all(scratch.0.join(path)).expect("in the way");
    }
    let mut arguments = vec!["spec", "adopt", &incoming];
    for path in &come {
        let stopped = scratch.xtask(&arguments);
        assert_eq!(stopped.status.code(), Some(2), "{}", errors(&stopped));
        assert!(errors(&stopped).contains(&path.display().to_string()), "{}", errors(&stopped));
        assert!(scratch.state() != before && scratch.state() != after, "it was not stopped half way");
        std::fs::remove_dir(scratch.0.join(path)).expect("out of the way");
        arguments = vec!["spec", "rules"];
    }
    assert!(scratch.xtask(&arguments).status.success());
    assert!(scratch.state() == after, "not the new state");
}
