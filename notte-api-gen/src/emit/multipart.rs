//! Multipart forms: progenitor has none, so the parts join its builders here.

use syn::parse_quote;
use syn::visit_mut::{self, VisitMut};

use super::doc::Doc;
use super::{builders, rust, unions};
use crate::model::Part;

/// Adds the parts to a builder's struct, constructor and request, and answers their setters.
pub(super) fn inject(
    parts: &[Part],
    definition: &mut syn::ItemStruct,
    methods: &mut [syn::ImplItemFn],
    request: &mut syn::ImplItemFn,
) -> String {
    let mut setters = String::new();
    let syn::Fields::Named(fields) = &mut definition.fields else { return setters };
    let mut bindings = Vec::new();
    let mut steps: Vec<syn::Stmt> = vec![parse_quote!(let mut form = ::reqwest::multipart::Form::new();)];
    let mut initial: Vec<syn::FieldValue> = Vec::new();
    for part in parts {
        let taken = fields
            .named
            .iter()
            .any(|field| field.ident.as_ref().is_some_and(|ident| rust::plain(ident) == snake(part)));
        let ident = if taken { quote::format_ident!("{}_part", snake(part)) } else { rust::ident(&snake(part)) };
        let name = &part.name;
        let value: syn::Type =
            if part.binary { parse_quote!(crate::Part) } else { owned(unions::rust_type(&part.schema)) };
        let ty: syn::Type = if part.required { value } else { parse_quote!(Option<#value>) };
        fields.named.push(parse_quote!(#ident: Result<#ty, String>));
        let missing = format!("no value supplied for {name}");
        initial.push(if part.required {
            parse_quote!(#ident: Err(#missing.to_owned()))
        } else {
            parse_quote!(#ident: Ok(None))
        });
        let docs = Doc::prose(part.description.as_deref().unwrap_or_default()).or_else(|| Doc::name(name));
        setters.push_str(&builders::setter(&ident, &ty, &docs, false));
        let append: syn::Stmt = if part.binary {
            parse_quote!(form = form.part(#name, #ident.into_multipart().map_err(Error::InvalidRequest)?);)
        } else {
            parse_quote!(form = form.text(#name, crate::wire::text(&#ident));)
        };
        steps.push(parse_quote!(let #ident = #ident.map_err(Error::InvalidRequest)?;));
        steps.push(if part.required { append } else { parse_quote!(if let Some(#ident) = #ident { #append }) });
        bindings.push(ident);
    }
    for method in methods.iter_mut().filter(|method| method.sig.ident == "new") {
        Bind { fields: &initial, pattern: &[] }.visit_block_mut(&mut method.block);
    }
    Bind { fields: &[], pattern: &bindings }.visit_block_mut(&mut request.block);
    // The form is built right after the builder is taken apart.
    let rest = request.block.stmts.split_off(1);
    request.block.stmts.extend(steps);
    request.block.stmts.extend(rest);
    Attach.visit_block_mut(&mut request.block);
    setters
}

fn snake(part: &Part) -> String {
    use heck::ToSnakeCase;
    part.name.to_snake_case()
}

/// Types in a builder's file are reached through `types`.
fn owned(ty: syn::Type) -> syn::Type {
    match &ty {
        syn::Type::Path(path)
            if path
                .path
                .get_ident()
                .is_some_and(|ident| ident != "String" && ident != "bool" && ident != "i64" && ident != "f64") =>
        {
            parse_quote!(types::#ty)
        }
        _ => ty,
    }
}

/// Adds fields to `Self { … }`, in the constructor and in the pattern.
struct Bind<'a> {
    fields: &'a [syn::FieldValue],
    pattern: &'a [syn::Ident],
}

impl VisitMut for Bind<'_> {
    fn visit_expr_struct_mut(&mut self, expression: &mut syn::ExprStruct) {
        expression.fields.extend(self.fields.iter().cloned());
    }

    fn visit_pat_struct_mut(&mut self, pattern: &mut syn::PatStruct) {
        for ident in self.pattern {
            let addition: syn::Pat = parse_quote!(Self { #ident });
            if let syn::Pat::Struct(addition) = addition {
                pattern.fields.extend(addition.fields);
            }
        }
    }
}

/// `.multipart(form)` before the request is built.
struct Attach;

impl VisitMut for Attach {
    fn visit_expr_method_call_mut(&mut self, call: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.method == "build" {
            let receiver = &call.receiver;
            *call.receiver = parse_quote!(#receiver.multipart(form));
        }
    }
}
