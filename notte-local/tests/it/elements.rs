//! Elements that are hard to find, to name and to read, over the real browser.

use serde_json::{Value, json};

use crate::support::{Api, elements};

/// The selector of the element that is observed under this label.
fn selector(observation: &Value, label: &str) -> Value {
    let actions = observation["space"]["interaction_actions"].as_array().expect("actions");
    let action = actions.iter().find(|action| action["text_label"] == label);
    action.unwrap_or_else(|| panic!("{label} is not seen"))["selector"].clone()
}

/// Fields and forms with the names of what a script reads of an element.
const CLOBBERED: &str = r#"<!doctype html><title>Clobbered</title><form name=body><p>In the form</p>
<input name=children aria-label=First><select name=children><option>1</option></select><input name=tagName><input name=localName>
<input name=matches><input name=closest><input name=parentNode><input name=parentElement><input name=ownerDocument>
<input name=getRootNode><input name=getAttribute><input name=hasAttribute><input name=shadowRoot><input name=id>
<input name=nodeType><input name=firstChild><input name=nextSibling><input name=assignedSlot><input name=host>
<input name=checkVisibility><input name=getBoundingClientRect><input name=querySelectorAll><input name=innerText>
<button>Search</button></form><form name=host></form><form name=querySelectorAll></form><form name=defaultView></form>
<form name=title></form><form name=documentElement></form><form name=scrollingElement></form><button>After</button>
<script>addEventListener('submit',e=>{e.preventDefault();document.querySelector('title').textContent='sent'})</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn fields_named_as_what_an_element_has_change_nothing() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(CLOBBERED).await;
    let page = session.observe().await;
    let seen = elements(&page);
    assert_eq!((seen.len(), seen[0].as_str()), (25, "I1 First"), "{seen:?}");
    assert_eq!(page["metadata"]["title"], "Clobbered");
    session.does(json!({"type": "fill", "id": "I1", "value": "x"})).await;
    session.does(json!({"type": "click", "selector": selector(&page, "Search")})).await;
    session.does(json!({"type": "click", "selector": "form >> text=Search"})).await;
    assert_eq!(session.observe().await["metadata"]["title"], "sent");
    let text = session.scrape(json!({})).await;
    assert!(text.contains("In the form") && text.contains("After"), "{text}");
}

const XHTML: &str = r#"<html xmlns="http://www.w3.org/1999/xhtml"><head><title>X</title></head><body><p>Read me</p>
<a href="about:blank">Link</a><label>Name <input name="n"/></label><button onclick="document.title='pressed'">Press</button></body></html>"#;

const FOREIGN: &str = r#"<!doctype html><title>F</title><fb:like onclick="document.title='liked'">Like</fb:like><p></p>
<svg width=200 height=50><g></g><g role=button aria-label=Round onclick="document.title='round'"><rect width=200 height=50></rect></g></svg>"#;

#[tokio::test(flavor = "multi_thread")]
async fn xhtml_svg_and_odd_tags_are_seen_and_found_again() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows_as("application/xhtml+xml", XHTML).await;
    let page = session.observe().await;
    assert_eq!(elements(&page), ["L1 Link", "I1 Name", "B1 Press"]);
    let path = selector(&page, "Press")["xpath_selector"].clone();
    session.does(json!({"type": "click", "selector": format!("xpath={}", path.as_str().unwrap())})).await;
    assert_eq!(session.js("document.title").await, "pressed");
    assert!(session.scrape(json!({})).await.contains("Read me"));
    session.shows(FOREIGN).await;
    let page = session.observe().await;
    for (label, title) in [("Like", "liked"), ("Round", "round")] {
        for spelling in ["css_selector", "xpath_selector"] {
            session.js("document.title = ''").await;
            let one = json!({(spelling): selector(&page, label)[spelling]});
            session.does(json!({"type": "click", "selector": one, "timeout": 2000})).await;
            assert_eq!(session.js("document.title").await, title, "{one}");
        }
    }
}

const UNBOXED: &str = r#"<!doctype html><title>U</title><body style="display:contents"><div style="display:contents">
<h1>Bare</h1><p>Read</p>Loose</div><div style="visibility:hidden">Ghost <a href="about:blank">Gone</a><img alt=Picture>
<p style="visibility:visible">Back</p></div><div style="display:none"><p style="display:contents">Never</p></div>
<details><summary>More</summary><p>Folded</p></details><div id=host>Given</div></body>
<script>host.attachShadow({mode:'open'}).innerHTML='<slot></slot><slot name=empty>Spare</slot><slot style="visibility:hidden" name=no>Mute</slot>'</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_box_is_read_and_what_is_invisible_is_not() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(UNBOXED).await;
    let text = session.scrape(json!({})).await;
    for shown in ["Bare", "Read", "Loose", "Back", "More", "Given", "Spare"] {
        assert!(text.contains(shown), "{shown} is not in\n{text}");
    }
    for hidden in ["Ghost", "Gone", "Picture", "Never", "Folded", "Mute", "about:blank"] {
        assert!(!text.contains(hidden), "{hidden} is in\n{text}");
    }
}

const SHADOWS: &str = r#"<!doctype html><title>S</title><my-a><button data-t="light">Light</button></my-a><my-b></my-b><script>
const say='onclick="document.title=this.textContent"';
const open=(host,html)=>host.attachShadow({mode:'open'}).innerHTML=html;
document.querySelector('[data-t]').onclick=()=>document.title='Light';
const a=document.querySelector('my-a'),b=document.querySelector('my-b');
open(a,`<slot></slot><button ${say}>Shadow</button><my-c></my-c>`);open(a.shadowRoot.querySelector('my-c'),`<button ${say}>Nested</button>`);
open(b,`<div><button ${say}>One</button><div><button ${say}>Two</button></div></div><p><input name=n value=Named id=twice><b id=twice></b></p>`);
</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_selector_of_an_element_in_a_shadow_root_is_its_own() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(SHADOWS).await;
    let page = session.observe().await;
    for label in ["Light", "Shadow", "Nested", "One", "Two"] {
        session.does(json!({"type": "click", "selector": selector(&page, label), "timeout": 2000})).await;
        assert_eq!(session.js("document.title").await, label, "{}", selector(&page, label));
    }
    session.does(json!({"type": "fill", "selector": selector(&page, "n"), "value": "filled", "timeout": 2000})).await;
    assert_eq!(session.js("b.shadowRoot.querySelector('input').value").await, "filled");
}
