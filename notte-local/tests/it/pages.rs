//! Pages over the real browser: seeing, acting and reading, and pages that fight back.

use serde_json::{Value, json};

use crate::support::{Api, Site, elements};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_seen_filled_and_sent() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let page = session.observe().await;
    assert_eq!(page["metadata"]["title"], "Form");
    assert_eq!(
        elements(&page),
        [
            "L1 The list",
            "L2 New tab",
            "I1 Email",
            "I2 Password",
            "I3 Born",
            "I4 Size",
            "B1 Terms",
            "I5 Note",
            "B2 Send",
            "I6 Document"
        ]
    );
    assert!(page["screenshot"]["raw"].as_str().unwrap().starts_with("/9j/"), "a JPEG");
    assert_eq!(page["screenshot"]["bboxes"].as_array().map(Vec::len), Some(10));
    session.does(json!({"type": "fill", "id": "I1", "value": "a@b.c"})).await;
    session.does(json!({"type": "fill", "id": "I2", "value": "s3cret"})).await;
    session.does(json!({"type": "fill", "id": "I3", "value": "2001-02-03"})).await;
    session.does(json!({"type": "select_dropdown_option", "id": "I4", "value": "Large"})).await;
    session.does(json!({"type": "check", "id": "B1", "value": true})).await;
    session.does(json!({"type": "fill", "id": "I5", "value": "first"})).await;
    session.does(json!({"type": "fill", "id": "I5", "value": " second", "clear_before_fill": false})).await;
    let states = session.observe().await["element_states"].clone();
    assert_eq!(states["I1"]["value"], "a@b.c");
    assert_eq!(states["I2"], json!({"filled": true}), "a password is never shown");
    assert_eq!(states["B1"]["checked"], true);
    session.does(json!({"type": "click", "id": "B2"})).await;
    assert_eq!(
        session.js("document.title").await,
        "sent email=a%40b.c&password=s3cret&born=2001-02-03&size=l&terms=on&note=first+second"
    );
    session.does(json!({"type": "form_fill", "value": {"email": "x@y.z", "password": "p"}})).await;
    assert_eq!(session.js("document.querySelector('[name=email]').value").await, "x@y.z");
    session.fails(json!({"type": "click", "id": "B99"}), "ElementNotFound").await;
    let huge = json!({"type": "select_dropdown_option", "selector": "select", "value": "Huge", "timeout": 100});
    session.fails(huge, "OptionNotFound").await;
    let steps = api.get(&session.path("")).await["steps"].as_array().map(Vec::len);
    assert_eq!(api.get(&session.path("/offset")).await["offset"].as_u64(), steps.map(|steps| steps as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_name_an_element_finds_it() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    for selector in [
        json!("button:has-text(\"Send\")"),
        json!("//form/button[1]"),
        json!("xpath=//button[text()='Send']"),
        json!("text=Send"),
        json!("~Send"),
        json!("form >> button >> nth=0"),
        json!("internal:role=button[name=\"send\"i]"),
        json!("role=button[name=\"Send\"]"),
        json!("role=button[name=/^se/i]"),
        json!("css=button >> text=Send"),
        json!("form >> text=/S.nd|Nothing/"),
        json!({"css_selector": "form > button:nth-of-type(1)", "xpath_selector": "", "in_iframe": false, "in_shadow_root": false,
            "iframe_parent_css_selectors": []}),
    ] {
        session.goto(&site.at("/")).await;
        session.does(json!({"type": "click", "selector": selector, "timeout": 2000})).await;
        assert!(session.js("document.title").await.starts_with("sent"), "{selector}");
    }
    session.does(json!({"type": "fill", "selector": "internal:label=\"Email\"i", "value": "q"})).await;
    session.does(json!({"type": "fill", "selector": "internal:attr=[placeholder=\"Note\"i]", "value": "q"})).await;
    for invalid in ["###", "", " >> ", "text=/(/"] {
        session.fails(json!({"type": "click", "selector": invalid, "timeout": 500}), "InvalidSelector").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_as_markdown() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    session.does(json!({"type": "wait", "time_ms": 100})).await;
    let all = session.scrape(json!({})).await;
    let home = format!("[Home]({}/)", site.url);
    for part in [home.as_str(), "Goods\n----", "* Tea\n* Salt\n* Rice", "| Name | Price |\n| --- | --- |\n| Tea | 3 |"]
    {
        assert!(all.contains(part), "{part:?} is not in\n{all}");
    }
    assert!(!session.scrape(json!({"only_main_content": true})).await.contains("Home"));
    assert_eq!(session.scrape(json!({"selector": "#goods"})).await, "* Tea\n* Salt\n* Rice");
    assert!(!session.scrape(json!({"scrape_links": false})).await.contains(&site.url));
    session.goto(&site.at("/hard")).await;
    let frames = session.scrape(json!({})).await;
    assert!(frames.contains("Deep text") && frames.contains("In shadow"), "{frames}");
    session.goto(&site.at("/")).await;
    assert!(!session.scrape(json!({})).await.contains("Secret text"), "what is hidden is not read");
    let once = api.post("/scrape", json!({"url": site.at("/list"), "only_main_content": true})).await;
    assert!(once["markdown"].as_str().unwrap().contains("Goods"));
    assert_eq!(api.get("/sessions").await["items"].as_array().map(Vec::len), Some(1), "the one for the scrape is gone");
    let (status, answer) =
        api.send("POST", &session.path("/page/scrape"), Some(json!({"instructions": "the price"}))).await;
    assert!(status == 400 && answer["detail"].as_str().unwrap().contains("--llm-url"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_waits_until_it_can_be_done() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let title = async |id: &str| {
        session.goto(&site.at("/hard")).await;
        session.does(json!({"type": "click", "selector": format!("#{id}"), "timeout": 5000})).await;
        session.js("document.title").await
    };
    assert_eq!(title("covered").await, "reached");
    assert_eq!(title("slow").await, "enabled");
    assert_eq!(title("moving").await, "caught");
    assert_eq!(title("alert").await, "after alert");
    assert_eq!(title("ask").await, "answer false");
    session.fails(json!({"type": "click", "selector": "#dead", "timeout": 300}), "ElementDisabled").await;
    session.fails(json!({"type": "click", "selector": "#nowhere", "timeout": 300}), "ElementNotFound").await;
    session.fails(json!({"type": "click", "selector": ".twin"}), "SeveralElements").await;
    session.js("cover = document.createElement('div'); cover.style = 'position:fixed;inset:0;z-index:9'; document.body.append(cover)").await;
    session.fails(json!({"type": "click", "selector": "#covered", "timeout": 300}), "ElementCovered").await;
    session.goto(&site.at("/")).await;
    session.does(json!({"type": "click", "selector": "text=Far away"})).await;
    assert_eq!(session.js("document.title").await, "far");
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_roots_and_nested_frames_are_seen_and_clicked() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    for (label, title, frames) in [("In shadow", "shadow", 0), ("In frame", "frame", 1), ("In inner frame", "inner", 2)]
    {
        session.goto(&site.at("/hard")).await;
        session.does(json!({"type": "wait", "time_ms": 400})).await;
        let page = session.observe().await;
        let actions = page["space"]["interaction_actions"].as_array().unwrap();
        let action = actions
            .iter()
            .find(|action| action["text_label"] == label)
            .unwrap_or_else(|| panic!("{label} is not seen"));
        assert_eq!(action["selector"]["iframe_parent_css_selectors"].as_array().map(Vec::len), Some(frames));
        assert_eq!(action["selector"]["in_shadow_root"], label == "In shadow");
        session.does(json!({"type": "click", "id": action["id"]})).await;
        assert_eq!(session.js("document.title").await, title);
        // The same by its selector alone, as an exported program does it.
        session.js("document.title = ''").await;
        session.does(json!({"type": "click", "selector": action["selector"]})).await;
        assert_eq!(session.js("document.title").await, title);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_open_switch_and_close() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    session.does(json!({"type": "click", "selector": "a[target=_blank]"})).await;
    let page = session.observe().await;
    assert_eq!(page["metadata"]["title"], "List", "the click moved to the new tab");
    assert_eq!(page["metadata"]["tabs"].as_array().map(Vec::len), Some(2));
    session.does(json!({"type": "switch_tab", "tab_index": 0})).await;
    assert_eq!(session.js("document.title").await, "Form");
    session.fails(json!({"type": "switch_tab", "tab_index": 7}), "TabNotFound").await;
    session.does(json!({"type": "goto_new_tab", "url": site.at("/hard")})).await;
    assert_eq!(session.js("document.title").await, "Hard");
    session.does(json!({"type": "close_tab"})).await;
    session.does(json!({"type": "close_tab"})).await;
    session.does(json!({"type": "close_tab"})).await;
    assert_eq!(session.observe().await["metadata"]["url"], "about:blank", "the last tab leaves an empty one");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_and_keys_and_scrolling_work_and_stop_at_the_edge() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    session.does(json!({"type": "click", "selector": "text=The list"})).await;
    assert_eq!(session.js("document.title").await, "List");
    session.does(json!({"type": "go_back"})).await;
    assert_eq!(session.js("document.title").await, "Form");
    session.does(json!({"type": "go_forward"})).await;
    assert_eq!(session.js("document.title").await, "List");
    session.fails(json!({"type": "go_forward"}), "EdgeReached").await;
    session.js("document.title = 'changed'").await;
    session.does(json!({"type": "reload"})).await;
    assert_eq!(session.js("document.title").await, "List");

    session.goto(&site.at("/")).await;
    session.does(json!({"type": "fill", "selector": "textarea", "value": "abc"})).await;
    session.does(json!({"type": "press_key", "key": "Control+A"})).await;
    session.does(json!({"type": "press_key", "key": "x"})).await;
    assert_eq!(session.js("document.querySelector('textarea').value").await, "x");
    session.does(json!({"type": "fill", "selector": "[name=email]", "value": "a@b.c", "press_enter": true})).await;
    assert!(session.js("document.title").await.starts_with("sent"));
    session.fails(json!({"type": "press_key", "key": "Hyper+Q"}), "UnknownKey").await;

    session.goto(&site.at("/endless")).await;
    session.fails(json!({"type": "scroll_up"}), "EdgeReached").await;
    let mut scrolls = 0;
    while session.act(json!({"type": "scroll_down"})).await["success"] == true {
        scrolls += 1;
        assert!(scrolls < 50, "the page has an end");
    }
    assert!(session.scrape(json!({})).await.contains("Entry 60"), "more was loaded at the edge");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_addresses_and_slow_pages_get_the_right_answer_and_leave_the_session_usable() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.fails(json!({"type": "goto", "url": "http://127.0.0.1:1/"}), "PageUnreachable").await;
    session.fails(json!({"type": "goto", "url": "file:///etc/passwd"}), "InvalidAddress").await;
    let gone = session.goto(&site.at("/nowhere")).await;
    assert!(gone["message"].as_str().unwrap().contains("404"), "{gone}");
    session.goto(&site.at("/slow")).await;
    assert_eq!(session.js("document.title").await, "Slow");
    let never = session.goto(&site.at("/never")).await;
    assert!(never["message"].as_str().unwrap().contains("still loading"), "{never}");
    session.does(json!({"type": "click", "selector": "button"})).await;
    assert_eq!(session.observe().await["metadata"]["title"], "clicked");
    let file = session.goto(&site.at("/download")).await;
    assert!(file["message"].as_str().unwrap().contains("download"), "{file}");
    session.goto(&site.at("/")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_elements_are_no_trouble() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/many")).await;
    let page = session.observe().await;
    assert_eq!(elements(&page).len(), 100, "as many as are asked for");
    let page = api.post(&session.path("/page/observe"), json!({"max_nb_actions": 20000})).await;
    let seen = elements(&page).len();
    assert!((100..5000).contains(&seen), "what is in view: {seen}");
    session.does(json!({"type": "click", "selector": "text=\"Button 9999\""})).await;
    assert_eq!(session.js("document.title").await, "hit 9999");
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_answer_as_text() {
    let api = Api::start().await;
    let session = api.session().await;
    for (code, text) in [
        ("1 + 1", "2"),
        ("null", "null"),
        ("({a: [1]})", r#"{"a":[1]}"#),
        ("return 'from a body'", "from a body"),
        ("() => 'called'", "called"),
        ("(async () => { await null; return 'waited' })()", "waited"),
    ] {
        assert_eq!(session.js(code).await, text, "{code}");
    }
    session.fails(json!({"type": "evaluate_js", "code": "nope()"}), "ScriptFailed").await;
    let (status, answer) = api.send("POST", &session.path("/page/execute"), Some(json!({"type": "dance"}))).await;
    assert_eq!(status, 422, "{answer}");
    for kind in ["captcha_solve", "email_verification_read"] {
        let (status, answer) = api.send("POST", &session.path("/page/execute"), Some(json!({"type": kind}))).await;
        assert!(status == 400 && matches!(answer["detail"], Value::String(_)), "{answer}");
    }
}
