//! `notte mcp`.
use clap::{ArgMatches, Command};

use crate::{
    context::Context,
    error::{Error, Result},
    output::Output,
};

pub(crate) fn arguments(command: Command) -> Command {
    command
}

pub(crate) fn install_arguments(command: Command) -> Command {
    command
}

pub(crate) async fn serve(_: &Context, _: &ArgMatches) -> Result<Output> {
    Err(Error::usage("not yet"))
}

pub(crate) async fn install(_: &Context, _: &ArgMatches) -> Result<Output> {
    Err(Error::usage("not yet"))
}
