//! Emit: operations as text, typify's types decorated with syn, laid out as files.

mod api_md;
mod builders;
mod client;
mod doc;
mod progenitor;
mod prune;
mod rust;
mod schema_type;
mod table;
mod type_builders;
mod types;
mod unions;

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::Value;
use syn::parse_quote;

use self::doc::Doc;
use self::progenitor::Source;
use crate::format::{Piece, format, join};
use crate::model::Api;
use crate::{Error, LeftOut};

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
/// When typify cannot take the schemas.
pub fn emit(document: &Value, api: &Api) -> Result<Vec<File>, Error> {
    let source = Source::new(document, api)?;
    let (types, listed) = type_files(&source, api)?;
    let (mut files, operations) = operation_files(api);
    files.extend(types);
    files.push(File { path: "API.md".to_owned(), text: operations + &listed });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What `API.md` says of the operations that are not there.
pub(crate) fn left_out(left_out: &[LeftOut]) -> String {
    let line = |it: &LeftOut| format!("| `{}` | {} |\n", doc::cell(&it.endpoint), doc::cell(&it.reason));
    match left_out {
        [] => String::new(),
        some => {
            format!("\n## Left out\n\n| endpoint | reason |\n|---|---|\n{}", some.iter().map(line).collect::<String>())
        }
    }
}

/// `Client`, the builders and the table, and what `API.md` says of them.
fn operation_files(api: &Api) -> (Vec<File>, String) {
    let builders: BTreeMap<String, builders::Builder> =
        api.operations.iter().map(|operation| (operation.id.clone(), builders::emit(operation, api))).collect();
    let listed = api_md::operations(api, &builders);
    let mut files = vec![
        rust_file("mod.rs", &index()),
        file("client.rs", client::emit(api)),
        file("operations.json", table::json(api)),
        file("operations.rs", table::emit(api)),
    ];
    files.extend(builder_files(api, builders));
    (files, listed)
}

/// The types, and what `API.md` says of them.
fn type_files(source: &Source<'_>, api: &Api) -> Result<([File; 2], String), Error> {
    let types = types::decorate(source.types()?.items, api, &source.sent());
    let listed = api_md::types(&types.module);
    let files = [
        file("types/builder.rs", types.builders),
        file("types/mod.rs", join(&Doc::fixed("Types of requests and responses.").inner_comment(), types.module)),
    ];
    Ok((files, listed))
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
                pub(crate) mod operations;
            ),
            parse_quote!(
                pub mod types;
            ),
            parse_quote!(
                pub use client::Client;
            ),
            parse_quote!(
                pub use operations::{OPERATIONS, OPERATIONS_JSON};
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
        let described = api.tags.get(tag).map_or("", String::as_str);
        let about =
            Doc::prose(described).first_line().or_else(|| Doc::prose(&format!("Builders of the `{tag}` operations.")));
        let pieces = vec![Piece::Text(builders::IMPORTS.to_owned()), Piece::Text(text)];
        files.push(file(&format!("builder/{}.rs", rust::plain(&module)), join(&about.inner_comment(), pieces)));
    }
    files.push(rust_file("builder/mod.rs", &rust::file("A builder for every operation, a file a tag.", index)));
    files
}

fn rust_file(path: &str, tree: &syn::File) -> File {
    file(path, format(tree))
}

fn file(path: &str, text: String) -> File {
    File { path: format!("src/generated/{path}"), text }
}
