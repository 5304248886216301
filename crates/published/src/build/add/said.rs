//! What is said of the files that were added.

use std::collections::BTreeSet;

use disparity_core::Period;

use super::checked::{PrintedRates, SumApart};
use crate::files::Files;

/// The tables with what was added to them.
#[derive(Debug, Clone)]
pub struct Added {
    /// Every file of a folder of tables: those that changed and those that did not.
    pub files: Files,
    /// What each file was and what it brought.
    pub releases: Vec<AddedRelease>,
}

/// One file that was added.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedRelease {
    /// Its name.
    pub file: String,
    /// The publication whose columns it has.
    pub publication: String,
    /// Which table of it.
    pub table: String,
    /// The name by which `data list` knows its figures.
    pub id: String,
    /// The release whose columns it has, by the name in `data list`.
    pub like: String,
    /// Columns of that release that it does not have, so that nothing is read from them.
    pub absent: Vec<String>,
    /// What it says of each indicator.
    pub indicators: Vec<AddedIndicator>,
    /// The rates that it prints, against its own counts.
    pub rates: PrintedRates,
    /// New years of which the tables have no children, so that there are counts and no rates.
    pub without_children: BTreeSet<Period>,
    /// Years in which its authorities do not add up to its England.
    pub sums: Vec<SumApart>,
}

/// What a file says of one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddedIndicator {
    /// The indicator or the column of the population.
    pub name: String,
    /// The last year of the file, and of the tables.
    pub last: Option<Period>,
    /// None where the tables have nothing of it.
    pub known_to: Option<Period>,
    /// Years of which the tables had nothing.
    pub new_years: BTreeSet<Period>,
    /// Figures that the tables did not have.
    pub new: u64,
    /// Figures that were others.
    pub revised: u64,
    /// Figures that the tables had and that are withheld or absent now.
    pub withheld: u64,
    /// Figures that are as they were.
    pub same: u64,
}

impl AddedIndicator {
    /// Whether the tables have later years, so that what the file says of this is of an older release.
    #[must_use]
    pub fn is_older(&self) -> bool {
        self.last < self.known_to
    }
}

/// The share of the figures that a file has in common with the tables that is the same in both; none if it has none.
pub(super) fn alike(indicators: &[AddedIndicator]) -> Option<f64> {
    let sum = |of: fn(&AddedIndicator) -> u64| indicators.iter().map(of).sum::<u64>() as f64;
    let same = sum(|one| one.same);
    let all = same + sum(|one| one.revised) + sum(|one| one.withheld);
    (all > 0.0).then(|| same / all)
}

/// The last year of a file and of the tables, if it ends before them with every indicator.
pub(super) fn outdated(indicators: &[AddedIndicator]) -> Option<(Period, Period)> {
    let years = indicators.iter().map(|one| {
        let both = one.last.zip(one.known_to);
        both.filter(|_| one.is_older())
    });
    years.collect::<Option<Vec<_>>>()?.into_iter().max()
}

impl AddedRelease {
    /// Whether it changes anything. What is older than the tables does not.
    #[must_use]
    pub fn is_news(&self) -> bool {
        let news =
            |one: &AddedIndicator| !one.is_older() && one.new + one.revised + one.withheld > 0;
        self.indicators.iter().any(news)
    }
}
