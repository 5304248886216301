//! What a figure is made of: a value with its intervals, and a rank with what chance would make of it.

use crate::Intervals;

/// A value with its intervals and the method that made them. Rates are per person, proportions 0–1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Its intervals.
    pub intervals: Intervals,
    /// Name of the method, as `disparity method` knows it.
    pub method: &'static str,
}

impl Measured {
    /// The value and its intervals multiplied by a positive factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            intervals: self.intervals.times(factor),
            ..self
        }
    }
}

/// An authority's rank and what chance alone would make of it. Rank 1 is the highest ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Rank of the ratio, or the first that it can be where counts of others are withheld.
    pub rank: u32,
    /// The last that it can be; the same rank where that is sure.
    pub last: u32,
    /// Lower end of the rank's interval at the first level.
    pub low: u32,
    /// Upper end of the rank's interval at the first level.
    pub high: u32,
    /// How many areas were ranked.
    pub of: u32,
}

impl Rank {
    /// Whether the rank is one.
    #[must_use]
    pub const fn is_sure(self) -> bool {
        self.rank == self.last
    }

    /// The rank, or the first and the last that it can be.
    #[must_use]
    pub fn words(self) -> String {
        if self.is_sure() {
            self.rank.to_string()
        } else {
            format!("{}–{}", self.rank, self.last)
        }
    }
}
