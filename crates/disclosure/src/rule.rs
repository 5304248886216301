//! What is protected against, and what is done: one rule, with its defaults.

use disparity_core::Count;

/// What an attacker knows of one count: the least and the most it can be.
pub type Bounds = (u64, u64);

/// How counts of children are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// Counts from 1 to this are withheld, and so are complements of such a size.
    pub withhold_to: Count,
    /// Whether it is withheld as well that none of a group has something, or all of it.
    pub hide_zeros: bool,
    /// What remains is rounded to the nearest multiple of this; 1 leaves it as it is.
    pub round_to: Count,
    /// A rate of fewer is not told: it says little.
    pub least_for_rate: Count,
}

impl Rule {
    /// As the Department for Education does for authorities: 1 to 5 withheld, none and all shown,
    /// the rest not rounded.
    pub const DEFAULT: Self = Self {
        withhold_to: 5,
        hide_zeros: false,
        round_to: 1,
        least_for_rate: 10,
    };

    /// Nothing is withheld and nothing rounded.
    pub(crate) const NOTHING: Self = Self {
        withhold_to: 0,
        ..Self::DEFAULT
    };

    /// Which counts are withheld for their size.
    #[must_use]
    pub const fn threshold(self) -> Threshold {
        Threshold::up_to(self.withhold_to)
    }

    /// Whether a count is withheld for what it is, where it is the whole or nothing of a group as well.
    #[must_use]
    pub fn withholds(self, count: Count) -> bool {
        self.threshold().is_small(count) || self.hide_zeros && count == 0
    }

    /// A count as it is shown: to the nearest multiple, halves up.
    #[must_use]
    pub const fn round(self, count: Count) -> Count {
        if self.round_to <= 1 {
            count
        } else {
            (count + self.round_to / 2) / self.round_to * self.round_to
        }
    }
}

impl Default for Rule {
    fn default() -> Self {
        Self::DEFAULT
    }
}
/// What to protect against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Threshold {
    /// Counts from 1 to this are withheld.
    pub at_most: u32,
}

impl Threshold {
    /// Counts from 1 to this are withheld.
    #[must_use]
    pub const fn up_to(at_most: u32) -> Self {
        Self { at_most }
    }

    /// Whether a count is withheld for its size.
    #[must_use]
    pub fn is_small(self, count: u32) -> bool {
        (1..=self.at_most).contains(&count)
    }

    /// The least that a small count must rise to for it to be in doubt: one of nobody is, if there may
    /// be somebody.
    pub(crate) const fn rises_to(self, count: u32) -> u32 {
        if count == 0 { 1 } else { self.at_most + 1 }
    }

    /// Whether a small count is in doubt where it may be another number: 0 or beyond the threshold
    /// instead of something, or something instead of 0.
    pub(crate) fn doubts(self, count: u32, there: i64) -> bool {
        match count {
            0 => there != 0,
            _ => there == 0 || there > i64::from(self.at_most),
        }
    }

    /// Whether bounds leave a small count in doubt: they must reach beyond the threshold or down to 0
    /// and must not name one number.
    #[must_use]
    pub fn in_doubt(self, (low, high): Bounds) -> bool {
        high > u64::from(self.at_most) || (low == 0 && high > 0)
    }
}
