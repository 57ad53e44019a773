//! Drops from typify's tokens what ours replaces, before anything is parsed: it is most of them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The items that are kept.
pub(super) fn pruned(tokens: TokenStream) -> TokenStream {
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
        if ends && is_replaced(&item) {
            item.clear();
        } else if ends {
            kept.append(&mut item);
        }
    }
    kept.append(&mut item);
    kept.into_iter().collect()
}

/// Builders, conversions and their errors are ours.
fn is_replaced(item: &[TokenTree]) -> bool {
    let words: Vec<String> = item.iter().filter_map(word).filter(|word| word != "pub").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &*words {
        ["mod", ..] => true,
        ["impl", rest @ ..] => !rest.contains(&"for") || is_conversion(item),
        _ => false,
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
