//! `cargo xtask demo`: the whole of it on this machine, in one command.

use std::path::Path;
use std::process::{Command, Stdio};

use xtask::report::Failure;
use xtask::tools::cargo;
use xtask::{output, workspace};

use crate::browser;

/// Where the demo saves, under the workspace's root.
const FOLDER: &str = "target/demo";

const NEXT: &str = "\
What next:
  cargo run -p notte-local                         serve the API on this machine; it prints how to reach it
  cargo run -p notte-ext --example quickstart      a program of ten lines against it, in another terminal
  cargo doc -p notte-ext --no-deps --open          the guides, and every type";

/// Where the demo takes place, and what it does.
#[derive(Debug, Default, PartialEq)]
struct Options {
    cloud: bool,
    open: bool,
    task: Option<String>,
    llm_url: Option<String>,
    llm_model: Option<String>,
}

impl Options {
    fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let (name, attached) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
            let value = match name {
                "--cloud" => {
                    options.cloud = true;
                    continue;
                }
                "--open" => {
                    options.open = true;
                    continue;
                }
                "--task" => &mut options.task,
                "--llm-url" => &mut options.llm_url,
                "--llm-model" => &mut options.llm_model,
                _ => return Err(Failure::input([format!("demo: unknown option `{word}`; see `cargo xtask help`")])),
            };
            let given = attached.or_else(|| words.next()).filter(|given| !given.is_empty());
            *value = Some(given.ok_or_else(|| Failure::input([format!("demo: {name} needs a value")]))?.to_owned());
        }
        let model = options.llm_url.is_some() && options.llm_model.is_some();
        if options.llm_url.is_some() != options.llm_model.is_some() {
            return Err(Failure::input(["demo: --llm-url and --llm-model go together"]));
        }
        if options.cloud && model {
            return Err(Failure::input(["demo: the cloud has models of its own; leave --llm-url and --llm-model out"]));
        }
        if options.task.is_some() != model && !options.cloud {
            return Err(Failure::input([
                "demo: an agent needs a task and a model: --task TEXT|FILE --llm-url URL --llm-model NAME \
                 (for example http://localhost:11434/v1 and qwen3, with Ollama), or --task with --cloud",
            ]));
        }
        Ok(options)
    }

    /// The demo program's arguments.
    fn arguments(&self, folder: &Path) -> Vec<String> {
        let task = self.task.as_ref().map(|task| std::fs::read_to_string(task).unwrap_or_else(|_| task.clone()));
        let mut arguments = vec![folder.display().to_string()];
        arguments.extend(self.cloud.then(|| "--cloud".to_owned()));
        for (name, value) in [("--task", &task), ("--llm-url", &self.llm_url), ("--llm-model", &self.llm_model)] {
            arguments.extend(value.iter().flat_map(|value| [name.to_owned(), value.clone()]));
        }
        arguments
    }
}

/// Finds or installs a browser, unless the cloud's is used, then runs the demo.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let options = Options::parse(words)?;
    if !options.cloud {
        browser::ensure()?;
    } else if std::env::var("NOTTE_API_KEY").is_ok_and(|key| !key.is_empty()) {
        output::progress("in Notte's cloud: the session is billed");
    } else {
        return Err(Failure::input(["NOTTE_API_KEY is not set; a key comes from https://console.notte.cc"]));
    }
    let folder = workspace::root().join(FOLDER);
    let demo = ["run", "--locked", "--package", "notte-tests", "--bin", "demo", "--"].map(str::to_owned);
    let arguments = [demo.to_vec(), options.arguments(&folder)].concat();
    output::progress("building notte-local, notte-ext and the demo: about four minutes on two cores, the first time");
    cargo(&arguments.iter().map(String::as_str).collect::<Vec<_>>())?;
    let replay = if options.cloud { "replay.mp4" } else { "replay.webm" };
    output::line("");
    for (what, file) in [("screenshot", "screenshot.jpg"), ("replay", replay)] {
        let path = folder.join(file);
        output::line(&format!("{what:<12}{}", path.display()));
        if options.open && !open(&path) {
            output::progress(&format!("nothing here opens {}: open it by hand", path.display()));
        }
    }
    output::line(&format!("\n{NEXT}"));
    Ok(())
}

/// Opens a file with the user's own program for it.
fn open(path: &Path) -> bool {
    let words: &[&str] = if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["cmd", "/C", "start", ""]
    } else {
        &["xdg-open"]
    };
    let started =
        Command::new(words[0]).args(&words[1..]).arg(path).stdout(Stdio::null()).stderr(Stdio::null()).status();
    started.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(words: &[&str]) -> bool {
        Options::parse(words).is_err_and(|failure| failure.code() == 2)
    }

    #[test]
    fn options_are_read_in_either_form_and_half_an_agent_is_refused() {
        let agent = ["--task", "Find a tea", "--llm-url=http://localhost:1/v1", "--llm-model", "m", "--open"];
        let options = Options::parse(&agent).unwrap();
        assert_eq!(options.llm_url.as_deref(), Some("http://localhost:1/v1"));
        assert!(options.open && !options.cloud);
        assert!(refused(&agent[..2]) && refused(&agent[2..]) && refused(&agent[..3]));
        assert!(refused(&["--task"]) && refused(&["--task", ""]) && refused(&["--target", "x"]) && refused(&["x"]));
        assert!(Options::parse(&["--cloud", "--task", "x"]).is_ok());
        assert!(refused(&["--cloud", "--task", "x", "--llm-url", "u", "--llm-model", "m"]));
    }

    #[test]
    fn a_task_is_read_from_a_file_of_that_name() {
        let path = std::env::temp_dir().join(format!("notte-demo-task-{}", std::process::id()));
        std::fs::write(&path, "What is in stock?").unwrap();
        let task = |task: &str| Options { task: Some(task.to_owned()), ..Options::default() };
        let given = task(&path.display().to_string()).arguments(Path::new("out"));
        std::fs::remove_file(path).unwrap();
        assert_eq!(given, ["out", "--task", "What is in stock?"]);
        assert_eq!(task("Buy tea").arguments(Path::new("out")), ["out", "--task", "Buy tea"]);
    }
}
