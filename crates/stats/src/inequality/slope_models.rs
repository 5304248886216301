//! The slope index from a fitted model of the outcome: quasi-binomial for proportions,
//! log-linear Poisson for counts. Two coefficients, intercept and rank, by scoring.

use crate::check;
use crate::error::{Error, Result};
use crate::inequality::relative::RelativeIndex;
use crate::inequality::slope::SlopeIndex;
use crate::inequality::subgroup::{Subgroup, Weighted};
use crate::level::Level;
use crate::linear::Symmetric;
use crate::sum::{Sum, sum};

const SLOPE: &str = "the slope index";
const ITERATIONS: usize = 100;

/// A group's events and population, in rank order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CountGroup {
    /// Events.
    pub count: f64,
    /// Population.
    pub population: f64,
}

/// The mean and its slope in the linear predictor, which for these links is also the variance.
type Link = fn(f64) -> (f64, f64);

fn logistic(eta: f64) -> (f64, f64) {
    let p = 1.0 / (1.0 + (-eta).exp());
    (p, p * (1.0 - p))
}

fn exponential(eta: f64) -> (f64, f64) {
    let m = eta.exp();
    (m, m)
}

/// A fitted line in the predictor of a canonical-link model.
struct Fit {
    b: [f64; 2],
    /// The inverse of the information.
    unscaled: Symmetric,
    means: Vec<f64>,
}

/// Maximum likelihood of `y` with prior weights `w` on rank `x`, canonical link.
fn fit(x: &[f64], y: &[f64], w: &[f64], link: Link, start: f64) -> Result<Fit> {
    let mut b = [start, 0.0];
    let predict = |b: [f64; 2]| x.iter().map(|x| link(b[0] + b[1] * x)).collect::<Vec<_>>();
    let flat = Error::Undefined {
        what: SLOPE,
        why: "the groups leave nothing to estimate",
    };
    let mut score_size = f64::INFINITY;
    for _ in 0..ITERATIONS {
        let at = predict(b);
        let mut information = Symmetric::zero(2);
        let (mut s0, mut s1) = (Sum::default(), Sum::default());
        for i in 0..x.len() {
            information.add_outer(&[1.0, x[i]], w[i] * at[i].1);
            let r = w[i] * (y[i] - at[i].0);
            s0.add(r);
            s1.add(r * x[i]);
        }
        let score = [s0.value(), s1.value()];
        let step = information.solve(&score).ok_or(flat.clone())?;
        // Canonical links have a concave likelihood; only a far start needs shorter steps.
        let longest = step[0].abs().max(step[1].abs());
        let share = if longest > 5.0 { 5.0 / longest } else { 1.0 };
        let next = [b[0] + share * step[0], b[1] + share * step[1]];
        let moved = longest * share;
        let size = score[0].abs().max(score[1].abs());
        let settled = moved <= 1e-14 * (1.0 + b[0].abs().max(b[1].abs()));
        if settled || (moved < 1e-9 && size >= score_size) {
            let means = at.iter().map(|a| a.0).collect();
            let unscaled = information.inverse().ok_or(flat)?;
            return Ok(Fit { b, unscaled, means });
        }
        score_size = size;
        b = next;
        if !(b[0].abs() < 500.0 && b[1].abs() < 500.0) {
            return Err(Error::Undefined {
                what: SLOPE,
                why: "the groups are separated: all events lie at one end",
            });
        }
    }
    Err(Error::NotConverged {
        what: SLOPE,
        iterations: ITERATIONS,
    })
}

/// The index from a fit, the variance of its two coefficients, and a factor on that variance.
fn index(
    fit: &Fit,
    variance: &Symmetric,
    factor: f64,
    link: Link,
    level: Level,
) -> Result<SlopeIndex> {
    let ((y0, h0), (y1, h1)) = (link(fit.b[0]), link(fit.b[0] + fit.b[1]));
    let z = level.z() * factor.sqrt();
    let error = |pull: [f64; 2]| z * variance.quadratic(&pull).sqrt();
    SlopeIndex::of_ends((y0, y1), error([h1 - h0, h1]), |ratio| {
        RelativeIndex::log_normal(ratio, error([h1 / y1 - h0 / y0, h1 / y1]))
    })
}

#[doc = include_str!("../../docs/slope_index_quasi_binomial.md")]
pub fn slope_index_quasi_binomial(groups: &[Subgroup], level: Level) -> Result<SlopeIndex> {
    let w = Weighted::new(SLOPE, 3, groups)?;
    for (i, g) in groups.iter().enumerate() {
        check::within("value", g.value, 0.0, 1.0, "a proportion, 0 to 1").map_err(|e| e.at(i))?;
    }
    if w.mean <= 0.0 || w.mean >= 1.0 {
        return Err(Error::Undefined {
            what: SLOPE,
            why: "every group has the same bound",
        });
    }
    let x = w.ranks();
    let y: Vec<f64> = groups.iter().map(|g| g.value).collect();
    let fitted = fit(&x, &y, &w.share, logistic, (w.mean / (1.0 - w.mean)).ln())?;
    // The sandwich: squared residuals in the middle, with the small-sample factor n / (n - 2).
    let mut middle = Symmetric::zero(2);
    for i in 0..x.len() {
        let influence = w.share[i] * (y[i] - fitted.means[i]);
        middle.add_outer(&[1.0, x[i]], influence * influence);
    }
    let n = groups.len() as f64;
    let variance = fitted.unscaled.sandwich(&middle);
    index(&fitted, &variance, n / (n - 2.0), logistic, level)
}

#[doc = include_str!("../../docs/slope_index_log_linear.md")]
pub fn slope_index_log_linear(groups: &[CountGroup], level: Level) -> Result<SlopeIndex> {
    let rates: Vec<Subgroup> = groups
        .iter()
        .enumerate()
        .map(|(i, g)| Subgroup::from_count(g.count, g.population).map_err(|e| e.at(i)))
        .collect::<Result<_>>()?;
    let w = Weighted::positive(SLOPE, 2, &rates)?;
    let x = w.ranks();
    let y: Vec<f64> = rates.iter().map(|g| g.value).collect();
    let n: Vec<f64> = groups.iter().map(|g| g.population).collect();
    let fitted = fit(&x, &y, &n, exponential, w.mean.ln())?;
    let dispersion = pearson_dispersion(&y, &n, &fitted.means)?;
    index(&fitted, &fitted.unscaled, dispersion, exponential, level)
}

/// Pearson's chi-square per degree of freedom, never below the Poisson's own 1.
fn pearson_dispersion(y: &[f64], n: &[f64], means: &[f64]) -> Result<f64> {
    if y.len() <= 2 {
        return Ok(1.0);
    }
    let terms = (0..y.len()).map(|i| n[i] * (y[i] - means[i]).powi(2) / means[i]);
    Ok(check::result("the dispersion", sum(terms) / (y.len() - 2) as f64)?.max(1.0))
}

/// A straight line in the logarithm of a rate.
pub(crate) struct Line {
    pub(crate) slope: f64,
    pub(crate) se: f64,
    pub(crate) dispersion: f64,
}

/// Fits the line to counts over populations; the dispersion is in the standard error.
pub(crate) fn exponential_fit(x: &[f64], counts: &[f64], populations: &[f64]) -> Result<Line> {
    let y: Vec<f64> = counts.iter().zip(populations).map(|(o, n)| o / n).collect();
    let total = sum(populations.iter().copied());
    let start = (sum(counts.iter().copied()) / total).ln();
    // Weights add up to the number of points, so that sizes do not matter to the iteration.
    let scale = total / x.len() as f64;
    let weights: Vec<f64> = populations.iter().map(|n| n / scale).collect();
    let fitted = fit(
        x,
        &y,
        &weights,
        exponential,
        check::result("the rate", start)?,
    )?;
    let dispersion = pearson_dispersion(&y, populations, &fitted.means)?;
    let variance = fitted.unscaled.at(1, 1) / scale * dispersion;
    Ok(Line {
        slope: fitted.b[1],
        se: check::result("the error", variance.sqrt())?,
        dispersion,
    })
}
