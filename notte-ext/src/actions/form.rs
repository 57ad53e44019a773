//! `FormFill`: the action whose fields are named by what they are for.

use std::{collections::BTreeMap, fmt};

use notte_api::{
    types::{self, builder},
    wire::Secret,
};

use super::{Action, kinds::built};

/// Fills in several fields of a form, found by what they are for.
#[derive(Clone)]
#[must_use = "an action does nothing until a session executes it"]
pub struct FormFill {
    fields: BTreeMap<String, Secret<String>>,
    rest: builder::FormFillAction,
}

impl FormFill {
    pub(super) fn new(fields: BTreeMap<String, Secret<String>>) -> Self {
        Self { fields, rest: types::FormFillAction::builder() }
    }

    /// One more field, by its name on the wire, such as `first_name`. A value is a text or a placeholder of a vault.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Secret<String>>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// The category, as an observation has it. The service sets it by itself.
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.rest = self.rest.category(Into::<String>::into(category));
        self
    }

    /// The description, as an observation has it. The service sets it by itself.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.rest = self.rest.description(Into::<String>::into(description));
        self
    }
}

impl From<FormFill> for types::Action {
    fn from(action: FormFill) -> Self {
        built::<_, types::FormFillAction>(action.rest.value(action.fields), "form_fill")
    }
}

impl From<FormFill> for Action {
    fn from(action: FormFill) -> Self {
        Self(action.into())
    }
}

impl fmt::Debug for FormFill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Action(form_fill)")
    }
}
