//! Where authorities stand among one another by observed over expected: ranks with what chance alone
//! would make of them, and fifths.

use disparity_core::{Expected, Rank, Reported};
use disparity_stats::{FirstQuantile, Level, RankInterval, quantile_groups, rank_intervals};

use crate::measure;

/// Simulated rankings behind each rank interval.
pub(crate) const REPETITIONS: u32 = 500;

/// How many draws it takes that one lies beyond either limit at a level, and not fewer than the
/// `least`.
pub(crate) fn draws(level: Level, least: u32) -> u32 {
    measure::whole_number((1.0 / level.tail()).round()).max(least)
}

/// The seed of those simulations: results must not change between runs.
pub(crate) const SEED: u64 = 20_250_331;

/// The authorities that are compared with one another: their place in the rows, and their counts.
pub(crate) struct Compared {
    pub(crate) places: Vec<usize>,
    pub(crate) observed: Vec<f64>,
    pub(crate) expected: Vec<f64>,
}

impl Compared {
    /// Those of the rows that are eligible and have an expected count.
    pub(crate) fn of(rows: &[Expected], eligible: impl Fn(&Expected) -> bool) -> Self {
        let mut compared = Self {
            places: Vec::new(),
            observed: Vec::new(),
            expected: Vec::new(),
        };
        for (place, row) in rows.iter().enumerate() {
            if let (true, Reported::Value(count), Reported::Value(outcome)) =
                (eligible(row), row.observed, row.outcome)
            {
                compared.places.push(place);
                compared.observed.push(f64::from(count));
                compared.expected.push(outcome.expected);
            }
        }
        compared
    }

    /// Gives the rows their ranks, the highest ratio first, and their fifths, the lowest first; the intervals of
    /// ranks are at one level.
    pub(crate) fn rank(&self, rows: &mut [Expected], level: Level) {
        let ranks = rank_intervals(
            &self.observed,
            &self.expected,
            level,
            SEED,
            draws(level, REPETITIONS),
        );
        let of = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        for (place, interval) in self.places.iter().zip(ranks.into_iter().flatten()) {
            rows[*place].rank = Reported::Value(from_highest(&interval, of));
        }
        self.fifths(rows);
    }

    /// Gives the rows their fifths, the lowest ratio first.
    pub(crate) fn fifths(&self, rows: &mut [Expected]) {
        let ratios: Vec<f64> = self
            .observed
            .iter()
            .zip(&self.expected)
            .map(|(observed, expected)| observed / expected)
            .collect();
        let fifths = quantile_groups(&ratios, 5, FirstQuantile::Lowest);
        for (place, fifth) in self.places.iter().zip(fifths.into_iter().flatten()) {
            rows[*place].fifth = u8::try_from(fifth).map_or(rows[*place].fifth, Reported::Value);
        }
    }
}

/// The statistic counts from the lowest ratio; a reader counts from the highest.
pub(crate) fn from_highest(interval: &RankInterval, of: u32) -> Rank {
    let turned = |rank: f64| measure::whole_number((f64::from(of) + 1.0 - rank).round());
    Rank {
        rank: turned(interval.rank),
        low: turned(interval.interval.high),
        high: turned(interval.interval.low),
        of,
    }
}
