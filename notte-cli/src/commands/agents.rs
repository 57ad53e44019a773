//! `notte agents`: a task for a language model in a session, its steps as it takes them, its answer.

use std::{io::IsTerminal as _, time::Duration};

use clap::{Arg, ArgAction, ArgMatches, Command};
use notte_ext::{Agent, AgentState, AgentStatus, ErrorKind, Step};
use serde_json::{Map, Value, json};

use super::{call_of, sessions};
use crate::{
    call::Call,
    context::{Context, environment},
    error::{Error, Exit, Result},
    output::{self, Output, mask, table::plain},
};

pub(crate) fn run_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("no-wait")
                .long("no-wait")
                .action(ArgAction::SetTrue)
                .help("Returns at once, as `agents start` does"),
        )
        .arg(
            Arg::new("start-session")
                .long("start-session")
                .action(ArgAction::SetTrue)
                .help("Starts a session for it, and stops it at the end"),
        )
}

pub(crate) fn id_arguments(command: Command) -> Command {
    command
        .arg(Arg::new("id").value_name("AGENT_ID").help("The agent"))
        .arg(Arg::new("agent-id").long("agent-id").value_name("ID").help("As AGENT_ID").hide(true))
}

pub(crate) fn logs_arguments(command: Command) -> Command {
    id_arguments(command).arg(
        Arg::new("follow")
            .long("follow")
            .short('f')
            .action(ArgAction::SetTrue)
            .help("Follows the agent until it has ended"),
    )
}

pub(crate) fn code_arguments(command: Command) -> Command {
    sessions::code_arguments(id_arguments(command))
        .arg(Arg::new("plain").long("plain").action(ArgAction::SetTrue).help("Plain Python instead of a function"))
}

fn agent_id(matches: &ArgMatches) -> Result<String> {
    let given = matches.get_one::<String>("id").or_else(|| matches.get_one::<String>("agent-id")).cloned();
    given
        .or_else(|| environment("NOTTE_AGENT_ID"))
        .ok_or_else(|| Error::usage("no agent was named").hint("`notte agents list` lists them"))
}

async fn agent(context: &Context, matches: &ArgMatches) -> Result<Agent> {
    let id = agent_id(matches)?;
    Ok(context.notte().await?.agents().attach(id))
}

/// The body of `agent_start` that the flags describe, but for task and session.
async fn request(context: &Context, words: &[&str], matches: &ArgMatches) -> Result<(String, Map<String, Value>)> {
    let mut body = call_of(context, words, matches).await?.into_body();
    let task = body["task"].as_str().map(ToOwned::to_owned);
    let task = task.ok_or_else(|| Error::usage("there is no task").hint("notte agents run \"what to do\" -s NAME"))?;
    let fields = body.as_object_mut().map(std::mem::take).unwrap_or_default();
    Ok((task, fields.into_iter().filter(|(name, _)| name != "task" && name != "session_id").collect()))
}

async fn begin(context: &Context, words: &[&str], matches: &ArgMatches) -> Result<Agent> {
    let (task, fields) = request(context, words, matches).await?;
    let session = context.session().await?;
    let builder = fields.into_iter().fold(session.agent(), |builder, (name, value)| builder.extra(name, value));
    Ok(builder.start(task).await?)
}

pub(crate) async fn start(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let agent = begin(context, &["agents", "start"], matches).await?;
    let value = serde_json::to_value(agent.started()).unwrap_or_default();
    let id = agent.id().as_str();
    Ok(Output::text(value, format!("agent {id} works\nfollow it with: notte agents logs -f {id}")))
}

pub(crate) async fn run(context: &Context, matches: &ArgMatches) -> Result<Output> {
    if matches.get_flag("no-wait") {
        return start_of_run(context, matches).await;
    }
    if !matches.get_flag("start-session") {
        let agent = begin(context, &["agents", "run"], matches).await?.stop_on_drop();
        return finish(&follow(context, &agent, true).await?);
    }
    let (task, fields) = request(context, &["agents", "run"], matches).await?;
    // A guard: it is stopped whatever happens.
    let session = context.notte().await?.session().await?;
    let builder = fields.into_iter().fold(session.agent(), |builder, (name, value)| builder.extra(name, value));
    let agent = builder.start(task).await?;
    let status = follow(context, &agent, true).await;
    session.stop().await?;
    finish(&status?)
}

async fn start_of_run(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let agent = begin(context, &["agents", "run"], matches).await?;
    Ok(Output::json(serde_json::to_value(agent.started()).unwrap_or_default()))
}

/// Shows the steps until the agent has ended; on stderr if its answer is what stdout is for.
async fn follow(context: &Context, agent: &Agent, aside: bool) -> Result<AgentStatus> {
    let mut logs = agent.logs();
    let watch = async {
        while let Some(step) = logs.next().await {
            show(context, &step?, aside)?;
        }
        match logs.ended() {
            Some(status) => Ok(status.clone()),
            None => Ok(agent.status().await?),
        }
    };
    match context.globals.timeout {
        Some(limit) => tokio::time::timeout(limit, watch).await.map_err(|_| still_running(agent.id().as_str()))?,
        None => watch.await,
    }
}

fn still_running(id: &str) -> Error {
    Error::new(Exit::Running, "still_running", format!("the agent {id} still works"))
        .hint(format!("notte agents logs -f {id}"))
}

fn show(context: &Context, step: &Step, aside: bool) -> Result<()> {
    let mut raw = step.raw().clone();
    if !context.globals.reveal {
        mask::mask(context.table(), &Value::Null, &mut raw);
    }
    if aside {
        if context.globals.quiet {
            return Ok(());
        }
        if context.printer.is_machine() {
            output::event(&json!({"event": "step", "step": raw}));
        } else {
            context.printer.note(&line(step));
        }
        return Ok(());
    }
    if std::io::stdout().is_terminal() && context.globals.format.is_none() {
        return output::write(&format!("{}\n", line(step)));
    }
    context.printer.item(&raw)
}

fn line(step: &Step) -> String {
    let goal = step.next_goal().or(step.message()).unwrap_or_default();
    let mark = match step.success() {
        Some(false) => "failed ",
        _ => "",
    };
    plain(&format!("{mark}{}: {goal}", step.action_kind().unwrap_or("step")))
}

/// The answer of an agent; one that did not do its task is a failure.
fn finish(status: &AgentStatus) -> Result<Output> {
    let state = status.state();
    let answer = status.answer().unwrap_or_default().to_owned();
    match state {
        AgentState::Completed => {}
        AgentState::Running => return Err(still_running(status.agent_id().as_str())),
        state => {
            let mut error = Error::new(
                Exit::Failed,
                "agent_failed",
                format!("the agent ended as {state:?}: {answer}").to_lowercase(),
            )
            .done();
            error.hint = Some(format!("notte agents logs {}", status.agent_id().as_str()));
            return Err(error);
        }
    }
    let value = json!({
        "agent_id": status.agent_id().as_str(), "session_id": status.session_id().as_str(), "success": true,
        "answer": serde_json::from_str::<Value>(&answer).ok().filter(|it| it.is_object() || it.is_array()).unwrap_or_else(|| json!(answer)),
        "steps": status.steps_completed(),
    });
    Ok(Output::text(value, answer))
}

pub(crate) async fn logs(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let agent = agent(context, matches).await?;
    if matches.get_flag("follow") {
        let _ended = follow(context, &agent, false).await?;
    } else {
        let status = agent.status().await?;
        status.steps().iter().filter(|step| step.is_agent_step()).try_for_each(|step| show(context, step, false))?;
    }
    Ok(Output::nothing())
}

pub(crate) async fn wait(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let agent = agent(context, matches).await?;
    let wait = agent.wait();
    let waited = match context.globals.timeout {
        Some(deadline) => wait.deadline(deadline).await,
        None => wait.deadline(Duration::from_secs(3600)).await,
    };
    match waited {
        Ok(status) => finish(&status),
        Err(error) if matches!(error.kind(), ErrorKind::Deadline | ErrorKind::Timeout) => {
            Err(still_running(agent.id().as_str()))
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn stop(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let agent = agent(context, matches).await?;
    let status = agent.stop().await?;
    let value = json!({"agent_id": agent.id().as_str(), "status": status.status().as_str()});
    Ok(Output::text(value, "the agent stops after its current step"))
}

pub(crate) async fn code(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let mut call = Call::of(context.table(), "get_script")?;
    call.set("agent_id", agent_id(matches)?.into())?;
    call.set("as_workflow", (!matches.get_flag("plain")).into())?;
    let answer = call.json(context.notte().await?, true).await?;
    sessions::script(&answer, matches.get_flag("rust"))
}
