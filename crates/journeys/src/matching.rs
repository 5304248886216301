//! How well records were matched, by outcome, year, ethnic group, age and whether unaccompanied:
//! the first thing to look at before any rate of prior help.

use std::collections::BTreeMap;

use disparity_core::journeys::{Journeys, LinkOutcome, Spell, SpellKind};
use disparity_core::{Day, Dimensions, Period};

use crate::cohort::Entry;
use crate::lookup::{Lookup, group_code};
use disparity_core::answers::{Group, GroupBy, YearKey};

/// Of whom and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchKey {
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Year of entry; none for all years.
    pub period: Option<Period>,
    /// Of whom.
    pub group: Group,
}

/// Entrants by outcome of matching, in [`LinkOutcome::ALL`] order.
pub type Matches = [u32; LinkOutcome::ALL.len()];

/// Match rates of entrants in the groups asked for.
#[must_use]
pub fn match_rates(
    journeys: &Journeys,
    entries: &[Entry],
    groups: &[GroupBy],
) -> BTreeMap<MatchKey, Matches> {
    let mut found: BTreeMap<MatchKey, Matches> = BTreeMap::new();
    for entry in entries {
        let link = journeys.children().link[entry.child];
        for by in groups.iter().copied() {
            for authority in [None, Some(entry.authority)] {
                for period in [None, Some(entry.period)] {
                    let key = MatchKey {
                        authority,
                        period,
                        group: entry.group(by),
                    };
                    if let Some(count) = found.entry(key).or_default().get_mut(usize::from(link)) {
                        *count += 1;
                    }
                }
            }
        }
    }
    found
}

/// Children looked after on 31 March of each year that the files cover, by outcome of matching, in the
/// groups asked for that are known of a child in care.
#[must_use]
pub fn matches_in_care(
    journeys: &Journeys,
    dimensions: &Dimensions,
    groups: &[GroupBy],
) -> BTreeMap<YearKey, Matches> {
    let lookup = Lookup::new(dimensions);
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut found: BTreeMap<YearKey, Matches> = BTreeMap::new();
        let care = journeys.authorities()[authority]
            .coverage
            .of(SpellKind::Care);
        let lasts: Vec<(Period, Day)> = care
            .spans()
            .iter()
            .filter_map(|(from, to)| Some(from.period()?.year()..=to.plus(-1).period()?.year()))
            .flatten()
            .filter_map(Period::ending)
            .map(|period| (period, Day::last_of(period)))
            .filter(|(_, last)| care.covers(*last, last.plus(1)))
            .collect();
        for position in children {
            let (child, link) = (journeys.child(position), journeys.children().link[position]);
            let record = child.record();
            for (period, last) in lasts.iter().copied() {
                let mut spells = child.spells_in(SpellKind::Care, period);
                let Some(spell) = spells.find(|spell| spell.runs_on(last)) else {
                    continue;
                };
                let at = Spell {
                    start: last,
                    ..spell
                };
                for by in groups.iter().copied() {
                    let Some(code) = group_code(by, &lookup, &record, &at) else {
                        continue;
                    };
                    for authority in [None, Some(authority)] {
                        let group = Group { by, code };
                        let key = YearKey {
                            authority,
                            period,
                            group,
                        };
                        if let Some(n) = found.entry(key).or_default().get_mut(usize::from(link)) {
                            *n += 1;
                        }
                    }
                }
            }
        }
        found
    });
    let mut all: BTreeMap<YearKey, Matches> = BTreeMap::new();
    for (key, part) in parts.into_iter().flatten() {
        let whole = all.entry(key).or_default();
        for (whole, n) in whole.iter_mut().zip(part) {
            *whole += n;
        }
    }
    all
}

/// How many of the entrants are linked, and how many there are.
#[must_use]
pub fn linked_of(matches: &Matches) -> (u32, u32) {
    let linked = LinkOutcome::ALL
        .iter()
        .zip(matches)
        .filter(|(outcome, _)| outcome.is_linked())
        .map(|(_, n)| n)
        .sum();
    (linked, matches.iter().sum())
}
