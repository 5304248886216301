//! Prior help: of children who entered care, who had been helped before, as far as the files can
//! tell. What a file does not cover is never "no help".

mod gathered;
mod nested;
mod observed;
mod outcome;
mod question;
mod recent;
mod tables;

use std::collections::btree_map::Entry as Place;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use disparity_core::journeys::{Authority, Journeys, SpellKind};
use disparity_core::{Day, Dimensions, Period};
use disparity_stats::{Chance, proportion_bounds};

use crate::cohort::{EntryCodes, entries_of};
use crate::groups::{Group, GroupBy, Lookup};
use gathered::Gathered;
use recent::HelpCodes;

pub(crate) use observed::observed_from;
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

impl PriorHelpKey {
    /// The same of everyone.
    #[must_use]
    pub const fn of_everyone(self) -> Self {
        Self {
            group: Group::TOTAL,
            ..self
        }
    }

    /// The authorities before a change of boundaries in whose returns the look-back of some entrant
    /// of an authority goes on, by three-digit code.
    #[must_use]
    pub fn looks_back_into<'a>(&self, authority: &'a Authority) -> &'a [String] {
        let earliest = self.look_back.first_day(Day::first_of(self.from));
        match &authority.continued {
            Some(continued) if earliest < continued.from => &continued.predecessors,
            _ => &[],
        }
    }
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
    /// Of the incomplete: watched for no time, as not even the day before entry is covered.
    pub unwatched: u32,
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
}

/// Linked entrants, of one age band or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AtAge {
    /// Window fully observed, helped.
    pub complete_yes: u32,
    /// Window fully observed, not helped.
    pub complete_no: u32,
    /// Window not fully observed, and help on record.
    pub incomplete_yes: u32,
    /// Window not fully observed, and none on record.
    pub incomplete_no: u32,
}

impl AtAge {
    /// All of them.
    #[must_use]
    pub const fn linked(&self) -> u32 {
        self.complete() + self.incomplete_yes + self.incomplete_no
    }

    /// Those fully observed.
    #[must_use]
    pub const fn complete(&self) -> u32 {
        self.complete_yes + self.complete_no
    }

    /// The lowest and the highest share of them that agrees with what is on record; none without any.
    #[must_use]
    pub fn bounds(&self, kind: HelpKind) -> Option<(f64, f64)> {
        // Help on record rules out that there was none, and none on record does not prove it.
        let (certain, open) = match kind {
            HelpKind::None => (self.complete_yes, self.incomplete_yes),
            _ => (self.complete_yes + self.incomplete_yes, self.incomplete_no),
        };
        let [certain, open, all] = [certain, open, self.linked()].map(f64::from);
        let found = proportion_bounds(certain, open, all).ok()?;
        Some((found.low, found.high))
    }
}

/// Whether a share lies within certain bounds, up to rounding.
pub(crate) fn lies_within((low, high): (f64, f64), share: f64) -> bool {
    const ROUNDING: f64 = 1e-9;
    low - ROUNDING <= share && share <= high + ROUNDING
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriorHelp {
    /// Of whom, when and what.
    pub key: PriorHelpKey,
    /// What was counted.
    pub counts: PriorHelpCounts,
    /// The estimate from partly observed windows, in mode `overlap`. None where it cannot be told:
    /// nobody was watched for the whole of a window, or it contradicts what is certain.
    pub kaplan_meier: Option<Chance>,
    /// Linked entrants by age band, those without a date of birth first: for standardisation.
    pub by_age: [AtAge; 7],
}

impl PriorHelp {
    /// Of all linked entrants the lowest and the highest share that agrees with what is on record:
    /// whoever is not fully observed and has no help on record may have had some. None without any.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let c = &self.counts;
        let all = AtAge {
            complete_yes: c.complete_yes,
            complete_no: c.complete_no,
            incomplete_yes: c.incomplete_yes,
            incomplete_no: c.incomplete_no,
        };
        all.bounds(self.key.kind)
    }

    /// Whether a share lies within the certain bounds.
    #[must_use]
    pub fn may_be(&self, share: f64) -> bool {
        self.bounds()
            .is_some_and(|bounds| lies_within(bounds, share))
    }

    /// The share among the fully observed; none without any, or where it contradicts what is certain
    /// of all linked entrants, and so cannot speak for them.
    #[must_use]
    pub fn complete_window(&self) -> Option<f64> {
        let observed = self.counts.complete();
        let share = f64::from(self.counts.complete_yes) / f64::from(observed.max(1));
        (observed > 0 && self.may_be(share)).then_some(share)
    }

    /// Whether half of the cohort is fully observed: then the share among those may stand for everyone,
    /// as long as what is on record of the rest does not contradict it.
    #[must_use]
    pub const fn is_half_observed(&self) -> bool {
        self.counts.complete() * 2 >= self.counts.entrants()
    }
}

/// The years that a year of entry is answered in, first and last: its own, or the last of all years
/// with entries put together, in which case earlier years are in none.
fn span(period: Period, all: &BTreeSet<Period>, years: Years) -> Option<(Period, Period)> {
    let Years::Pooled(n) = years else {
        return Some((period, period));
    };
    let (first, last) = all.first().zip(all.last())?;
    let from = last.earlier(u16::from(n.max(1)) - 1).unwrap_or(*last);
    let from = from.max(*first);
    (period >= from).then_some((from, *last))
}

/// Answers a question about prior help, in the order of the keys.
#[must_use]
pub fn prior_help(
    journeys: &Journeys,
    dimensions: &Dimensions,
    params: &PriorHelpParams,
) -> Vec<PriorHelp> {
    let lookup = Lookup::new(dimensions);
    let entry_codes = EntryCodes::of(journeys.codes());
    let help_codes = HelpCodes::of(journeys.codes());
    // Entries live no longer than their piece: there are many, and each is looked at once.
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let (entries, _) = entries_of(journeys, authority, children, &lookup, &entry_codes);
        tables::authority(journeys, &entries, params, help_codes)
    });
    let all: BTreeSet<Period> = parts.iter().flatten().map(|(key, _)| key.from).collect();
    let mut found: BTreeMap<PriorHelpKey, Gathered> = BTreeMap::new();
    for (key, gathered) in parts.into_iter().flatten() {
        let Some((from, to)) = span(key.from, &all, params.years) else {
            continue;
        };
        let key = PriorHelpKey { from, to, ..key };
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
    complete(&mut found, journeys, dimensions, params.by_authority);
    found
        .into_par_iter()
        .map(|(key, gathered)| gathered.finish(key))
        .collect()
}

/// Adds the groups and authorities of nobody to whatever is answered: one that is there would say that
/// somebody is in it. An authority is answered for where its care returns cover any of the years.
fn complete(
    found: &mut BTreeMap<PriorHelpKey, Gathered>,
    journeys: &Journeys,
    dimensions: &Dimensions,
    by_authority: bool,
) {
    let ways: BTreeSet<GroupBy> = found.keys().map(|key| key.group.by).collect();
    let groups: Vec<Group> = ways
        .into_iter()
        .flat_map(|by| by.groups(dimensions, journeys.codes()))
        .collect();
    let together = found.keys().map(|key| PriorHelpKey {
        authority: None,
        group: Group::TOTAL,
        ..*key
    });
    let together: BTreeSet<PriorHelpKey> = together.collect();
    let authorities = journeys.authorities();
    let answered = |key: &PriorHelpKey, at: &usize| {
        let care = authorities[*at].coverage.of(SpellKind::Care);
        let (first, after) = (Day::first_of(key.from), Day::last_of(key.to).plus(1));
        by_authority && care.days_within(first, after) > 0
    };
    for key in together {
        let those = (0..authorities.len()).filter(|at| answered(&key, at));
        let own = those.map(|at| PriorHelpKey {
            authority: Some(at),
            ..key
        });
        for key in std::iter::once(key).chain(own) {
            for group in groups.iter().copied() {
                found.entry(PriorHelpKey { group, ..key }).or_default();
            }
        }
    }
}
