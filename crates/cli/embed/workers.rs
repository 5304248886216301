//! Commands in steps, for whoever has many machines: what is asked is told to each worker as text, each adds up the stores
//! that it is given, and what they add up to is put together and passes the gate in one place.
//!
//! What goes between them are counts that nobody has protected: they stay where the returns stay.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use disparity_core::{ChineseGroup, Dimensions};
use disparity_export::ArrowTable;
use disparity_journeys::{Questions, Sums};
use disparity_returns::FilePart;
use serde_json::{Value, json};

use super::{Failure, Run, alone, made_in_memory, parsed, prior_help_of_words};
use crate::args::{Command, RunArgs};
use crate::commands::prior_help;
use crate::commands::returns_apart::{Apart, refuse_others};
use crate::plan::PlanFile;
use crate::policy::policy;
use crate::progress::Watch;
use crate::returns_args::{ReadArgs, ReturnsCommand};
use crate::returns_stage::{place_chinese, questions};
use crate::stages::england_alone;
use crate::stores;

/// The files of returns that can be read apart, by authority: the words are those behind `disparity`, of `returns build`.
///
/// # Errors
/// [`Failure`] of returns that are not read apart, and of a folder with stores of others.
pub fn parts(words: &[String], watch: &Arc<Watch>) -> Result<Vec<(String, Vec<String>)>, Failure> {
    with_build(words, watch, |read, out, catalogue| {
        let parts = Apart::find(read, catalogue)?.parts(catalogue)?;
        refuse_others(out, &parts)?;
        Ok(parts.into_iter().map(|own| (own.name, own.files)).collect())
    })
}

/// Builds the stores of some of those parts; how many children each has, and whether all went well with it.
///
/// # Errors
/// [`Failure`] as of the command.
pub fn build_parts(
    words: &[String],
    parts: Vec<(String, Vec<String>)>,
    watch: &Arc<Watch>,
) -> Result<Vec<(String, u64, bool)>, Failure> {
    with_build(words, watch, |read, out, catalogue| {
        let returns = Apart::find(read, catalogue)?;
        let each = parts.into_iter().map(|(name, files)| {
            let built = returns.build(&FilePart { name, files }, out, catalogue)?;
            Ok((built.name, built.children as u64, !built.failed))
        });
        each.collect()
    })
}

/// The stores in a folder of stores.
///
/// # Errors
/// [`Failure`] of a folder that has none.
pub fn stores(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let found = stores::stores_in(folder).map_err(|error| Failure::of(&error))?;
    found.ok_or_else(|| {
        let message = format!("`{}` is no folder of stores", folder.display());
        Failure::wrong(message, "make one with `returns build --apart`")
    })
}

/// What workers are to add up for a question, as text: the words are those of `prior-help` or of `run`.
///
/// # Errors
/// [`Failure`] of words that mean nothing, and of those that several stores do not answer.
pub fn question(words: &[String]) -> Result<String, Failure> {
    let asked = match parsed(words)?.command {
        Some(Command::PriorHelp(args)) => {
            refuse(stores::refuse_control(&args.control))?;
            refuse(prior_help::params(&args).map(drop))?;
            json!({ "prior_help": words })
        }
        Some(Command::Run(args)) => {
            refuse(stores::refuse_beside(&args.published, args.remember))?;
            if args.selection.data.is_some() {
                let hint = "leave it out: workers have the code lists that are built in";
                return Err(Failure::wrong("workers do not have a folder of data", hint));
            }
            let plan = PlanFile::read(&args.selection);
            let group = plan.and_then(|plan| plan.chinese_group());
            let group = group.map_err(|error| Failure::of(&error))?;
            json!({ "run": group == ChineseGroup::Asian })
        }
        _ => return Err(Failure::wrong("workers are asked nothing of this kind", "")),
    };
    Ok(asked.to_string())
}

/// Adds up stores for a question that [`question`] made.
///
/// # Errors
/// [`Failure`] of stores that cannot be read or have an authority twice.
pub fn sums(question: &str, stores: &[PathBuf], watch: &Arc<Watch>) -> Result<Vec<u8>, Failure> {
    // A worker is asked for some stores after another.
    static DIMENSIONS: OnceLock<Dimensions> = OnceLock::new();
    let (sums, _) = alone(watch, || {
        if DIMENSIONS.get().is_none() {
            crate::catalogue_of(|catalogue| {
                // Another thread's are the same.
                let _ = DIMENSIONS.set(catalogue.dimensions.clone());
                Ok(())
            })?;
        }
        let dimensions = DIMENSIONS.get().context("there are code lists")?;
        let (questions, dimensions) = asked_of(question, dimensions)?;
        stores::add_up_quietly(stores, &dimensions, &questions)
    })?;
    Ok(sums.to_bytes())
}

/// What is added up, and in which groups.
fn asked_of(question: &str, dimensions: &Dimensions) -> anyhow::Result<(Questions, Dimensions)> {
    let asked: Value = serde_json::from_str(question).context("this is no question")?;
    if let Some(is_asian) = asked["run"].as_bool() {
        let group = if is_asian {
            ChineseGroup::Asian
        } else {
            ChineseGroup::Other
        };
        return Ok((questions(), place_chinese(dimensions, group)));
    }
    let words: Vec<String> = serde_json::from_value(asked["prior_help"].clone())?;
    let args = prior_help_of_words(&words).map_err(|_| anyhow::anyhow!("this is no question"))?;
    let help = prior_help::questions(&prior_help::params(&args)?, &policy(&args.control)?);
    let questions = Questions {
        help,
        indicators: false,
    };
    Ok((questions, dimensions.clone()))
}

/// Puts together what workers have added up, in any order.
///
/// # Errors
/// [`Failure`], where they do not go together or an authority is in two.
pub fn merged(parts: &[impl AsRef<[u8]>]) -> Result<Sums, Failure> {
    let wrong = |error: disparity_journeys::SumsError| {
        Failure::wrong(
            error.to_string(),
            "add up each authority once, with the same version everywhere",
        )
    };
    let mut all: Option<Sums> = None;
    for part in parts {
        let part = Sums::from_bytes(part.as_ref()).map_err(wrong)?;
        match &mut all {
            Some(all) => all.merge(part).map_err(wrong)?,
            None => all = Some(part),
        }
    }
    all.ok_or_else(|| Failure::wrong("nothing was added up", "give one or more stores"))
}

/// What `disparity prior-help` with these words prints as CSV of what was added up, as a table; and its notes.
///
/// # Errors
/// [`Failure`] as of the command.
pub fn prior_help_of(
    words: &[String],
    sums: &Sums,
    watch: &Arc<Watch>,
) -> Result<(ArrowTable, Vec<String>), Failure> {
    let args = prior_help_of_words(words)?;
    let (table, kept) = alone(watch, || {
        stores::say(sums);
        crate::catalogue_of(|catalogue| prior_help::table_of(&args, Some(sums), catalogue))
    })?;
    Ok((table, kept.told))
}

/// What `disparity run` with these words makes of what was added up, in memory.
///
/// # Errors
/// [`Failure`] as of [`super::run()`].
pub fn run_of(words: &[String], sums: &Sums, watch: &Arc<Watch>) -> Result<Run, Failure> {
    let Some(Command::Run(args)) = parsed(words)?.command else {
        return Err(Failure::wrong("this is no run", ""));
    };
    made_in_memory(watch, &args, |args: &RunArgs, progress| {
        england_alone(&args.selection)?;
        stores::say(sums);
        crate::commands::run::make(args, (None, Some(sums)), progress)
    })
}

fn refuse(result: anyhow::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| Failure::of(&error))
}

fn with_build<T>(
    words: &[String],
    watch: &Arc<Watch>,
    work: impl FnOnce(&ReadArgs, &Path, &disparity_core::Catalogue) -> anyhow::Result<T>,
) -> Result<T, Failure> {
    // With `--apart`, which refuses what is for one store.
    let Some(Command::Returns(ReturnsCommand::Build {
        read,
        out,
        apart: true,
    })) = parsed(words)?.command
    else {
        return Err(Failure::wrong("these are no returns to build from", ""));
    };
    let work = || crate::catalogue_of(|catalogue| work(&read, &out, catalogue));
    alone(watch, work).map(|(made, _)| made)
}
