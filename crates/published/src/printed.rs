//! Rates as a publisher prints them, against the counts that they are made of.

use disparity_core::{Count, round_half_up};

/// Counts of regions and England are published to the nearest 10: so far they may be off.
pub(crate) const NEAREST_10: f64 = 5.0;

/// What a rate was computed from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    pub(crate) count: Option<Count>,
    pub(crate) whole: Option<f64>,
    /// Whether the whole is children, published unrounded, and not a count like the other.
    pub(crate) of_children: bool,
}

impl Parts {
    /// Per 10,000 children, or per cent of the whole.
    fn of(self, count: f64, whole: f64) -> f64 {
        count / whole * if self.of_children { 10_000.0 } else { 100.0 }
    }

    /// The rate, unrounded.
    pub(crate) fn rate(self) -> Option<f64> {
        let both = self.count.zip(self.whole);
        both.map(|(count, whole)| self.of(f64::from(count), whole))
    }

    /// Whether counts that are known to within so many give the printed rate.
    ///
    /// None of a number that is withheld, or none of none, is printed as 0.
    pub(crate) fn gives(self, printed: f64, decimals: u8, rounding: f64) -> bool {
        if self.count == Some(0) && printed == 0.0 {
            return true;
        }
        self.count.zip(self.whole).is_some_and(|(count, whole)| {
            let count = f64::from(count);
            let of_whole = if self.of_children { 0.0 } else { rounding };
            let least = self.of((count - rounding).max(0.0), whole + of_whole);
            let most = self.of(count + rounding, whole - of_whole);
            let ends = [least, most].map(|rate| round_half_up(rate, decimals).ok());
            matches!(ends, [Some(least), Some(most)]
                if not_above(least, printed) && not_above(printed, most))
        })
    }
}

/// Whether one number of a few decimals prints as at most another.
fn not_above(a: f64, b: f64) -> bool {
    a < b + 1e-6
}
