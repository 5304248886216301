//! Concentration indexes of ordered groups.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::{Estimate, Level};
use crate::sum::sum;

const ABSOLUTE: &str = "the absolute concentration index";
const RELATIVE: &str = "the relative concentration index";

/// The absolute index and the index relative to the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConcentrationIndex {
    /// In the unit of the values; positive when higher ranks have more.
    pub absolute: Estimate,
    /// Divided by the mean; between -1 and 1 for values that are not negative.
    pub relative: Estimate,
    /// The population mean of the values.
    pub mean: f64,
}

#[doc = include_str!("../../docs/concentration_index.md")]
pub fn concentration_index(groups: &[Subgroup], level: Level) -> Result<ConcentrationIndex> {
    let w = Weighted::positive(ABSOLUTE, 3, groups)?;
    let rank = w.ranks();
    let variance = w.rank_variance(&rank);
    let products = w
        .iter()
        .zip(&rank)
        .map(|((g, p), r)| p * (r - 0.5) * (g.value - w.mean));
    let value = 2.0 * sum(products);
    // The scatter of 2 var(r) y about its regression on the rank.
    let residuals = w
        .iter()
        .zip(&rank)
        .map(|((g, p), r)| p * (2.0 * variance * (g.value - w.mean) - value * (r - 0.5)).powi(2));
    let degrees = (groups.len() - 2) as f64;
    let se = (sum(residuals) / degrees / variance).sqrt();
    finished(value, level.z() * se, w.mean)
}

pub(super) fn finished(value: f64, half: f64, mean: f64) -> Result<ConcentrationIndex> {
    let (v, h) = (value / mean, half / mean);
    Ok(ConcentrationIndex {
        absolute: Estimate::of(ABSOLUTE, value, value - half, value + half)?,
        relative: Estimate::of(RELATIVE, v, v - h, v + h)?,
        mean,
    })
}

fn bounded(groups: &[Subgroup], level: Level) -> Result<ConcentrationIndex> {
    for (index, g) in groups.iter().enumerate() {
        check::within("value", g.value, 0.0, 1.0, "a proportion, 0 to 1")
            .map_err(|e| e.at(index))?;
    }
    concentration_index(groups, level)
}

fn times(what: &'static str, e: Estimate, factor: f64) -> Result<Estimate> {
    Estimate::of(
        what,
        e.value * factor,
        e.interval.low * factor,
        e.interval.high * factor,
    )
}

#[doc = include_str!("../../docs/wagstaff_index.md")]
pub fn wagstaff_index(groups: &[Subgroup], level: Level) -> Result<Estimate> {
    let index = bounded(groups, level)?;
    if index.mean >= 1.0 {
        return Err(Error::Undefined {
            what: "Wagstaff's index",
            why: "every value is 1",
        });
    }
    times("Wagstaff's index", index.relative, 1.0 / (1.0 - index.mean))
}

#[doc = include_str!("../../docs/erreygers_index.md")]
pub fn erreygers_index(groups: &[Subgroup], level: Level) -> Result<Estimate> {
    let index = bounded(groups, level)?;
    times("Erreygers's index", index.absolute, 4.0)
}
