//! What each typed action is on the wire, and that an observed one loses nothing.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;

/// Every kind with what it needs and nothing more, beside what goes on the wire.
fn plain() -> Vec<(Action, Value)> {
    vec![
        (Action::captcha_solve().into(), json!({"type": "captcha_solve"})),
        (Action::check("C1", false).into(), json!({"type": "check", "id": "C1", "value": false})),
        (Action::click("B1").into(), json!({"type": "click", "id": "B1"})),
        (Action::close_tab().into(), json!({"type": "close_tab"})),
        (Action::completion(true, "done").into(), json!({"type": "completion", "success": true, "answer": "done"})),
        (Action::download_file("L1").into(), json!({"type": "download_file", "id": "L1"})),
        (Action::email_read().into(), json!({"type": "email_read"})),
        (
            Action::email_verification_read("box", "example.com").into(),
            json!({"type": "email_verification_read", "mailbox_id": "box", "sender_domain": "example.com"}),
        ),
        (Action::evaluate_js("1 + 1").into(), json!({"type": "evaluate_js", "code": "1 + 1"})),
        (Action::fallback_fill("I1", "x").into(), json!({"type": "fallback_fill", "id": "I1", "value": "x"})),
        (Action::fill("I1", "x").into(), json!({"type": "fill", "id": "I1", "value": "x"})),
        (
            Action::form_fill([("email", "a@example.com")]).field("city", "Paris").into(),
            json!({"type": "form_fill", "value": {"email": "a@example.com", "city": "Paris"}}),
        ),
        (Action::go_back().into(), json!({"type": "go_back"})),
        (Action::go_forward().into(), json!({"type": "go_forward"})),
        (Action::goto("https://a.test").into(), json!({"type": "goto", "url": "https://a.test"})),
        (Action::goto_new_tab("https://a.test").into(), json!({"type": "goto_new_tab", "url": "https://a.test"})),
        (Action::help("lost").into(), json!({"type": "help", "reason": "lost"})),
        (
            Action::multi_factor_fill("I1", "123").into(),
            json!({"type": "multi_factor_fill", "id": "I1", "value": "123"}),
        ),
        (Action::press_key("Enter").into(), json!({"type": "press_key", "key": "Enter"})),
        (Action::reload().into(), json!({"type": "reload"})),
        (Action::scrape().into(), json!({"type": "scrape"})),
        (Action::scroll_down().into(), json!({"type": "scroll_down"})),
        (Action::scroll_up().into(), json!({"type": "scroll_up"})),
        (
            Action::select_dropdown_option("O1", "fr").into(),
            json!({"type": "select_dropdown_option", "id": "O1", "value": "fr"}),
        ),
        (Action::sms_read().into(), json!({"type": "sms_read"})),
        (Action::switch_tab(2).into(), json!({"type": "switch_tab", "tab_index": 2})),
        (Action::upload_file("F1", "a.pdf").into(), json!({"type": "upload_file", "id": "F1", "file_path": "a.pdf"})),
        (Action::wait(Duration::from_micros(1500)).into(), json!({"type": "wait", "time_ms": 2})),
    ]
}

/// Every option.
fn with_options() -> Vec<(Action, Value)> {
    let minute = Duration::from_secs(60);
    let schema = json!({"type": "object"}).as_object().unwrap().clone();
    vec![
        (
            Action::click("B1").press_enter().timeout(minute).into(),
            json!({"type": "click", "id": "B1", "press_enter": true, "timeout": 60000}),
        ),
        (Action::click("B1").timeout(Duration::ZERO).into(), json!({"type": "click", "id": "B1", "timeout": 1})),
        (
            Action::fill("I1", "x").clear_before_fill(false).into(),
            json!({"type": "fill", "id": "I1", "value": "x", "clear_before_fill": false}),
        ),
        (
            Action::goto("https://a.test").wait_until(types::GotoWaitUntil::Networkidle).into(),
            json!({"type": "goto", "url": "https://a.test", "wait_until": "networkidle"}),
        ),
        (
            Action::goto("https://a.test").wait_until("painted").into(),
            json!({"type": "goto", "url": "https://a.test", "wait_until": "painted"}),
        ),
        (
            Action::captcha_solve().captcha_type(types::CaptchaType::PressHold).into(),
            json!({"type": "captcha_solve", "captcha_type": "press&hold"}),
        ),
        (
            Action::scroll_down().amount(300).selector("#list").into(),
            json!({"type": "scroll_down", "amount": 300, "selector": "#list"}),
        ),
        (
            Action::sms_read().limit(3).within(minute).only_unread(false).into(),
            json!({"type": "sms_read", "limit": 3, "timedelta": "PT60S", "only_unread": false}),
        ),
        (
            Action::email_verification_read("box", "a.test").max_age(Duration::from_millis(59_001)).into(),
            json!({"type": "email_verification_read", "mailbox_id": "box", "sender_domain": "a.test",
                "max_age_seconds": 60}),
        ),
        (
            Action::scrape()
                .instructions("prices")
                .only_main_content(true)
                .scrape_links(false)
                .scrape_images(true)
                .ignored_tags(["nav", "footer"])
                .selector("main")
                .response_format(schema.clone())
                .into(),
            json!({"type": "scrape", "instructions": "prices", "only_main_content": true, "scrape_links": false,
                "scrape_images": true, "ignored_tags": ["nav", "footer"], "selector": "main",
                "response_format": schema}),
        ),
    ]
}

/// One of each kind, every option set.
fn full() -> Vec<Action> {
    macro_rules! described {
        ($($action:expr),+ $(,)?) => { vec![$($action.category("Some Actions").description("Does it.").into()),+] };
    }
    macro_rules! on_element {
        ($($action:expr),+ $(,)?) => {
            vec![$({
                let param = types::ActionParameter::builder().name("value").type_("str");
                let action = $action.press_enter().timeout(Duration::from_secs(1)).text_label("Buy");
                let action = action.accessible_name("Buy now").param(types::ActionParameter::try_from(param).unwrap());
                action.category("Some Actions").description("Does it.").into()
            }),+]
        };
    }

    let schema = json!({"type": "object"}).as_object().unwrap().clone();
    let minute = Duration::from_secs(60);
    let mut all: Vec<Action> = described![
        Action::captcha_solve().captcha_type(types::CaptchaType::Geetest),
        Action::close_tab(),
        Action::completion(true, "done"),
        Action::email_read().limit(3).within(minute).only_unread(true),
        Action::email_verification_read("m", "a.test").max_age(minute),
        Action::evaluate_js("1"),
        Action::form_fill([("city", "Paris")]),
        Action::go_back(),
        Action::go_forward(),
        Action::goto("https://a.test").wait_until("load"),
        Action::goto_new_tab("https://a.test"),
        Action::help("lost"),
        Action::press_key("Enter"),
        Action::reload(),
        Action::scrape()
            .instructions("prices")
            .only_main_content(true)
            .scrape_links(true)
            .scrape_images(true)
            .only_images(true)
            .ignored_tags(["nav"])
            .selector("main")
            .response_format(schema),
        Action::scroll_down().amount(1).selector("#a"),
        Action::scroll_up().amount(1).selector("#a"),
        Action::sms_read().limit(3).within(minute).only_unread(true),
        Action::switch_tab(1),
        Action::wait(minute),
    ];
    all.extend::<Vec<Action>>(on_element![
        Action::check("C1", true),
        Action::click("B1"),
        Action::download_file("L1"),
        Action::fallback_fill("I1", "x").clear_before_fill(true),
        Action::fill("I1", "x").clear_before_fill(true),
        Action::multi_factor_fill("I1", "x").clear_before_fill(true),
        Action::select_dropdown_option("O1", "x"),
        Action::upload_file("F1", "a.pdf"),
    ]);
    all
}

fn wire(action: &Action) -> Value {
    serde_json::to_value(action.as_wire()).unwrap()
}

#[test]
fn every_kind_sends_what_was_set_and_nothing_else() {
    for (action, expected) in plain().into_iter().chain(with_options()) {
        assert_eq!(wire(&action), expected);
    }
}

#[test]
fn every_kind_of_the_wire_has_a_constructor() {
    let table = include_str!("../../../notte-api/API.md");
    let row = table.lines().find(|line| line.starts_with("| `Action` |")).unwrap();
    let kinds = row.split('|').nth(2).unwrap().split(',').map(str::trim).filter(|kind| *kind != "Unknown").count();
    let mut made: Vec<_> = plain().iter().map(|(action, _)| action.kind().unwrap().to_owned()).collect();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), kinds);
    for (action, _) in plain() {
        assert!(!matches!(action.as_wire(), types::Action::Unknown(_)), "{action:?}");
    }
}

#[test]
fn every_field_of_every_kind_can_be_set() {
    let table = include_str!("../../../notte-api/API.md");
    for action in full() {
        let kind = action.kind().unwrap();
        let name: String = kind.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        let row = table.lines().find(|line| line.starts_with(&format!("| `{name}Action` |"))).unwrap();
        let fields = row.split('|').nth(2).unwrap().trim().trim_matches('`').split(", ");
        let names = fields.filter_map(|field| Some(field.split_once(": ")?.0)).filter(|name| *name != "extra");
        let wire = wire(&action);
        for name in names {
            // An element is named by one of the two.
            let set = wire.get(name).is_some() || (name == "selector" && wire.get("id").is_some());
            assert!(set, "{kind} has no option for {name}");
        }
    }
    assert_eq!(full().len(), plain().len());
}

#[test]
fn an_observed_action_of_every_kind_goes_back_as_it_came() {
    let fixture: Value = serde_json::from_str(include_str!("../../../tests/fixtures/page_execute.json")).unwrap();
    let mut kinds = std::collections::BTreeSet::new();
    for mut value in fixture["request"]["bodies"].as_array().unwrap().clone() {
        value["newer"] = json!({"x": [1, null]});
        let observed: types::Action = serde_json::from_value(value.clone()).unwrap();
        let action = Action::from(&observed);
        assert_eq!(wire(&action), value);
        kinds.insert(action.kind().unwrap().to_owned());
    }
    assert_eq!(kinds.len(), plain().len());
}

#[test]
fn every_interaction_takes_a_selector_in_place_of_an_id() {
    let actions: [Action; 8] = [
        Action::check_selector("#x", true).into(),
        Action::click_selector("#x").into(),
        Action::download_file_selector("#x").into(),
        Action::fallback_fill_selector("#x", "v").into(),
        Action::fill_selector("#x", "v").into(),
        Action::multi_factor_fill_selector("#x", "v").into(),
        Action::select_dropdown_option_selector("#x", "v").into(),
        Action::upload_file_selector("#x", "v").into(),
    ];
    for action in &actions {
        let wire = wire(action);
        assert_eq!(wire.get("selector"), Some(&json!("#x")), "{action:?}");
        assert_eq!(wire.get("id"), None, "{action:?}");
    }
}

#[test]
fn a_selector_says_what_it_is() {
    let selector = |selector: Selector| wire(&Action::click_selector(selector).into())["selector"].clone();
    let nodes = |css: &str, xpath: &str| {
        json!({"css_selector": css, "xpath_selector": xpath, "in_iframe": false, "in_shadow_root": false,
            "iframe_parent_css_selectors": []})
    };
    assert_eq!(selector("#a".into()), "#a");
    assert_eq!(selector(Selector::css("#a")), nodes("#a", ""));
    assert_eq!(selector(Selector::xpath("//a")), nodes("", "//a"));
    assert_eq!(
        selector(Selector::from("text=Buy").or_css("#a").or_xpath("//a").in_frames(["#f"]).in_shadow_root()),
        json!({"css_selector": "#a", "xpath_selector": "//a", "playwright_selector": "text=Buy", "in_iframe": true,
            "in_shadow_root": true, "iframe_parent_css_selectors": ["#f"]})
    );
    assert_eq!(selector(Selector::css("#a").or_playwright("text=Buy"))["playwright_selector"], "text=Buy");
}

#[test]
fn an_action_from_the_service_loses_no_field() {
    for value in [
        json!({"type": "click", "id": "B3", "category": "Interaction Actions", "description": "Clicks", "timeout": 5000,
            "text_label": "Buy", "press_enter": null, "accessible_name": "Buy now", "later": {"x": [1]},
            "param": {"name": "value", "type": "str", "values": ["a"]},
            "selector": {"css_selector": "#b", "xpath_selector": "//b", "notte_selector": "n", "in_iframe": true,
                "in_shadow_root": false, "iframe_parent_css_selectors": ["#f"], "playwright_selector": "p",
                "python_selector": "q", "later": 1}}),
        json!({"type": "teleport", "to": {"x": 1}}),
    ] {
        let action: types::Action = serde_json::from_value(value.clone()).unwrap();
        let expected = serde_json::to_value(&action).unwrap();
        for (key, value) in value.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()) {
            assert_eq!(expected.get(key), Some(value));
        }
        let ours = Action::from(&action);
        assert_eq!(types::Action::from(ours.clone()), action);
        assert_eq!(wire(&ours), expected);
    }
}

#[test]
fn debug_tells_the_kind_only() {
    for (action, value) in plain().into_iter().chain(with_options()) {
        assert_eq!(format!("{action:?}"), format!("Action({})", value["type"].as_str().unwrap()));
    }
    assert_eq!(format!("{:?}", Action::fill("I1", "hunter2").press_enter()), "Action(fill)");
    let unknown: types::Action = serde_json::from_value(json!({"type": "hunter2"})).unwrap();
    assert_eq!(format!("{:?}", Action::from(unknown)), "Action(unknown)");
    assert_eq!(format!("{:?}", Selector::from("[value=hunter2]")), "Selector(text)");
}
