//! The workspace's own commands. What needs the generator is run from `xtask/generator`.

mod bench;
mod browser;
mod ci;
mod conformance;
mod demo;
mod generator;
mod release;
mod tidy;

use std::process::ExitCode;

use xtask::report::Failure;
use xtask::{output, transaction, workspace};

const HELP: &str = "\
The workspace's own commands.

Usage: cargo xtask COMMAND

  demo            Runs a session from its start to its replay, over notte-local and a real browser on this machine.
                    --open                    open the screenshot and the replay at the end
                    --task TEXT|FILE          give an agent this task
                    --llm-url URL             the agent's model: an endpoint that speaks OpenAI's chat completions,
                    --llm-model NAME          and its name there; a key is read from NOTTE_LOCAL_LLM_KEY
                    --cloud                   run in Notte's cloud, with NOTTE_API_KEY; the session is billed
  test            Runs every test of the workspace.
  ci [JOB]        Runs the jobs of continuous integration, or one of them:
                    {JOBS}
  codegen         Generates notte-api from the vendored document and its overlays; see `codegen --help`.
  spec            Lints, compares, fetches, adopts and verifies OpenAPI documents; see `spec --help`.
  tidy            Checks the repository's own rules: layers, headers, line ends.
  bench WHAT      Measures `codegen`, `client`, `local` or `cli`.
  conformance     Drives notte-local with the official Python SDKs (`sdk`), a fuzzer (`fuzz`), Playwright and
    [PART]          puppeteer (`attach`), and `notte mcp` with the official client (`mcp`). Needs Python and PyPI.
  release         Checks everything that a release needs, and prints its tag and commands; publishes nothing.
    --dry-run

Exit codes: 0 done; 1 a check failed (drift, lint errors, failing tests); 2 bad usage or input, nothing written;
`spec` commands also: 3 a document that cannot be read, 4 a change that no rule knows.";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // An adoption that was killed half way is completed before anybody looks at the tree.
    transaction::recover(workspace::root()).and_then(|()| run(&words)).unwrap_or_else(|failure| {
        failure.print();
        ExitCode::from(failure.code())
    })
}

fn run(words: &[&str]) -> Result<ExitCode, Failure> {
    match words {
        ["codegen" | "spec", ..] => return generator::pass(words),
        [] | ["help" | "--help" | "-h", ..] | [_, "--help" | "-h"] => {
            output::line(&HELP.replace("{JOBS}", &ci::names()));
        }
        ["demo", options @ ..] => demo::run(options)?,
        ["test"] => ci::test()?,
        ["ci"] => ci::every()?,
        ["ci", job] => ci::one(job)?,
        ["tidy"] => tidy::run()?,
        ["bench", "codegen"] => bench::codegen()?,
        ["bench", "client"] => bench::client()?,
        ["bench", "local"] => bench::local()?,
        ["bench", "cli"] => bench::cli()?,
        ["release", "--dry-run"] => release::dry_run()?,
        ["conformance"] => conformance::run(None)?,
        ["conformance", part] => conformance::run(Some(part))?,
        _ => {
            let line = words.join(" ");
            return Err(Failure::input([format!("unknown: `{line}`; `cargo xtask help` lists every command")]));
        }
    }
    Ok(ExitCode::SUCCESS)
}
