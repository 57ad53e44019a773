//! Types and signatures as short text: the last name of every path, no bodies, no defaults.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// A type, or anything else that consists of tokens.
pub(super) fn short(tokens: &impl ToTokens) -> String {
    let mut words = Vec::new();
    collect(tokens.to_token_stream(), &mut words);
    join(&shorten(words))
}

/// A method: what it takes besides `self`, and what it gives.
pub(super) fn method(signature: &syn::Signature) -> String {
    let bounds = signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    // That a conversion's error can be printed is always asked for.
    let bounds = bounds.map(short).filter(|bound| !bound.ends_with(": Display"));
    let own = signature.generics.type_params().filter(|param| !param.bounds.is_empty()).map(short);
    let bounds: Vec<String> = bounds.chain(own).collect();
    let bound = |name: &str| {
        let bound = bounds.iter().find_map(|bound| bound.strip_prefix(name)?.strip_prefix(": "));
        bound.map(|bound| format!("impl {bound}"))
    };
    let arguments = signature.inputs.iter().filter_map(|input| match input {
        syn::FnArg::Receiver(_) => None,
        syn::FnArg::Typed(argument) => Some(short(&argument.ty)),
    });
    let arguments: Vec<String> = arguments.map(|argument| bound(&argument).unwrap_or(argument)).collect();
    let asynchronous = if signature.asyncness.is_some() { "async " } else { "" };
    let mut text = format!("{asynchronous}({})", arguments.join(", "));
    if let syn::ReturnType::Type(_, given) = &signature.output {
        text.push_str(&format!(" -> {}", short(given)));
    }
    text
}

fn collect(tokens: TokenStream, words: &mut Vec<String>) {
    let mut joint = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                words.push(open.to_owned());
                collect(group.stream(), words);
                words.push(close.to_owned());
            }
            // A lifetime is a quote and its name; who reads the report does not need it.
            TokenTree::Punct(punct) if punct.as_char() == '\'' => words.push("'".to_owned()),
            TokenTree::Punct(punct) => {
                match words.last_mut() {
                    Some(last) if joint => last.push(punct.as_char()),
                    _ => words.push(punct.as_char().to_string()),
                }
                let pair = matches!(punct.as_char(), ':' | '-') && punct.spacing() == Spacing::Joint;
                joint = pair && !joint;
                continue;
            }
            other => words.push(other.to_string()),
        }
        joint = false;
    }
    words.retain(|word| !word.is_empty());
}

/// Drops lifetimes, and all of a path but its last name; `builder::` stays, since builders are called as their types.
fn shorten(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if word == "'" {
            words.next();
            continue;
        }
        let closes = words.peek().is_some_and(|next| matches!(next.as_str(), ">" | ")"));
        if word == "," && closes {
            continue;
        }
        if word == "::" {
            let generic = words.peek().is_some_and(|next| next == "<");
            let named = kept.last().is_some_and(|last| is_name(last));
            if !generic && named && kept.last().is_some_and(|last| last != "builder" && last != "Self" && last != "V") {
                kept.pop();
            } else if kept.last().is_some_and(|last| last == "builder" || last == "Self" || last == "V") {
                kept.push(word);
            }
            continue;
        }
        kept.push(word);
    }
    kept
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphanumeric() || first == '_')
}

fn join(words: &[String]) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| words[index].as_str());
        let space = match (before, word.as_str()) {
            (None, _) => false,
            (Some("," | ":" | "->" | "=" | "+"), _) | (_, "->" | "=" | "+") => true,
            (Some(before), word) => is_name(before) && (is_name(word) || word == "&"),
        };
        if space {
            text.push(' ');
        }
        text.push_str(word);
    }
    text.replace("<>", "")
}
