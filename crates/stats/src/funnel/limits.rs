//! Plain limits: Poisson for ratios and rates, binomial (score) for proportions.

use crate::check;
use crate::error::Result;
use crate::intervals::exact_poisson;
use crate::level::{Interval, Level};
use crate::special::{gamma_tails, increasing_root};

#[doc = include_str!("../../docs/funnel_proportion.md")]
pub fn funnel_proportion(target: f64, n: f64, level: Level) -> Result<Interval> {
    let target = check::within("target", target, 0.0, 1.0, "a proportion, 0 to 1")?;
    let n = check::denominator(n)?;
    let half = level.z() * (target * (1.0 - target) / n).sqrt();
    Interval::of(
        "the funnel limits",
        (target - half).max(0.0),
        (target + half).min(1.0),
    )
}

#[doc = include_str!("../../docs/funnel_ratio.md")]
pub fn funnel_ratio(expected: f64, level: Level) -> Result<Interval> {
    let expected = check::denominator(expected)?;
    check::count(expected)?;
    let tail = level.tail();
    let chance = exact_poisson(expected, level)?;
    // The count whose exact upper limit is `expected`: P(X <= count) = tail.
    let low = if (-expected).exp() >= tail {
        0.0
    } else {
        increasing_root(chance.low, 0.0, expected, |count| {
            (gamma_tails(count + 1.0, expected).1 - tail, f64::NAN)
        })
    };
    // The count whose exact lower limit is `expected`: P(X >= count) = tail.
    let high = increasing_root(chance.high, expected, 2.0 * chance.high + 2.0, |count| {
        (tail - gamma_tails(count, expected).0, f64::NAN)
    });
    Interval::of("the funnel limits", low / expected, high / expected)
}

#[doc = include_str!("../../docs/funnel_rate.md")]
pub fn funnel_rate(target_rate: f64, population: f64, level: Level) -> Result<Interval> {
    let target = check::positive("target_rate", target_rate)?;
    let population = check::denominator(population)?;
    let ratio = funnel_ratio(target * population, level)?;
    Interval::of("the funnel limits", ratio.low * target, ratio.high * target)
}

/// A point of a funnel's limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelPoint {
    /// The expected count at which the observed count lies exactly on the limit.
    pub expected: f64,
    /// Observed over expected there.
    pub ratio: f64,
}

/// The two limits at one observed count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunnelCurve {
    /// On the lower limit.
    pub low: FunnelPoint,
    /// On the upper limit; a count of 0 is never above it.
    pub high: Option<FunnelPoint>,
}

#[doc = include_str!("../../docs/funnel_count_curve.md")]
pub fn funnel_count_curve(count: f64, level: Level) -> Result<FunnelCurve> {
    let exact = exact_poisson(count, level)?;
    let point = |expected: f64| -> Result<FunnelPoint> {
        let ratio = check::result("the funnel limit", count / expected)?;
        Ok(FunnelPoint { expected, ratio })
    };
    Ok(FunnelCurve {
        low: point(exact.high)?,
        high: if exact.low > 0.0 {
            Some(point(exact.low)?)
        } else {
            None
        },
    })
}
