//! Typing and uploading: texts, fields of a vault, files of this machine.

use clap::ArgMatches;
use serde_json::json;

use super::{act, look::look, on, pressed};
use crate::{
    call::Call,
    context::Context,
    error::{Error, Exit, Result},
    input,
    output::Output,
    state::sessions::Typed,
};

pub(crate) async fn fill(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let value = match matches.get_one::<String>("vault-field") {
        Some(field) => vault_field(context, field, matches.get_one::<String>("vault-id")).await?,
        None => {
            let text = matches.get_one::<String>("value");
            let text = text.ok_or_else(|| {
                Error::usage("there is nothing to type").hint("pass TEXT, -, @FILE, env:NAME or --vault-field")
            })?;
            input::reference("value", text)?
        }
    };
    let clear = matches.get_flag("clear").then_some(true);
    let action =
        on(matches, "fill", json!({"value": value, "clear_before_fill": clear, "press_enter": pressed(matches)}));
    act(context, matches, action).await
}

/// A field of the login that the vault has for the page in front. It goes to the page and nowhere else.
async fn vault_field(context: &Context, field: &str, vault: Option<&String>) -> Result<String> {
    let vault = match vault {
        Some(vault) => vault.clone(),
        None => only_vault(context).await?,
    };
    let (page, _) = look(context, None).await?;
    let typed = Typed { vault, site: origin(&page.url).to_owned(), field: field.to_owned() };
    let value = value_of(context, &typed).await?;
    // A one-time code is worth nothing when a program is exported.
    if !typed.is_code() {
        context.names().await?.typed(&context.session_id().await?, typed)?;
    }
    Ok(value)
}

/// What the vault has there.
pub(crate) async fn value_of(context: &Context, typed: &Typed) -> Result<String> {
    let notte = context.notte().await?;
    let Typed { vault, site, field } = typed;
    let none = || {
        Error::new(Exit::NotFound, "not_found", format!("the vault has no `{field}` for this page"))
            .hint("`notte vaults credentials list` shows what it has")
    };
    if typed.is_code() {
        let login = notte.vaults().attach(vault.as_str()).credentials(site).get().await?;
        return login.mfa_code()?.map(|code| code.expose().clone()).ok_or_else(none);
    }
    let (operation, inner) = match field.as_str() {
        "email" | "username" | "password" => ("vault_credentials_get", "credentials"),
        card if card.starts_with("card_") => ("vault_credit_card_get", "credit_card"),
        _ => {
            return Err(Error::usage(format!("a vault has no field `{field}`"))
                .hint("email, username, password, mfa, or a field of the card such as card_number"));
        }
    };
    let mut call = Call::of(context.table(), operation)?;
    call.set("vault_id", json!(vault))?;
    if operation == "vault_credentials_get" {
        call.set("url", json!(site))?;
    }
    let answer = call.json(notte, true).await?;
    let fields = if answer[inner].is_object() { &answer[inner] } else { &answer };
    fields[field].as_str().filter(|value| !value.is_empty()).map(ToOwned::to_owned).ok_or_else(none)
}

/// Scheme, host and port of an address: a vault need not know more of a page.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |place| place + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |place| start + place);
    &url[..end]
}

async fn only_vault(context: &Context) -> Result<String> {
    let list = Call::of(context.table(), "list_vaults")?.json(context.notte().await?, false).await?;
    match crate::output::items(&list).map(Vec::as_slice) {
        Some([only]) => Ok(only["vault_id"].as_str().unwrap_or_default().to_owned()),
        Some([]) | None => Err(Error::usage("the account has no vault").hint("`notte vaults create`")),
        Some(_) => Err(Error::usage("the account has more than one vault").hint("pass --vault-id")),
    }
}

/// Gives a file of this machine to the page: it is uploaded to the session first.
pub(crate) async fn upload(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let file =
        matches.get_one::<String>("file").or_else(|| matches.get_one::<String>("path")).map_or("", String::as_str);
    let path = input::path(file)?;
    let name = if path.is_file() {
        context.session().await?.files().upload(&path).await?;
        path.file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned())
    } else {
        file.to_owned()
    };
    act(context, matches, on(matches, "upload_file", json!({"file_path": name}))).await
}
