//! Generates the client of a document made N times as large, and prints what it took as JSON.
//!
//! `measure FACTOR DOCUMENT [OVERLAY…]`

#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;
use std::time::Instant;

use notte_api_gen::{Input, Options, generate, load, normalise, overlay};
use serde_json::{Map, Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let factor: usize = arguments.next().ok_or("which factor?")?.parse()?;
    let document = arguments.next().ok_or("which document?")?;
    let (mut value, _) = normalise(load(&std::fs::read(&document)?, &document)?.value);
    for file in arguments {
        let overlay = overlay::parse(&std::fs::read(&file)?, &file).map_err(|_| format!("{file} does not parse"))?;
        overlay::apply(&mut value, &[overlay]).map_err(|_| format!("{file} does not apply"))?;
    }
    let bytes = serde_json::to_vec(&scaled(&value, factor))?;

    let started = Instant::now();
    let input = Input { name: "scaled", bytes: &bytes };
    let generation = generate(input, &[], Options::default()).map_err(|failure| format!("{failure:?}"))?;
    let seconds = started.elapsed().as_secs_f64();
    let lines: usize = generation.files.iter().map(|file| file.text.lines().count()).sum();
    println!(
        "{}",
        json!({ "operations": generation.api.operations.len(), "lines": lines, "seconds": seconds, "peak_mb": peak_memory_mb() })
    );
    Ok(())
}

/// The document with every path and component there `factor` times, each copy referring to its own.
fn scaled(document: &Value, factor: usize) -> Value {
    let mut scaled = document.clone();
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for copy in 0..factor {
        let mut one = document.clone();
        rename(&mut one, &format!("Copy{copy}"));
        let take = |one: &Value, pointer| one.pointer(pointer).and_then(Value::as_object).cloned().unwrap_or_default();
        paths.extend(take(&one, "/paths").into_iter().map(|(path, item)| (format!("/copy{copy}{path}"), item)));
        schemas.extend(
            take(&one, "/components/schemas").into_iter().map(|(name, schema)| (format!("{name}Copy{copy}"), schema)),
        );
    }
    scaled["paths"] = Value::Object(paths);
    scaled["components"]["schemas"] = Value::Object(schemas);
    scaled
}

/// Suffixes operation ids and references to components.
fn rename(value: &mut Value, suffix: &str) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "operationId" || text.starts_with("#/components/schemas/") => {
                        text.push_str(suffix);
                    }
                    member => rename(member, suffix),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, suffix)),
        _ => {}
    }
}

/// The most memory this process ever held, where the system tells.
fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
