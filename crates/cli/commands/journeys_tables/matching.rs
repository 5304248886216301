//! The table of how well records match.

use disparity_core::Dimension;
use disparity_core::disclosure::suppress::Ties;
use disparity_core::journeys::LinkOutcome;
use disparity_journeys::{GroupBy, YearKey, linked_of, match_rates, matches_in_care};

use super::published::published;
use super::{Asked, Counted, Draft};

impl Asked<'_> {
    /// How well records match, for every way of telling children apart that was asked for and by age
    /// and for unaccompanied children besides: the first thing to look at.
    pub(super) fn matching(&self, draft: &mut Draft) {
        let mut groups = self.groups.clone();
        groups.extend([
            GroupBy::Dimension(Dimension::AgeBand),
            GroupBy::Unaccompanied,
        ]);
        groups.sort_unstable();
        groups.dedup();
        let found = match_rates(self.journeys, &self.entries, &groups);
        let met = |at: usize| found.values().any(|m| m[at] > 0);
        let outcomes: Vec<usize> = (0..LinkOutcome::ALL.len()).filter(|at| met(*at)).collect();
        for (key, m) in &found {
            let Some(period) = key.period else { continue };
            let (linked, all) = linked_of(m);
            let key = YearKey {
                authority: key.authority,
                period,
                group: key.group,
            };
            let whole = (Counted::Entrants, all);
            let mut line =
                |measure: String, part| draft.pair(("matching", measure), key, whole, part);
            let (total, linked) = line("entrants_linked".to_owned(), (Counted::Linked, linked));
            let (mut parts, mut of_linked) = (Vec::new(), Vec::new());
            for at in outcomes.iter().copied() {
                let outcome = LinkOutcome::ALL[at];
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
        for (key, m) in matches_in_care(self.journeys, dimensions, &groups) {
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
