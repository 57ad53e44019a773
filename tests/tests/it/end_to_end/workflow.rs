//! A workflow that is recorded once, and run on the same site as it changes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, response::Html, routing::get};
use notte_ext::{
    Action, ErrorKind, Session, Workflow,
    workflow::{StepOutcome, WorkflowOutcome},
};

use crate::end_to_end::stage::Stage;

/// As it is when it is recorded; with other ids; with other texts; with the field in a frame; without the button.
const VERSIONS: [&str; 5] = [
    r#"<label>Your name <input id=who></label><button id=greet onclick="greet(who.value)">Greet</button>"#,
    r#"<p>New!</p><label>Your name <input id=a7></label><div><button id=x9 onclick="greet(a7.value)">Greet</button></div>"#,
    r#"<label>Who are you? <input id=who></label><button id=greet onclick="greet(who.value)">Say hello</button>"#,
    r#"<iframe id=form srcdoc="<label>Your name <input id=who onchange='parent.named=value'></label>"></iframe>
       <button id=greet onclick="greet(window.named)">Greet</button>"#,
    r#"<label>Your name <input id=who></label>"#,
];
const SCRIPT: &str = "<h1 id=out></h1><script>function greet(name) { out.textContent = `Hello ${name}` }</script>";

struct Shop {
    url: String,
    version: Arc<AtomicUsize>,
}

impl Shop {
    async fn open() -> Self {
        let version = Arc::new(AtomicUsize::new(0));
        let now = Arc::clone(&version);
        let page =
            move || async move { Html(format!("<!doctype html>{}{SCRIPT}", VERSIONS[now.load(Ordering::Relaxed)])) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/", get(page))).await });
        Self { url, version }
    }
}

async fn recorded(session: &Session, shop: &Shop) -> Workflow {
    let mut recorder = Workflow::record(session);
    recorder.execute(Action::goto(&shop.url)).await.unwrap();
    let page = session.observe().await.unwrap();
    let field = page.matching("Your name").next().expect("the field").clone();
    let id = serde_json::to_value(&field).unwrap()["id"].as_str().unwrap().to_owned();
    recorder.execute(Action::fill(id.as_str(), "Ada")).await.unwrap();
    let button = page.matching("Greet").next().expect("the button").clone();
    recorder.execute(button).await.unwrap();
    recorder.finish("greet")
}

async fn greets(session: &Session, workflow: &Workflow, name: &str) -> WorkflowOutcome {
    let outcome =
        workflow.run(session).parameter("your_name", name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let said = session.evaluate_js("document.querySelector('#out').textContent").await.unwrap();
    assert_eq!(said, format!("Hello {name}"));
    outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_keeps_working_while_its_site_changes() {
    let (stage, shop) = (Stage::set().await, Shop::open().await);
    let session = stage.notte.session().await.unwrap();
    let workflow = recorded(&session, &shop).await;
    assert_eq!(workflow.parameters.keys().collect::<Vec<_>>(), ["your_name"]);
    assert!(!workflow.to_json().contains("Ada"), "what was typed is not kept");
    let workflow: Workflow = workflow.to_json().parse().unwrap();

    let outcome = greets(&session, &workflow, "Grace").await;
    assert_eq!((outcome.steps, outcome.repaired), (vec![StepOutcome::AsRecorded; 3], None));
    for (version, name) in [(1, "other ids"), (2, "other texts"), (3, "a frame")] {
        shop.version.store(version, Ordering::Relaxed);
        let outcome = greets(&session, &workflow, name).await;
        let Some(repaired) = outcome.repaired else { continue };
        assert_ne!(outcome.steps, vec![StepOutcome::AsRecorded; 3], "{name}");
        // The repaired one finds everything at once.
        let again = greets(&session, &repaired, name).await;
        assert_eq!(again.steps, vec![StepOutcome::AsRecorded; 3], "{name}: {repaired:?}");
    }

    shop.version.store(4, Ordering::Relaxed);
    let error = workflow.run(&session).parameter("your_name", "nobody").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Execution);
    assert!(error.to_string().contains(r#"step 3 of 3, click "Greet""#), "{error}");
    session.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_its_parameters_does_nothing() {
    let (stage, shop) = (Stage::set().await, Shop::open().await);
    let session = stage.notte.session().await.unwrap();
    let workflow = recorded(&session, &shop).await;
    let before = session.offset().await.unwrap();
    let missing = workflow.run(&session).await.unwrap_err();
    assert!(missing.to_string().contains(r#"needs parameter "your_name""#), "{missing}");
    let unknown = workflow.run(&session).parameter("your_name", "x").parameter("color", "red").await.unwrap_err();
    assert!(unknown.to_string().contains(r#"no parameter "color""#), "{unknown}");
    assert_eq!(session.offset().await.unwrap(), before, "nothing was executed");
    session.stop().await.unwrap();
}
