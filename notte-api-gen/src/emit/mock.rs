//! Typed mocks: progenitor's, with paths matched literally and binary answers as bytes.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use syn::parse_quote;
use syn::visit_mut::{self, VisitMut};

use super::rust;
use crate::model::{Api, Response};

/// `mock.rs`.
pub(super) fn emit(mut mocks: syn::File, api: &Api) -> syn::File {
    let binary: BTreeSet<String> = api
        .operations
        .iter()
        .filter(|operation| matches!(operation.response, Response::Bytes))
        .map(|operation| format!("{}Then", operation.id.to_upper_camel_case()))
        .collect();
    for item in &mut mocks.items {
        if let syn::Item::Mod(module) = item {
            adapt(module, &binary);
        }
    }
    Text.visit_file_mut(&mut mocks);
    rust::file(
        "Typed mocks of every operation, for an `httpmock` server: what a request must be, what it is answered.",
        mocks.items,
    )
}

fn adapt(module: &mut syn::ItemMod, binary: &BTreeSet<String>) {
    let Some((_, items)) = &mut module.content else { return };
    items.retain(|item| !matches!(item, syn::Item::Use(_)));
    items.insert(
        0,
        parse_quote!(
            #[allow(unused_imports)]
            use crate::types;
        ),
    );
    for item in items {
        let syn::Item::Impl(item) = item else { continue };
        if !rust::last_segment(&item.self_ty).is_some_and(|name| binary.contains(&name)) {
            continue;
        }
        for method in &mut item.items {
            if let syn::ImplItem::Fn(method) = method
                && method.sig.ident == "ok"
            {
                *method = parse_quote! {
                    pub fn ok(self, value: impl AsRef<[u8]>) -> Self {
                        Self(self.0.status(200u16).header("content-type", "application/octet-stream").body(value))
                    }
                };
            }
        }
    }
}

/// `value.to_string()` becomes the text that the client sends; in a path, encoded and taken literally.
struct Text;

impl VisitMut for Text {
    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let syn::Expr::MethodCall(call) = expression {
            if call.method == "to_string" {
                let receiver = &call.receiver;
                *expression = parse_quote!(crate::wire::text(&#receiver));
            } else if call.method == "json_body_obj" {
                // A nullable answer is an `Option` of a reference: whatever it is, a reference to it is taken.
                for argument in &mut call.args {
                    *argument = parse_quote!(&#argument);
                }
            }
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        type Arguments = syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>;
        if !call.path.is_ident("format") {
            return;
        }
        let Ok(arguments) = call.parse_body_with(Arguments::parse_terminated) else { return };
        let arguments = arguments.into_iter().map(|argument| -> syn::Expr {
            match argument {
                syn::Expr::MethodCall(call) if call.method == "to_string" => {
                    let receiver = &call.receiver;
                    parse_quote!(crate::wire::path_pattern(&#receiver))
                }
                other => other,
            }
        });
        call.tokens = quote::quote!(#(#arguments),*);
    }
}
