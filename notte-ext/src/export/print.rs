//! One action as the call that makes it.

use std::time::Duration;

use notte_api::{types, wire::IsoDuration};
use serde_json::{Map, Value};

/// How a field is written.
#[derive(Clone, Copy)]
enum As {
    Text,
    Bool,
    Count,
    Millis,
    /// Milliseconds, of which 0 means the default.
    Timeout,
    Seconds,
    Span,
    Texts,
    Pairs,
    /// A method without argument, called if the field is true.
    Flag,
}

type Fields = &'static [(&'static str, &'static str, As)];

/// Fields that the service writes by itself.
const OBSERVED: [&str; 7] = ["type", "id", "category", "description", "text_label", "accessible_name", "param"];
const VALUE: Fields = &[("value", "", As::Text)];
const URL: Fields = &[("url", "", As::Text)];
const ELEMENT: Fields = &[("press_enter", "press_enter", As::Flag), ("timeout", "timeout", As::Timeout)];
const FILL: Fields = &[("clear_before_fill", "clear_before_fill", As::Bool)];
const SCROLL: Fields = &[("amount", "amount", As::Count), ("selector", "selector", As::Text)];
const READ: Fields =
    &[("limit", "limit", As::Count), ("timedelta", "within", As::Span), ("only_unread", "only_unread", As::Bool)];
const SCRAPE: Fields = &[
    ("instructions", "instructions", As::Text),
    ("only_main_content", "only_main_content", As::Bool),
    ("scrape_links", "scrape_links", As::Bool),
    ("scrape_images", "scrape_images", As::Bool),
    ("ignored_tags", "ignored_tags", As::Texts),
    ("selector", "selector", As::Text),
];

/// What the constructor of a kind takes (after the element, if it acts on one), and its options.
fn shape(tag: &str) -> Option<(bool, Fields, Fields)> {
    Some(match tag {
        "click" | "download_file" => (true, &[], &[]),
        "check" => (true, &[("value", "", As::Bool)], &[]),
        "fill" | "fallback_fill" | "multi_factor_fill" => (true, VALUE, FILL),
        "select_dropdown_option" => (true, VALUE, &[]),
        "upload_file" => (true, &[("file_path", "", As::Text)], &[]),
        "close_tab" | "go_back" | "go_forward" | "reload" => (false, &[], &[]),
        "captcha_solve" => (false, &[], &[("captcha_type", "captcha_type", As::Text)]),
        "completion" => (false, &[("success", "", As::Bool), ("answer", "", As::Text)], &[]),
        "email_read" | "sms_read" => (false, &[], READ),
        "email_verification_read" => (
            false,
            &[("mailbox_id", "", As::Text), ("sender_domain", "", As::Text)],
            &[("max_age_seconds", "max_age", As::Seconds)],
        ),
        "evaluate_js" => (false, &[("code", "", As::Text)], &[]),
        "form_fill" => (false, &[("value", "", As::Pairs)], &[]),
        "goto" => (false, URL, &[("wait_until", "wait_until", As::Text)]),
        "goto_new_tab" => (false, URL, &[]),
        "help" => (false, &[("reason", "", As::Text)], &[]),
        "press_key" => (false, &[("key", "", As::Text)], &[]),
        "scrape" => (false, &[], SCRAPE),
        "scroll_down" | "scroll_up" => (false, &[], SCROLL),
        "switch_tab" => (false, &[("tab_index", "", As::Count)], &[]),
        "wait" => (false, &[("time_ms", "", As::Millis)], &[]),
        _ => return None,
    })
}

/// A call such as `Action::click("B1")`, and the names of the fields that are not in it.
pub(super) struct Call {
    code: Option<String>,
    kind: String,
    left_out: Vec<String>,
    pub(super) has_duration: bool,
    /// What finds the element, where that takes more than a text.
    selector: Option<String>,
}

impl Call {
    pub(super) fn new(action: &types::Action) -> Self {
        let kind = action.tag().unwrap_or_default().to_owned();
        let mut fields = match serde_json::to_value(action) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        let (mut has_duration, mut selector) = (false, None);
        let code = code(&kind, &mut fields, &mut has_duration, &mut selector);
        if code.is_none() {
            (has_duration, selector) = (false, None);
        }
        fields.retain(|name, value| !value.is_null() && !OBSERVED.contains(&name.as_str()));
        Self { code, kind, left_out: fields.into_iter().map(|(name, _)| name).collect(), has_duration, selector }
    }

    pub(super) fn has_selector(&self) -> bool {
        self.selector.is_some()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let Some(code) = &self.code else { return vec![format!("// Left out: an action of kind {:?}.", self.kind)] };
        let mut lines = Vec::new();
        if !self.left_out.is_empty() {
            lines.push(format!("// Left out of the next one: {:?}.", self.left_out));
        }
        if let Some(selector) = &self.selector {
            lines.push(format!("let element = {selector};"));
        }
        lines.push(format!("session.execute({code}).await?;"));
        lines
    }
}

fn code(
    kind: &str,
    fields: &mut Map<String, Value>,
    has_duration: &mut bool,
    found_by: &mut Option<String>,
) -> Option<String> {
    let (on_element, needed, options) = shape(kind)?;
    let (mut name, mut arguments) = (kind.to_owned(), Vec::new());
    if on_element {
        if let Some(selector) = fields.get("selector").and_then(selector) {
            let is_text = fields.remove("selector").is_some_and(|selector| selector.is_string());
            name.push_str("_selector");
            if is_text {
                arguments.push(selector);
            } else {
                arguments.push("element".to_owned());
                *found_by = Some(selector);
            }
        } else {
            arguments.push(text(fields.get("id").filter(|id| *id != "")?)?);
        }
    }
    let mut take = |field: &str, form: As| {
        let argument = written(fields.get(field)?, form)?;
        fields.remove(field);
        *has_duration |= matches!(form, As::Millis | As::Timeout | As::Seconds | As::Span);
        Some(argument)
    };
    for (field, _, form) in needed {
        arguments.push(take(field, *form)?);
    }
    let mut code = format!("Action::{name}({})", arguments.join(", "));
    let common = if on_element { ELEMENT } else { &[] };
    for (field, method, form) in options.iter().chain(common) {
        if let Some(argument) = take(field, *form) {
            code.push_str(&format!(".{method}({argument})"));
        }
    }
    // Said or not, these mean the same.
    fields.retain(|name, value| match name.as_str() {
        "press_enter" => value.as_bool() != Some(false),
        "timeout" => value.as_u64() != Some(0),
        _ => true,
    });
    Some(code)
}

fn written(value: &Value, form: As) -> Option<String> {
    match form {
        As::Text => text(value),
        As::Bool => value.as_bool().map(|value| value.to_string()),
        As::Count => u32::try_from(value.as_u64()?).ok().map(|value| value.to_string()),
        As::Millis => value.as_u64().map(|millis| span(Duration::from_millis(millis))),
        As::Timeout => value.as_u64().filter(|millis| *millis > 0).map(|millis| span(Duration::from_millis(millis))),
        As::Seconds => value.as_u64().map(|seconds| span(Duration::from_secs(seconds))),
        As::Span => IsoDuration::from(value.as_str()?).to_duration().map(span),
        As::Texts => texts(value),
        As::Pairs => {
            let pair = |(name, value): (&String, &Value)| Some(format!("({}, {})", literal(name), text(value)?));
            let pairs: Vec<_> = value.as_object()?.iter().map(pair).collect::<Option<_>>()?;
            Some(format!("[{}]", pairs.join(", "))).filter(|_| !pairs.is_empty())
        }
        As::Flag => value.as_bool().filter(|value| *value).map(|_| String::new()),
    }
}

fn span(duration: Duration) -> String {
    if duration.subsec_nanos() == 0 {
        format!("Duration::from_secs({})", duration.as_secs())
    } else if duration.subsec_nanos().is_multiple_of(1_000_000) && duration.as_millis() <= u128::from(u64::MAX) {
        format!("Duration::from_millis({})", duration.as_millis())
    } else {
        format!("Duration::new({}, {})", duration.as_secs(), duration.subsec_nanos())
    }
}

/// A string literal. `Debug` of a text escapes everything that would end it or could not be seen.
fn literal(text: &str) -> String {
    format!("{text:?}")
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(literal)
}

fn texts(value: &Value) -> Option<String> {
    let texts: Vec<_> = value.as_array()?.iter().map(text).collect::<Option<_>>()?;
    Some(format!("[{}]", texts.join(", "))).filter(|_| !texts.is_empty())
}

/// A selector with all the ways it was recorded in; the service's own and Python's are the others said again.
fn selector(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return Some(literal(text)).filter(|_| !text.is_empty());
    }
    let mut code = String::new();
    for (field, way) in [("playwright_selector", "playwright"), ("css_selector", "css"), ("xpath_selector", "xpath")] {
        if let Some(text) = value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()) {
            let start = if code.is_empty() { "Selector::" } else { ".or_" };
            code.push_str(&format!("{start}{way}({})", literal(text)));
        }
    }
    if code.is_empty() {
        return None;
    }
    if value.get("in_iframe") == Some(&Value::Bool(true)) {
        let frames = value.get("iframe_parent_css_selectors").and_then(texts);
        code.push_str(&format!(".in_frames({})", frames.unwrap_or_else(|| "[\"\"; 0]".to_owned())));
    }
    if value.get("in_shadow_root") == Some(&Value::Bool(true)) {
        code.push_str(".in_shadow_root()");
    }
    Some(code)
}
