//! The size of a negative binomial, and the coefficients that go with it.
//! Everything else about the family is in `family`.

use super::super::cells::Cells;
use super::super::family::Kernel;
use super::scoring::{Scored, score};
use crate::error::Result;
use crate::sum::sum;

/// Sizes outside this range cannot be told from no spread, or from nothing but spread.
pub(in crate::models) const SMALLEST: f64 = 1e-6;
pub(in crate::models) const LARGEST: f64 = 1e8;
const ROUNDS: usize = 200;

/// The joint maximum over coefficients and size; no size when the counts vary no more than
/// Poisson counts do.
pub(in crate::models) fn estimate(
    cells: &Cells,
    names: &[String],
) -> Result<(Scored, Option<f64>)> {
    let poisson = score(
        cells,
        Kernel::NegativeBinomial { size: LARGEST },
        names,
        None,
    )?;
    let Some(mut size) = best(cells, &poisson.eta) else {
        return Ok((poisson, None));
    };
    let mut gamma = poisson.gamma.clone();
    for round in 1..=ROUNDS {
        let kernel = Kernel::NegativeBinomial { size };
        let mut scored = score(cells, kernel, names, Some(&gamma))?;
        let Some(next) = best(cells, &scored.eta) else {
            return Ok((poisson, None));
        };
        let moved = (next / size).ln().abs();
        size = next;
        gamma.clone_from(&scored.gamma);
        if moved < 1e-11 || round == ROUNDS {
            scored.converged &= moved < 1e-7;
            scored.iterations += round;
            return Ok((scored, Some(size)));
        }
    }
    Ok((poisson, None))
}

/// The slope of the log-likelihood in the log of the size.
fn slope(cells: &Cells, eta: &[f64], log_size: f64) -> f64 {
    let kernel = Kernel::NegativeBinomial {
        size: log_size.exp(),
    };
    let terms = eta
        .iter()
        .zip(cells.totals.iter().zip(&cells.units))
        .map(|(&eta, (&y, &n))| kernel.size_point(y, n, eta).log_likelihood);
    sum(terms) + cells.constants.size_slope(kernel)
}

/// The best size for these predictors: the largest at which the slope turns from up to down.
fn best(cells: &Cells, eta: &[f64]) -> Option<f64> {
    let (top, bottom) = (LARGEST.ln() - 1.0, SMALLEST.ln());
    let mut high = top;
    if slope(cells, eta, high) >= 0.0 {
        return None;
    }
    let mut low = high - 1.0;
    while slope(cells, eta, low) < 0.0 {
        high = low;
        low -= 1.0;
        if low < bottom {
            return Some(SMALLEST);
        }
    }
    Some(root(low, high, |log_size| slope(cells, eta, log_size)).exp())
}

/// The root of a function that is positive at `low` and negative at `high`: regula falsi, with the
/// value at an end that stays put halved (Illinois; Dowell and Jarratt 1971).
fn root(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut at_low, mut at_high) = (f(low), f(high));
    let mut last = 0.0_f64;
    let mut middle = 0.5 * (low + high);
    for _ in 0..200 {
        let next = low + (high - low) * at_low / (at_low - at_high);
        let value = f(next);
        if value > 0.0 {
            if last > 0.0 {
                at_high /= 2.0;
            }
            (low, at_low) = (next, value);
        } else {
            if last < 0.0 {
                at_low /= 2.0;
            }
            (high, at_high) = (next, value);
        }
        last = value;
        let moved = (next - middle).abs();
        middle = next;
        if value.abs() <= 0.0 || moved < 1e-13 * (1.0 + middle.abs()) {
            break;
        }
    }
    middle
}
