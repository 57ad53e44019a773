//! `Client`: one method an operation, each answering a builder.

use heck::ToUpperCamelCase;
use syn::parse_quote;

use super::doc::Doc;
use super::{builders, rust};
use crate::format::{block, format, laid_method};
use crate::model::{Api, Operation};

/// `client.rs`.
pub(super) fn emit(api: &Api) -> String {
    let items = vec![
        parse_quote!(
            use super::builder;
        ),
        syn::Item::Struct(syn::ItemStruct {
            attrs: Doc::prose(&format!(
                "Client of the {}. Each operation is a method that returns a builder.",
                api.title
            ))
            .attributes(),
            // Debug is hand-written: it must not print the key.
            ..parse_quote! {
                pub struct Client {
                    pub(crate) baseurl: String,
                    pub(crate) client: reqwest::Client,
                    pub(crate) inner: crate::runtime::Runtime,
                }
            }
        }),
        parse_quote! {
            impl Clone for Client {
                fn clone(&self) -> Self {
                    let Self { baseurl, client, inner } = self;
                    Self { baseurl: baseurl.clone(), client: client.clone(), inner: inner.clone() }
                }
            }
        },
    ];
    let methods: String = api.operations.iter().map(method).collect();
    let client = format(&rust::file("The client: one method an operation.", items));
    format!("{client}impl Client {}\n", block(&methods))
}

fn method(operation: &Operation) -> String {
    let name = rust::ident(&operation.id);
    let builder = rust::ident(&operation.id.to_upper_camel_case());
    let mut docs = builders::operation_docs(operation).comment("    ");
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
