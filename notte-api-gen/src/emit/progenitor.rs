//! Runs progenitor over the effective document, and names the operation when it cannot.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor_impl::{CrateVers, GenerationSettings, Generator, InterfaceStyle, TagStyle};
use serde::Deserialize;
use serde_json::Value;

use super::prune::{Scope, pruned};
use crate::Error;
use crate::harden::reach;
use crate::model::{Api, METHODS};

/// What progenitor reads.
pub(super) struct Source<'a> {
    document: &'a Value,
    api: &'a Api,
    openapi: OpenAPI,
}

impl<'a> Source<'a> {
    /// Reads the effective document as progenitor does.
    pub(super) fn new(document: &'a Value, api: &'a Api) -> Result<Self, Error> {
        let openapi = OpenAPI::deserialize(document).map_err(|error| Error::new(cannot(&error.to_string())))?;
        Ok(Self { document, api, openapi })
    }

    /// The components that a request can hold.
    pub(super) fn sent(&self) -> BTreeSet<String> {
        reach::components(self.document, &reach::requests(self.document))
    }

    /// The client: `Client` and the builders of its operations; of these, what is not replaced.
    pub(super) fn client(&self) -> Result<syn::File, Error> {
        self.run(|generator, document| {
            parse(pruned(generator.generate_tokens(document).map_err(|error| error.to_string())?, Scope::File))
        })
    }

    /// The types, what is not replaced.
    pub(super) fn types(&self) -> Result<syn::File, Error> {
        self.run(|generator, document| {
            // The cheapest of what makes the generator read the document.
            generator.httpmock(document, "notte_api").map_err(|error| error.to_string())?;
            parse(pruned(generator.get_type_space().to_stream(), Scope::Types))
        })
    }

    /// Generates, and turns every way it can fail into an error that names the operations at fault.
    fn run<T>(&self, run: impl Fn(&mut Generator, &OpenAPI) -> Result<T, String>) -> Result<T, Error> {
        attempt(self.api, &self.openapi, &run).map_err(|reason| {
            let culprits: Vec<&str> = self
                .api
                .operations
                .iter()
                .filter(|operation| {
                    let only = OpenAPI::deserialize(only(self.document, &operation.path, &operation.method));
                    only.is_err() || only.is_ok_and(|only| attempt(self.api, &only, &run).is_err())
                })
                .map(|operation| operation.id.as_str())
                .collect();
            let error = Error::new(cannot(&reason))
                .help("a lint rule should have caught this: please report it with the document");
            if culprits.is_empty() { error.at("/components/schemas") } else { error.at(culprits.join(", ")) }
        })
    }
}

fn cannot(reason: &str) -> String {
    format!("progenitor cannot generate this document: {reason}")
}

fn attempt<T>(
    api: &Api,
    document: &OpenAPI,
    run: impl Fn(&mut Generator, &OpenAPI) -> Result<T, String>,
) -> Result<T, String> {
    // Unsupported input is a panic as often as an error.
    catch_unwind(AssertUnwindSafe(|| run(&mut generator(api), document))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Err(format!("it panicked: {}", text.unwrap_or("no message").lines().next().unwrap_or_default()))
    })
}

fn generator(api: &Api) -> Generator {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_inner_type(quote::quote!(crate::runtime::Runtime))
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq")
        .with_crate("notte-api", CrateVers::Any, None);
    for (name, schema) in &api.schemas {
        if schema.get("x-notte-union").is_some() {
            settings.with_replacement(name, format!("crate::types::{name}"), std::iter::empty());
        }
    }
    Generator::new(&settings)
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
