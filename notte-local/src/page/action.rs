//! The actions, as they stand on the wire.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::input;

/// How long an action on an element waits by default, in milliseconds.
const PATIENCE: u64 = 15_000;

/// The element that an action is about.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct On {
    id: Option<String>,
    selector: Option<Selector>,
    pub(crate) press_enter: Option<bool>,
    timeout: Option<u64>,
}

impl On {
    pub(crate) fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    pub(crate) fn selector(&self) -> Option<&Selector> {
        self.selector.as_ref()
    }

    /// Milliseconds to wait; 0 means the default.
    pub(crate) fn patience(&self) -> u64 {
        self.timeout.filter(|timeout| *timeout > 0).unwrap_or(PATIENCE)
    }
}

/// A selector: text in Playwright's language, or the set of them that an observation gives.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Selector {
    Text(String),
    Set {
        css_selector: Option<String>,
        xpath_selector: Option<String>,
        playwright_selector: Option<String>,
        #[serde(default)]
        iframe_parent_css_selectors: Vec<String>,
    },
}

impl Selector {
    /// The frames to go through, outermost first, and the selectors to try.
    pub(crate) fn sources(&self) -> (Vec<String>, Vec<String>) {
        match self {
            Self::Text(text) => (Vec::new(), vec![plain(text)]),
            Self::Set { css_selector, xpath_selector, playwright_selector, iframe_parent_css_selectors } => {
                let given = |source: &Option<String>| source.as_deref().filter(|text| !text.is_empty()).map(plain);
                let xpath = given(xpath_selector).map(|path| {
                    if path.contains('=') && path.starts_with("xpath=") { path } else { format!("xpath={path}") }
                });
                let sources = [given(playwright_selector), given(css_selector), xpath];
                (iframe_parent_css_selectors.clone(), sources.into_iter().flatten().collect())
            }
        }
    }
}

/// `~text` is short for the text engine.
fn plain(source: &str) -> String {
    source.strip_prefix('~').map_or_else(|| source.to_owned(), |text| format!("text={text}"))
}

/// An action of `page/execute`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Goto {
        url: String,
        wait_until: Option<String>,
    },
    GotoNewTab {
        url: String,
    },
    GoBack {},
    GoForward {},
    Reload {},
    CloseTab {},
    SwitchTab {
        tab_index: i64,
    },
    PressKey {
        key: String,
    },
    ScrollUp {
        amount: Option<u32>,
        selector: Option<String>,
    },
    ScrollDown {
        amount: Option<u32>,
        selector: Option<String>,
    },
    Wait {
        time_ms: u64,
    },
    EvaluateJs {
        code: String,
    },
    Scrape(super::Scrape),
    FormFill {
        value: BTreeMap<String, String>,
    },
    Help {
        reason: String,
    },
    Completion {
        success: bool,
        answer: String,
    },
    EmailRead {},
    SmsRead {},
    EmailVerificationRead {},
    CaptchaSolve {},
    Click {
        #[serde(flatten)]
        on: On,
    },
    Check {
        value: bool,
        #[serde(flatten)]
        on: On,
    },
    Fill {
        value: String,
        clear_before_fill: Option<bool>,
        #[serde(flatten)]
        on: On,
    },
    /// A fill whose every character is a key that the page hears.
    #[serde(alias = "multi_factor_fill")]
    FallbackFill {
        value: String,
        clear_before_fill: Option<bool>,
        #[serde(flatten)]
        on: On,
    },
    SelectDropdownOption {
        value: String,
        #[serde(flatten)]
        on: On,
    },
    UploadFile {
        file_path: String,
        #[serde(flatten)]
        on: On,
    },
    DownloadFile {
        #[serde(flatten)]
        on: On,
    },
}

/// The keys that `form_fill` knows.
const FIELDS: &[&str] = &[
    "title",
    "first_name",
    "middle_name",
    "last_name",
    "full_name",
    "email",
    "company",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "postal_code",
    "country",
    "phone",
    "cc_name",
    "cc_number",
    "cc_exp_month",
    "cc_exp_year",
    "cc_exp",
    "cc_cvv",
    "username",
    "password",
    "current_password",
    "new_password",
    "totp",
];

impl Action {
    /// Reads an action, within the limits of the API.
    pub(crate) fn read(sent: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut fields = sent.clone();
        let place = ["body".into(), "type".into()];
        let kind = match fields.remove("type") {
            Some(Value::String(kind)) => kind,
            Some(_) => return Err(Refusal::unfit(&place, "Input should be a string", "type_error")),
            None => return Err(Refusal::unfit(&place, "Field required", "missing")),
        };
        // Read as `{"fill": {...}}`, a complaint names the field.
        let action: Self =
            input::read(&["body"], Value::Object(Map::from_iter([(kind.clone(), Value::Object(fields))])))?;
        let wrong = |field: &str, message: &str| Err(Refusal::invalid(&["body", &kind, field], message));
        match &action {
            Self::Goto { wait_until, .. } => {
                let known = ["type", "url", "wait_until", "category", "description"];
                if let Some(extra) = sent.keys().find(|key| !known.contains(&key.as_str())) {
                    return Err(Refusal::extra(&["body", &kind, extra]));
                }
                let known = ["commit", "domcontentloaded", "load", "networkidle"];
                if wait_until.as_ref().is_some_and(|until| !known.contains(&until.as_str())) {
                    return wrong("wait_until", "Input should be commit, domcontentloaded, load or networkidle");
                }
            }
            Self::Wait { time_ms } if *time_ms > 30_000 => {
                return wrong("time_ms", "Input should be less than or equal to 30000");
            }
            Self::FormFill { value } => {
                if value.is_empty() {
                    return wrong("value", "Input should have at least one field");
                }
                if let Some(key) = value.keys().find(|key| !FIELDS.contains(&key.as_str())) {
                    return Err(Refusal::extra(&["body", &kind, "value", key]));
                }
            }
            _ => {}
        }
        if let Some(on) = action.on()
            && on.id().is_empty()
            && on.selector().is_none()
        {
            return wrong("id", "either id or selector is needed");
        }
        Ok(action)
    }

    /// The element that it is about, if it is about one.
    pub(crate) fn on(&self) -> Option<&On> {
        match self {
            Self::Click { on }
            | Self::Check { on, .. }
            | Self::Fill { on, .. }
            | Self::FallbackFill { on, .. }
            | Self::SelectDropdownOption { on, .. }
            | Self::UploadFile { on, .. }
            | Self::DownloadFile { on } => Some(on),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Action, Selector};
    use crate::error::Refusal;

    fn read(value: &Value) -> Result<Action, Refusal> {
        Action::read(value.as_object().expect("an object"))
    }

    #[test]
    fn extra_fields_are_ignored_but_in_goto() {
        assert!(read(&json!({"type": "wait", "time_ms": 1, "odd": 2})).is_ok());
        let refusal = read(&json!({"type": "goto", "url": "about:blank", "odd": 2})).unwrap_err();
        assert_eq!(refusal.reason(), "goto.odd: Extra inputs are not permitted");
    }

    #[test]
    fn an_action_outside_the_limits_is_refused() {
        for bad in [
            json!({"type": "wait", "time_ms": 30001}),
            json!({"type": "click"}),
            json!({"type": "dance"}),
            json!({"url": "about:blank"}),
            json!({"type": "form_fill", "value": {}}),
            json!({"type": "form_fill", "value": {"shoe_size": "9"}}),
            json!({"type": "goto", "url": "about:blank", "wait_until": "teatime"}),
            json!({"type": "fill", "id": "I1"}),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_complaint_names_the_field_and_never_what_was_sent() {
        for (sent, reason) in [
            (json!({"type": "fill", "id": "I1", "value": 4242424242u64}), "fill.value: Input should be a string"),
            (json!({"type": "fill", "id": ["hunter2"], "value": "x"}), "fill: Input should be a string"),
            (
                json!({"type": "form_fill", "value": {"password": ["hunter2"]}}),
                "form_fill.value.password: Input should be a string",
            ),
            (json!({"type": "wait", "time_ms": "hunter2"}), "wait.time_ms: Input should be u64"),
            (json!({"type": "goto"}), "goto.url: Field required"),
            (json!({"type": ["hunter2"]}), "type: Input should be a string"),
        ] {
            assert_eq!(read(&sent).unwrap_err().reason(), reason, "{sent}");
        }
        let unknown = read(&json!({"type": "hunter2"})).unwrap_err();
        assert!(!format!("{unknown:?}").contains("hunter2") && unknown.reason().contains("`goto`"), "{unknown:?}");
    }

    #[test]
    fn every_spelling_of_a_selector_is_read() {
        let set = json!({"type": "click", "selector": {"css_selector": "#a", "xpath_selector": "//b", "in_iframe": true,
            "in_shadow_root": false, "iframe_parent_css_selectors": ["iframe"]}});
        let action = read(&set).unwrap();
        let (frames, sources) = action.on().and_then(|on| on.selector()).map(Selector::sources).unwrap();
        assert_eq!((frames, sources), (vec!["iframe".to_owned()], vec!["#a".to_owned(), "xpath=//b".to_owned()]));
        let text = read(&json!({"type": "click", "selector": "~Sign in"})).unwrap();
        assert_eq!(text.on().and_then(|on| on.selector()).unwrap().sources().1, ["text=Sign in"]);
    }
}
