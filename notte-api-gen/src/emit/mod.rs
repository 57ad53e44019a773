//! Emit: progenitor's output, decorated with syn and laid out as files. What is ours alone is written as text.

mod api_md;
mod builders;
mod client;
mod mock;
mod multipart;
mod progenitor;
mod prune;
mod rust;
mod table;
mod type_builders;
mod types;
mod unions;

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::thread;

use heck::ToUpperCamelCase;
use serde_json::Value;
use syn::parse_quote;

use crate::Error;
use crate::format::{Piece, format, join};
use crate::model::Api;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it goes, below the crate's root: `src/generated/client.rs`, `API.md`.
    pub path: String,
    /// Its text, LF line ends.
    pub text: String,
}

/// Generates the client of a hardened document.
///
/// # Errors
/// When progenitor cannot take the document; the error names the operations at fault.
pub fn emit(document: &Value, api: &Api) -> Result<Vec<File>, Error> {
    // Syntax trees cannot leave their thread, but the mocks share none with the client.
    let (client, mocks) = thread::scope(|scope| {
        let mocks = scope.spawn(|| mock_files(document, api));
        (client_files(document, api), mocks.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let mut files = client?;
    files.extend(mocks?);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn client_files(document: &Value, api: &Api) -> Result<Vec<File>, Error> {
    let Parts { types, builders, rest } = split(progenitor::client(document, api)?);
    let types = types::decorate(types, api);
    let builders = builders::decorate(builders, api)?;
    let mut files = vec![
        source("client.rs", &client::emit(rest, api)),
        file("types/builder.rs", types.builders),
        File { path: "API.md".to_owned(), text: api_md::emit(api, &builders, &types.module) },
        file("types/mod.rs", join("The types that operations take and answer.", types.module)),
    ];
    files.extend(builder_files(api, builders));
    Ok(files)
}

fn mock_files(document: &Value, api: &Api) -> Result<[File; 3], Error> {
    Ok([
        source("mod.rs", &index()),
        source("operations.rs", &table::emit(api)),
        source("mock.rs", &mock::emit(progenitor::mocks(document, api)?, api)),
    ])
}

/// Progenitor's one file, taken apart.
struct Parts {
    types: Vec<syn::Item>,
    builders: Vec<syn::Item>,
    rest: Vec<syn::Item>,
}

fn split(file: syn::File) -> Parts {
    let mut parts = Parts { types: Vec::new(), builders: Vec::new(), rest: Vec::new() };
    for item in file.items {
        match item {
            syn::Item::Mod(syn::ItemMod { ident, content: Some((_, items)), .. }) if ident == "types" => {
                parts.types = items;
            }
            syn::Item::Mod(syn::ItemMod { ident, content: Some((_, items)), .. }) if ident == "builder" => {
                parts.builders = items;
            }
            item => parts.rest.push(item),
        }
    }
    parts
}

fn index() -> syn::File {
    let mut file = rust::file(
        "The generated client.",
        vec![
            parse_quote!(
                pub mod builder;
            ),
            parse_quote!(
                mod client;
            ),
            parse_quote!(
                #[allow(missing_docs)]
                #[cfg(feature = "httpmock")]
                pub mod mock;
            ),
            parse_quote!(
                pub(crate) mod operations;
            ),
            parse_quote!(
                pub mod types;
            ),
            parse_quote!(
                pub use client::Client;
            ),
            parse_quote!(
                pub use operations::OPERATIONS;
            ),
        ],
    );
    file.attrs.push(parse_quote!(#![allow(clippy::all, clippy::pedantic, deprecated, unused_imports, unused_mut)]));
    file.attrs.push(parse_quote!(#![allow(clippy::unwrap_used)]));
    file
}

/// The builders, a file a tag; the files are private, the builders public as `builder::X`.
fn builder_files(api: &Api, mut builders: BTreeMap<String, builders::Builder>) -> Vec<File> {
    let mut tags: BTreeMap<&str, (Vec<syn::Ident>, String)> = BTreeMap::new();
    for operation in &api.operations {
        if let Some(builder) = builders.remove(&operation.id) {
            let (names, text) = tags.entry(operation.tag.as_str()).or_default();
            names.push(rust::ident(&operation.id.to_upper_camel_case()));
            text.push_str(&builder.text);
        }
    }
    let mut index = Vec::new();
    let mut files = Vec::new();
    for (tag, (names, text)) in tags {
        let module = rust::ident(tag);
        index.push(parse_quote!(mod #module;));
        index.push(parse_quote!(pub use #module::{#(#names),*};));
        let about = match api.tags.get(tag) {
            Some(description) => rust::escape(description.lines().next().unwrap_or_default()),
            None => format!("Builders of the `{tag}` operations."),
        };
        let pieces = vec![Piece::Text(builders::IMPORTS.to_owned()), Piece::Text(text)];
        files.push(file(&format!("builder/{}.rs", rust::plain(&module)), join(&about, pieces)));
    }
    files.push(source("builder/mod.rs", &rust::file("A builder for every operation, a file a tag.", index)));
    files
}

fn source(path: &str, tree: &syn::File) -> File {
    file(path, format(tree))
}

fn file(path: &str, text: String) -> File {
    File { path: format!("src/generated/{path}"), text }
}
