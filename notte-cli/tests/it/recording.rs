//! A whole task as a terminal shows it, kept in the documentation.

use std::{fs, path::Path};

use crate::stage::Stage;

/// What differs from run to run is replaced by a name.
fn stable(text: &str, stage: &Stage) -> String {
    let text = text.replace(&stage.site, "http://tea.test").replace(stage.url(), "http://127.0.0.1:8765");
    let mut stable = String::new();
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let bare = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let is_id = bare.len() == 36 && bare.split('-').count() == 5;
        stable.push_str(&if is_id { word.replace(bare, "SESSION") } else { word.to_owned() });
    }
    stable
}

#[test]
fn the_recorded_session_is_what_the_program_prints() {
    let stage = Stage::new();
    let site = stage.site.clone();
    let lines: Vec<Vec<&str>> = vec![
        vec!["sessions", "start", "-s", "tea", "-o", "table"],
        vec!["page", "goto", "-s", "tea", &site],
        vec!["page", "fill", "-s", "tea", "I1", "Ada", "--no-observe"],
        vec!["page", "find", "-s", "tea", "--role", "button"],
        vec!["page", "click", "-s", "tea", "text=More"],
        vec!["page", "click", "-s", "tea", "B9"],
        vec!["page", "scrape", "-s", "tea", "--selector", "#greeting"],
        vec!["sessions", "code", "-s", "tea", "--rust"],
        vec!["sessions", "stop", "-s", "tea", "-o", "table"],
    ];
    let mut page = String::from(
        "# One task, as the terminal shows it\n\nRecorded by a test of notte-cli against notte-local. stderr is shown after `2>`.\n\n```console\n",
    );
    for line in lines {
        let done = stage.run(&line);
        let quoted: Vec<String> = line
            .iter()
            .map(|word| if word.contains([' ', '#', '=']) { format!("'{word}'") } else { (*word).to_owned() })
            .collect();
        page.push_str(&format!("$ notte {}\n{}", quoted.join(" "), done.stdout));
        done.stderr.lines().for_each(|line| page.push_str(&format!("2> {line}\n")));
        if done.code != 0 {
            page.push_str(&format!("[exit code {}]\n", done.code));
        }
    }
    page.push_str("```\n");
    let page = stable(&page, &stage);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli-session.md");
    if std::env::var_os("NOTTE_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/cli-session.md is stale: NOTTE_UPDATE=1 cargo test -p notte-cli recording\n{page}");
}
