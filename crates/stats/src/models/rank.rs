//! Ranks of effects with their uncertainty. Ranks of raw rates belong to the crate's own `rank`.

use super::mixed::ConditionalMode;
use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::random::Draws;
use crate::rank::RankInterval;

/// The most repetitions allowed: a million ranks of all authorities take a minute.
const MOST_REPETITIONS: u32 = 1_000_000;

#[doc = include_str!("../../docs/rank_effects.md")]
pub fn rank_effects(
    effects: &[ConditionalMode],
    level: Level,
    seed: u64,
    repetitions: u32,
) -> Result<Vec<RankInterval>> {
    check::at_least("ranks of effects", 2, effects)?;
    if repetitions == 0 || repetitions > MOST_REPETITIONS {
        return Err(Error::Argument {
            name: "repetitions",
            must: "from 1 to 1,000,000",
            found: f64::from(repetitions),
        });
    }
    let n = effects.len();
    let mut draws = Draws::from_seed(seed);
    let mut times = vec![vec![0_u64; n]; n];
    let mut drawn: Vec<(f64, usize)> = Vec::with_capacity(n);
    for _ in 0..repetitions {
        drawn.clear();
        let draw = |e: &ConditionalMode| e.value + e.prediction_sd * draws.normal();
        drawn.extend(effects.iter().map(draw).zip(0..n));
        drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (rank, &(_, i)) in drawn.iter().enumerate() {
            times[i][rank] += 1;
        }
    }
    let values: Vec<f64> = effects.iter().map(|e| e.value).collect();
    let observed = crate::rank::mean_ranks(&values);
    let tail = level.tail();
    Ok((0..n)
        .map(|i| RankInterval {
            rank: observed[i],
            median: quantile(&times[i], 0.5),
            interval: Interval {
                low: quantile(&times[i], tail),
                high: quantile(&times[i], 1.0 - tail),
            },
        })
        .collect())
}

/// The smallest rank that at least the share `p` of the draws do not exceed.
fn quantile(times: &[u64], p: f64) -> f64 {
    let total: u64 = times.iter().sum();
    let target = p * total as f64;
    let mut seen = 0;
    for (rank, &count) in times.iter().enumerate() {
        seen += count;
        if seen > 0 && seen as f64 >= target {
            return (rank + 1) as f64;
        }
    }
    times.len() as f64
}
