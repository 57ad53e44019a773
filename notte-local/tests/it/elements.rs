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

const EMPTY: &str = r##"<!doctype html><title>Empty</title><style>.f{float:left;width:100px;height:60px;background:#cdf}.p{position:relative;height:80px;clear:both}.p span{position:absolute;width:100px;height:60px}</style>
<a href="about:blank" onclick="document.title='float';return false"><div class=f>Float card</div></a><div class=p><a href="about:blank" onclick="document.title='abs';return false"><span>Placed card</span></a></div><a style="display:contents" href="about:blank" onclick="document.title='contents';return false"><div>Contents link</div></a>
<a style="display:contents" href="about:blank" onclick="document.title='bare';return false">Bare text</a><p></p><a href="about:blank" onclick="document.title='none';return false"></a>
<button style="display:block" onclick="document.title='inner'"><span style="pointer-events:none">Save draft</span></button>
<label>Country <select><option>One<option>Two</select></label><label>Note <textarea>some</textarea></label>"##;

#[tokio::test(flavor = "multi_thread")]
async fn links_without_a_box_of_their_own_and_parts_of_buttons_are_clicked() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(EMPTY).await;
    let seen = session.observe().await;
    assert_eq!(
        elements(&seen),
        [
            "L1 Float card",
            "L2 Placed card",
            "L3 Contents link",
            "L4 Bare text",
            "B1 Save draft",
            "I1 Country",
            "I2 Note"
        ]
    );
    for (id, title) in [("L1", "float"), ("L2", "abs"), ("L3", "contents"), ("L4", "bare")] {
        session.does(json!({"type": "click", "id": id, "timeout": 3000})).await;
        assert_eq!(session.js("document.title").await, title);
    }
    for selector in ["text=Save draft", "internal:text=\"Save draft\"i", "button span"] {
        session.js("void (document.title = '')").await;
        session.does(json!({"type": "click", "selector": selector, "timeout": 3000})).await;
        assert_eq!(session.js("document.title").await, "inner", "{selector}");
    }
}

const ROWS: &str = r#"<!doctype html><title>Rows</title><ul><li><b>Tea</b> <button onclick="document.title='tea'">Buy</button></li>
<li data-test-id=salt><b>Salt</b> <button aria-pressed=true onclick="document.title='salt'">Buy</button></li></ul>
<h2>Two</h2><h3>Three</h3><input type=checkbox checked aria-label=On><input type=checkbox aria-label=Off>"#;

#[tokio::test(flavor = "multi_thread")]
async fn selectors_of_playwright_are_understood_or_refused_with_the_reason() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(ROWS).await;
    for (selector, title) in [
        (r#"li >> internal:has="b >> text=Salt" >> button"#, "salt"),
        (r#"li >> internal:has-not="internal:text=\"Salt\"i" >> button"#, "tea"),
        ("li >> internal:has-text=\"salt\"i >> button", "salt"),
        ("li >> internal:has-not-text=\"salt\"i >> button", "tea"),
        (r#"button >> internal:and="[aria-pressed=true]""#, "salt"),
        (r##"#none >> internal:or="li:nth-child(2) button""##, "salt"),
        (r#"li >> internal:chain="button" >> nth=0"#, "tea"),
        ("button >> nth=1 >> internal:describe=\"Buys\"", "salt"),
        ("data-test-id=salt >> button", "salt"),
        ("role=button[pressed=true]", "salt"),
        (":nth-match(button, 2)", "salt"),
        ("li:text-matches(\"^s.lt\", \"i\") >> button", "salt"),
    ] {
        session.js("document.title = ''").await;
        session.does(json!({"type": "click", "selector": selector, "timeout": 2000})).await;
        assert_eq!(session.js("document.title").await, title, "{selector}");
    }
    for (selector, text) in [("role=heading[level=3]", "Three\n-----"), ("role=checkbox[checked=true]", "")] {
        let read = session.scrape(json!({"selector": selector})).await;
        assert!(read.contains(text.lines().next().unwrap_or_default()), "{selector}: {read}");
    }
    for refused in
        ["_react=Button", "_vue=x", "button:right-of(li)", "foo=bar", "role=button[colour=red]", "li >> >> ["]
    {
        let answer =
            session.fails(json!({"type": "click", "selector": refused, "timeout": 300}), "InvalidSelector").await;
        assert!(answer["message"].as_str().unwrap().len() > refused.len() + 10, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_stands_for_the_element_that_was_seen_and_never_for_another_one() {
    let api = Api::start().await;
    let session = api.session().await;
    let page = r#"<!doctype html><title>Redraw</title><main><button>Keep</button><button>Delete</button></main><script>
        const draw=(...names)=>document.querySelector('main').innerHTML=names.map(n=>`<button onclick="document.title='${n}'">${n}</button>`).join('')</script>"#;
    session.shows(page).await;
    assert_eq!(session.elements().await, ["B1 Keep", "B2 Delete"]);
    session.js("void draw('Keep', 'Delete')").await;
    session.does(json!({"type": "click", "id": "B1", "timeout": 4000})).await;
    assert_eq!(session.js("document.title").await, "Keep", "drawn anew as it was");
    session.js("void draw('Delete', 'Keep')").await;
    let answer = session.fails(json!({"type": "click", "id": "B1", "timeout": 4000}), "ElementStale").await;
    assert!(answer["message"].as_str().unwrap().contains("observe"), "{answer}");
    assert_eq!(session.js("document.title").await, "Keep", "nothing was clicked");
}
