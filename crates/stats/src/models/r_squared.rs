//! The share of the variation of rates, or of their logs, between areas that goes with covariates, with an exact
//! interval under normal errors. The variance of effects is told by `mixed`.

use super::basis::Basis;
use super::design::{Design, INTERCEPT};
use super::tails::noncentral_f_lower;
use crate::check;
use crate::error::{Error, Result};
use crate::level::{Estimate, Level};
use crate::sum::sum;

/// How much of the variation between areas goes with covariates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VariationExplained {
    /// R², the share in these areas, with an interval for the share that the process has.
    pub r_squared: Estimate,
    /// R² less what covariates without any bearing would explain by chance.
    pub adjusted: f64,
    /// The areas compared.
    pub areas: usize,
    /// The covariates, the intercept not counted.
    pub covariates: usize,
}

#[doc = include_str!("../../docs/log_rate_variation.md")]
pub fn log_rate_variation(
    counts: &[f64],
    denominators: &[f64],
    design: &Design,
    level: Level,
) -> Result<VariationExplained> {
    check::same_length("counts", counts, "denominators", denominators)?;
    check::each(counts, |o| check::count(o).and(check::positive("count", o)))?;
    check::each(denominators, check::denominator)?;
    let rates = counts.iter().zip(denominators);
    explained(rates.map(|(o, n)| (o / n).ln()).collect(), design, level)
}

#[doc = include_str!("../../docs/rate_variation.md")]
pub fn rate_variation(
    counts: &[f64],
    denominators: &[f64],
    design: &Design,
    level: Level,
) -> Result<VariationExplained> {
    check::same_length("counts", counts, "denominators", denominators)?;
    check::each(counts, check::count)?;
    check::each(denominators, check::denominator)?;
    let rates = counts.iter().zip(denominators);
    explained(rates.map(|(o, n)| o / n).collect(), design, level)
}

/// The share of the variation of values of areas that goes with the covariates of a design.
#[expect(clippy::needless_pass_by_value, reason = "made for this")]
fn explained(values: Vec<f64>, design: &Design, level: Level) -> Result<VariationExplained> {
    let (n, k) = (values.len(), design.width().saturating_sub(1));
    if design.rows() != n {
        return Err(Error::Lengths {
            left: "counts",
            left_len: n,
            right: "the design",
            right_len: design.rows(),
        });
    }
    if design.names().first().is_none_or(|name| name != INTERCEPT) || k == 0 {
        return Err(Error::Undefined {
            what: "the variation explained",
            why: "the design needs an intercept first, and a covariate after it",
        });
    }
    if n < k + 2 {
        return Err(Error::TooFew {
            what: "the areas",
            needed: k + 2,
            found: n,
        });
    }
    let basis = Basis::new(design.columns(), design.names())?;
    let mean = sum(values.iter().copied()) / n as f64;
    // Logs are of the size of 1; rates are as small as their unit makes them.
    let scale = sum(values.iter().map(|y| y * y)) / n as f64;
    let scale = scale.min(1.0);
    let centred: Vec<f64> = values.iter().map(|y| y - mean).collect();
    let total = sum(centred.iter().map(|y| y * y));
    if total <= 1e-24 * n as f64 * scale {
        return Err(Error::Undefined {
            what: "the variation explained",
            why: "all areas have the same rate",
        });
    }
    // In an orthogonal basis each covariate's part is its own.
    let explained = sum((1..=k).map(|j| {
        let cross = sum((0..n).map(|i| basis.rows[i * (k + 1) + j] * centred[i]));
        cross * cross / n as f64
    }));
    let r_squared = (explained / total).clamp(0.0, 1.0);
    let (above, below) = (k as f64, (n - k - 1) as f64);
    let (low, high) = limits(r_squared, above, below, level);
    Ok(VariationExplained {
        r_squared: Estimate::of(
            "R squared",
            r_squared,
            low.min(r_squared),
            high.max(r_squared),
        )?,
        adjusted: 1.0 - (1.0 - r_squared) * (n as f64 - 1.0) / below,
        areas: n,
        covariates: k,
    })
}

/// The shares at which the F statistic would lie on the edge of each tail.
fn limits(r_squared: f64, above: f64, below: f64, level: Level) -> (f64, f64) {
    if r_squared >= 1.0 {
        return (1.0, 1.0);
    }
    let f = r_squared / above / ((1.0 - r_squared) / below);
    let n = above + below + 1.0;
    let share = |noncentrality: f64| noncentrality / (noncentrality + n);
    let tail = level.tail();
    let at = |p: f64| {
        let lower = |noncentrality| noncentral_f_lower(f, above, below, noncentrality);
        if lower(0.0).0 <= p {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, 1e7);
        // Near its middle the distribution of the root is nearly a normal one.
        let mut noncentrality = (above * f).max(1.0);
        for _ in 0..200 {
            let (tail, fall) = lower(noncentrality);
            if tail > p {
                low = noncentrality;
            } else {
                high = noncentrality;
            }
            // The log of a tail is the straighter, the further out it is.
            let (gap, slope) = if p < 0.5 {
                ((tail / p).ln(), fall / tail)
            } else {
                (-((1.0 - tail) / (1.0 - p)).ln(), fall / (1.0 - tail))
            };
            let newton = noncentrality + gap / slope;
            let next = if newton >= low && newton <= high {
                newton
            } else if high >= 1e7 {
                (4.0 * noncentrality).min(0.5 * (low + high))
            } else {
                0.5 * (low + high)
            };
            let moved = (next - noncentrality).abs();
            noncentrality = next;
            // What is left after Newton's step is of the order of the step's square.
            if moved <= 1e-8 * (1.0 + noncentrality) {
                break;
            }
        }
        share(noncentrality)
    };
    (at(1.0 - tail), at(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_where_the_tails_are() {
        // mpmath with 40 digits: the root of the mixture's distribution function minus 0.975.
        let (low, _) = limits(0.186_915_241_165_366_73, 1.0, 149.0, Level::P95);
        assert!(
            (low / 0.086_210_153_558_830_45 - 1.0).abs() < 1e-13,
            "{low}"
        );
        for level in [Level::P95, Level::P998] {
            for (r_squared, above, below) in
                [(0.02, 1.0, 30.0), (0.3, 5.0, 140.0), (0.97, 11.0, 137.0)]
            {
                let f = r_squared / above / ((1.0 - r_squared) / below);
                let ends = limits(r_squared, above, below, level);
                for (end, p) in [(ends.0, 1.0 - level.tail()), (ends.1, level.tail())] {
                    let noncentrality = end / (1.0 - end) * (above + below + 1.0);
                    let (tail, _) = noncentral_f_lower(f, above, below, noncentrality);
                    assert!(
                        (tail - p).abs() < 1e-12 || (end <= 0.0 && tail < p),
                        "{r_squared} {p}: {tail}"
                    );
                }
            }
        }
    }
}
