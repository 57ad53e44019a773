//! `Client`: one method an operation, each answering a builder.

use heck::ToUpperCamelCase;
use syn::parse_quote;

use super::rust;
use crate::format::{block, format, laid_method};
use crate::model::{Api, Operation};

/// `client.rs`, from what progenitor made outside its modules.
pub(super) fn emit(items: Vec<syn::Item>, api: &Api) -> String {
    let mut kept: Vec<syn::Item> = vec![
        parse_quote!(
            use super::builder;
        ),
        parse_quote!(
            use progenitor_client::{ClientHooks, ClientInfo};
        ),
    ];
    for item in items {
        match item {
            syn::Item::Struct(mut item) if item.ident == "Client" => {
                item.attrs = rust::prose(&format!("The client of {}: every operation as a builder.", api.title));
                // Debug is hand-written: it must not print the key.
                item.attrs.push(parse_quote!(#[derive(Clone)]));
                kept.push(syn::Item::Struct(item));
            }
            syn::Item::Impl(item) if item.trait_.is_some() => kept.push(syn::Item::Impl(item)),
            item @ syn::Item::Const(_) => kept.push(item),
            _ => {}
        }
    }
    let methods: String = api.operations.iter().map(method).collect();
    let client = format(&rust::file("The client: one method an operation.", kept));
    format!("{client}impl Client {}\n", block(&methods))
}

fn method(operation: &Operation) -> String {
    let name = rust::ident(&operation.id);
    let builder = rust::ident(&operation.id.to_upper_camel_case());
    let mut docs = rust::doc_comment(&operation_docs(operation), "    ");
    if operation.deprecated {
        docs.push_str("    #[deprecated]\n");
    }
    laid_method(format!(
        "{docs}    pub fn {name}(&self) -> builder::{builder}<'_> {{
        builder::{builder}::new(self)
    }}
"
    ))
}

/// The lines that say what an operation does, in its document's words, with its endpoint and effect class.
pub(super) fn operation_docs(operation: &Operation) -> Vec<String> {
    let mut docs = Vec::new();
    for text in [&operation.summary, &operation.description].into_iter().flatten() {
        docs.extend(rust::prose_lines(text));
        docs.push(String::new());
    }
    let auth = if operation.auth { "" } else { ", no key is sent" };
    docs.push(format!(" `{} {}` (effect class: {}{auth})", operation.method, operation.path, operation.effect));
    docs
}
