//! Runs progenitor over the effective document, and names the operation when it cannot.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use progenitor_impl::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use serde::Deserialize;
use serde_json::Value;

use super::prune::{Scope, pruned};
use crate::Error;
use crate::model::{Api, METHODS};

/// What progenitor is asked for.
type Run = fn(&mut Generator, &openapiv3::OpenAPI) -> progenitor_impl::Result<TokenStream>;

/// The client: types, `Client`, builders; of these, what is not replaced.
pub(super) fn client(document: &Value, api: &Api) -> Result<syn::File, Error> {
    generate(document, api, |generator, document| Ok(pruned(generator.generate_tokens(document)?, Scope::File)))
}

/// Typed mocks.
pub(super) fn mocks(document: &Value, api: &Api) -> Result<syn::File, Error> {
    generate(document, api, |generator, document| generator.httpmock(document, "notte_api"))
}

/// Generates, and turns every way it can fail into an error that names the operations at fault.
fn generate(document: &Value, api: &Api, run: Run) -> Result<syn::File, Error> {
    attempt(document, api, run).map_err(|reason| {
        let culprits: Vec<&str> = api
            .operations
            .iter()
            .filter(|operation| attempt(&only(document, &operation.path, &operation.method), api, run).is_err())
            .map(|operation| operation.id.as_str())
            .collect();
        let error = Error::new(format!("progenitor cannot generate this document: {reason}"))
            .help("a lint rule should have caught this: please report it with the document");
        if culprits.is_empty() { error.at("/components/schemas") } else { error.at(culprits.join(", ")) }
    })
}

fn attempt(document: &Value, api: &Api, run: Run) -> Result<syn::File, String> {
    // Unsupported input is a panic as often as an error.
    catch_unwind(AssertUnwindSafe(|| tokens(document, api, run).and_then(parse))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("it panicked: {}", text.unwrap_or("no message").lines().next().unwrap_or_default()))
    })
}

fn tokens(document: &Value, api: &Api, run: Run) -> Result<TokenStream, String> {
    let document = openapiv3::OpenAPI::deserialize(document).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote::quote!(crate::runtime::Runtime))
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq")
        .with_crate("notte-api", CrateVers::Any, None);
    for (name, schema) in &api.schemas {
        if schema.get("x-notte-union").is_some() {
            settings.with_replacement(name, format!("crate::types::{name}"), std::iter::empty());
        }
    }
    run(&mut Generator::new(&settings), &document).map_err(|error| error.to_string())
}

fn parse(tokens: TokenStream) -> Result<syn::File, String> {
    syn::parse2(tokens).map_err(|error| error.to_string())
}

/// The document with one operation only.
fn only(document: &Value, path: &str, method: &str) -> Value {
    let mut document = document.clone();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|candidate, _| candidate == path);
        if let Some(item) = paths.get_mut(path).and_then(Value::as_object_mut) {
            item.retain(|key, _| !METHODS.contains(&key.as_str()) || key.eq_ignore_ascii_case(method));
        }
    }
    document
}
