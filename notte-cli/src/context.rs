//! What a command runs in: global flags, the client it speaks with, and the session it works on.

use std::{cell::OnceCell, io::IsTerminal as _, path::PathBuf, rc::Rc, time::Duration};

use clap::ArgMatches;
use notte_ext::{Notte, SessionHandle};
use tokio::sync::OnceCell as AsyncOnceCell;

use crate::{
    error::{Error, Exit, Result},
    output::{Format, Printer},
    state::{
        credentials, folder, local,
        observations::Observations,
        sessions::{Names, Scope},
    },
    table::Table,
};

pub(crate) const DEFAULT_URL: &str = "https://api.notte.cc";
/// How long a call may take unless `--timeout` says otherwise.
const DEADLINE: Duration = Duration::from_secs(120);

/// The flags that every command takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Globals {
    pub(crate) format: Option<Format>,
    pub(crate) fields: Vec<String>,
    pub(crate) jq: Option<String>,
    pub(crate) quiet: bool,
    pub(crate) session: Option<String>,
    pub(crate) local: bool,
    pub(crate) url: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_output: Option<usize>,
    pub(crate) all: bool,
    pub(crate) reveal: bool,
    pub(crate) yes: bool,
}

impl Globals {
    pub(crate) fn read(matches: &ArgMatches) -> Result<Self> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let json = matches.get_one::<String>("json");
        let format = match text("output") {
            Some(name) => Some(Format::named(&name)?),
            None => json.map(|_| Format::Json),
        };
        let fields = json
            .map(|list| list.split(',').map(str::trim).filter(|it| !it.is_empty()).map(ToOwned::to_owned).collect());
        let seconds = matches.get_one::<f64>("timeout").copied();
        let timeout =
            seconds.map(Duration::try_from_secs_f64).transpose().ok().filter(|it| *it != Some(Duration::ZERO));
        let timeout = timeout.ok_or_else(|| Error::usage("--timeout takes a number of seconds above 0"))?;
        Ok(Self {
            format,
            fields: fields.unwrap_or_default(),
            jq: text("jq"),
            quiet: matches.get_flag("quiet"),
            session: text("session")
                .or_else(|| environment("NOTTE_SESSION_ID"))
                .or_else(|| environment("NOTTE_SESSION")),
            local: matches.get_flag("local") || environment("NOTTE_LOCAL").is_some_and(|it| it == "1"),
            url: text("api_url"),
            timeout,
            max_output: matches.get_one::<usize>("max_output").copied(),
            all: matches.get_flag("all"),
            reveal: matches.get_flag("reveal"),
            yes: matches.get_flag("yes"),
        })
    }
}

/// A variable that is set and not empty.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Where requests go, and with which key.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) key: Option<credentials::Key>,
}

/// One run of the program.
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) printer: Printer,
    table: Rc<Table>,
    target: Rc<AsyncOnceCell<Target>>,
    notte: Rc<OnceCell<Notte>>,
}

impl Context {
    pub(crate) fn new(globals: Globals, table: Table) -> Result<Self> {
        let printer = Printer::new(&globals)?;
        Ok(Self { globals, printer, table: Rc::new(table), target: Rc::default(), notte: Rc::default() })
    }

    /// A context with other flags that shares the client.
    pub(crate) fn child(&self, globals: Globals) -> Result<Self> {
        let printer = Printer::new(&globals)?;
        let (table, target, notte) = (Rc::clone(&self.table), Rc::clone(&self.target), Rc::clone(&self.notte));
        Ok(Self { globals, printer, table, target, notte })
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// The service and the key; `--local` starts a server if none runs.
    pub(crate) async fn target(&self) -> Result<&Target> {
        self.target
            .get_or_try_init(|| async {
                if self.globals.local {
                    let server = local::ensure(&self.printer).await?;
                    return Ok(Target { url: server.url, key: Some(credentials::Key::local(server.key)) });
                }
                let url = self.url();
                let key = credentials::find(&url)?;
                Ok(Target { url, key })
            })
            .await
    }

    /// The address of the service, without `--local`.
    pub(crate) fn url(&self) -> String {
        let url = self.globals.url.clone().or_else(|| environment("NOTTE_API_URL")).or_else(credentials::official_url);
        url.unwrap_or_else(|| DEFAULT_URL.to_owned()).trim_end_matches('/').to_owned()
    }

    /// The client. Its ledger is on, so that `sessions sweep` finds what a killed process leaves.
    pub(crate) async fn notte(&self) -> Result<&Notte> {
        let target = self.target().await?;
        let Some(key) = &target.key else { return Err(no_key(&target.url)) };
        if let Some(notte) = self.notte.get() {
            return Ok(notte);
        }
        let notte = self.builder(target).api_key(key.secret()).build()?;
        Ok(self.notte.get_or_init(|| notte))
    }

    /// A client that can only ask whether the service is up.
    pub(crate) async fn keyless(&self) -> Result<Notte> {
        Ok(self.builder(self.target().await?).without_key().build()?)
    }

    fn builder(&self, target: &Target) -> notte_ext::Builder {
        let deadline = self.globals.timeout.unwrap_or(DEADLINE);
        let origin = environment("NOTTE_REQUEST_ORIGIN").unwrap_or_else(|| "cli".to_owned());
        let builder = Notte::builder()
            .base_url(&target.url)
            .origin(origin)
            .user_agent(concat!("notte-cli/", env!("CARGO_PKG_VERSION")))
            .deadline(deadline)
            .timeout(deadline.min(Duration::from_secs(60)).max(self.globals.timeout.unwrap_or_default()));
        match folder() {
            Ok(folder) => builder.ledger(folder.join("ledger")),
            Err(_) => builder,
        }
    }

    /// Which names and observations belong to this key at this service.
    pub(crate) async fn scope(&self) -> Result<Scope> {
        let target = self.target().await?;
        Ok(Scope::new(&target.url, target.key.as_ref().map(credentials::Key::secret)))
    }

    pub(crate) async fn names(&self) -> Result<Names> {
        Names::open(self.scope().await?)
    }

    pub(crate) async fn observations(&self) -> Result<Observations> {
        Ok(Observations::of(&self.scope().await?, &folder()?))
    }

    /// The id of the session to work on: `-s`, the environment, or the one last started on this terminal.
    pub(crate) async fn session_id(&self) -> Result<String> {
        let names = self.names().await?;
        let Some(given) = &self.globals.session else {
            return names.current()?.ok_or_else(no_session);
        };
        Ok(names.id(given)?.unwrap_or_else(|| given.clone()))
    }

    /// A handle on that session, which does not stop it.
    pub(crate) async fn session(&self) -> Result<SessionHandle> {
        let id = self.session_id().await?;
        Ok(self.notte().await?.sessions().attach(id))
    }

    /// The value of a variable that is a path, for messages.
    pub(crate) fn state_folder() -> Option<PathBuf> {
        folder().ok()
    }
}

pub(crate) fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn no_session() -> Error {
    Error::usage("no session was named").hint(
        "pass -s NAME (a name from `notte sessions start -s NAME`) or an id, or set NOTTE_SESSION_ID; \
         only on a terminal the last session started there is used",
    )
}

fn no_key(url: &str) -> Error {
    let mut error = Error::new(Exit::Auth, "no_key", format!("there is no API key for {url}"));
    error.hint = Some(
        "run `notte auth login`, set NOTTE_API_KEY (keys: https://console.notte.cc), or work on this machine with --local"
            .to_owned(),
    );
    error
}
