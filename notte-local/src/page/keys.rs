//! The keyboard: named keys and chords such as `Control+A`.

use serde_json::json;

use super::Failure;
use crate::engine::{CdpError, Tab};

/// Name, code, virtual key code, and the text it types.
const NAMED: &[(&str, &str, u32, &str)] = &[
    ("Enter", "Enter", 13, "\r"),
    ("Tab", "Tab", 9, ""),
    ("Escape", "Escape", 27, ""),
    ("Backspace", "Backspace", 8, ""),
    ("Delete", "Delete", 46, ""),
    ("Insert", "Insert", 45, ""),
    ("ArrowUp", "ArrowUp", 38, ""),
    ("ArrowDown", "ArrowDown", 40, ""),
    ("ArrowLeft", "ArrowLeft", 37, ""),
    ("ArrowRight", "ArrowRight", 39, ""),
    ("Home", "Home", 36, ""),
    ("End", "End", 35, ""),
    ("PageUp", "PageUp", 33, ""),
    ("PageDown", "PageDown", 34, ""),
    (" ", "Space", 32, " "),
];

const MODIFIERS: &[(&str, &str, u32, u32)] = &[
    ("Alt", "AltLeft", 18, 1),
    ("Control", "ControlLeft", 17, 2),
    ("Meta", "MetaLeft", 91, 4),
    ("Shift", "ShiftLeft", 16, 8),
];

struct Key {
    key: String,
    code: String,
    number: u32,
    text: String,
}

fn key(name: &str) -> Option<Key> {
    let name = match name {
        "Space" => " ",
        "Esc" => "Escape",
        "Return" => "Enter",
        other => other,
    };
    if let Some((key, code, number, text)) = NAMED.iter().find(|(key, ..)| key.eq_ignore_ascii_case(name)) {
        return Some(Key { key: (*key).into(), code: (*code).into(), number: *number, text: (*text).into() });
    }
    let function =
        name.strip_prefix('F').and_then(|number| number.parse::<u32>().ok()).filter(|number| (1..=12).contains(number));
    if let Some(number) = function {
        return Some(Key { key: name.into(), code: name.into(), number: 111 + number, text: String::new() });
    }
    let mut characters = name.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else { return None };
    let upper = character.to_ascii_uppercase();
    let (code, number) = match upper {
        'A'..='Z' => (format!("Key{upper}"), u32::from(upper)),
        '0'..='9' => (format!("Digit{upper}"), u32::from(upper)),
        _ => (String::new(), 0),
    };
    Some(Key { key: name.into(), code, number, text: name.into() })
}

/// Types a text, a key for each character.
pub(super) async fn write(tab: &Tab, text: &str) -> Result<(), Failure> {
    for character in text.chars() {
        let name = match character {
            '\n' | '\r' => "Enter".to_owned(),
            '\t' => "Tab".to_owned(),
            other => other.to_string(),
        };
        let Some(key) = key(&name) else { continue };
        strike(tab, &key, key.text.clone(), 0, None).await?;
        // What a key sets off, such as the focus of the next box, comes before the next key.
        tab.breathe().await;
    }
    Ok(())
}

/// Presses a key or a chord.
pub(super) async fn press(tab: &Tab, chord: &str) -> Result<(), Failure> {
    let unknown = || Failure::new("UnknownKey", format!("there is no key {chord:?}"));
    // A plus at the end is the key itself.
    let (held, last) = match chord.strip_suffix('+') {
        Some(rest) => (rest.trim_end_matches('+'), "+"),
        None => chord.rsplit_once('+').unwrap_or(("", chord)),
    };
    let mut modifiers = 0;
    for name in held.split('+').filter(|name| !name.is_empty()) {
        let name = match name {
            "Ctrl" | "ControlOrMeta" => "Control",
            "Cmd" | "Command" => "Meta",
            other => other,
        };
        let (.., bit) = MODIFIERS.iter().find(|(key, ..)| key.eq_ignore_ascii_case(name)).ok_or_else(unknown)?;
        modifiers |= bit;
    }
    let pressed = MODIFIERS
        .iter()
        .find(|(key, ..)| *key == last)
        .map(|(key, code, number, _)| Key {
            key: (*key).into(),
            code: (*code).into(),
            number: *number,
            text: String::new(),
        })
        .or_else(|| key(last))
        .ok_or_else(unknown)?;
    let shifted = modifiers & 8 != 0;
    let text = if modifiers & 7 != 0 {
        String::new()
    } else if shifted {
        pressed.text.to_uppercase()
    } else {
        pressed.text.clone()
    };
    // The editing commands of a desktop are the window system's work, and there is none here.
    let command = match (modifiers & 6 != 0, pressed.number) {
        (true, 65) => Some("selectAll"),
        (true, 67) => Some("copy"),
        (true, 86) => Some("paste"),
        (true, 88) => Some("cut"),
        (true, 90) if shifted => Some("redo"),
        (true, 89) => Some("redo"),
        (true, 90) => Some("undo"),
        _ => None,
    };
    strike(tab, &pressed, text, modifiers, command).await
}

/// One key down and up.
async fn strike(tab: &Tab, pressed: &Key, text: String, modifiers: u32, command: Option<&str>) -> Result<(), Failure> {
    let mut event = json!({
        "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" },
        "key": pressed.key, "code": pressed.code, "windowsVirtualKeyCode": pressed.number, "modifiers": modifiers,
    });
    if !text.is_empty() {
        event["text"] = text.into();
    }
    if let Some(command) = command {
        event["commands"] = json!([command]);
    }
    let mut released = event.clone();
    released["type"] = "keyUp".into();
    if let Some(fields) = released.as_object_mut() {
        fields.remove("text");
        fields.remove("commands");
    }
    for event in [event, released] {
        match tab.input("Input.dispatchKeyEvent", event).await {
            // What the key does to the page may well be to close it.
            Err(CdpError::TabClosed) => break,
            other => other?,
        };
    }
    Ok(())
}
