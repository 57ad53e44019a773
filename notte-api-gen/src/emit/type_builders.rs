//! Builders for the schema types: every setter takes what it sets, and what was forgotten is said on build.

use quote::quote;
use syn::parse_quote;
use syn::visit_mut::{self, VisitMut};

use super::rust;
use super::types::{Field, Struct};

/// `types/builder.rs`.
pub(super) fn emit(structs: &[Struct]) -> syn::File {
    let mut items = Vec::new();
    for item in structs {
        items.extend(builder(item));
    }
    rust::file("Builders of the types: what is not set is not sent.", items)
}

fn builder(item: &Struct) -> Vec<syn::Item> {
    let ident = &item.ident;
    let idents: Vec<_> = item.fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = item.fields.iter().map(outer).collect();
    let defaults = item.fields.iter().map(|field| {
        let missing = format!("no value supplied for {}", field.property);
        if is_optional(field) {
            quote!(Ok(::std::default::Default::default()))
        } else {
            quote!(Err(#missing.to_owned()))
        }
    });
    let setters = item.fields.iter().map(setter);
    let doc = rust::doc(&format!("Builder for [`{ident}`](super::{ident})."));
    vec![
        parse_quote! {
            #doc
            #[derive(Clone)]
            pub struct #ident {
                #(#idents: Result<#types, String>,)*
            }
        },
        parse_quote! {
            impl ::std::default::Default for #ident {
                fn default() -> Self {
                    Self { #(#idents: #defaults,)* }
                }
            }
        },
        parse_quote! {
            impl #ident {
                #(#setters)*
            }
        },
        parse_quote! {
            impl ::std::convert::TryFrom<#ident> for super::#ident {
                type Error = String;
                fn try_from(value: #ident) -> Result<Self, String> {
                    Ok(Self { #(#idents: value.#idents?,)* })
                }
            }
        },
        parse_quote! {
            impl ::std::convert::From<super::#ident> for #ident {
                fn from(value: super::#ident) -> Self {
                    Self { #(#idents: Ok(value.#idents),)* }
                }
            }
        },
        parse_quote! {
            impl crate::wire::IntoField<super::#ident> for #ident {
                fn into_field(self) -> Result<Option<super::#ident>, String> {
                    super::#ident::try_from(self).map(Some)
                }
            }
        },
        parse_quote! {
            impl ::std::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(stringify!(#ident)).finish_non_exhaustive()
                }
            }
        },
    ]
}

fn is_optional(field: &Field) -> bool {
    field.flattened || rust::option_of(&field.ty).is_some()
}

fn setter(field: &Field) -> syn::ImplItemFn {
    let (ident, docs) = (&field.ident, &field.docs);
    let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
    super::builders::setter(ident, &outer(field), &quote!(#(#docs)* #deprecated))
}

/// A field's type as the builder module names it: a bare name is the type itself, not its builder.
fn outer(field: &Field) -> syn::Type {
    struct Outer;
    impl VisitMut for Outer {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            visit_mut::visit_path_mut(self, path);
            let local = path.get_ident().is_some_and(|ident| ident.to_string().starts_with(char::is_uppercase));
            if local && path.leading_colon.is_none() {
                *path = parse_quote!(super::#path);
            }
        }
    }
    let mut ty = field.ty.clone();
    Outer.visit_type_mut(&mut ty);
    ty
}
