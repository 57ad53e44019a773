//! One step of a workflow: an action without its element and its text, the ways to find the element, and the page
//! that the step led to.

use std::{collections::BTreeMap, fmt, time::Duration};

use notte_api::{types, wire::Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Action, Error, Result};

/// The member that stands for a text that is given at each run.
const PARAMETER: &str = "$parameter";

/// One step of a workflow.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WorkflowStep {
    /// The action as the API has it, without what names its element. `{"$parameter": "name"}` stands for the text of
    /// that parameter.
    pub action: Map<String, Value>,
    /// Where its element is, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// What the page is like after the step, if that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<PageCheck>,
}

/// The ways to find the element of a step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Target {
    /// What the element is called on the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Playwright selectors, tried in this order.
    pub selectors: Vec<String>,
    /// CSS selectors of the frames around it, the outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<String>,
    /// Whether it is in a shadow tree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_shadow_root: bool,
}

/// What a page is like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PageCheck {
    /// Its address; `*` stands for any text.
    pub url: String,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Members that name the element of an action, or describe the action for people.
const ELEMENT: &[&str] =
    &["id", "selector", "text_label", "accessible_name", "category", "description", "param", "selector_params"];

impl WorkflowStep {
    /// The step that repeats an action.
    ///
    /// # Errors
    /// The action names its element by an id only, which holds for one observation.
    pub(super) fn of(action: &types::Action) -> Result<Self> {
        let Ok(Value::Object(mut action)) = serde_json::to_value(action) else {
            return Err(Error::invalid("the action is not an object"));
        };
        let target = Target::of(&action);
        if target.is_none() && action.get("id").and_then(Value::as_str).is_some_and(|id| !id.is_empty()) {
            let kind = action.get("type").and_then(Value::as_str).unwrap_or_default();
            return Err(Error::invalid(format!(
                "the {kind} action names its element by an id, which holds for one page only: record what its \
                 execution returned, which has the selector"
            )));
        }
        // The service repeats its own default as the timeout, so it says nothing about the element.
        let says_nothing = |name: &str| ELEMENT.contains(&name) || (target.is_some() && name == "timeout");
        action.retain(|name, value| !says_nothing(name) && !value.is_null());
        Ok(Self { action, target, then: None })
    }

    /// Its kind, such as `click`.
    pub fn kind(&self) -> &str {
        self.action.get("type").and_then(Value::as_str).unwrap_or("unknown")
    }

    /// The parameters that it uses.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let mut found = Vec::new();
        for value in self.action.values() {
            collect(value, &mut found);
        }
        found.into_iter()
    }

    /// Puts a parameter in place of a member's text, and gives its name.
    pub(super) fn parametrise(&mut self, member: &str, name: &str) {
        if let Some(value) = self.action.get_mut(member) {
            *value = json!({ PARAMETER: name });
        }
    }

    /// The action with the texts of its parameters, on the element at this place, which the service looks for so long,
    /// unless the file says how long.
    pub(super) fn action(
        &self,
        texts: &BTreeMap<String, Secret<String>>,
        place: Option<(Value, Duration)>,
    ) -> Result<Action> {
        let mut action = self.action.clone();
        for value in action.values_mut() {
            fill_in(value, texts)?;
        }
        if let Some((selector, patience)) = place {
            action.insert("selector".into(), selector);
            action.entry("timeout").or_insert_with(|| u64::try_from(patience.as_millis()).unwrap_or(u64::MAX).into());
        }
        let action: types::Action = serde_json::from_value(Value::Object(action))
            .map_err(|_| Error::invalid(format!("the {} action of the workflow cannot be read", self.kind())))?;
        Ok(action.into())
    }
}

impl fmt::Debug for WorkflowStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowStep").field("kind", &self.kind()).field("target", &self.target).finish_non_exhaustive()
    }
}

/// The step as a person would name it: its kind and what its element is called.
impl fmt::Display for WorkflowStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self.target.as_ref().and_then(Target::name) {
            Some(name) => write!(f, " {name:?}"),
            None => Ok(()),
        }
    }
}

fn parameter(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(PARAMETER)?.as_str()
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        _ if parameter(value).is_some() => found.extend(parameter(value)),
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn fill_in(value: &mut Value, texts: &BTreeMap<String, Secret<String>>) -> Result<()> {
    if let Some(name) = parameter(value) {
        let missing = || Error::invalid(format!("the workflow needs parameter {name:?}"));
        *value = Value::String(texts.get(name).ok_or_else(missing)?.expose().clone());
        return Ok(());
    }
    match value {
        Value::Object(members) => members.values_mut().try_for_each(|value| fill_in(value, texts)),
        Value::Array(items) => items.iter_mut().try_for_each(|value| fill_in(value, texts)),
        _ => Ok(()),
    }
}

impl Target {
    /// Where the element of an action is; nothing if the action has none, or names it by its id only.
    pub(super) fn of(action: &Map<String, Value>) -> Option<Self> {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let label = text(action.get("accessible_name")).or_else(|| text(action.get("text_label")));
        let mut target = Self { label, ..Self::default() };
        match action.get("selector")? {
            Value::String(selector) if !selector.is_empty() => target.selectors.push(selector.clone()),
            Value::Object(nodes) => {
                target.selectors.extend(text(nodes.get("playwright_selector")));
                target.selectors.extend(text(nodes.get("css_selector")).map(|css| format!("css={css}")));
                target.selectors.extend(text(nodes.get("xpath_selector")).map(|path| format!("xpath={path}")));
                let frames = nodes.get("iframe_parent_css_selectors").and_then(Value::as_array);
                target.frames = frames.into_iter().flatten().filter_map(|frame| text(Some(frame))).collect();
                target.in_shadow_root = nodes.get("in_shadow_root") == Some(&Value::Bool(true));
            }
            _ => {}
        }
        target.selectors.dedup();
        (!target.selectors.is_empty()).then_some(target)
    }

    /// What it is called, or its first selector.
    pub(super) fn name(&self) -> Option<&str> {
        self.label.as_deref().or_else(|| self.selectors.first().map(String::as_str))
    }

    /// One of its selectors as an action has it.
    pub(super) fn place(&self, selector: &str) -> Value {
        if self.frames.is_empty() && !self.in_shadow_root {
            return selector.into();
        }
        let engine = |name: &str| selector.strip_prefix(name).unwrap_or_default();
        json!({
            "css_selector": engine("css="), "xpath_selector": engine("xpath="), "playwright_selector": selector,
            "in_iframe": !self.frames.is_empty(), "iframe_parent_css_selectors": self.frames,
            "in_shadow_root": self.in_shadow_root,
        })
    }
}

impl PageCheck {
    /// The page at an address. Its query and fragment may be others.
    pub(super) fn of(url: &str, title: &str) -> Self {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let url = if path.len() == url.len() { url.to_owned() } else { format!("{path}*") };
        Self { url, title: Some(title.to_owned()).filter(|title| !title.is_empty()) }
    }

    /// Whether a page is like this. A title is not required to be the same: sites count and greet in them.
    pub(super) fn is_met(&self, url: &str) -> bool {
        let mut parts = self.url.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = url.strip_prefix(first) else { return false };
        let mut last = None;
        for part in parts {
            last = Some(part);
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        match last {
            None => rest.is_empty(),
            Some(end) => url.ends_with(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(action: Value) -> Result<WorkflowStep> {
        WorkflowStep::of(&serde_json::from_value(action).unwrap())
    }

    #[test]
    fn a_step_finds_its_element_in_every_way_that_was_recorded() {
        let step = step(json!({
            "type": "click", "id": "B1", "text_label": "Greet", "category": "c", "description": "d", "timeout": 5, "press_enter": null,
            "selector": {
                "css_selector": "#greet", "xpath_selector": "//button", "playwright_selector": "text=Greet",
                "in_iframe": true, "iframe_parent_css_selectors": ["#frame"], "in_shadow_root": false,
            },
        }))
        .unwrap();
        assert_eq!(Value::Object(step.action.clone()), json!({ "type": "click" }));
        let target = step.target.as_ref().unwrap();
        assert_eq!(target.selectors, ["text=Greet", "css=#greet", "xpath=//button"]);
        assert_eq!((target.label.as_deref(), &target.frames[..]), (Some("Greet"), &["#frame".to_owned()][..]));
        assert_eq!(step.to_string(), r#"click "Greet""#);
        let place = target.place("css=#greet");
        assert_eq!((&place["css_selector"], &place["in_iframe"]), (&json!("#greet"), &json!(true)));
    }

    #[test]
    fn an_id_alone_is_no_place() {
        let error = step(json!({ "type": "click", "id": "B1" })).unwrap_err();
        assert!(error.to_string().contains("holds for one page only"), "{error}");
        assert!(step(json!({ "type": "reload" })).unwrap().target.is_none());
    }

    #[test]
    fn parameters_are_filled_in_wherever_they_are() {
        let mut fill = step(json!({ "type": "fill", "selector": "#a", "value": "hunter2" })).unwrap();
        fill.parametrise("value", "password");
        assert!(!format!("{fill:?} {:?}", fill.action).contains("hunter2"));
        assert_eq!(fill.parameters().collect::<Vec<_>>(), ["password"]);
        let texts = BTreeMap::from([("password".to_owned(), Secret::new("new".to_owned()))]);
        let action = fill.action(&texts, Some(("#a".into(), Duration::from_secs(1)))).unwrap();
        let sent = serde_json::to_value(action.as_wire()).unwrap();
        assert_eq!((&sent["value"], &sent["selector"], &sent["timeout"]), (&json!("new"), &json!("#a"), &json!(1000)));
        let missing = fill.action(&BTreeMap::new(), None).unwrap_err();
        assert!(missing.to_string().contains(r#"needs parameter "password""#), "{missing}");
    }

    #[test]
    fn a_page_is_told_by_its_address() {
        let check = |recorded: &str| PageCheck::of(recorded, "");
        assert_eq!(check("https://e.com/a?b=1#c").url, "https://e.com/a*");
        for (pattern, url, met) in [
            ("https://e.com/a", "https://e.com/a", true),
            ("https://e.com/a", "https://e.com/ab", false),
            ("https://e.com/a*", "https://e.com/a?b=2", true),
            ("https://e.com/*/end", "https://e.com/1/2/end", true),
            ("https://e.com/*/end", "https://e.com/1/end/x", false),
            ("*", "anything", true),
            ("https://e.com/*", "http://e.com/", false),
        ] {
            let check = PageCheck { url: pattern.into(), title: None };
            assert_eq!(check.is_met(url), met, "{pattern} {url}");
        }
    }
}
