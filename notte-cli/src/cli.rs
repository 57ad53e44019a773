//! The command tree: global flags, then one branch a noun, made of the table of commands.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::{
    commands::{LEAVES, Leaf, Run},
    error::{Error, Result},
    table::{Field, Holds, Operation, Place, Table},
};

/// Descriptions of the nouns.
const NOUNS: &[(&str, &str, &[&str])] = &[
    ("auth", "Sign in, sign out, and see which key is used", &[]),
    ("sessions", "Browser sessions: start, stop, list, watch, record", &["session"]),
    ("page", "Observe a page and act on it", &[]),
    ("agents", "Agents that work on a task in a session", &["agent"]),
    ("functions", "Python functions that run on the service", &["function"]),
    ("vaults", "Logins and cards that are filled in on pages", &["vault"]),
    ("vaults credentials", "The logins of a vault", &[]),
    ("vaults card", "The payment card of a vault", &[]),
    ("personas", "Identities with a mailbox and a phone number", &["persona"]),
    ("profiles", "Browser profiles that outlive a session", &["profile"]),
    ("files", "Files of a session and of the account", &["file"]),
    ("secrets", "Values that functions read", &["secret"]),
    ("usage", "What was used and what it cost", &[]),
    ("prompts", "Improve a task before an agent works on it", &["prompt"]),
    ("connections", "Managed logins that sessions use", &["managed-auth"]),
    ("local", "The API on this machine, without a key", &[]),
    ("mcp", "The Model Context Protocol server", &[]),
    ("skill", "Instructions for coding agents", &["skills"]),
];

/// The whole tree.
pub(crate) fn tree(table: &Table) -> Command {
    let mut root = globals(Command::new("notte"))
        .version(env!("CARGO_PKG_VERSION"))
        .about("Notte on the command line: browser sessions, page control, agents, and a local engine")
        .after_help(
            "`notte describe` lists every operation of the API; `notte skill show` explains the loop for agents.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .infer_long_args(false)
        .max_term_width(110);
    for leaf in LEAVES {
        root = insert(root, leaf.words(), leaf, table);
    }
    root
}

fn insert(parent: Command, words: &[&'static str], leaf: &'static Leaf, table: &Table) -> Command {
    let Some((&first, rest)) = words.split_first() else { return parent };
    if rest.is_empty() && parent.find_subcommand(first).is_none() {
        return parent.subcommand(leaf_command(Command::new(first), leaf, table));
    }
    if parent.find_subcommand(first).is_none() {
        let path = format!(
            "{}{first}",
            if parent.get_name() == "notte" { String::new() } else { format!("{} ", parent.get_name()) }
        );
        let (_, about, aliases) = NOUNS.iter().find(|(name, ..)| *name == path).copied().unwrap_or((first, "", &[]));
        let noun = Command::new(first)
            .about(about)
            .aliases(aliases.iter().copied())
            .subcommand_required(true)
            .arg_required_else_help(true);
        return parent.subcommand(insert(noun, rest, leaf, table));
    }
    parent.mut_subcommand(first, |command| {
        // A noun that does something by itself as well, such as `usage`.
        if rest.is_empty() {
            leaf_command(command, leaf, table).subcommand_required(false).arg_required_else_help(false)
        } else {
            insert(command, rest, leaf, table)
        }
    })
}

fn leaf_command(command: Command, leaf: &'static Leaf, table: &Table) -> Command {
    let operation = leaf.operation.and_then(|id| table.find(id));
    let about =
        if leaf.about.is_empty() { operation.map(first_sentence).unwrap_or_default() } else { leaf.about.to_owned() };
    let command = command.about(about).aliases(leaf.aliases.iter().copied());
    let command = match (operation, leaf.flags) {
        (Some(operation), true) => operation_arguments(command, operation, leaf, table),
        _ => command,
    };
    match &leaf.run {
        Run::Custom { arguments, .. } => arguments(command),
        Run::Operation => command,
    }
}

fn first_sentence(operation: &Operation) -> String {
    let text = operation.description.as_deref().or(operation.summary.as_deref()).unwrap_or_default();
    text.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Flags for everything that the operation takes; ids of the path, and what the table names, are positions as well.
fn operation_arguments(mut command: Command, operation: &Operation, leaf: &'static Leaf, table: &Table) -> Command {
    let mut place = 0;
    for field in table.fields(operation) {
        if field.name == "session_id" || leaf.hidden.contains(&field.name) {
            continue;
        }
        let position = field.place == Place::Path || leaf.positions.contains(&field.name);
        if position {
            place += 1;
            let shown = Arg::new(format!("@{}", field.name))
                .value_name(field.name.to_uppercase())
                .help(short(field.description))
                .index(place);
            // Words that need no quotes: `notte search what is a monad`.
            let shown =
                if field.place == Place::Body && field.holds == Holds::Text { shown.num_args(1..) } else { shown };
            command = command.arg(shown);
        }
        command = command.arg(flag(&field).hide(position));
    }
    if operation.body.is_some() {
        command = command.arg(
            Arg::new("body").long("body").value_name("JSON|@FILE|-").help("The whole body; flags replace its fields"),
        );
    }
    command
}

/// The flag of a field: `idle_timeout_minutes` is `--idle-timeout-minutes`.
fn flag(field: &Field<'_>) -> Arg {
    let mut help = short(field.description);
    if field.secret {
        help.push_str(" Secret: `-` (stdin), @FILE or env:NAME.");
    }
    if !field.choices.is_empty() {
        help.push_str(&format!(" [{}]", field.choices.join(", ")));
    }
    let arg = Arg::new(format!("={}", field.name)).long(kebab(field.name)).help(help);
    match field.holds {
        Holds::Flag => arg.value_name("true|false").num_args(0..=1).require_equals(true).default_missing_value("true"),
        Holds::Texts => arg.value_name("VALUE").action(ArgAction::Append),
        Holds::Json => arg.value_name("JSON|@FILE|-"),
        Holds::File => arg.value_name("FILE").value_hint(clap::ValueHint::FilePath),
        Holds::Integer | Holds::Number => arg.value_name("N").allow_hyphen_values(true),
        Holds::Text => arg.value_name("TEXT").allow_hyphen_values(true),
    }
}

/// `idle_timeout_minutes` and `outputType` as the names of flags.
pub(crate) fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        match c {
            '_' => kebab.push('-'),
            c if c.is_ascii_uppercase() => {
                kebab.push('-');
                kebab.push(c.to_ascii_lowercase());
            }
            c => kebab.push(c),
        }
    }
    kebab
}

/// The first sentence, without the marks of Markdown.
fn short(description: &str) -> String {
    let first = description.split(". ").next().unwrap_or_default();
    first.replace('`', "").trim_end_matches('.').to_owned() + "."
}

/// What a run of a leaf's operation sets: positions first, then flags.
pub(crate) fn given(field: &Field<'_>, matches: &ArgMatches) -> Vec<String> {
    let texts = |id: String| -> Vec<String> {
        matches.try_get_many::<String>(&id).ok().flatten().into_iter().flatten().cloned().collect()
    };
    let position = texts(format!("@{}", field.name));
    match (position.is_empty(), field.holds) {
        (true, _) => texts(format!("={}", field.name)),
        (false, Holds::Text) => vec![position.join(" ")],
        (false, _) => position,
    }
}

fn globals(command: Command) -> Command {
    let text = |name: &'static str, long: &'static str| Arg::new(name).long(long).global(true);
    let switch = |name: &'static str| Arg::new(name).long(name).global(true).action(ArgAction::SetTrue);
    command
        .next_help_heading("Global options")
        .arg(
            text("output", "output")
                .short('o')
                .value_name("FORMAT")
                .help("table (terminal), json (pipe), jsonl or yaml"),
        )
        .arg(
            text("json", "json")
                .value_name("FIELDS")
                .num_args(0..=1)
                .default_missing_value("")
                .help("JSON; with FIELDS (id,status) these alone"),
        )
        .arg(text("jq", "jq").value_name("EXPR").help("Filters the JSON output with a jq expression"))
        .arg(
            text("session", "session")
                .short('s')
                .alias("session-id")
                .add(ArgValueCandidates::new(session_names))
                .value_name("NAME|ID")
                .help("The session to work on [env: NOTTE_SESSION_ID]"),
        )
        .arg(switch("local").help("Works on this machine, without a key; starts a server if none runs"))
        .arg(text("api_url", "api-url").value_name("URL").help("Address of the service [env: NOTTE_API_URL]"))
        .arg(
            text("timeout", "timeout")
                .value_name("SECONDS")
                .value_parser(value_parser!(f64))
                .allow_negative_numbers(true)
                .help("How long the command may take"),
        )
        .arg(
            text("max_output", "max-output")
                .value_name("CHARS")
                .value_parser(value_parser!(usize))
                .help("Cuts the output; the rest goes to a file"),
        )
        .arg(switch("all").short('a').help("Every page of a list, a line of JSON an item"))
        .arg(switch("reveal").help("Prints secrets, which are masked otherwise"))
        .arg(switch("quiet").short('q').help("No remarks and no progress on stderr"))
        .arg(switch("yes").short('y').help("Answers yes to questions"))
        .arg(Arg::new("no-color").long("no-color").global(true).action(ArgAction::SetTrue).hide(true))
        .arg(switch("verbose").short('v').help("Logs requests on stderr, without secrets"))
}

/// What completes `-s`: the names of sessions that were started here.
fn session_names() -> Vec<CompletionCandidate> {
    let names = crate::state::sessions::everywhere().into_iter();
    names.map(|(name, id)| CompletionCandidate::new(name).help(Some(id.into()))).collect()
}

/// The leaf that was chosen, and its arguments.
pub(crate) fn chosen(matches: &ArgMatches) -> Result<(&'static Leaf, &ArgMatches)> {
    let mut words = Vec::new();
    let mut inner = matches;
    while let Some((name, next)) = inner.subcommand() {
        words.push(name);
        inner = next;
    }
    let leaf = LEAVES.iter().find(|leaf| leaf.words() == words.as_slice());
    leaf.map(|leaf| (leaf, inner)).ok_or_else(|| Error::usage(format!("`notte {}` is not a command", words.join(" "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_consistent() {
        tree(&Table::load()).debug_assert();
    }

    #[test]
    fn every_row_of_the_table_is_found_by_its_words() {
        let tree = tree(&Table::load());
        for leaf in LEAVES {
            let found = leaf.words().iter().try_fold(&tree, |command, word| command.find_subcommand(word));
            assert!(found.is_some_and(|command| command.get_about().is_some()), "{:?}", leaf.words());
        }
    }

    #[test]
    fn names_of_fields_become_names_of_flags() {
        assert_eq!(
            (kebab("idle_timeout_minutes"), kebab("outputType")),
            ("idle-timeout-minutes".into(), "output-type".into())
        );
    }
}
