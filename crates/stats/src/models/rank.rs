//! Ranks of effects with their uncertainty. Ranks of raw rates belong to the crate's own `rank`.

use super::mixed::ConditionalMode;
use crate::check;
use crate::error::{Error, Result};
use crate::level::Level;
use crate::random::Draws;
use crate::rank::{RankInterval, Tally};

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
    let order: Vec<usize> = (0..n).collect();
    let tally = Tally::of(&order, effects, repetitions, |effect| {
        effect.value + effect.prediction_sd * draws.normal()
    })?;
    let values: Vec<f64> = effects.iter().map(|e| e.value).collect();
    let observed = crate::rank::mean_ranks(&values);
    let one = |i: usize| RankInterval {
        rank: observed[i],
        ..tally.interval(&[i], level)
    };
    Ok((0..n).map(one).collect())
}
