//! `cargo xtask bench …`: measurements, printed as one table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::Instant;

use serde_json::Value;

use xtask::report::{Failure, io};
use xtask::tools::{cargo, cargo_program, cargo_with, output_of};
use xtask::{output, workspace};

use crate::browser;

/// A line of the table: what, figure, target.
type Row = (String, String, String);

/// The generator's speed and memory, and what notte-api costs to build.
pub(crate) fn codegen() -> Result<(), Failure> {
    let mut rows = generation()?;
    rows.extend(build()?);
    output::line("| what | measured | target |\n|---|---|---|");
    for (what, measured, target) in rows {
        output::line(&format!("| {what} | {measured} | {target} |"));
    }
    Ok(())
}

/// Waiting for 1,000 agents with notte-ext, beside a loop written by hand over reqwest.
pub(crate) fn client() -> Result<(), Failure> {
    cargo(&["build", "--locked", "--release", "--package", "notte-tests", "--bin", "bench_client"])?;
    let result = told(&workspace::target().join("release/bench_client"))?;
    output::line(&format!("{} agents, {} requests", result["agents"], result["requests"]));
    output::line("| what | notte-ext | by hand | ratio | target |\n|---|---|---|---|---|");
    for (what, figure, target) in [("CPU, s", "cpu_s", 1.15), ("peak memory, MB", "peak_mb", 1.5)] {
        let of = |who: &str| result["of"][who][figure].as_f64().unwrap_or(f64::NAN);
        let (ours, by_hand) = (of("notte-ext"), of("reqwest"));
        let ratio = ours / by_hand;
        output::line(&format!("| {what} | {ours:.2} | {by_hand:.2} | {ratio:.2}× | at most {target}× |"));
    }
    Ok(())
}

/// A session of notte-local, beside the same browser driven by hand.
pub(crate) fn local() -> Result<(), Failure> {
    browser::ensure()?;
    cargo(&["build", "--locked", "--release", "--package", "notte-tests", "--bin", "bench_local"])?;
    let result = told(&workspace::target().join("release/bench_local"))?;
    output::line("| what | notte-local | by hand | ratio | target |\n|---|---|---|---|---|");
    for (what, figure, unit, target) in [
        ("start a session", "start", "ms", ""),
        ("goto", "goto", "ms", ""),
        ("observe 200 elements, with the picture", "observe", "ms", ", under 120 ms"),
        ("click", "click", "ms", ""),
        ("scrape as Markdown", "scrape", "ms", ""),
        ("memory of a session", "memory", "MB", ""),
    ] {
        let of = |who: &str| result[who][figure].as_f64().unwrap_or(f64::NAN);
        let (ours, by_hand) = (of("notte-local"), of("by hand"));
        let ratio = ours / by_hand;
        output::line(&format!(
            "| {what} | {ours:.1} {unit} | {by_hand:.1} {unit} | {ratio:.2}× | at most 1.5×{target} |"
        ));
    }
    Ok(())
}

/// The command line: start-up beside curl, size, and how much an agent has to read.
pub(crate) fn cli() -> Result<(), Failure> {
    browser::ensure()?;
    cargo(&["build", "--locked", "--release", "--package", "notte-cli"])?;
    cargo(&["build", "--locked", "--release", "--package", "notte-tests", "--bin", "bench_cli"])?;
    let release = workspace::target().join("release");
    let (program, stripped) = (release.join("notte"), release.join("notte-stripped"));
    let paths = [&program, &stripped].map(|path| path.display().to_string());
    output_of("strip", &["-o", &paths[1], &paths[0]])?;
    let result = output_of(&release.join("bench_cli").display().to_string(), &[&paths[1]])?;
    let result: Value =
        serde_json::from_str(&result).map_err(|error| Failure::check([format!("bench_cli: {error}")]))?;
    let number = |name: &str| result[name].as_f64().unwrap_or(f64::NAN);
    let (list, curl) = (number("list_ms"), number("curl_ms"));
    output::line("| what | measured | target |\n|---|---|---|");
    output::line(&format!("| `notte --version` | {:.1} ms | |", number("version_ms")));
    output::line(&format!("| `notte sessions list` on loopback | {list:.1} ms | |"));
    output::line(&format!("| the same request with curl | {curl:.1} ms | |"));
    output::line(&format!("| more than curl | {:.1} ms | at most 10 ms |", list - curl));
    output::line(&format!("| binary, stripped, with the local engine | {:.1} MB | at most 20 MB |", number("size_mb")));
    for page in result["pages"].as_array().into_iter().flatten() {
        let tokens = |name: &str| page[name].as_f64().unwrap_or(f64::NAN);
        let (observe, delta) = (tokens("observe"), tokens("delta"));
        output::line(&format!(
            "| {}: tokens of observe, delta after a click, scrape | {observe}, {delta} ({:.0} %), {} | delta at most 25 % |",
            page["page"].as_str().unwrap_or_default(),
            100.0 * delta / observe,
            tokens("scrape"),
        ));
    }
    Ok(())
}

/// The JSON that a program of ours prints.
fn told(program: &Path) -> Result<Value, Failure> {
    let output = output_of(&program.display().to_string(), &[])?;
    serde_json::from_str(&output).map_err(|error| Failure::check([format!("{}: {error}", program.display())]))
}

fn generation() -> Result<Vec<Row>, Failure> {
    cargo(&["build", "--locked", "--release", "--package", "notte-api-gen", "--example", "measure"])?;
    let program = workspace::target().join("release/examples/measure");
    let mut arguments = vec![workspace::document()];
    arguments.extend(workspace::files(&workspace::overlays(), &["yaml"])?);
    let mut rows = Vec::new();
    let mut baseline = None;
    for (factor, target) in [(1, "under 0.3 s"), (3, ""), (10, "under 3 s"), (30, "")] {
        // The fastest of three: what else the machine does only ever adds.
        let (mut seconds, mut result) = (f64::INFINITY, Value::Null);
        for _ in 0..3 {
            result = measure(&program, factor, &arguments)?;
            seconds = seconds.min(result["seconds"].as_f64().unwrap_or_default());
        }
        let per_operation = seconds / result["operations"].as_f64().unwrap_or(1.0);
        let growth = per_operation / *baseline.get_or_insert(per_operation);
        rows.push((
            format!("generate {factor}× ({} operations, {} lines)", result["operations"], result["lines"]),
            format!("{seconds:.3} s, {} MB, {growth:.2}× the time per operation of 1×", result["peak_mb"]),
            target.to_owned(),
        ));
    }
    Ok(rows)
}

/// One run of the generator, as the program that measures it describes it.
fn measure(program: &Path, factor: u32, arguments: &[PathBuf]) -> Result<Value, Failure> {
    let mut command = Process::new(program);
    let output =
        command.arg(factor.to_string()).args(arguments).output().map_err(|error| io(program, "run", &error))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        Failure::check([format!("measure: {error}: {}", String::from_utf8_lossy(&output.stderr).trim())])
    })
}

fn build() -> Result<Vec<Row>, Failure> {
    let folder = workspace::root().join("target/bench");
    let _ = std::fs::remove_dir_all(&folder);
    let build = || timed(&folder, &["build", "--locked", "--package", "notte-api"]);
    let cold = build()?;
    let source = workspace::root().join("notte-api/src/lib.rs");
    let touch = || {
        let file = std::fs::File::options().append(true).open(&source).map_err(|error| io(&source, "touch", &error))?;
        file.set_modified(std::time::SystemTime::now()).map_err(|error| io(&source, "touch", &error))
    };
    touch()?;
    let incremental = build()?;
    touch()?;
    let check = timed(&folder, &["check", "--locked", "--package", "notte-api"]).and_then(|_| {
        touch()?;
        timed(&folder, &["check", "--locked", "--package", "notte-api"])
    })?;
    let tree = output_of(
        &cargo_program(),
        &["tree", "--locked", "--package", "notte-api", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"],
    )?;
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let generated: usize = workspace::tree(&workspace::root().join("notte-api/src/generated"))
        .iter()
        .map(|path| std::fs::read_to_string(path).map_or(0, |text| text.lines().count()))
        .sum();
    let row = |what: &str, measured: String, target: &str| (what.to_owned(), measured, target.to_owned());
    Ok(vec![
        row("notte-api, cold build with every dependency", format!("{cold:.1} s"), ""),
        row("notte-api, touched and rebuilt", format!("{incremental:.1} s"), "under 5 s"),
        row("notte-api, touched and checked", format!("{check:.1} s"), ""),
        row("crates of a downstream build with rustls", crates.len().to_string(), "at most 110"),
        row("generated lines", generated.to_string(), ""),
    ])
}

/// The seconds that a cargo command takes in a target folder of its own.
fn timed(folder: &Path, arguments: &[&str]) -> Result<f64, Failure> {
    let started = Instant::now();
    cargo_with(arguments, &[("CARGO_TARGET_DIR", &folder.display().to_string())])?;
    Ok(started.elapsed().as_secs_f64())
}
