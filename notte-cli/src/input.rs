//! Values from a command line: text, `@file`, `-` for stdin, `env:NAME`; secrets never as plain text.

use std::{
    io::{IsTerminal as _, Read as _},
    path::{Component, Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    table::{Field, Holds},
};

/// Whether the arguments come from a model through MCP: then a text stands for itself alone, and files stay below the
/// working folder, so that a page that talks the model into it can read neither files nor variables of this machine.
static FROM_MODEL: AtomicBool = AtomicBool::new(false);

/// Says that arguments come from a model from now on.
pub(crate) fn from_model() {
    FROM_MODEL.store(true, Ordering::Relaxed);
}

fn is_from_model() -> bool {
    FROM_MODEL.load(Ordering::Relaxed)
}

/// The path of a file of this machine.
pub(crate) fn path(text: &str) -> Result<PathBuf> {
    let path = PathBuf::from(text);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if is_from_model() && !inside {
        return Err(Error::usage(format!("{text:?} is outside of the folder that the server works in")));
    }
    Ok(path)
}

/// The value of a field, read as the field's kind.
pub(crate) fn value(field: &Field<'_>, text: &str) -> Result<Value> {
    let name = field.name;
    if field.secret && !is_reference(text) {
        return Err(secret_in_arguments(name));
    }
    let invalid = |what: &str| Error::usage(format!("`{name}` is not {what}: {text:?}"));
    Ok(match field.holds {
        Holds::Text if field.secret => json!(reference(name, text)?),
        Holds::Text => match file_of(text) {
            Some(path) => json!(read_file(path)?),
            None => json!(text),
        },
        Holds::File => json!(path(text)?),
        Holds::Integer => json!(text.parse::<i64>().map_err(|_| invalid("an integer"))?),
        Holds::Number => json!(text.parse::<f64>().map_err(|_| invalid("a number"))?),
        Holds::Flag => json!(text.parse::<bool>().map_err(|_| invalid("true or false"))?),
        Holds::Texts => match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(items)) => Value::Array(items),
            _ => json!([text]),
        },
        Holds::Json => json_text(name, text)?,
    })
}

/// JSON given as text, `@file`, `-` or `env:NAME`.
pub(crate) fn json_text(name: &str, text: &str) -> Result<Value> {
    let text = reference(name, text)?;
    serde_json::from_str(&text).map_err(|error| {
        Error::usage(format!("`{name}` is not valid JSON: {error}"))
            .hint("quote it for the shell, or pass @FILE or - for stdin")
    })
}

/// The text that `@file`, `-` or `env:NAME` stands for, or the text itself.
pub(crate) fn reference(name: &str, text: &str) -> Result<String> {
    if is_from_model() {
        return Ok(text.to_owned());
    }
    if text == "-" {
        return stdin();
    }
    if let Some(path) = text.strip_prefix('@') {
        return read_file(Path::new(path)).map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if let Some(variable) = text.strip_prefix("env:") {
        return std::env::var(variable)
            .map_err(|_| Error::usage(format!("`{name}` names the variable {variable}, which is not set")));
    }
    Ok(text.to_owned())
}

pub(crate) fn is_reference(text: &str) -> bool {
    is_from_model() || text == "-" || text.starts_with('@') || text.starts_with("env:")
}

pub(crate) fn secret_in_arguments(name: &str) -> Error {
    Error::usage(format!("`{name}` is a secret: other users can read it on a command line"))
        .hint("pass `-` (stdin), `@FILE` or `env:VARIABLE` in its place")
}

/// `@file` for long texts; an address such as `@name` on a page is not a file that exists.
fn file_of(text: &str) -> Option<&Path> {
    text.strip_prefix('@').map(Path::new).filter(|path| !is_from_model() && path.is_file())
}

fn read_file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))
}

/// All of stdin, without the line end that a shell adds.
pub(crate) fn stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Error::usage(format!("stdin cannot be read as text: {error}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A secret from stdin, or typed unseen on a terminal.
pub(crate) fn secret(prompt: &str) -> Result<String> {
    let text = if std::io::stdin().is_terminal() {
        rpassword::prompt_password(prompt)
            .map_err(|error| Error::usage(format!("the terminal cannot be read: {error}")))?
    } else {
        stdin()?
    };
    let text = text.trim().to_owned();
    if text.is_empty() { Err(Error::usage("nothing was entered")) } else { Ok(text) }
}

/// Asks on the terminal. Without a terminal, and at the end of input, the answer is no.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    if std::io::stdin().is_terminal() {
        anstream::eprint!("{question} [y/N] ");
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line).unwrap_or(0);
        if read > 0 && matches!(line.trim().to_lowercase().as_str(), "y" | "yes") {
            return Ok(());
        }
    }
    Err(Error::usage(format!("{question} It was not confirmed.")).hint("pass --yes to confirm"))
}
