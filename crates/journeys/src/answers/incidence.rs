//! The table of chances of steps by horizon, with what competes.

use std::collections::BTreeMap;

use disparity_core::Relations;
use disparity_core::answers::{ChanceAmong, Figure, JourneyCount, JourneyTable, YearKey};
use disparity_stats::Incidence;

use super::{AskedOfJourneys, JourneyDraft};
use crate::pathways::{CAUSES, Pathway, chances, longest_watch, watches};

impl AskedOfJourneys<'_> {
    /// Chances by horizon, with what competes.
    pub(super) fn incidence(&self, draft: &mut JourneyDraft) {
        const HORIZONS: [(u8, i32); 4] = [(3, 91), (6, 183), (12, 365), (24, 731)];
        let dimensions = &self.catalogue.dimensions;
        for (at, pathway) in Pathway::ALL.into_iter().enumerate() {
            let mut found = watches(self.journeys, dimensions, pathway, &self.groups);
            self.complete(&mut found, pathway.of());
            let mut longest = BTreeMap::new();
            for (key, mut watched) in found {
                // Whether anyone could be watched so long: of all groups alike, and of no child.
                let longest = *longest
                    .entry((key.authority, key.period))
                    .or_insert_with(|| {
                        longest_watch(self.journeys, pathway, key.authority, key.period)
                    });
                let mut before: Option<Vec<usize>> = None;
                for (horizon, (months, days)) in HORIZONS.into_iter().enumerate() {
                    let found = chances(&mut watched, days);
                    let whole =
                        draft.count(key, JourneyCount::Watched(at), found[0].subjects, true);
                    let name = |cause: &str| {
                        let measure =
                            format!("{}_{cause}_within_{months}_months", pathway.as_str());
                        (JourneyTable::Incidence, measure)
                    };
                    let told = longest.is_some_and(|longest| longest >= days);
                    let parts = happened(draft, key, (at, horizon), (whole, told), &found);
                    for (earlier, part) in before.iter().flatten().zip(&parts.of_cause) {
                        draft.counts.within(*earlier, *part);
                    }
                    for ((cause, found), part) in CAUSES.iter().zip(found).zip(&parts.of_cause) {
                        let of_cause = parts.of_cause.clone();
                        let (found, rest) = (found.chance, parts.rest);
                        let figure = if told {
                            Figure::Chance(
                                *part,
                                ChanceAmong {
                                    found,
                                    of_cause,
                                    rest,
                                },
                            )
                        } else {
                            Figure::Untold
                        };
                        draft.line(name(cause), key, whole, figure);
                    }
                    before = Some(parts.of_cause);
                }
            }
        }
    }
}

/// Where counts of what had happened to the watched by a horizon stand.
struct Happened {
    of_cause: Vec<usize>,
    /// Those to whom nothing had happened as far as they were watched.
    rest: usize,
}

/// Adds the counts of what had happened to the watched of a pathway by a horizon. They are counts to
/// protect even where they are not told, as those of others that are told may add up to them.
fn happened(
    draft: &mut JourneyDraft,
    key: YearKey,
    (pathway, horizon): (usize, usize),
    (whole, told): (usize, bool),
    found: &[Incidence],
) -> Happened {
    let mut left = found.first().map_or(0, |found| found.subjects);
    let mut of_cause = Vec::new();
    for (cause, found) in found.iter().enumerate() {
        left = left.saturating_sub(found.events);
        let counted = JourneyCount::Happened(pathway, horizon, cause);
        of_cause.push(draft.count(key, counted, found.events, told));
    }
    let nothing = JourneyCount::Happened(pathway, horizon, CAUSES.len());
    let rest = draft.count(key, nothing, left, false);
    let all = of_cause.iter().copied().chain([rest]).collect();
    draft.counts.sum(whole, all);
    // To how many a cause did not happen may be a few of several causes together.
    for part in &of_cause {
        draft.counts.small_rest(*part, whole);
        draft.counts.share(*part, whole);
    }
    Happened { of_cause, rest }
}
