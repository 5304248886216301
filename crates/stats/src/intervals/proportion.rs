//! Intervals for a proportion: a numerator that is a subset of its denominator.

use crate::check;
use crate::error::{Error, Result};
use crate::level::{Interval, Level};
use crate::special::{Beta, beta_quantile};

/// Beyond this denominator the incomplete beta function takes too long to be worth it.
pub(crate) const EXACT_DENOMINATOR: f64 = 1e9;

#[doc = include_str!("../../docs/wilson.md")]
pub fn wilson(x: f64, n: f64, level: Level) -> Result<Interval> {
    let (x, n) = check::subset(x, n)?;
    let (low, high) = wilson_limits(x / n, n, level.z());
    Interval::of("Wilson's interval", low, high)
}

/// Wilson's limits for a proportion, a (possibly effective) sample size and a deviate.
pub(crate) fn wilson_limits(p: f64, n: f64, z: f64) -> (f64, f64) {
    let z2 = z * z;
    let middle = 2.0 * n * p + z2;
    let half = z * (z2 + 4.0 * n * p * (1.0 - p)).sqrt();
    let scale = 2.0 * (n + z2);
    // At 0 and at 1 the limit is the bound itself; the formula misses it by a rounding error.
    let low = if p <= 0.0 {
        0.0
    } else {
        ((middle - half) / scale).clamp(0.0, p)
    };
    let high = if p >= 1.0 {
        1.0
    } else {
        ((middle + half) / scale).clamp(p, 1.0)
    };
    (low, high)
}

#[doc = include_str!("../../docs/wilson_weighted.md")]
pub fn wilson_weighted(part: f64, whole: f64, squares: f64, level: Level) -> Result<Interval> {
    let (part, whole) = check::subset(part, whole)?;
    let squares = check::denominator(squares)?;
    // No squares add up to more than the square of the sum.
    let effective = whole * whole / squares;
    if !effective.is_finite() || effective < 1.0 - 1e-9 {
        return Err(Error::Argument {
            name: "squares",
            must: "the sum of the squared weights",
            found: squares,
        });
    }
    let (low, high) = wilson_limits(part / whole, effective, level.z());
    Interval::of("Wilson's interval of weighted answers", low, high)
}

#[doc = include_str!("../../docs/wilson_finite_population.md")]
pub fn wilson_finite_population(x: f64, n: f64, population: f64, level: Level) -> Result<Interval> {
    let (x, n) = check::subset(x, n)?;
    let population = check::denominator(population)?;
    if population < n {
        return Err(Error::NotASubset {
            count: n,
            denominator: population,
        });
    }
    if population <= 1.0 || n >= population {
        // Everybody was asked: there is no sampling left to allow for.
        return Interval::of("Wilson's interval", x / n, x / n);
    }
    let effective = n * (population - 1.0) / (population - n);
    let effective = check::result("the effective sample size", effective)?;
    let (low, high) = wilson_limits(x / n, effective, level.z());
    Interval::of("Wilson's interval", low, high)
}

#[doc = include_str!("../../docs/wald_proportion.md")]
pub fn wald_proportion(x: f64, n: f64, level: Level) -> Result<Interval> {
    let (x, n) = check::subset(x, n)?;
    let p = x / n;
    let half = level.z() * (p * (1.0 - p) / n).sqrt();
    Interval::of("the Wald interval", p - half, p + half)
}

#[doc = include_str!("../../docs/clopper_pearson.md")]
pub fn clopper_pearson(x: f64, n: f64, level: Level) -> Result<Interval> {
    let (x, n) = check::subset(x, n)?;
    if n > EXACT_DENOMINATOR {
        return Err(Error::Argument {
            name: "n",
            must: "at most 1e9 for exact limits",
            found: n,
        });
    }
    let tail = level.tail();
    let low = if x > 0.0 {
        beta_quantile(
            Beta {
                a: x,
                b: n - x + 1.0,
            },
            tail,
        )
    } else {
        0.0
    };
    // The upper tail is solved for 1 - p, which keeps its digits when p is close to 1.
    let high = if x < n {
        1.0 - beta_quantile(
            Beta {
                a: n - x,
                b: x + 1.0,
            },
            tail,
        )
    } else {
        1.0
    };
    Interval::of("the Clopper-Pearson interval", low, high)
}
