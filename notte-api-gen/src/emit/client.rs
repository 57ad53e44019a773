//! `Client`: one method an operation, each answering a builder.

use heck::ToUpperCamelCase;
use syn::parse_quote;

use super::doc::Doc;
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
            use progenitor_client::ClientInfo;
        ),
    ];
    for item in items {
        match item {
            syn::Item::Struct(mut item) if item.ident == "Client" => {
                let about = format!("The client of {}: every operation as a builder.", api.title);
                item.attrs = Doc::prose(&about).attributes();
                // Debug is hand-written: it must not print the key.
                item.attrs.push(parse_quote!(#[derive(Clone)]));
                kept.push(syn::Item::Struct(item));
            }
            // The runtime sends requests itself: the client needs no hooks.
            syn::Item::Impl(item) if implements(&item, "ClientInfo") => kept.push(syn::Item::Impl(item)),
            _ => {}
        }
    }
    let methods: String = api.operations.iter().map(method).collect();
    let client = format(&rust::file("The client: one method an operation.", kept));
    format!("{client}impl Client {}\n", block(&methods))
}

fn implements(item: &syn::ItemImpl, name: &str) -> bool {
    item.trait_.as_ref().is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == name))
}

fn method(operation: &Operation) -> String {
    let name = rust::ident(&operation.id);
    let builder = rust::ident(&operation.id.to_upper_camel_case());
    let mut docs = operation_docs(operation).comment("    ");
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

/// The lines that say what an operation does, in its document's words, with its endpoint and effect class. The first
/// sentence stands alone, as the line that rustdoc lists; a summary is only the operation's id in other letters.
pub(super) fn operation_docs(operation: &Operation) -> Doc {
    let text = operation.description.as_ref().or(operation.summary.as_ref());
    let (first, rest) = text.map(|text| first_sentence(text)).unwrap_or_default();
    let auth = if operation.auth { "" } else { ", no key is sent" };
    let endpoint = format!("`{} {}` (effect class: {}{auth})", operation.method, operation.path, operation.effect);
    Doc::prose(first).and(Doc::prose(rest)).and(Doc::prose(&endpoint))
}

/// A text's first sentence and the rest of it. An abbreviation, such as `e.g. `, ends none.
fn first_sentence(text: &str) -> (&str, &str) {
    let ends = |at: usize| {
        let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let next = text[at + 2..].chars().next();
        !word.contains('.') && next.is_some_and(|next| !next.is_lowercase())
    };
    match text.match_indices(". ").map(|(at, _)| at).find(|at| ends(*at)) {
        Some(at) => (&text[..=at], &text[at + 2..]),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn the_first_sentence_ends_where_another_begins() {
        for (text, first) in [
            ("Stops it. It is over then.", "Stops it."),
            ("Takes a file, e.g. a picture. Nothing else.", "Takes a file, e.g. a picture."),
            ("Reads `a.b` of v1. `x` is kept.", "Reads `a.b` of v1."),
            ("One sentence only.", "One sentence only."),
            ("", ""),
        ] {
            assert_eq!(first_sentence(text).0, first);
        }
    }
}
