//! Forms over the real browser: what cannot be filled is said, and what comes late is waited for.

mod support;

use serde_json::json;
use support::Api;

const FIELDS: &str = r##"<!doctype html><title>Fields</title>
<input id=fixed readonly value=old><input id=soon readonly><input id=number type=number value=5><input id=range type=range value=7>
<input id=color type=color value="#010203"><input id=digits value=12><input id=phone><input id=stubborn value=mine>
<input id=restless value=before onfocus="this.outerHTML='<input id=restless>'"><div id=rich contenteditable>old</div>
<script>
digits.oninput=()=>{if(/\D/.test(digits.value))digits.value='12'};
phone.oninput=()=>{const d=phone.value.replace(/\D/g,'');phone.value='('+d.slice(0,3)+') '+d.slice(3)};
stubborn.oninput=()=>{stubborn.value='mine'};
setTimeout(()=>{soon.readOnly=false},400)</script>"##;

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_filled_only_when_it_holds_what_was_typed() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(FIELDS).await;
    let fill =
        |id: &str, value: &str| json!({"type": "fill", "selector": format!("#{id}"), "value": value, "timeout": 2000});
    for (id, value, held) in [
        ("soon", "late", "late"),
        ("number", "8", "8"),
        ("number", "", ""),
        ("range", "90", "90"),
        ("color", "#ABCDEF", "#abcdef"),
        ("digits", "34", "34"),
        ("phone", "5551234567", "(555) 1234567"),
        ("phone", "5551234567", "(555) 1234567"),
        ("restless", "after", "after"),
        ("stubborn", "mine", "mine"),
    ] {
        session.does(fill(id, value)).await;
        assert_eq!(session.js(&format!("{id}.value")).await, held, "{id}");
    }
    for (id, value, held) in
        [("number", "abc", ""), ("range", "abc", "90"), ("color", "red", "#abcdef"), ("stubborn", "yours", "mine")]
    {
        session.fails(fill(id, value), "InvalidValue").await;
        assert_eq!(session.js(&format!("{id}.value")).await, held, "{id}");
    }
    session.fails(json!({"type": "fill", "selector": "#fixed", "value": "new", "timeout": 200}), "NotFillable").await;
    session.does(fill("rich", "new")).await;
    assert_eq!(session.js("rich.textContent").await, "new");
}

const LISTS: &str = r#"<!doctype html><title>Lists</title><select id=late><option>One</option></select>
<select id=grouped><option>Free</option><optgroup disabled label=G><option>Taken</option></optgroup></select>
<script>setTimeout(()=>late.add(new Option('Two')),400)</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_option_is_waited_for_and_one_that_is_disabled_is_not_selected() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(LISTS).await;
    let select = |id: &str, value: &str, timeout: u64| json!({"type": "select_dropdown_option", "selector": format!("#{id}"), "value": value, "timeout": timeout});
    session.does(select("late", "Two", 5000)).await;
    assert_eq!(session.js("late.value").await, "Two");
    session.fails(select("late", "Three", 200), "OptionNotFound").await;
    session.fails(select("grouped", "Taken", 200), "ElementDisabled").await;
    assert_eq!(session.js("grouped.value").await, "Free");
}
