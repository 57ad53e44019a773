//! Files and replays over a real socket: what is sent, where it lands, and what is left when it fails.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{Fault, KEY, Server};
use futures_util::TryStreamExt as _;
use notte_ext::{
    ErrorKind, VideoFormat,
    notte_api::{Part, types::FileSource},
};
use serde_json::json;

fn file(id: &str, name: &str) -> serde_json::Value {
    json!({"id": id, "session_id": "s-1", "filename": name, "mime_type": "text/plain", "size": 5, "checksum": "c",
        "created_at": "2025-01-02", "expires_at": "2025-01-03", "source": "session_download"})
}

fn page(files: &[serde_json::Value], total: usize, offset: usize) -> Fault {
    Fault::Say(json!({"files": files, "total": total, "limit": 2, "offset": offset}).to_string())
}

const MP4: &str = "\0\0\0\x18ftypmp42 and so on";

#[tokio::test]
async fn a_file_is_uploaded_under_a_name_with_its_length_and_progress() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.csv");
    std::fs::write(&path, vec![b'a'; 100_000]).unwrap();
    let answer = || Fault::Say(file("f-1", "people.csv").to_string());
    server.fail("POST /sessions/s-1/files", [answer(), answer()]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let upload = session.files().upload(&path).name("people.csv").mime("text/csv");
    let uploaded = upload.progress(move |now| note.lock().unwrap().push((now.bytes, now.total))).await.unwrap();
    assert_eq!(uploaded.id, "f-1");
    let request = server.last("POST /sessions/s-1/files");
    assert!(request.body.contains("filename=\"people.csv\"") && request.body.contains("text/csv"));
    assert!(request.head.contains("content-length: 100"), "{}", request.head);
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.last(), Some(&(100_000, Some(100_000))));
    assert!(seen.is_sorted());

    session.files().upload_part(Part::bytes("a.txt", "hello")).await.unwrap();
    assert!(server.last("POST /sessions/s-1/files").body.contains("hello"));
    let error = session.files().upload(folder.path().join("missing")).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::File, false));
}

#[tokio::test]
async fn a_list_of_files_turns_its_pages_by_offset() {
    let server = Server::start();
    server.fail(
        "GET /sessions/s-1/files",
        [page(&[file("f-1", "a"), file("f-2", "b")], 3, 0), page(&[file("f-3", "c")], 3, 2)],
    );
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let list = session.files().list().source(FileSource::SessionDownload).page_size(2);
    let ids: Vec<_> = list.items().map_ok(|file| file.id).try_collect().await.unwrap();
    assert_eq!(ids, ["f-1", "f-2", "f-3"]);
    let line = server.last("GET /sessions/s-1/files").line;
    assert!(["source=session_download", "limit=2", "offset=2"].iter().all(|part| line.contains(part)), "{line}");
    let error = session.files().list().page_size(1001).items().try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("1000"), "{error}");
}

#[tokio::test]
async fn a_download_lands_under_a_safe_name_in_full_or_not_at_all() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let left = || -> Vec<PathBuf> { std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect() };
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");

    let list = || page(&[file("f-1", "../../report.txt")], 1, 0);
    server.fail("GET /sessions/s-1/files/f-1", [Fault::Refuse(200, "", "hello")]);
    server.fail("GET /sessions/s-1/files?", [list(), list(), list()]);
    let saved = session.files().download("f-1").save_in(&folder).await.unwrap();
    assert_eq!((saved.path, saved.bytes, saved.video), (folder.path().join("report.txt"), 5, None));
    assert_eq!(std::fs::read(folder.path().join("report.txt")).unwrap(), b"hello");

    let before = server.count("GET /sessions/s-1/files/f-1");
    let error = session.files().download("f-1").save_in(&folder).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(server.count("GET /sessions/s-1/files/f-1"), before, "nothing was asked for in vain");
    server.fail("GET /sessions/s-1/files/f-1", [Fault::Refuse(200, "", "again")]);
    session.files().download("f-1").save_in(&folder).overwrite().await.unwrap();
    assert_eq!(std::fs::read(folder.path().join("report.txt")).unwrap(), b"again");

    // The connection ends before the body does.
    server.fail("GET /sessions/s-1/files/f-1", [Fault::Refuse(200, "content-length: 100\r\n", "hel")]);
    session.files().download("f-1").save(folder.path().join("cut.txt")).await.unwrap_err();
    server.fail("GET /sessions/s-1/files?", [page(&[file("f-2", "..")], 1, 0), page(&[], 0, 0)]);
    let error = session.files().download("f-2").save_in(&folder).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let error = session.files().download("f-3").save_in(&folder).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(left(), [folder.path().join("report.txt")], "no part of a file is left");
}

#[tokio::test]
async fn a_file_that_is_gone_is_deleted() {
    let server = Server::start();
    server.fail(
        "DELETE /sessions/s-1/files/f-1",
        [Fault::Refuse(204, "", ""), Fault::Refuse(502, "", ""), Fault::Refuse(404, "", "")],
    );
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    session.files().delete("f-1").await.unwrap();
    session.files().delete("f-1").await.unwrap();
    assert_eq!(server.count("DELETE"), 3);
}

#[tokio::test]
async fn a_replay_is_waited_for_and_streamed_without_the_key() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let linked =
        format!(r#"{{"mp4_url":"{}/v.mp4?sig=hunter2","expires_at":"x","video_duration_ms":1500}}"#, server.url);
    let missing = r#"{"detail":"?","replay_status":"processing","retryable":true}"#;
    server.fail("GET /sessions/s-1/replay", [Fault::Refuse(404, "", missing), Fault::Say(linked)]);
    server.fail("GET /v.mp4", [Fault::Refuse(200, "", MP4)]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    // Whether it is there yet is asked once.
    let error = session.replay().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let replay = session.replay().wait().deadline(Duration::from_secs(5)).await.unwrap();
    assert_eq!(replay.duration(), Some(Duration::from_millis(1500)));
    assert!(!format!("{replay:?} {:?}", replay.response()).contains("hunter2"));
    let mut progress = Vec::new();
    let saved = replay.save(folder.path().join("v.mp4")).progress(|now| progress.push(now.bytes)).await.unwrap();
    assert_eq!((saved.bytes, saved.video), (MP4.len() as u64, Some(VideoFormat::Mp4)));
    assert_eq!(progress.last(), Some(&(MP4.len() as u64)));
    let request = server.last("GET /v.mp4");
    assert!(!request.head.contains("authorization") && !request.head.contains(KEY), "{}", request.head);
}

#[tokio::test]
async fn a_replay_may_be_the_answer_itself() {
    let server = Server::start();
    server.fail(
        "GET /sessions/s-1/replay",
        [Fault::Refuse(200, "", "RIFF\0\0\0\0WEBPVP8X"), Fault::Say(r#"{"a""#.into())],
    );
    let folder = tempfile::tempdir().unwrap();
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let replay = session.replay().await.unwrap();
    assert!(replay.response().is_none());
    let saved = replay.save(folder.path().join("v.webp")).await.unwrap();
    assert_eq!((saved.bytes, saved.video), (16, Some(VideoFormat::WebP)));
    assert_eq!(session.replay().await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_replay_that_cannot_come_is_an_error_at_once() {
    let server = Server::start();
    let notte = server.notte();
    let running = notte.session().await.unwrap();
    // A server that does not say why is asked about the session.
    server.fail("GET /sessions/s-1/replay", [Fault::Refuse(404, "", r#"{"detail":"no"}"#)]);
    let error = running.replay().wait().await.unwrap_err();
    assert_eq!((error.kind(), error.session_id()), (ErrorKind::Conflict, Some("s-1")));
    assert!(error.to_string().contains("still runs"), "{error}");
    for (body, kind) in [
        (r#"{"detail":"no","replay_status":"waiting_for_session","retryable":true}"#, ErrorKind::Conflict),
        (r#"{"detail":"no","replay_status":"failed","retryable":false}"#, ErrorKind::NotFound),
    ] {
        server.fail("GET /sessions/s-2/replay", [Fault::Refuse(404, "", body)]);
        let error = notte.sessions().attach("s-2").replay().wait().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
    }
    let never: Vec<_> = (0..9).map(|_| Fault::Refuse(404, "", r#"{"replay_status":"processing"}"#)).collect();
    server.fail("GET /sessions/s-3/replay", never);
    let wait = notte.sessions().attach("s-3");
    let error = wait.replay().wait().deadline(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn network_logs_are_listed_within_limits_and_downloaded() {
    let server = Server::start();
    let batch = json!({"key": "b-1", "size": 3, "download_url": format!("{}/log?sig=hunter2", server.url)});
    let answer = json!({"session_id": "s-1", "batches": [batch, {"key": "b-2", "size": 4}], "total_batch_count": 7});
    server.fail("GET /sessions/s-1/network/logs", [Fault::Say(answer.to_string())]);
    server.fail("GET /log", [Fault::Refuse(200, "", "log")]);
    let folder = tempfile::tempdir().unwrap();
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let logs = session.network_logs().limit(2).download(true).await.unwrap();
    let line = server.last("GET /sessions/s-1/network").line;
    assert!(line.contains("download=true") && line.contains("limit=2"), "{line}");
    assert_eq!((logs.total, logs.files[0].key(), logs.files[0].size()), (7, "b-1", 3));
    assert_eq!(logs.files[0].save(folder.path().join("log")).await.unwrap().bytes, 3);
    assert_eq!(logs.files[1].save(folder.path().join("no")).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(!format!("{logs:?}").contains("hunter2"));
    for limit in [0, 1001] {
        let error = session.network_logs().limit(limit).await.unwrap_err();
        assert!(error.to_string().contains("between 1 and 1000"), "{error}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_not_the_file() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    for status in [204, 206] {
        server
            .fail("GET /sessions/s-1/files/f-1", [Fault::Refuse(status, "", if status == 206 { "half" } else { "" })]);
        let error = session.files().download("f-1").save(&path).await.unwrap_err();
        assert_eq!((error.kind(), path.exists()), (ErrorKind::Decode, false), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[tokio::test]
async fn an_upload_that_was_refused_is_sent_again_with_its_type_and_content() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let sent = serde_json::json!({"id": "f-1", "session_id": "s-1", "filename": "a.csv", "mime_type": "text/csv", "size": 4,
        "checksum": "x", "created_at": "2025-01-02", "expires_at": "2025-01-02", "source": "user_upload"});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "a,b\n").unwrap();
    for upload in [session.files().upload(&path), session.files().upload_bytes("a.csv", "a,b\n")] {
        server.fail("POST /sessions/s-1/files", [Fault::Refuse(529, "", ""), Fault::Say(sent.to_string())]);
        let before = server.count("POST");
        upload.await.unwrap();
        assert_eq!(server.count("POST") - before, 2);
        let body = server.last("POST").body;
        for part in ["filename=\"a.csv\"", "text/csv", "a,b\n"] {
            assert!(body.contains(part), "{part} is not in {body}");
        }
    }
}
