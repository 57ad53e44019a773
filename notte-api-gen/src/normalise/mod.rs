//! Brings a document to one dialect: OpenAPI 3.1 becomes 3.0.3; and, after the overlays, resolves every reference but
//! those to schemas.
//!
//! One pass a file. Each is idempotent, takes time linear in the document (and what is inlined), leaves what it does not
//! understand for lint to report, and loses no operation. What 3.0 cannot say is dropped with a [`Note`].

mod booleans;
mod bounds;
mod callbacks;
mod components;
mod constants;
mod contents;
mod definitions;
mod examples;
mod inference;
mod info;
mod integers;
mod keywords;
mod names;
mod nulls;
mod parameters;
mod path_items;
mod patterns;
mod pointers;
mod references;
mod responses;
mod security;
mod servers;
mod tuples;
mod types;
mod unions;
mod walk;

use serde_json::Value;

use crate::Pointer;

/// Something that the document says and OpenAPI 3.0 cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where, in the document as it was when the pass met it.
    pub pointer: Pointer,
    /// What became of it.
    pub message: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// One rewrite of the whole document.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// The name of its file.
    pub name: &'static str,
    run: fn(&mut Value, &mut Vec<Note>),
}

impl Pass {
    /// Rewrites the document in place.
    pub fn run(&self, document: &mut Value, notes: &mut Vec<Note>) {
        (self.run)(document, notes);
    }
}

macro_rules! passes {
    ($($name:ident),* $(,)?) => {
        &[$(Pass { name: stringify!($name), run: $name::run }),*]
    };
}

/// The passes in their order. The order matters: each may rely on what those before it have removed.
pub const PASSES: &[Pass] = passes![
    // The document around the schemas. Schemas that have a place of their own are named first, so that inlining copies references only.
    info,
    callbacks,
    definitions,
    pointers,
    path_items,
    responses,
    servers,
    security,
    // The schemas.
    keywords,
    tuples,
    patterns,
    booleans,
    constants,
    contents,
    examples,
    bounds,
    types,
    references,
    nulls,
    unions,
    inference,
    integers,
];

/// What comes after the overlays, which may still refer to shared parameters: each operation gets its own.
pub const RESOLVING: &[Pass] = passes![components, parameters];

/// Turns a 3.0 or 3.1 document into a 3.0.3 one. Idempotent; takes any JSON value and never fails.
#[must_use]
pub fn normalise(mut value: Value) -> (Value, Vec<Note>) {
    let mut notes = Vec::new();
    for pass in PASSES {
        pass.run(&mut value, &mut notes);
    }
    (value, notes)
}

/// Puts what an operation refers to, schemas apart, into the operation. Idempotent, like [`normalise`].
#[must_use]
pub fn resolve(mut value: Value) -> (Value, Vec<Note>) {
    let mut notes = Vec::new();
    for pass in RESOLVING {
        pass.run(&mut value, &mut notes);
    }
    (value, notes)
}

/// Adds a note.
fn note(notes: &mut Vec<Note>, place: &walk::Place<'_>, message: impl Into<String>) {
    notes.push(Note { pointer: place.pointer(), message: message.into() });
}
