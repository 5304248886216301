//! A group against what a model that left it out expects of it: the ratio with an interval, the
//! ratio drawn towards what groups like it have, and the probability of being above expectation.
//! Models and their fits are elsewhere; nothing here fits anything.

use super::regression::LeftOut;
use super::tails::{normal_lower, poisson_lower};
use crate::check;
use crate::error::{Error, Result};
use crate::intervals::poisson_count_interval;
use crate::level::{Estimate, Interval, Level};
use crate::special::increasing_root;

/// A group against its expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgainstExpected {
    /// The group's number.
    pub code: usize,
    /// What it had.
    pub observed: f64,
    /// What the model without it expects.
    pub expected: f64,
    /// Observed minus expected.
    pub difference: f64,
    /// Observed ÷ expected, with an interval that respects overdispersion and the uncertainty of
    /// the expectation: the group on its own.
    pub ratio: Estimate,
    /// The ratio drawn towards 1 by as much as the other groups lie close to theirs: the posterior
    /// median and central interval. The same as `ratio` where the model has no spread of groups.
    pub shrunken: Estimate,
    /// Where the count of a group like it would lie: the limits of a funnel with overdispersion.
    pub range: Interval,
    /// The probability that the group's own rate is above what is expected.
    pub probability_above: f64,
}

/// Points of the grid on which a posterior is summed; the trapezium rule is exact to rounding here.
const POINTS: i32 = 200;
/// How far the grid reaches, in standard deviations.
const REACH: f64 = 9.0;

#[doc = include_str!("../../docs/against_expected.md")]
pub fn against_expected(group: &LeftOut, level: Level) -> Result<AgainstExpected> {
    let observed = check::count(group.observed)?;
    let expected = check::positive("expected", group.expected)?;
    let error = check::not_negative("std_error", group.std_error)?;
    let sigma = check::not_negative("sigma", group.sigma)?;
    let dispersion = check::positive("dispersion", group.dispersion)?;
    let ratio = own_ratio(observed, expected, error, dispersion, level)?;
    let posterior = Posterior::new(group);
    let shrunken = if sigma > 0.0 {
        Estimate::of(
            "the shrunken ratio",
            posterior.quantile(0.5).exp(),
            posterior.quantile(level.tail()).exp(),
            posterior.quantile(1.0 - level.tail()).exp(),
        )?
    } else {
        ratio
    };
    let probability_above = 1.0 - posterior.below(0.0).0;
    Ok(AgainstExpected {
        code: group.code,
        observed,
        expected,
        difference: observed - expected,
        ratio,
        shrunken,
        range: range(group, level)?,
        probability_above: probability_above.clamp(0.0, 1.0),
    })
}

/// Observed ÷ expected: the Poisson interval of the count stretched by the dispersion, squared and
/// added on the log scale to the uncertainty of the expectation.
fn own_ratio(
    observed: f64,
    expected: f64,
    error: f64,
    dispersion: f64,
    level: Level,
) -> Result<Estimate> {
    let (limits, _) = poisson_count_interval(observed, level)?;
    let stretch = dispersion.sqrt();
    let low = (observed - stretch * (observed - limits.low)).max(0.0);
    let high = observed + stretch * (limits.high - observed);
    let reach = level.z() * error;
    let (low, high) = if observed > 0.0 {
        let below = if low > 0.0 {
            (observed / low).ln().hypot(reach)
        } else {
            f64::INFINITY
        };
        let above = (high / observed).ln().hypot(reach);
        (
            observed / expected * (-below).exp(),
            observed / expected * above.exp(),
        )
    } else {
        (0.0, high / expected * reach.exp())
    };
    Estimate::of("observed over expected", observed / expected, low, high)
}

/// The posterior of the log ratio of a group's own rate to what is expected of it: a mixture of
/// normals with one standard deviation.
struct Posterior {
    /// Means and probabilities.
    parts: Vec<(f64, f64)>,
    sd: f64,
}

impl Posterior {
    /// Counts are Poisson (their information divided by the dispersion) around the expectation
    /// times exp(v); v is normal with the spread of groups and the error of the expectation or,
    /// without a spread, flat. What is wanted is v without that error.
    fn new(group: &LeftOut) -> Self {
        let (count, mean) = (
            group.observed / group.dispersion,
            group.expected / group.dispersion,
        );
        let (spread, error) = (group.sigma * group.sigma, group.std_error * group.std_error);
        let has_prior = spread > 0.0;
        let centre = group.centre();
        let precision = if has_prior {
            1.0 / (spread + error)
        } else {
            0.0
        };
        // Jeffreys' half a count keeps a flat prior proper at a count of 0.
        let count = if has_prior { count } else { count + 0.5 };
        let mode = mode(count, mean, centre, precision);
        let width = 1.0 / (mean * mode.exp() + precision).sqrt();
        // A count near 0 without a prior has a long tail downwards.
        let below = if has_prior {
            REACH
        } else {
            REACH * (1.0 + 6.0 / (1.0 + count))
        };
        let step = (REACH + below) * width / f64::from(POINTS);
        let log_density =
            |v: f64| count * v - mean * v.exp() - 0.5 * precision * (v - centre) * (v - centre);
        let top = log_density(mode);
        // Without its error v is nearer the centre, and has an error of its own.
        let (share, rest) = if has_prior {
            let share = spread / (spread + error);
            (share, (share * error).sqrt())
        } else {
            (1.0, error.sqrt())
        };
        let mut parts: Vec<(f64, f64)> = (0..=POINTS)
            .map(|i| {
                let v = mode - below * width + f64::from(i) * step;
                (centre + share * (v - centre), (log_density(v) - top).exp())
            })
            .collect();
        let total: f64 = parts.iter().map(|p| p.1).sum();
        for part in &mut parts {
            part.1 /= total;
        }
        // Never narrower than the grid can show.
        let sd = rest.max(0.5 * step * share);
        Posterior { parts, sd }
    }

    /// P(log ratio <= at) and its slope.
    fn below(&self, at: f64) -> (f64, f64) {
        let (mut total, mut slope) = (0.0, 0.0);
        for &(mean, p) in &self.parts {
            let z = (at - mean) / self.sd;
            total += p * normal_lower(z);
            slope += p * (-0.5 * z * z).exp();
        }
        (
            total,
            slope / (self.sd * (2.0 * std::f64::consts::PI).sqrt()),
        )
    }

    fn quantile(&self, p: f64) -> f64 {
        let mean: f64 = self.parts.iter().map(|(m, p)| m * p).sum();
        let low = self.parts.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
        let high = self
            .parts
            .iter()
            .map(|p| p.0)
            .fold(f64::NEG_INFINITY, f64::max);
        let margin = REACH * self.sd;
        increasing_root(mean, low - margin, high + margin, |at| {
            let (below, slope) = self.below(at);
            (below - p, slope)
        })
    }
}

/// Where count v − mean e^v − precision (v − centre)² / 2 is highest.
fn mode(count: f64, mean: f64, centre: f64, precision: f64) -> f64 {
    let mut mode = if precision > 0.0 {
        centre
    } else {
        (count / mean).ln()
    };
    for _ in 0..200 {
        let rate = mean * f64::exp(mode);
        let step = (count - rate - precision * (mode - centre)) / (rate + precision);
        mode += step.clamp(-1.0, 1.0);
        if step.abs() < 1e-12 {
            break;
        }
    }
    mode
}

/// Where the count of a group like it would lie: Poisson counts around a log-normal mean.
fn range(group: &LeftOut, level: Level) -> Result<Interval> {
    let scatter = group.sigma.hypot(group.std_error);
    // Dispersion beyond Poisson scatters the mean of the count as much as it adds to its variance.
    let extra = ((group.dispersion - 1.0).max(0.0) / group.expected)
        .ln_1p()
        .sqrt();
    let scatter = scatter.hypot(extra);
    let centre = group.expected.ln() + group.centre();
    let lower = |k: f64| mixed_poisson_lower(k, centre, scatter);
    let quantile = |p: f64| -> Result<f64> {
        let mut high = group.expected.max(1.0);
        while lower(high.floor()) < p {
            high *= 2.0;
            if high > 1e15 {
                return Err(Error::OutOfRange {
                    what: "the range of counts",
                });
            }
        }
        let (mut below, mut above) = (-1.0, high.floor());
        while above - below > 1.0 {
            let middle = (0.5 * (below + above)).floor();
            if lower(middle) < p {
                below = middle;
            } else {
                above = middle;
            }
        }
        Ok(above)
    };
    let tail = level.tail();
    Interval::of(
        "the range of counts",
        quantile(tail)?,
        quantile(1.0 - tail)?,
    )
}

/// P(count <= k) for a Poisson count whose log mean is normal: 1 where the mean is far below `k`,
/// and summed over the means where it turns to 0.
fn mixed_poisson_lower(k: f64, centre: f64, scatter: f64) -> f64 {
    const STEPS: i32 = 120;
    if scatter <= 0.0 {
        return poisson_lower(k, centre.exp());
    }
    let near = (k + 1.0).max(1.0);
    let turn = (near.ln() - centre) / scatter;
    let width = REACH / (near.sqrt() * scatter);
    let from = (turn - width).clamp(-REACH, REACH);
    let to = (turn + width).clamp(-REACH, REACH);
    let step = (to - from) / f64::from(STEPS);
    let density = |x: f64| {
        let weight = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        weight * poisson_lower(k, (centre + scatter * x).exp())
    };
    // Simpson's rule.
    let inside: f64 = (0..=STEPS)
        .map(|i| {
            let weight = match i {
                0 | STEPS => 1.0,
                i if i % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * density(from + f64::from(i) * step)
        })
        .sum();
    normal_lower(from) + inside * step / 3.0
}
