//! Ranks with their uncertainty, by simulation.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::random::Draws;

/// The most simulations allowed: ten million ranks take seconds already.
const MOST_REPETITIONS: u32 = 1_000_000;

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
    let mut histogram = simulate(counts, denominators, &order, seed, repetitions);
    pool_twins(&order, &mut histogram, |i, j| {
        counts[i].total_cmp(&counts[j]).is_eq()
            && denominators[i].total_cmp(&denominators[j]).is_eq()
    });
    let rates: Vec<f64> = counts
        .iter()
        .zip(denominators)
        .map(|(o, n)| o / n)
        .collect();
    check::each(&rates, |rate| check::result("a rate", rate))?;
    let observed = mean_ranks(&rates);
    let quantile = |row: &[u64], p: f64| {
        let total: u64 = row.iter().sum();
        let target = p * total as f64;
        let mut seen = 0;
        for (rank, &times) in row.iter().enumerate() {
            seen += times;
            if seen as f64 >= target && seen > 0 {
                return (rank + 1) as f64;
            }
        }
        n as f64
    };
    let tail = level.tail();
    Ok((0..n)
        .map(|i| RankInterval {
            rank: observed[i],
            median: quantile(&histogram[i], 0.5),
            interval: Interval {
                low: quantile(&histogram[i], tail),
                high: quantile(&histogram[i], 1.0 - tail),
            },
        })
        .collect())
}

/// How often each unit had each rank.
fn simulate(
    counts: &[f64],
    denominators: &[f64],
    order: &[usize],
    seed: u64,
    repetitions: u32,
) -> Vec<Vec<u64>> {
    let n = counts.len();
    let mut draws = Draws::from_seed(seed);
    let mut histogram = vec![vec![0_u64; n]; n];
    let mut simulated: Vec<(f64, usize)> = Vec::with_capacity(n);
    for _ in 0..repetitions {
        simulated.clear();
        simulated.extend(
            order
                .iter()
                .map(|&i| (draws.gamma(counts[i] + 0.5) / denominators[i], i)),
        );
        simulated.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (rank, &(_, i)) in simulated.iter().enumerate() {
            histogram[i][rank] += 1;
        }
    }
    histogram
}

/// Units with the same data have the same distribution of ranks: give each the pooled one.
fn pool_twins(order: &[usize], histogram: &mut [Vec<u64>], same: impl Fn(usize, usize) -> bool) {
    for twins in order.chunk_by(|&i, &j| same(i, j)) {
        if twins.len() < 2 {
            continue;
        }
        let mut pooled = vec![0; histogram.len()];
        for &i in twins {
            for (total, &times) in pooled.iter_mut().zip(&histogram[i]) {
                *total += times;
            }
        }
        for &i in twins {
            histogram[i].clone_from(&pooled);
        }
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
