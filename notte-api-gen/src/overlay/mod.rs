//! Corrects a document with OpenAPI Overlay 1.0 files, and refuses a correction that no longer fits.

mod apply;
mod merge;
mod parse;

use serde_json::Value;
use serde_json_path::JsonPath;

pub use apply::{Kind, Misfit, apply, review};
pub use parse::parse;

/// One overlay file, parsed and checked: a list of actions, each with its reason.
#[derive(Debug, Clone)]
pub struct Overlay {
    file: String,
    title: String,
    actions: Vec<Action>,
}

impl Overlay {
    /// The file's name, as errors show it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The title the file gives itself.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// How many actions the file has.
    pub fn action_count(&self) -> usize {
        self.actions.len()
    }
}

#[derive(Debug, Clone)]
struct Action {
    target: JsonPath,
    /// The target as it was written: `JsonPath` prints another spelling.
    target_text: String,
    expect: Option<Value>,
    change: Change,
}

#[derive(Debug, Clone)]
enum Change {
    Update(Value),
    Remove,
}

/// A value as an error shows it: compact JSON, shortened.
fn excerpt(value: &Value) -> String {
    const LIMIT: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
