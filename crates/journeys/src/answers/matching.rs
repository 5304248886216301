//! The table of how well records match.

use std::collections::BTreeMap;

use disparity_core::answers::{GroupBy, JourneyCount, JourneyTable, YearKey};
use disparity_core::journeys::{LinkOutcome, SpellKind};
use disparity_core::{Dimension, Relations};

use super::published::published;
use super::{AskedOfJourneys, JourneyDraft};
use crate::matching::{Matches, linked_of, match_rates, matches_in_care};

/// How children are told apart in it besides what is asked for.
pub const ALSO_MATCHED: [GroupBy; 2] = [
    GroupBy::Dimension(Dimension::AgeBand),
    GroupBy::Unaccompanied,
];

impl AskedOfJourneys<'_> {
    /// How well records match, for every way of telling children apart that was asked for and by age
    /// and for unaccompanied children besides: the first thing to look at.
    pub(super) fn matching(&self, draft: &mut JourneyDraft) {
        let mut groups = self.groups.clone();
        groups.extend(ALSO_MATCHED);
        groups.sort_unstable();
        groups.dedup();
        let found = match_rates(self.journeys, &self.entries, &groups);
        let mut by_year: BTreeMap<YearKey, Matches> = BTreeMap::new();
        for (key, m) in found {
            let Some(period) = key.period else { continue };
            let key = YearKey {
                authority: key.authority,
                period,
                group: key.group,
            };
            by_year.insert(key, m);
        }
        self.complete(&mut by_year, SpellKind::Care);
        for (key, m) in by_year {
            let (linked, all) = linked_of(&m);
            let whole = (JourneyCount::Entrants, all);
            let mut line = |measure: String, part| {
                draft.pair((JourneyTable::Matching, measure), key, whole, part)
            };
            let (total, linked) =
                line("entrants_linked".to_owned(), (JourneyCount::Linked, linked));
            let (mut parts, mut of_linked) = (Vec::new(), Vec::new());
            for (at, outcome) in LinkOutcome::ALL.into_iter().enumerate() {
                let measure = format!("entrants_{}", outcome.as_str());
                let (_, part) = line(measure, (JourneyCount::Matched(at), m[at]));
                parts.push(part);
                if outcome.is_linked() {
                    of_linked.push(part);
                }
            }
            draft.counts.sum(total, parts);
            draft.counts.sum(linked, of_linked);
        }
        let dimensions = &self.catalogue.dimensions;
        let mut in_care = matches_in_care(self.journeys, dimensions, &groups);
        self.complete(&mut in_care, SpellKind::Care);
        for (key, m) in in_care {
            let (linked, all) = linked_of(&m);
            draft.pair(
                (JourneyTable::Matching, "looked_after_linked".to_owned()),
                key,
                (
                    published("cla_at_31_march").unwrap_or(JourneyCount::InCare),
                    all,
                ),
                (JourneyCount::InCareLinked, linked),
            );
        }
    }
}
