//! Commands for another program, such as a binding to another language: they are asked for by the words that would be
//! typed, and what would be printed is returned. A run's tables can stay in memory.
//!
//! One command runs at a time, as one person types; whoever watches one sees the stage that is under way and can stop it
//! before the next. No count of children leaves but through the gate: what is here holds a
//! [`Release`], never what it was made of; [`workers`] alone hand on what is not a release yet.

pub mod workers;

use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use clap::Parser as _;
use disparity_core::{Catalogue, Place, Plan, Results};
use disparity_disclosure::Release;
use disparity_export::{ArrowTable, Manifest};
use disparity_frames::TableErrors;
use disparity_published::LoadErrors;
use disparity_report::{View, render};

use crate::args::{Cli, Command, RunArgs};
use crate::commands::prior_help;
use crate::commands::run::{self, Made};
use crate::hint::Hinted;
use crate::out::{Kept, kept};
pub use crate::progress::Watch;
use crate::progress::{Progress, Stopped, watched_by};
use crate::returns_args::PriorHelpArgs;
use crate::stages::england_alone;

/// How long a command waits before it looks whether another is done.
const WAIT: Duration = Duration::from_millis(20);

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It was stopped.
    Stopped,
    /// Something was wrong.
    Wrong {
        /// What, with everything that led to it.
        message: String,
        /// What to do about it; empty where nobody knows.
        hint: String,
        /// File, line and column, of the first thing that was wrong in a file.
        place: Option<Place>,
    },
}

impl Failure {
    fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Wrong {
            message: message.into(),
            hint: hint.into(),
            place: None,
        }
    }

    /// An error as the program would have said it, taken apart.
    fn of(error: &anyhow::Error) -> Self {
        let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
        let message = chain.join("\ncaused by: ");
        if let Some(hinted) = error.downcast_ref::<Hinted>() {
            return Self::wrong(message, hinted.hint.clone());
        }
        let first = error
            .downcast_ref::<TableErrors>()
            .and_then(|errors| errors.0.first())
            .map(|first| (first.place.clone(), first.hint.clone()));
        let first = first.or_else(|| {
            let errors = error.downcast_ref::<LoadErrors>()?;
            let first = errors.0.first()?;
            Some((first.place.clone(), first.fault.hint()))
        });
        let (place, hint) =
            first.map_or((None, String::new()), |(place, hint)| (Some(place), hint));
        Self::Wrong {
            message,
            hint,
            place,
        }
    }
}

/// What a command said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it would have printed.
    pub text: String,
    /// Notes and warnings for whoever asked.
    pub told: Vec<String>,
    /// Whether all was well: false where it ran and found something wrong with the figures.
    pub is_well: bool,
}

/// Runs a command by the words that would stand behind `disparity`.
///
/// # Errors
/// [`Failure`] of words that mean nothing, and of whatever the command could not do.
pub fn command(words: &[String], watch: &Arc<Watch>) -> Result<Said, Failure> {
    let cli = parsed(words)?;
    if matches!(cli.command, Some(Command::Serve(_))) {
        let hint = "write the folder with `site` or `run`, and open its first page";
        return Err(Failure::wrong("a server is not run from a program", hint));
    }
    let (is_well, kept) = alone(watch, || crate::dispatch(&cli))?;
    Ok(Said {
        text: kept.text,
        told: kept.told,
        is_well,
    })
}

/// What `disparity prior-help` with these words prints as CSV, as a table; and its notes.
///
/// # Errors
/// [`Failure`] as of [`command`].
pub fn prior_help(
    words: &[String],
    watch: &Arc<Watch>,
) -> Result<(ArrowTable, Vec<String>), Failure> {
    let args = prior_help_of_words(words)?;
    let (table, kept) = alone(watch, || {
        crate::catalogue_of(|catalogue| prior_help::table_of(&args, None, catalogue))
    })?;
    Ok((table, kept.told))
}

fn prior_help_of_words(words: &[String]) -> Result<PriorHelpArgs, Failure> {
    match parsed(words)?.command {
        Some(Command::PriorHelp(args)) if !args.supported => Ok(args),
        _ => Err(Failure::wrong("this is no question about prior help", "")),
    }
}

/// A run in memory.
#[derive(Debug)]
pub struct Run {
    release: Release<Results>,
    catalogue: Catalogue,
    plan: Plan,
    /// Notes and warnings for whoever asked.
    pub told: Vec<String>,
    /// Whether everything that was asked for and read is in it.
    pub is_whole: bool,
    is_own: bool,
    beside: Vec<String>,
}

/// Does what `disparity run` with these words does, and writes nothing.
///
/// # Errors
/// [`Failure`] as of [`command`]; where no year has what was asked for; and where it is to be remembered, as what is remembered
/// is what was written. Words about where and how to write mean nothing here.
pub fn run(words: &[String], watch: &Arc<Watch>) -> Result<Run, Failure> {
    let all: Vec<String> = std::iter::once("run".to_owned())
        .chain(words.iter().cloned())
        .collect();
    let Some(Command::Run(args)) = parsed(&all)?.command else {
        return Err(Failure::wrong("this is no run", ""));
    };
    made_in_memory(watch, &args, |args, progress| {
        if args.returns.is_some() {
            england_alone(&args.selection)?;
        }
        let memory = run::memory(args)?;
        run::make(args, (memory.as_ref(), None), progress)
    })
}

fn made_in_memory(
    watch: &Arc<Watch>,
    args: &RunArgs,
    make: impl FnOnce(&RunArgs, &mut Progress) -> anyhow::Result<Option<Made>>,
) -> Result<Run, Failure> {
    if args.remember {
        let hint = "write it to a folder: what readers get is what can be remembered";
        return Err(Failure::wrong("a run in memory is not remembered", hint));
    }
    let (made, kept) = alone(watch, || make(args, &mut Progress::new(args.timings)))?;
    let Some(made) = made else {
        return Err(Failure::wrong(
            "no figures are held of what was asked",
            kept.told.join("\n"),
        ));
    };
    Ok(Run {
        release: made.release,
        catalogue: made.catalogue,
        plan: made.plan,
        told: kept.told,
        is_whole: made.is_whole,
        is_own: made.is_own,
        beside: made.beside,
    })
}

impl Run {
    /// The names of tables with a row or more.
    #[must_use]
    pub fn tables(&self) -> Vec<&'static str> {
        let results = self.release.results();
        let mut names = disparity_export::RELEASE_TABLES.to_vec();
        let empty = [
            ("estimates", results.estimates.is_empty()),
            ("expected", results.expected.is_empty()),
            ("contrasts", results.contrasts.is_empty()),
            ("effects", results.effects.is_empty()),
            ("covariates", results.covariates.is_empty()),
            ("fifths", results.fifths.is_empty()),
            ("fits", results.fits.is_empty()),
            ("gradients", results.gradients.is_empty()),
            ("intersections", results.intersections.is_empty()),
        ];
        names.retain(|name| !empty.contains(&(*name, true)));
        names
    }

    /// A table: what its Parquet file holds. None of a name that is no table's.
    ///
    /// # Errors
    /// [`Failure`], if columns and rows do not fit together.
    pub fn table(&self, name: &str) -> Result<Option<ArrowTable>, Failure> {
        let manifest = self.described();
        disparity_export::arrow_table(&self.release, &self.catalogue, &manifest, name)
            .map_err(|error| Failure::wrong(error.to_string(), ""))
    }

    /// The one page with charts and tables, for England and for tables and returns.
    ///
    /// # Errors
    /// [`Failure`] of a page that could not be drawn, and of Wales, whose figures are on a site.
    pub fn page(&self) -> Result<String, Failure> {
        let view = View::new(&self.release, &self.catalogue, &self.plan);
        if !self.is_own && !view.nation().has_children_of_every_year() {
            let hint = "write the run to a folder, and open its first page";
            return Err(Failure::wrong(
                "of Wales there is a site and no one page",
                hint,
            ));
        }
        let files = disparity_export::csv_files(&self.release, disparity_export::Csv::Latest);
        render(view, &files)
            .map(|page| page.html)
            .map_err(|error| Failure::wrong(error.to_string(), ""))
    }

    /// Inputs with their digests, the plan and the version, as JSON.
    #[must_use]
    pub fn manifest(&self) -> String {
        self.described().to_json()
    }

    /// What everything that is made of it says of itself: that its children are invented, that nothing is withheld.
    #[must_use]
    pub fn says_of_itself(&self) -> Option<String> {
        View::new(&self.release, &self.catalogue, &self.plan).says_of_itself()
    }

    fn described(&self) -> Manifest {
        Manifest::describe(&self.release, &self.catalogue, &self.plan)
            .protected_beside(self.beside.clone())
    }
}

fn parsed(words: &[String]) -> Result<Cli, Failure> {
    let typed = std::iter::once("disparity").chain(words.iter().map(String::as_str));
    Cli::try_parse_from(typed).map_err(|error| Failure::wrong(error.to_string(), ""))
}

/// Runs work alone, keeps what it says, and catches that it was stopped.
fn alone<T>(
    watch: &Arc<Watch>,
    work: impl FnOnce() -> anyhow::Result<T>,
) -> Result<(T, Kept), Failure> {
    static ONE: Mutex<()> = Mutex::new(());
    // Whoever waits for another's command can be stopped as well.
    let _one = loop {
        if watch.is_stopped() {
            return Err(Failure::Stopped);
        }
        match ONE.try_lock() {
            Ok(one) => break one,
            Err(TryLockError::Poisoned(one)) => break one.into_inner(),
            Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
        }
    };
    // Tables are as wide as they need: nobody's terminal shows them.
    crate::out::decide_width(true);
    crate::config::forget_what_was_read();
    watched_by(Some(Arc::clone(watch)));
    // Whatever unwinds is passed on or dropped: nothing of it is looked at again.
    let work = std::panic::AssertUnwindSafe(work);
    let (result, said) = kept(|| std::panic::catch_unwind(work));
    watched_by(None);
    match result {
        Ok(Ok(value)) => Ok((value, said)),
        Ok(Err(error)) => Err(Failure::of(&error)),
        Err(panic) if panic.is::<Stopped>() => Err(Failure::Stopped),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
