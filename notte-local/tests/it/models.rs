//! What needs a language model, over the real browser: the answer, nonsense from the model, and a model that fails.

use notte_local::Local;
use serde_json::{Value, json};

use crate::support::{Api, Model, Site};

async fn with(model: &Model) -> Api {
    let key = Some("hush-model".to_owned());
    Api::with(Local::builder().llm(&model.url, "small", key).expect("an address")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_taken_out_of_the_page_that_is_open() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = with(&model).await;
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    let format = json!({"type": "object", "required": ["price"], "properties": {"price": {"type": "number"}}});
    let body = json!({"response_format": format, "instructions": "the price of tea"});
    let scrape = async || api.post(&session.path("/page/scrape"), body.clone()).await["structured"].clone();

    model.say(&json!({"price": 3}));
    assert_eq!(scrape().await, json!({"success": true, "error": null, "data": {"price": 3}}));
    let heard = model.heard().concat();
    assert!(heard.contains("the price of tea") && heard.contains("| Tea | 3 |"), "{heard}");

    model.say(&json!("three coins"));
    model.say(&json!({"price": "three"}));
    let nonsense = scrape().await;
    assert_eq!((&nonsense["success"], &nonsense["data"]), (&json!(false), &Value::Null), "{nonsense}");

    model.fail();
    let failed = scrape().await;
    assert!(
        failed["error"].as_str().unwrap().contains("500") && !failed.to_string().contains("hush-model"),
        "{failed}"
    );

    model.say(&json!({"price": 3}));
    let mut action = body.clone();
    action["type"] = "scrape".into();
    assert_eq!(session.does(action).await["data"]["structured"]["data"], json!({"price": 3}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observation_with_a_wish_has_the_elements_that_serve_it() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = with(&model).await;
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let path = session.path("/page/observe");
    let observe = || api.send("POST", &path, Some(json!({"instructions": "sign up"})));

    model.say(&json!(["I1", "B2"]));
    let (status, seen) = observe().await;
    assert_eq!(status, 200, "{seen}");
    let ids: Vec<&Value> =
        seen["space"]["interaction_actions"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, ["I1", "B2"]);
    assert!(seen["space"]["browser_actions"].as_array().is_some_and(|actions| !actions.is_empty()));

    model.say(&json!("the first one"));
    model.say(&json!("{}"));
    let (status, nonsense) = observe().await;
    assert!(status == 400 && nonsense["detail"].is_string(), "{status} {nonsense}");

    model.fail();
    let (status, failed) = observe().await;
    assert!(status == 400 && !failed.to_string().contains("hush-model"), "{status} {failed}");
    assert_eq!(session.observe().await["metadata"]["title"], "Form", "the session is usable after");
}

#[tokio::test(flavor = "multi_thread")]
async fn html_is_read_without_a_browser_by_a_schema_that_the_model_writes() {
    let model = Model::start().await;
    let api = with(&model).await;
    let frame = json!({"frameUrl": "https://shop.test/", "frameData": "<h1>Tea</h1><nav>Home</nav><p>3 coins</p>"});
    let body = json!({"frames": [frame], "instructions": "the price", "ignored_tags": ["nav"]});

    model.say(&json!({"type": "object", "required": ["price"]}));
    model.say(&json!({"price": 3}));
    let read = api.post("/scrape_from_html", body.clone()).await;
    assert_eq!(read["model_schema"]["model_schema"]["required"], json!(["price"]));
    assert_eq!(read["scrape"], json!({"success": true, "error": null, "data": {"price": 3}}));
    let heard = model.heard().concat();
    assert!(heard.contains("3 coins") && !heard.contains("Home"), "{heard}");

    model.fail();
    let failed = api.post("/scrape_from_html", body).await;
    assert_eq!((&failed["model_schema"]["success"], &failed["scrape"]), (&json!(false), &Value::Null), "{failed}");

    assert_eq!(api.get("/sessions?only_active=false").await["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_html_is_read_in_a_browser_that_runs_none_of_it() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = with(&model).await;
    let html = "<nav>Home</nav><main><a href=tea>Tea</a><p style='display:none'>hidden</p><script>document.write('run')</script></main>";
    let frames = json!([{"frameUrl": site.at("/shop/"), "frameData": html}, {"frameUrl": "about:blank", "frameData": "<main>Salt</main>"}]);
    for part in [json!({"only_main_content": true}), json!({"selector": "main"})] {
        let mut body = json!({"frames": frames, "response_format": {"type": "array"}});
        body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        model.say(&json!(["Tea"]));
        assert_eq!(api.post("/scrape_from_html", body).await["scrape"]["data"], json!(["Tea"]));
        let heard = model.heard().pop().unwrap();
        assert!(heard.contains(&format!("[Tea]({})", site.at("/shop/tea"))) && heard.contains("Salt"), "{heard}");
        assert!(!["Home", "hidden", "run"].iter().any(|word| heard.contains(word)), "{heard}");
    }
    let none = json!({"frames": frames, "response_format": {}, "selector": "#none"});
    assert_eq!(api.send("POST", "/scrape_from_html", Some(none)).await.0, 400);
    assert_eq!(api.get("/sessions").await["items"], json!([]), "no session is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_written_anew() {
    let model = Model::start().await;
    let api = with(&model).await;
    let better = json!({"prompt": "Open {shop}, then …", "variables": ["shop"], "credentials": []});
    model.say(&better);
    assert_eq!(api.post("/prompts/improve", json!({"prompt": "buy tea"})).await, better);
    assert!(model.heard().concat().contains("buy tea"));

    model.say(&json!({"prompt": "Look twice"}));
    let nudge = json!({"task": "find tea", "agent_messages": [{"role": "assistant", "content": "there is none"}]});
    assert_eq!(api.post("/prompts/nudge", nudge.clone()).await, json!({"prompt": "Look twice"}));
    let heard = model.heard().concat();
    assert!(heard.contains("find tea") && heard.contains("there is none"), "{heard}");

    model.fail();
    let (status, failed) = api.send("POST", "/prompts/nudge", Some(nudge)).await;
    assert!(status == 400 && !failed.to_string().contains("hush-model"), "{status} {failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_the_answer_says_how_to_get_one() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    for (path, body) in [
        (session.path("/page/observe"), json!({"instructions": "sign up"})),
        (session.path("/page/scrape"), json!({"response_format": {}})),
        (session.path("/page/execute"), json!({"type": "scrape", "instructions": "prices"})),
        ("/scrape".to_owned(), json!({"url": site.at("/"), "instructions": "prices"})),
        ("/scrape_from_html".to_owned(), json!({})),
        ("/prompts/improve".to_owned(), json!({"prompt": "buy tea"})),
        ("/prompts/nudge".to_owned(), json!({"task": "find tea", "agent_messages": []})),
        ("/agents/start".to_owned(), json!({"session_id": session.id, "task": "x"})),
    ] {
        let (status, answer) = api.send("POST", &path, Some(body)).await;
        assert!(status == 400 && answer["detail"].as_str().unwrap().contains("--llm-url"), "{path}: {status} {answer}");
    }
}
