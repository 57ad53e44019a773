//! Small questions about syntax trees, and small pieces of them.

use proc_macro2::Span;
use syn::parse_quote;
use syn::visit::Visit;

/// A module's file with a `//!` line and its items.
pub(super) fn file(about: &str, items: Vec<syn::Item>) -> syn::File {
    let about = format!(" {about}");
    let mut file: syn::File = parse_quote!(#![doc = #about]);
    file.items = items;
    file
}

/// A doc attribute of escaped prose.
pub(super) fn doc(text: &str) -> syn::Attribute {
    attribute(&format!(" {text}"))
}

/// Doc attributes of prose from the document, a line each.
pub(super) fn prose(text: &str) -> Vec<syn::Attribute> {
    prose_lines(text).iter().map(|line| attribute(line)).collect()
}

/// The texts of these attributes.
pub(super) fn prose_lines(text: &str) -> Vec<String> {
    // A carriage return by itself ends a line too: Rust takes none in a comment.
    let escaped = escape(text.trim());
    escaped.lines().flat_map(|line| line.split('\r')).map(|line| format!(" {}", line.trim_end())).collect()
}

/// Doc comments of these lines.
pub(super) fn doc_comment(lines: &[String], indent: &str) -> String {
    lines.iter().map(|line| format!("{indent}///{}\n", line.trim_end_matches(' '))).collect()
}

/// `#[doc = "…"]`, which is not worth a parser.
pub(super) fn attribute(text: &str) -> syn::Attribute {
    let meta = syn::MetaNameValue {
        path: quote::format_ident!("doc").into(),
        eq_token: <syn::Token![=]>::default(),
        value: syn::Expr::Lit(syn::ExprLit {
            attrs: Vec::new(),
            lit: syn::Lit::Str(syn::LitStr::new(text, Span::call_site())),
        }),
    };
    syn::Attribute {
        pound_token: <syn::Token![#]>::default(),
        style: syn::AttrStyle::Outer,
        bracket_token: syn::token::Bracket::default(),
        meta: meta.into(),
    }
}

/// The texts of the doc attributes among these.
pub(super) fn docs(attributes: &[syn::Attribute]) -> Vec<String> {
    attributes.iter().filter_map(doc_text).collect()
}

/// Rewrites doc attributes that hold a document's prose so that rustdoc takes them literally.
pub(super) fn escape_docs(attributes: &mut Vec<syn::Attribute>) {
    let mut escaped = Vec::with_capacity(attributes.len());
    for attribute in attributes.drain(..) {
        match doc_text(&attribute) {
            Some(text) => escaped.extend(prose(&text)),
            None => escaped.push(attribute),
        }
    }
    *attributes = escaped;
}

fn doc_text(attribute: &syn::Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { return None };
    meta.path.is_ident("doc").then(|| text.value())
}

/// Text that rustdoc shows as it is: no accidental links or HTML; bare addresses become links.
pub(super) fn escape(text: &str) -> String {
    if !text.contains(['[', ']', '<', '>']) && !text.contains("http") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(part);
            continue;
        }
        for word in part.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            let address = bare.trim_end_matches(['.', ',', ')', ';']);
            if let Some(start) = address.find("http://").or_else(|| address.find("https://")) {
                out.push_str(&escape_word(&word[..start]));
                out.push_str(&format!("<{}>", &address[start..]));
                out.push_str(&word[address.len()..]);
            } else {
                out.push_str(&escape_word(word));
            }
        }
    }
    out
}

fn escape_word(word: &str) -> String {
    word.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<").replace('>', "\\>")
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
    syn::parse_str(name).unwrap_or_else(|_| quote::format_ident!("{name}_"))
}
