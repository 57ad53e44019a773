//! The printed program, byte for byte.

use serde_json::{Value, json};

use super::*;

/// One action of each kind and option, as they are recorded.
fn recorded() -> Vec<Value> {
    vec![
        json!({"type": "goto", "url": "https://shop.example.com", "wait_until": "load", "description": "Opens"}),
        json!({"type": "goto_new_tab", "url": "https://example.com/?q=\"a\\b\"\n\u{202e}é"}),
        json!({"type": "switch_tab", "tab_index": 1}),
        json!({"type": "close_tab"}),
        json!({"type": "go_back"}),
        json!({"type": "go_forward"}),
        json!({"type": "reload"}),
        json!({"type": "wait", "time_ms": 1500}),
        json!({"type": "press_key", "key": "Enter"}),
        json!({"type": "scroll_down", "amount": 300, "selector": "#list"}),
        json!({"type": "scroll_up"}),
        json!({"type": "click", "id": "B1", "text_label": "Buy", "category": "Interaction Actions"}),
        json!({"type": "click", "id": "B1", "selector": "#buy", "press_enter": true, "timeout": 5000}),
        json!({"type": "fill", "id": "I1", "value": "tea", "clear_before_fill": false, "selector": {
            "css_selector": "", "xpath_selector": "//p", "playwright_selector": "text=T", "in_iframe": true,
            "in_shadow_root": true, "iframe_parent_css_selectors": ["#f"], "python_selector": "x"}}),
        json!({"type": "fallback_fill", "value": "tea", "selector": {"css_selector": "#q", "xpath_selector": "//p"}}),
        json!({"type": "multi_factor_fill", "id": "I2", "value": "123456"}),
        json!({"type": "select_dropdown_option", "id": "O1", "value": "fr", "press_enter": false}),
        json!({"type": "check", "id": "C1", "value": true}),
        json!({"type": "upload_file", "id": "F1", "file_path": "cv.pdf"}),
        json!({"type": "download_file", "id": "L1"}),
        json!({"type": "form_fill", "value": {"email": "ada@example.com", "city": "Paris"}}),
        json!({"type": "captcha_solve", "captcha_type": "press&hold"}),
        json!({"type": "evaluate_js", "code": "document.title"}),
        json!({"type": "scrape", "only_main_content": true, "ignored_tags": ["nav"], "scrape_links": false}),
        json!({"type": "scrape", "instructions": "prices", "scrape_images": true, "selector": "main"}),
        json!({"type": "email_read", "limit": 3, "timedelta": "PT5M", "only_unread": true}),
        json!({"type": "email_verification_read", "mailbox_id": "m", "sender_domain": "a.test", "max_age_seconds": 60}),
        json!({"type": "sms_read", "timedelta": "PT0.0005S"}),
        json!({"type": "help", "reason": "lost"}),
        json!({"type": "completion", "success": true, "answer": "done"}),
        json!({"type": "reload", "later": 1}),
        json!({"type": "teleport\nnow", "to": "x"}),
    ]
}

fn print(actions: &[Value]) -> String {
    to_rust(actions.iter().map(|action| serde_json::from_value::<types::Action>(action.clone()).unwrap()))
}

/// The program is an example of this crate, so that cargo compiles it.
#[test]
fn what_is_printed_is_the_example_that_compiles() {
    let printed = print(&recorded());
    if std::env::var_os("UPDATE_EXPORT").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/recorded.rs");
        std::fs::write(path, &printed).unwrap();
    }
    let example = include_str!("../../examples/recorded.rs");
    assert_eq!(printed, example, "UPDATE_EXPORT=1 cargo test -p notte-ext writes it anew");
}

#[test]
fn every_kind_is_printed() {
    let row = include_str!("../../../notte-api/API.md").lines().find(|line| line.starts_with("| `Action` |")).unwrap();
    let kinds = row.split('|').nth(2).unwrap().split(',').filter(|kind| kind.trim() != "Unknown").count();
    let printed: std::collections::BTreeSet<_> = recorded()
        .iter()
        .filter(|action| print(&[(*action).clone()]).contains("session.execute("))
        .map(|action| action["type"].to_string())
        .collect();
    assert_eq!(printed.len(), kinds);
}

#[test]
fn imports_are_those_that_are_used() {
    let plain = print(&[json!({"type": "goto", "url": "(Duration::x"})]);
    assert!(plain.contains("use notte_ext::{Action, Notte};") && !plain.contains("use std"), "{plain}");
    let timed = print(&[json!({"type": "wait", "time_ms": 1})]);
    assert!(timed.contains("use std::time::Duration;") && !timed.contains("Selector"));
}

#[test]
fn what_cannot_be_printed_is_named() {
    let printed = print(&[json!({"type": "reload", "later": 1}), json!({"type": "tele\nport"})]);
    assert!(printed.contains("// Left out of the next one: [\"later\"]."), "{printed}");
    assert!(printed.contains("// Left out: an action of kind \"tele\\nport\"."), "{printed}");
    let nowhere = print(&[json!({"type": "click", "id": "", "timeout": 5})]);
    assert!(nowhere.contains("// Left out: an action of kind \"click\".") && !nowhere.contains("use std"), "{nowhere}");
}
