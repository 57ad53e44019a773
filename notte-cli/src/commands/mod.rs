//! The table of commands. A row is a command line; most are one operation whose flags come from the operation table.

pub(crate) mod agents;
mod api;
mod auth;
mod doctor;
mod files;
mod functions;
mod help;
mod local;
mod mcp;
pub(crate) mod page;
mod run;
pub(crate) mod sessions;
mod skill;
mod vaults;

use std::{future::Future, pin::Pin};

use clap::{ArgMatches, Command};

use crate::{
    call::Call,
    cli,
    context::{Context, environment},
    error::{Error, Result},
    input,
    output::{Output, items},
};

/// What a command does with its context and its arguments.
pub(crate) type Act = for<'a> fn(&'a Context, &'a ArgMatches) -> Pin<Box<dyn Future<Output = Result<Output>> + 'a>>;

/// How a command runs.
pub(crate) enum Run {
    /// It sends its operation.
    Operation,
    /// It has arguments and code of its own.
    Custom { arguments: fn(Command) -> Command, act: Act },
}

/// A row of the table.
pub(crate) struct Leaf {
    words: &'static [&'static str],
    pub(crate) about: &'static str,
    pub(crate) aliases: &'static [&'static str],
    /// The operation that it stands for.
    pub(crate) operation: Option<&'static str>,
    /// Whether its flags are the operation's.
    pub(crate) flags: bool,
    /// Fields that are given by position.
    pub(crate) positions: &'static [&'static str],
    /// Fields that have no flag.
    pub(crate) hidden: &'static [&'static str],
    pub(crate) columns: &'static [&'static str],
    /// A question to confirm first.
    pub(crate) asks: &'static str,
    pub(crate) run: Run,
}

impl Leaf {
    pub(crate) fn words(&self) -> &'static [&'static str] {
        self.words
    }

    /// It ends in its own way when it is asked to.
    pub(crate) fn handles_signals(&self) -> bool {
        matches!(self.words, ["run"] | ["mcp"] | ["local", "serve"])
    }

    const fn operation(words: &'static [&'static str], operation: &'static str) -> Self {
        Self {
            words,
            about: "",
            aliases: &[],
            operation: Some(operation),
            flags: true,
            positions: &[],
            hidden: &["update_metadata", "include_system"],
            columns: &[],
            asks: "",
            run: Run::Operation,
        }
    }

    const fn custom(
        words: &'static [&'static str],
        about: &'static str,
        arguments: fn(Command) -> Command,
        act: Act,
    ) -> Self {
        let leaf = Self::operation(words, "");
        Self { about, operation: None, flags: false, run: Run::Custom { arguments, act }, ..leaf }
    }

    /// The operation that a command of its own stands for.
    const fn of(self, operation: &'static str) -> Self {
        Self { operation: Some(operation), ..self }
    }

    /// It takes the flags of its operation too.
    const fn with_flags(self) -> Self {
        Self { flags: true, ..self }
    }

    const fn alias(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    const fn at(self, positions: &'static [&'static str]) -> Self {
        Self { positions, ..self }
    }

    const fn hide(self, hidden: &'static [&'static str]) -> Self {
        Self { hidden, ..self }
    }

    const fn columns(self, columns: &'static [&'static str]) -> Self {
        Self { columns, ..self }
    }

    const fn asks(self, asks: &'static str) -> Self {
        Self { asks, ..self }
    }
}

/// Makes an async function an [`Act`].
macro_rules! act {
    ($function:path) => {
        |context, matches| Box::pin($function(context, matches))
    };
}

/// Every command.
#[rustfmt::skip]
pub(crate) static LEAVES: &[Leaf] = &[
    // Signing in.
    Leaf::custom(&["auth", "login"], "Stores an API key for the service", auth::login_arguments, act!(auth::login)),
    Leaf::custom(&["auth", "logout"], "Forgets the stored key", none, act!(auth::logout)),
    Leaf::custom(&["auth", "status"], "Shows every source of a key, and which one is used", auth::status_arguments, act!(auth::status)),

    // Sessions.
    Leaf::custom(&["sessions", "start"], "Starts a session and names it", sessions::start_arguments, act!(sessions::start)).of("session_start").with_flags().hide(&["headless", "use_file_storage", "profile"]).alias(&["create"]),
    Leaf::custom(&["sessions", "stop"], "Stops a session", sessions::stop_arguments, act!(sessions::stop)).of("session_stop"),
    Leaf::operation(&["sessions", "list"], "list_sessions").columns(&["session_id", "status", "browser_type", "created_at", "close_reason"]),
    Leaf::operation(&["sessions", "status"], "session_status"),
    Leaf::custom(&["sessions", "watch"], "Shows live sessions until it is interrupted", none, act!(sessions::watch)),
    Leaf::custom(&["sessions", "names"], "Lists the names of sessions", none, act!(sessions::names)),
    Leaf::custom(&["sessions", "sweep"], "Stops sessions that killed processes left behind", none, act!(sessions::sweep)),
    Leaf::custom(&["sessions", "viewer"], "Prints or opens the live view of a session", sessions::viewer_arguments, act!(sessions::viewer)),
    Leaf::custom(&["sessions", "replay"], "Saves the video of a session", sessions::replay_arguments, act!(sessions::replay)).of("session_replay"),
    Leaf::operation(&["sessions", "mouse-replay"], "session_mouse_replay"),
    Leaf::custom(&["sessions", "network"], "Prints or saves the network log of a session", sessions::network_arguments, act!(sessions::network)).of("session_network_logs").with_flags(),
    Leaf::custom(&["sessions", "cookies"], "Prints the cookies of a session, or saves them", sessions::cookies_arguments, act!(sessions::cookies)).of("session_cookies_get"),
    Leaf::custom(&["sessions", "cookies-set"], "Sets cookies from a JSON file", sessions::cookies_set_arguments, act!(sessions::cookies_set)).of("session_cookies_set"),
    Leaf::operation(&["sessions", "offset"], "session_offset"),
    Leaf::operation(&["sessions", "debug"], "session_debug_info"),
    Leaf::operation(&["sessions", "debug-tab"], "session_debug_tab_info"),
    Leaf::operation(&["sessions", "auth"], "session_auth_readiness"),
    Leaf::operation(&["sessions", "profile-preview"], "session_profile_preview"),
    Leaf::operation(&["sessions", "profile-save"], "session_profile_save"),
    Leaf::custom(&["sessions", "workflow-code"], "Prints a program that repeats what the session did", sessions::code_arguments, act!(sessions::workflow_code)).of("get_session_script"),
    Leaf::custom(&["sessions", "code"], "Prints what the session did as plain Python, or as Rust", sessions::code_arguments, act!(sessions::code)).of("get_session_script"),
    Leaf::operation(&["sessions", "pay"], "create_payment").asks("Make a payment?"),
    Leaf::custom(&["run"], "Starts a session, runs a command with its id, and stops it", run::arguments, act!(run::run)),

    // The page.
    Leaf::custom(&["page", "observe"], "Lists the elements of the page, a line each", page::observe_arguments, act!(page::observe)).of("page_observe").with_flags(),
    Leaf::custom(&["page", "find"], "Finds elements by role, name or text", page::find_arguments, act!(page::find)),
    Leaf::custom(&["page", "scrape"], "Reads the page as Markdown, or as data", none, act!(page::scrape)).of("page_scrape").with_flags(),
    Leaf::custom(&["page", "screenshot"], "Saves a screenshot of the page", page::screenshot_arguments, act!(page::screenshot)).of("page_screenshot"),
    Leaf::custom(&["page", "goto"], "Opens an address; a new name starts a session", page::goto_arguments, act!(page::goto)).alias(&["open", "navigate"]),
    Leaf::custom(&["page", "new-tab"], "Opens an address in a new tab", page::url_arguments, act!(page::new_tab)),
    Leaf::custom(&["page", "back"], "Goes back one page", page::plain_arguments, act!(page::back)),
    Leaf::custom(&["page", "forward"], "Goes forward one page", page::plain_arguments, act!(page::forward)),
    Leaf::custom(&["page", "reload"], "Loads the page again", page::plain_arguments, act!(page::reload)),
    Leaf::custom(&["page", "click"], "Clicks an element", page::click_arguments, act!(page::click)),
    Leaf::custom(&["page", "fill"], "Types into a field", page::fill_arguments, act!(page::fill)).alias(&["type"]),
    Leaf::custom(&["page", "check"], "Checks or unchecks a box", page::check_arguments, act!(page::check)),
    Leaf::custom(&["page", "select"], "Selects an option", page::select_arguments, act!(page::select)),
    Leaf::custom(&["page", "upload"], "Gives a file to a file field", page::upload_arguments, act!(page::upload)),
    Leaf::custom(&["page", "download"], "Downloads what an element leads to", page::click_arguments, act!(page::download)),
    Leaf::custom(&["page", "press"], "Presses a key, such as Enter or Control+a", page::press_arguments, act!(page::press)).alias(&["key"]),
    Leaf::custom(&["page", "scroll-down"], "Scrolls down", page::amount_arguments, act!(page::scroll_down)),
    Leaf::custom(&["page", "scroll-up"], "Scrolls up", page::amount_arguments, act!(page::scroll_up)),
    Leaf::custom(&["page", "wait"], "Waits for a number of milliseconds", page::wait_arguments, act!(page::wait)),
    Leaf::custom(&["page", "switch-tab"], "Moves to another tab", page::tab_arguments, act!(page::switch_tab)),
    Leaf::custom(&["page", "close-tab"], "Closes the tab", page::plain_arguments, act!(page::close_tab)),
    Leaf::custom(&["page", "eval-js"], "Runs JavaScript in the page and prints its value", page::script_arguments, act!(page::eval_js)).alias(&["eval", "evaluate"]),
    Leaf::custom(&["page", "form-fill"], "Fills a form by what its fields mean", page::form_arguments, act!(page::form_fill)),
    Leaf::custom(&["page", "captcha-solve"], "Solves a captcha", page::captcha_arguments, act!(page::captcha_solve)),
    Leaf::custom(&["page", "complete"], "Marks the task of the session as completed", page::complete_arguments, act!(page::complete)),
    Leaf::custom(&["page", "execute"], "Runs an action given as JSON", page::execute_arguments, act!(page::execute)).of("page_execute"),
    Leaf::operation(&["page", "execute-file"], "execute_session_file"),
    Leaf::custom(&["page", "batch"], "Runs actions from stdin, a line of JSON each", page::batch_arguments, act!(page::batch)),

    // Agents.
    Leaf::custom(&["agents", "run"], "Starts an agent, shows its steps, and prints its answer", agents::run_arguments, act!(agents::run)).of("agent_start").with_flags().at(&["task"]),
    Leaf::custom(&["agents", "start"], "Starts an agent and returns at once", none, act!(agents::start)).of("agent_start").with_flags().at(&["task"]),
    Leaf::operation(&["agents", "list"], "list_agents").columns(&["agent_id", "status", "session_id", "created_at"]),
    Leaf::operation(&["agents", "status"], "agent_status"),
    Leaf::custom(&["agents", "logs"], "Prints the steps of an agent; -f follows it", agents::logs_arguments, act!(agents::logs)),
    Leaf::custom(&["agents", "wait"], "Waits until an agent has ended", agents::id_arguments, act!(agents::wait)),
    Leaf::custom(&["agents", "stop"], "Stops an agent after its current step", agents::id_arguments, act!(agents::stop)).of("agent_stop"),
    Leaf::custom(&["agents", "code"], "Prints a script that repeats what an agent did", agents::code_arguments, act!(agents::code)).of("get_script").alias(&["workflow-code"]),

    // Reading the web.
    Leaf::custom(&["scrape"], "Reads the page at an address, in one call", none, act!(page::scrape_url)).of("scrape_webpage").with_flags().at(&["url"]),
    Leaf::operation(&["scrape-html"], "scrape_from_html"),
    Leaf::operation(&["search"], "search_web").at(&["q"]),
    Leaf::operation(&["anything"], "anything_start").at(&["task"]),

    // Functions.
    Leaf::operation(&["functions", "list"], "list_functions").columns(&["function_id", "name", "latest_version", "status", "updated_at"]),
    Leaf::operation(&["functions", "create"], "function_create").at(&["file"]),
    Leaf::operation(&["functions", "show"], "function_download_url").alias(&["get"]),
    Leaf::operation(&["functions", "update"], "function_update").at(&["file"]),
    Leaf::operation(&["functions", "edit"], "function_metadata_update").alias(&["configure"]),
    Leaf::operation(&["functions", "delete"], "function_delete").alias(&["rm"]).asks("Delete the function with all its versions?"),
    Leaf::operation(&["functions", "fork"], "function_fork"),
    Leaf::operation(&["functions", "rollback"], "function_rollback"),
    Leaf::custom(&["functions", "download"], "Saves the source of a function", functions::download_arguments, act!(functions::download)),
    Leaf::custom(&["functions", "run"], "Runs a function and prints its result", functions::run_arguments, act!(functions::run)).of("function_run_start"),
    Leaf::operation(&["functions", "runs"], "list_function_runs_by_function_id"),
    Leaf::operation(&["functions", "run-create"], "function_run_create").hide(&["local"]),
    Leaf::operation(&["functions", "run-start"], "function_run_start_created"),
    Leaf::operation(&["functions", "run-stop"], "function_run_stop"),
    Leaf::custom(&["functions", "run-metadata"], "Prints a run; --wait waits until it has ended", functions::metadata_arguments, act!(functions::run_metadata)).of("function_run_get_metadata").with_flags(),
    Leaf::operation(&["functions", "run-metadata-update"], "function_run_update_metadata"),
    Leaf::custom(&["functions", "schedule"], "Runs a function by a cron expression of six fields", functions::schedule_arguments, act!(functions::schedule)).of("function_schedule_set"),
    Leaf::operation(&["functions", "unschedule"], "function_schedule_delete"),

    // Vaults.
    Leaf::operation(&["vaults", "list"], "list_vaults").columns(&["vault_id", "name", "created_at"]),
    Leaf::operation(&["vaults", "create"], "vault_create").at(&["name"]),
    Leaf::operation(&["vaults", "update"], "vault_update"),
    Leaf::operation(&["vaults", "delete"], "vault_delete").alias(&["rm"]).asks("Delete the vault with all its logins?"),
    Leaf::operation(&["vaults", "credentials", "list"], "vault_credentials_list"),
    Leaf::custom(&["vaults", "credentials", "add"], "Stores a login; its password comes from stdin, a file or a prompt", vaults::add_arguments, act!(vaults::add)).of("vault_credentials_add"),
    Leaf::operation(&["vaults", "credentials", "get"], "vault_credentials_get").at(&["url"]),
    Leaf::operation(&["vaults", "credentials", "delete"], "vault_credentials_delete").at(&["url"]).alias(&["rm"]).asks("Delete the login?"),
    Leaf::operation(&["vaults", "card", "get"], "vault_credit_card_get"),
    Leaf::operation(&["vaults", "card", "set"], "vault_credit_card_set"),
    Leaf::operation(&["vaults", "card", "delete"], "vault_credit_card_delete").alias(&["rm"]).asks("Delete the card?"),

    // Personas.
    Leaf::operation(&["personas", "list"], "list_personas").columns(&["persona_id", "first_name", "last_name", "email", "status"]),
    Leaf::operation(&["personas", "create"], "persona_create"),
    Leaf::operation(&["personas", "show"], "persona_get").alias(&["get"]),
    Leaf::operation(&["personas", "update"], "persona_update"),
    Leaf::operation(&["personas", "delete"], "persona_delete").alias(&["rm"]).asks("Delete the persona?"),
    Leaf::operation(&["personas", "emails"], "persona_emails_list").columns(&["created_at", "sender_email", "subject"]),
    Leaf::operation(&["personas", "sms"], "persona_sms_list").columns(&["created_at", "sender", "body"]),
    Leaf::operation(&["personas", "number-create"], "persona_create_number"),
    Leaf::operation(&["personas", "number-delete"], "persona_delete_number").asks("Delete the phone number?"),

    // Profiles.
    Leaf::operation(&["profiles", "list"], "profile_list").columns(&["profile_id", "name", "created_at", "updated_at"]),
    Leaf::operation(&["profiles", "create"], "profile_create").at(&["name"]),
    Leaf::operation(&["profiles", "show"], "profile_get").alias(&["get"]),
    Leaf::operation(&["profiles", "delete"], "profile_delete").alias(&["rm"]).asks("Delete the profile?"),
    Leaf::operation(&["profiles", "cookies"], "profile_cookies_get"),
    Leaf::custom(&["profiles", "cookies-set"], "Imports cookies from a JSON file", files::profile_cookies_arguments, act!(files::profile_cookies_set)).of("profile_cookies_set"),
    Leaf::operation(&["profiles", "duplicate"], "profile_duplicate"),
    Leaf::operation(&["profiles", "state-set"], "profile_state_set"),

    // Files.
    Leaf::custom(&["files", "upload"], "Uploads a file to the account, or to a session with -s", files::upload_arguments, act!(files::upload)).of("file_upload"),
    Leaf::custom(&["files", "list"], "Lists files of the account (--from uploads) or of a session", files::list_arguments, act!(files::list)).of("file_list_uploads"),
    Leaf::custom(&["files", "download"], "Saves a file of a session, by its name or id", files::download_arguments, act!(files::download)).of("download_session_file"),
    Leaf::operation(&["files", "delete"], "delete_session_file").alias(&["rm"]),
    Leaf::operation(&["files", "session-list"], "list_session_files").columns(&["id", "filename", "size", "source", "created_at"]),
    Leaf::operation(&["files", "session-upload"], "upload_session_file").at(&["file"]),
    Leaf::operation(&["files", "downloads"], "file_list_downloads"),
    Leaf::operation(&["files", "download-url"], "file_download"),
    Leaf::operation(&["files", "upload-download"], "file_upload_downloaded_file"),

    // Secrets.
    Leaf::operation(&["secrets", "list"], "list_secrets"),
    Leaf::operation(&["secrets", "get"], "get_secret"),
    Leaf::custom(&["secrets", "set"], "Stores a value, read from stdin, a file or a prompt", vaults::secret_arguments, act!(vaults::secret_set)).of("store_secret"),
    Leaf::operation(&["secrets", "delete"], "delete_secret").alias(&["rm"]).asks("Delete the secret?"),

    // The rest of the API.
    Leaf::operation(&["usage"], "get_usage"),
    Leaf::operation(&["usage", "logs"], "get_usage_logs").hide(&[]).columns(&["created_at", "endpoint", "status", "cost"]),
    Leaf::operation(&["prompts", "improve"], "improve_prompt").at(&["prompt"]),
    Leaf::operation(&["prompts", "nudge"], "nudge_prompt"),
    Leaf::operation(&["connections", "check"], "managed_auth_connection_check"),
    Leaf::operation(&["connections", "reauthenticate"], "managed_auth_connection_reauthenticate"),
    Leaf::operation(&["connections", "refresh"], "managed_auth_connection_refresh"),
    Leaf::operation(&["connections", "operation"], "managed_auth_operation_get"),
    Leaf::custom(&["health"], "Reports whether the service is up", none, act!(doctor::health)).of("health_check"),
    Leaf::custom(&["ready"], "Reports whether the service accepts work", none, act!(doctor::ready)).of("ready_check"),
    Leaf::custom(&["api"], "Sends any operation", api::arguments, act!(api::send)),
    Leaf::custom(&["describe"], "Lists operations, or describes one with its schemas", api::describe_arguments, act!(api::describe)),

    // This machine.
    Leaf::custom(&["local", "start"], "Starts the API on this machine", local::start_arguments, act!(local::start)),
    Leaf::custom(&["local", "status"], "Shows the server that runs on this machine", none, act!(local::status)),
    Leaf::custom(&["local", "stop"], "Stops the server on this machine", none, act!(local::stop)),
    Leaf::custom(&["local", "logs"], "Prints the log of the server", local::logs_arguments, act!(local::logs)),
    Leaf::custom(&["local", "serve"], "Serves the API until it is interrupted", local::start_arguments, act!(local::serve)),
    Leaf::custom(&["mcp"], "Serves MCP over stdio, or over HTTP with --http", mcp::arguments, act!(mcp::serve)),
    Leaf::custom(&["mcp", "install"], "Writes the server into the configuration of a client", mcp::install_arguments, act!(mcp::install)),
    Leaf::custom(&["skill", "show"], "Prints the instructions on a topic", skill::show_arguments, act!(skill::show)),
    Leaf::custom(&["skill", "install"], "Writes the skill for a coding agent", skill::install_arguments, act!(skill::install)).alias(&["add"]),
    Leaf::custom(&["skill", "remove"], "Removes the skill of a coding agent", skill::install_arguments, act!(skill::remove)).alias(&["rm"]),
    Leaf::custom(&["doctor"], "Checks key, service, clock, browser and state", none, act!(doctor::doctor)),
    Leaf::custom(&["version"], "Prints the version", none, act!(help::version)),
    Leaf::custom(&["clear"], "Forgets names and observations of sessions on this machine", none, act!(help::clear)),
    Leaf::custom(&["completions"], "Prints the completions of a shell", help::completions_arguments, act!(help::completions)),
    Leaf::custom(&["man"], "Writes the man pages into a folder", help::man_arguments, act!(help::man)),
    Leaf::custom(&["help"], "Prints help on a command, or the exit codes", help::arguments, act!(help::help)),
];

/// Answers a shell that completes a line; ids of sessions are those that have a name here.
pub(crate) fn complete() {
    clap_complete::CompleteEnv::with_factory(|| cli::tree(&crate::table::Table::load())).complete();
}

/// A command without arguments of its own.
fn none(command: Command) -> Command {
    command
}

/// Runs a command.
pub(crate) async fn run(context: &Context, leaf: &'static Leaf, matches: &ArgMatches) -> Result<Output> {
    if !leaf.asks.is_empty() {
        input::confirm(leaf.asks, context.globals.yes)?;
    }
    match &leaf.run {
        Run::Custom { act, .. } => act(context, matches).await,
        Run::Operation => operation(context, leaf, matches).await,
    }
}

/// The call of the operation of the row with these words.
pub(crate) async fn call_of<'t>(context: &'t Context, words: &[&str], matches: &ArgMatches) -> Result<Call<'t>> {
    match LEAVES.iter().find(|leaf| leaf.words == words) {
        Some(leaf) => call(context, leaf, matches).await,
        None => Err(Error::failed(format!("`{}` is not in the table of commands", words.join(" ")))),
    }
}

/// The call of a leaf's operation, with what the arguments set.
async fn call<'t>(context: &'t Context, leaf: &Leaf, matches: &ArgMatches) -> Result<Call<'t>> {
    let table = context.table();
    let mut call = Call::of(table, leaf.operation.unwrap_or_default())?;
    if let Ok(Some(body)) = matches.try_get_one::<String>("body") {
        call.set_body(input::json_text("body", body)?)?;
    }
    for field in table.fields(call.operation) {
        let given = cli::given(&field, matches);
        if given.is_empty() {
            match (field.name, environment("NOTTE_FUNCTION_ID")) {
                ("session_id", _) if field.required => call.set("session_id", context.session_id().await?.into())?,
                // What the official CLI's secrets are for.
                ("namespace", _) if field.required => call.set("namespace", "function_env".into())?,
                ("function_id", Some(id)) => call.set("function_id", id.into())?,
                _ => {}
            }
            continue;
        }
        let value = match field.holds {
            crate::table::Holds::Texts if given.len() > 1 => given.into(),
            _ => input::value(&field, given.last().map_or("", String::as_str))?,
        };
        call.set(field.name, value)?;
    }
    Ok(call)
}

async fn operation(context: &Context, leaf: &Leaf, matches: &ArgMatches) -> Result<Output> {
    let call = call(context, leaf, matches).await?;
    if context.globals.all {
        return every_page(context, call).await;
    }
    let value = call.json(context.notte().await?, context.globals.reveal).await?;
    Ok(Output::table(value, leaf.columns))
}

/// Turns the pages of a list, and prints its items as they come.
async fn every_page(context: &Context, mut call: Call<'_>) -> Result<Output> {
    let notte = context.notte().await?;
    for page in 1_u32.. {
        if call.set("page", page.into()).is_err() {
            return Err(Error::usage(format!("`{}` has no pages: --all is for lists", call.operation.id)));
        }
        let answer = call.json(notte, context.globals.reveal).await?;
        items(&answer).into_iter().flatten().try_for_each(|item| context.printer.item(item))?;
        if answer["has_next"] != true {
            break;
        }
        call.unset("page");
    }
    Ok(Output::nothing())
}
