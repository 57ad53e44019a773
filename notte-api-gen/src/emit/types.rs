//! The schema types: typify's structs and enums, made lenient, redacted and documented.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use quote::format_ident;
use serde_json::Value;
use syn::parse_quote;

use super::doc::Doc;
use super::{rust, type_builders, unions};
use crate::format::{Piece, breaks, laid};
use crate::model::{self, Api};

/// The generated types and their builders, as two modules.
pub(super) struct Types {
    /// `types/mod.rs`.
    pub(super) module: Vec<Piece>,
    /// `types/builder.rs`.
    pub(super) builders: String,
}

/// Decorates what typify made of the component and inline schemas; those that are `sent` get a builder.
pub(super) fn decorate(items: Vec<syn::Item>, api: &Api, sent: &BTreeSet<String>) -> Types {
    let mut structs = Vec::new();
    let mut module = vec![Piece::Text("pub mod builder;\n".to_owned())];
    for item in items {
        match item {
            syn::Item::Struct(item) => {
                let built = sent.contains(&item.ident.to_string());
                let (items, named) = decorate_struct(item, api, built);
                module.extend(items);
                structs.extend(named.filter(|_| built));
            }
            syn::Item::Enum(item) => module.extend(decorate_enum(item, api)),
            other => module.push(Piece::Item(other)),
        }
    }
    let tags: BTreeSet<&str> =
        api.schemas.values().filter_map(|schema| Some(tag_of(schema.get("x-notte-tag")?)?.0)).collect();
    for tag in tags {
        let filter = extra_filter(tag);
        module.push(Piece::Item(parse_quote!(crate::wire::extra_without!(#filter, #tag);)));
    }
    module.extend(unions::emit(api, sent).into_iter().map(Piece::Item));
    Types { module, builders: type_builders::emit(&structs) }
}

/// A struct with named fields, as the builder and the audit need it.
pub(super) struct Struct {
    pub(super) ident: syn::Ident,
    pub(super) fields: Vec<Field>,
}

/// One field of it.
pub(super) struct Field {
    pub(super) ident: syn::Ident,
    pub(super) ty: syn::Type,
    pub(super) docs: Doc,
    pub(super) deprecated: bool,
    pub(super) flattened: bool,
    /// The name on the wire.
    pub(super) property: String,
}

fn decorate_struct(mut item: syn::ItemStruct, api: &Api, built: bool) -> (Vec<Piece>, Option<Struct>) {
    Doc::take(&mut item.attrs).document(&mut item.attrs);
    let ident = item.ident.clone();
    let syn::Fields::Named(fields) = &mut item.fields else {
        let free_form = item.fields.iter().any(|field| rust::mentions(&field.ty, "serde_json"));
        let mut impls = audit(&ident, "        self.0.audit(at);\n");
        if free_form {
            impls.push_str(&debug(&ident, "debug_tuple", ".field(&crate::wire::Redacted(&self.0))"));
            rust::set_derives(&mut item.attrs, |derive| derive != "Debug");
        }
        return (vec![Piece::Item(syn::Item::Struct(item)), Piece::Text(impls)], None);
    };
    let schema = api.schemas.get(&ident.to_string());
    let tag = schema.and_then(|schema| schema.get("x-notte-tag"));
    let extra_taken = fields.named.iter().any(|field| {
        field.ident.as_ref().is_some_and(|ident| ident == "extra") && !rust::Serde::of(&field.attrs).flatten
    });
    let described: Vec<Field> =
        fields.named.iter_mut().filter_map(|field| decorate_field(field, schema, tag, extra_taken)).collect();

    let free_form = described.iter().any(|field| rust::mentions(&field.ty, "serde_json"));
    if free_form {
        rust::set_derives(&mut item.attrs, |derive| derive != "Debug");
    }
    item.attrs.push(parse_quote!(#[non_exhaustive]));
    // The union writes a tag that is a number.
    let named = tag.filter(|tag| tag.get("numeric").is_none());
    if let Some((name, value)) = named.and_then(tag_of) {
        item.attrs.push(parse_quote!(#[serde(tag = #name, rename = #value)]));
    }

    let mut impls = String::new();
    if built {
        impls.push_str(&laid(format!(
            "impl {ident} {{
    /// Returns a builder without any field set.
    pub fn builder() -> builder::{ident} {{
        ::std::default::Default::default()
    }}
}}
"
        )));
    }
    let audits = described.iter().map(|Field { ident, property, flattened, .. }| {
        if *flattened {
            format!("        self.{ident}.audit(at);\n")
        } else {
            format!("        at.field({}, &self.{ident});\n", rust::literal(property))
        }
    });
    impls.push_str(&audit(&ident, &audits.collect::<String>()));
    if free_form {
        impls.push_str(&debug_fields(&ident, &described));
    }
    let pieces = vec![Piece::Item(syn::Item::Struct(item)), Piece::Text(impls)];
    (pieces, Some(Struct { ident, fields: described }))
}

/// The function that reads a member's extra fields without its tag.
fn extra_filter(tag: &str) -> syn::Ident {
    format_ident!("extra_without_{}", tag.to_snake_case())
}

/// The tag's name and value of a member of a tagged union.
fn tag_of(tag: &Value) -> Option<(&str, &str)> {
    Some((tag.get("name")?.as_str()?, tag.get("value")?.as_str()?))
}

fn decorate_field(
    field: &mut syn::Field,
    schema: Option<&Value>,
    tag: Option<&Value>,
    extra_taken: bool,
) -> Option<Field> {
    let mut docs = Doc::take(&mut field.attrs);
    let rust::Serde { flatten, rename } = rust::Serde::of(&field.attrs);
    if flatten {
        field.ty = parse_quote!(crate::wire::Extra);
        docs = docs.and(Doc::fixed("Fields that this version does not know."));
        if extra_taken {
            field.ident = Some(format_ident!("extra_fields"));
        }
        if let Some((name, _)) = tag.and_then(tag_of) {
            let filter = extra_filter(name).to_string();
            field.attrs.push(parse_quote!(#[serde(deserialize_with = #filter)]));
        }
    } else if let Some(helper) = lenient(&field.ty) {
        if rust::option_of(&field.ty).is_some() {
            field.attrs.push(parse_quote!(#[serde(default, deserialize_with = #helper)]));
        } else {
            field.attrs.push(parse_quote!(#[serde(deserialize_with = #helper)]));
        }
    }
    let property = rename.unwrap_or_else(|| field.ident.as_ref().map(rust::plain).unwrap_or_default());
    if field.ident.as_ref().is_some_and(|ident| ident == "gen") {
        field.ident = Some(rust::ident("gen"));
        field.attrs.push(parse_quote!(#[serde(rename = "gen")]));
    }
    let ident = field.ident.clone()?;
    let described = schema.and_then(|schema| schema.get("properties")).and_then(|all| all.get(&property));
    let deprecated = described.and_then(|property| property.get("deprecated")) == Some(&Value::Bool(true));
    let docs = docs.or_else(|| Doc::name(&property));
    docs.document(&mut field.attrs);
    if deprecated {
        field.attrs.push(parse_quote!(#[deprecated]));
    }
    Some(Field { ident, ty: field.ty.clone(), docs, deprecated, flattened: flatten, property })
}

/// The helper that decodes a type more tolerantly than serde would.
fn lenient(ty: &syn::Type) -> Option<&'static str> {
    let inner = rust::option_of(ty);
    let name = rust::last_segment(inner.unwrap_or(ty))?;
    match (name.as_str(), inner.is_some()) {
        ("i64", false) => Some("crate::wire::serde_with::integer"),
        ("i64", true) => Some("crate::wire::serde_with::integer_option"),
        ("u64", false) => Some("crate::wire::serde_with::unsigned"),
        ("u64", true) => Some("crate::wire::serde_with::unsigned_option"),
        ("Timestamp", true) => Some("crate::wire::serde_with::timestamp_option"),
        ("Vec" | "BTreeMap" | "Map" | "List", false) => Some("crate::wire::serde_with::null_as_default"),
        _ => None,
    }
}

fn audit(ident: &syn::Ident, statements: &str) -> String {
    laid(format!(
        "impl crate::wire::Audit for {ident} {{
    fn audit(&self, at: &mut crate::wire::Auditor<'_>) {{
{statements}    }}
}}
"
    ))
}

/// Debug for a struct with free-form JSON in it, which may hold anything: it prints as its size.
fn debug_fields(ident: &syn::Ident, fields: &[Field]) -> String {
    let entries = fields.iter().map(|Field { ident, ty, .. }| {
        let label = rust::literal(&rust::plain(ident));
        if rust::mentions(ty, "serde_json") {
            format!(".field({label}, &crate::wire::Redacted(&self.{ident}))")
        } else {
            format!(".field({label}, &self.{ident})")
        }
    });
    debug(ident, "debug_struct", &entries.collect::<String>())
}

fn debug(ident: &syn::Ident, start: &str, entries: &str) -> String {
    laid(format!(
        "impl ::std::fmt::Debug for {ident} {{
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {{
        f.{start}(\"{ident}\"){entries}.finish()
    }}
}}
"
    ))
}

fn decorate_enum(mut item: syn::ItemEnum, api: &Api) -> [Piece; 2] {
    Doc::take(&mut item.attrs).document(&mut item.attrs);
    item.attrs.push(parse_quote!(#[non_exhaustive]));
    let ident = item.ident.clone();
    let declared = api.schemas.get(&ident.to_string()).and_then(|schema| schema.get("enum")).map(model::values);
    let mut values = BTreeMap::new();
    // Typify keeps the order.
    for (variant, value) in item.variants.iter_mut().zip(declared.unwrap_or_default()) {
        if variant.ident != value {
            variant.attrs.push(parse_quote!(#[serde(rename = #value)]));
        }
        Doc::take(&mut variant.attrs).or_else(|| Doc::name(value)).document(&mut variant.attrs);
        values.insert(variant.ident.to_string(), value.to_owned());
    }
    let mut impls = String::new();
    if values.len() == item.variants.len() {
        impls.push_str(&enumerated(&item, &values));
    }
    impls.push_str(&audit(&ident, "        let _ = at;\n"));
    [Piece::Item(syn::Item::Enum(item)), Piece::Text(impls)]
}

/// The values of a closed set, as its texts and back.
fn enumerated(item: &syn::ItemEnum, values: &BTreeMap<String, String>) -> String {
    let ident = &item.ident;
    let variants: Vec<(String, String)> = item
        .variants
        .iter()
        .map(|variant| (format!("Self::{}", variant.ident), rust::literal(&values[&variant.ident.to_string()])))
        .collect();
    let names: Vec<&str> = variants.iter().map(|(name, _)| name.as_str()).collect();
    let mut all = format!("    const ALL: &'static [Self] = &[{}];", names.join(", "));
    if breaks(&all) {
        all = format!("    const ALL: &'static [Self] = &[\n        {},\n    ];", names.join(",\n        "));
    }
    let texts: String = variants.iter().map(|(name, text)| format!("            {name} => {text},\n")).collect();
    let back: String = variants.iter().map(|(name, text)| format!("            {text} => Some({name}),\n")).collect();
    laid(format!(
        "impl crate::wire::Enumerated for {ident} {{
{all}
    fn as_str(&self) -> &'static str {{
        match self {{
{texts}        }}
    }}
    fn from_wire(text: &str) -> Option<Self> {{
        match text {{
{back}            _ => None,
        }}
    }}
}}
"
    ))
}
