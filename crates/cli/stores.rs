//! Stores: one, whose records are read, or several as one: each is added up by itself, so that memory holds the children of
//! as many as there are cores, and what they add up to is put together. A folder of stores is one whose folders are stores,
//! as `disparity returns build --apart` makes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use disparity_core::answers::PriorHelp;
use disparity_core::journeys::Wanted;
use disparity_core::{Day, Dimensions, Journeys, Period};
use disparity_journeys::{
    CountKey, Entered, PriorHelpParams, Questions, Repeats, Sums, counts_and_repeats, part_years,
    prior_help,
};
use rayon::prelude::*;

use crate::hint::Hinted;
use crate::place::STORE;
use crate::progress::Bar;
use crate::remembered::refuse_remembered;
use crate::returns_args::ControlArgs;

/// Reads a store.
pub(crate) fn store(path: &Path, dimensions: &Dimensions) -> Result<Journeys> {
    store_of(path, dimensions, &Wanted::everything())
}

/// Reads the part of a store that a question looks at.
pub(crate) fn store_of(path: &Path, dimensions: &Dimensions, wanted: &Wanted) -> Result<Journeys> {
    if let Some(stores) = stores_in(path)? {
        let message = format!(
            "`{}` is a folder of {} stores",
            path.display(),
            stores.len()
        );
        let hint = "`prior-help`, `site` and `run --returns` add them up; for the rest build one store, without --apart";
        return Err(Hinted::new(message, hint).into());
    }
    let journeys = quiet_store_of(path, dimensions, wanted)?;
    say_of_store(&journeys);
    Ok(journeys)
}

/// The same without a word.
fn quiet_store_of(path: &Path, dimensions: &Dimensions, wanted: &Wanted) -> Result<Journeys> {
    let read = disparity_returns::store::read_store_of(path, dimensions, wanted);
    let hint = "make a store with `disparity returns build DIR --out STORE`";
    Ok(read.map_err(|error| Hinted::new(error.to_string(), hint))?)
}

/// Says what must be known of the authorities of a store: what they look back into, and which years are there in part.
fn say_of_store(journeys: &Journeys) {
    for authority in journeys.authorities() {
        if let Some(continued) = &authority.continued {
            let rest = if continued.whole {
                ""
            } else {
                ", of some of the authorities from which it came only; a child in none of them is not seen before"
            };
            crate::out::tell(format_args!(
                "{} looks back beyond {} in the returns of {}{rest}",
                authority.old_la_code,
                continued.from,
                continued.predecessors.join(" and ")
            ));
        }
    }
    say_part_years(journeys);
}

/// Says which years the returns cover in part, and up to which day.
fn say_part_years(journeys: &Journeys) {
    let mut said: BTreeMap<(usize, Period, Day), Vec<&str>> = BTreeMap::new();
    for part in part_years(journeys) {
        let key = (part.authority, part.period, part.until);
        said.entry(key).or_default().push(part.kind.as_str());
    }
    for ((authority, period, until), kinds) in said {
        let la = &journeys.authorities()[authority].old_la_code;
        crate::out::tell(format_args!(
            "PART_OF_YEAR: the returns of {la} for the year ending {} cover it in part, up to {until} ({}); no total of \
             that year is counted from them",
            Day::last_of(period),
            kinds.join(", ")
        ));
    }
}

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
    ) -> (BTreeMap<CountKey, u32>, Repeats) {
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
        if name.starts_with('.') || name.ends_with(".released") || !is_store(&path) {
            continue;
        }
        refuse_remembered(&path)?;
        stores.push(path);
    }
    if stores.is_empty() {
        return Ok(None);
    }
    refuse_remembered(folder)?;
    stores.sort();
    Ok(Some(stores))
}

/// Refuses to protect several stores beside earlier outputs: what those show is looked up in the records.
pub(crate) fn refuse_beside(published: &[PathBuf], remember: bool) -> Result<()> {
    let asked = [
        (!published.is_empty(), "--published"),
        (remember, "--remember"),
    ];
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

/// Adds up stores side by side, puts together what they come to and says what must be known of it.
pub(crate) fn add_up(
    stores: &[PathBuf],
    dimensions: &Dimensions,
    questions: &Questions,
) -> Result<Sums> {
    let sums = add_up_quietly(stores, dimensions, questions)?;
    say(&sums);
    Ok(sums)
}

/// Says what must be known of authorities that were added up.
pub(crate) fn say(sums: &Sums) {
    say_of_store(&sums.headings());
}

/// The same without a word.
pub(crate) fn add_up_quietly(
    stores: &[PathBuf],
    dimensions: &Dimensions,
    questions: &Questions,
) -> Result<Sums> {
    let (bar, done) = (Bar::new(), AtomicUsize::new(0));
    let wanted = questions.wanted();
    let sums = stores.par_iter().map(|store| -> Result<Sums> {
        refuse_remembered(store)?;
        let journeys = quiet_store_of(store, dimensions, &wanted)?;
        let sums = Sums::of(&journeys, dimensions, questions);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        bar.show("adding up stores", done, stores.len());
        Ok(sums)
    });
    let all = sums.try_reduce_with(|mut one, other| {
        one.merge(other)?;
        Ok(one)
    });
    bar.clear();
    all.context("there is no store")?
}
