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
    /// This proportion of units at each end is left out: those whose rank from that end, over one
    /// more than the number of units, is below it.
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
            if p <= 0.0 {
                return Ok(sorted);
            }
            let z: Vec<f64> = sorted.iter().map(|(z, _)| *z).collect();
            let next = sorted.len() as f64 + 1.0;
            // The rank from the nearer end, so that both ends lose the same; a unit on the edge
            // stays, whatever the last digit of the product.
            let least = p * next * (1.0 - 1e-12);
            let inside = |rank: f64| rank.min(next - rank) >= least;
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
    /// # Formula
    /// ```text
    /// G(g(t) -+ z sqrt(s(D)^2 + tau2))
    /// ```
    /// `D` the denominator (the expected count in events, or persons at risk), `t` the target, `g` the
    /// scale and `G` its inverse, `s(D)` the error of a unit of that size on the scale, `z` the normal
    /// deviate of the level.
    ///
    /// # Useful for
    /// Drawing a funnel that allows for the spread authorities always show.
    ///
    /// # Not useful for
    /// Limits for chance alone: [`funnel_ratio`](crate::funnel_ratio).
    ///
    /// # Errors
    /// [`Error::Denominator`] unless the denominator is finite and positive.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::{FunnelScale, Level, Overdispersion};
    /// let spread = Overdispersion { phi: 2.0, tau2: 0.01, target: 1.0, scale: FunnelScale::SquareRoot, units: 150 };
    /// let limits = spread.limits(100.0, Level::P95)?; // R: (1 + qnorm(0.975) * sqrt(1 / 400 + 0.01))^2
    /// assert!((limits.high - 1.486_279_505_5).abs() < 1e-9);
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Spiegelhalter DJ (2005). Handling over-dispersion of performance indicators. Quality and Safety
    /// in Health Care 14, 347-351. doi:10.1136/qshc.2005.013755
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
    /// # Formula
    /// ```text
    /// (g(y) - g(t)) / sqrt(s^2 + tau2)
    /// ```
    /// `y` the unit's ratio or proportion, `t` the target, `g` the scale, `s` the unit's error on it.
    /// Beyond -+1.96 a unit is outside the 95% limits, beyond -+3.09 outside the 99.8% limits.
    ///
    /// # Useful for
    /// Ordering units by how surprising they are.
    ///
    /// # Not useful for
    /// How large a difference is: a small one of a large unit has a large deviate.
    ///
    /// # Errors
    /// As [`overdispersion`] for one unit.
    ///
    /// # Example
    /// ```
    /// use disparity_stats::{FunnelScale, FunnelUnit, Overdispersion};
    /// let spread = Overdispersion { phi: 2.0, tau2: 0.01, target: 1.0, scale: FunnelScale::SquareRoot, units: 150 };
    /// let unit = FunnelUnit { observed: 144.0, denominator: 100.0 }; // R: 0.2 / sqrt(1 / 400 + 0.01)
    /// assert!((spread.deviate(unit)? - 1.788_854_382).abs() < 1e-9);
    /// # Ok::<(), disparity_stats::Error>(())
    /// ```
    ///
    /// # References
    /// Spiegelhalter DJ (2005). Handling over-dispersion of performance indicators. Quality and Safety
    /// in Health Care 14, 347-351. doi:10.1136/qshc.2005.013755
    pub fn deviate(&self, unit: FunnelUnit) -> Result<f64> {
        self.scale.check(unit)?;
        let spread = (self.scale.variance(unit) + self.tau2).sqrt();
        let centre = self.scale.transform(self.target);
        check::result("the deviate", (self.scale.value(unit) - centre) / spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_takes_as_many_from_either_end() {
        for (n, p, left) in [
            (6, 0.1, 6), // rank 1 of 7 is above a tenth
            (9, 0.1, 9), // rank 1 of 10 is a tenth
            (10, 0.1, 8),
            (20, 0.15, 14), // ranks 1 to 3 of 21 are below 3.15
            (100, 0.15, 70),
            (100, 0.3, 40),
            (151, 0.1, 121),
            (30, 0.0, 30),
        ] {
            let units: Vec<(f64, f64)> = (0..n).map(|i| (f64::from(i), 1.0)).collect();
            let kept = without_outliers(units, Outliers::Truncate(p)).unwrap();
            assert_eq!(kept.len(), left, "{n} {p}");
            let (first, last) = (kept[0].0, kept[left - 1].0);
            assert!(
                (first + last - f64::from(n - 1)).abs() < 1e-12,
                "{first} {last}"
            );
        }
    }
}
