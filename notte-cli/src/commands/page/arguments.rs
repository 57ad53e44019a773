//! The arguments of `notte page`.

use clap::{Arg, ArgAction, Command, value_parser};

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).help(help).allow_hyphen_values(true)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// What every action takes.
pub(crate) fn plain_arguments(command: Command) -> Command {
    command.arg(switch("no-observe", "Does not look at the page afterwards"))
}

fn target(command: Command) -> Command {
    plain_arguments(command).arg(
        text("target", "ID|SELECTOR", "Id from the last observation (B3), or a Playwright selector").required(true),
    )
}

pub(crate) fn click_arguments(command: Command) -> Command {
    target(command).arg(switch("enter", "Presses Enter afterwards"))
}

pub(crate) fn fill_arguments(command: Command) -> Command {
    target(command)
        .arg(text("value", "TEXT|-|@FILE|env:NAME", "What to type"))
        .arg(Arg::new("vault-field").long("vault-field").value_name("FIELD").conflicts_with("value").help(
            "Types a field of a login that the vault has for this page: email, username, password, mfa, card_number, …",
        ))
        .arg(
            Arg::new("vault-id")
                .long("vault-id")
                .value_name("ID")
                .help("The vault; by default the only one of the account"),
        )
        .arg(switch("clear", "Empties the field first"))
        .arg(switch("enter", "Presses Enter afterwards"))
}

pub(crate) fn check_arguments(command: Command) -> Command {
    target(command).arg(
        Arg::new("value")
            .long("value")
            .value_name("true|false")
            .num_args(0..=1)
            .default_value("true")
            .default_missing_value("true")
            .value_parser(value_parser!(bool))
            .help("Whether it is to be checked"),
    )
}

pub(crate) fn select_arguments(command: Command) -> Command {
    target(command).arg(text("value", "OPTION", "The option's label or value").required(true))
}

pub(crate) fn upload_arguments(command: Command) -> Command {
    target(command)
        .arg(
            Arg::new("file")
                .long("file")
                .value_name("FILE")
                .help("A file of this machine, or the name of an uploaded one")
                .required_unless_present("path"),
        )
        .arg(text("path", "FILE", "As --file").conflicts_with("file"))
}

pub(crate) fn url_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("url", "URL", "The address").required(true))
}

pub(crate) fn goto_arguments(command: Command) -> Command {
    url_arguments(command)
}

pub(crate) fn press_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("key", "KEY", "Enter, Tab, ArrowDown, Control+a, …").required(true))
}

pub(crate) fn amount_arguments(command: Command) -> Command {
    plain_arguments(command)
        .arg(text("amount", "PIXELS", "How far; by default a page").value_parser(value_parser!(i64)))
}

pub(crate) fn wait_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("milliseconds", "MS", "How long").required(true).value_parser(value_parser!(u64)))
}

pub(crate) fn tab_arguments(command: Command) -> Command {
    plain_arguments(command)
        .arg(text("index", "INDEX", "Number of the tab, from 0").required(true).value_parser(value_parser!(i64)))
}

pub(crate) fn script_arguments(command: Command) -> Command {
    command.arg(text("code", "CODE|@FILE|-", "The script").required(true))
}

pub(crate) fn form_arguments(command: Command) -> Command {
    plain_arguments(command).arg(
        Arg::new("data")
            .long("data")
            .value_name("JSON|@FILE|-")
            .required(true)
            .help("Values by meaning: {\"email\": …, \"first_name\": …}"),
    )
}

pub(crate) fn captcha_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("type", "TYPE", "Its type, if it is known"))
}

pub(crate) fn complete_arguments(command: Command) -> Command {
    command.arg(text("answer", "ANSWER", "What was found").required(true)).arg(
        Arg::new("success")
            .long("success")
            .value_name("true|false")
            .num_args(0..=1)
            .default_value("true")
            .default_missing_value("true")
            .value_parser(value_parser!(bool))
            .help("Whether the task succeeded"),
    )
}

pub(crate) fn execute_arguments(command: Command) -> Command {
    let action = text("action", "JSON|@FILE|-", "The action, such as {\"type\": \"click\", \"id\": \"B1\"}")
        .required_unless_present("action-flag");
    plain_arguments(command)
        .arg(action)
        .arg(Arg::new("action-flag").long("action").value_name("JSON|@FILE|-").help("As ACTION"))
}

pub(crate) fn batch_arguments(command: Command) -> Command {
    command
        .arg(switch("keep-going", "Goes on after an action that failed"))
        .arg(switch("no-observe", "Does not look at the page at the end"))
}

pub(crate) fn observe_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("screenshot").long("screenshot").value_name("FILE").help("Saves the screenshot that comes with it"),
    )
}

pub(crate) fn find_arguments(command: Command) -> Command {
    let option = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("TEXT").help(help);
    command
        .arg(option("role", "The role: button, link, textbox, …"))
        .arg(option("name", "A part of the name, whatever the case"))
        .arg(option("text", "A part of the whole line"))
}

pub(crate) fn screenshot_arguments(command: Command) -> Command {
    command
        .arg(text("file", "FILE", "Where it goes; by default notte-screenshot-<session>.jpg"))
        .arg(Arg::new("path").long("path").value_name("FILE").help("As FILE").conflicts_with("file"))
}
