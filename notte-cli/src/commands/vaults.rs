//! Logins of vaults and values of functions: secrets, which come from stdin, a file, a variable or a prompt.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use crate::{
    call::Call,
    context::Context,
    error::{Error, Result},
    input,
    output::Output,
};

pub(crate) fn add_arguments(command: Command) -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    command
        .arg(Arg::new("id").value_name("VAULT_ID").help("The vault"))
        .arg(option("vault-id", "ID", "As VAULT_ID").hide(true))
        .arg(option("url", "URL", "The site of the login").required(true))
        .arg(option("email", "TEXT", "E-mail address"))
        .arg(option("username", "TEXT", "User name"))
        .arg(option("password", "-|@FILE|env:NAME", "The password; without it, it is asked for or read from stdin"))
        .arg(option("mfa-secret", "-|@FILE|env:NAME", "The seed of one-time codes"))
}

pub(crate) async fn add(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let text = |name: &str| matches.get_one::<String>(name);
    let vault = text("id")
        .or_else(|| text("vault-id"))
        .ok_or_else(|| Error::usage("no vault was named").hint("`notte vaults list` lists them"))?;
    let password = match text("password") {
        Some(reference) => secret("password", reference)?,
        None => input::secret("Password: ")?,
    };
    let mut credentials = json!({"password": password});
    for name in ["email", "username"] {
        if let Some(value) = text(name) {
            credentials[name] = json!(value);
        }
    }
    if let Some(reference) = text("mfa-secret") {
        credentials["mfa_secret"] = json!(secret("mfa-secret", reference)?);
    }
    let mut call = Call::of(context.table(), "vault_credentials_add")?;
    call.set("vault_id", json!(vault))?;
    call.set("url", json!(text("url")))?;
    call.set("credentials", credentials)?;
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}

pub(crate) fn secret_arguments(command: Command) -> Command {
    command
        .arg(Arg::new("name").value_name("NAME").required(true).help("The name"))
        .arg(
            Arg::new("position")
                .value_name("-|@FILE|env:NAME")
                .help("The value; without it, it is asked for or read from stdin"),
        )
        .arg(
            Arg::new("value")
                .long("value")
                .value_name("-|@FILE|env:NAME")
                .help("As the second argument")
                .conflicts_with("position"),
        )
        .arg(
            Arg::new("namespace")
                .long("namespace")
                .value_name("NAME")
                .default_value("function_env")
                .help("Where it is kept"),
        )
}

pub(crate) async fn secret_set(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let text = |name: &str| matches.get_one::<String>(name);
    let value = match text("position").or_else(|| text("value")) {
        Some(reference) => secret("value", reference)?,
        None => input::secret("Value: ")?,
    };
    let mut call = Call::of(context.table(), "store_secret")?;
    call.set("name", json!(text("name")))?;
    call.set("namespace", json!(text("namespace")))?;
    call.set("value", json!(value))?;
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}

fn secret(name: &str, text: &str) -> Result<String> {
    if input::is_reference(text) { input::reference(name, text) } else { Err(input::secret_in_arguments(name)) }
}
