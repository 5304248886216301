//! Entrants put together: counts, bounds and the estimate from partly observed windows.

use super::observed::Why;
use super::outcome::{HORIZON, Outcome};
use super::question::{HelpKind, Mode};
use super::{PriorHelp, PriorHelpCounts, PriorHelpKey};
use crate::survival::{Incidence, Watched, cumulative_incidence};

/// Entrants of one answer, counted and watched.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) counts: PriorHelpCounts,
    watched: Vec<Watched>,
    by_age: [(u32, u32); 7],
}

impl Gathered {
    /// Counts one entrant.
    pub(super) fn add(&mut self, one: &Outcome<'_>, mode: Mode) {
        let counts = &mut self.counts;
        if !one.entry.linked {
            counts.unlinked += 1;
            return;
        }
        match (one.complete, one.helped) {
            (true, true) => counts.complete_yes += 1,
            (true, false) => counts.complete_no += 1,
            (false, true) => counts.incomplete_yes += 1,
            (false, false) => counts.incomplete_no += 1,
        }
        counts.no_birth += u32::from(one.entry.birth.is_none());
        if one.complete {
            let (no, yes) = &mut self.by_age[one.age];
            *(if one.helped { yes } else { no }) += 1;
        } else {
            match one.why {
                Why::CoverageStart => counts.coverage_start += 1,
                Why::Hole => counts.hole += 1,
                Why::Arrival => counts.arrival += 1,
            }
        }
        if mode == Mode::Overlap {
            self.watched.push(one.watched);
        }
    }

    /// Counts everyone of a part.
    pub(super) fn merge(&mut self, part: &Self) {
        let (a, b) = (&mut self.counts, &part.counts);
        a.complete_yes += b.complete_yes;
        a.complete_no += b.complete_no;
        a.incomplete_yes += b.incomplete_yes;
        a.incomplete_no += b.incomplete_no;
        a.no_birth += b.no_birth;
        a.coverage_start += b.coverage_start;
        a.hole += b.hole;
        a.arrival += b.arrival;
        a.unlinked += b.unlinked;
        self.watched.extend_from_slice(&part.watched);
        for (mine, theirs) in self.by_age.iter_mut().zip(part.by_age) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }

    /// The answer.
    pub(super) fn finish(mut self, key: PriorHelpKey) -> PriorHelp {
        let kaplan_meier = (key.mode == Mode::Overlap && !self.watched.is_empty()).then(|| {
            let found = cumulative_incidence(&mut self.watched, 1, HORIZON - 1);
            if key.kind == HelpKind::None {
                Incidence {
                    value: 1.0 - found.value,
                    ..found
                }
            } else {
                found
            }
        });
        PriorHelp {
            key,
            counts: self.counts,
            kaplan_meier,
            by_age: self.by_age,
        }
    }
}
