//! Where authorities stand among one another by observed over expected: ranks with what chance alone
//! would make of them, and fifths. Authorities whose count is withheld are among them: where theirs
//! could come before or after another's, both have several ranks.

use disparity_core::{Expected, IssueCode, Rank, Reported, Symbol};
use disparity_stats::{
    FirstQuantile, Interval, Level, RankInterval, quantile_groups, rank_bounds, rank_intervals,
};

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
    /// The bounds of the ratios of those whose count is withheld.
    pub(crate) withheld: Vec<Interval>,
}

impl Compared {
    /// Those of the rows that are eligible and have an expected count.
    pub(crate) fn of(rows: &[Expected], eligible: impl Fn(&Expected) -> bool) -> Self {
        let mut compared = Self {
            places: Vec::new(),
            observed: Vec::new(),
            expected: Vec::new(),
            withheld: Vec::new(),
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
        let known = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let withheld = u32::try_from(self.withheld.len()).unwrap_or(u32::MAX);
        for (place, interval) in self.places.iter().zip(ranks.into_iter().flatten()) {
            let mut rank = from_highest(&interval, known);
            // Each of those that are withheld may come before; where, chance does not say.
            rank.high = rank.high.saturating_add(withheld);
            rank.of = known.saturating_add(withheld);
            rows[*place].rank = Reported::Value(rank);
        }
        if !self.withheld.is_empty() {
            for (place, (first, last)) in self.places.iter().zip(self.bounds()) {
                let of = known.saturating_add(withheld);
                let turned =
                    |rank: usize| (of + 1).saturating_sub(u32::try_from(rank).unwrap_or(of));
                if let Reported::Value(rank) = &mut rows[*place].rank {
                    (rank.rank, rank.last) = (turned(last), turned(first));
                    (rank.low, rank.high) = (rank.low.min(rank.rank), rank.high.max(rank.last));
                    rows[*place].issues = rows[*place]
                        .issues
                        .with_if(first < last, IssueCode::RankBounded);
                }
            }
        }
        self.fifths(rows);
    }

    /// The first and the last rank, counted from the lowest ratio, of each that is not withheld.
    fn bounds(&self) -> Vec<(usize, usize)> {
        let known = self.ratios().map(|ratio| Interval {
            low: ratio,
            high: ratio,
        });
        let all: Vec<Interval> = known.chain(self.withheld.iter().copied()).collect();
        let mut bounds = rank_bounds(&all).unwrap_or_default();
        bounds.truncate(self.places.len());
        bounds
    }

    fn ratios(&self) -> impl Iterator<Item = f64> {
        let counts = self.observed.iter().zip(&self.expected);
        counts.map(|(observed, expected)| observed / expected)
    }

    /// Gives the rows their fifths, the lowest ratio first.
    pub(crate) fn fifths(&self, rows: &mut [Expected]) {
        if self.withheld.is_empty() {
            let ratios: Vec<f64> = self.ratios().collect();
            let fifths = quantile_groups(&ratios, 5, FirstQuantile::Lowest);
            for (place, fifth) in self.places.iter().zip(fifths.into_iter().flatten()) {
                if let Ok(fifth) = u8::try_from(fifth) {
                    rows[*place].fifth = Reported::Value(fifth);
                    rows[*place].fifths = Some((fifth, fifth));
                }
            }
            return;
        }
        let all = self.places.len() + self.withheld.len();
        // As quantile groups are made of ranks.
        let fifth = |rank: usize| u8::try_from((rank - 1) * 5 / all + 1).unwrap_or(5);
        for (place, (first, last)) in self.places.iter().zip(self.bounds()) {
            let (low, high) = (fifth(first), fifth(last));
            let row = &mut rows[*place];
            row.fifths = Some((low, high));
            row.fifth = if low == high {
                Reported::Value(low)
            } else {
                Reported::Symbol(Symbol::Confidential)
            };
            row.issues = row.issues.with_if(low < high, IssueCode::RankBounded);
        }
    }
}

/// The statistic counts from the lowest ratio; a reader counts from the highest.
pub(crate) fn from_highest(interval: &RankInterval, of: u32) -> Rank {
    let turned = |rank: f64| measure::whole_number((f64::from(of) + 1.0 - rank).round());
    Rank {
        rank: turned(interval.rank),
        last: turned(interval.rank),
        low: turned(interval.interval.high),
        high: turned(interval.interval.low),
        of,
    }
}
