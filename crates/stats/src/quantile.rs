//! Assigning units to quantile groups: by value with ties, and by the published rank of a small
//! area in its nation's deprivation index.

use crate::check;
use crate::error::{Error, Result};
use crate::rank::mean_ranks;
use crate::sum::sum;

/// Which end of the values is the first quantile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstQuantile {
    /// The lowest values are in quantile 1.
    Lowest,
    /// The highest values are in quantile 1.
    Highest,
}

fn check_quantiles(quantiles: u32) -> Result<u32> {
    if (2..=1_000).contains(&quantiles) {
        return Ok(quantiles);
    }
    let found = f64::from(quantiles);
    Err(Error::Argument {
        name: "quantiles",
        must: "from 2 to 1,000",
        found,
    })
}

#[doc = include_str!("../docs/quantile_groups.md")]
pub fn quantile_groups(values: &[f64], quantiles: u32, first: FirstQuantile) -> Result<Vec<u32>> {
    check_quantiles(quantiles)?;
    check::each(values, |v| check::finite("value", v))?;
    if values.len() < quantiles as usize {
        return Err(Error::TooFew {
            what: "quantile groups",
            needed: quantiles as usize,
            found: values.len(),
        });
    }
    let keyed: Vec<f64> = match first {
        FirstQuantile::Lowest => values.iter().map(|v| v + 0.0).collect(),
        FirstQuantile::Highest => values.iter().map(|v| -v + 0.0).collect(),
    };
    let mut sorted = keyed.clone();
    sorted.sort_by(f64::total_cmp);
    let n = values.len() as u64;
    // Ties share the smallest of their ranks, so they are never split.
    let below = |v: f64| sorted.partition_point(|s| s.total_cmp(&v).is_lt()) as u64;
    #[expect(clippy::cast_possible_truncation, reason = "at most `quantiles`")]
    Ok(keyed
        .iter()
        .map(|&v| (below(v) * u64::from(quantiles) / n) as u32 + 1)
        .collect())
}

/// The nation whose deprivation index ranks the areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeprivationIndex {
    /// English Indices of Deprivation.
    England,
    /// Scottish Index of Multiple Deprivation; the rule is not verified against a file of deciles.
    Scotland,
    /// Welsh Index of Multiple Deprivation; the rule is not verified against a file of deciles.
    Wales,
    /// Northern Ireland Multiple Deprivation Measure.
    NorthernIreland,
}

#[doc = include_str!("../docs/deprivation_decile.md")]
pub fn deprivation_decile(rank: u32, areas: u32, index: DeprivationIndex) -> Result<u8> {
    if areas < 10 {
        return Err(Error::TooFew {
            what: "deciles",
            needed: 10,
            found: areas as usize,
        });
    }
    if rank == 0 || rank > areas {
        let found = f64::from(rank);
        return Err(Error::Argument {
            name: "rank",
            must: "from 1 to the number of areas",
            found,
        });
    }
    let (r, n) = (u64::from(rank), u64::from(areas));
    let decile = match index {
        // The last rank of decile k is the largest not above k tenths of the areas.
        DeprivationIndex::England
        | DeprivationIndex::Scotland
        | DeprivationIndex::NorthernIreland => (10 * r).div_ceil(n),
        // The last rank of decile k is the smallest not below k tenths of the areas.
        DeprivationIndex::Wales => 10 * (r - 1) / n + 1,
    };
    u8::try_from(decile).map_err(|_| Error::OutOfRange { what: "the decile" })
}

#[doc = include_str!("../docs/population_weighted_quantiles.md")]
pub fn population_weighted_quantiles(
    ranks: &[f64],
    populations: &[f64],
    quantiles: u32,
) -> Result<Vec<u32>> {
    check_quantiles(quantiles)?;
    check::same_length("ranks", ranks, "populations", populations)?;
    check::at_least("population-weighted quantiles", 1, ranks)?;
    check::each(ranks, |r| check::finite("rank", r))?;
    check::each(populations, |p| check::not_negative("population", p))?;
    let total = check::denominator(sum(populations.iter().copied()))?;
    let mut order: Vec<usize> = (0..ranks.len()).collect();
    let position = mean_ranks(ranks);
    order.sort_by(|&i, &j| position[i].total_cmp(&position[j]));
    let mut groups = vec![1; ranks.len()];
    let mut below = 0.0;
    for tied in order.chunk_by(|&i, &j| position[i].total_cmp(&position[j]).is_eq()) {
        let here = sum(tied.iter().map(|&i| populations[i]));
        let middle = ((below + here / 2.0) / total).clamp(0.0, 1.0);
        below += here;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to q"
        )]
        let quantile = (middle * f64::from(quantiles)).floor() as u32 + 1;
        for &i in tied {
            groups[i] = quantile.min(quantiles);
        }
    }
    Ok(groups)
}
