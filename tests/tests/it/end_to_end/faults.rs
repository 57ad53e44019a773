//! Answers that are lost, late or broken: nothing is bought twice, and what is safe to repeat is repeated.

use std::time::SystemTime;

use notte_ext::ErrorKind;
use serde_json::json;

use crate::end_to_end::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_answer_is_lost_buys_one_browser_at_most_and_says_so() {
    let stage = Stage::set().await;
    let before = SystemTime::now();
    stage.order(json!({"operation": "session_start", "truncate": 40})).await;
    let lost = stage.notte.session().await.unwrap_err();
    assert!(lost.may_have_been_sent(), "{lost}");
    assert_eq!((lost.attempts(), stage.live().await), (1, 1));
    let candidates = stage.notte.sessions().started_since(before).await.unwrap();
    assert_eq!(candidates.len(), 1);
    stage.notte.sessions().attach(candidates[0].session_id.clone()).stop().await.unwrap();

    stage.order(json!({"operation": "session_start", "reset": true})).await;
    let lost = stage.notte.session().await.unwrap_err();
    assert!(lost.may_have_been_sent() && lost.attempts() == 1, "{lost}");
    assert_eq!(stage.live().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_repeated_and_a_broken_answer_of_what_only_reads_too() {
    let stage = Stage::set().await;
    stage.order(json!({"operation": "session_start", "times": 2, "status": 503, "retry_after": "0.05"})).await;
    let session = stage.notte.session().await.unwrap();
    assert_eq!(stage.live().await, 1);
    session.goto(stage.site.url()).await.unwrap();
    for fault in [json!({"truncate": 100}), json!({"reset": true}), json!({"status": 502}), json!({"status": 529})] {
        let mut fault = fault;
        fault["operation"] = "page_observe".into();
        stage.order(fault).await;
        assert_eq!(session.observe().await.unwrap().title(), "Tea house");
    }
    let steps = session.offset().await.unwrap();
    stage.order(json!({"operation": "page_execute", "truncate": 10})).await;
    let lost = session.goto(stage.site.url()).await.unwrap_err();
    assert!(lost.may_have_been_sent(), "{lost}");
    assert_eq!(session.offset().await.unwrap(), steps + 1, "an action is done once");
    stage.order(json!({"operation": "session_stop", "times": 2, "status": 500})).await;
    session.stop().await.unwrap();
    assert_eq!(stage.live().await, 0);
    stage
        .order(json!({"operation": "session_start", "status": 429, "body": {"detail": "as many as you may have"}}))
        .await;
    assert_eq!(stage.notte.session().await.unwrap_err().kind(), ErrorKind::RateLimited);
}
