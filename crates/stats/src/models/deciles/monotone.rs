//! Decile-specific rates that do not rise as deprivation falls, of no other shape.

use super::quadratic;
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

/// The derivatives of the log-likelihood.
struct Slopes {
    gradient: Steps,
    /// Minus the Hessian, with a little more on its diagonal than it has.
    hessian: [Steps; DECILES],
}

/// Newton steps, and how many of them are taken on the word of their slopes before the likelihood is
/// asked each time.
const ROUNDS: usize = 200;
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

    /// Newton's method with the bounds in every step: each goes to the best of the quadratic that
    /// touches the likelihood, among steps that are not negative. The problem is concave, so that
    /// the end is the same from any start.
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
        let mut slopes = self.slopes(counts, &steps);
        let mut converged = false;
        for round in 0..ROUNDS {
            let mut next = quadratic::best(&slopes.hessian, &slopes.gradient, &steps);
            let promised = along(&slopes.gradient, &steps, &next);
            if promised <= 1e-13 * (1.0 + total) {
                converged = true;
                break;
            }
            let mut after = self.slopes(counts, &next);
            // Where the slope along the way is still up, or down by less than it was up, the
            // likelihood of a step of Newton's has risen.
            let risen = along(&after.gradient, &steps, &next) >= -0.5 * promised;
            if round >= TRUSTED || !risen {
                let Some(found) = self.search(counts, &steps, &next, promised) else {
                    converged = promised <= 1e-9 * (1.0 + total);
                    break;
                };
                next = found;
                after = self.slopes(counts, &next);
            }
            (steps, slopes) = (next, after);
        }
        Best { steps, converged }
    }

    fn slopes(&self, counts: &[f64], steps: &Steps) -> Slopes {
        let mut gradient = [0.0; DECILES];
        let mut hessian = [[0.0; DECILES]; DECILES];
        for (exposure, &o) in self.exposures.iter().zip(counts) {
            let mean = dot(exposure, steps);
            let over = if o > 0.0 {
                o / mean.max(f64::MIN_POSITIVE)
            } else {
                0.0
            };
            for (g, e) in gradient.iter_mut().zip(exposure) {
                *g += (over - 1.0) * e;
            }
            let weight = if mean > 0.0 { over / mean } else { 0.0 };
            for (row, e) in hessian.iter_mut().zip(exposure) {
                let scaled = weight * e;
                for (h, e) in row.iter_mut().zip(exposure) {
                    *h += scaled * e;
                }
            }
        }
        let ridge = 1e-10 * (0..DECILES).map(|d| hessian[d][d]).fold(0.0, f64::max);
        for (d, row) in hessian.iter_mut().enumerate() {
            row[d] += ridge.max(f64::MIN_POSITIVE);
        }
        Slopes { gradient, hessian }
    }

    /// A point on the way that is higher than its start; nothing where none is.
    fn search(&self, counts: &[f64], from: &Steps, to: &Steps, promised: f64) -> Option<Steps> {
        let value = self.log_likelihood(counts, from);
        let mut share = 1.0;
        for _ in 0..40 {
            let mut next = *from;
            for (next, to) in next.iter_mut().zip(to) {
                *next += share * (to - *next);
            }
            if self.log_likelihood(counts, &next) > value + 1e-4 * share * promised {
                return Some(next);
            }
            share *= 0.5;
        }
        None
    }
}

fn dot(a: &Steps, b: &Steps) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// How far a gradient rises on the way from one place to another.
fn along(gradient: &Steps, from: &Steps, to: &Steps) -> f64 {
    let ways = from.iter().zip(to).map(|(from, to)| to - from);
    gradient.iter().zip(ways).map(|(g, way)| g * way).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a concave likelihood the end is known: no slope for a step above 0, none upwards for one
    /// at 0. Counts that scatter far more than their means leave many steps at 0.
    #[test]
    fn every_fit_ends_at_its_maximum() -> Result<()> {
        let mut draws = Draws::from_seed(11);
        let areas: Vec<DecileArea> = (0..150)
            .map(|_| {
                let lean = draws.normal();
                let size = 4_000.0 * (0.7 * draws.normal()).exp();
                let children = std::array::from_fn(|d| {
                    size * (lean * (d as f64 - 4.5) / 4.5 + 0.3 * draws.normal()).exp()
                });
                DecileArea {
                    count: 1.0,
                    children,
                }
            })
            .collect();
        let areas = Areas::new(&areas, 2)?;
        let ladder = Ladder::new(&areas);
        let means = areas.means(&std::array::from_fn(|d| 0.01 - 0.0009 * d as f64));
        let near = ladder.fit(&means, None).steps;
        for repetition in 0..300 {
            let counts: Vec<f64> = means.iter().map(|&m| draw(&mut draws, m, 40.0)).collect();
            let start = (repetition % 2 == 0).then_some(&near);
            let best = ladder.fit(&counts, start);
            let slopes = ladder.slopes(&counts, &best.steps).gradient;
            let total = sum(counts.iter().copied());
            assert!(best.converged);
            for (step, slope) in best.steps.iter().zip(slopes) {
                assert!((step * slope).abs() < 1e-6 * total && slope < 1e-6);
            }
        }
        Ok(())
    }
}
