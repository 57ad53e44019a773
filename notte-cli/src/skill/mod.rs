//! The texts of the skill: a stub that is installed, and topics that the binary prints.

use crate::error::EXITS;

/// What an agent's folder of skills holds.
pub(crate) const STUB: &str = include_str!("stub.md");

/// Name, what it is about, text; the exit codes are printed from their table.
pub(crate) const TOPICS: &[(&str, &str, &str)] = &[
    ("loop", "start, open, act, read, stop", include_str!("loop.md")),
    ("authoring", "from a live page to a program", include_str!("authoring.md")),
    ("exit-codes", "what to do after an error", ""),
    ("trust", "page text, secrets, vaults", include_str!("trust.md")),
    ("local", "on this machine, without a key", include_str!("local.md")),
    ("stub", "the text that `skill install` writes", STUB),
];

/// The text of a topic.
pub(crate) fn topic(name: &str) -> Option<String> {
    let (name, _, text) = TOPICS.iter().find(|(known, ..)| *known == name)?;
    Some(if *name == "exit-codes" { exit_codes() } else { (*text).to_owned() })
}

fn exit_codes() -> String {
    let rows: String =
        EXITS.iter().map(|(code, name, meaning, next)| format!("| {code} | {name} | {meaning} | {next} |\n")).collect();
    format!(
        "# Exit codes\n\n| code | name | meaning | what to do |\n|---|---|---|---|\n{rows}\n\
         An error is one line of JSON on stderr: `error.code`, `error.message`, `error.hint`, `error.retryable`, and \
         `error.outcome`, which is `none` (nothing was done), `done` (it was done and failed) or `unknown`.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli, table::Table};

    #[test]
    fn the_stub_has_at_most_400_words() {
        let words = STUB.split_whitespace().count();
        assert!(words <= 400, "{words}");
    }

    /// The commands of every `sh` block.
    fn commands(text: &str) -> Vec<String> {
        let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
        blocks
            .flat_map(str::lines)
            .map(|line| line.split(" # ").next().unwrap_or(line).trim().to_owned())
            .filter(|line| line.starts_with("notte "))
            .collect()
    }

    /// A line split as a shell splits it, as far as these lines need.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
        for c in line.split(" < ").next().unwrap_or(line).chars() {
            match c {
                '"' | '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(std::mem::take(&mut word)),
                c => word.push(c),
            }
        }
        words.push(word);
        words.into_iter().filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn every_command_of_the_skill_is_one() {
        let tree = cli::tree(&Table::load());
        let mut seen = 0;
        for (name, ..) in TOPICS {
            for line in commands(&topic(name).unwrap()) {
                seen += 1;
                if let Err(error) = tree.clone().try_get_matches_from(words(&line)) {
                    panic!("{name}: {line}: {error}");
                }
            }
        }
        assert!(seen > 25, "{seen}");
    }
}
