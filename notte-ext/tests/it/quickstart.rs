//! The quickstart of the README is the example, and the example runs.

use std::process::Command;

use crate::support::{KEY, Server};

#[test]
fn the_readme_shows_the_example() {
    let example = include_str!("../../examples/quickstart.rs");
    let (_, program) = example.split_once("\n\n").unwrap();
    assert!(include_str!("../../README.md").contains(program), "README.md and examples/quickstart.rs differ");
}

#[test]
fn the_quickstart_prints_the_page_and_stops_its_browser() {
    let server = Server::start();
    // Beside this test, where cargo builds the examples of the package it tests.
    let folder = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(format!("quickstart{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo test` for the whole package: it builds the examples");
    let mut command = Command::new(program);
    let output = command.env("NOTTE_API_KEY", KEY).env("NOTTE_API_URL", &server.url).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "# Example\n");
    assert_eq!((server.count("DELETE"), server.count("POST")), (1, 3));
    assert_eq!(server.live(), 0);
}
