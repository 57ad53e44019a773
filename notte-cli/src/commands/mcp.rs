//! `notte mcp`: the commands as tools of the Model Context Protocol.

use std::net::SocketAddr;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rmcp::ServiceExt as _;
use serde_json::json;

use super::auth::random_hex;
use crate::{
    context::{Context, environment},
    error::{Error, Result},
    input,
    mcp::{Server, Tools, Worker, http, install},
    output::Output,
    signals, state,
};

pub(crate) fn arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("http")
                .long("http")
                .value_name("ADDRESS")
                .value_parser(value_parser!(SocketAddr))
                .help("Serves HTTP there, such as 127.0.0.1:8931, in place of stdio"),
        )
        .arg(
            Arg::new("tools")
                .long("tools")
                .value_name("AREAS")
                .value_delimiter(',')
                .help("More tools: all, or areas such as vaults,personas"),
        )
}

pub(crate) async fn serve(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let ended = signals::ended();
    let areas: Vec<String> = matches.get_many::<String>("tools").into_iter().flatten().cloned().collect();
    let tools = Tools::new(context.table(), &areas)?;
    // What a model sends is not what a user types: no `@FILE`, no `env:NAME`, no paths out of this folder.
    input::from_model();
    let mut globals = context.globals.clone();
    globals.session = None;
    globals.quiet = true;
    let (worker, thread) = Worker::start(globals);
    let server = Server::new(tools, worker);
    let result = match matches.get_one::<SocketAddr>("http") {
        Some(address) => {
            let token = match environment("NOTTE_MCP_TOKEN") {
                Some(token) => token,
                None => kept_token()?,
            };
            http::serve(server, *address, token, ended, |bound| {
                context.printer.note(&format!("serving MCP at http://{bound}/mcp"));
            })
            .await
        }
        None => stdio(server, ended).await,
    };
    // The last way to the worker is gone: it stops the sessions that it started.
    thread.join();
    result.map(|()| Output::nothing())
}

async fn stdio(server: Server, ended: impl Future<Output = i32>) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| Error::failed(format!("MCP: {error}"));
    let serve = async {
        let running = server.serve(rmcp::transport::stdio()).await.map_err(|error| failed(&error))?;
        running.waiting().await.map(drop).map_err(|error| failed(&error))
    };
    tokio::select! {
        result = serve => result,
        _ = ended => Ok(()),
    }
}

/// A random token in a file that only its user can read.
fn kept_token() -> Result<String> {
    let path = state::folder()?.join("mcp-token.json");
    let known: Option<String> = state::read(&path);
    if let Some(token) = known {
        return Ok(token);
    }
    let token = random_hex()?;
    state::write(&path, &token)?;
    Ok(token)
}

pub(crate) fn install_arguments(command: Command) -> Command {
    let clients: Vec<&str> = install::CLIENTS.iter().map(|(name, ..)| *name).collect();
    command
        .arg(
            Arg::new("client")
                .long("client")
                .value_name("NAME")
                .required(true)
                .value_parser(clients)
                .help("The client"),
        )
        .arg(
            Arg::new("project")
                .long("project")
                .action(ArgAction::SetTrue)
                .help("Writes the configuration of this folder instead of the user's"),
        )
        .arg(Arg::new("print").long("print").action(ArgAction::SetTrue).help("Prints the entry and writes nothing"))
}

pub(crate) async fn install(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let client = matches.get_one::<String>("client").map_or("", String::as_str);
    let entry = install::entry(if context.globals.local { &["mcp", "--local"] } else { &["mcp"] });
    if matches.get_flag("print") {
        let value = json!({"mcpServers": {"notte": entry}});
        return Ok(Output::content(value.clone(), format!("{value:#}")));
    }
    let path = install::file(client, matches.get_flag("project"))?;
    install::add(&path, client, &entry)?;
    Ok(Output::text(
        json!({"client": client, "path": path}),
        format!("{client} finds the server through {}", path.display()),
    ))
}
