//! What makes the client safe and forward compatible: one rule a file, applied in this order.
//!
//! In: OpenAPI 3.0.3, corrected by overlays. Out: the effective document, which the emitter reads. Nothing here
//! fails: what a rule does not understand it leaves to the lint.

mod aliases;
mod all_of;
mod bodies;
mod document;
mod enums;
mod extras;
mod finish;
mod flags;
mod hoist;
mod kinds;
mod limits;
mod lists;
mod media;
mod names;
mod operations;
mod parameters;
mod prune;
pub(crate) mod reach;
mod refs;
mod required;
mod responses;
mod rust_type;
mod scalars;
mod secrets;
mod shape;
mod simplify;
mod twins;
mod unions;
mod walk;

use serde_json::Value;

/// The document a client is generated from.
pub fn harden(document: Value) -> Value {
    let mut document = document::tidy(document);
    // What is sent and answered.
    operations::describe(&mut document);
    parameters::select(&mut document);
    bodies::select(&mut document);
    responses::select(&mut document);
    // Few shapes of schema, and none twice.
    shape::all(&mut document);
    twins::merge(&mut document);
    names::components(&mut document);
    bodies::inline_forms(&mut document);
    hoist::shared(&mut document);
    all_of::flatten(&mut document);
    simplify::unions(&mut document);
    hoist::objects(&mut document);
    aliases::name_unions(&mut document);
    aliases::inline(&mut document);
    simplify::unions(&mut document);
    aliases::inline(&mut document);
    // Types of our own.
    scalars::type_texts(&mut document);
    unions::hoist(&mut document);
    hoist::enums(&mut document);
    enums::open(&mut document);
    // Tolerance.
    required::narrow(&mut document);
    extras::keep(&mut document);
    lists::tolerate(&mut document);
    // Last words.
    parameters::finish(&mut document);
    prune::unused(&mut document);
    finish::clean(&mut document);
    unions::label(&mut document);
    bodies::finish_forms(&mut document);
    flags::mark(&mut document);
    document
}
