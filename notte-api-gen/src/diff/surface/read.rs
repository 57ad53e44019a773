//! Reads public items out of generated files.

use syn::{ImplItem, Item, Visibility};

use super::{Path, Surface, interface, signature};
use crate::{Error, File};

pub(super) fn files(files: &[File]) -> Result<Surface, Error> {
    let mut surface = Surface::default();
    for file in files {
        let Some(module) = module(&file.path) else { continue };
        let parsed = syn::parse_file(&interface::of(&file.text))
            .map_err(|error| Error::new(error.to_string()).at(&file.path))?;
        items(&mut surface, module, &parsed.items);
    }
    Ok(surface)
}

/// Under which public path the items of a file are.
fn module(path: &str) -> Option<&'static str> {
    match path.strip_prefix("src/generated/")? {
        "types/mod.rs" => Some("notte_api::types"),
        "types/builder.rs" => Some("notte_api::types::builder"),
        "client.rs" => Some("notte_api"),
        "mock.rs" => Some("notte_api::mock"),
        "mod.rs" | "operations.rs" | "builder/mod.rs" => None,
        builder if builder.starts_with("builder/") => Some("notte_api::builder"),
        _ => None,
    }
}

fn items(surface: &mut Surface, module: &str, items: &[Item]) {
    for item in items {
        read(surface, module, item);
    }
}

fn read(surface: &mut Surface, module: &str, item: &Item) {
    let mut add = |owner: &syn::Ident, member: String, signature: String| {
        let path = Path { module: module.to_owned(), owner: owner.to_string(), member };
        surface.items.insert(path, signature);
    };
    match item {
        Item::Struct(item) if is_public(&item.vis) => {
            add(&item.ident, String::new(), with_form("struct", &item.attrs));
            for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
                let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
                add(&item.ident, name, signature::short(&field.ty));
            }
            derives(&item.attrs).for_each(|name| add(&item.ident, name, String::new()));
        }
        Item::Enum(item) if is_public(&item.vis) => {
            add(&item.ident, String::new(), with_form("enum", &item.attrs));
            for variant in &item.variants {
                add(&item.ident, variant.ident.to_string(), signature::short(&variant.fields));
            }
            derives(&item.attrs).for_each(|name| add(&item.ident, name, String::new()));
        }
        Item::Type(item) if is_public(&item.vis) => {
            add(&item.ident, String::new(), format!("type = {}", signature::short(&item.ty)));
        }
        Item::Trait(item) if is_public(&item.vis) => {
            add(&item.ident, String::new(), "trait".to_owned());
            for member in &item.items {
                if let syn::TraitItem::Fn(method) = member {
                    add(&item.ident, method.sig.ident.to_string(), signature::method(&method.sig));
                }
            }
        }
        Item::Impl(item) => implementation(surface, module, item),
        Item::Mod(item) if is_public(&item.vis) => {
            if let Some((_, inner)) = &item.content {
                items(surface, &format!("{module}::{}", item.ident), inner);
            }
        }
        _ => {}
    }
}

fn implementation(surface: &mut Surface, module: &str, item: &syn::ItemImpl) {
    let ours = implementor(module, &item.self_ty).filter(|(_, owner)| !is_foreign(owner));
    let (module, owner, by) = match (ours, &item.trait_) {
        (Some((module, owner)), _) => (module, owner, String::new()),
        // A trait of a type that is not ours, such as one that turns a text into a union, is a matter of its argument.
        (None, Some((name, _))) => match argument(name) {
            Some(owner) => (module.to_owned(), owner, format!(" for {}", signature::short(&item.self_ty))),
            None => return,
        },
        (None, None) => return,
    };
    let mut add = |member: String, signature: String| {
        surface.items.insert(Path { module: module.clone(), owner: owner.clone(), member }, signature);
    };
    if let Some((name, _)) = &item.trait_ {
        let associated = item.items.iter().filter_map(|member| match member {
            ImplItem::Type(inner) => Some(format!("{} = {}", inner.ident, signature::short(&inner.ty))),
            _ => None,
        });
        let name = signature::short(name);
        if !INTERNAL.contains(&name.as_str()) {
            add(format!("impl {name}{by}"), associated.collect::<Vec<_>>().join(", "));
        }
        return;
    }
    for member in &item.items {
        if let ImplItem::Fn(method) = member
            && is_public(&method.vis)
        {
            add(method.sig.ident.to_string(), signature::method(&method.sig));
        }
    }
}

/// Traits that every type has, or nobody outside can name.
const INTERNAL: [&str; 3] = ["Debug", "Audit", "Sealed"];

/// Whether this is the name of a type of the standard library or of serde_json.
fn is_foreign(name: &str) -> bool {
    let foreign = ["String", "Vec", "Option", "Box", "BTreeMap", "Map", "Value"];
    foreign.contains(&name) || name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The type that a trait is applied to: `XUnion` of `IntoField<XUnion>`.
fn argument(name: &syn::Path) -> Option<String> {
    let syn::PathArguments::AngleBracketed(arguments) = &name.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(syn::Type::Path(path)) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    })
}

/// The module and the name of the type that an implementation is for, when it is one of ours.
fn implementor(module: &str, of: &syn::Type) -> Option<(String, String)> {
    let syn::Type::Path(path) = of else { return None };
    let mut segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let owner = segments.pop()?;
    let mut module = module.to_owned();
    for segment in segments {
        match segment.as_str() {
            "crate" => "notte_api".clone_into(&mut module),
            "super" => module.truncate(module.rfind("::")?),
            "self" => {}
            "std" | "core" | "httpmock" => return None,
            segment => module = format!("{module}::{segment}"),
        }
    }
    Some((module, owner))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn with_form(kind: &str, attributes: &[syn::Attribute]) -> String {
    let open = attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
    if open { format!("non-exhaustive {kind}") } else { kind.to_owned() }
}

fn derives(attributes: &[syn::Attribute]) -> impl Iterator<Item = String> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths = lists.flat_map(|list| {
        list.parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
            .into_iter()
            .flatten()
    });
    let names = paths.map(|path| signature::short(&path)).filter(|name| !INTERNAL.contains(&name.as_str()));
    names.map(|name| format!("impl {name}")).collect::<Vec<_>>().into_iter()
}
