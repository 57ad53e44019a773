//! `notte skill`: instructions for coding agents, served by the binary so that they fit it.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use crate::{
    context::{Context, environment},
    error::{Error, Result},
    output::Output,
    skill::{STUB, TOPICS, topic},
};

/// Folders in which agents look for skills, below the home folder or, with `--project`, below this one.
const AGENTS: &[(&str, &str)] = &[
    ("claude", ".claude/skills"),
    ("codex", ".codex/skills"),
    ("cursor", ".cursor/skills"),
    ("gemini", ".gemini/skills"),
    ("opencode", ".opencode/skills"),
    ("agents", ".agents/skills"),
];

pub(crate) fn show_arguments(command: Command) -> Command {
    command
        .arg(Arg::new("topic").value_name("TOPIC").help("One of: loop, authoring, exit-codes, trust, local, stub"))
        .arg(Arg::new("list").long("list").action(ArgAction::SetTrue).help("Lists the topics"))
}

pub(crate) fn install_arguments(command: Command) -> Command {
    let names: Vec<&str> = AGENTS.iter().map(|(name, _)| *name).collect();
    command
        .arg(
            Arg::new("agent")
                .long("agent")
                .value_name("NAME")
                .value_parser(names)
                .default_value("claude")
                .help("The agent"),
        )
        .arg(Arg::new("dir").long("dir").value_name("DIR").conflicts_with("agent").help("The folder of skills"))
        .arg(Arg::new("project").long("project").action(ArgAction::SetTrue).help("For this folder instead of the user"))
        .arg(Arg::new("upgrade").long("upgrade").short('f').action(ArgAction::SetTrue).hide(true))
}

pub(crate) async fn show(_: &Context, matches: &ArgMatches) -> Result<Output> {
    if matches.get_flag("list") {
        let list: Value = TOPICS.iter().map(|(name, about, _)| json!({"topic": name, "about": about})).collect();
        return Ok(Output::table(list, &["topic", "about"]));
    }
    let name = matches.get_one::<String>("topic").map_or("loop", String::as_str);
    let names: Vec<&str> = TOPICS.iter().map(|(name, ..)| *name).collect();
    let text = topic(name).ok_or_else(|| Error::usage(format!("there is no topic {name:?}")).hint(names.join(", ")))?;
    Ok(Output::content(json!({"topic": name, "text": text}), text))
}

/// The file of the skill.
fn file(matches: &ArgMatches) -> Result<PathBuf> {
    let folder = match matches.get_one::<String>("dir") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let agent = matches.get_one::<String>("agent").map_or("claude", String::as_str);
            let (_, folder) = AGENTS.iter().find(|(name, _)| *name == agent).copied().unwrap_or(AGENTS[0]);
            let home = environment(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
            let base = if matches.get_flag("project") { Some(String::from(".")) } else { home };
            Path::new(&base.ok_or_else(|| Error::usage("there is no home folder").hint("pass --dir"))?).join(folder)
        }
    };
    Ok(folder.join("notte").join("SKILL.md"))
}

pub(crate) async fn install(_: &Context, matches: &ArgMatches) -> Result<Output> {
    let file = file(matches)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| Error::file("create", folder, &error))?;
    std::fs::write(&file, STUB).map_err(|error| Error::file("write", &file, &error))?;
    Ok(Output::text(json!({"path": file}), format!("the skill is in {}", file.display())))
}

pub(crate) async fn remove(_: &Context, matches: &ArgMatches) -> Result<Output> {
    let file = file(matches)?;
    std::fs::remove_file(&file).map_err(|error| Error::file("remove", &file, &error))?;
    let _ = file.parent().map(std::fs::remove_dir);
    Ok(Output::text(json!({"removed": file}), format!("removed {}", file.display())))
}
