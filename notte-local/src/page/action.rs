//! The actions, as they stand on the wire.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

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

    /// An element by an id that was given to it here.
    pub(crate) fn known_as(id: String) -> Self {
        Self { id: Some(id), timeout: Some(2_000), ..Self::default() }
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
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Action {
    Goto {
        url: String,
        wait_until: Option<String>,
    },
    GotoNewTab {
        url: String,
    },
    GoBack,
    GoForward,
    Reload,
    CloseTab,
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
    EmailRead,
    SmsRead,
    EmailVerificationRead,
    CaptchaSolve,
    Click {
        #[serde(flatten)]
        on: On,
    },
    Check {
        value: bool,
        #[serde(flatten)]
        on: On,
    },
    #[serde(alias = "fallback_fill", alias = "multi_factor_fill")]
    Fill {
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
    pub(crate) fn read(value: &Map<String, Value>) -> Result<Self, String> {
        let action: Self = serde_json::from_value(Value::Object(value.clone())).map_err(|error| error.to_string())?;
        match &action {
            Self::Goto { wait_until, .. } => {
                let known = ["type", "url", "wait_until", "category", "description"];
                if let Some(extra) = value.keys().find(|key| !known.contains(&key.as_str())) {
                    return Err(format!("extra_forbidden: goto has no field `{extra}`"));
                }
                if let Some(other) = wait_until
                    && !["commit", "domcontentloaded", "load", "networkidle"].contains(&other.as_str())
                {
                    return Err(format!("wait_until: unknown value `{other}`"));
                }
            }
            Self::Wait { time_ms } if *time_ms > 30_000 => return Err("time_ms: at most 30000".into()),
            Self::FormFill { value } => {
                if value.is_empty() {
                    return Err("value: at least one field".into());
                }
                if let Some(key) = value.keys().find(|key| !FIELDS.contains(&key.as_str())) {
                    return Err(format!("value: unknown field `{key}`"));
                }
            }
            _ => {}
        }
        if let Some(on) = action.on()
            && on.id().is_empty()
            && on.selector().is_none()
        {
            return Err("either id or selector is needed".into());
        }
        Ok(action)
    }

    /// The element that it is about, if it is about one.
    pub(crate) fn on(&self) -> Option<&On> {
        match self {
            Self::Click { on }
            | Self::Check { on, .. }
            | Self::Fill { on, .. }
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

    fn read(value: &Value) -> Result<Action, String> {
        Action::read(value.as_object().expect("an object"))
    }

    #[test]
    fn extra_fields_are_ignored_but_in_goto() {
        assert!(read(&json!({"type": "wait", "time_ms": 1, "odd": 2})).is_ok());
        assert!(
            read(&json!({"type": "goto", "url": "about:blank", "odd": 2})).unwrap_err().contains("extra_forbidden")
        );
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
