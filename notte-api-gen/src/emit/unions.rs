//! Unions as our own enums: decoded on their tag, or by shape, and what is unknown is kept whole.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::parse_quote;

use super::doc::Doc;
use super::rust;
use super::schema_type::type_of;
use crate::model::{Api, object, reference, text};

/// One enum with its impls for every component marked `x-notte-union`.
pub(super) fn emit(api: &Api, sent: &BTreeSet<String>) -> Vec<syn::Item> {
    api.schemas
        .iter()
        .filter_map(|(name, schema)| Some((name, schema, schema.get("x-notte-union")?)))
        .flat_map(|(name, schema, union)| one(api, sent, name, schema, union))
        .collect()
}

/// A variant of a union.
struct Variant {
    ident: syn::Ident,
    tag: Option<String>,
    /// The payload's type, before boxing.
    ty: syn::Type,
    /// Boxed, since the union contains itself through it.
    boxed: bool,
    /// The payload is a struct with a builder; else a tagged one is a map, in which the tag has to be put.
    structure: bool,
    docs: Vec<syn::Attribute>,
}

fn one(api: &Api, sent: &BTreeSet<String>, name: &str, schema: &Value, union: &Value) -> Vec<syn::Item> {
    let ident = rust::ident(name);
    let variants: Vec<Variant> = union
        .get("variants")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|variant| read_variant(api, name, variant))
        .collect();
    let tag = text(union, "tag");
    let docs = Doc::prose(&text(schema, "description").unwrap_or_default()).or_else(|| Doc::name(name)).attributes();
    let unknown = match &tag {
        Some(tag) => Doc::prose(&format!("A `{tag}` this version does not know; the whole object is kept.")),
        None => Doc::fixed("A value of a form that this version does not know."),
    }
    .attributes();
    let definitions = variants.iter().map(|Variant { ident, docs, ty, boxed, .. }| {
        let ty = if *boxed { quote!(Box<#ty>) } else { quote!(#ty) };
        quote!(#(#docs)* #ident(#ty),)
    });
    let untagged =
        tag.is_none().then(|| quote!(#[derive(::serde::Serialize, ::serde::Deserialize)] #[serde(untagged)]));
    let mut items: Vec<syn::Item> = vec![parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq)]
        #untagged
        #[non_exhaustive]
        pub enum #ident {
            #(#definitions)*
            #(#unknown)*
            Unknown(crate::wire::UnknownObject),
        }
    }];
    if let Some(tag) = &tag {
        let numeric = union.get("numeric").is_some();
        items.extend(tagged_serde(&ident, tag, numeric, &variants));
    }
    let is_built = |variant: &Variant| variant.structure && sent.contains(&rust::type_text(&variant.ty));
    items.extend(variants.iter().flat_map(|variant| conversions(&ident, variant, &variants, is_built(variant))));
    let idents = variants.iter().map(|variant| &variant.ident);
    items.push(parse_quote! {
        impl crate::wire::Audit for #ident {
            fn audit(&self, at: &mut crate::wire::Auditor<'_>) {
                match self {
                    #(Self::#idents(value) => value.audit(at),)*
                    Self::Unknown(value) => value.audit(at),
                }
            }
        }
    });
    items
}

fn read_variant(api: &Api, union: &str, variant: &Value) -> Option<Variant> {
    let schema = match variant.get("schema")? {
        Value::String(component) => serde_json::json!({ "$ref": format!("#/components/schemas/{component}") }),
        schema => schema.clone(),
    };
    let tag = text(variant, "tag");
    let description = reference(&schema)
        .and_then(|component| text(api.schemas.get(component)?, "description"))
        .or_else(|| text(&schema, "description"));
    let name = text(variant, "name")?;
    let docs = Doc::prose(&description.unwrap_or_default()).or_else(|| Doc::name(tag.as_ref().unwrap_or(&name)));
    Some(Variant {
        ident: rust::ident(&name),
        tag,
        boxed: reference(&schema).is_some() && reaches(api, &schema, union, &mut BTreeSet::new()),
        structure: reference(&schema)
            .and_then(|component| api.schemas.get(component)?.get("properties")?.as_object())
            .is_some_and(|properties| !properties.is_empty()),
        ty: syn::parse_str(&type_of(&schema, "")).ok()?,
        docs: docs.attributes(),
    })
}

/// Whether a schema contains the component `target` without a collection in between.
fn reaches(api: &Api, schema: &Value, target: &str, seen: &mut BTreeSet<String>) -> bool {
    if let Some(name) = reference(schema) {
        return name == target
            || (seen.insert(name.to_owned())
                && api.schemas.get(name).is_some_and(|component| reaches(api, component, target, seen)));
    }
    let members = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten()
        .chain(object(schema.get("properties")).map(|(_, property)| property));
    for member in members {
        if reaches(api, member, target, seen) {
            return true;
        }
    }
    false
}

fn tagged_serde(ident: &syn::Ident, tag: &str, numeric: bool, variants: &[Variant]) -> [syn::Item; 3] {
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let tags: Vec<_> = variants.iter().filter_map(|variant| variant.tag.as_deref()).collect();
    let decode = variants.iter().map(|variant| {
        let ident = &variant.ident;
        if variant.boxed {
            quote!(crate::wire::variant(value).map(Box::new).map(Self::#ident))
        } else {
            quote!(crate::wire::variant(value).map(Self::#ident))
        }
    });
    let encode = variants.iter().zip(&tags).map(|(Variant { ident, structure, .. }, value)| {
        let number = syn::parse_str::<syn::Expr>(&format!("{value}i64")).ok().filter(|_| numeric);
        match number {
            None if *structure => quote!(Self::#ident(value) => value.serialize(serializer),),
            None => quote!(Self::#ident(value) => crate::wire::tagged(#tag, #value, value, serializer),),
            Some(number) => quote!(Self::#ident(value) => crate::wire::tagged(#tag, #number, value, serializer),),
        }
    });
    let read = if numeric {
        quote!(value.get(#tag).and_then(crate::wire::number).as_deref())
    } else {
        quote!(value.get(#tag).and_then(::serde_json::Value::as_str))
    };
    let doc = Doc::prose(&format!("The `{tag}` on the wire; `None` for an unknown object without one.")).attributes();
    [
        parse_quote! {
            impl #ident {
                #(#doc)*
                pub fn tag(&self) -> Option<&str> {
                    match self {
                        #(Self::#idents(_) => Some(#tags),)*
                        Self::Unknown(value) => value.value().get(#tag).and_then(::serde_json::Value::as_str),
                    }
                }
            }
        },
        parse_quote! {
            impl ::serde::Serialize for #ident {
                fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        #(#encode)*
                        Self::Unknown(value) => value.serialize(serializer),
                    }
                }
            }
        },
        parse_quote! {
            impl<'de> ::serde::Deserialize<'de> for #ident {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let value = ::serde_json::Value::deserialize(deserializer)?;
                    match #read {
                        #(Some(#tags) => #decode,)*
                        _ => Ok(Self::Unknown(value.into())),
                    }
                }
            }
        },
    ]
}

/// `From` and `IntoField` for a payload that only one variant has.
fn conversions(ident: &syn::Ident, variant: &Variant, all: &[Variant], built: bool) -> Vec<syn::Item> {
    let Variant { ident: name, ty, boxed, .. } = variant;
    if all.iter().filter(|other| other.ty == *ty).count() > 1 {
        return Vec::new();
    }
    let value: TokenStream = if *boxed { quote!(Box::new(value)) } else { quote!(value) };
    let mut items: Vec<syn::Item> = vec![
        parse_quote! {
            impl ::std::convert::From<#ty> for #ident {
                fn from(value: #ty) -> Self {
                    Self::#name(#value)
                }
            }
        },
        parse_quote! {
            impl crate::wire::IntoField<#ident> for #ty {
                fn into_field(self) -> Result<Option<#ident>, String> {
                    Ok(Some(self.into()))
                }
            }
        },
    ];
    if built {
        items.push(parse_quote! {
            impl ::std::convert::TryFrom<builder::#ty> for #ident {
                type Error = String;
                fn try_from(value: builder::#ty) -> Result<Self, String> {
                    #ty::try_from(value).map(Self::from)
                }
            }
        });
        items.push(parse_quote! {
            impl crate::wire::IntoField<#ident> for builder::#ty {
                fn into_field(self) -> Result<Option<#ident>, String> {
                    self.try_into().map(Some)
                }
            }
        });
    }
    if *ty == parse_quote!(String) {
        items.push(parse_quote! {
            impl ::std::convert::From<&str> for #ident {
                fn from(value: &str) -> Self {
                    Self::#name(value.to_owned())
                }
            }
        });
        items.push(parse_quote! {
            impl crate::wire::IntoField<#ident> for &str {
                fn into_field(self) -> Result<Option<#ident>, String> {
                    Ok(Some(self.into()))
                }
            }
        });
    }
    items
}
