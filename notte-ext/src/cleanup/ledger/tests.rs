//! What a ledger keeps, and what survives damage to it.

use std::{fs, path::PathBuf};

use super::{
    file::{Found, files},
    *,
};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn entry(event: Event, session: &str) -> Entry {
    Entry { event, session: session.into(), url: "u".into(), key: "k".into(), host: "h".into() }
}

fn line(event: Event, session: &str) -> String {
    serde_json::to_string(&entry(event, session)).unwrap()
}

fn orphans(path: PathBuf) -> Vec<String> {
    match Found::open(path).unwrap() {
        Found::Orphans(orphans) => orphans.live.iter().map(|entry| entry.session.clone()).collect(),
        Found::Kept(_) => panic!("somebody holds it"),
    }
}

#[test]
fn a_bad_byte_and_a_line_that_was_cut_short_hide_no_other_line() {
    let folder = folder();
    let path = folder.path().join("a.jsonl");
    let mut bytes = line(Event::Started, "s-1").into_bytes();
    bytes.extend_from_slice(b"\n\xff\xfe{\n{\"event\":\"started\",\"sess");
    fs::write(&path, &bytes).unwrap();
    // The next line is written by somebody who does not know that the one before it was cut short.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file::write(&mut file, &entry(Event::Started, "s-2")).unwrap();
    drop(file);
    assert_eq!(orphans(path), ["s-1", "s-2"]);
}

#[tokio::test]
async fn a_ledger_is_held_for_as_long_as_its_client_lives_and_left_only_with_what_lives() {
    let folder = folder();
    let ledger = Ledger::open(folder.path().to_owned()).unwrap();
    ledger.started("s-1", "u", "k".into()).await;
    let path = files(folder.path()).unwrap().remove(0);
    assert!(matches!(Found::open(path.clone()), Some(Found::Kept(live)) if live.len() == 1 || cfg!(windows)));
    drop(ledger);
    // The writer ends on a thread of its own.
    while matches!(Found::open(path.clone()), Some(Found::Kept(_))) {
        std::thread::yield_now();
    }
    assert_eq!(orphans(path), ["s-1"]);
}

#[tokio::test]
async fn a_ledger_shrinks_when_its_sessions_end() {
    let folder = folder();
    let ledger = Ledger::open(folder.path().to_owned()).unwrap();
    let size = || fs::metadata(&files(folder.path()).unwrap()[0]).unwrap().len();
    ledger.started("long", "u", "k".into()).await;
    let with_one = size();
    for number in 0..500 {
        let session = format!("s-{number}");
        ledger.started(&session, "u", "k".into()).await;
        ledger.stopped(&session);
    }
    ledger.flush().await;
    assert!(size() < 300 * with_one, "{} bytes for one session that lives", size());
    ledger.stopped("long");
    ledger.flush().await;
    assert_eq!((size(), files(folder.path()).unwrap().len()), (0, 1));
}

#[test]
fn what_was_stopped_is_settled_and_an_empty_ledger_is_removed() {
    let folder = folder();
    let path = folder.path().join("a.jsonl");
    fs::write(&path, format!("{}\n{}", line(Event::Started, "s-1"), line(Event::Started, "s-2"))).unwrap();
    let settle = |session: &str| match Found::open(path.clone()) {
        Some(Found::Orphans(orphans)) => orphans.settle(&[session.to_owned()]),
        _ => panic!("it has an owner"),
    };
    settle("s-1");
    assert_eq!(orphans(path.clone()), ["s-2"]);
    settle("s-2");
    assert!(!path.exists());
}
