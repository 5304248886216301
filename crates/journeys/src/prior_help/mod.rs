//! Prior help: of children who entered care, who had been helped before, as far as the files can
//! tell. What a file does not cover is never "no help".

mod gathered;
mod observed;
mod outcome;
mod question;
mod recent;
mod tables;

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use disparity_core::journeys::Journeys;
use disparity_core::{Dimensions, Period};

use crate::cohort::{Entry, entries_in_parts};
use crate::groups::Group;
use crate::survival::Incidence;
use gathered::Gathered;
use recent::HelpCodes;

pub use observed::{Supported, supported};
pub use question::{HelpKind, LookBack, Mode, PriorHelpParams, Years};

/// Of whom, when and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriorHelpKey {
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// First year of entry.
    pub from: Period,
    /// Last year of entry.
    pub to: Period,
    /// Of whom.
    pub group: Group,
    /// Kind of help.
    pub kind: HelpKind,
    /// Look-back.
    pub look_back: LookBack,
    /// Lead in days.
    pub lead: u16,
    /// Mode.
    pub mode: Mode,
}

/// What was counted. Every entrant is in exactly one of the first five and the unlinked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PriorHelpCounts {
    /// Window fully observed, helped.
    pub complete_yes: u32,
    /// Window fully observed, not helped.
    pub complete_no: u32,
    /// Window not fully observed, and help on record.
    pub incomplete_yes: u32,
    /// Window not fully observed, and none on record.
    pub incomplete_no: u32,
    /// Linked, but without a date of birth; counted in the incomplete ones, too.
    pub no_birth: u32,
    /// Of the incomplete: the files begin too late.
    pub coverage_start: u32,
    /// Of the incomplete: a year is missing in between.
    pub hole: u32,
    /// Of the incomplete: the child came from another authority within the window.
    pub arrival: u32,
    /// Care records without a record of need.
    pub unlinked: u32,
}

impl PriorHelpCounts {
    /// Everybody who entered.
    #[must_use]
    pub const fn entrants(&self) -> u32 {
        self.linked() + self.unlinked
    }

    /// Entrants whose records are together.
    #[must_use]
    pub const fn linked(&self) -> u32 {
        self.complete() + self.incomplete_yes + self.incomplete_no
    }

    /// Entrants whose window is fully observed: the denominator of the headline.
    #[must_use]
    pub const fn complete(&self) -> u32 {
        self.complete_yes + self.complete_no
    }

    /// Whether the headline may stand: half of the cohort is fully observed.
    #[must_use]
    pub const fn headline_stands(&self) -> bool {
        self.complete() > 0 && self.complete() * 2 >= self.entrants()
    }
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriorHelp {
    /// Of whom, when and what.
    pub key: PriorHelpKey,
    /// What was counted.
    pub counts: PriorHelpCounts,
    /// The estimate from partly observed windows, in mode `overlap`.
    pub kaplan_meier: Option<Incidence>,
    /// Fully observed entrants by age band: not helped and helped, for standardisation.
    pub by_age: [(u32, u32); 7],
}

/// Which entries a question is about, as groups of years: first and last year of each.
fn spans(entries: &[&[Entry]], years: Years) -> Vec<(Period, Period)> {
    let all: BTreeSet<Period> = entries
        .par_iter()
        .map(|part| part.iter().map(|entry| entry.period).collect())
        .reduce(BTreeSet::new, |mut all, part: BTreeSet<Period>| {
            all.extend(part);
            all
        });
    match (years, all.first().zip(all.last())) {
        (Years::Each, _) => all.into_iter().map(|period| (period, period)).collect(),
        (Years::Pooled(n), Some((first, last))) => {
            let from = last.earlier(u16::from(n.max(1)) - 1).unwrap_or(*last);
            vec![(from.max(*first), *last)]
        }
        (Years::Pooled(_), None) => vec![],
    }
}

/// Answers a question about prior help, in the order of the keys.
#[must_use]
pub fn prior_help(
    journeys: &Journeys,
    dimensions: &Dimensions,
    params: &PriorHelpParams,
) -> Vec<PriorHelp> {
    let parts = entries_in_parts(journeys, dimensions);
    let parts: Vec<&[Entry]> = parts.iter().map(|(own, _)| own.as_slice()).collect();
    of_parts(journeys, &parts, params)
}

/// As [`prior_help`], for entries that are already at hand.
#[must_use]
pub fn prior_help_of(
    journeys: &Journeys,
    all: &[Entry],
    params: &PriorHelpParams,
) -> Vec<PriorHelp> {
    let parts: Vec<&[Entry]> = all.chunk_by(|a, b| a.authority == b.authority).collect();
    of_parts(journeys, &parts, params)
}

/// For lists of entries, each of one authority.
fn of_parts(journeys: &Journeys, entries: &[&[Entry]], params: &PriorHelpParams) -> Vec<PriorHelp> {
    let spans = spans(entries, params.years);
    let codes = HelpCodes::of(journeys.codes());
    let parts: Vec<BTreeMap<PriorHelpKey, Gathered>> = entries
        .par_iter()
        .map(|part| tables::authority(journeys, part, &spans, params, codes))
        .collect();
    let mut found: BTreeMap<PriorHelpKey, Gathered> = BTreeMap::new();
    for (key, gathered) in parts.into_iter().flatten() {
        let whole = PriorHelpKey {
            authority: None,
            ..key
        };
        found.entry(whole).or_default().merge(&gathered);
        if params.by_authority {
            // Most have one part, which is theirs.
            match found.entry(key) {
                Place::Vacant(place) => drop(place.insert(gathered)),
                Place::Occupied(mut place) => place.get_mut().merge(&gathered),
            }
        }
    }
    found
        .into_par_iter()
        .map(|(key, gathered)| gathered.finish(key))
        .collect()
}
