//! Browser actions: what a session executes on its page.
//!
//! ```
//! use std::time::Duration;
//!
//! use notte_ext::{Action, actions::Selector};
//!
//! let actions: [Action; 3] = [
//!     Action::goto("https://shop.example.com").into(),
//!     Action::fill("I1", "tea").press_enter().into(),
//!     Action::click_selector(Selector::css("#checkout")).timeout(Duration::from_secs(30)).into(),
//! ];
//! assert_eq!(actions[1].kind(), Some("fill"));
//! ```
//!
//! Options exist where they mean something:
//!
//! ```compile_fail,E0599
//! notte_ext::Action::click("B1").clear_before_fill(true);
//! ```

mod form;
mod kinds;
mod target;
#[cfg(test)]
mod tests;

use std::fmt;

use notte_api::{types, wire::Secret};

pub use self::{
    form::FormFill,
    kinds::*,
    target::{ElementId, Selector},
};

/// An action of any kind. Each constructor gives a type of its own with the options of that kind, and all of them
/// convert into this one.
///
/// An action that came from the service, in an observation for one, goes back to it with every field it had. `Debug`
/// tells the kind and nothing else: addresses, scripts and values can hold secrets.
#[derive(Clone, PartialEq)]
#[must_use = "an action does nothing until a session executes it"]
pub struct Action(types::Action);

impl Action {
    /// Fills in several fields of a form, found by what they are for: pairs such as `("first_name", "Ada")`.
    pub fn form_fill<N, V>(fields: impl IntoIterator<Item = (N, V)>) -> FormFill
    where
        N: Into<String>,
        V: Into<Secret<String>>,
    {
        FormFill::new(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The `type` on the wire, such as `click`; `None` for an object from the service that has none.
    pub fn kind(&self) -> Option<&str> {
        self.0.tag()
    }

    /// The action with all its fields, as the generated client has it.
    pub fn as_wire(&self) -> &types::Action {
        &self.0
    }
}

impl From<types::Action> for Action {
    fn from(action: types::Action) -> Self {
        Self(action)
    }
}

impl From<&types::Action> for Action {
    fn from(action: &types::Action) -> Self {
        Self(action.clone())
    }
}

impl From<&Action> for Action {
    fn from(action: &Action) -> Self {
        action.clone()
    }
}

impl From<Action> for types::Action {
    fn from(action: Action) -> Self {
        action.0
    }
}

impl From<&Action> for types::Action {
    fn from(action: &Action) -> Self {
        action.0.clone()
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            types::Action::Unknown(_) => f.write_str("Action(unknown)"),
            known => write!(f, "Action({})", known.tag().unwrap_or("unknown")),
        }
    }
}
