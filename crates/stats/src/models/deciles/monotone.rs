//! Decile-specific rates that do not rise as deprivation falls, of no other shape.

use nalgebra::{DMatrix, DVector};

use super::{Areas, DECILES, DecileArea, DecileRate, Scatter};
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::random::Draws;
use crate::sum::{quantile_sorted, sum};

/// How the areas are drawn again for the intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resampling {
    /// The seed of the draws.
    pub seed: u64,
    /// How often all areas are drawn, 100 to 100,000.
    pub repetitions: u32,
    /// Whether the draws scatter as the areas do, or as Poisson counts.
    pub scatter: Scatter,
}

/// A ratio that may have no end: each figure is `None` where it is larger than any number, because
/// the rate below the line is 0, or was in that many draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenRatio {
    /// The ratio.
    pub value: Option<f64>,
    /// The lower limit.
    pub low: Option<f64>,
    /// The upper limit.
    pub high: Option<f64>,
}

/// Rates by decile that never rise from a more to a less deprived decile.
#[derive(Debug, Clone, PartialEq)]
pub struct MonotoneDeciles {
    /// From the most to the least deprived, with percentile intervals.
    pub rates: Vec<DecileRate>,
    /// The rate of decile 1 over that of decile 10.
    pub ratio_most_to_least: OpenRatio,
    /// The variance of the areas' counts over their means in the draws.
    pub dispersion: f64,
    /// The log-likelihood of Poisson counts with these rates, its constants included.
    pub log_likelihood: f64,
    /// The areas with children.
    pub areas: usize,
    /// Whether the rates are the maximum to rounding.
    pub converged: bool,
}

#[doc = include_str!("../../../docs/decile_rates_monotone.md")]
pub fn decile_rates_monotone(
    areas: &[DecileArea],
    resampling: Resampling,
    level: Level,
) -> Result<MonotoneDeciles> {
    let areas = Areas::new(areas, 2)?;
    if !(100..=100_000).contains(&resampling.repetitions) {
        return Err(Error::Argument {
            name: "repetitions",
            must: "from 100 to 100,000",
            found: f64::from(resampling.repetitions),
        });
    }
    let ladder = Ladder::new(&areas);
    let best = ladder.fit(&areas.counts);
    let found = rates(&best.steps);
    let means = areas.means(&found);
    let free = best.steps.iter().filter(|&&s| s > 0.0).count();
    let dispersion = areas.dispersion(&means, free, resampling.scatter);
    let mut draws = Draws::from_seed(resampling.seed);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::new(); DECILES + 1];
    for _ in 0..resampling.repetitions {
        let counts: Vec<f64> = means
            .iter()
            .map(|&m| draw(&mut draws, m, dispersion))
            .collect();
        let again = rates(&ladder.fit(&counts).steps);
        for (values, rate) in drawn.iter_mut().zip(again) {
            values.push(rate);
        }
        let last = again[DECILES - 1];
        drawn[DECILES].push(if last > 0.0 {
            again[0] / last
        } else {
            f64::INFINITY
        });
    }
    for values in &mut drawn {
        values.sort_by(f64::total_cmp);
    }
    let limits = |values: &[f64]| {
        let tail = level.tail();
        (
            quantile_sorted(values, tail),
            quantile_sorted(values, 1.0 - tail),
        )
    };
    let one = |(d, &rate): (usize, &f64)| -> Result<DecileRate> {
        let (low, high) = limits(&drawn[d]);
        Ok(DecileRate {
            decile: d + 1,
            rate: Estimate::of("a decile's rate", rate, low.min(rate), high.max(rate))?,
        })
    };
    let ratio = found[0] / found[DECILES - 1];
    let (low, high) = limits(&drawn[DECILES]);
    let finite = |v: f64| v.is_finite().then_some(v);
    Ok(MonotoneDeciles {
        rates: found.iter().enumerate().map(one).collect::<Result<_>>()?,
        ratio_most_to_least: OpenRatio {
            value: finite(ratio),
            low: finite(low.min(ratio)),
            high: finite(high.max(ratio)),
        },
        dispersion,
        log_likelihood: best.log_likelihood
            - sum(areas
                .counts
                .iter()
                .map(|&o| statrs::function::gamma::ln_gamma(o + 1.0))),
        areas: areas.len(),
        converged: best.converged,
    })
}

/// A Poisson count, or one whose mean was itself drawn so that the variance is a multiple of it.
fn draw(draws: &mut Draws, mean: f64, dispersion: f64) -> f64 {
    let mean = if dispersion > 1.0 && mean > 0.0 {
        draws.gamma(mean / (dispersion - 1.0)) * (dispersion - 1.0)
    } else {
        mean
    };
    draws.poisson(mean)
}

/// The rates of a ladder of steps: a decile has its own step and those of all less deprived ones.
fn rates(steps: &[f64]) -> [f64; DECILES] {
    let mut out = [0.0; DECILES];
    let mut height = 0.0;
    for d in (0..DECILES).rev() {
        height += steps[d];
        out[d] = height;
    }
    out
}

/// Counts as Poisson sums of steps that are not negative: a concave problem with bounds.
struct Ladder {
    /// The children of each area from decile 1 to this one, scaled.
    exposures: Vec<[f64; DECILES]>,
    /// What a step is multiplied by to make a rate.
    scales: [f64; DECILES],
}

/// The end of a fit.
struct Best {
    steps: Vec<f64>,
    log_likelihood: f64,
    converged: bool,
}

impl Ladder {
    fn new(areas: &Areas) -> Self {
        let mut exposures: Vec<[f64; DECILES]> = areas
            .children
            .iter()
            .map(|children| {
                let mut below = *children;
                for d in 1..DECILES {
                    below[d] += below[d - 1];
                }
                below
            })
            .collect();
        let mut scales = [1.0; DECILES];
        for (d, scale) in scales.iter_mut().enumerate() {
            let total = sum(exposures.iter().map(|e| e[d]));
            *scale = if total > 0.0 { 1.0 / total } else { 0.0 };
        }
        for exposure in &mut exposures {
            for (e, s) in exposure.iter_mut().zip(&scales) {
                *e *= s;
            }
        }
        Ladder { exposures, scales }
    }

    fn means(&self, steps: &[f64]) -> Vec<f64> {
        let mean = |e: &[f64; DECILES]| e.iter().zip(steps).map(|(e, s)| e * s).sum();
        self.exposures.iter().map(mean).collect()
    }

    fn log_likelihood(counts: &[f64], means: &[f64]) -> f64 {
        sum(counts.iter().zip(means).map(|(&o, &m)| {
            if o > 0.0 {
                o * m.max(f64::MIN_POSITIVE).ln() - m
            } else {
                -m
            }
        }))
    }

    /// Projected Newton (Bertsekas 1982): the steps that press against 0 rest, the others move
    /// together, and the whole is kept from going below 0.
    fn fit(&self, counts: &[f64]) -> Best {
        let total = sum(counts.iter().copied());
        let used = self.scales.iter().filter(|&&s| s > 0.0).count().max(1) as f64;
        let start = |s: &f64| if *s > 0.0 { total / used } else { 0.0 };
        let mut steps: Vec<f64> = self.scales.iter().map(start).collect();
        let mut value = Self::log_likelihood(counts, &self.means(&steps));
        let mut converged = total <= 0.0;
        for _ in 0..500 {
            if converged {
                break;
            }
            let means = self.means(&steps);
            let gradient = self.gradient(counts, &means);
            let tolerance = 1e-9 * (1.0 + total);
            let free: Vec<usize> = (0..DECILES)
                .filter(|&d| {
                    self.scales[d] > 0.0 && (steps[d] > 1e-12 * total || gradient[d] > 0.0)
                })
                .collect();
            // At the end the steps' own gradients vanish, in units of events.
            let slack = |&d: &usize| {
                (gradient[d] * steps[d])
                    .abs()
                    .max(gradient[d].max(0.0) * 1e-3)
            };
            if free.iter().map(slack).fold(0.0, f64::max) < tolerance {
                converged = true;
                break;
            }
            let direction = self.direction(counts, &means, &gradient, &free);
            let (next, better) = self.search(counts, &steps, &free, &direction, &gradient, value);
            if better - value <= 1e-13 * (1.0 + value.abs()) {
                converged = true;
            }
            (steps, value) = (next, better);
        }
        let scaled = steps.iter().zip(&self.scales).map(|(s, c)| s * c).collect();
        Best {
            steps: scaled,
            log_likelihood: value,
            converged,
        }
    }

    fn gradient(&self, counts: &[f64], means: &[f64]) -> [f64; DECILES] {
        let mut gradient = [0.0; DECILES];
        for ((exposure, &o), &m) in self.exposures.iter().zip(counts).zip(means) {
            let weight = if o > 0.0 {
                o / m.max(f64::MIN_POSITIVE)
            } else {
                0.0
            } - 1.0;
            for (g, e) in gradient.iter_mut().zip(exposure) {
                *g += weight * e;
            }
        }
        gradient
    }

    /// Newton's direction for the free steps.
    fn direction(
        &self,
        counts: &[f64],
        means: &[f64],
        gradient: &[f64; DECILES],
        free: &[usize],
    ) -> Vec<f64> {
        let k = free.len();
        let mut hessian = DMatrix::zeros(k, k);
        for ((exposure, &o), &m) in self.exposures.iter().zip(counts).zip(means) {
            let weight = if o > 0.0 && m > 0.0 { o / (m * m) } else { 0.0 };
            for a in 0..k {
                for b in 0..=a {
                    hessian[(a, b)] += weight * exposure[free[a]] * exposure[free[b]];
                }
            }
        }
        let ridge = 1e-10 * (0..k).map(|a| hessian[(a, a)]).fold(0.0, f64::max);
        for a in 0..k {
            hessian[(a, a)] += ridge.max(f64::MIN_POSITIVE);
        }
        let right = DVector::from_iterator(k, free.iter().map(|&d| gradient[d]));
        match nalgebra::Cholesky::new(hessian) {
            Some(factor) => factor.solve(&right).as_slice().to_vec(),
            None => right.as_slice().to_vec(),
        }
    }

    /// A step along the direction, bent at 0, that raises the likelihood.
    fn search(
        &self,
        counts: &[f64],
        steps: &[f64],
        free: &[usize],
        direction: &[f64],
        gradient: &[f64; DECILES],
        value: f64,
    ) -> (Vec<f64>, f64) {
        let mut share = 1.0;
        for _ in 0..60 {
            let mut next = steps.to_vec();
            for (&d, move_) in free.iter().zip(direction) {
                next[d] = (steps[d] + share * move_).max(0.0);
            }
            let promised: f64 = free
                .iter()
                .map(|&d| gradient[d] * (next[d] - steps[d]))
                .sum();
            let found = Self::log_likelihood(counts, &self.means(&next));
            if found >= value + 1e-4 * promised.max(0.0) {
                return (next, found);
            }
            share *= 0.5;
        }
        (steps.to_vec(), value)
    }
}
