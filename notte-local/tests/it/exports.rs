//! What was done in one session, done again in another from its export.

use serde_json::{Value, json};

use crate::support::{Api, Site};

const FORM: &str = r#"<!doctype html><title>Form</title><label>Name <input name=name></label><div id=host></div>
<select aria-label=Size><option>S</option><option>L</option></select><label><input type=checkbox name=ok> Agreed</label>
<iframe srcdoc="<input aria-label=Note>" width=300 height=60></iframe><button>Send</button><p></p><script>
host.attachShadow({mode:'open'}).innerHTML='<input aria-label=City>';document.querySelector('button').onclick=()=>
document.querySelector('p').textContent=[document.querySelector('[name=name]').value,host.shadowRoot.querySelector('input').value,
document.querySelector('select').value,document.querySelector('[name=ok]').checked,frames[0].document.querySelector('input').value].join()</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_by_ids_is_exported_with_selectors_and_works_in_a_new_session() {
    let (api, site) = (Api::start().await, Site::of(&[("/", FORM.to_owned())]).await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let seen = session.elements().await;
    assert_eq!(seen, ["I1 Name", "I2 City", "I3 Size", "B1 Agreed", "I4 Note", "B2 Send"]);
    for action in [
        json!({"type": "fill", "id": "I1", "value": "Ann"}),
        json!({"type": "fill", "id": "I2", "value": "Bern"}),
        json!({"type": "select_dropdown_option", "id": "I3", "value": "L"}),
        json!({"type": "check", "id": "B1", "value": true}),
        json!({"type": "fill", "id": "I4", "value": "hello"}),
        json!({"type": "click", "id": "B2"}),
    ] {
        let answer = session.does(action.clone()).await;
        assert!(answer["action"]["selector"]["css_selector"].is_string(), "{answer}");
        let label = seen.iter().find_map(|one| one.strip_prefix(&format!("{} ", action["id"].as_str().unwrap())));
        assert_eq!(answer["action"]["text_label"].as_str(), label);
    }
    let sent = "document.querySelector('p').textContent";
    assert_eq!(session.js(sent).await, "Ann,Bern,L,true,hello");
    let code = api.get(&session.path("/workflow/code?as_workflow=false")).await;

    let again = api.session().await;
    let actions = code["json_actions"].as_array().expect("actions").clone();
    assert_eq!(actions.len(), 8);
    for action in actions.iter().filter(|action| action["type"] != "evaluate_js") {
        assert!(action["id"].is_null(), "an id means nothing in another session: {action}");
        again.does(action.clone()).await;
    }
    assert_eq!(again.js(sent).await, "Ann,Bern,L,true,hello");

    // The program has the very same actions: as literals of Python that are JSON but for three words.
    let third = api.session().await;
    let script = code["python_script"].as_str().expect("a program");
    let mut run = 0;
    for call in script.lines().filter_map(|line| line.trim().strip_prefix("session.execute(")?.strip_suffix(')')) {
        third.does(arguments(call)).await;
        run += 1;
    }
    assert_eq!((run, third.js(sent).await.as_str()), (8, "Ann,Bern,L,true,hello"), "{script}");
}

/// The arguments of a call in Python, whose values are literals, as an object.
fn arguments(call: &str) -> Value {
    let (mut json, mut quoted, mut escaped, mut depth) = (String::from("{\""), false, false, 0);
    let mut rest = call.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if quoted {
            json.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        let word = ["None", "True", "False"].into_iter().find(|word| call[at..].starts_with(word));
        match (c, word) {
            (_, Some(word)) => {
                json.push_str(match word {
                    "None" => "null",
                    "True" => "true",
                    _ => "false",
                });
                rest.by_ref().nth(word.len() - 2);
            }
            ('=', None) if depth == 0 => json.push_str("\":"),
            (',', None) if depth == 0 => {
                json.push_str(",\"");
                rest.next_if(|(_, c)| *c == ' ');
            }
            (c, None) => {
                depth += i32::from(matches!(c, '{' | '[')) - i32::from(matches!(c, '}' | ']'));
                quoted = c == '"';
                json.push(c);
            }
        }
    }
    serde_json::from_str(&format!("{json}}}")).unwrap_or_else(|error| panic!("{error}: {json}"))
}
