//! Ranks with their uncertainty, by simulation.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::random::{Draws, GammaShape};

/// The most simulations allowed: ten million ranks take seconds already.
const MOST_REPETITIONS: u32 = 1_000_000;
/// The most units: their ranks are counted in four bytes for every pair of a unit and a rank.
const MOST_UNITS: usize = 10_000;

/// A unit's rank, 1 being the lowest rate, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankInterval {
    /// The rank of the observed rate; ties share their mean rank.
    pub rank: f64,
    /// The median of the simulated ranks, which lies nearer the middle than the observed rank.
    pub median: f64,
    /// The central interval of the simulated ranks.
    pub interval: Interval,
}

#[doc = include_str!("../docs/rank_intervals.md")]
pub fn rank_intervals(
    counts: &[f64],
    denominators: &[f64],
    level: Level,
    seed: u64,
    repetitions: u32,
) -> Result<Vec<RankInterval>> {
    let n = check::same_length("counts", counts, "denominators", denominators)?;
    check::at_least("rank intervals", 2, counts)?;
    check::each(counts, check::count)?;
    check::each(denominators, check::denominator)?;
    if repetitions == 0 || repetitions > MOST_REPETITIONS {
        let found = f64::from(repetitions);
        return Err(Error::Argument {
            name: "repetitions",
            must: "from 1 to 1,000,000",
            found,
        });
    }
    // A canonical order, so that results do not depend on the order of the rows.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| {
        counts[i]
            .total_cmp(&counts[j])
            .then(denominators[i].total_cmp(&denominators[j]))
    });
    let rates: Vec<f64> = counts
        .iter()
        .zip(denominators)
        .map(|(o, n)| o / n)
        .collect();
    check::each(&rates, |rate| check::result("a rate", rate))?;
    let mut draws = Draws::from_seed(seed);
    let shapes: Vec<(GammaShape, f64)> = order
        .iter()
        .map(|&i| (GammaShape::new(counts[i] + 0.5), 1.0 / denominators[i]))
        .collect();
    let tally = Tally::of(&order, &shapes, repetitions, |(shape, over)| {
        draws.gamma_of(shape) * over
    })?;
    let observed = mean_ranks(&rates);
    let same = |&i: &usize, &j: &usize| {
        counts[i].total_cmp(&counts[j]).is_eq()
            && denominators[i].total_cmp(&denominators[j]).is_eq()
    };
    // Units with the same data have the same distribution of ranks: each is given the pooled one.
    let mut ranks = vec![None; n];
    for twins in order.chunk_by(same) {
        let found = tally.interval(twins, level);
        for &i in twins {
            ranks[i] = Some(RankInterval {
                rank: observed[i],
                ..found
            });
        }
    }
    Ok(ranks.into_iter().flatten().collect())
}

/// How often each unit had each rank, row by row.
pub(crate) struct Tally {
    units: usize,
    times: Vec<u32>,
}

impl Tally {
    /// Counts the ranks in repeated draws: one of each source for its unit, in that order.
    pub(crate) fn of<T>(
        order: &[usize],
        sources: &[T],
        repetitions: u32,
        mut draw: impl FnMut(&T) -> f64,
    ) -> Result<Self> {
        let units = order.len();
        if units > MOST_UNITS {
            return Err(Error::Argument {
                name: "units",
                must: "at most 10,000, for every pair of a unit and a rank is counted",
                found: units as f64,
            });
        }
        let mut times = vec![0; units * units];
        let rows: Vec<usize> = order.iter().map(|unit| unit * units).collect();
        let mut keys: Vec<u64> = Vec::with_capacity(units);
        // The lowest digits of a draw make room for its place: single numbers are sorted fastest.
        let room = (units as u64).next_power_of_two() - 1;
        for _ in 0..repetitions {
            keys.clear();
            let places = sources.iter().zip(0_u64..);
            keys.extend(places.map(|(source, place)| ordered(draw(source)) & !room | place));
            keys.sort_unstable();
            for (rank, &key) in keys.iter().enumerate() {
                let place = usize::try_from(key & room).unwrap_or(0);
                times[rows[place] + rank] += 1;
            }
        }
        Ok(Tally { units, times })
    }

    /// The ranks of some units taken together: median and central interval. `rank` is the median.
    pub(crate) fn interval(&self, of: &[usize], level: Level) -> RankInterval {
        let at_rank = |rank: usize| -> u64 {
            let times = |unit: &usize| u64::from(self.times[unit * self.units + rank]);
            of.iter().map(times).sum()
        };
        let times: Vec<u64> = (0..self.units).map(at_rank).collect();
        let total: u64 = times.iter().sum();
        // The smallest rank that at least the share `p` of the draws do not exceed.
        let quantile = |p: f64| {
            let mut seen = 0;
            let reaches = |&n: &u64| {
                seen += n;
                seen > 0 && seen as f64 >= p * total as f64
            };
            let rank = times.iter().position(reaches).map_or(self.units, |r| r + 1);
            rank as f64
        };
        let median = quantile(0.5);
        RankInterval {
            rank: median,
            median,
            interval: Interval {
                low: quantile(level.tail()),
                high: quantile(1.0 - level.tail()),
            },
        }
    }
}

/// A number that is in the order of the values, negative ones included.
fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// Ranks from 1, ties sharing the mean of their ranks.
pub(crate) fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&i, &j| values[i].total_cmp(&values[j]).is_eq()) {
        for &i in tied {
            ranks[i] = before as f64 + (tied.len() + 1) as f64 / 2.0;
        }
        before += tied.len();
    }
    ranks
}
