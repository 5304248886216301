//! How well records were matched, by outcome, year, ethnic group, age and whether unaccompanied:
//! the first thing to look at before any rate of prior help.

use std::collections::BTreeMap;

use disparity_core::Period;
use disparity_core::journeys::{Journeys, LinkOutcome};

use crate::cohort::Entry;
use crate::groups::{Group, GroupBy};

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
