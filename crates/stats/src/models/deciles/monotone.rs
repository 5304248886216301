//! Decile-specific rates that do not rise as deprivation falls, of no other shape.

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
    /// The rates in the draws, and after them the ratio, each sorted.
    drawn: Vec<Vec<f64>>,
}

impl MonotoneDeciles {
    /// The same rates with intervals at another level, from the same draws.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a rate or a limit that is no number.
    pub fn at(&self, level: Level) -> Result<Self> {
        let mut found = self.clone();
        found.set_limits(level)?;
        Ok(found)
    }

    fn set_limits(&mut self, level: Level) -> Result<()> {
        let tail = level.tail();
        let limits = |values: &[f64]| {
            (
                quantile_sorted(values, tail),
                quantile_sorted(values, 1.0 - tail),
            )
        };
        for (decile, drawn) in self.rates.iter_mut().zip(&self.drawn) {
            let rate = decile.rate.value;
            let (low, high) = limits(drawn);
            decile.rate = Estimate::of("a decile's rate", rate, low.min(rate), high.max(rate))?;
        }
        let ratio = self.rates[0].rate.value / self.rates[DECILES - 1].rate.value;
        let (low, high) = limits(&self.drawn[DECILES]);
        let finite = |v: f64| v.is_finite().then_some(v);
        self.ratio_most_to_least = OpenRatio {
            value: finite(ratio),
            low: finite(low.min(ratio)),
            high: finite(high.max(ratio)),
        };
        Ok(())
    }
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
    let best = ladder.fit(&areas.counts, None);
    let found = ladder.rates(&best.steps);
    let means = areas.means(&found);
    let free = best.steps.iter().filter(|&&s| s > 0.0).count();
    let dispersion = areas.dispersion(&means, free, resampling.scatter);
    let mut draws = Draws::from_seed(resampling.seed);
    let repetitions = resampling.repetitions as usize;
    let mut drawn: Vec<Vec<f64>> = (0..=DECILES)
        .map(|_| Vec::with_capacity(repetitions))
        .collect();
    let mut counts = vec![0.0; means.len()];
    for _ in 0..repetitions {
        for (count, &mean) in counts.iter_mut().zip(&means) {
            *count = draw(&mut draws, mean, dispersion);
        }
        let again = ladder.rates(&ladder.fit(&counts, Some(&best.steps)).steps);
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
        values.sort_unstable_by(f64::total_cmp);
    }
    let one = |(d, &rate): (usize, &f64)| -> Result<DecileRate> {
        Ok(DecileRate {
            decile: d + 1,
            rate: Estimate::of("a decile's rate", rate, rate, rate)?,
        })
    };
    let mut fitted = MonotoneDeciles {
        rates: found.iter().enumerate().map(one).collect::<Result<_>>()?,
        ratio_most_to_least: OpenRatio {
            value: None,
            low: None,
            high: None,
        },
        dispersion,
        log_likelihood: ladder.log_likelihood(&areas.counts, &best.steps)
            - sum(areas
                .counts
                .iter()
                .map(|&o| statrs::function::gamma::ln_gamma(o + 1.0))),
        areas: areas.len(),
        converged: best.converged,
        drawn,
    };
    fitted.set_limits(level)?;
    Ok(fitted)
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

/// One number for each step.
type Steps = [f64; DECILES];

/// Counts as Poisson sums of steps that are not negative: a concave problem with bounds.
struct Ladder {
    /// The children of each area from decile 1 to this one, scaled.
    exposures: Vec<Steps>,
    /// What a step is multiplied by to make a rate.
    scales: Steps,
}

/// The end of a fit.
struct Best {
    /// In the units of the search.
    steps: Steps,
    converged: bool,
}

/// Each area's weight in the Hessian and the gradient of the log-likelihood.
struct Slopes {
    gradient: Steps,
    /// Counts over squared means.
    weights: Vec<f64>,
}

/// Newton steps that are taken on the word of their slopes, before the likelihood is asked each time.
const TRUSTED: usize = 30;

impl Ladder {
    fn new(areas: &Areas) -> Self {
        let mut exposures: Vec<Steps> = areas
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

    /// The rates of steps: a decile has its own step and those of all less deprived ones.
    fn rates(&self, steps: &Steps) -> Steps {
        let mut out = [0.0; DECILES];
        let mut height = 0.0;
        for d in (0..DECILES).rev() {
            height += steps[d] * self.scales[d];
            out[d] = height;
        }
        out
    }

    /// The kernel of the log-likelihood.
    fn log_likelihood(&self, counts: &[f64], steps: &Steps) -> f64 {
        sum(self.exposures.iter().zip(counts).map(|(e, &o)| {
            let mean = dot(e, steps);
            if o > 0.0 {
                o * mean.max(f64::MIN_POSITIVE).ln() - mean
            } else {
                -mean
            }
        }))
    }

    /// Projected Newton (Bertsekas 1982): the steps that press against 0 rest, the others move
    /// together, and the whole is kept from going below 0. The problem is concave, so that the end
    /// is the same from any start.
    fn fit(&self, counts: &[f64], near: Option<&Steps>) -> Best {
        let total = sum(counts.iter().copied());
        let used = self.scales.iter().filter(|&&s| s > 0.0).count().max(1) as f64;
        let mut steps = near.copied().unwrap_or_else(|| {
            self.scales
                .map(|s| if s > 0.0 { total / used } else { 0.0 })
        });
        if total <= 0.0 {
            return Best {
                steps: [0.0; DECILES],
                converged: true,
            };
        }
        let mut slopes = Slopes {
            gradient: [0.0; DECILES],
            weights: vec![0.0; counts.len()],
        };
        self.slopes(counts, &steps, &mut slopes);
        let tolerance = 1e-9 * (1.0 + total);
        let mut converged = false;
        for round in 0..500 {
            let gradient = slopes.gradient;
            let (mut free, mut k, mut most) = ([0; DECILES], 0, 0.0_f64);
            for d in 0..DECILES {
                if self.scales[d] > 0.0 && (steps[d] > 1e-12 * total || gradient[d] > 0.0) {
                    (free[k], k) = (d, k + 1);
                    // At the end the steps' own gradients vanish, in units of events.
                    most = most
                        .max((gradient[d] * steps[d]).abs())
                        .max(gradient[d].max(0.0) * 1e-3);
                }
            }
            if converged || most < tolerance {
                converged = true;
                break;
            }
            let direction = self.direction(&slopes, &free[..k]);
            let next = moved(&steps, &direction, 1.0);
            let promised = along(&gradient, &steps, &next);
            self.slopes(counts, &next, &mut slopes);
            // Where the slope along the way is still up, or down by less than it was up, the
            // likelihood of a step of Newton's has risen.
            let after = along(&slopes.gradient, &steps, &next);
            if round < TRUSTED && promised > 0.0 && after >= -0.5 * promised {
                steps = next;
                converged = promised <= 1e-13 * (1.0 + total);
                continue;
            }
            let value = self.log_likelihood(counts, &steps);
            let (next, better) = self.search(counts, &steps, &direction, &gradient, value);
            converged = better - value <= 1e-13 * (1.0 + value.abs());
            steps = next;
            self.slopes(counts, &steps, &mut slopes);
        }
        Best { steps, converged }
    }

    fn slopes(&self, counts: &[f64], steps: &Steps, into: &mut Slopes) {
        let mut gradient = [0.0; DECILES];
        let areas = self.exposures.iter().zip(counts).zip(&mut into.weights);
        for ((exposure, &o), weight) in areas {
            let mean = dot(exposure, steps);
            let over = if o > 0.0 {
                o / mean.max(f64::MIN_POSITIVE)
            } else {
                0.0
            };
            *weight = if mean > 0.0 { over / mean } else { 0.0 };
            for (g, e) in gradient.iter_mut().zip(exposure) {
                *g += (over - 1.0) * e;
            }
        }
        into.gradient = gradient;
    }

    /// Newton's direction for the free steps; the others stay.
    fn direction(&self, slopes: &Slopes, free: &[usize]) -> Steps {
        let k = free.len();
        let mut hessian = [[0.0; DECILES]; DECILES];
        for (exposure, &weight) in self.exposures.iter().zip(&slopes.weights) {
            let mut own = [0.0; DECILES];
            for (own, &d) in own.iter_mut().zip(free) {
                *own = exposure[d];
            }
            for a in 0..k {
                let scaled = weight * own[a];
                for b in 0..=a {
                    hessian[a][b] += scaled * own[b];
                }
            }
        }
        let ridge = 1e-10 * (0..k).map(|a| hessian[a][a]).fold(0.0, f64::max);
        for (a, row) in hessian.iter_mut().enumerate().take(k) {
            row[a] += ridge.max(f64::MIN_POSITIVE);
        }
        let mut right = [0.0; DECILES];
        for (right, &d) in right.iter_mut().zip(free) {
            *right = slopes.gradient[d];
        }
        let solved = solve(&mut hessian, right, k).unwrap_or(right);
        let mut direction = [0.0; DECILES];
        for (&d, value) in free.iter().zip(solved) {
            direction[d] = value;
        }
        direction
    }

    /// A step along the direction, bent at 0, that raises the likelihood.
    fn search(
        &self,
        counts: &[f64],
        steps: &Steps,
        direction: &Steps,
        gradient: &Steps,
        value: f64,
    ) -> (Steps, f64) {
        let mut share = 1.0;
        for _ in 0..60 {
            let next = moved(steps, direction, share);
            let promised = along(gradient, steps, &next);
            let found = self.log_likelihood(counts, &next);
            if found >= value + 1e-4 * promised.max(0.0) {
                return (next, found);
            }
            share *= 0.5;
        }
        (*steps, value)
    }
}

fn dot(a: &Steps, b: &Steps) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The steps moved by a share of a direction, and none of them below 0.
fn moved(steps: &Steps, direction: &Steps, share: f64) -> Steps {
    let mut next = *steps;
    for (next, by) in next.iter_mut().zip(direction) {
        if *by != 0.0 {
            *next = (*next + share * by).max(0.0);
        }
    }
    next
}

/// How far a gradient rises on the way from one place to another.
fn along(gradient: &Steps, from: &Steps, to: &Steps) -> f64 {
    let ways = from.iter().zip(to).map(|(from, to)| to - from);
    gradient.iter().zip(ways).map(|(g, way)| g * way).sum()
}

/// The solution of the first `k` equations, by Cholesky's method in the lower triangle.
fn solve(matrix: &mut [Steps; DECILES], mut right: Steps, k: usize) -> Option<Steps> {
    for a in 0..k {
        for b in 0..=a {
            let done: f64 = (0..b).map(|c| matrix[a][c] * matrix[b][c]).sum();
            let left = matrix[a][b] - done;
            if a > b {
                matrix[a][b] = left / matrix[b][b];
            } else if left > 0.0 {
                matrix[a][a] = left.sqrt();
            } else {
                return None;
            }
        }
    }
    for a in 0..k {
        let done: f64 = (0..a).map(|c| matrix[a][c] * right[c]).sum();
        right[a] = (right[a] - done) / matrix[a][a];
    }
    for a in (0..k).rev() {
        let done: f64 = (a + 1..k).map(|c| matrix[c][a] * right[c]).sum();
        right[a] = (right[a] - done) / matrix[a][a];
    }
    Some(right)
}
