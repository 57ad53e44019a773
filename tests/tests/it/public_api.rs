//! The public interface of notte-ext: whose types it speaks of, and which of its own have been looked at.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ImplItem, Item, UseTree, Visibility,
    visit::{self, Visit},
};

/// The types of others that may stand in it, as "Foreign types in public signatures" of ARCHITECTURE.md lists them.
const ALLOWED: &[&str] = &[
    "bytes::Bytes",
    "futures_core::Stream",
    "futures_util::Stream",
    "notte_api::reqwest::ClientBuilder",
    "notte_api::reqwest::Method",
    "notte_api::reqwest::header::HeaderMap",
    "schemars::JsonSchema",
    "serde::Deserialize",
    "serde::Deserializer",
    "serde::Serialize",
    "serde::Serializer",
    "serde::de::DeserializeOwned",
    "serde_json::Map",
    "serde_json::Value",
];
/// What is ours, or everybody's.
const OURS: &[&str] = &["alloc", "core", "crate", "notte_api", "self", "std", "super"];

fn sources() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../notte-ext/src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None => folders.push(path),
                Some(ending) if ending == "rs" && !path.ends_with("tests.rs") => files.push(path),
                Some(_) => {}
            }
        }
    }
    files.sort();
    files
}

fn parse(path: &Path) -> syn::File {
    syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// What the names in a file stand for.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn of(file: &syn::File) -> Self {
        let mut names = Self::default();
        for item in &file.items {
            match item {
                Item::Use(import) => names.add(&import.tree, ""),
                Item::Mod(module) => drop(names.0.insert(module.ident.to_string(), format!("self::{}", module.ident))),
                _ => {}
            }
        }
        names
    }

    fn add(&mut self, tree: &UseTree, before: &str) {
        let join = |name: &dyn ToString| format!("{before}{}", name.to_string());
        match tree {
            UseTree::Path(path) => self.add(&path.tree, &format!("{}::", join(&path.ident))),
            UseTree::Name(name) if name.ident == "self" => {
                let module = before.trim_end_matches("::");
                let last = module.rsplit("::").next().unwrap();
                self.0.insert(last.to_owned(), module.to_owned());
            }
            UseTree::Name(name) => drop(self.0.insert(name.ident.to_string(), join(&name.ident))),
            UseTree::Rename(rename) => drop(self.0.insert(rename.rename.to_string(), join(&rename.ident))),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, before)),
            UseTree::Glob(_) => {}
        }
    }
}

/// Looks at signatures.
struct Foreign<'a> {
    names: &'a Names,
    found: BTreeSet<String>,
}

impl Visit<'_> for Foreign<'_> {
    fn visit_path(&mut self, path: &syn::Path) {
        let mut segments = path.segments.iter().map(|segment| segment.ident.to_string());
        let first = segments.next().unwrap_or_default();
        let root = self.names.0.get(&first).cloned().unwrap_or(first.clone());
        let full = segments.fold(root.clone(), |path, segment| format!("{path}::{segment}"));
        // A name that nothing imports and that no path begins with is of this file, or of the prelude.
        let is_known = full.contains("::") || self.names.0.contains_key(&first);
        let crate_name = full.split("::").next().unwrap_or_default();
        let is_type_parameter = crate_name.starts_with(char::is_uppercase);
        let is_module = self.names.0.get(crate_name).is_some_and(|path| path.starts_with("self::"));
        let is_transport = full.starts_with("notte_api::reqwest");
        let is_ours = !is_transport && (OURS.contains(&crate_name) || is_type_parameter || is_module);
        if is_known && !is_ours && !ALLOWED.contains(&full.as_str()) {
            self.found.insert(full);
        }
        visit::visit_path(self, path);
    }

    fn visit_block(&mut self, _: &syn::Block) {}

    fn visit_attribute(&mut self, _: &Attribute) {}
}

impl Foreign<'_> {
    fn look_at(&mut self, item: &Item) {
        match item {
            Item::Fn(function) if is_public(&function.vis) => self.visit_signature(&function.sig),
            Item::Type(alias) if is_public(&alias.vis) => self.visit_item_type(alias),
            Item::Enum(this) if is_public(&this.vis) => self.visit_item_enum(this),
            Item::Trait(this) if is_public(&this.vis) => self.visit_item_trait(this),
            Item::Struct(this) if is_public(&this.vis) => {
                self.visit_generics(&this.generics);
                this.fields.iter().filter(|field| is_public(&field.vis)).for_each(|field| self.visit_field(field));
            }
            Item::Impl(this) if this.trait_.is_none() => {
                for item in &this.items {
                    match item {
                        ImplItem::Fn(function) if is_public(&function.vis) => self.visit_signature(&function.sig),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn no_signature_speaks_of_a_type_of_others_but_the_listed_ones() {
    let mut found = BTreeMap::new();
    let mut seen = 0;
    for path in sources() {
        let file = parse(&path);
        let names = Names::of(&file);
        let mut foreign = Foreign { names: &names, found: BTreeSet::new() };
        file.items.iter().for_each(|item| foreign.look_at(item));
        seen += file.items.len();
        if !foreign.found.is_empty() {
            found.insert(path, foreign.found);
        }
    }
    assert!(seen > 200, "only {seen} items were looked at");
    assert!(found.is_empty(), "not on the list: {found:#?}");
}

#[test]
fn what_is_not_listed_is_found() {
    let file: syn::File = syn::parse_quote! {
        use tokio::time::{Instant as Moment, self};
        use notte_api::reqwest;
        pub struct Open { pub at: Moment, hidden: tokio::Private }
        impl Open {
            pub fn all(self, own: std::time::Duration, text: String) -> Result<Vec<time::Sleep>, reqwest::Error> {}
            pub(crate) fn inner(&self) -> tokio::Inner {}
        }
        impl<O: Fine> Open { pub fn of(self) -> O::Output { tokio::body() } }
    };
    let names = Names::of(&file);
    let mut foreign = Foreign { names: &names, found: BTreeSet::new() };
    file.items.iter().for_each(|item| foreign.look_at(item));
    let found: Vec<_> = foreign.found.iter().map(String::as_str).collect();
    assert_eq!(found, ["notte_api::reqwest::Error", "tokio::time::Instant", "tokio::time::Sleep"]);
}

/// The public types by name: what lib.rs names, and what stands in its public modules.
fn public_types() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../notte-ext/src");
    let mut files = vec![root.join("lib.rs")];
    let (mut named, mut types) = (BTreeSet::new(), BTreeSet::new());
    while let Some(path) = files.pop() {
        for item in parse(&path).items {
            match item {
                Item::Use(import) if is_public(&import.vis) => {
                    let mut names = Names::default();
                    names.add(&import.tree, "");
                    named.extend(names.0.into_keys());
                }
                Item::Mod(module) if is_public(&module.vis) && !is_test(&module.attrs) => {
                    let folder = path.parent().unwrap();
                    let candidates = [format!("{}.rs", module.ident), format!("{}/mod.rs", module.ident)];
                    files.extend(candidates.iter().map(|name| folder.join(name)).filter(|path| path.exists()));
                }
                Item::Struct(this) if is_public(&this.vis) => named.extend([this.ident.to_string()]),
                Item::Enum(this) if is_public(&this.vis) => named.extend([this.ident.to_string()]),
                _ => {}
            }
        }
    }
    for item in sources().iter().flat_map(|path| parse(path).items) {
        match item {
            Item::Struct(this) if is_public(&this.vis) => types.insert(this.ident.to_string()),
            Item::Enum(this) if is_public(&this.vis) => types.insert(this.ident.to_string()),
            _ => false,
        };
    }
    named.intersection(&types).cloned().collect()
}

#[test]
fn every_public_type_is_held_to_travelling_and_to_printing_no_secret() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../notte-ext/tests/it");
    for (file, what) in [("types.rs", &["travels::<", "moves::<"][..]), ("secrets.rs", &["shown::<"])] {
        let text = std::fs::read_to_string(tests.join(file)).unwrap();
        let looked_at: BTreeSet<String> = what
            .iter()
            .flat_map(|what| text.split(what).skip(1))
            .filter_map(|rest| rest.split_once('('))
            .flat_map(|(named, _)| named.split(|c: char| !c.is_alphanumeric() && c != '_'))
            .map(str::to_owned)
            .collect();
        let missing: Vec<_> = public_types().difference(&looked_at).cloned().collect();
        assert!(
            missing.is_empty(),
            "notte-ext/tests/it/{file} says nothing of {missing:?}: add one of {what:?} for each"
        );
    }
}
