//! Forms over the real browser: what cannot be filled is said, and what comes late is waited for.

use serde_json::json;

use crate::support::{Api, elements};

const FIELDS: &str = r##"<!doctype html><title>Fields</title>
<input id=fixed readonly value=old><input id=soon readonly><input id=number type=number value=5><input id=range type=range value=7>
<input id=color type=color value="#010203"><input id=digits value=12><input id=phone><input id=stubborn value=mine>
<input id=restless value=before onfocus="this.outerHTML='<input id=restless>'"><div id=rich contenteditable>old</div>
<p id=tags></p><input id=tag><input id=face onfocus="real.focus()"><input id=real>
<script>
digits.oninput=()=>{if(/\D/.test(digits.value))digits.value='12'};
phone.oninput=()=>{const d=phone.value.replace(/\D/g,'');phone.value='('+d.slice(0,3)+') '+d.slice(3)};
tag.oninput=()=>{tags.textContent+=tag.value+';';tag.value=''};
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
    session.does(fill("tag", "one")).await;
    session.does(fill("tag", "two")).await;
    assert_eq!(session.js("tags.textContent + tag.value").await, "one;two;", "put somewhere else by the page");
    session.does(fill("face", "query")).await;
    assert_eq!(session.js("face.value + real.value").await, "query", "led somewhere else by the page");
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

const LABELS: &str = r#"<!doctype html><title>Labels</title><style>.gone{display:none}
.clip{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}label{cursor:pointer;display:block}</style>
<label><input class=gone type=radio name=pick value=a><span>Pick A</span></label>
<label><input class=gone type=radio name=pick value=b><span>Pick B</span></label>
<input id=terms class=clip type=checkbox><label for=terms>Terms</label><label for=terms>Again</label>
<label><input type=checkbox name=plain> Plain</label><label>Attach<input class=gone type=file onchange="document.title=files[0].name"></label>
<label>Text <input class=gone name=none></label><div style="height:3000px"></div><label><input id=far class=gone type=checkbox>Far</label>"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_box_is_seen_and_checked_by_its_label() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(LABELS).await;
    let page = session.observe().await;
    assert_eq!(elements(&page), ["B1 Pick A", "B2 Pick B", "B3 Terms Again", "B4 Plain", "I1 Attach"]);
    session.does(json!({"type": "check", "id": "B2", "value": true})).await;
    session.does(json!({"type": "check", "id": "B3", "value": true})).await;
    session.does(json!({"type": "click", "id": "B4"})).await;
    session.does(json!({"type": "check", "selector": "#far", "value": true})).await;
    let checked = "[...document.querySelectorAll(':checked')].map(e => e.value + e.id + e.name).join()";
    assert_eq!(session.js(checked).await, "bpick,onterms,onplain,onfar");
    session.js("scrollTo(0, 0)").await;
    let states = session.observe().await["element_states"].clone();
    assert_eq!((&states["B1"]["checked"], &states["B2"]["checked"]), (&json!(false), &json!(true)));
    api.upload(&session.path("/files"), "note.txt", "hello").await;
    session.does(json!({"type": "upload_file", "id": "I1", "file_path": "note.txt"})).await;
    assert_eq!(session.js("document.title").await, "note.txt");
}

const KEYS: &str = r##"<!doctype html><title>Keys</title><div id=code></div><input id=city placeholder=City><ul id=list></ul><input id=keys>
<input id=combo role=combobox aria-autocomplete=list aria-label=Combo><p id=hits></p><input id=number type=number step=.5 value=12.5><script>
for(let i=0;i<6;i++){const n=document.createElement('input');n.maxLength=1;n.oninput=()=>{if(n.value)setTimeout(()=>n.nextElementSibling?.focus(),0)};code.append(n)}
const got=()=>[...code.children].map(e=>e.value).join('');
city.onkeyup=()=>list.textContent=['Berlin','Bern','Basel'].filter(x=>city.value&&x.startsWith(city.value)).join();
keys.onkeydown=e=>{if(e.key.length===1){e.preventDefault();keys.value+=e.key.toUpperCase()}};
combo.onkeydown=e=>hits.textContent+=e.key</script>"##;

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_listen_to_keys_hear_them() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(KEYS).await;
    let fill = |kind: &str, selector: &str, value: &str| json!({"type": kind, "selector": selector, "value": value, "timeout": 3000});
    for kind in ["multi_factor_fill", "fill"] {
        session.does(fill(kind, "#code input >> nth=0", "654321")).await;
        assert_eq!(session.js("got()").await, "654321", "{kind}");
        session.js("void [...code.children].forEach(e => e.value = '')").await;
    }
    session.does(fill("fallback_fill", "#city", "Ber")).await;
    assert_eq!(session.js("list.textContent").await, "Berlin,Bern");
    session.does(fill("fallback_fill", "#keys", "abc")).await;
    assert_eq!(session.js("keys.value").await, "ABC");
    session.does(fill("fill", "#combo", "tea")).await;
    assert_eq!(session.js("hits.textContent + combo.value").await, "teatea");
    for bad in ["abc", "1,5", "1e", "--1"] {
        session.fails(fill("fill", "#number", bad), "InvalidValue").await;
        assert_eq!(session.js("number.value").await, "12.5", "{bad}: the field is as it was");
    }
    session.does(fill("fallback_fill", "#number", "-3.5")).await;
    assert_eq!(session.js("number.value").await, "-3.5");
}

const BOXES: &str = r#"<!doctype html><title>Boxes</title><input id=c role=combobox aria-label=Size readonly><div id=l role=listbox hidden><div role=option>One</div><div role=option>Two</div></div>
<button id=m>Menu</button><div id=plain hidden><div>Open</div><div>Close all</div></div>
<button id=v role=combobox aria-label=Long>Choose</button><div id=virtual role=listbox hidden style="height:100px;overflow:auto"><div id=space style="height:20000px;position:relative"></div></div>
<script>c.onclick=()=>l.hidden=!l.hidden;l.onclick=e=>{c.value=e.target.textContent;l.hidden=true};
m.onclick=()=>plain.hidden=false;plain.onclick=e=>{document.title=e.target.textContent};
const draw=()=>{const first=Math.floor(virtual.scrollTop/20);space.innerHTML='';for(let i=first;i<first+6;i++){const o=document.createElement('div');o.role='option';o.textContent='Entry '+i;o.style.cssText='position:absolute;height:20px;top:'+i*20+'px';space.append(o)}};
virtual.onscroll=draw;v.onclick=()=>{virtual.hidden=false;draw()};virtual.onclick=e=>document.title=e.target.textContent</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn lists_made_of_anything_are_offered_as_lists_and_chosen_from() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows(BOXES).await;
    let first = session.observe().await["space"]["interaction_actions"][0].clone();
    assert_eq!((&first["type"], &first["text_label"]), (&json!("select_dropdown_option"), &json!("Size")));
    for kind in ["select_dropdown_option", "fill"] {
        session.does(json!({"type": kind, "id": "I1", "value": "Two", "timeout": 3000})).await;
        assert_eq!(session.js("c.value").await, "Two", "{kind}");
        session.js("void (c.value = '')").await;
    }
    session
        .does(json!({"type": "select_dropdown_option", "selector": "#m", "value": "Close all", "timeout": 3000}))
        .await;
    assert_eq!(session.js("document.title").await, "Close all", "a menu without roles");
    session.js("void (plain.hidden = true)").await;
    session.does(json!({"type": "select_dropdown_option", "selector": "#v", "value": "Entry 60"})).await;
    assert_eq!(session.js("document.title").await, "Entry 60", "one that was out of sight");
}
