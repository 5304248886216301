//! Several stores as one: each is added up by itself, so that memory holds the children of as many as there are cores, and
//! what they add up to is put together. A folder of stores is one whose folders are stores, as
//! `disparity returns build --apart` makes it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use disparity_core::answers::PriorHelp;
use disparity_core::{Dimensions, Journeys};
use disparity_journeys::{
    CountKey, Entered, PriorHelpParams, Questions, Repeats, Sums, counts_and_repeats, prior_help,
};
use rayon::prelude::*;

use crate::commands::returns::{quiet_store_of, say_of_store};
use crate::hint::Hinted;
use crate::place::STORE;
use crate::progress::Bar;
use crate::returns_args::ControlArgs;

/// The children that are asked about.
#[derive(Clone, Copy)]
pub(crate) enum Children<'a> {
    /// Their records.
    Records(&'a Journeys),
    /// What they add up to, with the authorities as journeys of no child.
    Sums(&'a Sums, &'a Journeys),
}

impl<'a> Children<'a> {
    /// The authorities and the code sets.
    pub(crate) const fn headings(self) -> &'a Journeys {
        match self {
            Self::Records(journeys) | Self::Sums(_, journeys) => journeys,
        }
    }

    /// How many children an authority has.
    pub(crate) fn many_of(self, authority: usize) -> u64 {
        match self {
            Self::Records(journeys) => journeys.children_of(authority).len() as u64,
            Self::Sums(sums, _) => sums.children_of(authority),
        }
    }

    /// Who entered care.
    pub(crate) fn entered(self, dimensions: &Dimensions) -> Entered {
        match self {
            Self::Records(journeys) => Entered::of(journeys, dimensions),
            Self::Sums(sums, _) => *sums.entered(),
        }
    }

    /// Answers to a question about prior help.
    pub(crate) fn prior_help(
        self,
        dimensions: &Dimensions,
        params: &PriorHelpParams,
    ) -> Result<Vec<PriorHelp>> {
        match self {
            Self::Records(journeys) => Ok(prior_help(journeys, dimensions, params)),
            Self::Sums(sums, _) => sums
                .prior_help(dimensions, params)
                .context("the stores were added up for another question"),
        }
    }

    /// Counts of the published indicators, and how many events children had.
    pub(crate) fn counts_and_repeats(
        self,
        dimensions: &Dimensions,
    ) -> (std::collections::BTreeMap<CountKey, u32>, Repeats) {
        match self {
            Self::Records(journeys) => counts_and_repeats(journeys, dimensions),
            Self::Sums(sums, _) => sums.counts_and_repeats(),
        }
    }
}

/// The stores in a folder, by name; none, if it is a store or anything else.
pub(crate) fn stores_in(folder: &Path) -> Result<Option<Vec<PathBuf>>> {
    let is_store = |path: &Path| path.join(STORE.list()).is_file();
    if is_store(folder) || !folder.is_dir() {
        return Ok(None);
    }
    let mut stores = Vec::new();
    let entries = std::fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot look into `{}`", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || !is_store(&path) {
            continue;
        }
        if name.ends_with(".released") {
            let message = format!(
                "`{}` remembers what was released from one of several stores",
                path.display()
            );
            let hint = "several stores are not protected beside releases of one: build one store of all returns";
            return Err(Hinted::new(message, hint).into());
        }
        stores.push(path);
    }
    stores.sort();
    Ok((!stores.is_empty()).then_some(stores))
}

/// Refuses to protect several stores beside earlier outputs: what those show is looked up in the records.
pub(crate) fn refuse_beside(published: &[PathBuf], remember: bool) -> Result<()> {
    let asked = [(!published.is_empty(), "--published"), (remember, "--remember")];
    let Some((_, option)) = asked.into_iter().find(|(asked, _)| *asked) else {
        return Ok(());
    };
    let message = format!("{option} is for one store, and this is a folder of several");
    let hint = "build one store of all returns, without --apart";
    Err(Hinted::new(message, hint).into())
}

/// The same of the options of a command.
pub(crate) fn refuse_control(control: &ControlArgs) -> Result<()> {
    refuse_beside(&control.published, control.remember)
}

/// Adds up one store.
pub(crate) fn sums_of(store: &Path, dimensions: &Dimensions, questions: &Questions) -> Result<Sums> {
    let journeys = quiet_store_of(store, dimensions, &questions.wanted())?;
    Ok(Sums::of(&journeys, dimensions, questions))
}

/// Adds up stores side by side, and puts together what they come to.
pub(crate) fn add_up(
    stores: &[PathBuf],
    dimensions: &Dimensions,
    questions: &Questions,
) -> Result<Sums> {
    let bar = Bar::new();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let sums = stores.par_iter().map(|store| -> Result<Sums> {
        let sums = sums_of(store, dimensions, questions)
            .with_context(|| format!("in `{}`", store.display()))?;
        let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        bar.show("adding up stores", done, stores.len());
        Ok(sums)
    });
    let all = sums.try_reduce_with(|mut one, other| {
        one.merge(other)?;
        Ok(one)
    });
    bar.clear();
    let sums = all.context("there is no store")??;
    say_of_store(&sums.headings());
    Ok(sums)
}
