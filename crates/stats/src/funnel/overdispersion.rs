//! How much more units scatter than chance allows, and limits that include that spread.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::rank::mean_ranks;
use crate::sum::{quantile_sorted, sum};

/// One unit of a funnel: a count and what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelUnit {
    /// The observed count.
    pub observed: f64,
    /// The expected count, the number at risk, or the other count, as the scale says.
    pub denominator: f64,
}

/// The scale on which units are close to normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunnelScale {
    /// Square root of observed over expected; s = 1 / (2 √E). The Care Quality Commission's.
    SquareRoot,
    /// Logarithm of observed over expected; s = 1 / √E. The hospital mortality indicator's (SHMI).
    Log,
    /// Arc sine of the root of a proportion; s = 1 / (2 √n).
    ArcSine,
    /// Logarithm of a ratio of two counts, with half an event added to each.
    LogOfCounts,
}

/// What is done about the most extreme units before the spread is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outliers {
    /// Nothing.
    Keep,
    /// Values beyond this quantile at each end are set to it.
    Winsorise(f64),
    /// This proportion of units at each end is left out.
    Truncate(f64),
}

/// The spread of a set of units beyond chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overdispersion {
    /// The mean squared deviate: 1 when units differ by chance alone.
    pub phi: f64,
    /// The variance between units, on the scale used.
    pub tau2: f64,
    /// The target on the original scale: 1 for ratios, the overall proportion or ratio otherwise.
    pub target: f64,
    /// The scale used.
    pub scale: FunnelScale,
    /// How many units the spread was measured on.
    pub units: usize,
}

impl FunnelScale {
    fn check(self, unit: FunnelUnit) -> Result<()> {
        if self == FunnelScale::ArcSine {
            check::subset(unit.observed, unit.denominator)?;
        } else {
            check::count(unit.observed)?;
            check::denominator(unit.denominator)?;
            check::count(unit.denominator)?;
        }
        Ok(())
    }

    fn transform(self, ratio: f64) -> f64 {
        match self {
            FunnelScale::SquareRoot => ratio.sqrt(),
            FunnelScale::Log | FunnelScale::LogOfCounts => ratio.ln(),
            FunnelScale::ArcSine => ratio.clamp(0.0, 1.0).sqrt().asin(),
        }
    }

    fn back(self, y: f64) -> f64 {
        match self {
            FunnelScale::SquareRoot => y.max(0.0).powi(2),
            FunnelScale::Log | FunnelScale::LogOfCounts => y.exp(),
            FunnelScale::ArcSine => y.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
        }
    }

    /// A unit's value on the scale. Where a logarithm needs it, no event counts as half an event.
    fn value(self, unit: FunnelUnit) -> f64 {
        let (o, d) = (unit.observed, unit.denominator);
        match self {
            FunnelScale::Log if o <= 0.0 => (0.5 / d).ln(),
            FunnelScale::LogOfCounts => ((o + 0.5) / (d + 0.5)).ln(),
            _ => self.transform(o / d),
        }
    }

    /// The sampling variance of a unit's value.
    fn variance(self, unit: FunnelUnit) -> f64 {
        let (o, d) = (unit.observed, unit.denominator);
        match self {
            FunnelScale::SquareRoot | FunnelScale::ArcSine => 0.25 / d,
            FunnelScale::Log => 1.0 / d,
            FunnelScale::LogOfCounts => o / ((o + 0.5) * (o + 0.5)) + d / ((d + 0.5) * (d + 0.5)),
        }
    }
}

#[doc = include_str!("../../docs/overdispersion.md")]
pub fn overdispersion(
    units: &[FunnelUnit],
    scale: FunnelScale,
    outliers: Outliers,
) -> Result<Overdispersion> {
    check::at_least("overdispersion", 2, units)?;
    for (index, &unit) in units.iter().enumerate() {
        scale.check(unit).map_err(|e| e.at(index))?;
    }
    let total = |f: fn(&FunnelUnit) -> f64| sum(units.iter().map(f));
    let target = match scale {
        FunnelScale::SquareRoot | FunnelScale::Log => 1.0,
        FunnelScale::ArcSine | FunnelScale::LogOfCounts => {
            total(|u| u.observed) / total(|u| u.denominator)
        }
    };
    if scale == FunnelScale::LogOfCounts && target <= 0.0 {
        return Err(Error::Undefined {
            what: "the target",
            why: "no unit has any events",
        });
    }
    let centre = scale.transform(target);
    // Sorted, so that nothing depends on the order of the rows: deviate, then weight.
    let deviate = |(index, &unit): (usize, &FunnelUnit)| -> Result<(f64, f64)> {
        let variance = scale.variance(unit);
        let z = (scale.value(unit) - centre) / variance.sqrt();
        let both = check::result("a unit's deviate", z)
            .and_then(|z| Ok((z, check::result("a unit's weight", 1.0 / variance)?)));
        both.map_err(|e| e.at(index))
    };
    let mut deviates: Vec<(f64, f64)> = units
        .iter()
        .enumerate()
        .map(deviate)
        .collect::<Result<_>>()?;
    deviates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let kept = without_outliers(deviates, outliers)?;
    let k = kept.len() as f64;
    let phi = sum(kept.iter().map(|(z, _)| z * z)) / k;
    let weight = sum(kept.iter().map(|(_, w)| *w));
    let squares = sum(kept.iter().map(|(_, w)| w * w));
    let spare = weight - squares / weight;
    let tau2 = if spare > 0.0 {
        ((k * phi - (k - 1.0)) / spare).max(0.0)
    } else {
        0.0
    };
    Ok(Overdispersion {
        phi: check::result("phi", phi)?,
        tau2: check::result("tau squared", tau2)?,
        target,
        scale,
        units: kept.len(),
    })
}

/// Sorted deviates with their weights, after the extremes have been dealt with.
fn without_outliers(mut sorted: Vec<(f64, f64)>, outliers: Outliers) -> Result<Vec<(f64, f64)>> {
    let share = |p| check::within("outliers", p, 0.0, 0.499_999, "a proportion below one half");
    match outliers {
        Outliers::Keep => Ok(sorted),
        Outliers::Winsorise(p) => {
            let p = share(p)?;
            let z: Vec<f64> = sorted.iter().map(|(z, _)| *z).collect();
            let (low, high) = (quantile_sorted(&z, p), quantile_sorted(&z, 1.0 - p));
            for (z, _) in &mut sorted {
                *z = z.clamp(low.min(high), high.max(low));
            }
            Ok(sorted)
        }
        Outliers::Truncate(p) => {
            let p = share(p)?;
            // Units are dealt into 1 / p groups by rank; the first and the last group go.
            if p <= 0.0 {
                return Ok(sorted);
            }
            let z: Vec<f64> = sorted.iter().map(|(z, _)| *z).collect();
            let (parts, n) = (1.0 / p, sorted.len() as f64);
            let inside = |rank: f64| {
                let part = (rank * parts / (n + 1.0)).floor();
                part > 0.0 && part < parts - 1.0
            };
            let kept: Vec<(f64, f64)> = sorted
                .into_iter()
                .zip(mean_ranks(&z))
                .filter_map(|(unit, rank)| inside(rank).then_some(unit))
                .collect();
            check::at_least("overdispersion after truncation", 2, &kept)?;
            Ok(kept)
        }
    }
}

impl Overdispersion {
    /// The standard deviation of a unit's value on the scale, spread between units included.
    fn deviation(&self, denominator: f64) -> f64 {
        let observed = self.target * denominator;
        (self.scale.variance(FunnelUnit {
            observed,
            denominator,
        }) + self.tau2)
            .sqrt()
    }

    /// The limits at a denominator, on the original scale: for ratios around 1.
    ///
    /// # Errors
    /// [`Error::Denominator`] unless the denominator is finite and positive.
    pub fn limits(&self, denominator: f64, level: Level) -> Result<Interval> {
        let d = check::denominator(denominator)?;
        let centre = self.scale.transform(self.target);
        let half = level.z() * self.deviation(d);
        let (low, high) = (
            self.scale.back(centre - half),
            self.scale.back(centre + half),
        );
        Interval::of("the adjusted funnel limits", low, high)
    }

    /// A unit's deviate, allowing for the spread between units.
    ///
    /// # Errors
    /// As [`overdispersion`] for one unit.
    pub fn deviate(&self, unit: FunnelUnit) -> Result<f64> {
        self.scale.check(unit)?;
        let spread = (self.scale.variance(unit) + self.tau2).sqrt();
        let centre = self.scale.transform(self.target);
        check::result("the deviate", (self.scale.value(unit) - centre) / spread)
    }
}
