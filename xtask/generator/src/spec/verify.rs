//! `cargo xtask spec verify`: what the service really answers, held against the document with its overlays.

mod answer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use heck::ToSnakeCase;
use notte_api_gen::diff::Side;
use serde_json::Value;

use crate::codegen::Inputs;
use crate::report::{Failure, io};
use crate::tools::cargo_with;
use crate::{output, workspace};

/// Where the answers are.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// A folder of recorded answers: JSON bodies, named after their operations (`session_status.json`, or
    /// `session_status.closed.json` where there are several). Without it the live service is asked, by reading only:
    /// `NOTTE_API_KEY` has to be set.
    #[arg(long, value_name = "DIR")]
    tape: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match &args.tape {
        Some(folder) => verify(folder),
        None => live(),
    }
}

/// Records what the operations without parameters answer, and verifies that.
fn live() -> Result<(), Failure> {
    if std::env::var_os("NOTTE_API_KEY").is_none_or(|key| key.is_empty()) {
        return Err(Failure::input([
            "the live service asks for a key: set NOTTE_API_KEY (https://console.notte.cc), or name a --tape",
        ]));
    }
    let folder = workspace::root().join("target/tape");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| io(&folder, "create", &error))?;
    let name = folder.display().to_string();
    let recorded =
        cargo_with(&["run", "--quiet", "--package", "notte-tests", "--bin", "record_tape", "--", &name], &[]);
    // What was recorded is verified, even where an operation did not answer.
    let result = verify(&folder).and(recorded);
    // Answers are somebody's data.
    let _ = std::fs::remove_dir_all(&folder);
    result
}

fn verify(folder: &Path) -> Result<(), Failure> {
    let inputs = Inputs::read(None, None, false)?;
    let overlays: Vec<_> = inputs.overlays.iter().map(|(name, bytes)| notte_api_gen::Input { name, bytes }).collect();
    let input = notte_api_gen::Input { name: &inputs.document.0, bytes: &inputs.document.1 };
    let document =
        Side::document(input, &overlays).map_err(|errors| Failure::input(errors.iter().map(ToString::to_string)))?;
    let schemas = answers(&document);
    let files = workspace::files(folder, &["json"])?;
    let mut problems = Vec::new();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let operation = name.split('.').next().unwrap_or_default();
        let Some(schema) = schemas.get(operation) else {
            problems.push(format!("{name}: the document has no operation `{operation}` that answers JSON"));
            continue;
        };
        let body: Value = serde_json::from_slice(&workspace::read(path)?)
            .map_err(|error| Failure::input([format!("{name}: no JSON: {error}")]))?;
        problems
            .extend(answer::misfits(&document, schema, &body).into_iter().map(|misfit| format!("{name}: {misfit}")));
    }
    if files.is_empty() {
        return Err(Failure::input([format!("{}: holds no recorded answer (*.json)", folder.display())]));
    }
    let summary = format!("{} answers, {} differences from the document", files.len(), problems.len());
    if problems.is_empty() {
        output::line(&summary);
        return Ok(());
    }
    Err(Failure::check(problems.into_iter().chain([summary])))
}

/// What each operation answers, by its id in snake case.
fn answers(document: &Value) -> BTreeMap<String, Value> {
    let mut answers = BTreeMap::new();
    let operations = object(document.get("paths")).flat_map(|(_, item)| object(Some(item)));
    for (_, operation) in operations {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
        let success = object(operation.get("responses")).find(|(status, _)| status.starts_with('2'));
        let schema = success.and_then(|(_, response)| response.pointer("/content/application~1json/schema"));
        if let Some(schema) = schema {
            answers.insert(id.to_snake_case(), schema.clone());
        }
    }
    answers
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
