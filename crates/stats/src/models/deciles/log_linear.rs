//! Decile-specific rates that change by the same factor from each decile to the next.

use super::super::reach::{Point, Search, reach};
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
    let means = areas.means(&rates(&areas, slope));
    let dispersion = areas.dispersion(&means, 2, scatter);
    let drop = 0.5 * dispersion * level.z() * level.z();
    let (low, high) = interval(&areas, slope, drop)?;
    // A decile's own rate has a profile of its own: the slope at its best for every value of it.
    let steps = DECILES as f64 - 1.0;
    let most_to_least = |slope: f64| (-slope * steps).exp();
    let found = rates(&areas, slope);
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
        log_likelihood: log_likelihood(&areas, slope)
            - sum(areas
                .counts
                .iter()
                .map(|&o| statrs::function::gamma::ln_gamma(o + 1.0))),
        areas: areas.len(),
    })
}

/// The rates for a slope, at the height that makes totals agree.
fn rates(areas: &Areas, slope: f64) -> [f64; DECILES] {
    let mut shape = [0.0; DECILES];
    for (d, rate) in shape.iter_mut().enumerate() {
        *rate = (slope * d as f64).exp();
    }
    let height = sum(areas.counts.iter().copied()) / sum(areas.means(&shape));
    shape.map(|s| s * height)
}

/// The kernel of the log-likelihood, the height at its best.
fn log_likelihood(areas: &Areas, slope: f64) -> f64 {
    let means = areas.means(&rates(areas, slope));
    sum(areas.counts.iter().zip(&means).map(|(&o, &m)| kernel(o, m)))
}

/// One area's part of it.
fn kernel(count: f64, mean: f64) -> f64 {
    if count > 0.0 {
        count * mean.max(f64::MIN_POSITIVE).ln() - mean
    } else {
        -mean
    }
}

/// The slope of greatest likelihood: a look at all slopes, then scoring from the best.
fn best(areas: &Areas) -> Result<f64> {
    let grid: Vec<f64> = (0..=64)
        .map(|i| -STEEPEST + f64::from(i) * STEEPEST / 32.0)
        .collect();
    let mut peak = (f64::NEG_INFINITY, 0);
    for (i, &slope) in grid.iter().enumerate() {
        let value = log_likelihood(areas, slope);
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
    let slope = climb(areas, grid[peak.1]);
    let beside = |by: f64| log_likelihood(areas, slope + by);
    if log_likelihood(areas, slope) - beside(-1.0).max(beside(1.0)) < 1e-9 {
        return Err(Error::Undefined {
            what: "the gradient over deciles",
            why: "the areas are so alike that no gradient can be told from another",
        });
    }
    Ok(slope)
}

/// The likelihood at a slope with one decile's rate held, and its derivatives.
#[derive(Clone, Copy)]
struct Held {
    log_likelihood: f64,
    /// In the slope.
    score: f64,
    /// Minus the second derivative in the slope, or what is expected of it where that is not
    /// positive.
    information: f64,
    /// In the log of the rate that is held.
    rate_score: f64,
}

impl Held {
    fn at(areas: &Areas, slope: f64, decile: usize, rate: f64) -> Self {
        let mut steps = [0.0; DECILES];
        let mut rates = [0.0; DECILES];
        for d in 0..DECILES {
            steps[d] = d as f64 - decile as f64;
            rates[d] = rate * (slope * steps[d]).exp();
        }
        let (mut value, mut score, mut rate_score) = (0.0, 0.0, 0.0);
        let (mut observed, mut expected) = (0.0, 0.0);
        for (children, &o) in areas.children.iter().zip(&areas.counts) {
            let (mut mean, mut moved, mut twice) = (0.0, 0.0, 0.0);
            for d in 0..DECILES {
                let own = children[d] * rates[d];
                mean += own;
                moved += own * steps[d];
                twice += own * steps[d] * steps[d];
            }
            if mean > 0.0 {
                let over = o / mean - 1.0;
                value += kernel(o, mean);
                score += over * moved;
                rate_score += o - mean;
                observed += moved / mean * moved / mean * o - over * twice;
                expected += moved * moved / mean;
            }
        }
        Held {
            log_likelihood: value,
            score,
            information: if observed > 0.1 * expected {
                observed
            } else {
                expected
            },
            rate_score,
        }
    }

    /// The slope of greatest likelihood: Newton's method, its steps halved while the likelihood
    /// falls.
    fn best(areas: &Areas, start: f64, decile: usize, rate: f64) -> (f64, Self) {
        let mut slope = start;
        let mut here = Self::at(areas, slope, decile, rate);
        for _ in 0..100 {
            let step = (here.score / here.information).clamp(-0.5, 0.5);
            if !step.is_finite() || step.abs() < 1e-10 * (1.0 + slope.abs()) {
                break;
            }
            let mut share = 1.0;
            let mut next = Self::at(areas, slope + step, decile, rate);
            while next.log_likelihood < here.log_likelihood - 1e-12 * here.log_likelihood.abs()
                && share > 1e-6
            {
                share *= 0.5;
                next = Self::at(areas, slope + share * step, decile, rate);
            }
            slope += share * step;
            here = next;
        }
        (slope, here)
    }
}

/// The slope of greatest likelihood near a start, the height at its best: Fisher scoring, its steps
/// halved while the likelihood falls.
fn climb(areas: &Areas, start: f64) -> f64 {
    let mut slope = start;
    let mut value = log_likelihood(areas, slope);
    for _ in 0..100 {
        let (gradient, information) = derivatives(areas, slope);
        let step = (gradient / information).clamp(-0.5, 0.5);
        if !step.is_finite() {
            break;
        }
        let mut share = 1.0;
        let mut next = log_likelihood(areas, slope + step);
        while next < value - 1e-12 * value.abs() && share > 1e-6 {
            share *= 0.5;
            next = log_likelihood(areas, slope + share * step);
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
fn derivatives(areas: &Areas, slope: f64) -> (f64, f64) {
    let rates = rates(areas, slope);
    let (mut gradient, mut own, mut cross, mut total) = (0.0, 0.0, 0.0, 0.0);
    for (children, &o) in areas.children.iter().zip(&areas.counts) {
        let (mut mean, mut moved) = (0.0, 0.0);
        for (d, (n, r)) in children.iter().zip(&rates).enumerate() {
            mean += n * r;
            moved += n * r * d as f64;
        }
        if mean > 0.0 {
            gradient += moved * (o / mean - 1.0);
            own += moved * moved / mean;
            cross += moved;
            total += mean;
        }
    }
    // With the height at its best its own score is 0, and it takes part of the information.
    (gradient, own - cross * cross / total)
}

/// Where the profile of the slope has fallen by `drop`.
fn interval(areas: &Areas, slope: f64, drop: f64) -> Result<(f64, f64)> {
    let top = log_likelihood(areas, slope);
    let (_, information) = derivatives(areas, slope);
    let first = (2.0 * drop / information).sqrt();
    let side = |sign: f64| {
        edge(drop, first, 4.0 * STEEPEST, |t| Point {
            rise: top - log_likelihood(areas, slope + sign * t),
            slope: -sign * derivatives(areas, slope + sign * t).0,
        })
        .map(|t| slope + sign * t)
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
    let top = log_likelihood(areas, slope);
    let first = (2.0 * drop / sum(areas.counts.iter().copied()))
        .sqrt()
        .min(1.0);
    let side = |sign: f64| {
        let mut near = slope;
        let fall = |t: f64| {
            let held;
            (near, held) = Held::best(areas, near, decile, rate * (sign * t).exp());
            Point {
                rise: top - held.log_likelihood,
                slope: -sign * held.rate_score,
            }
        };
        edge(drop, first, 40.0, fall).map(|t| rate * (sign * t).exp())
    };
    let (low, high) = (side(-1.0)?, side(1.0)?);
    check::result("a decile's rate", high)?;
    Ok((low, high))
}

/// The distance at which a profile has fallen by `drop`.
fn edge(drop: f64, first: f64, most: f64, mut at: impl FnMut(f64) -> Point) -> Result<f64> {
    let search = Search {
        target: drop,
        first,
        beyond: None,
        most,
    };
    reach(search, |t| Some(at(t))).ok_or(Error::Undefined {
        what: "an interval of the gradient over deciles",
        why: "the areas' counts do not bound it",
    })
}
