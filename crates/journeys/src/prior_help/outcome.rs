//! One entrant's part in one answer.

use disparity_stats::FollowUp;

use super::observed::{Seen, Why};
use super::question::{HelpKind, LookBack, Mode};
use super::recent::Recent;
use crate::cohort::Entry;

/// One entrant's part in one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome<'e> {
    pub(super) entry: &'e Entry,
    pub(super) helped: bool,
    pub(super) complete: bool,
    pub(super) why: Why,
    /// None if not even the day before entry is on record.
    pub(super) watched: Option<FollowUp>,
    pub(super) age: usize,
}

/// Days back that nothing on record reaches.
pub(super) const HORIZON: i32 = 1_000_000;

/// Place of the age at entry among the bands, for standardisation.
pub(super) fn age_place(entry: &Entry) -> usize {
    entry
        .birth
        .map_or(0, |birth| match entry.day.completed_years_since(birth) {
            ..1 => 2,
            1..5 => 3,
            5..10 => 4,
            10..16 => 5,
            _ => 6,
        })
}

pub(super) fn outcome(
    entry: &Entry,
    recent: Recent,
    seen: Seen,
    look_back: LookBack,
    kind: HelpKind,
    mode: Mode,
    age: usize,
) -> Outcome<'_> {
    let conception = entry.birth.map(|birth| birth.plus(-280));
    let window = look_back.first_day(entry.day);
    let lo = conception.map_or(window, |conception| conception.max(window));
    let found = recent.within(window, mode);
    let helped = found != (kind == HelpKind::None);
    let complete = seen.from <= lo && (entry.birth.is_some() || look_back != LookBack::Ever);
    let back_to = entry.day.since(seen.from).min(HORIZON);
    let event = recent
        .end
        .filter(|end| *end > window)
        .map(|end| entry.day.since(end));
    // Observed back to the start of the window or of life: free of the event up to the horizon.
    let until = if complete { HORIZON } else { back_to };
    let watched = match event {
        Some(back) if back <= until => FollowUp::event(back, 1, until),
        _ => FollowUp::censored(until),
    };
    Outcome {
        entry,
        helped,
        complete,
        why: seen.why,
        watched: (back_to > 0).then_some(watched),
        age,
    }
}
