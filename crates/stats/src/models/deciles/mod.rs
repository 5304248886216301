//! Rates by decile of deprivation when only the areas' totals are known: an ecological model that
//! finds the decile-specific rates which, with each area's children by decile, fit its total best.
//! Rates by decile that were counted directly need none of this.

mod log_linear;
mod monotone;
mod quadratic;

pub use log_linear::{LogLinearDeciles, decile_rates_log_linear};
pub use monotone::{MonotoneDeciles, OpenRatio, Resampling, decile_rates_monotone};

use crate::check;
use crate::error::{Error, Result};
use crate::level::Estimate;

/// How many deciles there are; decile 1 is the most deprived.
pub const DECILES: usize = 10;

/// What cannot be seen in the totals of areas, for every reader of a rate found from them.
pub const ECOLOGICAL_WARNING: &str = "Found from the totals of areas, not from the children of each \
    decile: it assumes that a decile has the same rate in every area, cannot show where that fails, \
    and takes for an effect of the decile whatever else goes with deprivation between areas.";

/// An area's total with its children in each decile, from the most to the least deprived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecileArea {
    /// Events, or children in the area with the outcome.
    pub count: f64,
    /// The area's children by decile of their neighbourhood.
    pub children: [f64; DECILES],
}

/// Whether the areas may scatter more than Poisson counts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scatter {
    /// Intervals are stretched by the scatter that the areas show, if it is more than Poisson's.
    #[default]
    Estimated,
    /// Counts are Poisson counts and nothing else.
    Poisson,
}

/// A decile's rate per child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecileRate {
    /// 1, the most deprived, to 10.
    pub decile: usize,
    /// The rate per child with its interval.
    pub rate: Estimate,
}

/// Checked areas with something in them.
#[derive(Debug, Clone)]
struct Areas {
    counts: Vec<f64>,
    children: Vec<[f64; DECILES]>,
}

impl Areas {
    fn new(areas: &[DecileArea], needed: usize) -> Result<Self> {
        let mut out = Areas {
            counts: Vec::new(),
            children: Vec::new(),
        };
        for (index, area) in areas.iter().enumerate() {
            let count = check::count(area.count).map_err(|e| e.at(index))?;
            for &n in &area.children {
                check::not_negative("children", n).map_err(|e| e.at(index))?;
            }
            let all: f64 = area.children.iter().sum();
            if all > 0.0 {
                out.counts.push(count);
                out.children.push(area.children);
            } else if count > 0.0 {
                return Err(Error::NotASubset {
                    count,
                    denominator: all,
                }
                .at(index));
            }
        }
        if out.counts.len() < needed {
            return Err(Error::TooFew {
                what: "the areas with children",
                needed,
                found: out.counts.len(),
            });
        }
        if out.same_make_up() {
            return Err(Error::Undefined {
                what: "rates by decile",
                why: "all areas have the same make-up, so their totals cannot tell deciles apart",
            });
        }
        if out.counts.iter().all(|&o| o <= 0.0) {
            return Err(Error::Undefined {
                what: "rates by decile",
                why: "no area has any events",
            });
        }
        Ok(out)
    }

    fn same_make_up(&self) -> bool {
        let shares = |children: &[f64; DECILES]| {
            let all: f64 = children.iter().sum();
            children.map(|n| n / all)
        };
        let first = self.children.first().map(shares);
        self.children
            .iter()
            .map(shares)
            .all(|s| first.is_some_and(|f| f.iter().zip(s).all(|(a, b)| (a - b).abs() < 1e-9)))
    }

    fn len(&self) -> usize {
        self.counts.len()
    }

    /// The expected counts for those rates.
    fn means(&self, rates: &[f64; DECILES]) -> Vec<f64> {
        let mean = |children: &[f64; DECILES]| -> f64 {
            children.iter().zip(rates).map(|(n, r)| n * r).sum()
        };
        self.children.iter().map(mean).collect()
    }

    /// Pearson's chi-square over its degrees of freedom, and at least 1; 1 for Poisson scatter or
    /// when nothing is left to see scatter in.
    fn dispersion(&self, means: &[f64], parameters: usize, scatter: Scatter) -> f64 {
        if scatter == Scatter::Poisson || self.len() <= parameters {
            return 1.0;
        }
        let terms = self.counts.iter().zip(means).filter(|(_, m)| **m > 0.0);
        let pearson: f64 = terms.map(|(o, m)| (o - m) * (o - m) / m).sum();
        (pearson / (self.len() - parameters) as f64).max(1.0)
    }
}
