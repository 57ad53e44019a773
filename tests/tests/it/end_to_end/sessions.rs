//! Sessions: none outlives what it was started for; what is left of one is its replay.

use std::time::Duration;

use futures_util::FutureExt as _;
use notte_ext::{Error, Result, Session};

use crate::end_to_end::stage::{Stage, browsers};

#[tokio::test(flavor = "multi_thread")]
async fn however_a_scope_ends_its_browser_is_gone() {
    let stage = Stage::set().await;
    let page = stage.site.url().to_owned();
    let mut ids = Vec::new();
    let mut opened = async |session: &Session| {
        session.goto(page.clone()).await?;
        ids.push(session.id().to_string());
        assert!(!cfg!(target_os = "linux") || browsers(session.id().as_str()) > 0);
        Ok::<_, Error>(())
    };
    let title = stage.notte.session().scope(async |session| {
        opened(session).await?;
        session.evaluate_js("document.title").await
    });
    assert_eq!(title.await.unwrap(), "Tea house");
    let failed: Result<()> = stage
        .notte
        .session()
        .scope(async |session| {
            opened(session).await?;
            session.goto("http://127.0.0.1:1/").await.map(drop)
        })
        .await;
    assert!(failed.unwrap_err().to_string().contains("cannot be reached"));
    let panicked = stage.notte.session().scope(async |session| {
        opened(session).await?;
        if true { panic!("on purpose") } else { Ok::<_, Error>(()) }
    });
    assert!(std::panic::AssertUnwindSafe(panicked).catch_unwind().await.is_err());
    assert_eq!(stage.live().await, 0);

    let (tell, told) = tokio::sync::oneshot::channel();
    let notte = stage.notte.clone();
    let cancelled = tokio::spawn(async move {
        let forever = notte.session().scope(async |session| {
            session.goto(page.clone()).await?;
            let _ = tell.send(session.id().to_string());
            std::future::pending::<Result<()>>().await
        });
        drop(forever.await);
    });
    ids.push(told.await.unwrap());
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    assert!(stage.notte.shutdown(Duration::from_secs(20)).await.left.is_empty());
    assert_eq!(stage.live().await, 0);
    assert_eq!(ids.iter().map(|id| browsers(id)).sum::<usize>(), 0, "processes of {ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_is_dropped_stops_its_session_and_one_that_is_detached_does_not() {
    let stage = Stage::set().await;
    let (dropped, kept) = (stage.notte.session().await.unwrap(), stage.notte.session().await.unwrap());
    drop(dropped);
    let kept = kept.detach();
    assert!(stage.notte.shutdown(Duration::from_secs(20)).await.left.is_empty());
    assert_eq!(stage.live().await, 1);
    stage.notte.sessions().attach(kept).stop().await.unwrap();
    assert_eq!(stage.live().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_leaves_its_network_logs_and_its_replay() {
    let stage = Stage::set().await;
    let folder = tempfile::tempdir().unwrap();
    let session = stage.notte.session().viewport(800, 600).await.unwrap();
    session.goto(stage.site.url()).await.unwrap();
    let logs = session.network_logs().await.unwrap();
    let saved = logs.files[0].save(folder.path().join("network.jsonl")).await.unwrap();
    assert!(std::fs::read_to_string(saved.path).unwrap().contains(stage.site.url()));
    let script = session.workflow_code().await.unwrap();
    assert!(script.code().is_some_and(|code| code.contains("goto")));
    assert_eq!(script.actions().unwrap().len(), 1);
    let id = session.id().clone();
    session.stop().await.unwrap();
    let replay = stage.notte.sessions().attach(id).replay().wait().await.unwrap();
    assert!(replay.duration().is_some_and(|duration| duration > Duration::ZERO));
    let saved = replay.save(folder.path().join("replay.webm")).await.unwrap();
    assert!(std::fs::read(saved.path).unwrap().starts_with(&[0x1a, 0x45, 0xdf, 0xa3]), "a WebM");
}
