//! Runs progenitor over the components of the effective document, for the types.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use openapiv3::OpenAPI;
use progenitor_impl::{CrateVers, GenerationSettings, Generator, InterfaceStyle, TagStyle};
use serde::Deserialize;
use serde_json::{Value, json};

use super::prune::pruned;
use crate::Error;
use crate::harden::reach;
use crate::lint::names;
use crate::model::{self, Api};

/// What progenitor reads: the components alone.
pub(super) struct Source<'a> {
    document: &'a Value,
    api: &'a Api,
    openapi: OpenAPI,
}

impl<'a> Source<'a> {
    /// Reads the effective document as progenitor does.
    pub(super) fn new(document: &'a Value, api: &'a Api) -> Result<Self, Error> {
        let mut schemas = json!({
            "openapi": "3.0.3",
            "info": { "title": "types", "version": "1" },
            "paths": {},
            "components": { "schemas": api.schemas },
        });
        let components = schemas.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
        for values in components.into_iter().flatten().filter_map(|(_, schema)| schema.get_mut("enum")) {
            // Typify names variants after values, and gives up where two names are the same.
            *values = json!(names::variants(&model::values(values)));
        }
        let openapi = OpenAPI::deserialize(schemas).map_err(|error| Error::new(cannot(&error.to_string())))?;
        Ok(Self { document, api, openapi })
    }

    /// The components that a request can hold.
    pub(super) fn sent(&self) -> BTreeSet<String> {
        reach::components(self.document, &reach::requests(self.document))
    }

    /// The types, what is not replaced.
    pub(super) fn types(&self) -> Result<syn::File, Error> {
        let generated = catch_unwind(AssertUnwindSafe(|| {
            let mut generator = generator(self.api);
            generator.generate_tokens(&self.openapi).map_err(|error| error.to_string())?;
            syn::parse2(pruned(generator.get_type_space().to_stream())).map_err(|error| error.to_string())
        }));
        // Unsupported input is a panic as often as an error.
        let generated = generated.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err(format!("it panicked: {}", text.unwrap_or("no message").lines().next().unwrap_or_default()))
        });
        generated.map_err(|reason| {
            Error::new(cannot(&reason))
                .at("/components/schemas")
                .help("a lint rule should have caught this: please report it with the document")
        })
    }
}

fn cannot(reason: &str) -> String {
    format!("progenitor cannot generate this document: {reason}")
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
