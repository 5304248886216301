//! Thin command line: arguments, plan, stages, issues, exit code.
//!
//! 1. [`args`] says what may be typed; [`plan`] resolves it against the code lists.
//! 2. [`stages`] is the data flow: load, analyse, disclose.
//! 3. [`commands`] has one module a command; each prints or writes what a stage made.
//! 4. [`embed`] runs a command for another program: what would be printed is returned, and a run's tables stay in memory.
//!
//! Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 ran and
//! found something wrong with the figures, 2 could not run.

#![expect(
    clippy::disallowed_methods,
    reason = "the program is the edge: it touches files and the clock"
)]

mod args;
mod builtin;
mod commands;
mod config;
pub mod embed;
mod hint;
mod homes;
mod needs_args;
mod out;
mod place;
mod plan;
mod policy;
mod progress;
mod published;
mod remembered;
mod returns_args;
mod returns_stage;
mod side_by_side;
mod stages;
mod stores;
mod tables_stage;
mod years;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command, DataCommand, TableCommand};
use crate::hint::Hinted;
use crate::returns_args::ReturnsCommand;

/// The program: reads what was typed, does it and says with which code to end.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    out::decide_width(cli.wide);
    match dispatch(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::from(2)
        }
    }
}

/// Runs a command; false where it ran and found something wrong.
fn dispatch(cli: &Cli) -> anyhow::Result<bool> {
    match &cli.command {
        None => commands::run::run(&cli.run),
        Some(Command::Run(args)) => commands::run::run(args),
        Some(Command::Site(args)) => commands::site::site(args),
        Some(Command::Serve(args)) => commands::serve::serve(args).map(|()| true),
        Some(Command::Authority(args)) => commands::authority::authority(args),
        Some(Command::Compare(args)) => commands::compare::compare(args),
        Some(Command::Chart(args)) => commands::chart::chart(args),
        Some(Command::Needs(args)) => commands::needs::needs(args),
        Some(Command::Method { name }) => commands::method::method(name.as_deref()).map(|()| true),
        Some(Command::Codes { list }) => commands::codes::codes(*list).map(|()| true),
        Some(Command::Data(DataCommand::Build { from, to })) => {
            commands::data::build(from, to).map(|()| true)
        }
        Some(Command::Returns(command)) => catalogue_of(|catalogue| match command {
            ReturnsCommand::Check { read, out } => commands::returns::check(read, out, catalogue),
            ReturnsCommand::Build { read, out, apart } if *apart => {
                commands::returns_apart::build(read, out, catalogue)
            }
            ReturnsCommand::Build { read, out, .. } => {
                commands::returns::build(read, out, catalogue)
            }
            ReturnsCommand::Inspect { store } => remembered::inspect(store).map(|()| true),
        }),
        Some(Command::PriorHelp(args)) => {
            catalogue_of(|catalogue| commands::prior_help::run(args, catalogue).map(|()| true))
        }
        Some(Command::Journeys(args)) => {
            catalogue_of(|catalogue| commands::journeys::run(args, catalogue).map(|()| true))
        }
        Some(Command::Audit(args)) => {
            catalogue_of(|catalogue| commands::audit::run(args, catalogue))
        }
        Some(Command::Simulate(args)) => {
            catalogue_of(|catalogue| commands::simulate::simulate(args, catalogue).map(|()| true))
        }
        Some(Command::Data(DataCommand::Add {
            files,
            to,
            like,
            remember,
        })) => commands::data_add::add(files, to, like.as_deref(), *remember).map(|()| true),
        Some(Command::Data(DataCommand::Forget)) => commands::data_add::forget().map(|()| true),
        Some(Command::Data(DataCommand::List)) => commands::data::list().map(|()| true),
        Some(Command::Query(args)) => commands::query::query(args).map(|()| true),
        Some(Command::Survey(args)) => commands::survey::survey(args).map(|()| true),
        Some(Command::Table(TableCommand::Inspect { file, sheet })) => {
            commands::table::inspect(file, sheet.as_deref()).map(|()| true)
        }
        Some(Command::Data(DataCommand::Verify { data, all })) => {
            commands::data::verify(data.as_deref(), *all)
        }
    }
}

/// Does what needs the code lists and facts about areas.
fn catalogue_of<T>(
    work: impl FnOnce(&disparity_core::Catalogue) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let files = builtin::files(None)?;
    work(&disparity_published::load_catalogue(&files)?)
}

/// The chain of causes on one line each, then what to do.
fn report(error: &anyhow::Error) {
    crate::out::tell(format_args!("error: {error}"));
    for cause in error.chain().skip(1) {
        crate::out::tell(format_args!("  caused by: {cause}"));
    }
    if let Some(hinted) = error.downcast_ref::<Hinted>() {
        crate::out::tell(format_args!("hint: {}", hinted.hint));
    }
}

/// Whoever read our output has had enough: that is not a failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
