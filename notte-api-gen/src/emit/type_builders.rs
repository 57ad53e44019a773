//! Builders for the schema types: every setter takes what it sets, and what was forgotten is said on build.

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};

use super::builders::{debug, setter};
use super::doc::Doc;
use super::rust;
use super::types::{Field, Struct};
use crate::format::{LITERAL_WIDTH, Piece, block, breaks, generic, join, laid};

/// `types/builder.rs`.
pub(super) fn emit(structs: &[Struct]) -> String {
    let pieces = structs.iter().map(|item| Piece::Text(builder(item))).collect();
    join(&Doc::fixed("Builders of types. Fields that are not set are not sent.").inner_comment(), pieces)
}

/// Written as text: this is the largest part of a client, and parsing it would be half of the time that it takes.
fn builder(item: &Struct) -> String {
    let name = &item.ident;
    let types: Vec<syn::Type> = item.fields.iter().map(outer).collect();
    let fields = || item.fields.iter().zip(&types);
    let declared = fields()
        .map(|(field, ty)| generic(&format!("    {}: Result", field.ident), &[&rust::type_text(ty), "String"]) + ",\n")
        .collect::<String>();
    let defaults = item.fields.iter().map(|field| {
        if is_optional(field) {
            format!("{}: Ok(::std::default::Default::default())", field.ident)
        } else {
            let missing = rust::literal(&format!("no value supplied for {}", field.property));
            format!("{}: Err({missing}.to_owned())", field.ident)
        }
    });
    let taken = item.fields.iter().map(|Field { ident, .. }| format!("{ident}: value.{ident}?"));
    let wrapped = item.fields.iter().map(|Field { ident, .. }| format!("{ident}: Ok(value.{ident})"));
    let setters: String = fields()
        .map(|(field, ty)| setter(&field.ident.to_string(), &rust::type_text(ty), &field.docs, field.deprecated))
        .collect();
    [
        laid(format!(
            "/// Builder for [`{name}`](super::{name}).
#[derive(Clone)]
pub struct {name} {}
",
            block(&declared)
        )),
        laid(format!(
            "impl ::std::default::Default for {name} {{
    fn default() -> Self {{
        {}
    }}
}}
",
            literal(&defaults.collect::<Vec<_>>())
        )),
        format!("impl {name} {}\n", block(&setters)),
        laid(format!(
            "{}
    type Error = String;
    fn try_from(value: {name}) -> Result<Self, String> {{
        Ok({})
    }}
}}
{}
    fn from(value: super::{name}) -> Self {{
        {}
    }}
}}
{}
    fn into_field(self) -> Result<Option<super::{name}>, String> {{
        super::{name}::try_from(self).map(Some)
    }}
}}
",
            header(&format!("::std::convert::TryFrom<{name}>"), &format!("super::{name}")),
            literal(&taken.collect::<Vec<_>>()),
            header(&format!("::std::convert::From<super::{name}>"), &name.to_string()),
            literal(&wrapped.collect::<Vec<_>>()),
            header(&format!("crate::wire::IntoField<super::{name}>"), &name.to_string()),
        )),
        debug(&name.to_string(), name),
    ]
    .concat()
}

/// The first line of an `impl`, or two.
fn header(of: &str, ty: &str) -> String {
    let line = format!("impl {of} for {ty} {{");
    if breaks(&line) { format!("impl {of}\nfor {ty} {{") } else { line }
}

/// `Self { … }` in a function's body: on one line only when it is short.
fn literal(fields: &[String]) -> String {
    if fields.is_empty() {
        return "Self {}".to_owned();
    }
    let line = format!("Self {{ {} }}", fields.join(", "));
    if line.len() <= LITERAL_WIDTH {
        line
    } else {
        format!("Self {{\n            {},\n        }}", fields.join(",\n            "))
    }
}

fn is_optional(field: &Field) -> bool {
    field.flattened || rust::option_of(&field.ty).is_some()
}

/// A field's type as the builder module names it: a bare name is the type itself, not its builder.
fn outer(field: &Field) -> syn::Type {
    struct Outer;
    impl VisitMut for Outer {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            visit_mut::visit_path_mut(self, path);
            let local = path.get_ident().is_some_and(|ident| ident.to_string().starts_with(char::is_uppercase));
            if local && path.leading_colon.is_none() {
                path.segments.insert(0, format_ident!("super").into());
            }
        }
    }
    let mut ty = field.ty.clone();
    Outer.visit_type_mut(&mut ty);
    ty
}
