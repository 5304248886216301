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
    let n = crate::rank::countable(effects.len())?;
    let mut draws = Draws::from_seed(seed);
    let mut times = vec![0_u32; n * n];
    let mut drawn: Vec<u64> = Vec::with_capacity(n);
    // The lowest digits of a draw make room for whose it is: one number is sorted fastest.
    let own = (n as u64).next_power_of_two() - 1;
    for _ in 0..repetitions {
        drawn.clear();
        let draw = |e: &ConditionalMode| e.value + e.prediction_sd * draws.normal();
        let places = 0_u64..;
        let keys = effects.iter().map(draw).zip(places);
        drawn.extend(keys.map(|(value, place)| ordered(value) & !own | place));
        drawn.sort_unstable();
        for (rank, &key) in drawn.iter().enumerate() {
            let place = usize::try_from(key & own).unwrap_or(0);
            times[place * n + rank] += 1;
        }
    }
    let values: Vec<f64> = effects.iter().map(|e| e.value).collect();
    let observed = crate::rank::mean_ranks(&values);
    let tail = level.tail();
    Ok((0..n)
        .map(|i| RankInterval {
            rank: observed[i],
            median: quantile(&times[i * n..(i + 1) * n], 0.5),
            interval: Interval {
                low: quantile(&times[i * n..(i + 1) * n], tail),
                high: quantile(&times[i * n..(i + 1) * n], 1.0 - tail),
            },
        })
        .collect())
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

/// The smallest rank that at least the share `p` of the draws do not exceed.
fn quantile(times: &[u32], p: f64) -> f64 {
    let total: u32 = times.iter().sum();
    let target = p * f64::from(total);
    let mut seen = 0;
    for (rank, &count) in times.iter().enumerate() {
        seen += count;
        if seen > 0 && f64::from(seen) >= target {
            return (rank + 1) as f64;
        }
    }
    times.len() as f64
}
