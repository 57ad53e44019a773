//! Small questions about syntax trees, and small pieces of them.

use syn::parse_quote;
use syn::visit::Visit;

/// A module's file with a `//!` line and its items.
pub(super) fn file(about: &'static str, items: Vec<syn::Item>) -> syn::File {
    let about = format!(" {about}");
    let mut file: syn::File = parse_quote!(#![doc = #about]);
    file.items = items;
    file
}

/// Keeps the derives that pass.
pub(super) fn set_derives(attributes: &mut [syn::Attribute], keep: impl Fn(&str) -> bool) {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let mut kept: Vec<syn::Path> = Vec::new();
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.segments.last().is_some_and(|last| keep(&last.ident.to_string())) {
                kept.push(meta.path);
            }
            Ok(())
        });
        *attribute = parse_quote!(#[derive(#(#kept),*)]);
    }
}

/// What `#[serde(…)]` says of a field or a variant.
#[derive(Default)]
pub(super) struct Serde {
    pub(super) flatten: bool,
    pub(super) rename: Option<String>,
}

impl Serde {
    pub(super) fn of(attributes: &[syn::Attribute]) -> Self {
        type Metas = syn::punctuated::Punctuated<syn::Meta, syn::Token![,]>;
        let serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
        let mut said = Self::default();
        for meta in serde.filter_map(|attribute| attribute.parse_args_with(Metas::parse_terminated).ok()).flatten() {
            match meta {
                syn::Meta::Path(path) => said.flatten |= path.is_ident("flatten"),
                syn::Meta::NameValue(syn::MetaNameValue {
                    path,
                    value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }),
                    ..
                }) if path.is_ident("rename") => said.rename = said.rename.or(Some(name.value())),
                _ => {}
            }
        }
        said
    }
}

/// A type as source text on one line.
pub(super) fn type_text(ty: &syn::Type) -> String {
    path_text(ty).unwrap_or_else(|| {
        let alias = prettyplease::unparse(&parse_quote!(type X = #ty;));
        let lines: Vec<&str> = alias.lines().map(str::trim).collect();
        lines.concat().trim_start_matches("type X = ").trim_end_matches(';').to_owned()
    })
}

/// The text of a path whose arguments are paths, as nearly every type is.
fn path_text(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(syn::TypePath { qself: None, path, .. }) = ty else { return None };
    let mut text = String::new();
    for (index, segment) in path.segments.iter().enumerate() {
        if index > 0 || path.leading_colon.is_some() {
            text.push_str("::");
        }
        text.push_str(&segment.ident.to_string());
        match &segment.arguments {
            syn::PathArguments::None => {}
            syn::PathArguments::AngleBracketed(arguments) => {
                let arguments: Option<Vec<String>> = arguments
                    .args
                    .iter()
                    .map(|argument| match argument {
                        syn::GenericArgument::Type(ty) => path_text(ty),
                        _ => None,
                    })
                    .collect();
                text.push_str(&format!("<{}>", arguments?.join(", ")));
            }
            syn::PathArguments::Parenthesized(_) => return None,
        }
    }
    Some(text)
}

/// A string literal's source text.
pub(super) fn literal(text: &str) -> String {
    proc_macro2::Literal::string(text).to_string()
}

/// `T` of an `Option<T>`.
pub(super) fn option_of(ty: &syn::Type) -> Option<&syn::Type> {
    argument_of(ty, "Option")
}

/// `T` of a `Name<T, …>`.
pub(super) fn argument_of<'a>(ty: &'a syn::Type, name: &str) -> Option<&'a syn::Type> {
    let syn::Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// `Name` of a `some::path::Name<…>`.
pub(super) fn last_segment(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}

/// Whether a path segment of this name occurs anywhere in a type.
pub(super) fn mentions(ty: &syn::Type, name: &str) -> bool {
    struct Search<'a>(&'a str, bool);
    impl<'ast> Visit<'ast> for Search<'_> {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.1 |= segment.ident == self.0;
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let mut search = Search(name, false);
    search.visit_type(ty);
    search.1
}

/// An identifier's text without `r#`.
pub(super) fn plain(ident: &syn::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// An identifier for a name that may be a keyword.
pub(super) fn ident(name: &str) -> syn::Ident {
    match syn::parse_str(name) {
        // A keyword since the edition of 2024, which syn does not know yet.
        Ok(ident) if name != "gen" => ident,
        _ => quote::format_ident!("{name}_"),
    }
}
