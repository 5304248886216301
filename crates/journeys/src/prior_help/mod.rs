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

use disparity_core::answers::{Group, GroupBy, PriorHelp, PriorHelpKey};
use disparity_core::journeys::{Journeys, SpellKind};
use disparity_core::{Day, Dimensions, Period};

use crate::cohort::{EntryCodes, entries_of};
use crate::lookup::Lookup;
use recent::HelpCodes;

pub(crate) use gathered::{Gathered, GatheredNumbers};
pub(crate) use observed::observed_from;
pub use observed::{Supported, supported};
pub use question::{PriorHelpParams, Years};

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
    let pieces = pieces(journeys, dimensions, params);
    answers(pieces, journeys, dimensions, params)
}

/// Entrants of each authority, year of entry and group, by question. An authority may be in several pieces.
pub(crate) fn pieces(
    journeys: &Journeys,
    dimensions: &Dimensions,
    params: &PriorHelpParams,
) -> Vec<(PriorHelpKey, Gathered)> {
    let lookup = Lookup::new(dimensions);
    let entry_codes = EntryCodes::of(journeys.codes());
    let help_codes = HelpCodes::of(journeys.codes());
    // Entries live no longer than their piece: there are many, and each is looked at once.
    let pieces = crate::walk::by_authority(journeys, |authority, children| {
        let (entries, _) = entries_of(journeys, authority, children, &lookup, &entry_codes);
        tables::authority(journeys, &entries, params, help_codes)
    });
    pieces.into_iter().flatten().collect()
}

/// Puts pieces together. Of `journeys` only the authorities and codes are looked at.
pub(crate) fn answers(
    pieces: Vec<(PriorHelpKey, Gathered)>,
    journeys: &Journeys,
    dimensions: &Dimensions,
    params: &PriorHelpParams,
) -> Vec<PriorHelp> {
    let all: BTreeSet<Period> = pieces.iter().map(|(key, _)| key.from).collect();
    let mut found: BTreeMap<PriorHelpKey, Gathered> = BTreeMap::new();
    for (key, gathered) in pieces {
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
