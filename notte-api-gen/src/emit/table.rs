//! The operation table: what a caller must know of an operation without sending it.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use quote::format_ident;
use syn::parse_quote;

use super::rust;
use crate::format::{format, laid};
use crate::model::{Api, Operation, Response};

/// `operations.rs`.
pub(super) fn emit(api: &Api) -> String {
    let mut operations: Vec<&Operation> = api.operations.iter().collect();
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    let names: Vec<_> =
        operations.iter().map(|operation| format_ident!("{}", operation.id.to_shouty_snake_case())).collect();
    let ids = operations.iter().map(|operation| &operation.id);
    let items = vec![
        parse_quote!(
            use crate::{Effect, OperationMeta};
        ),
        parse_quote! {
            /// Every operation of the API, ordered by id.
            pub static OPERATIONS: &[&OperationMeta] = &[#(&#names),*];
        },
        parse_quote! {
            /// The operation of this id.
            pub(crate) fn find(id: &str) -> Option<&'static OperationMeta> {
                match id { #(#ids => Some(&#names),)* _ => None }
            }
        },
    ];
    let entries = operations.into_iter().zip(&names).map(|(operation, name)| entry(operation, name));
    let tables = format(&rust::file("What every operation is: method, path, effect class, secrets.", items));
    tables + &entries.collect::<String>()
}

fn entry(operation: &Operation, name: &syn::Ident) -> String {
    let Operation { id, method, path, tag, auth, secret, idempotency_key, .. } = operation;
    let [id, method, path, tag] = [id, method, path, tag].map(|text| rust::literal(text));
    let effect = operation.effect.to_upper_camel_case();
    let key_header = match &operation.key_header {
        Some(header) => format!("Some({})", rust::literal(header)),
        None => "None".to_owned(),
    };
    let (page, detail) = match operation.response {
        Response::Json { page, detail, .. } => (page, detail),
        Response::Bytes | Response::Empty => (false, false),
    };
    laid(format!(
        "pub(crate) static {name}: OperationMeta = OperationMeta {{
    id: {id},
    method: {method},
    path: {path},
    tag: {tag},
    effect: Effect::{effect},
    auth: {auth},
    secret: {secret},
    key_header: {key_header},
    idempotency_key: {idempotency_key},
    page: {page},
    detail_ok: {detail},
}};
"
    ))
}
