//! Acting inside of frames, over the real browser: what an action leads to is looked for where it was done.

use serde_json::{Value, json};

use crate::support::{Api, Session};

/// A page with one frame; the frame's document is in single quotes.
async fn shows_frame(session: &Session<'_>, page: &str, inner: &str) {
    let style = "width:600px;height:300px;border:0";
    session.shows(&format!("<!doctype html>{page}<iframe style='{style}' srcdoc='{inner}'></iframe>")).await;
}

fn inside(css: &str) -> Value {
    json!({"css_selector": css, "iframe_parent_css_selectors": ["iframe"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_to_the_input_that_the_element_leads_to() {
    let api = Api::start().await;
    let session = api.session().await;
    api.upload(&session.path("/files"), "note.txt", "hello").await;
    let upload = async |selector: Value| {
        session
            .does(json!({"type": "upload_file", "selector": selector, "file_path": "note.txt", "timeout": 3000}))
            .await;
        session.js("top.document.title").await
    };
    let outer = r#"<input type=file onchange="document.title='wrong one'">"#;
    let inner = r#"<button>Attach</button><input type=file hidden onchange="top.document.title=this.files[0].name">"#;
    shows_frame(&session, outer, inner).await;
    assert_eq!(upload(inside("button")).await, "note.txt");

    let made = r#"<title>Made</title><button onclick="const i=document.createElement('input');i.type='file';
        i.onchange=()=>document.title='made '+i.files[0].name;i.click()">Attach</button>"#;
    session.shows(made).await;
    assert_eq!(upload(json!("button")).await, "made note.txt");

    let two = r#"<title>Two</title><input hidden type=file onchange="document.title='first'">
        <input hidden type=file id=second onchange="document.title='second'"><button onclick="second.click()">Attach</button><p>Nothing</p>"#;
    session.shows(two).await;
    assert_eq!(upload(json!("button")).await, "second");
    session.fails(json!({"type": "upload_file", "selector": "p", "file_path": "note.txt"}), "NotFillable").await;
    session.fails(json!({"type": "upload_file", "selector": "p", "file_path": "gone.txt"}), "FileNotFound").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_frame_is_opened_and_chosen_from_in_it() {
    let api = Api::start().await;
    let session = api.session().await;
    let list = r#"<div role=combobox tabindex=0 onclick="list.hidden=false">Choose</div>
        <ul id=list hidden><li onclick="top.document.title=this.textContent">Tea</li><li>Salt</li></ul>"#;
    shows_frame(&session, "<ul><li>Tea</li></ul>", list).await;
    let select = json!({"type": "select_dropdown_option", "selector": inside("[role=combobox]"), "value": "Tea", "timeout": 3000});
    session.does(select).await;
    assert_eq!(session.js("document.title").await, "Tea");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_scrolls_is_scrolled_wherever_it_is() {
    let api = Api::start().await;
    let session = api.session().await;
    shows_frame(&session, "", "<div style=\"height:2000px\">Long</div>").await;
    session.does(json!({"type": "scroll_down"})).await;
    assert_ne!(session.js("frames[0].scrollY").await, "0");

    let tight = r#"<!doctype html><style>html,body{height:100%;margin:0;overflow-y:auto}html{overflow-y:visible}</style>
        <ul id=box style="height:100px;overflow:auto;line-height:.6">LIST</ul><p id=text>Text</p><div style="height:3000px"></div>"#;
    let items: String = (0..50).map(|i| format!("<li id=i{i}>Entry {i}</li>")).collect();
    session.shows(&tight.replace("LIST", &items)).await;
    session.does(json!({"type": "scroll_down", "selector": "#i1", "amount": 50})).await;
    assert_eq!(session.js("box.scrollTop").await, "50");
    session.does(json!({"type": "scroll_down", "selector": "#text", "amount": 70})).await;
    assert_eq!(session.js("scrollY").await, "70", "what does not scroll itself is on the page");
}
