//! Entrants put together: counts, bounds and the estimate from partly observed windows.

use disparity_stats::{FollowUp, kaplan_meier};

use super::observed::Why;
use super::outcome::{HORIZON, Outcome};
use disparity_core::answers::{AtAge, PriorHelp, PriorHelpCounts, PriorHelpKey};
use disparity_core::answers::{HelpKind, Mode};

/// Time, cause and until of a [`FollowUp`].
type Watched = (i32, u8, i32);

/// The ten counts, everyone who was watched, and the counts of each age band.
pub(crate) type GatheredNumbers = ([u32; 10], Vec<Watched>, [[u32; 4]; 7]);

/// Entrants of one answer, counted and watched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gathered {
    pub(super) counts: PriorHelpCounts,
    watched: Vec<FollowUp>,
    by_age: [AtAge; 7],
}

impl Gathered {
    /// Counts one entrant.
    pub(super) fn add(&mut self, one: &Outcome<'_>, mode: Mode) {
        let counts = &mut self.counts;
        if !one.entry.linked {
            counts.unlinked += 1;
            return;
        }
        let at_age = &mut self.by_age[one.age];
        let (all, own) = match (one.complete, one.helped) {
            (true, true) => (&mut counts.complete_yes, &mut at_age.complete_yes),
            (true, false) => (&mut counts.complete_no, &mut at_age.complete_no),
            (false, true) => (&mut counts.incomplete_yes, &mut at_age.incomplete_yes),
            (false, false) => (&mut counts.incomplete_no, &mut at_age.incomplete_no),
        };
        *all += 1;
        *own += 1;
        counts.no_birth += u32::from(one.entry.birth.is_none());
        if !one.complete {
            match one.why {
                Why::CoverageStart => counts.coverage_start += 1,
                Why::Hole => counts.hole += 1,
                Why::Arrival => counts.arrival += 1,
            }
        }
        match one.watched {
            Some(watched) if mode == Mode::Overlap => self.watched.push(watched),
            Some(_) => {}
            None => counts.unwatched += 1,
        }
    }

    /// Counts everyone of a part.
    pub(crate) fn merge(&mut self, part: &Self) {
        self.counts.add(&part.counts);
        self.watched.extend_from_slice(&part.watched);
        for (mine, theirs) in self.by_age.iter_mut().zip(part.by_age) {
            mine.add(&theirs);
        }
    }

    /// As plain numbers, to be written. In which order entrants were watched says nothing and is not kept.
    pub(crate) fn numbers(&self) -> GatheredNumbers {
        let c = &self.counts;
        let mut watched: Vec<Watched> = self
            .watched
            .iter()
            .map(|own| (own.time, own.cause, own.until))
            .collect();
        watched.sort_unstable();
        let of_age = |at: AtAge| {
            [
                at.complete_yes,
                at.complete_no,
                at.incomplete_yes,
                at.incomplete_no,
            ]
        };
        let counts = [
            c.complete_yes,
            c.complete_no,
            c.incomplete_yes,
            c.incomplete_no,
            c.no_birth,
            c.coverage_start,
            c.hole,
            c.arrival,
            c.unlinked,
            c.unwatched,
        ];
        (counts, watched, self.by_age.map(of_age))
    }

    /// From those numbers.
    pub(crate) fn of_numbers((counts, watched, by_age): GatheredNumbers) -> Self {
        let [
            complete_yes,
            complete_no,
            incomplete_yes,
            incomplete_no,
            no_birth,
            coverage_start,
            hole,
            arrival,
            unlinked,
            unwatched,
        ] = counts;
        let follow_up = |(time, cause, until)| FollowUp { time, cause, until };
        let at_age = |[complete_yes, complete_no, incomplete_yes, incomplete_no]: [u32; 4]| AtAge {
            complete_yes,
            complete_no,
            incomplete_yes,
            incomplete_no,
        };
        Self {
            counts: PriorHelpCounts {
                complete_yes,
                complete_no,
                incomplete_yes,
                incomplete_no,
                no_birth,
                coverage_start,
                hole,
                arrival,
                unlinked,
                unwatched,
            },
            watched: watched.into_iter().map(follow_up).collect(),
            by_age: by_age.map(at_age),
        }
    }

    /// The answer.
    pub(super) fn finish(mut self, key: PriorHelpKey) -> PriorHelp {
        let mut answer = PriorHelp {
            key,
            counts: self.counts,
            kaplan_meier: None,
            by_age: self.by_age,
        };
        if key.mode == Mode::Overlap {
            let found = kaplan_meier(&mut self.watched, HORIZON - 1).chance;
            let found = found.map(|chance| match key.kind {
                HelpKind::None => chance.complement(),
                _ => chance,
            });
            answer.kaplan_meier = found.filter(|chance| answer.may_be(chance.value));
        }
        answer
    }
}
