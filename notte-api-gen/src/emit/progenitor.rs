//! Runs progenitor over the effective document, and names the operation when it cannot.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Group, TokenStream, TokenTree};
use progenitor_impl::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use serde_json::Value;

use crate::Error;
use crate::model::{Api, METHODS};

/// What progenitor makes of a document, parsed.
pub(super) struct Output {
    /// The client: types, `Client`, builders.
    pub(super) client: syn::File,
    /// Typed mocks.
    pub(super) mocks: syn::File,
}

/// Generates, and turns every way it can fail into an error that names the operations at fault.
pub(super) fn generate(document: &Value, api: &Api) -> Result<Output, Error> {
    attempt(document, api).map_err(|reason| {
        let culprits: Vec<&str> = api
            .operations
            .iter()
            .filter(|operation| attempt(&only(document, &operation.path, &operation.method), api).is_err())
            .map(|operation| operation.id.as_str())
            .collect();
        let error = Error::new(format!("progenitor cannot generate this document: {reason}"))
            .help("a lint rule should have caught this: please report it with the document");
        if culprits.is_empty() { error.at("/components/schemas") } else { error.at(culprits.join(", ")) }
    })
}

fn attempt(document: &Value, api: &Api) -> Result<Output, String> {
    // Unsupported input is a panic as often as an error.
    catch_unwind(AssertUnwindSafe(|| run(document, api))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("it panicked: {}", text.unwrap_or("no message").lines().next().unwrap_or_default()))
    })
}

fn run(document: &Value, api: &Api) -> Result<Output, String> {
    let document: openapiv3::OpenAPI = serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
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
    let mut generator = Generator::new(&settings);
    let client = generator.generate_tokens(&document).map_err(|error| error.to_string())?;
    let mocks = generator.httpmock(&document, "notte_api").map_err(|error| error.to_string())?;
    Ok(Output {
        client: syn::parse2(without_type_builders(client, false)).map_err(|error| error.to_string())?,
        mocks: syn::parse2(mocks).map_err(|error| error.to_string())?,
    })
}

/// Progenitor's tokens with an empty `types::builder`: ours replace those, and they are half of what there is to parse.
fn without_type_builders(tokens: TokenStream, in_types: bool) -> TokenStream {
    let mut words = [String::new(), String::new()];
    let mut prune = |token| {
        let pruned = match token {
            TokenTree::Group(group) if words[0] == "mod" && words[1] == "types" && !in_types => {
                Group::new(group.delimiter(), without_type_builders(group.stream(), true)).into()
            }
            TokenTree::Group(group) if words[0] == "mod" && words[1] == "builder" && in_types => {
                Group::new(group.delimiter(), TokenStream::new()).into()
            }
            token => token,
        };
        words.swap(0, 1);
        words[1] = match &pruned {
            TokenTree::Ident(ident) => ident.to_string(),
            _ => String::new(),
        };
        pruned
    };
    tokens.into_iter().map(&mut prune).collect()
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
