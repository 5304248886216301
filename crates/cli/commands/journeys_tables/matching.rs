//! The table of how well records match.

use std::collections::BTreeMap;

use disparity_core::Dimension;
use disparity_core::journeys::{LinkOutcome, SpellKind};
use disparity_disclosure::Relations;
use disparity_journeys::{GroupBy, Matches, YearKey, linked_of, match_rates, matches_in_care};

use super::published::published;
use super::{Asked, Counted, Draft};

/// How children are told apart in it besides what is asked for.
pub(in crate::commands) const ALSO_MATCHED: [GroupBy; 2] = [
    GroupBy::Dimension(Dimension::AgeBand),
    GroupBy::Unaccompanied,
];

impl Asked<'_> {
    /// How well records match, for every way of telling children apart that was asked for and by age
    /// and for unaccompanied children besides: the first thing to look at.
    pub(super) fn matching(&self, draft: &mut Draft) {
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
            let whole = (Counted::Entrants, all);
            let mut line =
                |measure: String, part| draft.pair(("matching", measure), key, whole, part);
            let (total, linked) = line("entrants_linked".to_owned(), (Counted::Linked, linked));
            let (mut parts, mut of_linked) = (Vec::new(), Vec::new());
            for (at, outcome) in LinkOutcome::ALL.into_iter().enumerate() {
                let measure = format!("entrants_{}", outcome.as_str());
                let (_, part) = line(measure, (Counted::Matched(at), m[at]));
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
                ("matching", "looked_after_linked".to_owned()),
                key,
                (published("cla_at_31_march").unwrap_or(Counted::InCare), all),
                (Counted::InCareLinked, linked),
            );
        }
    }
}
