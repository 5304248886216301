//! Empirical-Bayes smoothing of ratios: each unit is drawn towards the others by as much as its
//! own count is uncertain.

mod common;
mod shapes;

pub use shapes::{
    DrawnRatio, GammaPoissonShapes, LikelyShape, UncertainUnit, gamma_poisson_shapes,
};

use statrs::function::gamma::{digamma, ln_gamma};

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::linear::Symmetric;
use crate::special::{gamma_quantile_lower, gamma_quantile_upper};
use crate::sum::sum;

/// A prior more concentrated than this cannot be told from no spread between units.
const LARGEST_SHAPE: f64 = 1e8;
const SMALLEST_SHAPE: f64 = 1e-4;

/// One unit's ratio before and after smoothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShrunkRatio {
    /// Observed ÷ expected.
    pub raw: f64,
    /// The posterior mean.
    pub value: f64,
    /// The posterior median.
    pub median: f64,
    /// The central posterior interval.
    pub interval: Interval,
}

/// All units' smoothed ratios and the prior they were drawn towards.
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunken {
    /// The prior's shape; `None` when units scatter no more than chance and all shrink fully.
    pub shape: Option<f64>,
    /// The coefficients of the log of the prior mean: intercept first.
    pub coefficients: Vec<f64>,
    /// The units, in the order given.
    pub ratios: Vec<ShrunkRatio>,
}

/// The prior that units' ratios are drawn towards: a gamma distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaPoissonPrior {
    /// The shape; `None` when units scatter no more than chance and all shrink fully.
    pub shape: Option<f64>,
    /// The mean ratio.
    pub mean: f64,
}

#[doc = include_str!("../../docs/gamma_poisson_prior.md")]
pub fn gamma_poisson_prior(counts: &[f64], expected: &[f64]) -> Result<GammaPoissonPrior> {
    checked(counts, expected, &[])?;
    let (shape, log_mean) = common::prior(counts, expected)?;
    Ok(GammaPoissonPrior {
        shape,
        mean: check::result("the prior mean", log_mean.exp())?,
    })
}

impl GammaPoissonPrior {
    /// The smoothed ratio of a unit with that count and expected count.
    ///
    /// # Errors
    /// [`Error`] for an illegal count or expected count, and for a prior that is none.
    pub fn posterior(&self, count: f64, expected: f64, level: Level) -> Result<ShrunkRatio> {
        let count = check::count(count)?;
        let expected = check::denominator(expected)?;
        let mean = check::positive("the prior mean", self.mean)?;
        if let Some(shape) = self.shape {
            check::positive("the prior's shape", shape)?;
        }
        smoothed(count, expected, mean, self.shape, level)
    }
}

#[doc = include_str!("../../docs/shrink_gamma_poisson.md")]
pub fn shrink_gamma_poisson(counts: &[f64], expected: &[f64], level: Level) -> Result<Shrunken> {
    let prior = gamma_poisson_prior(counts, expected)?;
    let units = counts.iter().zip(expected).enumerate();
    let one = |(i, (&o, &e)): (usize, (&f64, &f64))| {
        smoothed(o, e, prior.mean, prior.shape, level).map_err(|error| error.at(i))
    };
    Ok(Shrunken {
        shape: prior.shape,
        ratios: units.map(one).collect::<Result<_>>()?,
        coefficients: vec![prior.mean.ln()],
    })
}

#[doc = include_str!("../../docs/shrink_gamma_poisson_towards.md")]
pub fn shrink_gamma_poisson_towards(
    counts: &[f64],
    expected: &[f64],
    covariates: &[&[f64]],
    level: Level,
) -> Result<Shrunken> {
    if covariates.is_empty() {
        return shrink_gamma_poisson(counts, expected, level);
    }
    checked(counts, expected, covariates)?;
    let model = Model::new(counts, expected, covariates);
    let shape = model.shape()?;
    let coefficients = model.coefficients(shape.unwrap_or(LARGEST_SHAPE))?;
    let means = model.means(&coefficients);
    let one = |i: usize| smoothed(counts[i], expected[i], means[i] / expected[i], shape, level);
    let ratios = (0..counts.len()).map(|i| one(i).map_err(|e| e.at(i)));
    Ok(Shrunken {
        shape,
        ratios: ratios.collect::<Result<_>>()?,
        coefficients: model.unscaled(coefficients),
    })
}

fn checked(counts: &[f64], expected: &[f64], covariates: &[&[f64]]) -> Result<()> {
    check::same_length("counts", counts, "expected", expected)?;
    check::at_least("smoothing", covariates.len() + 2, counts)?;
    check::each(counts, check::count)?;
    check::each(expected, check::denominator)?;
    for column in covariates {
        check::same_length("counts", counts, "covariate", column)?;
        check::each(column, |v| check::finite("covariate", v))?;
    }
    if counts.iter().all(|&o| o <= 0.0) {
        return Err(Error::Undefined {
            what: "the prior",
            why: "no unit has any events",
        });
    }
    Ok(())
}

/// The posterior of one unit whose prior mean is `prior`.
fn smoothed(
    count: f64,
    expected: f64,
    prior: f64,
    shape: Option<f64>,
    level: Level,
) -> Result<ShrunkRatio> {
    let raw = check::result("the raw ratio", count / expected)?;
    let Some(shape) = shape else {
        let interval = Interval::of("the smoothed ratio", prior, prior)?;
        return Ok(ShrunkRatio {
            raw,
            value: prior,
            median: prior,
            interval,
        });
    };
    let (a, rate) = (count + shape, expected + shape / prior);
    let tail = level.tail();
    let interval = Interval::of(
        "the smoothed ratio",
        gamma_quantile_lower(a, tail) / rate,
        gamma_quantile_upper(a, tail) / rate,
    )?;
    let median = check::result("the posterior median", gamma_quantile_lower(a, 0.5) / rate)?;
    Ok(ShrunkRatio {
        raw,
        value: check::result("the smoothed ratio", a / rate)?,
        median,
        interval,
    })
}

/// A negative-binomial log-linear model: count ~ expected × exp(row · b), with a shape.
struct Model<'a> {
    counts: &'a [f64],
    expected: &'a [f64],
    rows: Vec<Vec<f64>>,
    /// Each covariate's mean and spread: rows hold standardised values.
    scales: Vec<(f64, f64)>,
}

impl<'a> Model<'a> {
    fn new(counts: &'a [f64], expected: &'a [f64], covariates: &[&[f64]]) -> Self {
        let n = counts.len() as f64;
        let scales: Vec<(f64, f64)> = covariates
            .iter()
            .map(|c| {
                let mean = sum(c.iter().map(|v| v / n));
                let sd = sum(c.iter().map(|v| (v - mean) / n * (v - mean))).sqrt();
                (mean, if sd > 0.0 && sd.is_finite() { sd } else { 1.0 })
            })
            .collect();
        let rows = (0..counts.len())
            .map(|i| {
                let standard = |(c, (mean, sd)): (&&[f64], &(f64, f64))| (c[i] - mean) / sd;
                std::iter::once(1.0)
                    .chain(covariates.iter().zip(&scales).map(standard))
                    .collect()
            })
            .collect();
        Model {
            counts,
            expected,
            rows,
            scales,
        }
    }

    /// Coefficients of the standardised columns, told for the columns as given.
    fn unscaled(&self, mut b: Vec<f64>) -> Vec<f64> {
        for (j, (mean, sd)) in self.scales.iter().enumerate() {
            b[j + 1] /= sd;
            b[0] -= b[j + 1] * mean;
        }
        b
    }

    fn means(&self, b: &[f64]) -> Vec<f64> {
        let eta = |row: &Vec<f64>| row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>();
        self.rows
            .iter()
            .zip(self.expected)
            .map(|(row, e)| e * eta(row).clamp(-600.0, 600.0).exp())
            .collect()
    }

    /// The coefficients for a given shape, by Fisher scoring.
    fn coefficients(&self, shape: f64) -> Result<Vec<f64>> {
        const ITERATIONS: usize = 200;
        let what = "the prior mean";
        let p = self.rows.first().map_or(1, Vec::len);
        let pooled = sum(self.counts.iter().copied()) / sum(self.expected.iter().copied());
        let mut b = vec![0.0; p];
        b[0] = check::result(what, pooled.ln())?;
        let mut best = self.log_likelihood(&b, shape);
        for _ in 0..ITERATIONS {
            let means = self.means(&b);
            let mut information = Symmetric::zero(p);
            let mut score = vec![0.0; p];
            for (i, row) in self.rows.iter().enumerate() {
                let weight = means[i] / (1.0 + means[i] / shape);
                information.add_outer(row, weight);
                let residual = (self.counts[i] - means[i]) / (1.0 + means[i] / shape);
                for (s, x) in score.iter_mut().zip(row) {
                    *s += residual * x;
                }
            }
            let step = information.solve(&score).ok_or(Error::Undefined {
                what,
                why: "the covariates are collinear or leave nothing to estimate",
            })?;
            let mut share = 1.0;
            let mut next: Vec<f64>;
            loop {
                next = b.iter().zip(&step).map(|(b, s)| b + share * s).collect();
                let value = self.log_likelihood(&next, shape);
                if value >= best - 1e-12 * best.abs() || share < 1e-6 {
                    best = value;
                    break;
                }
                share /= 2.0;
            }
            let moved = b
                .iter()
                .zip(&next)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            b = next;
            if moved < 1e-13 * (1.0 + b.iter().map(|v| v.abs()).fold(0.0, f64::max)) {
                return Ok(b);
            }
        }
        // Rounding can keep the last digit moving; a small last step is as good as it gets.
        check::each(&b, |v| check::result(what, v))?;
        Ok(b)
    }

    fn log_likelihood(&self, b: &[f64], shape: f64) -> f64 {
        let terms = self.means(b).into_iter().zip(self.counts).map(|(m, &y)| {
            // Only what depends on the mean: y ln m - (y + shape) ln(1 + m / shape).
            y * m.max(f64::MIN_POSITIVE).ln() - (y + shape) * (m / shape).ln_1p()
        });
        sum(terms)
    }

    /// The profile log-likelihood of the shape.
    fn profile(&self, shape: f64) -> Result<f64> {
        let b = self.coefficients(shape)?;
        let constant = self
            .counts
            .iter()
            .map(|&y| ln_gamma(y + shape) - ln_gamma(shape) - y * shape.ln());
        Ok(self.log_likelihood(&b, shape) + sum(constant))
    }

    /// The slope of the profile in the shape: the coefficients are at their best, so they drop out.
    fn slope(&self, shape: f64) -> Result<f64> {
        let means = self.means(&self.coefficients(shape)?);
        let terms = means.into_iter().zip(self.counts).map(|(m, &y)| {
            digamma(y + shape) - digamma(shape) - (m / shape).ln_1p() + (m - y) / (shape + m)
        });
        Ok(sum(terms))
    }

    /// The shape of greatest likelihood, or nothing when it grows without end.
    fn shape(&self) -> Result<Option<f64>> {
        let grid: Vec<f64> = (0..=48)
            .map(|i| SMALLEST_SHAPE * 10f64.powf(f64::from(i) / 4.0))
            .collect();
        let mut best = (f64::NEG_INFINITY, 0);
        for (i, &shape) in grid.iter().enumerate() {
            let value = self.profile(shape)?;
            // A tie goes to the larger shape: more shrinkage when the data cannot tell.
            if value >= best.0 {
                best = (value, i);
            }
        }
        if best.1 + 1 == grid.len() {
            return Ok(None);
        }
        let mut low = grid[best.1.saturating_sub(1)];
        let mut high = grid[best.1 + 1];
        for _ in 0..200 {
            let middle = (low * high).sqrt();
            if self.slope(middle)? > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
            if high / low - 1.0 < 1e-14 {
                break;
            }
        }
        let shape = (low * high).sqrt();
        Ok((shape < LARGEST_SHAPE / 10.0).then_some(shape))
    }
}
