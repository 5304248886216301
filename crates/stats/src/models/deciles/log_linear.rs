//! Decile-specific rates that change by the same factor from each decile to the next.

use super::{Areas, DECILES, DecileArea, DecileRate, Scatter};
use crate::check;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

/// Rates by decile on a log-linear gradient, found from the areas' totals.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLinearDeciles {
    /// From the most to the least deprived.
    pub rates: Vec<DecileRate>,
    /// The rate of a decile over that of the next less deprived one.
    pub ratio_per_decile: Estimate,
    /// The rate of decile 1 over that of decile 10.
    pub ratio_most_to_least: Estimate,
    /// The variance of the areas' counts over their means that the intervals allow for.
    pub dispersion: f64,
    /// The log-likelihood of Poisson counts with these rates, its constants included.
    pub log_likelihood: f64,
    /// The areas with children.
    pub areas: usize,
}

/// Slopes beyond this per decile are no slopes but steps.
const STEEPEST: f64 = 8.0;

#[doc = include_str!("../../../docs/decile_rates_log_linear.md")]
pub fn decile_rates_log_linear(
    areas: &[DecileArea],
    scatter: Scatter,
    level: Level,
) -> Result<LogLinearDeciles> {
    let areas = Areas::new(areas, 2)?;
    let slope = best(&areas)?;
    let means = areas.means(&rates(&areas, slope, None));
    let dispersion = areas.dispersion(&means, 2, scatter);
    let drop = 0.5 * dispersion * level.z() * level.z();
    let (low, high) = interval(&areas, slope, drop)?;
    // A decile's own rate has a profile of its own: the slope at its best for every value of it.
    let steps = DECILES as f64 - 1.0;
    let most_to_least = |slope: f64| (-slope * steps).exp();
    let found = rates(&areas, slope, None);
    let one = |(d, &rate): (usize, &f64)| -> Result<DecileRate> {
        let (low, high) = rate_interval(&areas, d, rate, slope, drop)?;
        Ok(DecileRate {
            decile: d + 1,
            rate: Estimate::of("a decile's rate", rate, low, high)?,
        })
    };
    Ok(LogLinearDeciles {
        rates: found.iter().enumerate().map(one).collect::<Result<_>>()?,
        ratio_per_decile: Estimate::of(
            "the ratio per decile",
            (-slope).exp(),
            (-high).exp(),
            (-low).exp(),
        )?,
        ratio_most_to_least: Estimate::of(
            "the ratio of decile 1 to decile 10",
            most_to_least(slope),
            most_to_least(high),
            most_to_least(low),
        )?,
        dispersion,
        log_likelihood: log_likelihood(&areas, slope, None)
            - sum(areas
                .counts
                .iter()
                .map(|&o| statrs::function::gamma::ln_gamma(o + 1.0))),
        areas: areas.len(),
    })
}

/// The rates for a slope: with one of them held, or at the height that makes totals agree.
fn rates(areas: &Areas, slope: f64, held: Option<(usize, f64)>) -> [f64; DECILES] {
    let origin = held.map_or(0, |(d, _)| d);
    let mut shape = [0.0; DECILES];
    for (d, rate) in shape.iter_mut().enumerate() {
        *rate = (slope * (d as f64 - origin as f64)).exp();
    }
    let height = match held {
        Some((_, rate)) => rate,
        None => sum(areas.counts.iter().copied()) / sum(areas.means(&shape)),
    };
    shape.map(|s| s * height)
}

/// The kernel of the log-likelihood.
fn log_likelihood(areas: &Areas, slope: f64, held: Option<(usize, f64)>) -> f64 {
    let means = areas.means(&rates(areas, slope, held));
    sum(areas.counts.iter().zip(&means).map(|(&o, &m)| {
        if o > 0.0 {
            o * m.max(f64::MIN_POSITIVE).ln() - m
        } else {
            -m
        }
    }))
}

/// The slope of greatest likelihood: a look at all slopes, then scoring from the best.
fn best(areas: &Areas) -> Result<f64> {
    let grid: Vec<f64> = (0..=64)
        .map(|i| -STEEPEST + f64::from(i) * STEEPEST / 32.0)
        .collect();
    let mut peak = (f64::NEG_INFINITY, 0);
    for (i, &slope) in grid.iter().enumerate() {
        let value = log_likelihood(areas, slope, None);
        if value > peak.0 {
            peak = (value, i);
        }
    }
    if peak.1 == 0 || peak.1 + 1 == grid.len() {
        return Err(Error::Undefined {
            what: "the gradient over deciles",
            why: "the areas' counts fit best with all events in one decile",
        });
    }
    let slope = climb(areas, grid[peak.1], None);
    let beside = |by: f64| log_likelihood(areas, slope + by, None);
    if log_likelihood(areas, slope, None) - beside(-1.0).max(beside(1.0)) < 1e-9 {
        return Err(Error::Undefined {
            what: "the gradient over deciles",
            why: "the areas are so alike that no gradient can be told from another",
        });
    }
    Ok(slope)
}

/// Fisher scoring in the slope, its steps halved while the likelihood falls.
fn climb(areas: &Areas, start: f64, held: Option<(usize, f64)>) -> f64 {
    let mut slope = start;
    let mut value = log_likelihood(areas, slope, held);
    for _ in 0..100 {
        let (gradient, information) = derivatives(areas, slope, held);
        let step = (gradient / information).clamp(-0.5, 0.5);
        if !step.is_finite() {
            break;
        }
        let mut share = 1.0;
        let mut next = log_likelihood(areas, slope + step, held);
        while next < value - 1e-12 * value.abs() && share > 1e-6 {
            share *= 0.5;
            next = log_likelihood(areas, slope + share * step, held);
        }
        slope += share * step;
        value = next;
        if step.abs() < 1e-12 * (1.0 + slope.abs()) {
            break;
        }
    }
    slope
}

/// The profile's derivative in the slope, and its expected information.
fn derivatives(areas: &Areas, slope: f64, held: Option<(usize, f64)>) -> (f64, f64) {
    let origin = held.map_or(0.0, |(d, _)| d as f64);
    let rates = rates(areas, slope, held);
    let (mut gradient, mut own, mut cross, mut total) = (0.0, 0.0, 0.0, 0.0);
    for (children, &o) in areas.children.iter().zip(&areas.counts) {
        let (mut mean, mut moved) = (0.0, 0.0);
        for (d, (n, r)) in children.iter().zip(&rates).enumerate() {
            mean += n * r;
            moved += n * r * (d as f64 - origin);
        }
        if mean > 0.0 {
            gradient += moved * (o / mean - 1.0);
            own += moved * moved / mean;
            cross += moved;
            total += mean;
        }
    }
    // With the height at its best its own score is 0, and it takes part of the information.
    (
        gradient,
        if held.is_some() {
            own
        } else {
            own - cross * cross / total
        },
    )
}

/// Where the profile of the slope has fallen by `drop`.
fn interval(areas: &Areas, slope: f64, drop: f64) -> Result<(f64, f64)> {
    let top = log_likelihood(areas, slope, None);
    let (_, information) = derivatives(areas, slope, None);
    let reach = (2.0 * drop / information).sqrt();
    let side = |sign: f64| {
        let fall = |t: f64| top - log_likelihood(areas, slope + sign * t, None);
        edge(fall, drop, reach, 4.0 * STEEPEST).map(|t| slope + sign * t)
    };
    Ok((side(-1.0)?, side(1.0)?))
}

/// Where the profile of one decile's rate has fallen by `drop`: the slope is at its best for every
/// value of the rate.
fn rate_interval(
    areas: &Areas,
    decile: usize,
    rate: f64,
    slope: f64,
    drop: f64,
) -> Result<(f64, f64)> {
    let top = log_likelihood(areas, slope, None);
    let reach = (2.0 * drop / sum(areas.counts.iter().copied()))
        .sqrt()
        .min(1.0);
    let side = |sign: f64| {
        let mut near = slope;
        let fall = |t: f64| {
            let held = Some((decile, rate * (sign * t).exp()));
            near = climb(areas, near, held);
            top - log_likelihood(areas, near, held)
        };
        edge(fall, drop, reach, 40.0).map(|t| rate * (sign * t).exp())
    };
    let (low, high) = (side(-1.0)?, side(1.0)?);
    check::result("a decile's rate", high)?;
    Ok((low, high))
}

/// The `t` above 0 at which a function that starts at 0 reaches `target`. Its root is close to a
/// straight line, which is followed.
fn edge(mut f: impl FnMut(f64) -> f64, target: f64, start: f64, most: f64) -> Result<f64> {
    let root = target.sqrt();
    let mut at = |t: f64| f(t).max(0.0).sqrt();
    let (mut low, mut at_low) = (0.0, 0.0);
    let (mut high, mut at_high) = (start, at(start));
    while at_high < root {
        (low, at_low) = (high, at_high);
        high *= 2.0;
        if high > most {
            return Err(Error::Undefined {
                what: "an interval of the gradient over deciles",
                why: "the areas' counts do not bound it",
            });
        }
        at_high = at(high);
    }
    for _ in 0..60 {
        let share = ((root - at_low) / (at_high - at_low)).clamp(0.02, 0.98);
        let middle = low + share * (high - low);
        let value = at(middle);
        if (value - root).abs() < 1e-9 * root || high - low < 1e-12 * high {
            return Ok(middle);
        }
        if value < root {
            (low, at_low) = (middle, value);
        } else {
            (high, at_high) = (middle, value);
        }
    }
    Ok(0.5 * (low + high))
}
