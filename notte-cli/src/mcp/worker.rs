//! Where tool calls run: one thread with the client and the contexts of commands, which do not cross threads.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use notte_ext::Session;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::tools;
use crate::{
    call::Call,
    cli, commands,
    context::{Context, Globals},
    error::{Error, Result},
    table::Table,
};

/// What a call returned.
pub(crate) struct Answer {
    pub(crate) value: Value,
    pub(crate) text: Option<String>,
    /// Base64 and media type.
    pub(crate) image: Option<(String, &'static str)>,
}

struct Job {
    call: tools::Call,
    reply: oneshot::Sender<Result<Answer>>,
}

/// The way to the thread.
#[derive(Clone)]
pub(crate) struct Worker(mpsc::UnboundedSender<Job>);

/// The thread; it ends when the last [`Worker`] is gone, and stops the sessions that it started.
pub(crate) struct Thread(std::thread::JoinHandle<()>);

impl Thread {
    pub(crate) fn join(self) {
        let _ = self.0.join();
    }
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn start(globals: Globals) -> (Self, Thread) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let local = tokio::task::LocalSet::new();
                local.block_on(&runtime, work(globals, receiver));
            }
        });
        (Self(sender), Thread(thread))
    }

    pub(crate) async fn run(&self, call: tools::Call) -> Result<Answer> {
        let (reply, answer) = oneshot::channel();
        let gone = || Error::failed("the server is ending");
        self.0.send(Job { call, reply }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// Sessions that this server started and answers for.
type Started = Rc<RefCell<HashMap<String, Session>>>;

async fn work(globals: Globals, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let Ok(context) = Context::new(globals, Table::load()) else { return };
    let context = Rc::new(context);
    let started: Started = Rc::default();
    while let Some(Job { call, mut reply }) = jobs.recv().await {
        let (context, started) = (Rc::clone(&context), Rc::clone(&started));
        tokio::task::spawn_local(async move {
            // A client that cancels a call has it dropped, which stops agents and sessions that are being started.
            tokio::select! {
                () = reply.closed() => {}
                answer = run(&context, &started, call) => drop(reply.send(answer)),
            }
        });
    }
    // Dropping a guard stops its session; dropping the client waits for that.
    started.borrow_mut().clear();
}

async fn run(context: &Context, started: &Started, call: tools::Call) -> Result<Answer> {
    match call {
        tools::Call::Operation { id, arguments } => {
            let mut call = Call::of(context.table(), &id)?;
            for (name, value) in arguments {
                if name == "body" { call.set_body(value)? } else { call.set(&name, value)? }
            }
            let value = call.json(context.notte().await?, context.globals.reveal).await?;
            Ok(Answer { value, text: None, image: None })
        }
        tools::Call::Command { name, line } => command(context, started, name, line).await,
    }
}

async fn command(context: &Context, started: &Started, name: &str, mut line: Vec<String>) -> Result<Answer> {
    line.insert(0, "notte".to_owned());
    let matches =
        cli::tree(context.table()).try_get_matches_from(&line).map_err(|error| Error::usage(error.to_string()))?;
    let (leaf, inner) = cli::chosen(&matches)?;
    let session = matches.get_one::<String>("session").cloned();
    let globals = Globals { session: session.clone(), quiet: true, yes: true, ..context.globals.clone() };
    let own = context.child(globals)?;
    if name == "screenshot" {
        let bytes = commands::page::screenshot_bytes(&own).await?;
        return Ok(Answer {
            value: json!({}),
            text: None,
            image: Some((BASE64_STANDARD.encode(&bytes), commands::page::image_mime(&bytes))),
        });
    }
    if name == "session_stop" {
        // The guard goes first, so that its session is not stopped twice.
        let id = own.session_id().await?;
        if let Some(guard) = started.borrow_mut().remove(&id) {
            drop(guard.detach());
        }
    }
    let output = commands::run(&own, leaf, inner).await?;
    if name == "session_start"
        && let Some(id) = output.value["session_id"].as_str()
    {
        let guard = own.notte().await?.sessions().adopt(id);
        started.borrow_mut().insert(id.to_owned(), guard);
    }
    Ok(Answer { value: output.value, text: output.text, image: None })
}
