//! Which years of the yearly returns were read, and up to which day.

use std::collections::BTreeMap;

use disparity_core::journeys::SpellKind;
use disparity_core::{Day, Period};

/// The years of the census that were read, by kind of record.
pub(crate) type Years = BTreeMap<SpellKind, YearsRead>;

/// The years of which the returns of an authority were read, and the last day that each speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct YearsRead(BTreeMap<u16, Day>);

/// What comes after a year, as far as returns were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// No later year was read.
    Nothing,
    /// The year was read to its end, and the next was read.
    Next,
    /// Days or years are missing before the next that was read.
    Hole,
}

impl YearsRead {
    /// No year.
    pub(crate) const NONE: Self = Self(BTreeMap::new());

    /// Adds a year that a return speaks of up to a day.
    pub(crate) fn add(&mut self, year: u16, until: Day) {
        let known = self.0.entry(year).or_insert(until);
        *known = until.max(*known);
    }

    /// The years, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.keys().copied()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many years.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The last year read.
    pub(crate) fn last(&self) -> Option<u16> {
        self.0.last_key_value().map(|(year, _)| *year)
    }

    /// The last day that the return of a year speaks of: its 31 March unless it was made earlier.
    pub(crate) fn until(&self, year: u16) -> Day {
        self.0.get(&year).copied().unwrap_or_else(|| last_of(year))
    }

    /// The years that were read to their end.
    pub(crate) fn whole(&self) -> impl Iterator<Item = Period> + '_ {
        let whole = |(year, until): (&u16, &Day)| {
            Period::ending(*year).filter(|period| *until >= Day::last_of(*period))
        };
        self.0.iter().filter_map(whole)
    }

    /// What was read after a year.
    pub(crate) fn after(&self, year: u16) -> After {
        if self.last().is_none_or(|last| year >= last) {
            After::Nothing
        } else if self.until(year) >= last_of(year) && self.0.contains_key(&(year + 1)) {
            After::Next
        } else {
            After::Hole
        }
    }
}

impl FromIterator<u16> for YearsRead {
    /// Years that were read to their end.
    fn from_iter<T: IntoIterator<Item = u16>>(years: T) -> Self {
        Self(
            years
                .into_iter()
                .map(|year| (year, last_of(year)))
                .collect(),
        )
    }
}

/// Whether the census of children in need is the yearly return that speaks of a kind.
pub(crate) const fn is_census(kind: SpellKind) -> bool {
    use SpellKind as K;
    matches!(
        kind,
        K::Referral
            | K::CinEpisode
            | K::Assessment
            | K::Section47
            | K::InitialConference
            | K::CinPlan
            | K::ProtectionPlan
            | K::ProtectionReview
    )
}

/// 31 March of a year.
pub(crate) fn last_of(year: u16) -> Day {
    Day::last_of_year(year)
}
