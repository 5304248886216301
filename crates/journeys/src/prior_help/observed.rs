//! How far back the files show everything about a kind of help: for one entrant, and for every
//! entrant of a year.

use disparity_core::journeys::{Earlier, Journeys, SeenFrom, SpellKind};
use disparity_core::{Day, Period};

use crate::cohort::Entry;
use disparity_core::answers::HelpKind;

/// From which day on everything about a kind is on record for an entrant, and why not earlier.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) from: Day,
    pub(super) why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    CoverageStart,
    Hole,
    Arrival,
}

pub(super) fn seen(journeys: &Journeys, entry: &Entry, kind: HelpKind) -> Seen {
    seen_of(journeys, entry, kind.spells())
}

/// From which day on everything about some kinds is on record for an entrant.
pub(crate) fn observed_from(journeys: &Journeys, entry: &Entry, kinds: &[SpellKind]) -> Day {
    seen_of(journeys, entry, kinds).from
}

fn seen_of(journeys: &Journeys, entry: &Entry, kinds: &[SpellKind]) -> Seen {
    let mut seen = Seen {
        from: Day(i32::MIN / 2),
        why: Why::CoverageStart,
    };
    let earlier = journeys.earlier(entry.child);
    for spells in kinds {
        let SeenFrom { from, hole } =
            journeys.seen_from(entry.authority, earlier, *spells, entry.day);
        if from > seen.from {
            seen = Seen {
                from,
                why: if hole { Why::Hole } else { Why::CoverageStart },
            };
        }
    }
    match entry.arrival {
        Some(day) if day > seen.from && day < entry.day => Seen {
            from: day,
            why: Why::Arrival,
        },
        _ => seen,
    }
}

/// How many whole years of look-back every entrant of a year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supported {
    /// Position of the authority.
    pub authority: usize,
    /// Kind of help.
    pub kind: HelpKind,
    /// Year of entry.
    pub period: Period,
    /// Whole years; none if the year itself is not covered.
    pub years: Option<u8>,
    /// First day of the unbroken cover.
    pub covered_from: Option<Day>,
}

/// The supported look-back of each authority, kind and year of entry. After a change of boundaries
/// it is that of a child who is in the records of no predecessor: those who are may be asked further.
#[must_use]
pub fn supported(journeys: &Journeys) -> Vec<Supported> {
    let mut rows = Vec::new();
    for (at, authority) in journeys.authorities().iter().enumerate() {
        let care = authority.coverage.of(SpellKind::Care);
        let mut periods: Vec<Period> = care
            .spans()
            .iter()
            .filter_map(|(from, to)| Some((from.period()?, to.plus(-1).period()?)))
            .flat_map(|(from, to)| (from.year()..=to.year()).filter_map(Period::ending))
            .collect();
        periods.dedup();
        for kind in HelpKind::ALL {
            for period in periods.iter().copied() {
                let last = Day::last_of(period);
                let from = kind
                    .spells()
                    .iter()
                    .map(|k| journeys.seen_from(at, Earlier::Nowhere, *k, last).from)
                    .max()
                    .unwrap_or(last);
                let first = Day::first_of(period);
                let covered = from <= first;
                let years = covered
                    .then(|| {
                        (0..=30_u8)
                            .rev()
                            .find(|n| from <= first.plus_years(-i32::from(*n)))
                    })
                    .flatten();
                rows.push(Supported {
                    authority: at,
                    kind,
                    period,
                    years,
                    covered_from: covered.then_some(from),
                });
            }
        }
    }
    rows
}
