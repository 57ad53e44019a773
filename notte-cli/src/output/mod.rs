//! What is printed: data on stdout in the form that was asked for, everything else on stderr.

pub(crate) mod jq;
pub(crate) mod mask;
pub(crate) mod progress;
pub(crate) mod table;

use std::io::{IsTerminal as _, Write as _};

use serde_json::{Map, Value, json};

use crate::{
    context::Globals,
    error::{Error, Result},
};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    Json,
    Jsonl,
    Yaml,
}

impl Format {
    pub(crate) fn named(name: &str) -> Result<Self> {
        Ok(match name {
            // What the official CLI calls it.
            "table" | "text" => Self::Table,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::Jsonl,
            "yaml" => Self::Yaml,
            _ => {
                return Err(
                    Error::usage(format!("there is no output format {name:?}")).hint("table, json, jsonl or yaml")
                );
            }
        })
    }
}

/// What a command has to say.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) value: Value,
    /// For people, and where a page is shown: in place of a table.
    pub(crate) text: Option<String>,
    /// The text is printed to a pipe as well.
    pub(crate) text_first: bool,
    pub(crate) columns: &'static [&'static str],
    /// What the program ends with.
    pub(crate) exit: u8,
}

impl Output {
    /// Everything was printed already.
    pub(crate) fn nothing() -> Self {
        Self::content(Value::Null, "")
    }

    pub(crate) fn json(value: Value) -> Self {
        Self { value, ..Self::default() }
    }

    pub(crate) fn table(value: Value, columns: &'static [&'static str]) -> Self {
        Self { value, columns, ..Self::default() }
    }

    /// A line for people; `value` where data is asked for.
    pub(crate) fn text(value: Value, text: impl Into<String>) -> Self {
        Self { value, text: Some(text.into()), ..Self::default() }
    }

    /// Text that is the data itself, such as a page or a program, unless a format is asked for.
    pub(crate) fn content(value: Value, text: impl Into<String>) -> Self {
        Self { text_first: true, ..Self::text(value, text) }
    }
}

/// Prints in the form that the flags ask for.
pub(crate) struct Printer {
    format: Option<Format>,
    fields: Vec<String>,
    jq: Option<jq::Filter>,
    quiet: bool,
    max: Option<usize>,
}

impl Printer {
    pub(crate) fn new(globals: &Globals) -> Result<Self> {
        Ok(Self {
            format: globals.format,
            fields: globals.fields.clone(),
            jq: globals.jq.as_deref().map(jq::Filter::new).transpose()?,
            quiet: globals.quiet,
            max: globals.max_output,
        })
    }

    /// The format in use: what was asked for, else a table on a terminal and JSON in a pipe.
    pub(crate) fn format(&self) -> Format {
        match self.format {
            Some(format) => format,
            None if self.jq.is_some() => Format::Json,
            None if std::io::stdout().is_terminal() => Format::Table,
            None => Format::Json,
        }
    }

    /// Whether errors and events are read by a program.
    pub(crate) fn is_machine(&self) -> bool {
        !std::io::stderr().is_terminal() || matches!(self.format, Some(Format::Json | Format::Jsonl))
    }

    /// A remark on stderr.
    pub(crate) fn note(&self, text: &str) {
        if self.quiet {
            return;
        }
        if self.is_machine() {
            event(&json!({"event": "note", "message": text}));
        } else {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// Prints what a command returned.
    pub(crate) fn print(&self, output: &Output) -> Result<()> {
        if output.value.is_null() && output.text.as_deref() == Some("") {
            return Ok(());
        }
        let as_text = match self.format {
            None => {
                self.jq.is_none() && self.fields.is_empty() && (output.text_first || self.format() == Format::Table)
            }
            Some(format) => format == Format::Table && self.jq.is_none(),
        };
        let text = if as_text {
            match &output.text {
                Some(text) if std::io::stdout().is_terminal() => with_newline(table::plain(text)),
                Some(text) => with_newline(text.clone()),
                None => table::render(&self.select(&output.value), output.columns),
            }
        } else {
            let mut text = String::new();
            for value in self.filtered(&output.value)? {
                text.push_str(&self.encode(&value)?);
            }
            text
        };
        self.emit(&text)
    }

    /// Prints one item of many as it comes, a line each.
    pub(crate) fn item(&self, value: &Value) -> Result<()> {
        for value in self.filtered(value)? {
            write(&format!("{value}\n"))?;
        }
        Ok(())
    }

    fn filtered(&self, value: &Value) -> Result<Vec<Value>> {
        let value = self.select(value);
        match &self.jq {
            Some(filter) => filter.run(&value),
            None => Ok(vec![value]),
        }
    }

    /// The fields of `--json`, of each item of a list.
    fn select(&self, value: &Value) -> Value {
        if self.fields.is_empty() {
            return value.clone();
        }
        let pick = |value: &Value| {
            let picked = self.fields.iter().map(|name| {
                (name.clone(), value.pointer(&format!("/{}", name.replace('.', "/"))).cloned().unwrap_or_default())
            });
            Value::Object(picked.collect::<Map<String, Value>>())
        };
        match items(value) {
            Some(items) => items.iter().map(pick).collect(),
            None => pick(value),
        }
    }

    fn encode(&self, value: &Value) -> Result<String> {
        Ok(match self.format() {
            // A text that a filter picked is the text itself.
            Format::Table | Format::Json if self.jq.is_some() => match value {
                Value::String(text) => format!("{text}\n"),
                value => format!("{value}\n"),
            },
            Format::Jsonl => match items(value) {
                Some(items) => items.iter().map(|item| format!("{item}\n")).collect(),
                None => format!("{value}\n"),
            },
            Format::Yaml => yaml_serde::to_string(value).map_err(|error| Error::failed(error.to_string()))?,
            Format::Json | Format::Table if std::io::stdout().is_terminal() => format!("{value:#}\n"),
            Format::Json | Format::Table => format!("{value}\n"),
        })
    }

    /// Writes to stdout; what is longer than `--max-output` goes to a file, whose path is the last line.
    fn emit(&self, text: &str) -> Result<()> {
        let Some(max) = self.max.filter(|max| text.chars().count() > *max) else { return write(text) };
        let head: String = text.chars().take(max).collect();
        let file = tempfile::Builder::new().prefix("notte-output-").suffix(".txt").tempfile();
        let kept = file.and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.keep().map(|(_, path)| path).map_err(|error| error.error)
        });
        let path = kept
            .map_err(|error| Error::failed(format!("the rest of the output cannot be written to a file: {error}")))?;
        write(&with_newline(head))?;
        let rest = text.chars().count() - max;
        self.note(&format!("cut after {max} characters, {rest} more; everything is in {}", path.display()));
        Ok(())
    }
}

/// The items of a list, or of a page of one.
pub(crate) fn items(value: &Value) -> Option<&Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        Value::Object(map) => map.get("items").and_then(Value::as_array).or_else(|| {
            // An envelope around one list.
            let mut lists = map.values().filter_map(Value::as_array);
            lists.next().filter(|_| lists.next().is_none() && map.len() <= 3)
        }),
        _ => None,
    }
}

fn with_newline(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Writes to stdout. A reader that has gone ends the program quietly: it has what it wanted.
pub(crate) fn write(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(crate::error::Exit::Failed, "closed_stdout", ""))
        }
        Err(error) => Err(Error::failed(format!("stdout cannot be written: {error}"))),
    }
}

/// One line of JSON on stderr.
pub(crate) fn event(value: &Value) {
    let _ = writeln!(anstream::stderr(), "{value}");
}

/// Prints an error on stderr, in its one shape.
pub(crate) fn error(error: &Error, machine: bool) {
    if error.code == "closed_stdout" {
        return;
    }
    if machine {
        event(&error.json());
        return;
    }
    let mut stderr = anstream::stderr();
    let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let _ = writeln!(stderr, "{style}error{style:#} ({}): {}", error.code, table::plain(&error.message));
    if let Some(hint) = &error.hint {
        let _ = writeln!(stderr, "hint: {hint}");
    }
}
