//! Drops from progenitor's tokens what ours replaces, before anything is parsed: it is most of them.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What a stream of tokens holds.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    /// The items of the file.
    File,
    /// The types.
    Types,
    /// The items of `mod builder`.
    Builders,
    /// The methods of a builder.
    Methods,
}

/// The items that are kept.
pub(super) fn pruned(tokens: TokenStream, scope: Scope) -> TokenStream {
    let mut kept = Vec::new();
    let mut item = Vec::new();
    for token in tokens {
        // An item ends with its block or a semicolon.
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        item.push(token);
        if ends {
            prune(&mut item, scope);
            kept.append(&mut item);
        }
    }
    kept.append(&mut item);
    kept.into_iter().collect()
}

/// Empties an item that is dropped, and prunes within one that is kept.
fn prune(item: &mut Vec<TokenTree>, scope: Scope) {
    let words: Vec<String> = item.iter().filter_map(word).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !["pub", "async"].contains(word)).collect();
    match (scope, &*words) {
        // They are asked for apart.
        (Scope::File, ["mod", "types"]) => item.clear(),
        (Scope::File, ["mod", "builder"]) => within(item, Scope::Builders),
        (Scope::Builders, ["impl", ..]) => within(item, Scope::Methods),
        // `Client` gets our methods; typify's builders, conversions and their errors are replaced.
        (Scope::File | Scope::Types, ["impl", rest @ ..]) if !rest.contains(&"for") => item.clear(),
        (Scope::Types, ["mod", ..]) => item.clear(),
        (Scope::Types, ["impl", ..]) if is_conversion(item) => item.clear(),
        (Scope::Methods, ["fn", name, ..]) if !["new", "body", "body_map", "send"].contains(name) => item.clear(),
        _ => {}
    }
}

fn within(item: &mut [TokenTree], scope: Scope) {
    if let Some(TokenTree::Group(block)) = item.last_mut() {
        *block = Group::new(block.delimiter(), pruned(block.stream(), scope));
    }
}

/// Whether the trait of an `impl`, the last word before its arguments, is one of those that typify writes from texts.
fn is_conversion(item: &[TokenTree]) -> bool {
    let head = item.iter().skip_while(|token| word(token).is_none_or(|word| word != "impl")).skip(1);
    let path = head.take_while(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() != '<',
        token => word(token).is_none_or(|word| word != "for"),
    });
    path.filter_map(word).last().is_some_and(|name| ["Display", "FromStr", "TryFrom"].contains(&name.as_str()))
}

fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}
